"""Small raised and lowered letters beside a line: marks of footnotes, "st" of 21st, the 2 of H2O.

They stand on a baseline of their own, but they belong to the line. Where it is set anew they go along: left behind they
would tell to a hundredth of a point where the words had stood, and be in the way of the words set anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from redaction.apply.lines import Line, gap_before
from redaction.apply.margins import base_of
from redaction.apply.scene import Glyph

_FAR = 0.75  # of the line's font size: so far above or below its baseline
_SMALL = 0.85  # of the line's font size: so large at most
_BESIDE = 0.6  # and so far from the letter before or after
_OVER = 0.15  # and reaching so far over it
_APART = 0.3  # of their own size: a gap from here on parts two marks
_LONGEST = 8  # letters; more are a line of their own


def take_along(lines: Sequence[Line], near: int) -> None:
    """Moves raised letters to those of `lines` (of one direction, from the top) that are set anew, where they belong.

    They are looked for on the `near` lines before and after; a line may be left without any letters.
    """
    for number, host in enumerate(lines):
        if not any(glyph.removed for glyph in host.glyphs):
            continue
        base = base_of(host.glyphs)
        for other in (*lines[max(0, number - near) : number], *lines[number + 1 : number + 1 + near]):
            if not other.glyphs or abs(host.across(other.glyphs[0]) - host.across(base)) > _FAR * base.em:
                continue
            for run in _runs(other):
                if _belongs(run, host, base.em):
                    taken = {id(glyph) for glyph in run}
                    other.glyphs = [glyph for glyph in other.glyphs if id(glyph) not in taken]
                    host.glyphs = sorted([*host.glyphs, *run], key=host.along)


def _runs(line: Line) -> Iterator[list[Glyph]]:
    run: list[Glyph] = []
    for glyph in line.glyphs:
        if run and gap_before(line, run[-1], glyph) > _APART:
            yield run
            run = []
        run.append(glyph)
    if run:
        yield run


def _belongs(run: Sequence[Glyph], host: Line, em: float) -> bool:
    """Whether the run of another line stands in a gap of the host, whose size is `em`, beside one of its letters.

    It may be taken out itself: a word is boxed with its mark, which must not get a box of its own over the line.
    """
    if len(run) > _LONGEST or any(glyph.em > _SMALL * em for glyph in run):
        return False
    start, end = host.along(run[0]), host.along(run[-1]) + run[-1].advance
    beside = False
    for glyph in host.glyphs:
        if not glyph.text.strip() and not glyph.removed:
            continue
        first, last = host.along(glyph), host.along(glyph) + glyph.advance
        if first < end - _OVER * em and last > start + _OVER * em:
            return False
        beside = beside or min(abs(start - last), abs(first - end)) <= _BESIDE * em
    return beside
