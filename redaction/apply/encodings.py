"""Which glyph a single-byte code names, and which text a glyph's name stands for: ISO 32000-2, 9.6.5 and annex D.

Tables come with pypdf (texts) and fontTools (names). Embedded programs may bring an encoding of their own, which holds
where the font's dictionary names none.
"""

from __future__ import annotations

import io
import re

import pikepdf
from fontTools.agl import UV2AGL
from fontTools.cffLib import CFFFontSet
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.ttLib import TTFont
from pypdf._codecs import adobe_glyphs, charset_encoding

from redaction.apply.naming import entry, name_of
from redaction.apply.programs import BROKEN

NOTDEF = ".notdef"
_NONSYMBOLIC = 32
_TEXTS = {name: tuple(table) for name, table in charset_encoding.items()}
STANDARD_TEXTS = _TEXTS["/StandardEncoding"]
_SYMBOL_FONTS = {"Symbol": "/Symbol", "ZapfDingbats": "/ZapfDingbats"}
_STANDARD_NAME = re.compile(rb"/Encoding\s+StandardEncoding\b")
_OWN_NAMES = re.compile(rb"\bdup\s+(\d+)\s*/(\S+)\s+put\b")
_SUBSET_PREFIX = re.compile(r"[A-Z]{6}\+")


# The list for new fonts leaves out some names that the old encodings hold; of several in the long list the plainest.
_PLAIN_NAMES = sorted((name[1:] for name in adobe_glyphs if name[1:].isalpha()), key=len, reverse=True)
_NAME_OF = {adobe_glyphs["/" + name]: name for name in _PLAIN_NAMES} | {chr(point): UV2AGL[point] for point in UV2AGL}


def _names_of(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_NAME_OF.get(text, "") if text != "\x00" else "" for text in texts)


def _win_names() -> tuple[str, ...]:
    """Annex D.2, note 3: unused codes above 40 octal are bullets; notes 5 and 6: no-break space and soft hyphen."""
    names = [*_names_of(_TEXTS["/WinAnsiEncoding"])]
    names[0xA0], names[0xAD] = "space", "hyphen"
    return tuple(name or ("bullet" if code > 0o40 else "") for code, name in enumerate(names))


_NAMES: dict[str, tuple[str, ...]] = {
    "/StandardEncoding": tuple("" if name == NOTDEF else name for name in StandardEncoding),
    "/MacRomanEncoding": _names_of(_TEXTS["/MacRomanEncoding"]),
    "/WinAnsiEncoding": _win_names(),
}
MAC_CODES = {name: code for code, name in enumerate(_NAMES["/MacRomanEncoding"]) if name}


def glyph_text(name: str) -> str:
    """The text of a glyph name (with its slash), by the Adobe Glyph List rules; "" where the name tells nothing."""
    name = name.split(".")[0]
    known = adobe_glyphs.get(name)
    if known is not None:
        return known
    if "_" in name:
        parts = [glyph_text("/" + part) for part in name[1:].split("_")]
        return "".join(parts) if all(parts) else ""
    digits = name[4:] if name.startswith("/uni") else name[2:] if name.startswith("/u") else ""
    if len(digits) in (4, 5, 6) and all(c in "0123456789ABCDEF" for c in digits):
        value = int(digits, 16)
        return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else ""
    return ""


def code_texts(font: pikepdf.Dictionary) -> list[str]:
    """Text by code, "" where unknown, for a font with single-byte codes."""
    base, differences = _encoding_of(font)
    if base in _TEXTS:
        table = [text if text != "\x00" else "" for text in _TEXTS[base]]
    elif (own := own_names(font)) is not None:
        table = [glyph_text("/" + name) if name else "" for name in own]
    else:
        fallback = _SYMBOL_FONTS.get(plain_name(font), "/StandardEncoding")
        if entry(font, "/Subtype") == "/TrueType" and not differences:
            fallback = "/MacRomanEncoding" if _goes_by_mac_codes(font) else "/WinAnsiEncoding"
        table = [text if text != "\x00" else "" for text in _TEXTS[fallback]]
    for code, name in differences.items():
        # A space named so that it draws nothing is still a space, to every reader.
        table[code] = " " if name == NOTDEF and code == ord(" ") else glyph_text("/" + name)
    return table


