"""Sets every line that holds a redaction anew, so that nothing on it tells how wide the withheld text was.

Where kept words stand after a removed name gives its width to a hundredth of a point, whatever box is drawn over the
gap. So the words of an affected line are set one after the other at the font's own advances with a fixed space, each
redaction becomes one box of 7 em, and a line that would then be too long is narrowed as a whole. Nothing in this
depends on the removed glyphs but that they are there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from redaction.apply.leaders import surplus_leaders
from redaction.apply.lines import COLUMN_GAP, WORD_GAP, Line, gap_before, gap_between
from redaction.apply.margins import MARGIN_WITHIN, RULE_WIDTH, SHARED_WITHIN, Margins, Rules, Segment, base_of
from redaction.apply.matrices import Point, Rect
from redaction.apply.raised import take_along
from redaction.apply.scene import Glyph, Show
from redaction.apply.selection import Selection

BOX_EMS = 7.0
BOX_BELOW, BOX_ABOVE = 0.22, 0.78  # em below and above the baseline
HAIR = 0.05  # user space units: what a clip may lack without anybody seeing it
SPACE_EMS = 0.28
TAB_EMS = 2.0
EDGE = 9.0  # user space units kept free at the page's edge
LEFT = 0.12  # of the page: where a line begins that nothing kept tells the place of; no margin is wider
BESIDE = 0.5  # em kept free between segments, and from the rule of a cell
NEAR, NEAR_LINES = 0.9, 2  # em between lines that could lie over each other, and how many of them are looked at
_DIGITS = 4  # of where a box stands: sums over other strings end otherwise
LARGE = 1.5  # times as large as the rest of its word is the letter that begins a chapter
IN_A_ROW = 2.5  # em between letters that each stand by themselves and yet are one word
HUGGED_WITHIN = 2.0  # em: a column that begins so close behind a name may have been set by it


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
    first: Glyph | None = None
    lone: bool = False


@dataclass
class Placement:
    """Where a kept glyph goes: its origin, and the factor its width is multiplied by."""

    x: float
    y: float
    stretch: float


@dataclass
class Layout:
    """The new setting of a page's affected lines. `moved`: by id of glyph. `spans`: the old extent of each.

    `hugged`: a column begins, or a shape that stays ends, where removed text ended, so its place may tell how wide that
    was.
    """

    moved: dict[int, Placement] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    spans: list[Segment] = field(default_factory=list)
    hugged: bool = False


def lay_out(selection: Selection) -> Layout:
    """New positions for the glyphs of every line of the page that loses some."""
    layout = Layout()
    directions: dict[tuple[float, float], list[Line]] = {}
    for line in selection.lines:
        if line.glyphs:
            directions.setdefault((round(line.ux, 3), round(line.uy, 3)), []).append(line)
    for found in directions.values():
        if not any(glyph.removed for line in found for glyph in line.glyphs):
            continue
        take_along([line for line in found if id(line) not in selection.in_place], NEAR_LINES)
        lines = [line for line in found if line.glyphs]
        rules = Rules.of(selection.scene, lines[0])
        pieces = [_split(line, None, []) for line in lines]
        margins = Margins([segment for row in pieces for segment in row])
        for number, line in enumerate(lines):
            if id(line) not in selection.in_place and any(glyph.removed for glyph in line.glyphs):
                near = [*pieces[max(0, number - NEAR_LINES) : number], *pieces[number + 1 : number + 1 + NEAR_LINES]]
                around = [segment for row in near for segment in row if _is_beside(segment, line)]
                _set_line(layout, selection, line, margins, rules.crossing(line), around)
    layout.marks = _one_for_a_row(layout.marks)
    _move_shadows(layout, selection)
    return layout


def _one_for_a_row(marks: Sequence[Mark]) -> list[Mark]:
    """The boxes without those of letters in a row that each stand by themselves, down the page, in cells or along a
    curve, but for the first as drawn: as many boxes as letters would count them. And without those of large letters
    that begin a word, since these would cover the lines beside it."""
    rows: list[list[Mark]] = []
    for mark in marks:
        if mark.lone:
            near = [row for row in rows if any(_are_in_a_row(mark, one) for one in row)]
            rows = [row for row in rows if row not in near]
            rows.append([*(one for row in near for one in row), mark])
    kept = {id(min(row, key=_drawn_at)) for row in rows}
    return [mark for mark in marks if not mark.lone or (id(mark) in kept and not _begins_a_word(mark, marks))]


def _drawn_at(mark: Mark) -> int:
    return mark.first.show.op if mark.first is not None else 0


def _are_in_a_row(one: Mark, other: Mark) -> bool:
    if one.first is None or other.first is None:
        return False
    return math.dist((one.first.x, one.first.y), (other.first.x, other.first.y)) < IN_A_ROW * max(one.em, other.em)


def _begins_a_word(large: Mark, marks: Sequence[Mark]) -> bool:
    return any(large.em > LARGE * mark.em and _are_in_a_row(large, mark) for mark in marks)


def _is_beside(segment: Segment, line: Line) -> bool:
    """Whether kept text of another line is so near that words set anew could lie over it."""
    first, base = segment.glyphs[0], base_of(line.glyphs)
    apart = abs(line.across(first) - line.across(base))
    return not segment.affected and apart < NEAR * max(base.em, first.em)


def _set_line(
    layout: Layout,
    selection: Selection,
    line: Line,
    margins: Margins,
    crossing: Sequence[float],
    around: Sequence[Segment],
) -> None:
    """Sets the segments that lose something between those of the line that stay, and those `around` it."""
    segments = _split(line, margins, crossing)
    behind: list[float] = []
    for index, segment in enumerate(segments):
        end, space = segment.end, BESIDE * segment.glyphs[0].em
        if segment.affected:
            following = [*segments[index + 1 :], *(other for other in around if other.start >= segment.start)]
            ends = [other.start - space for other in following]
            ends += [rule - RULE_WIDTH for rule in crossing if rule > segment.end - 1.0]
            floors = behind + [other.end + space for other in around if other.start < segment.start]
            layout.hugged |= _is_hugged(segment, segments[index + 1 :])
            floor = max(floors, default=None)
            end = _set_segment(layout, selection, segment, margins, floor, min(ends, default=None))
        behind.append(end + space)


def _split(line: Line, margins: Margins | None, rules: Sequence[float]) -> list[Segment]:
    """The line cut at rules, and at gaps that are columns: with `margins`, only where other lines start there too."""
    segments: list[Segment] = []
    run: list[Glyph] = []
    previous: Glyph | None = None
    before = 0.0
    follows = behind = False
    for glyph in line.glyphs:
        along = line.along(glyph)
        if previous is not None:
            gap = gap_between(before, previous, along, glyph)
            if (gap > WORD_GAP and _begins_column(margins, gap, along, behind)) or (
                rules and _is_ruled_off(rules, before + 0.9 * previous.advance, along + 0.1 * glyph.advance)
            ):
                segments.append(_segment(line, run, follows))
                run, follows = [], behind
        run.append(glyph)
        previous, before = glyph, along
        behind = glyph.removed or (behind and not glyph.text.strip())
    segments.append(_segment(line, run, follows))
    for segment in segments:
        segment.cell = max((rule for rule in rules if rule <= segment.start), default=None)
    return segments


def _begins_column(margins: Margins | None, gap: float, along: float, follows: bool) -> bool:
    """Whether a column begins after a gap (in em, at least WORD_GAP): with `margins`, only where kept lines start.

    Behind removed text the gap says how wide that was, so there any gap will do.
    """
    if margins is None:
        return gap > COLUMN_GAP
    if follows:
        return bool(margins.starts(along))
    return gap > COLUMN_GAP and len(margins.starts(along)) > 1


def _is_hugged(segment: Segment, following: Sequence[Segment]) -> bool:
    inked = [glyph for glyph in segment.glyphs if glyph.text.strip()]
    if not following or not inked or not inked[-1].removed:
        return False
    return following[0].start - segment.end < HUGGED_WITHIN * inked[-1].em


def _is_ruled_off(rules: Sequence[float], low: float, high: float) -> bool:
    return any(low <= rule <= high for rule in rules)


def _segment(line: Line, glyphs: list[Glyph], follows: bool) -> Segment:
    inked = [glyph for glyph in glyphs if glyph.text.strip()] or glyphs
    return Segment(line, glyphs, line.along(inked[0]), line.along(inked[-1]) + inked[-1].advance, follows=follows)


@dataclass
class _Setting:
    """A segment being set: what is placed at which offset from its start."""

    glyphs: list[tuple[Glyph, float]] = field(default_factory=list)
    boxes: list[tuple[float, Glyph]] = field(default_factory=list)
    dropped: list[Glyph] = field(default_factory=list)
    cursor: float = 0.0


def _set_segment(
    layout: Layout, selection: Selection, segment: Segment, margins: Margins, floor: float | None, end: float | None
) -> float:
    """Sets a segment, not before `floor` nor beyond `end`, and returns where it ends."""
    kept = [glyph for glyph in segment.glyphs if not glyph.removed and glyph.text.strip()]
    em = max((glyph.em for glyph in (kept or segment.glyphs)), default=1.0)
    setting = _set(segment, em)
    low, high = _extent(selection.scene.crop, segment.line)
    limit = _limit(margins, low, high) if end is None else end
    start = _start(segment, margins, (low, high), setting.cursor, floor)
    segment.moved = abs(start - segment.start) > SHARED_WITHIN
    room = max(limit - start, 2 * em)
    stretch = min(1.0, room / setting.cursor) if setting.cursor else 1.0
    line = segment.line
    level = line.across(base_of(kept or segment.glyphs))
    for glyph, offset in setting.glyphs:
        along, across = start + offset * stretch, line.across(glyph)
        layout.moved[id(glyph)] = Placement(
            along * line.ux - across * line.uy, along * line.uy + across * line.ux, stretch
        )
    layout.dropped.update(id(glyph) for glyph in setting.dropped)
    inked = [glyph for glyph in segment.glyphs if glyph.text.strip()]
    lone = len(inked) == 1 and not kept
    for offset, glyph in setting.boxes:
        along = start + offset * stretch
        at = (
            round(along * line.ux - level * line.uy, _DIGITS),
            round(along * line.uy + level * line.ux, _DIGITS),
        )
        width, code = BOX_EMS * em * stretch, selection.codes.get(id(glyph), "")
        far = (at[0] + line.ux * width, at[1] + line.uy * width)
        anchor = id(glyph) if glyph.show.open and _is_clear(glyph.show, at, far, em) else 0
        layout.marks.append(Mark(*at, (line.ux, line.uy), glyph.show.up, em, width, stretch, code, anchor, glyph, lone))
    layout.spans.append(segment)
    return start + setting.cursor * stretch


def _is_clear(show: Show, start: Point, end: Point, em: float) -> bool:
    """Whether nothing is clipped away of a box there."""
    if (clip := show.clip) is None:
        return True
    upx, upy = show.up
    corners = [(x + upx * rise, y + upy * rise) for x, y in (start, end) for rise in (-BOX_BELOW * em, BOX_ABOVE * em)]
    return all(
        clip[0] <= x + HAIR and x - HAIR <= clip[2] and clip[1] <= y + HAIR and y - HAIR <= clip[3] for x, y in corners
    )


def _set(segment: Segment, em: float) -> _Setting:
    """The segment's glyphs at their own advances, one fixed space between words, one box per redaction."""
    setting = _Setting()
    pending: list[Glyph] = []
    gap = 0.0
    last = "start"
    previous: Glyph | None = None
    placed: tuple[Glyph, float] | None = None
    surplus = surplus_leaders(segment.glyphs)
    word_gap = COLUMN_GAP if segment.is_spaced_out else WORD_GAP
    for glyph in segment.glyphs:
        if id(glyph) in surplus:
            setting.dropped.append(glyph)
            previous = glyph
            continue
        apart = gap_before(segment.line, previous, glyph) if previous is not None else 0.0
        if apart > word_gap and not pending:
            # How far a tab reaches behind a name depends on the name.
            beside = glyph.removed or last == "box"
            gap = TAB_EMS if apart > COLUMN_GAP and not beside else SPACE_EMS
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
    """How far a line may run: as far as kept lines do, or to a margin as wide as the one it starts from, if that is
    one."""
    mirrored = high - max(min(margins.left - low, LEFT * (high - low)), EDGE)
    return min(max(margins.right, mirrored), high - EDGE)


def _start(segment: Segment, margins: Margins, page: tuple[float, float], width: float, floor: float | None) -> float:
    """Where the new line begins, on a page of this extent: by the edges of kept lines, never by its own alone.

    A centred or ranged-right line must not begin where the old one did: that is its end less how wide it was.
    """
    low, high = page
    middle, mirrored = (low + high) / 2, high - (margins.left - low)
    starts, ends = margins.starts(segment.start), margins.ends(segment.end)
    em = segment.glyphs[0].em
    if segment.cell is not None and segment.start - segment.cell < em:
        return segment.start
    if starts and len(ends) <= len(starts) + 1:
        return segment.start
    centre = (segment.start + segment.end) / 2
    if abs(centre - middle) < MARGIN_WITHIN:
        start = middle - width / 2
    elif (shared := margins.middle(centre)) is not None:
        start = shared - width / 2
    elif ends:
        start = ends[0] - width
    elif abs(segment.end - mirrored) < MARGIN_WITHIN:
        start = mirrored - width
    else:
        start = margins.left if math.isfinite(margins.left) else low + LEFT * (high - low)
    if segment.cell is not None:
        start = max(start, segment.cell + BESIDE * em)
    return start if floor is None else max(start, floor)


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
