"""Which withheld strings may lie on a page in parts, from its text alone: a cheap look that never misses one.

Columns are often drawn row by row, so that a name broken within its column stands in no text as a whole. Where each
part lies is told by `redaction.columns`, which takes places and time, so it is asked only about strings of which all
parts occur in the text of a page, or in that of one page and the next.

The parts of a string end at its spaces and hyphens, or anywhere if the string is long; a short single word is looked
for in two parts only where the first ends in a hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick

from redaction.needles import Needle, NeedleSet, fold, natural_parts

_LEAST_HALF = 4  # folded characters
# A hyphen at the end of a line; pdfium writes two signs of its own for it.
_HYPHENATED = re.compile("(\\w+)(?:[-\u2010\u2011](?!\\w)|[\u00ad\u0002\ufffe])")


@dataclass
class Parts:
    """What may be parts of strings in one text. `firsts`, `seconds`: (string, how much of it stands before the cut).

    `hyphenated`: the folded beginnings of words that end in a hyphen.
    """

    text: str
    firsts: list[tuple[Needle, int]] = field(default_factory=list)
    seconds: list[tuple[Needle, int]] = field(default_factory=list)
    hyphenated: frozenset[str] = frozenset()

    def may_hold(self, part: str) -> bool:
        """Whether the text has the folded `part`, be it with a hyphen in between."""
        if part in self.text:
            return True
        return any(part.startswith(start) and part[len(start) :] in self.text for start in self.hyphenated)


class Halves:
    """The parts of the strings of one set."""

    def __init__(self, needles: NeedleSet) -> None:
        self._severed = [(needle, parts) for needle in needles.needles if len(parts := natural_parts(needle.text)) > 1]
        self._owners: list[tuple[Needle, bool]] = []
        patterns: list[str] = []
        self._beginnings: dict[str, list[tuple[Needle, int]]] = {}
        for needle in needles.needles:
            half = (len(needle.folded) + 1) // 2
            if not needle.bounded and half >= _LEAST_HALF:
                patterns += [needle.folded[:half], needle.folded[-half:]]
                self._owners += [(needle, True), (needle, False)]
            for cut in range(1, len(needle.folded) if needle.bounded else 0):
                self._beginnings.setdefault(needle.folded[:cut], []).append((needle, cut))
        self._automaton = AhoCorasick(patterns) if patterns else None

    def of(self, original: str) -> Parts:
        """The parts in a text, whose lines may come in any order."""
        parts = Parts(fold(original).text)
        if self._automaton is not None:
            for pattern, start, end in self._automaton.find_matches_as_indexes(parts.text, overlapping=True):
                needle, is_first = self._owners[pattern]
                whole, size = needle.folded, len(needle.folded)
                if is_first:
                    parts.firsts.append((needle, _in_common(whole, parts.text[start : start + size])))
                else:
                    backwards = _in_common(whole[::-1], parts.text[max(0, end - size) : end][::-1])
                    parts.seconds.append((needle, size - backwards))
        if "-" in original or not original.isascii():
            parts.hyphenated = frozenset(fold(begun).text for begun in _HYPHENATED.findall(original)) - {""}
            for begun in parts.hyphenated:
                parts.firsts.extend(self._beginnings.get(begun, ()))
        return parts

    def joined(self, before: Parts, after: Parts) -> list[Needle]:
        """The strings that may begin in one text and end in the other; both may be the same."""
        found: dict[int, Needle] = {}

        def take(needles: Iterable[Needle]) -> None:
            found.update((needle.index, needle) for needle in needles)

        take(needle for needle, cut in before.firsts if needle.folded[cut:] in after.text)
        take(needle for needle, cut in after.seconds if needle.folded[:cut] in before.text)
        for needle, parts in self._severed:
            if all(before.may_hold(part) or (before is not after and after.may_hold(part)) for part in parts):
                found[needle.index] = needle
        return list(found.values())


def _in_common(text: str, other: str) -> int:
    """How many characters the two have in common from their start."""
    count = 0
    for one, two in zip(text, other, strict=False):
        if one != two:
            break
        count += 1
    return count
