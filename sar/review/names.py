"""Names and values as strings: when two are the same, and what may be removed wherever it stands. Pure.

The last is the rule of `words` in a plan. A string of a withheld person is removed everywhere in a record, so that
repeats that nobody found go too, if it can mean nobody else:

- a name of two words or more, each longer than an initial;
- a surname standing alone that is no ordinary word, place or forename;
- an identifier of six letters and figures or more;

and never one that stands inside, or has a whole word in common where it is a single word, with a name of the
requester, of a disclosed person, or with words that an officer left in place by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dateutil.parser import parse as parse_date

from redaction.detect.lexicon import Class, classify
from redaction.letters import fold
from sar.review.models import PersonKind

_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_SHORTEST_WORD: Final = 3
_SHORTEST_IDENTIFIER: Final = 6
_UNSAFE_ALONE: Final = frozenset(
    {Class.WORD, Class.WORD_NAME, Class.STOP, Class.PLACE, Class.TOWN} | {Class.INITIAL, Class.FORENAME}
)
# A forename that is no ordinary word is searched for in the finished files; removing it unseen would go too far.
_UNSAFE_TO_HUNT: Final = _UNSAFE_ALONE - {Class.FORENAME}


def key_of(kind: str, detail: str, text: str) -> str:
    """One form for all the ways the same name, number or phrase is written."""
    plain_form = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(c for c in plain_form if c.isalnum())
    if detail == "date_of_birth":
        letters = _day(text) or letters
    if detail == "phone" and letters.startswith("44"):
        letters = "0" + letters[2:].removeprefix("0")
    return f"{kind}|{detail}|{letters}"


def _day(text: str) -> str | None:
    """A date as YYYYMMDD however it was written, the day before the month; None when it cannot be told."""
    if _ISO_DAY.fullmatch(text.strip()):
        return text.strip().replace("-", "")
    try:
        return parse_date(text, dayfirst=True).strftime("%Y%m%d")
    except (ValueError, OverflowError):
        return None


def tidy(text: str) -> str:
    """One line, single spaces, no stray punctuation at the ends: a name as it is shown."""
    return re.sub(r"\s+", " ", text).strip(" .,;:'\"()")


def words_of(text: str) -> list[str]:
    """The words of a name, lower case, without titles' dots and possessives."""
    parts = re.split(r"[\s,]+", text.casefold().replace("’", "'"))
    return [part for raw in parts if (part := raw.strip(".,;:'\"()").removesuffix("'s"))]


@dataclass(frozen=True)
class Protected:
    """Everything that must stay readable: names of the requester and of disclosed people, words left by hand."""

    texts: tuple[str, ...]
    words: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Protected:
        kept = list(texts)
        return cls(
            tuple(sorted({fold(text).text for text in kept} - {""})),
            frozenset(part for text in kept for word in words_of(text) for part in (word, *word.split("-"))),
        )

    def touched_by(self, text: str) -> bool:
        """Whether removing `text` wherever it stands would take away something of these."""
        words = words_of(text)
        if len(words) == 1 and words[0] in self.words:
            return True
        folded = fold(text).text
        return not folded or any(folded in kept for kept in self.texts)


def removable(kind: str, texts: Iterable[str], protected: Protected) -> set[str]:
    """The strings among a withheld person's names (or values) that may be removed wherever they stand."""
    return {text for text in _candidates(kind, texts, _UNSAFE_ALONE) if not protected.touched_by(text)}


def huntable(kind: str, texts: Iterable[str], protected: Protected) -> set[str]:
    """The strings that must be found nowhere in the finished files: as `removable`, and unmistakable forenames too."""
    return {text for text in _candidates(kind, texts, _UNSAFE_TO_HUNT) if not protected.touched_by(text)}


def _candidates(kind: str, texts: Iterable[str], unsafe: frozenset[Class]) -> set[str]:
    found: set[str] = set()
    for text in (tidy(raw) for raw in texts):
        if kind == PersonKind.IDENTIFIER:
            if sum(c.isalnum() for c in text) >= _SHORTEST_IDENTIFIER:
                found.add(text)
        elif kind == PersonKind.PERSON:
            words = words_of(text)
            if len([word for word in words if len(word) > 1]) > 1:
                found.add(text)
            alone = {words[-1]} if len(words) > 1 and "," not in text else set(words[:1])
            if unsafe is _UNSAFE_TO_HUNT:
                alone = set(words)
            found |= {word for word in alone if len(word) >= _SHORTEST_WORD and classify(word) not in unsafe}
    return found
