"""The edges that the lines of a page share: what a line set anew is placed by, for its own may tell what it held."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from redaction.apply.lines import WORD_GAP, Line, gap_before
from redaction.apply.scene import Glyph, PageScene

SHARED_WITHIN = 0.3  # user space units: edges this close are one edge
MARGIN_WITHIN = 2.0  # and a line this close to the middle or the margin of a page is placed by it
RULE_WIDTH = 2.5  # a drawn line is no wider, and no shorter, than this
RULE_LENGTH = 8.0
SPACED_LETTERS = 12  # pairs of letters that tell whether a line is spaced out


@dataclass
class Segment:
    """A run of one line between columns.

    `cell`: the rule to its left. `follows`: what stands before it on its line is removed, so its own start may tell how
    wide that was. `moved`: it was set from another start.
    """

    line: Line
    glyphs: list[Glyph]
    start: float
    end: float
    cell: float | None = None
    follows: bool = False
    moved: bool = False

    @property
    def affected(self) -> bool:
        return any(glyph.removed for glyph in self.glyphs)

    @property
    def is_spaced_out(self) -> bool:
        """Whether most kept letters stand apart from the next, so that only spaces part words; the first few tell."""
        pairs = (
            gap_before(self.line, one, other) > WORD_GAP
            for one, other in pairwise(self.glyphs)
            if one.text.strip() and other.text.strip() and not (one.removed or other.removed)
        )
        apart = list(islice(pairs, SPACED_LETTERS))
        return sum(apart) > SPACED_LETTERS / 2 and not all(glyph.text.strip() for glyph in self.glyphs)


def base_of(glyphs: Sequence[Glyph]) -> Glyph:
    """The first of the largest: it stands on the baseline, where raised letters do not."""
    return max(glyphs, key=lambda glyph: glyph.em)


class Margins:
    """The left and right edges of the kept lines of one direction: the page's columns."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        kept = [segment for segment in segments if not segment.affected and not segment.follows]
        self._starts = sorted(segment.start for segment in kept)
        self._ends = sorted(segment.end for segment in kept)
        self._middles = sorted(((segment.start + segment.end) / 2, segment.start) for segment in kept)
        self.right = self._ends[-1] if kept else -math.inf
        self.left = self._starts[0] if kept else -math.inf

    def starts(self, along: float) -> list[float]:
        """The starts of kept lines there; of a kept line itself as well."""
        return _near(self._starts, along)

    def ends(self, along: float) -> list[float]:
        """The ends of kept lines there."""
        return _near(self._ends, along)

    def middle(self, along: float) -> float | None:
        """The middle of kept lines there, if these are centred: several that begin in different places."""
        first = bisect_left(self._middles, (along - SHARED_WITHIN, -math.inf))
        found = self._middles[first : bisect_left(self._middles, (along + SHARED_WITHIN, -math.inf))]
        starts = [start for _, start in found]
        return found[0][0] if found and max(starts) - min(starts) > SHARED_WITHIN else None


def _near(edges: list[float], along: float) -> list[float]:
    return edges[bisect_left(edges, along - SHARED_WITHIN) : bisect_left(edges, along + SHARED_WITHIN)]


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
