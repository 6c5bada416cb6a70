"""Withheld strings broken by a column, a page or something between lines: one definition for removing and checking.

Both sides bring the words of a page and where they stand, each by its own reader. A line is cut into *pieces* where
columns part; pieces that stand under each other are read on as one column. A string may run on

- from a piece to the next one down its column, also past footnote marks, numbers of lines and signs of quoting;
- from the foot of a column to the head of the next one, and of a page to that of the next: past a few lines of footer
  and header there, past more where a gap sets them apart, and past any that both pages have.

Over the last two only breaks at a space or hyphen of the string count, or at a hyphen that ends the line, and only
where the line had no room for the next word: two columns of first names and surnames are not read as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from redaction.needles import Needle, NeedleSet, halves_over_break

GAP = 0.8  # em: a gap from here on may separate columns
SHARED_GAP = 0.4  # em: and from here on where other lines begin after it as well
SHARED = 0.5  # points: starts this close are one
BELOW = 0.3  # em: what stands no lower than this is beside
APART = 1.7  # em: lines further apart are not of one block
FOOT_LINES, FOOT_OF_COLUMN = 5, 2
FAR_LINES, FAR_BLOCKS = 15, 2
CONTEXT = 3  # pieces: a string may lie on as many at either side of a break
NEIGHBOURS = 4

_LEADING = re.compile(r"\s*(?:[>|\u203a\u00bb\u2022\u00b7*]+\s*|\d{1,4}(?:[.):]?\s+|(?=[^\W\d])))*")
_TRAILING = re.compile(r"(?<=[^\W\d])\s*[\d*\u2020\u2021\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}\s*$")
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True)
class Spot:
    """A word and where it stands: from where to where along its line, how far down the page, and its size (points)."""

    text: str
    start: float
    end: float
    down: float
    em: float


@dataclass(frozen=True)
class Letter:
    """One character of a mention: in which row, in which word of it, and where in the word."""

    row: int
    word: int
    offset: int


@dataclass(frozen=True)
class Piece:
    """Words of one row that stand together; `row`, and `first` among its words."""

    words: tuple[Spot, ...]
    row: int
    first: int

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def down(self) -> float:
        return self.words[0].down

    @property
    def em(self) -> float:
        return self.words[0].em

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


Rows = Sequence[Sequence[Spot]]
Mention = tuple[Needle, list[Letter]]


class PageColumns:
    """The columns of one page. `rows`: its lines from the top, the words of each in order."""

    def __init__(self, rows: Rows) -> None:
        by_gap, by_start = list(_pieces(rows, shared=False)), list(_pieces(rows, shared=True))
        self._cuts = [_Columns(by_gap)] if by_gap == by_start else [_Columns(by_gap), _Columns(by_start)]

    def mentions(self, needles: NeedleSet, severed: Sequence[Needle]) -> Iterator[Mention]:
        """Strings that lie on more than one piece of this page; `severed`: those of which all parts are on it."""
        for cut in self._cuts:
            yield from cut.down(needles)
            yield from cut.across(severed)

    def mentions_over(self, after: PageColumns, needles: Sequence[Needle]) -> Iterator[tuple[Mention, list[Letter]]]:
        """Strings that begin on this page and end on `after`: the letters here, and those there."""
        for one in self._cuts:
            for other in after._cuts:
                yield from one.over(other, needles)


def _pieces(rows: Rows, *, shared: bool) -> Iterator[Piece]:
    """The rows cut at every wide gap or, with `shared`, only where other rows have a word begin in the same place."""
    starts: dict[int, int] = {}
    for row in rows:
        for before, word in pairwise(row):
            if word.start - before.end > SHARED_GAP * word.em:
                starts[round(word.start / SHARED)] = starts.get(round(word.start / SHARED), 0) + 1
        if row:
            starts[round(row[0].start / SHARED)] = starts.get(round(row[0].start / SHARED), 0) + 1
    for number, row in enumerate(rows):
        first = 0
        for index in range(1, len(row) + 1):
            if index < len(row):
                gap, at = row[index].start - row[index - 1].end, round(row[index].start / SHARED)
                if shared:
                    parts = gap > SHARED_GAP * row[index].em and sum(starts.get(at + by, 0) for by in (-1, 0, 1)) > 1
                else:
                    parts = gap > GAP * row[index].em
                if not parts:
                    continue
            yield Piece(tuple(row[first:index]), number, first)
            first = index


class _Columns:
    """Pieces in the columns they form. `chains`: the pieces of each column from its head, by their numbers."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.chains = _chains(pieces)
        self.texts = {_shown(piece.text) for piece in pieces}

    def down(self, needles: NeedleSet) -> Iterator[Mention]:
        bare = [piece for piece in self.pieces if _has_letter(piece.text)]
        for pieces, chains, plain in ((self.pieces, self.chains, False), (bare, None, True)):
            for chain in chains if chains is not None else _chains(bare):
                if len(chain) < 2:
                    continue
                text, letters = _text([pieces[number] for number in chain], plain=plain)
                for hit in needles.find(text):
                    spelt = [letter for letter in letters[hit.start : hit.end] if letter is not None]
                    if len({letter.row for letter in spelt}) > 1:
                        yield hit.needle, spelt

    def across(self, needles: Sequence[Needle]) -> Iterator[Mention]:
        """From the foot of a column to the head of one beside it."""
        if len(self.chains) < 2:
            return
        feet = [foot for chain in self.chains for foot in self._feet(chain, FOOT_OF_COLUMN, frozenset())]
        heads = [head for chain in self.chains for head in self._heads(chain, FOOT_OF_COLUMN, frozenset())]
        for foot in feet:
            for head in heads:
                one, other = self.pieces[foot[-1]], self.pieces[head[0]]
                if other.start >= one.end and other.down < one.down + BELOW * one.em:
                    for needle, before, after in _joins(self, foot, self, head, needles):
                        yield needle, before + after

    def over(self, after: _Columns, needles: Sequence[Needle]) -> Iterator[tuple[Mention, list[Letter]]]:
        """From the foot of a page to the head of the next: of the same column, or of the last and the first."""
        both = frozenset(self.texts & after.texts)
        feet = [foot for chain in self.chains for foot in self._feet(chain, FOOT_LINES, both)]
        heads = [head for chain in after.chains for head in after._heads(chain, FOOT_LINES, both)]
        if not feet or not heads:
            return
        last = max(self.pieces[foot[-1]].start for foot in feet)
        first = min(after.pieces[head[0]].end for head in heads)
        for foot in feet:
            for head in heads:
                one, other = self.pieces[foot[-1]], after.pieces[head[0]]
                in_turn = one.end > last and other.start < first
                if in_turn or _overlap(one, other):
                    for needle, before, found in _joins(self, foot, after, head, needles):
                        yield (needle, before), found

    def _feet(self, chain: list[int], lines: int, both: frozenset[str]) -> Iterator[list[int]]:
        """The pieces that may be the last of a column, each with those before it."""
        for place in _edge([self.pieces[number] for number in reversed(chain)], lines, both):
            last = len(chain) - place
            yield chain[max(0, last - CONTEXT) : last]

    def _heads(self, chain: list[int], lines: int, both: frozenset[str]) -> Iterator[list[int]]:
        """The pieces that may be the first of a column, each with those after it."""
        for place in _edge([self.pieces[number] for number in chain], lines, both):
            yield chain[place : place + CONTEXT]


