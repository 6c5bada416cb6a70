"""A gap that fits: black boxes beside which the neighbours' places give away the width of a withheld string.

A string counts as given away where a box stands in a line of text, the space between its neighbours is within half a
point of the string's width in their font, with or without spaces around it, and the box is not of a constant width
(a whole number of em). Many strings fit one gap: this finds that a guess can be confirmed, not which guess is right.
Unseen words over a picture are passed over: they stand where the picture shows them, and of a picture the report says
(`width_visible`) that the room which a redaction took can be seen.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2.raw as pdfium_c

from redaction.geometry import Four
from redaction.needles import NeedleSet

PRECISION = 0.5
_CONSTANT = 0.01


class _Char(NamedTuple):
    x: float
    y: float
    text: str
    place: int


def fitting(textpage: object, boxes: Sequence[Four], needles: NeedleSet, pictures: Sequence[Four]) -> Iterator[int]:
    """Indices of the strings that fit the gap around one of `boxes` on a page of level text.

    `boxes` and `pictures`: (x0, y0, x1, y1) in user space."""
    chars = _chars(textpage, pictures) if boxes else []
    for x0, y0, x1, y1 in boxes:
        row = [char for char in chars if y0 - 1 <= char.y <= y1 and char.text.strip()]
        before = max((c for c in row if c.x < x0 + 0.5), key=lambda c: c.x, default=None)
        after = min((c for c in row if c.x > x1 - 1.0), key=lambda c: c.x, default=None)
        if before is None or after is None:
            continue
        size = _size_across(textpage, before.place)
        ems = (x1 - x0) / size if size > 0 else 0.0
        if size <= 0 or (abs(ems - round(ems)) < _CONSTANT and ems > 1):
            continue
        font = pdfium_c.FPDFTextObj_GetFont(pdfium_c.FPDFText_GetTextObject(textpage, before.place))
        if not font:
            continue
        gap = after.x - before.x - _width(font, before.text, size)
        space = _width(font, " ", size)
        for needle in needles.needles:
            width = _width(font, needle.text, size)
            if width and any(abs(gap - width - count * space) < PRECISION for count in range(3)):
                yield needle.index


def _chars(textpage: object, pictures: Sequence[Four]) -> list[_Char]:
    out = []
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(pdfium_c.FPDFText_CountChars(textpage)):
        if not pdfium_c.FPDFText_GetCharOrigin(textpage, index, x, y):
            continue
        over = any(left <= x.value <= right and low <= y.value <= high for left, low, right, high in pictures)
        if not (over and _is_unseen(textpage, index)):
            out.append(_Char(x.value, y.value, chr(pdfium_c.FPDFText_GetUnicode(textpage, index) or 32), index))
    return out


def _is_unseen(textpage: object, place: int) -> bool:
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(pdfium_c.FPDFText_GetTextObject(textpage, place))
    return bool(mode == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)


def _size_across(textpage: object, place: int) -> float:
    """The font's size along the line as shown: a line may be set in small units, enlarged, or narrowed as a whole."""
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetMatrix(textpage, place, matrix):
        return 0.0
    return float(pdfium_c.FPDFText_GetFontSize(textpage, place) * math.hypot(matrix.a, matrix.b))


def _width(font: object, text: str, size: float) -> float:
    total, width = 0.0, ctypes.c_float()
    for char in text:
        if not pdfium_c.FPDFFont_GetGlyphWidth(font, ord(char), size, width):
            return 0.0
        total += width.value
    return total
