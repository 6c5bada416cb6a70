"""Files with fonts of every kind, embedded as producers embed them: the letters that are used, in the order of use.

One subset a font and a document, so that codes, glyphs, widths and maps all tell what was written. `word` is what Word
writes, `latex` what pdfTeX does, the others are kinds that older programs wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from fontTools.agl import UV2AGL
from fontTools.pens.basePen import BasePen

from tests.unit.redaction.fontprograms import advance, compact, names_of, outline, true_type, type_one

Story = Sequence[tuple[str, str]]
SIZE = 12
_LEADING = 18


class Kind:
    """One kind of font for the letters of one document: its dictionary, and how it spells text."""

    def __init__(self, pdf: pikepdf.Pdf, text: str) -> None:
        self.pdf = pdf
        self.letters = "".join(dict.fromkeys(text))

    def spell(self, text: str) -> bytes:
        codes = bytes(self.code(char) for char in text)
        return b"<" + codes.hex().encode() + b">"

    def advance(self, char: str) -> float:
        return round(advance(char), 2)

    def text(self, char: str) -> str:
        """What the map to text gives for the letter."""
        return char

    def code(self, char: str) -> int:
        """By order of use, but for the space."""
        return 32 if char == " " else 33 + self.letters.replace(" ", "").index(char)

    def font(self) -> pikepdf.Object:
        raise NotImplementedError

    def _descriptor(self, key: str, data: bytes, flags: int, subtype: str = "") -> pikepdf.Object:
        program = self.pdf.make_stream(data)
        if subtype:
            program["/Subtype"] = pikepdf.Name(subtype)
        return self.pdf.make_indirect(
            pikepdf.Dictionary(
                {
                    "/Type": pikepdf.Name.FontDescriptor, "/FontName": pikepdf.Name("/ABCDEF+Made"), "/Flags": flags,
                    "/FontBBox": pikepdf.Array([-200, -300, 1200, 1000]), "/ItalicAngle": 0, "/Ascent": 905,
                    "/Descent": -212, "/CapHeight": 700, "/StemV": 80, key: program,
                }
            )
        )  # fmt: skip

    def _simple(
        self, subtype: str, descriptor: pikepdf.Object | None, encoding: pikepdf.Object | None
    ) -> pikepdf.Object:
        codes = {self.code(char): char for char in self.letters}
        first, last = min(codes), max(codes)
        widths = [round(advance(codes[code]), 2) if code in codes else 0 for code in range(first, last + 1)]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name("/" + subtype), BaseFont=pikepdf.Name("/ABCDEF+Made"),
            FirstChar=first, LastChar=last, Widths=pikepdf.Array(widths),
        )  # fmt: skip
        if descriptor is not None:
            font["/FontDescriptor"] = descriptor
        if encoding is not None:
            font["/Encoding"] = encoding
        return self.pdf.make_indirect(font)

    def _differences(self) -> pikepdf.Dictionary:
        pairs = sorted((self.code(char), UV2AGL[ord(char)]) for char in self.letters)
        items = [item for code, name in pairs for item in (code, pikepdf.Name("/" + name))]
        return pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=pikepdf.Array(items))

    def _composite(self, descriptor: pikepdf.Object, subtype: str, encoding: str, **more: Any) -> pikepdf.Object:
        widths = [self.advance(char) for char in self.letters]
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name("/" + subtype), BaseFont=pikepdf.Name("/ABCDEF+Made"),
            CIDSystemInfo=pikepdf.Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=descriptor, W=pikepdf.Array([1, pikepdf.Array(widths)]), DW=1000, **more,
        )  # fmt: skip
        return self.pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name("/ABCDEF+Made"),
                Encoding=pikepdf.Name("/" + encoding), DescendantFonts=pikepdf.Array([descendant]),
            )
        )  # fmt: skip

    def _map(self, size: int) -> pikepdf.Object:
        lines = [
            b"<%0*x> <%s>" % (2 * size, self.number(char), self.text(char).encode("utf-16-be").hex().encode())
            for char in self.letters
        ]
        head = b"begincmap 1 begincodespacerange <" + b"00" * size + b"> <" + b"ff" * size + b"> endcodespacerange "
        body = b"%d beginbfchar\n" % len(lines) + b"\n".join(lines) + b"\nendbfchar endcmap"
        return self.pdf.make_stream(head + body)

    def number(self, char: str) -> int:
        return self.code(char)


class WinAnsiTrueType(Kind):
    """Word's everyday font: WinAnsi codes, a program with a Unicode map, no map to text."""

    def code(self, char: str) -> int:
        return char.encode("cp1252")[0]

    def font(self) -> pikepdf.Object:
        descriptor = self._descriptor("/FontFile2", true_type(self.letters, unicode=True), 32)
        return self._simple("TrueType", descriptor, pikepdf.Name.WinAnsiEncoding)


