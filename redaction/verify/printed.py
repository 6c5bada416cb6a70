"""The codes that a plan prints in its boxes: words of our own, but only where a box prints them.

A plan may withhold "others" and print "P3-OTHERS". What makes a box of ours is a span with what it is read as: no other
has such a text, for all that came with the document were dropped (`apply.rewrite`).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Collection, Iterator

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from rapidfuzz import fuzz

from redaction.geometry import Box, PageFrame
from redaction.letters import fold
from redaction.needles import Hit
from redaction.words import Word

_READ_AS = "redacted, reason "
_WITHOUT_CODE = "redacted"
_NUMBERS = r"(?:-?[\d.]+ )+"
# Longer than what is drawn for one box but its code, twice over: once as read, once as shown.
_DRAWN_AROUND = 300
_FORM_DEPTH = 8
_ALIKE = 80.0  # of 100
_MARGIN = 2.0  # points that OCR may see letters larger than they are


class Codes:
    """The codes that may be printed, and where they are."""

    def __init__(self, codes: Collection[str]) -> None:
        longest_first = sorted(filter(None, set(codes)), key=lambda code: (-len(code), code))
        read_as = [*(_READ_AS + code for code in longest_first), _WITHOUT_CODE]
        self._read_as = frozenset(read_as)
        self._reading = re.compile("|".join(map(re.escape, read_as)))
        self._drawing = re.compile("|".join(map(_drawn, longest_first)) or "(?!)", re.DOTALL)
        self._folded = [fold(code).text for code in longest_first]
        self._reach = _DRAWN_AROUND + 4 * max(map(len, longest_first), default=0)

    def __bool__(self) -> bool:
        return bool(self._folded)

    def are_read(self, text: str, hit: Hit) -> bool:
        """Whether a hit in the text of a page is part of how a box is read."""
        return any(start <= hit.start and hit.end <= end for start, end in self._spans(self._reading, text, hit))

    def are_drawn(self, text: str, hit: Hit) -> bool:
        """Whether a hit in content lies in one of the two strings of a box: as it is read, and as it is shown."""
        return any(start <= hit.start and hit.end <= end for start, end in self._spans(self._drawing, text, hit))

    def _spans(self, pattern: re.Pattern[str], text: str, hit: Hit) -> Iterator[tuple[int, int]]:
        for found in pattern.finditer(text, max(0, hit.start - self._reach), hit.end + self._reach):
            yield from (found.regs[1:] if pattern.groups else found.regs)

    def all_printed(self, page: pdfium.PdfPage, text: str) -> bool:
        """Whether there are as many boxes on the page as its text reads like boxes: then all of these are boxes."""
        return len(self._reading.findall(text)) <= sum(self._is_box(item) for item in _objects(page))

    def places(self, page: pdfium.PdfPage, frame: PageFrame) -> list[Box]:
        """Where codes are shown, in display coordinates; those in forms left out."""
        found = []
        for item in _objects(page, depth=0):
            if self._is_box(item):
                sides = [ctypes.c_float() for _ in range(4)]
                if pdfium_c.FPDFPageObj_GetBounds(item, *sides):
                    x0, y0, x1, y1 = (side.value for side in sides)
                    found.append(frame.to_display((x0, y0, x1, y1)).grown(_MARGIN))
        return found

    def are_seen(self, word: Word, places: Collection[Box]) -> bool:
        """Whether a word that was seen is a code, or a part of one, where one is shown; OCR misreads small letters."""
        folded = fold(word.text).text
        is_code = any(folded in code or fuzz.ratio(folded, code) >= _ALIKE for code in self._folded)
        return is_code and any(word.box.overlaps(place) for place in places)

    def _is_box(self, item: object) -> bool:
        return pdfium_c.FPDFPageObj_GetType(item) == pdfium_c.FPDF_PAGEOBJ_TEXT and self._is_marked(item)

    def _is_marked(self, item: object) -> bool:
        marks = (pdfium_c.FPDFPageObj_GetMark(item, n) for n in range(pdfium_c.FPDFPageObj_CountMarks(item)))
        return any(_read_as(mark) in self._read_as for mark in marks)


def _drawn(code: str) -> str:
    """What `apply.marks` writes for a box with the code; the strings are groups."""
    read, shown = (re.escape(pikepdf.String(text).unparse().decode("latin-1")) for text in (_READ_AS + code, code))
    return (
        rf"/Span <</ActualText ({read})>> BDC 0 g {_NUMBERS}re f BT 1 g /RedactionCode {_NUMBERS}Tf "
        rf"0 Tr 0 Tc 0 Tw 0 Ts {_NUMBERS}Tz {_NUMBERS}Td ({shown}) Tj ET EMC"
    )


def _read_as(mark: object) -> str:
    size = ctypes.c_ulong()
    pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, size)
    buffer = ctypes.create_string_buffer(size.value)
    letters = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    if size.value < 2 or not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", letters, size, size):
        return ""
    return buffer.raw[: size.value - 2].decode("utf-16-le", "replace")


def _objects(page: pdfium.PdfPage, depth: int = _FORM_DEPTH) -> Iterator[object]:
    """The objects drawn on a page, and in its forms down to `depth`."""
    for index in range(pdfium_c.FPDFPage_CountObjects(page.raw)):
        yield from _within(pdfium_c.FPDFPage_GetObject(page.raw, index), depth)


def _within(item: object, depth: int) -> Iterator[object]:
    yield item
    if depth and pdfium_c.FPDFPageObj_GetType(item) == pdfium_c.FPDF_PAGEOBJ_FORM:
        for index in range(pdfium_c.FPDFFormObj_CountObjects(item)):
            yield from _within(pdfium_c.FPDFFormObj_GetObject(item, index), depth - 1)


NO_CODES = Codes(())
