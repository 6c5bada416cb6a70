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

from redaction.letters import fold
from redaction.needles import Needle, NeedleSet, natural_parts

_LEAST_HALF = 4  # folded characters
# A hyphen at the end of a line; pdfium writes two signs of its own for it.
_HYPHENATED = re.compile("(\\w+)(?:[-\u2010\u2011](?!\\w)|[\u00ad\u0002\ufffe])")


class Form:
    """A string in one of the ways it is written in words: folded, and in the parts at which it may break."""

    def __init__(self, needle: Needle, text: str) -> None:
        self.needle, self.folded, self.parts = needle, fold(text).text, natural_parts(text)


@dataclass
class Parts:
    """What may be parts of strings in one text. `firsts`, `seconds`: (form, how much of it stands before the cut).

    `hyphenated`: the folded beginnings of words that end in a hyphen.
    """

    text: str
    firsts: list[tuple[Form, int]] = field(default_factory=list)
    seconds: list[tuple[Form, int]] = field(default_factory=list)
    hyphenated: frozenset[str] = frozenset()

    def may_hold(self, part: str) -> bool:
        """Whether the text has the folded `part`, be it with a hyphen in between."""
        if part in self.text:
            return True
        return any(part.startswith(start) and part[len(start) :] in self.text for start in self.hyphenated)


class Halves:
    """The parts of the strings of one set."""

    def __init__(self, needles: NeedleSet) -> None:
        forms = [Form(needle, text) for needle in needles.needles for text in needle.in_words]
        self._severed = [form for form in forms if len(form.parts) > 1]
        self._owners: list[tuple[Form, bool]] = []
        patterns: list[str] = []
        self._beginnings: dict[str, list[tuple[Form, int]]] = {}
        for form in forms:
            half = (len(form.folded) + 1) // 2
            if not form.needle.bounded and half >= _LEAST_HALF:
                patterns += [form.folded[:half], form.folded[-half:]]
                self._owners += [(form, True), (form, False)]
            for cut in range(1, len(form.folded) if form.needle.bounded else 0):
                self._beginnings.setdefault(form.folded[:cut], []).append((form, cut))
        self._automaton = AhoCorasick(patterns) if patterns else None

    def of(self, original: str) -> Parts:
        """The parts in a text, whose lines may come in any order."""
        parts = Parts(fold(original).text)
        if self._automaton is not None:
            for pattern, start, end in self._automaton.find_matches_as_indexes(parts.text, overlapping=True):
                form, is_first = self._owners[pattern]
                whole, size = form.folded, len(form.folded)
                if is_first:
                    parts.firsts.append((form, _in_common(whole, parts.text[start : start + size])))
                else:
                    backwards = _in_common(whole[::-1], parts.text[max(0, end - size) : end][::-1])
                    parts.seconds.append((form, size - backwards))
        if "-" in original or not original.isascii():
            parts.hyphenated = frozenset(fold(begun).text for begun in _HYPHENATED.findall(original)) - {""}
            for begun in parts.hyphenated:
                parts.firsts.extend(self._beginnings.get(begun, ()))
        return parts

    def joined(self, before: Parts, after: Parts) -> list[Needle]:
        """The strings that may begin in one text and end in the other; both may be the same."""
        found: dict[int, Needle] = {}

        def take(forms: Iterable[Form]) -> None:
            found.update((form.needle.index, form.needle) for form in forms)

        take(form for form, cut in before.firsts if form.folded[cut:] in after.text)
        take(form for form, cut in after.seconds if form.folded[:cut] in before.text)
        texts = (before,) if before is after else (before, after)
        take(form for form in self._severed if all(any(text.may_hold(part) for text in texts) for part in form.parts))
        return list(found.values())


def _in_common(text: str, other: str) -> int:
    """How many characters the two have in common from their start."""
    count = 0
    for one, two in zip(text, other, strict=False):
        if one != two:
            break
        count += 1
    return count