def _goes_by_mac_codes(font: pikepdf.Dictionary) -> bool:
    """Whether a TrueType font without an encoding finds its glyphs by the codes of the Macintosh (9.6.5.4)."""
    descriptor = font.get("/FontDescriptor")
    if not isinstance(descriptor, pikepdf.Dictionary):
        return False
    program, flags = descriptor.get("/FontFile2"), descriptor.get("/Flags", 0)
    if not isinstance(program, pikepdf.Stream) or (isinstance(flags, int) and flags & _NONSYMBOLIC):
        return False
    try:
        with TTFont(io.BytesIO(program.read_bytes()), lazy=True) as opened:
            return "cmap" in opened and any((t.platformID, t.platEncID) == (1, 0) for t in opened["cmap"].tables)
    except (*BROKEN, pikepdf.PdfError):
        return False


def code_names(font: pikepdf.Dictionary) -> list[str]:
    """Glyph names by code, "" where the font names none, for a font with single-byte codes."""
    base, differences = _encoding_of(font)
    own = None if base in _NAMES else own_names(font)
    table = list(own if own is not None else _NAMES.get(base, _NAMES["/StandardEncoding"]))
    for code, name in differences.items():
        table[code] = name
    return table


def plain_name(font: pikepdf.Dictionary) -> str:
    """The font's name without slash and subset prefix."""
    return _SUBSET_PREFIX.sub("", entry(font, "/BaseFont").lstrip("/"))


def _encoding_of(font: pikepdf.Dictionary) -> tuple[str, dict[int, str]]:
    """The base encoding ("" where none is named) and the names that differ from it, by code."""
    encoding = font.get("/Encoding")
    if isinstance(encoding, pikepdf.Name):
        return name_of(encoding), {}
    if not isinstance(encoding, pikepdf.Dictionary):
        return "", {}
    differences: dict[int, str] = {}
    code = 0
    items = encoding.get("/Differences")
    for item in items if isinstance(items, pikepdf.Array) else ():
        if isinstance(item, pikepdf.Name):
            if 0 <= code < 256:
                differences[code] = name_of(item)[1:]
            code += 1
        elif isinstance(item, int):
            code = item
    return entry(encoding, "/BaseEncoding"), differences


def own_names(font: pikepdf.Dictionary) -> list[str] | None:
    """The encoding that comes with an embedded Type 1 or CFF program; None where there is none to be read."""
    descriptor = font.get("/FontDescriptor")
    if not isinstance(descriptor, pikepdf.Dictionary):
        return None
    try:
        if isinstance(program := descriptor.get("/FontFile"), pikepdf.Stream):
            return _names_in_type_one(program.read_bytes())
        if isinstance(program := descriptor.get("/FontFile3"), pikepdf.Stream):
            return _names_in_compact(program.read_bytes())
    except (*BROKEN, pikepdf.PdfError):
        return None
    return None


def _names_in_type_one(data: bytes) -> list[str] | None:
    clear = data.partition(b"eexec")[0]
    if _STANDARD_NAME.search(clear):
        return list(_NAMES["/StandardEncoding"])
    table = [""] * 256
    for code, name in _OWN_NAMES.findall(clear):
        if int(code) < 256:
            table[int(code)] = "" if name == b".notdef" else name.decode("latin-1")
    return table if any(table) else None


def _names_in_compact(data: bytes) -> list[str] | None:
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(data), None)
    encoding = fonts[0].Encoding
    if encoding == "StandardEncoding":
        return list(_NAMES["/StandardEncoding"])
    return ["" if name == NOTDEF else str(name) for name in encoding] if isinstance(encoding, list) else None