def _edge(pieces: Sequence[Piece], lines: int, both: frozenset[str]) -> Iterator[int]:
    """Places in a column, counted from its edge, at which its text may begin: nothing but headers lies before."""
    passed = blocks = 0
    for place, piece in enumerate(pieces):
        apart = place > 0 and abs(piece.down - pieces[place - 1].down) > APART * max(piece.em, pieces[place - 1].em)
        blocks += apart
        if passed >= FAR_LINES or (passed >= lines and blocks > FAR_BLOCKS):
            return
        if passed < lines or apart:
            yield place
        passed += _has_letter(piece.text) and _shown(piece.text) not in both


def _chains(pieces: Sequence[Piece]) -> list[list[int]]:
    """Every piece follows the nearest one over it that it overlaps. Where two follow one, the second begins a column
    of its own, with the one before it."""
    order = sorted(range(len(pieces)), key=lambda number: (pieces[number].down, pieces[number].start))
    followers: dict[int, list[int]] = {}
    roots: list[int] = []
    for place, number in enumerate(order):
        above = _nearest_above(pieces, order[:place], pieces[number])
        (roots if above is None else followers.setdefault(above, [])).append(number)
    chains: list[list[int]] = []
    pending = [[root] for root in reversed(roots)]
    while pending:
        chain = pending.pop()
        while following := followers.get(chain[-1]):
            pending.extend([chain[-1], other] for other in reversed(following[1:]))
            chain.append(following[0])
        chains.append(chain)
    return chains


