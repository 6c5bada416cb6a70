"""Embedded font programs: glyphs taken out one by one, and a new program made of these and nothing else.

The new program has no hints, names, kerning or tables of its own history: only outlines and advances, in the order
asked for. TrueType outlines (FontFile2) and CFF (FontFile3) are read with fontTools.
"""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Sequence
from typing import Any, Protocol

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError
from fontTools.ttLib.tables import _c_m_a_p

# It remarks on dates and lengths in files that others made; a program that cannot be read raises.
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

_NEEDED = {"head", "hhea", "maxp", "hmtx", "loca", "glyf"}
_SYMBOLS = 0xF000
_EPOCH = 2_082_844_800  # 1 January 1970 in seconds since 1904
_DEFAULT_SCALE = 0.001

Bounds = tuple[int, int, int, int]


class NotReadable(Exception):
    """The program, or a glyph of it, cannot be read, so no new one can be made."""


# What fontTools raises on damaged programs: it has an error of its own for few of them.
_BROKEN = (
    NotReadable, TTLibError, struct.error, KeyError, IndexError, ValueError, AssertionError, AttributeError, TypeError,
    NotImplementedError, ArithmeticError, EOFError, RecursionError,
)  # fmt: skip


class Program(Protocol):
    """A font program that can be made anew."""

    units: int

    def glyph_of(self, code: int) -> int:
        """The glyph that a code of a simple font, or a CID, shows; 0 where it shows none."""
        ...

    def take(self, glyph: int) -> None:
        """Adds the glyph to the new program, as its next. Raises NotReadable."""
        ...

    def made(self, codes: Sequence[int] | None) -> tuple[bytes, Bounds]:
        """The new program, with a character map for `codes` of the glyphs taken, or none; and what it covers."""
        ...


class TrueType:
    """A FontFile2. `by_code`: codes are looked up in the program's own character map, as for a symbolic font."""

    def __init__(self, data: bytes, to_glyph: bytes | None, *, by_code: bool) -> None:
        try:
            self._font = TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False)
            if not set(self._font.keys()) >= _NEEDED:
                raise NotReadable
            self._order: list[str] = [f"glyph{i:05}" for i in range(self._font["maxp"].numGlyphs)]
            self._font.setGlyphOrder(self._order)
            self._outlines: Any = self._font["glyf"]
            self._advances: dict[str, tuple[int, int]] = self._font["hmtx"].metrics
            self.units = int(self._font["head"].unitsPerEm)
            self._codes = self._character_map() if by_code else None
        except _BROKEN as error:
            raise NotReadable from error
        self._to_glyph = to_glyph
        self._taken: list[tuple[Any, int]] = []

    def _character_map(self) -> dict[int, str]:
        """Codes of one byte to glyphs: 9.6.5.4 for symbolic fonts. Only the maps made for that are followed."""
        tables = {(t.platformID, t.platEncID): t.cmap for t in self._font["cmap"].tables}
        symbols, mac = tables.get((3, 0), {}), tables.get((1, 0), {})
        if not symbols and not mac:
            raise NotReadable
        found = dict(mac)
        for code, name in symbols.items():
            found[code & 0xFF if code >= _SYMBOLS else code] = name
        return found

    def glyph_of(self, code: int) -> int:
        if self._codes is not None:
            name = self._codes.get(code)
            return self._font.getGlyphID(name) if name is not None else 0
        if self._to_glyph is not None:
            return int.from_bytes(self._to_glyph[2 * code : 2 * code + 2], "big")
        return code

    def take(self, glyph: int) -> None:
        self._taken.append(self._read(glyph))

    def _read(self, glyph: int) -> tuple[Any, int]:
        if glyph >= len(self._order):
            return TTGlyphPen(None).glyph(), 0
        name = self._order[glyph]
        try:
            outline = self._outlines[name]
            if outline.isComposite():
                pen = TTGlyphPen(None)
                recorded = DecomposingRecordingPen(self._font.getGlyphSet())
                self._font.getGlyphSet()[name].draw(recorded)
                recorded.replay(pen)
                outline = pen.glyph()
            else:
                outline.expand(self._outlines)
                outline.removeHinting()
            return outline, self._advances[name][0]
        except _BROKEN as error:
            raise NotReadable from error

    def made(self, codes: Sequence[int] | None) -> tuple[bytes, Bounds]:
        taken = [self._read(0), *self._taken]
        names = [".notdef", *(f"g{i}" for i in range(1, len(taken)))]
        builder = FontBuilder(self.units, isTTF=True)
        builder.font.recalcTimestamp = False
        builder.setupGlyphOrder(names)
        builder.setupGlyf(dict(zip(names, (outline for outline, _ in taken), strict=True)))
        table = builder.font["glyf"]
        edges = [getattr(table[name], "xMin", 0) for name in names]
        builder.setupHorizontalMetrics(
            {name: (advance, edge) for name, (_, advance), edge in zip(names, taken, edges, strict=True)}
        )
        builder.setupHorizontalHeader()
        builder.setupPost(keepGlyphNames=False)
        # The same input gives the same bytes: no time of making.
        builder.updateHead(created=_EPOCH, modified=_EPOCH)
        if codes is not None:
            builder.font["cmap"] = _cmap(dict(zip(codes, names[1:], strict=True)))
        out = io.BytesIO()
        builder.save(out)
        head = builder.font["head"]
        return out.getvalue(), (head.xMin, head.yMin, head.xMax, head.yMax)


