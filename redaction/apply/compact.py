"""Programs with PostScript outlines, CFF (FontFile3) and Type 1 (FontFile); both are made anew as CFF.

Sources: Adobe Technical Notes 5176 (CFF) and 5177 (Type 2 charstrings), Adobe Type 1 Font Format (1990).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.eexec import decrypt
from fontTools.misc.psCharStrings import T1CharString, T2CharString
from fontTools.pens.basePen import NullPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen

from redaction.apply.programs import BROKEN, Made, NotReadable, new_names

_UNITS = 1000
_LEAST_UNITS, _MOST_UNITS = 16, 16_384
_PLAIN = (0.001, 0.0, 0.0, 0.001, 0.0, 0.0)
_EEXEC_KEY, _CHARSTRING_KEY = 55665, 4330
_SKIPPED = 4  # random bytes at the start of encrypted text
_GLYPH = re.compile(rb"/(\S+)\s+(\d+)\s+(?:RD|-\||\S+)[ ]")
_SUBROUTINE = re.compile(rb"\bdup\s+(\d+)\s+(\d+)\s+(?:RD|-\||\S+)[ ]")
_MATRIX = re.compile(rb"/FontMatrix\s*\[([^\]]*)\]")
_SKIP = re.compile(rb"/lenIV\s+(-?\d+)")
_MOST_SUBROUTINES = 65_536

Matrix = tuple[float, float, float, float, float, float]


class _Outlines:
    """Glyphs with PostScript outlines being gathered into a CFF program, in their own units where these are plain."""

    def __init__(self, glyphs: Mapping[str, Any], matrix: Sequence[float]) -> None:
        if len(matrix) != 6:
            raise NotReadable
        self._glyphs = glyphs
        a, b, c, d, e, f = (float(value) for value in matrix)
        self.units = round(1 / a) if a > 0 else 0
        self._matrix: Matrix | None = None
        if not (_LEAST_UNITS <= self.units <= _MOST_UNITS and a == d and not any((b, c, e, f))):
            self.units = _UNITS
            self._matrix = (a * _UNITS, b * _UNITS, c * _UNITS, d * _UNITS, e * _UNITS, f * _UNITS)
        self._taken: list[tuple[T2CharString, tuple[float, ...] | None]] = []

    def has(self, glyph: int | str) -> bool:
        return glyph != ".notdef" and str(glyph) in self._glyphs

    def give_back(self, count: int) -> None:
        del self._taken[count:]

    def _read(self, name: str) -> tuple[T2CharString, tuple[float, ...] | None]:
        try:
            if name not in self._glyphs:
                return T2CharStringPen(0, None).getCharString(), None
            source = self._glyphs[name]
            source.draw(NullPen())  # tells the advance
            width = source.width * (self._matrix[0] if self._matrix else 1.0)
            pen, bounds = T2CharStringPen(width, self._glyphs), BoundsPen(self._glyphs)
            for one in (pen, bounds):
                source.draw(TransformPen(one, self._matrix) if self._matrix else one)
            return pen.getCharString(), bounds.bounds
        except BROKEN as error:
            raise NotReadable from error

    def _not_defined(self) -> tuple[T2CharString, tuple[float, ...] | None]:
        """The glyph for codes without one. Nothing shows it, so a damaged one may be left empty."""
        try:
            return self._read(".notdef")
        except NotReadable:
            return T2CharStringPen(0, None).getCharString(), None

    def made(self, codes: Sequence[int] | None) -> Made:
        taken = [self._not_defined(), *self._taken]
        names = new_names(len(self._taken))
        builder = FontBuilder(self.units, isTTF=False)
        builder.setupGlyphOrder(names)
        builder.setupCFF("F", {}, dict(zip(names, (shape for shape, _ in taken), strict=True)), {})
        boxes = [box for _, box in taken if box is not None] or [(0.0, 0.0, 0.0, 0.0)]
        low = [round(min(box[side] for box in boxes)) for side in (0, 1)]
        high = [round(max(box[side] for box in boxes)) for side in (2, 3)]
        out = io.BytesIO()
        builder.font["CFF "].cff.compile(out, builder.font, isCFF2=False)
        return Made(out.getvalue(), (low[0], low[1], high[0], high[1]), "/FontFile3")


class Compact(_Outlines):
    """A CFF program. `names`: glyph names by code for a simple font; None for a composite one, which may have a
    CIDToGIDMap, `to_glyph`."""

    def __init__(self, data: bytes, names: Sequence[str] | None = None, to_glyph: bytes | None = None) -> None:
        try:
            fonts = CFFFontSet()
            fonts.decompile(io.BytesIO(data), None)
            top = fonts[0]
            self._order: list[str] = list(top.charset)
            self._names = names
            self._by_cid: dict[int, str] | None = None
            matrix = top.rawDict.get("FontMatrix")
            if hasattr(top, "ROS"):
                self._by_cid = {int(name[3:]): name for name in self._order if name != ".notdef"}
                matrix = _through(top, matrix)
            super().__init__(top.CharStrings, matrix or _PLAIN)
            self._to_glyph = to_glyph
            if names is not None and self._by_cid is not None:
                raise NotReadable
        except BROKEN as error:
            raise NotReadable from error

    def glyph_of(self, code: int) -> str:
        if self._names is not None:
            return self._names[code] or ".notdef"
        if self._to_glyph is not None:
            code = int.from_bytes(self._to_glyph[2 * code : 2 * code + 2], "big")
        elif self._by_cid is not None:
            return self._by_cid.get(code, ".notdef")
        return self._order[code] if code < len(self._order) else ".notdef"

    def take(self, glyph: int | str) -> None:
        self._taken.append(self._read(str(glyph)))


def _through(top: Any, outer: Sequence[float] | None) -> Sequence[float] | None:
    """The matrix of a CID-keyed program: outlines go through the one of their part, then that of the whole."""
    parts = {tuple(part.rawDict.get("FontMatrix") or ()) for part in top.FDArray}
    if len(parts) != 1:
        raise NotReadable
    inner: Sequence[float] = parts.pop()
    if outer and inner:
        if any((*inner[1:3], *inner[4:], *outer[1:3], *outer[4:])):
            raise NotReadable
        return (inner[0] * outer[0], 0.0, 0.0, inner[3] * outer[3], 0.0, 0.0)
    return inner or outer


class TypeOne(_Outlines):
    """A Type 1 program; `names`: glyph names by code."""

    def __init__(self, data: bytes, names: Sequence[str]) -> None:
        try:
            clear, private = _parts_of(data)
            found = _SKIP.search(private)
            skip = int(found[1]) if found else _SKIPPED
            subroutines = _subroutines(private, skip)
            # Past the head of the dictionary, which reads like an entry.
            start = private.find(b"begin", private.index(b"/CharStrings"))
            glyphs = {
                name.decode("latin-1"): T1CharString(code, subrs=subroutines)
                for name, code in _encrypted(_GLYPH, private, start, skip)
            }
            if not glyphs:
                raise NotReadable
            matrix = _MATRIX.search(clear)
            super().__init__(glyphs, [float(v) for v in matrix[1].split()] if matrix else _PLAIN)
        except BROKEN as error:
            raise NotReadable from error
        self._names = names

    def glyph_of(self, code: int) -> str:
        return self._names[code] or ".notdef"

    def take(self, glyph: int | str) -> None:
        self._taken.append(self._read(str(glyph)))


def _parts_of(data: bytes) -> tuple[bytes, bytes]:
    """The clear part of a Type 1 program and its private part decrypted; the latter may be written in hexadecimal."""
    if data[:1] == b"\x80":
        data = _without_segment_heads(data)
    clear, mark, rest = data.partition(b"eexec")
    if not mark:
        raise NotReadable
    # One line end or space follows; a program must not have more, but some do.
    locked = rest.lstrip(b" \t\r\n")
    if re.fullmatch(rb"[0-9A-Fa-f\s]{8}", locked[:8]):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", locked)
        locked = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    return clear, decrypt(locked, _EEXEC_KEY)[0][_SKIPPED:]


def _without_segment_heads(data: bytes) -> bytes:
    """The contents of a PFB file."""
    out, at = b"", 0
    while at + 6 <= len(data) and data[at] == 0x80 and data[at + 1] in (1, 2):
        length = int.from_bytes(data[at + 2 : at + 6], "little")
        out += data[at + 6 : at + 6 + length]
        at += 6 + length
    return out


def _subroutines(private: bytes, skip: int) -> list[T1CharString]:
    start, end = private.find(b"/Subrs"), private.find(b"/CharStrings")
    if start < 0 or start > end:
        return []
    found = {int(number): code for number, code in _encrypted(_SUBROUTINE, private[:end], start, skip)}
    size = max(found, default=-1) + 1
    if size > _MOST_SUBROUTINES:
        raise NotReadable
    out: list[T1CharString] = []
    for number in range(size):
        out.append(T1CharString(found.get(number, b"\x0b"), subrs=out))  # 11: return
    return out


def _encrypted(pattern: re.Pattern[bytes], data: bytes, at: int, skip: int) -> list[tuple[bytes, bytes]]:
    """(name or number, charstring) of each entry from `at` on. Charstrings are binary: each is jumped over."""
    out: list[tuple[bytes, bytes]] = []
    while (found := pattern.search(data, at)) is not None:
        at = found.end() + int(found[2])
        code = data[found.end() : at]
        out.append((found[1], decrypt(code, _CHARSTRING_KEY)[0][skip:] if skip >= 0 else code))
    return out
