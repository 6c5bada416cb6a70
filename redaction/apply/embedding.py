"""Which program a font's dictionary embeds, and reading it."""

from __future__ import annotations

import io

import pikepdf
from fontTools.ttLib import TTFont

from redaction.apply.compact import Compact, TypeOne
from redaction.apply.encodings import code_names
from redaction.apply.naming import entry
from redaction.apply.programs import BROKEN, NotReadable, Program
from redaction.apply.truetype import TrueType

PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_SYMBOLIC = 4


def descendant_of(font: pikepdf.Object) -> pikepdf.Dictionary | None:
    """The one descendant of a composite font; None where there is none, or more."""
    found = font.get("/DescendantFonts")
    one = found[0] if isinstance(found, pikepdf.Array) and len(found) == 1 else None
    return one if isinstance(one, pikepdf.Dictionary) else None


def descriptor_of(font: pikepdf.Object) -> pikepdf.Dictionary | None:
    """The descriptor of a font that embeds its program, be it that of its descendant; else None."""
    descriptor = (descendant_of(font) or font).get("/FontDescriptor")
    if not isinstance(descriptor, pikepdf.Dictionary):
        return None
    return descriptor if any(isinstance(descriptor.get(key), pikepdf.Stream) for key in PROGRAMS) else None


def program_of(font: pikepdf.Dictionary) -> Program:
    """The program of a font, with its glyphs found as the font finds them. Raises NotReadable."""
    descriptor, descendant = descriptor_of(font), descendant_of(font)
    if descriptor is None:
        raise NotReadable
    try:
        if isinstance(stream := descriptor.get("/FontFile"), pikepdf.Stream) and descendant is None:
            return TypeOne(stream.read_bytes(), code_names(font))
        if isinstance(stream := descriptor.get("/FontFile2"), pikepdf.Stream):
            return _true_type(stream.read_bytes(), font, descriptor, descendant)
        if isinstance(stream := descriptor.get("/FontFile3"), pikepdf.Stream):
            data = stream.read_bytes()
            if entry(stream, "/Subtype") == "/OpenType" or data[:4] in (b"OTTO", b"\x00\x01\x00\x00", b"true"):
                return _open_type(data, font, descriptor, descendant)
            return _compact(data, font, descendant)
    except pikepdf.PdfError as error:
        raise NotReadable from error
    raise NotReadable


def _true_type(
    data: bytes, font: pikepdf.Dictionary, descriptor: pikepdf.Dictionary, descendant: pikepdf.Dictionary | None
) -> TrueType:
    if descendant is not None:
        to_glyph = descendant.get("/CIDToGIDMap")
        table = to_glyph.read_bytes() if isinstance(to_glyph, pikepdf.Stream) else None
        return TrueType(data, table, by_code=False)
    return TrueType(data, None, by_code=True, names=code_names(font) if _is_named(font, descriptor) else None)


def _is_named(font: pikepdf.Dictionary, descriptor: pikepdf.Dictionary) -> bool:
    """Whether codes go by glyph names. A symbolic font goes by its codes, whatever base encoding it names."""
    encoding, flags = font.get("/Encoding"), descriptor.get("/Flags", 0)
    if isinstance(encoding, pikepdf.Dictionary) and "/Differences" in encoding:
        return True
    return encoding is not None and not (isinstance(flags, int) and flags & _SYMBOLIC)


def _open_type(
    data: bytes, font: pikepdf.Dictionary, descriptor: pikepdf.Dictionary, descendant: pikepdf.Dictionary | None
) -> Program:
    try:
        whole = TTFont(io.BytesIO(data), lazy=True)
        if "glyf" in whole:
            return _true_type(data, font, descriptor, descendant)
        outlines: bytes = whole.reader["CFF "]
    except BROKEN as error:
        raise NotReadable from error
    return _compact(outlines, font, descendant)


def _compact(data: bytes, font: pikepdf.Dictionary, descendant: pikepdf.Dictionary | None) -> Compact:
    if descendant is None:
        return Compact(data, code_names(font))
    to_glyph = descendant.get("/CIDToGIDMap")
    return Compact(data, to_glyph=to_glyph.read_bytes() if isinstance(to_glyph, pikepdf.Stream) else None)
