"""Sets every line that holds a redaction anew, so that nothing on it tells how wide the withheld text was.

Where kept words stand after a removed name gives its width to a hundredth of a point, whatever box is drawn over the
gap. So the words of an affected line are set one after the other at the font's own advances with a fixed space, each
redaction becomes one box of 7 em, and a line that would then be too long is narrowed as a whole. Nothing in this
depends on the removed glyphs but that they are there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from redaction.apply.lines import COLUMN_GAP, WORD_GAP, Line, gap_before, gap_between
from redaction.apply.matrices import Point, Rect
from redaction.apply.scene import Glyph, PageScene, Show
from redaction.apply.selection import Selection

BOX_EMS = 7.0
SPACE_EMS = 0.28
TAB_EMS = 2.0
EDGE = 9.0  # user space units kept free at the page's edge
GRID = 9.0  # a start that no other line shares is moved back to this grid
SHARED_WITHIN = 0.3  # edges this close are one edge
EDGE_STEP = 0.25
RULE_WIDTH = 2.5  # a drawn line is no wider, and no shorter, than this, in user space units
RULE_LENGTH = 8.0


@dataclass(frozen=True)
class Mark:
    """A black box to draw: origin on the baseline, writing direction and up vector, size in page user space.

    `anchor`: id of the glyph in whose place it may be drawn, so that it is read where the words stood; 0 where only
    over the finished page.
    """

    x: float
    y: float
    direction: tuple[float, float]
    up: tuple[float, float]
    em: float
    width: float
    stretch: float
    code: str
    anchor: int = 0


@dataclass
class Placement:
    """Where a kept glyph goes: its origin, and the factor its width is multiplied by."""

    x: float
    y: float
    stretch: float


@dataclass
class Segment:
    """A run of one line between columns. `ruled`: it begins at a rule. `moved`: it was set from another start."""

    line: Line
    glyphs: list[Glyph]
    start: float
    end: float
    ruled: bool = False
    moved: bool = False

    @property
    def affected(self) -> bool:
        return any(glyph.removed for glyph in self.glyphs)


@dataclass
class Layout:
    """The new setting of a page's affected lines. `moved`: by id of glyph. `spans`: the old extent of each."""

    moved: dict[int, Placement] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    spans: list[Segment] = field(default_factory=list)


