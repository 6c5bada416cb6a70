"""Letters within words that a font does not name: a ligature left out of the map to text, or mapped to nothing.

"Martin" then reads "Mar?in" to every reader, while every eye reads Martin. Pages with such words are read by OCR.
"""

from __future__ import annotations

import ctypes

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redaction.cmap import parse

_NOTHING = "\x00\ufffd"
_SPACE = 32


def says_nothing(text: str) -> bool:
    """Whether what a map gives for a code is no text. A blank is some."""
    return not text.strip(_NOTHING)


def may_leave_out(font: pikepdf.Object) -> bool:
    """Whether a font with a map to text may show codes that the map does not name, as far as its widths tell."""
    unicode_map = font.get("/ToUnicode") if isinstance(font, pikepdf.Dictionary) else None
    if not isinstance(unicode_map, pikepdf.Stream):
        return False
    texts = parse(unicode_map.read_bytes()).texts
    if any(map(says_nothing, texts.values())):
        return True
    named = {int.from_bytes(code, "big") for code in texts}
    descendants = font.get("/DescendantFonts")
    if isinstance(descendants, pikepdf.Array):
        return any(
            _count_of(part.get("/W")) > len(named) for part in descendants if isinstance(part, pikepdf.Dictionary)
        )
    first, widths = font.get("/FirstChar", 0), font.get("/Widths")
    if "/Encoding" in font or not isinstance(widths, pikepdf.Array) or not isinstance(first, int):
        return False  # an encoding names them
    return any(width != 0 and code not in named and code != _SPACE for code, width in enumerate(widths, start=first))


def _count_of(widths: object) -> int:
    """How many CIDs /W gives a width (9.7.4.3)."""
    items = list(widths) if isinstance(widths, pikepdf.Array) else []
    count = at = 0
    while at + 1 < len(items):
        if isinstance(following := items[at + 1], pikepdf.Array):
            count, at = count + len(following), at + 2
        else:
            first, last = items[at], following
            count += last - first + 1 if isinstance(first, int) and isinstance(last, int) else 1
            at += 3
    return count


def are_in_words(page: pdfium.PdfPage) -> bool:
    """Whether pdfium finds such a letter beside one that is named, or beside another of these."""
    text_page = page.get_textpage()
    try:
        raw = text_page.raw
        points = [pdfium_c.FPDFText_GetUnicode(raw, at) for at in range(pdfium_c.FPDFText_CountChars(raw))]
        unnamed = [
            says_nothing(chr(point)) or pdfium_c.FPDFText_HasUnicodeMapError(raw, at) == 1
            for at, point in enumerate(points)
        ]
        said = [chr(point).isalpha() or mute for point, mute in zip(points, unnamed, strict=True)]
        return any(
            mute and (any(said[max(0, at - 1) : at]) or any(said[at + 1 : at + 2])) and _has_ink(raw, at)
            for at, mute in enumerate(unnamed)
        )
    finally:
        text_page.close()


def _has_ink(text_page: object, at: int) -> bool:
    """A space without a name has a place, and no box around its ink."""
    sides = [ctypes.c_double() for _ in range(4)]
    if not pdfium_c.FPDFText_GetCharBox(text_page, at, *sides):
        return True
    left, right, bottom, top = (side.value for side in sides)
    return right > left and top > bottom