def _cmap(glyphs: dict[int, str]) -> Any:
    table = _c_m_a_p.table__c_m_a_p()
    table.tableVersion = 0
    table.tables = []
    for platform, encoding, form, base in ((1, 0, 0, 0), (3, 0, 4, _SYMBOLS)):
        part = _c_m_a_p.CmapSubtable.newSubtable(form)
        part.platformID, part.platEncID, part.language = platform, encoding, 0
        part.cmap = {base + code: name for code, name in glyphs.items()}
        table.tables.append(part)
    return table


def _scale(matrix: list[float] | None) -> float | None:
    """The factor of a FontMatrix that does nothing but scale."""
    if matrix is None:
        return None
    if list(matrix[1:3]) != [0, 0] or list(matrix[4:]) != [0, 0] or matrix[0] != matrix[3] or matrix[0] <= 0:
        raise NotReadable
    return float(matrix[0])


class Compact:
    """A FontFile3 with CFF outlines for a composite font; it is made anew as one where CID and glyph are the same."""

    def __init__(self, data: bytes) -> None:
        try:
            fonts = CFFFontSet()
            fonts.decompile(io.BytesIO(data), None)
            top = fonts[0]
            self._glyphs: Any = top.CharStrings
            self._order: list[str] = list(top.charset)
            self._by_cid: dict[int, int] | None = None
            scale = _scale(top.rawDict.get("FontMatrix"))
            if hasattr(top, "ROS"):
                self._by_cid = {int(name[3:]): i for i, name in enumerate(self._order) if name != ".notdef"}
                # Outlines go through the matrix of their part, then that of the whole.
                parts = {_scale(part.rawDict.get("FontMatrix")) for part in top.FDArray}
                if len(parts) != 1:
                    raise NotReadable
                inner = parts.pop()
                scale = scale * inner if scale and inner else scale or inner
            self.units = round(1 / (scale or _DEFAULT_SCALE))
            if not 16 <= self.units <= 16_384:
                raise NotReadable
        except _BROKEN as error:
            raise NotReadable from error
        self._taken: list[tuple[T2CharString, Bounds | None]] = []

    def glyph_of(self, code: int) -> int:
        return code if self._by_cid is None else self._by_cid.get(code, 0)

    def take(self, glyph: int) -> None:
        self._taken.append(self._read(glyph))

    def _read(self, glyph: int) -> tuple[T2CharString, Bounds | None]:
        try:
            if glyph >= len(self._order):
                return T2CharStringPen(0, None).getCharString(), None
            source = self._glyphs[self._order[glyph]]
            source.draw(DecomposingRecordingPen({}))  # tells the advance
            pen = T2CharStringPen(source.width, None)
            source.draw(pen)
            bounds = source.calcBounds(None)
            return pen.getCharString(), tuple(round(v) for v in bounds) if bounds is not None else None
        except _BROKEN as error:
            raise NotReadable from error

    def made(self, codes: Sequence[int] | None) -> tuple[bytes, Bounds]:
        taken = [self._read(0), *self._taken]
        names = [".notdef", *(f"g{i}" for i in range(1, len(taken)))]
        builder = FontBuilder(self.units, isTTF=False)
        builder.setupGlyphOrder(names)
        builder.setupCFF("F", {}, dict(zip(names, (shape for shape, _ in taken), strict=True)), {})
        boxes = [box for _, box in taken if box is not None] or [(0, 0, 0, 0)]
        whole = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        out = io.BytesIO()
        builder.font["CFF "].cff.compile(out, builder.font, isCFF2=False)
        return out.getvalue(), whole


def program_of(font: pikepdf.Object, descriptor: pikepdf.Object, descendant: pikepdf.Object | None) -> Program:
    """The program of a font whose codes can be numbered anew. Raises NotReadable for any other kind."""
    file2, file3 = descriptor.get("/FontFile2"), descriptor.get("/FontFile3")
    if descendant is None:
        if isinstance(file2, pikepdf.Stream) and "/Encoding" not in font:
            return TrueType(file2.read_bytes(), None, by_code=True)
        raise NotReadable
    if isinstance(file2, pikepdf.Stream):
        to_glyph = descendant.get("/CIDToGIDMap")
        table = to_glyph.read_bytes() if isinstance(to_glyph, pikepdf.Stream) else None
        return TrueType(file2.read_bytes(), table, by_code=False)
    if isinstance(file3, pikepdf.Stream) and file3.get("/Subtype") == pikepdf.Name.CIDFontType0C:
        return Compact(file3.read_bytes())
    raise NotReadable