class Margins:
    """The left and right edges that lines of one direction share: the page's columns."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._starts = Counter(round(s.start / EDGE_STEP) for s in segments)
        self._ends = Counter(round(s.end / EDGE_STEP) for s in segments if not s.affected)
        kept = [segment for segment in segments if not segment.affected]
        self.right = max((segment.end for segment in kept), default=-math.inf)
        self.left = min((segment.start for segment in kept), default=-math.inf)

    def starts_column(self, along: float) -> int:
        """How many segments start there; with more than one it is a column."""
        return _shared(self._starts, along)

    def ends_column(self, along: float) -> int:
        """How many kept segments end there."""
        return _shared(self._ends, along)


@dataclass(frozen=True)
class Rules:
    """Lines drawn across a line of text, as between cells: where along it, and from where to where across."""

    places: tuple[tuple[float, float, float], ...]

    @classmethod
    def of(cls, scene: PageScene, line: Line) -> Rules:
        places = []
        for path in scene.paths:
            corners = [(x, y) for x in (path.rect[0], path.rect[2]) for y in (path.rect[1], path.rect[3])]
            along = [x * line.ux + y * line.uy for x, y in corners]
            across = [y * line.ux - x * line.uy for x, y in corners]
            if max(along) - min(along) <= RULE_WIDTH and max(across) - min(across) >= RULE_LENGTH:
                places.append((min(along), min(across), max(across)))
        return cls(tuple(sorted(places)))

    def crossing(self, line: Line) -> list[float]:
        """Where rules cross the line, in its direction."""
        if not self.places or not line.glyphs:
            return []
        first = line.glyphs[0]
        level = line.across(first) + 0.3 * first.em
        return [along for along, low, high in self.places if low <= level <= high]


def _shared(edges: Counter[int], along: float) -> int:
    near = range(round((along - SHARED_WITHIN) / EDGE_STEP), round((along + SHARED_WITHIN) / EDGE_STEP) + 1)
    return sum(edges[edge] for edge in near)


def lay_out(selection: Selection) -> Layout:
    """New positions for the glyphs of every line of the page that loses some."""
    layout = Layout()
    directions: dict[tuple[float, float], list[Line]] = {}
    for line in selection.lines:
        if line.glyphs:
            directions.setdefault((round(line.ux, 3), round(line.uy, 3)), []).append(line)
    for lines in directions.values():
        if not any(glyph.removed for line in lines for glyph in line.glyphs):
            continue
        rules = Rules.of(selection.scene, lines[0])
        margins = Margins([segment for line in lines for segment in _split(line, None, [])])
        for line in lines:
            if id(line) not in selection.in_place and any(glyph.removed for glyph in line.glyphs):
                crossing = rules.crossing(line)
                segments = _split(line, margins, crossing)
                for index, segment in enumerate(segments):
                    if segment.affected:
                        ends = [rule - RULE_WIDTH for rule in crossing if rule > segment.end - 1.0]
                        ends += [following.start - 0.5 * following.glyphs[0].em for following in segments[index + 1 :]]
                        _set_segment(layout, selection, segment, margins, min(ends, default=None))
    _move_shadows(layout, selection)
    return layout


def _split(line: Line, margins: Margins | None, rules: Sequence[float]) -> list[Segment]:
    """The line cut at rules, and at gaps that are columns: with `margins`, only where other lines start there too."""
    segments: list[Segment] = []
    run: list[Glyph] = []
    previous: Glyph | None = None
    before = 0.0
    for glyph in line.glyphs:
        along = line.along(glyph)
        if previous is not None:
            wide = gap_between(before, previous, along, glyph) > COLUMN_GAP
            if (
                wide
                and (margins is None or margins.starts_column(along) > 1)
                or _is_ruled_off(rules, before + 0.9 * previous.advance, along + 0.1 * glyph.advance)
            ):
                segments.append(_segment(line, run))
                run = []
        run.append(glyph)
        previous, before = glyph, along
    segments.append(_segment(line, run))
    for segment in segments:
        # In a cell the start is that of the cell, unless the cell is centred or ranged right.
        cell = max((rule for rule in rules if rule <= segment.start), default=None)
        segment.ruled = cell is not None and segment.start - cell < 1.0 * segment.glyphs[0].em
    return segments


def _is_ruled_off(rules: Sequence[float], low: float, high: float) -> bool:
    return bool(rules) and any(low <= rule <= high for rule in rules)


def _segment(line: Line, glyphs: list[Glyph]) -> Segment:
    inked = [glyph for glyph in glyphs if glyph.text.strip()] or glyphs
    return Segment(line, glyphs, line.along(inked[0]), line.along(inked[-1]) + inked[-1].advance)


@dataclass
class _Setting:
    """A segment being set: what is placed at which offset from its start."""

    glyphs: list[tuple[Glyph, float]] = field(default_factory=list)
    boxes: list[tuple[float, Glyph]] = field(default_factory=list)
    dropped: list[Glyph] = field(default_factory=list)
    cursor: float = 0.0


def _set_segment(layout: Layout, selection: Selection, segment: Segment, margins: Margins, end: float | None) -> None:
    kept = [glyph for glyph in segment.glyphs if not glyph.removed and glyph.text.strip()]
    em = max((glyph.em for glyph in (kept or segment.glyphs)), default=1.0)
    setting = _set(segment, em)
    low, high = _extent(selection.scene.crop, segment.line)
    limit = _limit(margins, low, high) if end is None else end
    start = segment.start if segment.ruled else _start(segment, margins, (low + high) / 2, setting.cursor)
    segment.moved = abs(start - segment.start) > SHARED_WITHIN
    room = max(limit - start, 2 * em)
    stretch = min(1.0, room / setting.cursor) if setting.cursor else 1.0
    line = segment.line
    level = line.across(kept[0] if kept else segment.glyphs[0])
    for glyph, offset in setting.glyphs:
        along, across = start + offset * stretch, line.across(glyph)
        layout.moved[id(glyph)] = Placement(
            along * line.ux - across * line.uy, along * line.uy + across * line.ux, stretch
        )
    layout.dropped.update(id(glyph) for glyph in setting.dropped)
    for offset, glyph in setting.boxes:
        along = start + offset * stretch
        at = (along * line.ux - level * line.uy, along * line.uy + level * line.ux)
        width, code = BOX_EMS * em * stretch, selection.codes.get(id(glyph), "")
        far = (at[0] + line.ux * width, at[1] + line.uy * width)
        anchor = id(glyph) if glyph.show.open and _is_clear(glyph.show, at, far, em) else 0
        layout.marks.append(Mark(*at, (line.ux, line.uy), glyph.show.up, em, width, stretch, code, anchor))
    layout.spans.append(segment)


def _is_clear(show: Show, start: Point, end: Point, em: float) -> bool:
    """Whether nothing is clipped away around the place where a box would be."""
    if (clip := show.clip) is None:
        return True
    xs, ys = (start[0], end[0]), (start[1], end[1])
    return clip[0] <= min(xs) - em and clip[1] <= min(ys) - em and clip[2] >= max(xs) + em and clip[3] >= max(ys) + em


def _set(segment: Segment, em: float) -> _Setting:
    """The segment's glyphs at their own advances, one fixed space between words, one box per redaction."""
    setting = _Setting()
    pending: list[Glyph] = []
    gap = 0.0
    last = "start"
    previous: Glyph | None = None
    placed: tuple[Glyph, float] | None = None
    for glyph in segment.glyphs:
        apart = gap_before(segment.line, previous, glyph) if previous is not None else 0.0
        if apart > WORD_GAP and not pending:
            gap = TAB_EMS if apart > COLUMN_GAP else SPACE_EMS
        follows, previous = previous, glyph
        if glyph.removed:
            if last != "box":
                _flush(setting, pending, gap * em)
                setting.boxes.append((setting.cursor, glyph))
                setting.cursor += BOX_EMS * em
                last = "box"
            else:
                setting.dropped.extend(pending)
            pending, gap = [], 0.0
            continue
        if not glyph.text.strip() and glyph.text:
            (setting.dropped if pending or gap else pending).append(glyph)
            continue
        if placed is not None and placed[0] is follows and apart < -0.3:
            # A mark set back over its letter stays where it is on the letter.
            back = segment.line.along(glyph) - segment.line.along(placed[0])
            setting.glyphs.append((glyph, placed[1] + back))
            continue
        _flush(setting, pending, gap * em)
        pending, gap = [], 0.0
        placed = (glyph, setting.cursor)
        setting.glyphs.append(placed)
        setting.cursor += glyph.advance
        last = "glyph"
    setting.dropped.extend(pending)
    return setting