class SymbolicTrueType(Kind):
    """A program that maps its own codes, a map to text beside it."""

    def font(self) -> pikepdf.Object:
        codes = [self.code(char) for char in self.letters]
        font = self._simple("TrueType", self._descriptor("/FontFile2", true_type(self.letters, codes), 4), None)
        font["/ToUnicode"] = self._map(1)
        return font


class TypeOneDifferences(Kind):
    """pdfTeX's everyday font."""

    def font(self) -> pikepdf.Object:
        program = type_one(self.letters, names_of(self.letters))
        return self._simple("Type1", self._descriptor("/FontFile", program, 4), self._differences())


class TypeOneOwnEncoding(Kind):
    """A font whose codes only its program explains."""

    def font(self) -> pikepdf.Object:
        program = type_one(self.letters, names_of(self.letters), [self.code(char) for char in self.letters])
        return self._simple("Type1", self._descriptor("/FontFile", program, 4), None)


class SimpleCompact(Kind):
    def font(self) -> pikepdf.Object:
        program = compact(self.letters, names_of(self.letters))
        return self._simple("Type1", self._descriptor("/FontFile3", program, 4, "/Type1C"), self._differences())


class NotEmbedded(Kind):
    """No program; the widths are of the letters used, the others nought."""

    def code(self, char: str) -> int:
        return char.encode("cp1252")[0]

    def font(self) -> pikepdf.Object:
        return self._simple("TrueType", None, pikepdf.Name.WinAnsiEncoding)


class _Numbered(Kind):
    """Two-byte codes by order of use."""

    def number(self, char: str) -> int:
        return self.letters.index(char) + 1

    def spell(self, text: str) -> bytes:
        return b"<" + b"".join(b"%04x" % self.number(char) for char in text) + b">"


class IdentityTrueType(_Numbered):
    """Word's font for what WinAnsi does not hold."""

    def font(self) -> pikepdf.Object:
        descriptor = self._descriptor("/FontFile2", true_type(self.letters), 4)
        font = self._composite(descriptor, "CIDFontType2", "Identity-H", CIDToGIDMap=pikepdf.Name.Identity)
        font["/ToUnicode"] = self._map(2)
        return font


def stand_ins(spelling: dict[str, str], marks: str = "") -> type[Kind]:
    """A font of Latin outlines in which letters stand in for others by its map to text; `marks` take no room."""

    class StandIn(IdentityTrueType):
        def advance(self, char: str) -> float:
            return 0.0 if char in marks else super().advance(char)

        def text(self, char: str) -> str:
            return spelling.get(char, char)

    return StandIn


class IdentityCompact(_Numbered):
    def font(self) -> pikepdf.Object:
        program = compact(self.letters, [f"n{i}" for i in range(len(self.letters))])
        descriptor = self._descriptor("/FontFile3", program, 4, "/CIDFontType0C")
        font = self._composite(descriptor, "CIDFontType0", "Identity-H")
        font["/ToUnicode"] = self._map(2)
        return font


class VerticalCompact(IdentityCompact):
    """Text that runs down the page."""

    def font(self) -> pikepdf.Object:
        font = super().font()
        font["/Encoding"] = pikepdf.Name("/Identity-V")
        return font


class Mapless(IdentityTrueType):
    """A composite font that does not say which letters it shows: only the eye can read it."""

    def font(self) -> pikepdf.Object:
        font = super().font()
        del font["/ToUnicode"]
        return font


