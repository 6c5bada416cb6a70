"""Finding withheld strings in text however it is set: one definition for removing and for checking.

Text is *folded* before it is compared: compatibility forms and accents undone, case folded; white space, hyphens,
apostrophes and invisible characters dropped. So a string is found over line breaks, hyphens and no-break spaces.

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

UNBOUNDED_LENGTH = 8
# Ideographs, Yi and Hangul syllables, private use. Folding leaves them as they are or makes them Hangul letters.
_FAR = re.compile("[\u3400-\u4dbf\u4e00-\u9ffc\ua000-\ua48c\uac00-\ud7a3\ue000-\uf8ff]+")
_FIRST_FAR = "\u1100"
_SIGN = "\u2400"
_DROPPED = frozenset(
    "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d'\u2018\u2019\u02bc\u0060\u00b4\ufffe"
)
_DROPPED_CATEGORIES = ("Z", "C", "M")


@lru_cache(maxsize=65_536)
def fold_char(char: str) -> str:
    """The folded form of one character: nothing, one, or several characters."""
    if char in _DROPPED:
        return ""
    return "".join(
        c
        for c in unicodedata.normalize("NFKD", char).casefold()
        # Private use characters are kept: fonts with a lying ToUnicode map to them, and they are shown.
        if c not in _DROPPED
        and (unicodedata.category(c)[0] not in _DROPPED_CATEGORIES or unicodedata.category(c) == "Co")
    )


@dataclass(frozen=True)
class Folded:
    """Folded text of `original`."""

    text: str
    original: str

    @cached_property
    def origin(self) -> Sequence[int]:
        """The index in the original of each folded character. Most text holds nothing, and is never asked."""
        if self.original.isascii():
            return [index for index, char in enumerate(self.original) if char in _ASCII_KEPT]
        return [index for index, char in enumerate(self.original) for _ in fold_char(char)]


def fold(original: str) -> Folded:
    """`original` as it is compared."""
    if original.isascii():
        folded = original.encode("ascii").translate(None, _ASCII_DROP).lower().decode("ascii")
    else:
        by_bytes = _fold_bytes(original)
        folded = by_bytes if by_bytes is not None else original.translate(_FOLDS)
    return Folded(folded, original)


def _fold_bytes(original: str) -> str | None:
    """The same for text of Latin-1, which packed data is read as: many times faster by bytes. None for other text."""
    try:
        data = original.encode("latin-1")
    except UnicodeEncodeError:
        return None
    folded = data.translate(_LATIN_FOLDS, _LATIN_DROP).decode("latin-1")
    for char, longer in _LATIN_ODD.items():
        if char in folded:
            folded = folded.replace(char, longer)
    return folded


class _Folds(dict[int, str]):
    """The folded form by code point, filled as characters are met."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = fold_char(chr(point))
        return folded


_FOLDS = _Folds()
_ASCII_DROP = bytes(c for c in range(128) if not fold_char(chr(c)))
_ASCII_KEPT = frozenset(chr(c) for c in range(128) if fold_char(chr(c)))
_LATIN = {chr(c): fold_char(chr(c)) for c in range(256)}
_LATIN_DROP = bytes(ord(char) for char, folded in _LATIN.items() if not folded)
_LATIN_ODD = {char: folded for char, folded in _LATIN.items() if len(folded) > 1 or folded > "\xff"}
_LATIN_FOLDS = bytes(ord(folded) if folded and char not in _LATIN_ODD else ord(char) for char, folded in _LATIN.items())


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
        patterns = [needle.folded for needle in self.needles]
        # Right-to-left text is often stored in the order seen; look for it backwards as well.
        self._owners = list(range(len(self.needles)))
        for position, needle in enumerate(self.needles):
            if any(unicodedata.bidirectional(c) in ("R", "AL") for c in needle.folded):
                patterns.append(needle.folded[::-1])
                self._owners.append(position)
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
            needle = self.needles[self._owners[pattern]]
            first, last = folded.origin[start], folded.origin[end - 1]
            if not needle.bounded or stands_alone(text, first, last + 1):
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
    hyphenated = before.rstrip()[-1:] in _DROPPED
    for needle in needles:
        for cut in range(1, len(needle.folded)) if hyphenated else _natural_breaks(needle.text):
            first, second = needle.folded[:cut], needle.folded[cut:]
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
_fold_line = lru_cache(maxsize=64)(fold)


@lru_cache(maxsize=4_096)
def _natural_breaks(text: str) -> tuple[int, ...]:
    """The positions in the folded form of `text` at which a space or hyphen stands in `text`."""
    breaks: set[int] = set()
    length = 0
    for char in text:
        part = fold_char(char)
        if not part and (char.isspace() or char in _DROPPED):
            breaks.add(length)
        length += len(part)
    return tuple(sorted(breaks))