def _nearest_above(pieces: Sequence[Piece], order: Sequence[int], piece: Piece) -> int | None:
    best: tuple[float, int] | None = None
    level = 0.0
    for number in reversed(order):
        other = pieces[number]
        if best is not None and level - other.down > BELOW * other.em:
            break
        shared = min(other.end, piece.end) - max(other.start, piece.start)
        if shared > 0 and piece.down - other.down > BELOW * min(piece.em, other.em) and (not best or shared > best[0]):
            best, level = (shared, number), other.down
    return best[1] if best is not None else None


def _joins(
    one: _Columns, foot: list[int], other: _Columns, head: list[int], needles: Sequence[Needle]
) -> Iterator[tuple[Needle, list[Letter], list[Letter]]]:
    for plain in (False, True):
        before, here = _text([one.pieces[number] for number in foot], plain=plain)
        after, there = _text([other.pieces[number] for number in head], plain=plain)
        for needle, start, end in halves_over_break(needles, before, after):
            if _is_full(one, foot[-1], other.pieces[head[0]]):
                yield (
                    needle,
                    [letter for letter in here[start:] if letter is not None],
                    [letter for letter in there[:end] if letter is not None],
                )


def _is_full(columns: _Columns, last: int, following: Piece) -> bool:
    """Whether the next word would have had no room at the end of the line, as far as the lines before it tell."""
    piece = columns.pieces[last]
    chain = next(chain for chain in columns.chains if last in chain)
    place = chain.index(last)
    above = [columns.pieces[number] for number in chain[max(0, place - NEIGHBOURS) : place]]
    ends = sorted(other.end for other in above if abs(other.start - piece.start) < piece.em)
    word = following.words[0]
    return len(ends) < 2 or piece.end + 0.2 * piece.em + word.end - word.start > ends[-2]


def _overlap(one: Piece, other: Piece) -> bool:
    return min(one.end, other.end) > max(one.start, other.start)


def _text(pieces: Sequence[Piece], *, plain: bool) -> tuple[str, list[Letter | None]]:
    """The text of pieces, and the letter that each character is; `plain` without what stands between a text's lines."""
    chars: list[str] = []
    letters: list[Letter | None] = []
    for number, piece in enumerate(pieces):
        if number:
            chars.append("\n")
            letters.append(None)
        text = piece.text
        owners: list[Letter | None] = []
        for index, word in enumerate(piece.words):
            owners += [None] * (index > 0)
            owners += [Letter(piece.row, piece.first + index, offset) for offset in range(len(word.text))]
        first, last = 0, len(text)
        if plain:
            found, trailing = _LEADING.match(text), _TRAILING.search(text)
            first = found.end() if found is not None else 0
            last = trailing.start() if trailing is not None else last
        chars.append(text[first:last])
        letters += owners[first:last]
    return "".join(chars), letters


def _has_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _shown(text: str) -> str:
    """A line as it is known again on another page, whatever its numbers are."""
    return _FIGURES.sub("#", text)
