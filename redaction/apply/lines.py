"""Glyphs gathered into the lines a reader sees, whatever order the operators came in."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from redaction.apply.scene import Glyph, Show

SAME_LINE = 0.35  # of the font size: baselines closer than this make one line
WORD_GAP = 0.15  # of the font size: a gap from here on separates words
COLUMN_GAP = 1.2  # of the font size: a gap from here on may separate columns


@dataclass
class Line:
    """One line: its writing direction, and its glyphs in that direction, shadows left out."""

    ux: float
    uy: float
    glyphs: list[Glyph] = field(default_factory=list)

    def along(self, glyph: Glyph) -> float:
        """Where the glyph's origin stands along the line, in points from the foot of the perpendicular through 0,0."""
        return glyph.x * self.ux + glyph.y * self.uy

    def across(self, glyph: Glyph) -> float:
        """The glyph's distance from the line through 0,0; grows to the left of the writing direction."""
        return glyph.y * self.ux - glyph.x * self.uy


@dataclass
class Text:
    """Characters with the glyph each comes from; None for a space or line break put in between."""

    text: str
    glyphs: list[Glyph | None]


def read_lines(shows: Sequence[Show]) -> list[Line]:
    """The lines of a page, top to bottom for level text. Marks glyphs printed over another as its shadows."""
    return [_line(row) for row in rows(shows)]


def rows(shows: Sequence[Show]) -> list[list[Show]]:
    """The operators of each line."""
    groups: dict[int, list[tuple[float, Show]]] = {}
    for show in shows:
        if show.pieces and show.em > 0:
            angle = round(math.degrees(math.atan2(show.uy, show.ux))) % 360
            groups.setdefault(angle, []).append((show.y * show.ux - show.x * show.uy, show))
    return [row for _, members in sorted(groups.items()) for row in _rows_of(members)]


def _rows_of(members: list[tuple[float, Show]]) -> Iterator[list[Show]]:
    members.sort(key=lambda pair: -pair[0])
    row: list[Show] = []
    level, em = 0.0, 0.0
    for across, show in members:
        if row and level - across > SAME_LINE * min(em, show.em):
            yield row
            row = []
        if not row:
            level = across
        em = show.em
        row.append(show)
    if row:
        yield row


def _line(shows: Iterable[Show]) -> Line:
    members = list(shows)
    line = Line(members[0].ux, members[0].uy)
    keyed = [(line.along(glyph), glyph) for show in members for glyph in show.glyphs]
    keyed.sort(key=lambda pair: pair[0])
    if len(members) > 1:
        _mark_shadows(keyed)
    line.glyphs = [glyph for _, glyph in keyed if glyph.shadow is None]
    return line


def _mark_shadows(keyed: list[tuple[float, Glyph]]) -> None:
    """A glyph that says the same as one of another operator, hardly moved (less than half its width), is its shadow."""
    positions = [along for along, _ in keyed]
    for index, (along, glyph) in enumerate(keyed):
        if glyph.shadow is not None or not glyph.text.strip():
            continue
        reach = min(0.25 * glyph.em, 0.5 * glyph.advance)
        for other in range(index + 1, bisect_left(positions, along + reach, index + 1)):
            candidate = keyed[other][1]
            if candidate.text == glyph.text and candidate.show is not glyph.show and candidate.shadow is None:
                candidate.shadow = glyph
    # Spaces of a second printing lie on the first one's.
    for index, (along, glyph) in enumerate(keyed):
        if glyph.shadow is None and glyph.text.isspace():
            for other in range(index + 1, bisect_left(positions, along + 0.15 * glyph.em, index + 1)):
                candidate = keyed[other][1]
                if candidate.text.isspace() and candidate.show is not glyph.show:
                    candidate.shadow = glyph


def gap_before(line: Line, previous: Glyph, glyph: Glyph) -> float:
    """The empty space between two neighbours of a line, in units of the font size."""
    return gap_between(line.along(previous), previous, line.along(glyph), glyph)


def gap_between(before: float, previous: Glyph, along: float, glyph: Glyph) -> float:
    """The same for neighbours at `before` and `along`: most glyphs are asked about twice, as either neighbour."""
    em = glyph.em if glyph.em > previous.em else previous.em
    return (along - before - previous.advance) / (em if em > 1e-6 else 1e-6)


def line_text(line: Line) -> Text:
    """The line's text, with a space wherever the glyphs stand apart."""
    chars: list[str] = []
    glyphs: list[Glyph | None] = []
    previous: Glyph | None = None
    before = 0.0
    for glyph in line.glyphs:
        along = line.along(glyph)
        if previous is not None and gap_between(before, previous, along, glyph) > WORD_GAP:
            chars.append(" ")
            glyphs.append(None)
        chars.extend(glyph.text)
        glyphs.extend([glyph] * len(glyph.text))
        previous, before = glyph, along
    return Text("".join(chars), glyphs)


def joined(texts: Iterable[Text]) -> Text:
    """Several texts as one, a line break between."""
    chars: list[str] = []
    glyphs: list[Glyph | None] = []
    for text in texts:
        chars.append(text.text + "\n")
        glyphs.extend(text.glyphs)
        glyphs.append(None)
    return Text("".join(chars), glyphs)


def stream_text(shows: Sequence[Show]) -> Text:
    """The text in drawing order, with a space where glyphs stand apart and a break where a line ends."""
    chars: list[str] = []
    glyphs: list[Glyph | None] = []
    previous: Glyph | None = None
    for show in shows:
        for glyph in show.glyphs:
            if previous is not None:
                separator = _separator(previous, glyph)
                if separator:
                    chars.append(separator)
                    glyphs.append(None)
            for char in glyph.text:
                chars.append(char)
                glyphs.append(glyph)
            previous = glyph
    return Text("".join(chars), glyphs)


def _separator(previous: Glyph, glyph: Glyph) -> str:
    em = max(previous.em, glyph.em, 1e-6)
    dx, dy = glyph.x - previous.x, glyph.y - previous.y
    along = dx * previous.ux + dy * previous.uy
    across = abs(dy * previous.ux - dx * previous.uy)
    if across > 0.5 * em:
        return "\n"
    gap = along - previous.advance
    return " " if gap > WORD_GAP * em or gap < -(previous.advance + 0.5 * em) else ""
