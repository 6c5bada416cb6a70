"""Withheld strings that a column, a page or something between the lines breaks, by the words pdfium finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium

from redaction.columns import PageColumns, Spot
from redaction.geometry import PageFrame
from redaction.halves import Halves, Parts
from redaction.needles import NeedleSet
from redaction.opening import OpenPdf
from redaction.verify.boxes import is_black_box, object_bounds, objects_of
from redaction.verify.leaks import Leak
from redaction.words import TextReader, Word

# So many pages without words may lie between the two pages of a string.
BLANK_PAGES = 3
_BOX = "\u25a0"
_SAME_LINE = 0.3  # of the lower word's height, which is more than the size of its letters


class Breaks:
    """Fed the pages of a file in order, each with its text."""

    def __init__(self, opened: OpenPdf, needles: NeedleSet) -> None:
        self._opened, self._needles, self._halves = opened, needles, Halves(needles)
        self._reader = TextReader()
        self._before: tuple[int, Parts] | None = None

    def leaks(self, page: pdfium.PdfPage, index: int, text: str) -> Iterator[Leak]:
        """Leaks broken within the page, and those that began on the last one with words."""
        parts, columns = self._halves.of(text), None
        if severed := self._halves.joined(parts, parts):
            columns = self._columns(page, index)
            for needle, _ in columns.mentions(self._needles, severed):
                yield Leak("text", index + 1, needle.index)
        if not any(char.isalpha() for char in parts.text):
            if self._before is not None and index - self._before[0] <= BLANK_PAGES:
                return
        elif self._before is not None and (needles := self._halves.joined(self._before[1], parts)):
            columns = columns or self._columns(page, index)
            number = self._before[0]
            for (needle, _), _ in self._columns_of(number).mentions_over(columns, needles):
                yield Leak("text", number + 1, needle.index)
        self._before = index, parts

    def _columns_of(self, index: int) -> PageColumns:
        page = self._opened.page(index)
        try:
            return self._columns(page, index)
        finally:
            page.close()

    def _columns(self, page: pdfium.PdfPage, index: int) -> PageColumns:
        frame = self._opened.frame(index, page)
        words = self._reader.read(page.raw, frame).words
        return PageColumns(list(_rows([*words, *_empty_boxes(page, frame, words)])))


def _empty_boxes(page: pdfium.PdfPage, frame: PageFrame, words: Sequence[Word]) -> Iterator[Word]:
    """Boxes in the place of words: a line goes on behind one, and is no two columns."""
    for item in objects_of(page):
        bounds = object_bounds(item) if is_black_box(item) else None
        if bounds is not None:
            box = frame.to_display(bounds)
            if not any(word.box.overlaps(box) for word in words):
                yield Word(_BOX, box)


def _rows(words: Sequence[Word]) -> Iterator[list[Spot]]:
    """The lines of a page from the top, each from left to right."""
    row: list[Word] = []
    for word in sorted(words, key=_middle):
        if row and _middle(word) - _middle(row[0]) > _SAME_LINE * min(word.box.height, row[0].box.height):
            yield _spots(row)
            row = []
        row.append(word)
    if row:
        yield _spots(row)


def _middle(word: Word) -> float:
    return (word.box.y0 + word.box.y1) / 2


def _spots(row: list[Word]) -> list[Spot]:
    ordered = sorted(row, key=lambda word: word.box.x0)
    return [Spot(word.text, word.box.x0, word.box.x1, _middle(row[0]), word.box.height) for word in ordered]
