"""Strings that a column, a page or something between the lines breaks: looked for where all their parts occur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from redaction.apply.lines import Line, Text
from redaction.apply.scene import Glyph
from redaction.apply.selection import Selection, look_closer, remove, spread_to_shadows
from redaction.columns import Letter, PageColumns, Spot
from redaction.halves import Halves
from redaction.needles import NeedleSet

# So many pages without words may lie between the two pages of a string.
BLANK_PAGES = 3
_WORD = re.compile(r"\S+")
Direction = tuple[float, float]


class Breaks:
    """Finds and marks such strings, of one set."""

    def __init__(self, words: NeedleSet) -> None:
        self._words, self._halves = words, Halves(words)

    def within_page(self, selection: Selection) -> None:
        """Marks the strings broken within the page, and notes what parts of others there are."""
        parts = selection.parts = self._halves.of(_kept_text(selection))
        severed = self._halves.joined(parts, parts)
        if not severed:
            return
        look_closer(selection)
        for page in _columns(selection).values():
            for needle, letters in page.columns.mentions(self._words, severed):
                if remove(page.glyphs(letters)):
                    selection.hits[needle.index] = selection.hits.get(needle.index, 0) + 1
        spread_to_shadows(selection.scene)

    def over_page_break(self, before: Selection, after: Selection) -> None:
        """Marks strings that begin on one page and finish on the next."""
        needles = self._halves.joined(before.parts, after.parts)
        if not needles:
            return
        look_closer(before)
        look_closer(after)
        pages, following = _columns(before), _columns(after)
        for direction in pages.keys() & following.keys():
            page, other = pages[direction], following[direction]
            for (needle, here), there in page.columns.mentions_over(other.columns, needles):
                if remove(page.glyphs(here)) + remove(other.glyphs(there)):
                    before.hits[needle.index] = before.hits.get(needle.index, 0) + 1
        spread_to_shadows(before.scene)
        spread_to_shadows(after.scene)


def is_blank(selection: Selection) -> bool:
    """Whether a page has no words, though perhaps its number, so that a string may run on past it."""
    return not any(char.isalpha() for char in selection.parts.text)


def _kept_text(selection: Selection) -> str:
    """The lines of the page without what is removed already."""
    if selection.glanced is not None:
        return "\n".join(selection.glanced)
    return "\n".join(_kept(text) for text in selection.texts)


def _kept(text: Text) -> str:
    if not any(glyph is not None and glyph.removed for glyph in text.glyphs):
        return text.text
    pairs = zip(text.text, text.glyphs, strict=True)
    return "".join(" " if glyph is not None and glyph.removed else char for char, glyph in pairs)


class _Lines:
    """The lines of a page in one direction, as words with places."""

    def __init__(self, lines: Sequence[tuple[Line, Text]]) -> None:
        self._texts = [text for _, text in lines]
        self._words = [[found.span() for found in _WORD.finditer(text.text)] for _, text in lines]
        rows = [
            [_spot(line, text, *span) for span in spans] for (line, text), spans in zip(lines, self._words, strict=True)
        ]
        self.columns = PageColumns(rows)

    def glyphs(self, letters: Iterable[Letter]) -> list[Glyph | None]:
        return [
            self._texts[letter.row].glyphs[self._words[letter.row][letter.word][0] + letter.offset]
            for letter in letters
        ]


def _columns(selection: Selection) -> dict[Direction, _Lines]:
    groups: dict[Direction, list[tuple[Line, Text]]] = {}
    for line, text in zip(selection.lines, selection.texts, strict=True):
        if line.glyphs:
            groups.setdefault((round(line.ux, 3), round(line.uy, 3)), []).append((line, text))
    return {direction: _Lines(lines) for direction, lines in groups.items()}


def _spot(line: Line, text: Text, first: int, end: int) -> Spot:
    """A word of a line. Only what was put in between has no glyph, and that is blank."""
    begins, ends = text.glyphs[first] or line.glyphs[0], text.glyphs[end - 1] or line.glyphs[-1]
    down = -line.across(begins)
    return Spot(text.text[first:end], line.along(begins), line.along(ends) + ends.advance, down, begins.em)
