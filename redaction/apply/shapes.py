"""Drawn shapes beside words: which of them belong to a line that loses some, as an underline or a highlight does."""

from __future__ import annotations

from dataclasses import dataclass

from redaction.apply.margins import Segment
from redaction.apply.matrices import Rect

_LOWEST, _LOWEST_OF_A_RULE, _HIGHEST = -0.6, -0.35, 1.4  # em from the baseline
_RULE = 0.15  # em: a shape that is no higher is a rule
_OVERHANG = 4.0  # how far a shape may reach past the words, in user space units
_MIDDLE, _LINE = 0.3, 2.0  # em: above the baseline, and the height of what stands on a line
_SPLITTER = 1.5  # user space units: what is no wider, and taller than it is wide, stands between cells


@dataclass(frozen=True)
class Extent:
    """Where the words of one segment stood in their line's direction, and from where on they are set anew."""

    ux: float
    uy: float
    level: float
    em: float
    start: float
    end: float
    removed: tuple[tuple[float, float], ...]
    anew: float

    @classmethod
    def of(cls, segment: Segment) -> Extent:
        line = segment.line
        gone = tuple(
            (line.along(glyph), line.along(glyph) + glyph.advance) for glyph in segment.glyphs if glyph.removed
        )
        em = max(glyph.em for glyph in segment.glyphs)
        anew = segment.start if segment.moved else min(start for start, _ in gone)
        return cls(line.ux, line.uy, line.across(segment.glyphs[0]), em, segment.start, segment.end, gone, anew)

    def fits(self, rect: Rect) -> bool:
        """Whether a shape belongs to words that are gone or moved, as an underline or a highlight does."""
        ux, uy, em = self.ux, self.uy, self.em
        one = rect[1] * ux - rect[0] * uy - self.level
        if not _LOWEST * em <= one <= _HIGHEST * em:
            return False  # as most shapes of a page are, and one corner tells
        if abs(ux) < 0.999 and abs(uy) < 0.999:
            return False
        corners = [(x, y) for x in (rect[0], rect[2]) for y in (rect[1], rect[3])]
        across = [y * ux - x * uy - self.level for x, y in corners]
        lowest = _LOWEST_OF_A_RULE if max(across) - min(across) < _RULE * em else _LOWEST
        if min(across) < lowest * em or max(across) > _HIGHEST * em:
            return False
        along = [x * ux + y * uy for x, y in corners]
        low, high = min(along), max(along)
        if low < self.start - _OVERHANG or high > self.end + _OVERHANG:
            return False
        if high - low <= _SPLITTER and max(across) - min(across) > high - low:
            return any(low < end and high > start for start, end in self.removed)
        return high > self.anew

    def tells(self, rect: Rect) -> bool:
        """Whether a shape that stays may have been placed by how wide the words were: a frame or a ground that ends
        where they did, or a picture behind them on their line."""
        ux, uy, em = self.ux, self.uy, self.em
        corners = [(x, y) for x in (rect[0], rect[2]) for y in (rect[1], rect[3])]
        across = [y * ux - x * uy - self.level for x, y in corners]
        if min(across) > _MIDDLE * em or max(across) < _MIDDLE * em:
            return False
        along = [x * ux + y * uy for x, y in corners]
        low, high = min(along), max(along)
        if max(across) - min(across) <= _LINE * em and low >= self.end - _OVERHANG:
            return low - self.end < em
        return low <= self.start + em and abs(high - self.end) < em
