"""A page as one string, in the three forms the recognisers read, all traceable to the same offsets.

`raw`   the text itself: words joined by a space, lines by a newline.
`flat`  as long as `raw`, character for character: curly quotes straightened, each line break that only wraps
        a sentence (with the `> ` of quoted mail) turned into SOFT (a rule can read over it yet still see it), and
        words that OCR misread and the capitals of lines typed all in capitals, or without any, put where a careful
        writer has them.
`folded` lower case, without accents, every run of white space and quoting marks one space, for the register of
        known names; `origin()` leads back to `raw`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from redaction.detect.casing import recased, writes_small
from redaction.detect.folding import fold
from redaction.detect.mending import mended
from redaction.geometry import Box

if TYPE_CHECKING:  # reading plain text must not load the PDF engine
    from redaction.document import PageText, Word

SOFT = "\v"
SHORTEST_WRAPPED_LINE = 40
SHORT_LINE = 25  # after a full stop, a line this short is a signature or a heading

_BREAK = re.compile(r"\n[> \t]*")
_NEW_ITEM = re.compile(r"(?:[A-Z][\w'/ ()]{0,24}:|[-*\u2022(]|\d|\[|_{3})")
_FILLED = re.compile(r"(?<!\w)[A-Z][a-z]+(?: [a-z]+)?:[ ]")  # two on one line, or a cell: no prose
_GAP = re.compile(r"[ \t]*\n[>\s]*|[ \t\v\xa0]{2,}[>\s]*|[\t\v\xa0]")


_STRAIGHT = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "\xa0": " ",
        "\t": " ",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        SOFT: " ",
        "\r": " ",
    }
)


def _flatten(raw: str) -> str:
    flat = raw.translate(_STRAIGHT)

    def soften(match: re.Match[str]) -> str:
        start, end = match.span()
        line_start = flat.rfind("\n", 0, start) + 1
        if end >= len(flat) or flat[end] == "\n" or start == 0:
            return match.group()
        wrapped = start - line_start >= SHORTEST_WRAPPED_LINE or (flat[start - 1] == "-" and flat[start - 2].isalpha())
        next_end = flat.find("\n", end)
        ends_here = flat[start - 1] in ".!?" and (next_end if next_end >= 0 else len(flat)) - end < SHORT_LINE
        form = " | " in flat[line_start:start] or len(_FILLED.findall(flat, line_start, start)) > 1
        if wrapped and not ends_here and not form and not _NEW_ITEM.match(flat, end):
            return SOFT * (end - start)
        return match.group()

    return _BREAK.sub(soften, flat)


@dataclass(frozen=True)
class PageString:
    """One page's text. `number` is 1-based; `words` and their `starts` are empty for plain text."""

    number: int
    raw: str
    words: tuple[Word, ...] = ()
    starts: tuple[int, ...] = ()

    @cached_property
    def plain(self) -> str:
        """`flat` before its capitals were put right: for numbers and marks, where capitals mean nothing."""
        return _flatten(self.raw)

    @cached_property
    def mended(self) -> str:
        """`plain` with the words that OCR misread put right, as far as that can be told."""
        return mended(self.plain, self.small)

    @cached_property
    def flat(self) -> str:
        return recased(self.mended)

    @cached_property
    def small(self) -> bool:
        """Whether the page is typed mostly without capitals, as hurried notes and text messages are."""
        return writes_small(self.plain)

    @cached_property
    def _folded(self) -> tuple[str, list[int], list[int]]:
        """The folded text, and for each shortening where it lies and how much was taken out before it."""
        pieces: list[str] = []
        places, removed = [0], [0]
        position = length = taken = 0
        for match in _GAP.finditer(self.raw):
            start, end = match.span()
            broken = start > 1 and self.raw[start - 1] == "-" and self.raw[start - 2].isalnum()
            keep = "" if broken and "\n" in match.group() else " "
            pieces += (self.raw[position:start], keep)
            length += start - position + len(keep)
            taken += end - start - len(keep)
            places.append(length)
            removed.append(taken)
            position = end
        pieces.append(self.raw[position:])
        return fold("".join(pieces)), places, removed

    @property
    def folded(self) -> str:
        return self._folded[0]

    def origin(self, position: int) -> int:
        """The offset in `raw` of the character at `position` in `folded`."""
        _, places, removed = self._folded
        return position + removed[bisect_right(places, position) - 1]

    def boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of the words that characters `start` to `end` touch, whole words, one box for each line."""
        if not self.words:
            return ()
        first = max(bisect_right(self.starts, start) - 1, 0)
        found: list[Box] = []
        for index in range(first, len(self.words)):
            if self.starts[index] >= end:
                break
            box = self.words[index].box
            if found and self.raw[self.starts[index] - 1] == " ":
                last = found[-1]
                box = Box(min(last.x0, box.x0), min(last.y0, box.y0), max(last.x1, box.x1), max(last.y1, box.y1))
                found[-1] = box
            else:
                found.append(Box(*box))
        return tuple(found)


def page_string(page: PageText) -> PageString:
    """The text of a page as built from its words, in the order they are given.

    Words on one line are joined by a space; a newline starts where the next word lies below the last one, or to the
    left of where it began; a gap wider than three times the height of the line is a column and becomes two spaces.
    """
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    last: Box | None = None
    for word in page.words:
        if last is not None:
            gap = _separator(last, word.box)
            pieces.append(gap)
            length += len(gap)
        starts.append(length)
        pieces.append(word.text)
        length += len(word.text)
        last = word.box
    return PageString(page.page + 1, "".join(pieces), tuple(page.words), tuple(starts))


def _separator(last: Box, box: Box) -> str:
    middle = (box.y0 + box.y1) / 2
    height = max(last.y1 - last.y0, 1.0)
    if not last.y0 <= middle <= last.y1 or box.x0 < last.x0:
        return "\n\n" if box.y0 - last.y1 > height else "\n"
    return "  " if box.x0 - last.x1 > 3 * height else " "
