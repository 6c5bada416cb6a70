"""Programs of fonts, made from Liberation Sans: each of the letters given, in this order, after .notdef."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from fontTools.agl import UV2AGL
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.eexec import encrypt
from fontTools.misc.psCharStrings import T1CharString
from fontTools.pens.basePen import BasePen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from tests.unit.redaction.pages import FONT

_EPOCH = 2_082_844_800


@cache
def _liberation() -> TTFont:
    return TTFont(FONT, lazy=True)


def outline(char: str, pen: Any) -> int:
    """Draws the letter and returns its advance in units of 2048."""
    name = _liberation().getBestCmap()[ord(char)]
    recorded = DecomposingRecordingPen(_liberation().getGlyphSet())
    _liberation().getGlyphSet()[name].draw(recorded)
    recorded.replay(pen)
    return int(_liberation()["hmtx"][name][0])


def advance(char: str) -> float:
    """In thousandths of the size."""
    return outline(char, TTGlyphPen(None)) * 1000 / 2048


def names_of(letters: str) -> list[str]:
    return [UV2AGL[ord(char)] for char in letters]


def true_type(letters: str, codes: Sequence[int] | None = None, *, unicode: bool = False) -> bytes:
    """With a map of `codes`, or of the letters' Unicode values, where asked for."""
    names = [".notdef", *(f"n{i}" for i in range(len(letters)))]
    glyphs, metrics = {".notdef": TTGlyphPen(None).glyph()}, {".notdef": (1000, 0)}
    for name, char in zip(names[1:], letters, strict=True):
        pen = TTGlyphPen(None)
        metrics[name] = (outline(char, pen), 0)
        glyphs[name] = pen.glyph()
    builder = FontBuilder(2048, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=1854, descent=-434)
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=_EPOCH, modified=_EPOCH)
    if unicode:
        builder.setupCharacterMap({ord(char): name for char, name in zip(letters, names[1:], strict=True)})
    elif codes is not None:
        builder.setupCharacterMap(
            {0xF000 + code: name for code, name in zip(codes, names[1:], strict=True)}, allowFallback=True
        )
        for table in builder.font["cmap"].tables:
            table.platEncID = 0 if table.platformID == 3 else table.platEncID
    out = io.BytesIO()
    builder.font.recalcTimestamp = False
    builder.save(out)
    return out.getvalue()


def compact(letters: str, names: Sequence[str]) -> bytes:
    """A CFF program of 2048 units."""
    shapes = {".notdef": T2CharStringPen(1000, None).getCharString()}
    for name, char in zip(names, letters, strict=True):
        width = outline(char, TTGlyphPen(None))
        pen = T2CharStringPen(width, None)
        outline(char, pen)
        shapes[name] = pen.getCharString()
    builder = FontBuilder(2048, isTTF=False)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCFF("Made", {}, shapes, {})
    out = io.BytesIO()
    builder.font["CFF "].cff.compile(out, builder.font, isCFF2=False)
    return out.getvalue()


class _TypeOnePen(BasePen):
    """Draws into the program of a Type 1 charstring, in units of 1000."""

    def __init__(self) -> None:
        super().__init__(None)
        self.program: list[Any] = []
        self._at = (0, 0)

    def _to(self, *points: tuple[float, float]) -> list[int]:
        out = []
        for x, y in points:
            new = (round(x * 1000 / 2048), round(y * 1000 / 2048))
            out += [new[0] - self._at[0], new[1] - self._at[1]]
            self._at = new
        return out

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.program += [*self._to(pt), "rmoveto"]

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.program += [*self._to(pt), "rlineto"]

    def _curveToOne(self, one: tuple[float, float], two: tuple[float, float], end: tuple[float, float]) -> None:
        self.program += [*self._to(one, two, end), "rrcurveto"]

    def _closePath(self) -> None:
        self.program.append("closepath")


def type_one(letters: str, names: Sequence[str], codes: Sequence[int] | None = None) -> bytes:
    """A Type 1 program; `codes` give it an encoding of its own."""
    encoding = b"/Encoding StandardEncoding def\n"
    if codes is not None:
        entries = (b"dup %d /%s put\n" % (code, name.encode()) for code, name in zip(codes, names, strict=True))
        encoding = b"/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for\n" + b"".join(entries)
        encoding += b"readonly def\n"
    clear = b"%!PS-AdobeFont-1.0: Made\n/FontName /Made def\n/FontType 1 def\n/FontMatrix [0.001 0 0 0.001 0 0] def\n"
    clear += encoding + b"/FontBBox {0 -300 1000 1000} readonly def\ncurrentdict end\ncurrentfile eexec\n"
    glyphs = [(b".notdef", [0, 500, "hsbw", "endchar"])]
    for name, char in zip(names, letters, strict=True):
        pen = _TypeOnePen()
        width = outline(char, pen)
        glyphs.append((name.encode(), [0, round(width * 1000 / 2048), "hsbw", *pen.program, "endchar"]))
    private = b"dup /Private 8 dict dup begin\n/lenIV 4 def\n"
    private += b"/Subrs 1 array\ndup 0 " + _locked(["return"]) + b" NP\nND\n"
    private += b"2 index /CharStrings %d dict dup begin\n" % len(glyphs)
    private += b"".join(b"/" + name + b" " + _locked(program) + b" ND\n" for name, program in glyphs)
    private += b"end\nend\nreadonly put\nmark currentfile closefile\n"
    return clear + encrypt(b"\0\0\0\0" + private, 55665)[0] + b"\n" + b"0" * 512 + b"\ncleartomark\n"


def _locked(program: list[Any]) -> bytes:
    code = T1CharString(program=program)
    code.compile()
    data = encrypt(b"\0\0\0\0" + code.bytecode, 4330)[0]
    return b"%d RD " % len(data) + data


# Font dictionaries
