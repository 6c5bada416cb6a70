"""Scores the detector on a folder of annotated records: recall and precision of mentions, kind by kind.

    python scripts/score_detection.py FOLDER [--people] [--errors] [--json] [--case NAME] [--no-models]
        [--noise SHARE]

FOLDER holds caseN/docM.txt with marks `⟦kind|entity|surface⟧` and caseN/people.json (see the README in
tests/fixtures/devset). Each case is read in one go, its exact duplicates left out, knowing only the subject's name;
with --people also every person's name, as when an officer has confirmed them.

A marked mention is found when every letter of it lies in reported mentions of its kind. A reported mention is right
when it overlaps a mark of its kind. Neither right nor wrong, as the README asks: context beside a name, a
street without a number, whatever is in the traps as "identifier to be kept" (the town in case1/doc5).
"""

import argparse
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from redaction.detect import Detector, Mention, PageString

MARK = re.compile(r"⟦([^|⟦⟧]*)\|([^|⟦⟧]*)\|([^⟦⟧]*)⟧")
KINDS = {
    "dob": "date_of_birth",
    "nhs": "nhs_number",
    "pnc": "pnc_id",
    "prison": "prison_number",
    "licence": "driving_licence",
    "subject": "person",
}


@dataclass(frozen=True)
class Gold:
    start: int
    end: int
    kind: str
    entity: str
    subject: bool


@dataclass
class Score:
    """Counts over one or more cases. `wrong_subject` counts names of the subject offered for redaction outright."""

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    subject_known: int = 0
    subject_open: int = 0
    subject_offered: int = 0
    others_taken_for_subject: int = 0
    people: int = 0
    people_found: int = 0
    people_whole: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    forms_found: Counter[str] = field(default_factory=Counter)
    words: int = 0
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def recall(self, kind: str) -> float:
        return self.found[kind] / self.gold[kind] if self.gold[kind] else 1.0

    def precision(self, kind: str) -> float:
        return self.right[kind] / self.reported[kind] if self.reported[kind] else 1.0

    def over_identifiers(self) -> tuple[float, float]:
        """Recall and precision over all identifier kinds together."""
        kinds = [kind for kind in set(self.gold) | set(self.reported) if kind not in ("person", "context")]
        gold, reported = sum(self.gold[k] for k in kinds), sum(self.reported[k] for k in kinds)
        return (
            sum(self.found[k] for k in kinds) / gold if gold else 1.0,
            sum(self.right[k] for k in kinds) / reported if reported else 1.0,
        )


def parse(marked: str) -> tuple[str, list[Gold]]:
    """The text without its marks, and where they were."""
    pieces: list[str] = []
    spans: list[Gold] = []
    length = position = 0
    for match in MARK.finditer(marked):
        lead = marked[position : match.start()]
        start = length + len(lead)
        kind, entity, surface = match.groups()
        spans.append(Gold(start, start + len(surface), KINDS.get(kind, kind), entity, kind == "subject"))
        pieces += (lead, surface)
        length = start + len(surface)
        position = match.end()
    pieces.append(marked[position:])
    return "".join(pieces), spans


CONFUSABLE = {
    "l": "1I", "I": "l1", "i": "l1", "1": "l", "o": "0c", "0": "o", "O": "0", "e": "c", "c": "e", "a": "o", "s": "5",
    "S": "5", "B": "8", "g": "9", "h": "b", "b": "h", "n": "u", "u": "n", "m": "rn", "w": "vv", "t": "f", "f": "t",
    "d": "cl", "v": "y", "q": "g", "E": "F", "G": "C", "D": "O", "Z": "2", "z": "2",
}  # fmt: skip


