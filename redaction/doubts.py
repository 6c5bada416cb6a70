"""Which glyphs of a font plainly look like other letters than the font names."""

from __future__ import annotations

from collections.abc import Mapping

import pikepdf
import pypdfium2 as pdfium

from redaction.likeness import other_letter
from redaction.specimen import codes_of, specimen

_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")

Key = tuple[int, int] | int


class Doubts:
    """The doubts about the fonts of one document, each font looked at once."""

    def __init__(self) -> None:
        self._found: dict[Key, Mapping[bytes, str]] = {}

    def of(self, font: pikepdf.Object | None) -> Mapping[bytes, str]:
        """The letter that is plainly seen, by the code that names another."""
        if not isinstance(font, pikepdf.Dictionary):
            return {}
        key = key_of(font)
        if key not in self._found:
            self._found[key] = _doubted(font)
        return self._found[key]


def key_of(font: pikepdf.Object | None) -> Key:
    """What tells a font from the others of its document."""
    if font is None:
        return 0
    return font.objgen if font.is_indirect else hash(font.unparse())


def _doubted(font: pikepdf.Dictionary) -> Mapping[bytes, str]:
    if "/ToUnicode" not in font and not _is_embedded(font):
        return {}  # readers draw such a font from the names of its letters
    try:
        codes = codes_of(font)
        letters = other_letter(specimen(font, codes))
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, TypeError):
        return {}  # what cannot be drawn on a sheet is not drawn on a page either
    found = {code: letter for code, letter in zip(codes, letters, strict=True) if letter}
    # One glyph alone makes no word.
    return found if len(found) > 1 else {}


def _is_embedded(font: pikepdf.Dictionary) -> bool:
    descendants = font.get("/DescendantFonts")
    holders = [font, *(descendants if isinstance(descendants, pikepdf.Array) else ())]
    described = [holder.get("/FontDescriptor") for holder in holders if isinstance(holder, pikepdf.Dictionary)]
    found = any(key in one for one in described if isinstance(one, pikepdf.Dictionary) for key in _PROGRAMS)
    return found or "/CharProcs" in font
