"""TrueType programs (FontFile2, or OpenType with such outlines): ISO 32000-2, 9.6.5.4 and 9.7.4.2."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables import _c_m_a_p

from redaction.apply.encodings import MAC_CODES, glyph_text
from redaction.apply.programs import BROKEN, Made, NotReadable, new_names

_NEEDED = {"head", "hhea", "maxp", "hmtx", "loca", "glyf"}
_SYMBOLS = 0xF000
_EPOCH = 2_082_844_800  # 1 January 1970 in seconds since 1904


class CodesToGlyphs:
    """How a simple font finds the glyph of a code: by the name its encoding gives, else by the code itself."""

    def __init__(self, font: TTFont, order: list[str], names: Sequence[str] | None) -> None:
        tables: dict[tuple[int, int], dict[int, str]] = {}
        for table in font["cmap"].tables if "cmap" in font else ():
            # There may be one for each language; readers take the first.
            tables.setdefault((table.platformID, table.platEncID), table.cmap)
        self._unicode = tables.get((3, 1)) or tables.get((3, 10)) or {}
        self._other_unicode = tables.get((0, 3)) or tables.get((0, 4)) or {}
        self._symbols, self._mac = tables.get((3, 0), {}), tables.get((1, 0), {})
        self._names = names
        self._post = _post_names(font, order)
        if not (self._symbols or self._mac or (names is not None and (self._unicode or self._post))):
            raise NotReadable

    def __getitem__(self, code: int) -> str | None:
        name = self._names[code] if self._names is not None else ""
        return (self._by_name(name) if name else None) or self._by_code(code)

    def _by_name(self, name: str) -> str | None:
        text = glyph_text("/" + name)
        found: str | None = self._unicode.get(ord(text)) if len(text) == 1 else None
        if found is None and name in MAC_CODES and not self._symbols:
            found = self._mac.get(MAC_CODES[name])
        found = found or self._post.get(name)
        return found or (self._other_unicode.get(ord(text)) if len(text) == 1 else None)

    def _by_code(self, code: int) -> str | None:
        for base in (_SYMBOLS, 0xF100, 0xF200, 0):
            if (found := self._symbols.get(base + code)) is not None:
                return str(found)
        found = self._mac.get(code)
        return str(found) if found is not None else None


def _post_names(font: TTFont, order: list[str]) -> dict[str, str]:
    """The program's own glyph names, where it has any: subsets mostly have none."""
    try:
        table = font["post"]
        if table.formatType != 2.0:
            return {}
        return {name: glyph for name, glyph in zip(table.getGlyphOrder() or (), order, strict=False)}
    except BROKEN:
        return {}


def _advances(font: TTFont) -> list[int]:
    """By glyph, the last one holding for all that follow. Subsets cut the table short, so it is read as it lies."""
    count, data = font["hhea"].numberOfHMetrics, font.reader["hmtx"]
    return [advance for advance, _ in struct.iter_unpack(">Hh", data[: min(count, len(data) // 4) * 4])] or [0]


class _Shape:
    """A glyph as pens ask for it. fontTools' own set of glyphs wants whole tables, which subsets cut short."""

    def __init__(self, outlines: Any, name: str) -> None:
        self._outlines, self._name = outlines, name

    def draw(self, pen: Any) -> None:
        self._outlines[self._name].draw(pen, self._outlines)


class TrueType:
    """`to_glyph`: the CIDToGIDMap of a composite font. `names`: glyph names by code of a simple font with an encoding;
    `by_code`: a simple font, so that codes are looked up in the program's own maps."""

    def __init__(
        self, data: bytes, to_glyph: bytes | None, *, by_code: bool, names: Sequence[str] | None = None
    ) -> None:
        try:
            self._font = TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False)
            if not set(self._font.keys()) >= _NEEDED:
                raise NotReadable
            self._order: list[str] = [f"glyph{i:05}" for i in range(self._font["maxp"].numGlyphs)]
            self._font.setGlyphOrder(self._order)
            self._outlines: Any = self._font["glyf"]
            self._shapes = {name: _Shape(self._outlines, name) for name in self._order}
            self._advances = _advances(self._font)
            self.units = int(self._font["head"].unitsPerEm)
            self._codes = CodesToGlyphs(self._font, self._order, names) if by_code else None
        except BROKEN as error:
            raise NotReadable from error
        self._to_glyph = to_glyph
        self._taken: list[tuple[Any, int]] = []

    def glyph_of(self, code: int) -> int:
        if self._codes is not None:
            name = self._codes[code]
            return self._font.getGlyphID(name) if name is not None else 0
        if self._to_glyph is not None:
            return int.from_bytes(self._to_glyph[2 * code : 2 * code + 2], "big")
        return code

    def has(self, glyph: int | str) -> bool:
        return 0 < int(glyph) < len(self._order)

    def take(self, glyph: int | str) -> None:
        self._taken.append(self._read(int(glyph)))

    def give_back(self, count: int) -> None:
        del self._taken[count:]

    def _read(self, glyph: int) -> tuple[Any, int]:
        if glyph >= len(self._order):
            return TTGlyphPen(None).glyph(), 0
        name = self._order[glyph]
        try:
            outline = self._outlines[name]
            if outline.isComposite():
                pen = TTGlyphPen(None)
                recorded = DecomposingRecordingPen(self._shapes)
                self._shapes[name].draw(recorded)
                recorded.replay(pen)
                outline = pen.glyph()
            else:
                outline.expand(self._outlines)
                outline.removeHinting()
            return outline, self._advances[min(glyph, len(self._advances) - 1)]
        except BROKEN as error:
            raise NotReadable from error

    def _not_defined(self) -> tuple[Any, int]:
        """The glyph for codes without one. Nothing shows it, so a damaged one may be left empty."""
        try:
            return self._read(0)
        except NotReadable:
            return TTGlyphPen(None).glyph(), 0

    def made(self, codes: Sequence[int] | None) -> Made:
        taken = [self._not_defined(), *self._taken]
        names = new_names(len(self._taken))
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
        return Made(out.getvalue(), (head.xMin, head.yMin, head.xMax, head.yMax), "/FontFile2")


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
