"""What the detector hands out, and the one interface every recogniser implements."""

from dataclasses import dataclass
from typing import Any, Protocol

from redaction.detect.text import PageString
from redaction.geometry import Box

# A finding of this kind says that the words name a place or an organisation. It is never reported: it keeps weak
# guesses at the same words from being followed through the case.
PLACE = "place"
# That the trained model is sure that these words name nobody. Never reported either: it keeps a rule that goes by lists
# alone from offering a shop or a tablet (see `redaction.detect.doubt`).
NOBODY = "nobody"
IDENTIFIER_KINDS = frozenset(
    {
        "phone",
        "email",
        "address",
        "postcode",
        "date_of_birth",
        "nino",
        "nhs_number",
        "pnc_id",
        "cro",
        "prison_number",
        "crn",
        "vehicle",
        "driving_licence",
        "bank",
        "ip",
        "handle",
    }
)


@dataclass(frozen=True)
class Finding:
    """One recogniser's claim about characters `start` to `end` of one page.

    `score` runs from 0 to 1 and orders findings; it is not a probability. `evidence` says why, in words an
    officer can read. `title` is the word that stood before a name ("mrs"), which may rule people out.
    """

    start: int
    end: int
    kind: str
    score: float
    evidence: tuple[str, ...]
    title: str = ""


MODEL_LEAD = "model "  # evidence of a trained model: this and its chance, "model .93"


def by_model(finding: Finding) -> bool:
    """Whether nothing but a trained model speaks for `finding`."""
    return all(why.startswith(MODEL_LEAD) for why in finding.evidence)


class Recogniser(Protocol):
    """Anything that can point at spans of a page: rules, a dictionary, a trained model.

    A recogniser sees one page at a time, keeps nothing between pages and gives the same answer for the same text,
    so that equal pages are read once and the order of pages never matters.
    """

    name: str

    def find(self, page: PageString) -> list[Finding]:
        """Everything found on one page, in any order; overlaps are settled by the caller."""


@dataclass(frozen=True)
class Mention:
    """One place where a person or an identifier appears.

    page        1-based.
    start, end  character offsets into the page's text (see `redaction.detect.text.page_string`).
    person      the person's name as first established, the same for every mention of them; None when unknown.
                Of an identifier: its owner, where the page says so plainly (see `redaction.detect.owners`).
    subject     True when the mention names the data subject, or is an identifier plainly theirs; neither is ever
                suggested for redaction.
    candidates  the people it might be where the text does not settle it; a person decides. Of a clue ("his mum"):
                whoever is called that in the case.
    relation    a first guess at who the person is to the case (see `redaction.detect.relations`), "" for none.
    because     the words that suggest it.
    boxes       in points, top left origin; one for each line touched; empty for text input.
    """

    page: int
    start: int
    end: int
    text: str
    kind: str
    person: str | None
    score: float
    boxes: tuple[Box, ...]
    evidence: tuple[str, ...] = ()
    subject: bool = False
    candidates: tuple[str, ...] = ()
    relation: str = ""
    because: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The line of JSON that `python -m redaction detect` prints."""
        line: dict[str, Any] = {
            "page": self.page,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "kind": self.kind,
            "person": self.person,
            "score": round(self.score, 2),
            "boxes": [list(box) for box in self.boxes],
            "evidence": list(self.evidence),
        }
        if self.subject:
            line["subject"] = True
        if self.candidates:
            line["candidates"] = list(self.candidates)
        if self.relation:
            line["relation"] = self.relation
            line["because"] = list(self.because)
        return line
