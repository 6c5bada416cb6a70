"""The black boxes, with the reason printed in them. Their size depends on the line's font size and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pikepdf
from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS

from redaction.apply.matrices import IDENTITY, Matrix, Rect, multiply
from redaction.apply.relay import BOX_ABOVE, BOX_BELOW, BOX_EMS, Mark
from redaction.apply.selection import Region
from redaction.apply.tokens import format_number

CODE_FONT = "/RedactionCode"
_CODE_SIZE = 0.62
_CODE_SIDE = 0.3
_REGION_CODE_SIZE = 7.0
_WIDTHS = CORE_FONT_METRICS["Helvetica"].character_widths


def code_font() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def draw(marks: Iterable[Mark], boxes: Sequence[Region]) -> bytes:
    """Content that draws line boxes and, in page user space, boxes over regions."""
    out = [line_box(mark) for mark in marks]
    out.extend(region_box(box.rect, box.code) for box in boxes)
    return b"".join(out)


def line_box(mark: Mark, to_page: Matrix = IDENTITY) -> bytes:
    """Content that draws the box, where `to_page` leads to page user space."""
    matrix = multiply((*mark.direction, *mark.up, mark.x, mark.y), to_page)
    size = min(_CODE_SIZE, (BOX_EMS - 2 * _CODE_SIDE) / max(text_width(mark.code), 1e-6)) * mark.em
    code = _code(mark.code, _CODE_SIDE * mark.em * mark.stretch, 0.03 * mark.em, size, mark.stretch)
    box = _numbers(0, -BOX_BELOW * mark.em, mark.width, (BOX_BELOW + BOX_ABOVE) * mark.em) + b" re f"
    placed = b" ".join(format_number(value, 6) for value in matrix)
    return _wrapped(mark.code, placed + b" cm ", b"0 g " + box + code)


def region_box(rect: Rect, reason: str) -> bytes:
    """Content that draws the box in the space of `rect`."""
    x0, y0, x1, y1 = rect
    size = min(_REGION_CODE_SIZE, (x1 - x0 - 2) / max(text_width(reason), 1e-6), 0.8 * (y1 - y0))
    code = _code(reason, x0 + 1, y1 - size, size, 1.0) if size > 1 else b""
    return _wrapped(reason, b"", b"0 g " + _numbers(x0, y0, x1 - x0, y1 - y0) + b" re f" + code)


def _wrapped(reason: str, placed: bytes, content: bytes) -> bytes:
    """`content` as a span that assistive technology reads as words.

    The matrix is set outside the span: poppler places the words by the one that holds where the span ends.
    """
    spoken = f"redacted, reason {reason}" if reason else "redacted"
    span = b"/Span <</ActualText " + pikepdf.String(spoken).unparse() + b">> BDC "
    return b"q " + placed + span + content + b" EMC Q\n"


def _code(reason: str, x: float, y: float, size: float, stretch: float) -> bytes:
    if not reason:
        return b""
    text = pikepdf.String(reason).unparse()
    font = CODE_FONT.encode("ascii") + b" " + format_number(size) + b" Tf 0 Tr 0 Tc 0 Tw 0 Ts "
    scale = format_number(stretch * 100) + b" Tz "
    return b" BT 1 g " + font + scale + _numbers(x, y) + b" Td " + text + b" Tj ET"


def text_width(text: str) -> float:
    """In the font of codes, in units of its size."""
    return sum(_WIDTHS.get(char, 556) for char in text) / 1000


def _numbers(*values: float) -> bytes:
    return b" ".join(format_number(value) for value in values)