def blur(marked: str, share: float, seed: str) -> str:
    """`marked` with `share` of its confusable letters misread, as OCR does; the marks themselves stay whole."""
    chance = random.Random(seed)

    def misread(text: str) -> str:
        return "".join(
            _misread(chance, letter) if letter in CONFUSABLE and chance.random() < share else letter for letter in text
        )

    pieces, position = [], 0
    for match in MARK.finditer(marked):
        kind, entity, surface = match.groups()
        blurred = misread(surface) if kind in ("person", "subject", "context") else surface
        pieces += [misread(marked[position : match.start()]), f"⟦{kind}|{entity}|{blurred}⟧"]
        position = match.end()
    return "".join([*pieces, misread(marked[position:])])


def _misread(chance: random.Random, letter: str) -> str:
    return CONFUSABLE[letter] if letter in "mwd" else chance.choice(CONFUSABLE[letter])


def _covered(gold: Gold, text: str, mentions: list[Mention]) -> bool:
    letters = {place for place in range(gold.start, gold.end) if text[place].isalnum()}
    for mention in mentions:
        letters.difference_update(range(mention.start, mention.end))
    return not letters


_INITIALS = re.compile(r"(?:[^\W\d_]\.? ?){2,3}")


def form_of(surface: str, nicknames: Collection[str]) -> str:
    """How a name is written, for the figures by form."""
    if surface in nicknames:
        return "nickname"
    if _INITIALS.fullmatch(surface) and (surface.isupper() or "." in surface or len(surface) == 2):
        return "initials"
    if surface.islower():
        return "lower case"
    if surface.isupper():
        return "capitals"
    return "full name" if len(surface.split()) > 1 else "forename or surname alone"


def _overlapping(start: int, end: int, spans: list[Gold]) -> list[Gold]:
    return [span for span in spans if span.start < end and start < span.end]


def _neutral(mention: Mention, text: str, gold: list[Gold]) -> bool:
    if mention.kind == "context":
        return bool([g for g in _overlapping(mention.start - 20, mention.end + 20, gold) if g.kind == "person"])
    if mention.kind == "address":
        return not any(character.isdigit() for character in mention.text)
    return mention.text == "Thornley"


def score_page(score: Score, where: str, text: str, gold: list[Gold], mentions: list[Mention], subject: str) -> None:
    by_kind: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_kind[mention.kind].append(mention)
    for span in gold:
        score.gold[span.kind] += 1
        if _covered(span, text, by_kind[span.kind]):
            score.found[span.kind] += 1
        else:
            line = text[max(0, span.start - 40) : span.end + 30].replace("\n", "/")
            score.missed.append(f"{where} {span.kind} {text[span.start : span.end]!r} in {line!r}")
    for mention in mentions:
        hits = [span for span in _overlapping(mention.start, mention.end, gold) if span.kind == mention.kind]
        if not hits and _neutral(mention, text, gold):
            continue
        score.reported[mention.kind] += 1
        score.right[mention.kind] += bool(hits)
        if not hits:
            line = text[max(0, mention.start - 40) : mention.end + 30].replace("\n", "/")
            score.false.append(f"{where} {mention.kind} {mention.text!r} ({', '.join(mention.evidence)}) in {line!r}")
        elif mention.kind == "person":
            _count_subject(score, mention, hits, subject, where)


def _count_subject(score: Score, mention: Mention, hits: list[Gold], subject: str, where: str) -> None:
    if any(span.subject for span in hits):
        score.subject_known += mention.subject
        opened = not mention.subject and subject in mention.candidates
        score.subject_open += opened
        if not mention.subject and not opened:
            score.subject_offered += 1
            score.false.append(f"{where} SUBJECT OFFERED {mention.text!r} as {mention.person!r}")
    elif mention.subject:
        score.others_taken_for_subject += 1
        score.false.append(f"{where} OTHER TAKEN FOR SUBJECT {mention.text!r} {hits[0].entity}")