def _flush(setting: _Setting, pending: list[Glyph], gap: float) -> None:
    """Sets the space held back: the font's own space glyph if there is one, else a gap."""
    if pending:
        setting.glyphs.append((pending[0], setting.cursor))
        setting.cursor += pending[0].advance
    else:
        setting.cursor += gap


def _extent(crop: Rect, line: Line) -> tuple[float, float]:
    """The page's extent along the line's direction."""
    ends = [x * line.ux + y * line.uy for x in (crop[0], crop[2]) for y in (crop[1], crop[3])]
    return min(ends), max(ends)


def _limit(margins: Margins, low: float, high: float) -> float:
    """How far a line may run: as far as kept lines do, or to a margin as wide as the one it starts from."""
    mirrored = high - max(margins.left - low, EDGE)
    return min(max(margins.right, mirrored), high - EDGE)


def _start(segment: Segment, margins: Margins, middle: float, width: float) -> float:
    """Where the new line begins. A centred or ranged-right line must not begin where the old one did."""
    ranged_right = margins.ends_column(segment.end) > margins.starts_column(segment.start)
    if margins.starts_column(segment.start) > 1 and not ranged_right:
        return segment.start
    if abs((segment.start + segment.end) / 2 - middle) < 2.0:
        return middle - width / 2
    if margins.ends_column(segment.end) > 1:
        return round(segment.end) - width
    return math.floor(segment.start / GRID + 0.02) * GRID


def _move_shadows(layout: Layout, selection: Selection) -> None:
    for show in selection.scene.shows:
        for glyph in show.glyphs if not show.read_only else ():
            first = glyph.shadow
            if first is None:
                continue
            if id(first) in layout.dropped:
                layout.dropped.add(id(glyph))
            elif (place := layout.moved.get(id(first))) is not None:
                layout.moved[id(glyph)] = Placement(
                    place.x + glyph.x - first.x, place.y + glyph.y - first.y, place.stretch
                )
