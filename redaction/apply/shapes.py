"""Drawn shapes beside words: which of them belong to a line that loses some, as an underline or a highlight does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from redaction.apply.margins import Segment, base_of
from redaction.apply.matrices import Rect

_LOWEST, _LOWEST_OF_A_RULE, _HIGHEST = -0.6, -0.35, 1.4  # em from the baseline
_RULE = 0.15  # em: a shape that is no higher is a rule
_OVERHANG = 4.0  # how far a shape may reach past the words, in user space units
_MIDDLE, _LINE = 0.3, 2.0  # em: above the baseline, and the height of what stands on a line
_SPLITTER = 1.5  # user space units: what is no wider, and stands high on the line, stands between cells
_AROUND, _CLOSE = 1.6, 0.3  # em: what reaches so far out of the words, and ends so close behind them, is drawn for them
_UNDER, _OVER = -1.2, 2.0  # em from the baseline, as the shadow of a frame does


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
        return cls(line.ux, line.uy, line.across(base_of(segment.glyphs)), em, segment.start, segment.end, gone, anew)

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
        if high - low <= _SPLITTER and max(across) - min(across) > max(high - low, _MIDDLE * em):
            return any(low < end and high > start for start, end in self.removed)
        return high > self.anew

    def hugs(self, rect: Rect) -> bool:
        """Whether a shape was drawn around words that are gone and no others: a badge, its frame, or its shadow."""
        low, high, under, over = self._sides(rect)
        if under < _UNDER * self.em or over > _OVER * self.em:
            return False
        around, close = _AROUND * self.em, _CLOSE * self.em
        return any(
            start - around <= low <= start + close and end - close <= high <= end + around for start, end in self._runs
        )

    def tells(self, rect: Rect) -> bool:
        """Whether a shape that stays may have been placed by how wide the words were: a frame or a ground that ends
        where they did, or a picture behind them on their line."""
        em = self.em
        low, high, under, over = self._sides(rect)
        if under > _MIDDLE * em or over < _MIDDLE * em:
            return False
        if over - under <= _LINE * em and low >= min(end for _, end in self.removed) - _OVERHANG:
            return low - self.end < em
        ends = (self.end, *(end for _, end in self._runs))
        return low <= self.start + em and any(abs(high - end) < em for end in ends)

    def freed(self, box: Rect, page: Rect) -> Rect | None:
        """The box of what is drawn on the line, made as wide as the page where it begins or ends as the words did."""
        low, high, under, over = self._sides(box)
        within = under <= _MIDDLE * self.em <= over
        near = _AROUND * self.em
        if not within or min(abs(low - self.start), abs(high - self.end)) > near:
            return None
        if abs(self.uy) < abs(self.ux):
            return min(box[0], page[0]), box[1], max(box[2], page[2]), box[3]
        return box[0], min(box[1], page[1]), box[2], max(box[3], page[3])

    def _sides(self, rect: Rect) -> tuple[float, float, float, float]:
        """From where to where along the line a shape reaches, and across it from the baseline."""
        corners = [(x, y) for x in (rect[0], rect[2]) for y in (rect[1], rect[3])]
        along = [x * self.ux + y * self.uy for x, y in corners]
        across = [y * self.ux - x * self.uy - self.level for x, y in corners]
        return min(along), max(along), min(across), max(across)

    @cached_property
    def _runs(self) -> list[tuple[float, float]]:
        """Where words that are gone stood together."""
        runs: list[tuple[float, float]] = []
        for start, end in sorted(self.removed):
            if runs and start - runs[-1][1] < _CLOSE * self.em:
                runs[-1] = runs[-1][0], max(end, runs[-1][1])
            else:
                runs.append((start, end))
        return runs