def score_case(score: Score, folder: Path, with_people: bool, models: bool | None = None, noise: float = 0.0) -> None:
    known = json.loads((folder / "people.json").read_text(encoding="utf8"))
    subject = known["subject"]["name"]
    people = [person["name"] for person in known["people"] if person["name"]] if with_people else []
    documents = [
        parse(blur(path.read_text(encoding="utf8"), noise, f"{folder.name}/{path.name}"))
        for path in sorted(folder.glob("doc*.txt"))
    ]
    pages = [PageString(number, text) for number, (text, _) in enumerate(documents, 1)]
    started = time.perf_counter()
    mentions = Detector(models=models).detect(pages, [subject], people)
    score.seconds += time.perf_counter() - started
    score.words += sum(len(text.split()) for text, _ in documents)
    entities: dict[str, bool] = {}
    whole: dict[str, bool] = {}
    nicknames = known.get("nicknames", ())
    for number, (text, gold) in enumerate(documents, 1):
        here = [mention for mention in mentions if mention.page == number]
        score_page(score, f"{folder.name}/doc{number}", text, gold, here, subject)
        names = [mention for mention in here if mention.kind == "person"]
        for span in gold:
            if span.kind == "person":
                covered = _covered(span, text, names)
                entities[span.entity] = entities.get(span.entity, False) or covered
                whole[span.entity] = whole.get(span.entity, True) and covered
                form = form_of(text[span.start : span.end], nicknames)
                score.forms[form] += 1
                score.forms_found[form] += covered
    score.people += len(entities)
    score.people_found += sum(entities.values())
    score.people_whole += sum(whole.values())


def score_folder(
    folder: Path,
    *,
    with_people: bool = False,
    only: Collection[str] = (),
    models: bool | None = None,
    noise: float = 0.0,
) -> Score:
    """The score over every case in `folder`, or over those named in `only`; `models` as for `Detector`."""
    score = Score()
    for case in sorted(folder.glob("case*")):
        if case.is_dir() and (not only or case.name in only):
            score_case(score, case, with_people, models, noise)
    return score


def report(score: Score) -> dict[str, Any]:
    identifiers = score.over_identifiers()
    return {
        "kinds": {
            kind: {
                "marked": score.gold[kind],
                "reported": score.reported[kind],
                "recall": round(score.recall(kind), 3),
                "precision": round(score.precision(kind), 3),
            }
            for kind in sorted(set(score.gold) | set(score.reported))
        },
        "identifiers": {"recall": round(identifiers[0], 3), "precision": round(identifiers[1], 3)},
        "people": {
            "marked": score.people,
            "found_at_least_once": score.people_found,
            "every_mention_found": score.people_whole,
        },
        "forms": {form: [score.forms_found[form], count] for form, count in sorted(score.forms.items())},
        "subject": {
            "recognised": score.subject_known,
            "left_open": score.subject_open,
            "offered_for_redaction": score.subject_offered,
            "others_taken_for_subject": score.others_taken_for_subject,
        },
        "words": score.words,
        "words_per_second": round(score.words / score.seconds) if score.seconds else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", action="store_true", help="give the detector everybody's full name")
    parser.add_argument("--errors", action="store_true", help="list what was missed and what was wrong")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", action="append", default=[], help="only this case; may be repeated")
    parser.add_argument("--no-models", action="store_true", help="rules only")
    parser.add_argument("--noise", type=float, default=0.0, help="share of confusable letters misread, such as 0.03")
    options = parser.parse_args()
    models = False if options.no_models else None
    score = score_folder(
        options.folder, with_people=options.people, only=options.case, models=models, noise=options.noise
    )
    if options.json:
        print(json.dumps(report(score), indent=1))
        return
    result = report(score)
    for kind, figures in result.pop("kinds").items():
        print(
            f"{kind:16} marked {figures['marked']:4}  reported {figures['reported']:4}  "
            f"recall {figures['recall']:.3f}  precision {figures['precision']:.3f}"
        )
    for name, value in result.items():
        print(f"{name}: {value}")
    if options.errors:
        print("\nMissed:", *score.missed, sep="\n  ")
        print("\nWrong:", *score.false, sep="\n  ")


if __name__ == "__main__":
    main()
