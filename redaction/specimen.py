"""A sheet of what a font shows for its codes, as pdfium draws it and as pdfium reads it: the look and the name of each.

Whatever kind of font it is, and whichever tables it finds its glyphs by, the sheet shows what a page would show.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redaction.cmap import parse

MOST_CODES = 1024  # further codes of a font are not looked at
_COLUMNS, _CELL, _SIZE = 32, 40, 24  # pixels; a glyph starts at (_LEFT, _LOW) from the lower left corner of its cell
_LEFT, _LOW = 8, 12

Ink = npt.NDArray[np.uint8]


class Shown(NamedTuple):
    """What one code shows: its text as read (a guess where the font names none), and its ink (0 none to 255)."""

    text: str
    ink: Ink


def codes_of(font: pikepdf.Dictionary) -> list[bytes]:
    """The codes for which a font names letters: by its map to text, and for single-byte codes by its encoding."""
    unicode_map, encoding = font.get("/ToUnicode"), font.get("/Encoding")
    named = parse(unicode_map.read_bytes()).texts if isinstance(unicode_map, pikepdf.Stream) else {}
    if font.get("/Subtype") != "/Type0":
        first, last = (font.get(key, default) for key, default in (("/FirstChar", 0), ("/LastChar", 255)))
        if not (isinstance(first, int) and isinstance(last, int)):
            first, last = 0, 255
        return [bytes([code]) for code in range(max(0, first), min(255, last) + 1)]
    size = 2
    if isinstance(encoding, pikepdf.Stream):
        sizes = {len(low) for low, _ in parse(encoding.read_bytes()).spaces}
        size = sizes.pop() if len(sizes) == 1 else 0
    if not size:
        return sorted(named)[:MOST_CODES]
    numbers = sorted({int.from_bytes(code, "big") for code in named})
    return [number.to_bytes(size, "big") for number in numbers if number < 1 << (8 * size)][:MOST_CODES]


def specimen(font: pikepdf.Dictionary, codes: Sequence[bytes]) -> list[Shown]:
    """What the font shows for each code. Raises pikepdf.PdfError or pdfium.PdfiumError where it cannot be drawn."""
    if not codes:
        return []
    with pdfium.PdfDocument(_sheet(font, codes)) as document:
        page = document[0]
        try:
            texts = _texts(page, len(codes))
            bitmap = page.render(scale=1, grayscale=True)
            ink: Ink = 255 - bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]
            bitmap.close()
        finally:
            page.close()
    return [Shown(text, _cell(ink, at)) for at, text in enumerate(texts)]


def _cell(ink: Ink, at: int) -> Ink:
    row, column = divmod(at, _COLUMNS)
    return ink[row * _CELL : (row + 1) * _CELL, column * _CELL : (column + 1) * _CELL]


def _texts(page: pdfium.PdfPage, count: int) -> list[str]:
    texts = [""] * count
    text_page = page.get_textpage()
    try:
        raw, height = text_page.raw, page.get_height()
        x, y = ctypes.c_double(), ctypes.c_double()
        for at in range(pdfium_c.FPDFText_CountChars(raw)):
            code = pdfium_c.FPDFText_GetUnicode(raw, at)
            if pdfium_c.FPDFText_IsGenerated(raw, at):
                continue
            pdfium_c.FPDFText_GetCharOrigin(raw, at, x, y)
            row, column = round((height - y.value + _LOW) / _CELL) - 1, round((x.value - _LEFT) / _CELL)
            cell = row * _COLUMNS + column
            if code and 0 <= cell < count and 0 <= column < _COLUMNS:
                texts[cell] += chr(code)
    finally:
        text_page.close()
    return texts


def _sheet(font: pikepdf.Dictionary, codes: Sequence[bytes]) -> bytes:
    """A PDF of one page with each code in a cell of its own."""
    with pikepdf.new() as pdf:
        copy = _copied(pdf, font)
        encoding = copy.get("/Encoding")
        if isinstance(encoding, pikepdf.Name) and str(encoding).endswith("-V"):
            # Glyphs set down the page would hang out of their cells.
            copy["/Encoding"] = pikepdf.Name(str(encoding)[:-1] + "H")
        height = -(-len(codes) // _COLUMNS) * _CELL
        page = pdf.add_blank_page(page_size=(_COLUMNS * _CELL, height)).obj
        page["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(copy)))
        places = (divmod(at, _COLUMNS) for at in range(len(codes)))
        shown = [
            b"BT /F %d Tf 1 0 0 1 %d %d Tm <%b> Tj ET"
            % (_SIZE, column * _CELL + _LEFT, height - (row + 1) * _CELL + _LOW, code.hex().encode("ascii"))
            for code, (row, column) in zip(codes, places, strict=True)
        ]
        page["/Contents"] = pdf.make_stream(b"\n".join(shown))
        out = io.BytesIO()
        pdf.save(out, compress_streams=False)
        return out.getvalue()


def _copied(pdf: pikepdf.Pdf, font: pikepdf.Dictionary) -> pikepdf.Dictionary:
    """The font as an object of another file, which may be changed there."""
    return pikepdf.Dictionary({key: _value(pdf, value) for key, value in font.items()})


def _value(pdf: pikepdf.Pdf, value: pikepdf.Object) -> pikepdf.Object:
    if isinstance(value, pikepdf.Object) and value.is_indirect:
        return pdf.copy_foreign(value)
    if isinstance(value, pikepdf.Dictionary):
        return _copied(pdf, value)
    if isinstance(value, pikepdf.Array):
        return pikepdf.Array([_value(pdf, item) for item in value])
    return value
