"""Takes drawn lines and rectangles out of a region. What is drawn with slanted lines or curves cannot be cut here.

Rules, borders and frames are made of level and upright lines and say nothing where they pass a region; letters, the
strokes of a pen and maps are not. A line through a region loses the part inside, so that nothing lies under the box.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redaction.apply.matrices import Matrix, Point, Rect, apply, invert, is_within, overlap
from redaction.apply.paths import BUILDING
from redaction.apply.scene import PathUse
from redaction.apply.tokens import format_number, number

_LEVEL = 0.01  # user space units by which the ends of a level line may differ
STROKING = frozenset((b"S", b"s", b"B", b"B*", b"b", b"b*"))
_CLOSING = frozenset((b"s", b"b", b"b*"))
_FILLING = {b"f": b"f", b"F": b"f", b"f*": b"f*", b"B": b"f", b"B*": b"f*", b"b": b"f", b"b*": b"f*"}
_DIGITS = 6

Segment = tuple[Point, Point]


class Uncut(Exception):
    """The shape has more in the region than level and upright lines and rectangles."""


@dataclass
class _Outline:
    """One subpath in page user space. `curves`: for each curve, the points that its hull is made of."""

    points: list[Point]
    curves: list[list[Point]]
    closed: bool = False

    @property
    def closing(self) -> Segment:
        return self.points[-1], self.points[0]

    @property
    def ring(self) -> list[Segment]:
        """Its lines, with the one that closes it."""
        return [*self.lines, self.closing]

    @property
    def lines(self) -> list[Segment]:
        return list(zip(self.points, self.points[1:], strict=False))


def cut(path: PathUse, regions: Sequence[Rect]) -> bytes | None:
    """Content that draws the shape without what lies in `regions`; None where it draws nothing there, or only clips
    along level and upright lines. Raises Uncut."""
    met = [region for region in regions if _touch(path.rect, region)]
    if not met:
        return None
    outlines, plain = _outlines(path)
    name = path.scope.ops[path.op].name
    fills = name in _FILLING or path.clip_op is not None
    for region in met:
        if any(_is_drawn_in(outline, region, fills or name in _CLOSING) for outline in outlines):
            raise Uncut
    if path.clip_op is not None:
        return None
    back = invert(path.ctm)
    parts: list[bytes] = []
    changed = False
    if name in _FILLING:
        filled, changed = _filled(outlines, met, back)
        parts += [filled, _FILLING[name]] if filled else []
    if name in STROKING:
        stroked, altered = _stroked(outlines, met, name in _CLOSING, back)
        parts += [stroked, b"S"] if stroked else []
        changed = changed or altered
    if changed and not (plain and all(not outline.curves for outline in outlines)):
        raise Uncut  # only lines are written again
    return b" " + b" ".join(parts) + b" " if changed else None


def _outlines(path: PathUse) -> tuple[list[_Outline], bool]:
    """The subpaths, and whether nothing but path operators makes them."""
    outlines: list[_Outline] = []
    plain = True
    for op in path.scope.ops[path.first : path.op]:
        count = BUILDING.get(op.name)
        if count is None or len(op.args) < count:
            plain = plain and op.name in (b"W", b"W*")
            continue
        values = [number(arg) for arg in op.args[len(op.args) - count :]]
        points = [apply(path.ctm, x, y) for x, y in zip(values[::2], values[1::2], strict=True)]
        if op.name == b"re":
            x, y, w, h = values
            corners = [apply(path.ctm, *point) for point in ((x, y), (x + w, y), (x + w, y + h), (x, y + h))]
            outlines.append(_Outline(corners, [], closed=True))
        elif op.name == b"h":
            if outlines:
                outlines[-1].closed = True
        elif op.name == b"m" or not outlines or outlines[-1].closed:
            start = outlines[-1].points[0] if outlines and op.name != b"m" else points[0]
            outlines.append(_Outline([start], []))
            _add(outlines[-1], points, op.name)
        else:
            _add(outlines[-1], points, op.name)
    return outlines, plain


def _add(outline: _Outline, points: list[Point], name: bytes) -> None:
    if name == b"l":
        outline.points.append(points[0])
    elif name != b"m":
        outline.curves.append([outline.points[-1], *points])
        outline.points.append(points[-1])


def _is_drawn_in(outline: _Outline, region: Rect, closes: bool) -> bool:
    """Whether a curve or a slanted line of the outline meets the region."""
    if any(_touch(_bounds(hull), region) for hull in outline.curves):
        return True
    segments = outline.ring if closes or outline.closed else outline.lines
    return any(not _is_straight(segment) and _crosses(segment, region) for segment in segments)


def _is_straight(segment: Segment) -> bool:
    (x0, y0), (x1, y1) = segment
    return abs(x0 - x1) <= _LEVEL or abs(y0 - y1) <= _LEVEL


def _filled(outlines: Sequence[_Outline], regions: Sequence[Rect], back: Matrix | None) -> tuple[bytes, bool]:
    """(the path to fill, whether it is another)."""
    out: list[bytes] = []
    changed = False
    for outline in outlines:
        box = _bounds(outline.points)
        holes = [region for region in regions if overlap(box, region) or _is_flat_in(box, region)]
        # A ground that reaches all round a region says nothing.
        holes = [region for region in holes if not is_within(region, box, 0.0)]
        if not holes:
            out.append(_ring(outline.points, back))
            continue
        if not _is_rectangle(outline):
            raise Uncut
        changed = True
        turned = _turn(outline.points) < 0
        for piece in _without(box, holes):
            corners = [(piece[0], piece[1]), (piece[2], piece[1]), (piece[2], piece[3]), (piece[0], piece[3])]
            out.append(_ring(corners[::-1] if turned else corners, back))
    return b" ".join(out), changed


def _stroked(
    outlines: Sequence[_Outline], regions: Sequence[Rect], closes: bool, back: Matrix | None
) -> tuple[bytes, bool]:
    """(the path to draw along, whether it is another)."""
    out: list[bytes] = []
    changed = False
    for outline in outlines:
        closed = closes or outline.closed
        segments = outline.ring if closed else outline.lines
        if not any(_is_straight(segment) and _crosses(segment, region) for segment in segments for region in regions):
            out.append(_ring(outline.points, back) if closed else _line(outline.points, back))
            continue
        changed = True
        for segment in segments:
            out.extend(_line(piece, back) for piece in _outside(segment, regions))
    return b" ".join(out), changed


def _without(box: Rect, holes: Sequence[Rect]) -> list[Rect]:
    """The rectangles that are left of `box` without `holes`."""
    pieces = [box]
    for hole in holes:
        pieces = [rest for piece in pieces for rest in _around(piece, hole)]
    return pieces


def _around(box: Rect, hole: Rect) -> Iterator[Rect]:
    x0, y0, x1, y1 = box
    if not _touch(box, hole):
        yield box
        return
    low, high = max(y0, hole[1]), min(y1, hole[3])
    if y0 < low:
        yield x0, y0, x1, low
    if high < y1:
        yield x0, high, x1, y1
    if x0 < hole[0]:
        yield x0, low, hole[0], high
    if hole[2] < x1:
        yield hole[2], low, x1, high


def _outside(segment: Segment, regions: Sequence[Rect]) -> list[Segment]:
    """The parts of a line that no region holds."""
    pieces = [segment]
    for region in regions:
        pieces = [rest for piece in pieces for rest in _ends(piece, region)]
    return pieces


def _ends(segment: Segment, region: Rect) -> Iterator[Segment]:
    inside = _span(segment, region)
    if inside is None:
        yield segment
        return
    start, end = segment
    if inside[0] > 0:
        yield start, _at(segment, inside[0])
    if inside[1] < 1:
        yield _at(segment, inside[1]), end


def _at(segment: Segment, share: float) -> Point:
    (x0, y0), (x1, y1) = segment
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


def _crosses(segment: Segment, region: Rect) -> bool:
    return _span(segment, region) is not None


def _span(segment: Segment, region: Rect) -> tuple[float, float] | None:
    """From where to where (0 to 1) along the line it is in the region; None where it is not (Liang and Barsky)."""
    (x0, y0), (x1, y1) = segment
    first, last = 0.0, 1.0
    for start, step, low, high in ((x0, x1 - x0, region[0], region[2]), (y0, y1 - y0, region[1], region[3])):
        if step == 0:
            if not low <= start <= high:
                return None
            continue
        enter, leave = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, enter), min(last, leave)
    return (first, last) if first <= last else None


def _is_rectangle(outline: _Outline) -> bool:
    """Whether the outline is one level and upright rectangle, a flat one included."""
    points = outline.points[:-1] if outline.points[-1] == outline.points[0] else outline.points
    if outline.curves or len(points) > 4 or not all(map(_is_straight, outline.ring)):
        return False
    return len(points) < 4 or math.dist(_middle(points[0], points[2]), _middle(points[1], points[3])) <= _LEVEL


def _middle(one: Point, two: Point) -> Point:
    return (one[0] + two[0]) / 2, (one[1] + two[1]) / 2


def _turn(points: Sequence[Point]) -> float:
    """Above 0 where the points run against the clock."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True))


def _is_flat_in(box: Rect, region: Rect) -> bool:
    return (box[0] == box[2] or box[1] == box[3]) and _touch(box, region)


def _touch(one: Rect, two: Rect) -> bool:
    """Whether they share a point; one of them may be a mere line."""
    return one[0] <= two[2] and two[0] <= one[2] and one[1] <= two[3] and two[1] <= one[3]


def _bounds(points: Sequence[Point]) -> Rect:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _ring(points: Sequence[Point], back: Matrix | None) -> bytes:
    return _line(points, back) + b" h"


def _line(points: Sequence[Point], back: Matrix | None) -> bytes:
    """Operators that build the line, in the user space that `back` leads to."""
    if back is None:
        raise Uncut
    out = []
    for number_, point in enumerate(points):
        x, y = apply(back, *point)
        out.append(b"%s %s %s" % (format_number(x, _DIGITS), format_number(y, _DIGITS), b"l" if number_ else b"m"))
    return b" ".join(out)
