"""Finding withheld strings in text however it is set: one definition for removing and for checking.

Text is *folded* before it is compared (`letters`), so that a string is found over line breaks, hyphens and no-break
spaces, whatever its case and accents; and each string is looked for in all ways it is written (`spellings`).

A short single word ("Ann", "Lee") must stand on its own ("planning" is no hit; "Ann's", "Ann-Marie" are). A string of
several words or of at least `UNBOUNDED_LENGTH` folded characters is found anywhere, even run together with neighbours.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from ahocorasick_rs import AhoCorasick

from redaction.letters import DROPPED, fold, fold_char
from redaction.spellings import Spelling, last_first, spellings, written_out

UNBOUNDED_LENGTH = 8
# Ideographs, Yi and Hangul syllables, private use but for small capitals and old-style figures. Folding leaves them as
# they are or makes them Hangul letters.
_FAR = re.compile("[\u3400-\u4dbf\u4e00-\u9ffc\ua000-\ua48c\uac00-\ud7a3\ue000-\uf72f\uf73a-\uf760\uf77b-\uf8ff]+")
_FIRST_FAR = "\u1100"
_SIGN = "\u2400"


@dataclass(frozen=True)
class Needle:
    """One withheld string. `index` is its place in the list it came from: reports name it by this, never by text."""

    index: int
    text: str
    folded: str
    bounded: bool

    @classmethod
    def of(cls, index: int, text: str) -> Needle:
        folded = fold(text).text
        several_words = len([part for part in text.split() if fold(part).text]) > 1
        return cls(index, text, folded, not several_words and len(folded) < UNBOUNDED_LENGTH)

    @cached_property
    def in_words(self) -> list[str]:
        """The ways it is written in words: as it is, with letters written out, and the last words first."""
        return [form for text in written_out(self.text) for form in (text, *last_first(text))]

    @property
    def fingerprint(self) -> str:
        """A short hash for reports. It names the string to those who have the plan, and shows nobody else."""
        return hashlib.sha256(self.folded.encode("utf-8")).hexdigest()[:12]


@dataclass(frozen=True)
class Hit:
    """`needle` found in the original text from `start` to `end` (half open)."""

    needle: Needle
    start: int
    end: int


class NeedleSet:
    """Many strings, found in one pass."""

    def __init__(self, texts: Iterable[str]) -> None:
        made = (Needle.of(index, text) for index, text in enumerate(texts))
        self.needles: list[Needle] = [needle for needle in made if needle.folded]
        self._forms: list[tuple[Needle, Spelling]] = []
        for needle in self.needles:
            self._forms += [(needle, spelling) for spelling in spellings(needle.text, alone=needle.bounded)]
            # Right-to-left text is often stored in the order seen; look for it backwards as well.
            if any(unicodedata.bidirectional(c) in ("R", "AL") for c in needle.folded):
                self._forms.append((needle, Spelling(needle.folded[::-1], needle.bounded)))
        patterns = [spelling.folded for _, spelling in self._forms]
        self._automaton = AhoCorasick(patterns) if patterns else None
        # Whether any string could match letters of the scripts that `plainer` takes out.
        self._far = any(char >= _FIRST_FAR for pattern in patterns for char in pattern)

    def __bool__(self) -> bool:
        return bool(self.needles)

    def find(self, text: str) -> Iterator[Hit]:
        """Every occurrence in `text`, overlapping ones included."""
        if self._automaton is None or not text:
            return
        folded = fold(text)
        for pattern, start, end in self._automaton.find_matches_as_indexes(folded.text, overlapping=True):
            needle, spelling = self._forms[pattern]
            first, last = folded.origin[start], folded.origin[end - 1]
            if spelling.alone and not stands_alone(text, first, last + 1):
                continue
            if spelling.allows(text, folded.origin[start:end]):
                yield Hit(needle, first, last + 1)

    def plainer(self, text: str) -> str:
        """`text` with each run of ideographs, syllables and private letters as one sign, if no string has such.

        Packed data read as UTF-16 is mostly these, and they are slow to fold. Nothing found in `text` is lost.
        """
        return text if self._far else _FAR.sub(_SIGN, text)

    def occurs(self, text: str) -> bool:
        """Whether any string occurs in `text`."""
        return next(self.find(text), None) is not None


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is neither preceded nor followed by a letter or figure of the same word."""
    return not (start > 0 and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum())


def halves_over_break(needles: Sequence[Needle], before: str, after: str) -> Iterator[tuple[Needle, int, int]]:
    """Strings that begin at the end of the line `before` and finish at the start of the line `after`.

    Yields (needle, start in `before`, end in `after`). Used over page breaks, where headers and footers lie between.
    Only breaks at a space or hyphen of the string, or at a hyphen that ends `before`, count.
    """
    head, tail = _fold_line(before), _fold_line(after)
    if not head.text or not tail.text:
        return
    hyphenated = before.rstrip()[-1:] in DROPPED
    for needle, text in [(each, text) for each in needles for text in each.in_words]:
        whole = _fold_line(text).text
        for cut in range(1, len(whole)) if hyphenated else _natural_breaks(text):
            first, second = whole[:cut], whole[cut:]
            if not first or not second or not head.text.endswith(first) or not tail.text.startswith(second):
                continue
            start, end = head.origin[-len(first)], tail.origin[len(second) - 1] + 1
            if stands_alone(before, start, len(before)) and stands_alone(after, 0, end):
                yield needle, start, end


def natural_parts(text: str) -> list[str]:
    """The folded parts of a string between its spaces and hyphens."""
    folded = fold(text).text
    cuts = [0, *_natural_breaks(text), len(folded)]
    return [part for first, last in pairwise(cuts) if (part := folded[first:last])]


# Each line at a break meets several on the other side.
_fold_line = lru_cache(maxsize=4_096)(fold)


@lru_cache(maxsize=4_096)
def _natural_breaks(text: str) -> tuple[int, ...]:
    """The positions in the folded form of `text` at which a space or hyphen stands in `text`."""
    breaks: set[int] = set()
    length = 0
    for char in text:
        part = fold_char(char)
        if not part and (char.isspace() or char in DROPPED):
            breaks.add(length)
        length += len(part)
    return tuple(sorted(breaks))
