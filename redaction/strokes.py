"""How much of what a content stream draws could be letters: curves, and lines that slant to and fro."""

from __future__ import annotations

import re

# From here on a page is read by OCR, which takes seconds. A letter as an outline has about ten curves, or three to six
# slanted strokes; one of a plotter has two.
MANY_CURVES = 60
MANY_STROKES = 24

_SPACES = bytes.maketrans(b"\t\n\r\x0b\x0c", b"     ")
_CURVE = re.compile(rb"[\d.]\s+[cvy](?=\s)")
_POINT = re.compile(rb"([-+]?[\d.]+)\s+([-+]?[\d.]+)\s+([mlcvy])(?![^\s%/\[(<])")


def may_spell(curves: int, strokes: int) -> bool:
    """Whether so many of both may be letters that it takes a look to tell."""
    return curves * MANY_STROKES + strokes * MANY_CURVES >= MANY_CURVES * MANY_STROKES


def count_curves(data: bytes) -> int:
    """How many curve operators there are. The rough count, never less, is had much faster and is mostly nothing."""
    spaced = data.translate(_SPACES)
    if not any(name in spaced for name in (b" c ", b" v ", b" y ")):
        return 0
    return sum(1 for _ in _CURVE.finditer(data))


def count_strokes(data: bytes) -> int:
    """How many slanted strokes there are, counted up to MANY_STROKES.

    Level and upright lines are rules, borders and bars. Lines that go on to the same side are one stroke: so is the
    curve of a chart, however many points it has.
    """
    # Few lines are few strokes, and most content has none.
    if data.translate(_SPACES).count(b" l ") < MANY_STROKES // 4:
        return 0
    strokes = 0
    x = y = 0.0
    side = 0
    for found in _POINT.finditer(data):
        to_x, to_y, name = _number(found[1]), _number(found[2]), found[3]
        if name != b"l":
            side = 0
        elif to_x != x and to_y != y:
            goes = 1 if to_x > x else -1
            if goes != side:
                strokes += 1
                if strokes >= MANY_STROKES:
                    break
            side = goes
        x, y = to_x, to_y
    return strokes


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