class OwnCMap(_Numbered):
    """Codes of one byte, made CIDs by a map in the file."""

    def spell(self, text: str) -> bytes:
        return b"<" + b"".join(b"%02x" % self.number(char) for char in text) + b">"

    def font(self) -> pikepdf.Object:
        descriptor = self._descriptor("/FontFile2", true_type(self.letters), 4)
        font = self._composite(descriptor, "CIDFontType2", "Identity-H", CIDToGIDMap=pikepdf.Name.Identity)
        cmap = b"1 begincodespacerange <00> <ff> endcodespacerange 1 begincidrange <00> <ff> 0 endcidrange"
        font["/Encoding"] = self.pdf.make_stream(b"begincmap " + cmap + b" endcmap")
        font["/Encoding"]["/Type"], font["/Encoding"]["/CMapName"] = pikepdf.Name.CMap, pikepdf.Name.Own
        font["/ToUnicode"] = self._map(1)
        return font


class GlyphProcedures(Kind):
    """A Type 3 font with outlines, its glyphs named by their letters, and a map to text."""

    def font(self) -> pikepdf.Object:
        procedures = pikepdf.Dictionary()
        for char in self.letters:
            width, drawn = _as_content(char)
            procedures[f"/{UV2AGL[ord(char)]}"] = self.pdf.make_stream(b"%d 0 0 -500 2048 2048 d1\n" % width + drawn)
        font = self._simple("Type3", None, self._differences())
        del font["/BaseFont"]
        font["/FontMatrix"] = pikepdf.Array([1 / 2048, 0, 0, 1 / 2048, 0, 0])
        font["/Widths"] = pikepdf.Array([round(float(width) * 2.048) for width in font["/Widths"]])
        font["/FontBBox"] = pikepdf.Array([0, -500, 2048, 2048])
        font["/CharProcs"], font["/Resources"] = procedures, pikepdf.Dictionary()
        font["/ToUnicode"] = self._map(1)
        return font


class _ContentPen(BasePen):
    """Draws into a content stream."""

    out = b""

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.out += b"%g %g m " % pt

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.out += b"%g %g l " % pt

    def _curveToOne(self, *points: tuple[float, float]) -> None:
        self.out += b" ".join(b"%g %g" % point for point in points) + b" c "

    def _closePath(self) -> None:
        self.out += b"h "


def _as_content(char: str) -> tuple[int, bytes]:
    """(advance, content) of a letter."""
    pen = _ContentPen(None)
    return outline(char, pen), pen.out + b"f"


def story_pdf(story: Story, target: Path, plain: type[Kind], bold: type[Kind], *, tagged: bool = False) -> None:
    """The paragraphs one below the other, one operator each; `tagged`: every one with its text spelt out beside it."""
    with pikepdf.new() as pdf:
        fonts, content, objects = {}, [], {}
        for style, kind in (("plain", plain), ("bold", bold)):
            text = "".join(text for of, text in story if of == style)
            if text:
                fonts[style] = kind(pdf, text)
                objects[f"/{style[0].upper()}1"] = fonts[style].font()
        for row, (style, text) in enumerate(story):
            shown = b"BT /%c1 %d Tf 1 0 0 1 72 %d Tm " % (style[0].upper().encode(), SIZE, 760 - _LEADING * row)
            shown += b"[" + fonts[style].spell(text) + b"] TJ ET\n"
            if tagged:
                spoken = pikepdf.String(text).unparse()
                shown = b"/Span <</MCID %d /ActualText " % row + spoken + b">> BDC " + shown + b"EMC\n"
            content.append(shown)
        page = pdf.add_blank_page(page_size=(595, 842)).obj
        page["/Contents"] = pdf.make_stream(b"".join(content))
        page["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(objects))
        pdf.save(target, static_id=True)


# (plain, bold) by what writes them
KINDS: dict[str, tuple[type[Kind], type[Kind]]] = {
    "word": (WinAnsiTrueType, IdentityTrueType),
    "latex": (TypeOneDifferences, TypeOneOwnEncoding),
    "compact": (SimpleCompact, IdentityCompact),
    "symbolic": (SymbolicTrueType, OwnCMap),
    "procedures": (GlyphProcedures, GlyphProcedures),
    "not embedded": (NotEmbedded, NotEmbedded),
}


def maker(kind: str, story: Callable[[str], Story]) -> Callable[[str, Path], None]:
    """A producer like those of `attacks`."""

    def write(name: str, target: Path) -> None:
        story_pdf(story(name), target, *KINDS[kind], tagged=kind == "word")

    return write
