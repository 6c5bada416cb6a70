"""Rows of dots and dashes from a word to what stands at the end of its line, as in tables of contents and forms.

They fill the room that the word leaves, so how many there are tells how wide it was: on a line set anew three are left.
"""

from __future__ import annotations

from collections.abc import Iterable

from redaction.apply.scene import Glyph

MOST = 3  # an ellipsis stays
_SIGNS = frozenset(".\u00b7\u2022\u2026\u2024\u2025_-\u2010\u2011\u2012\u2013\u2014\u2015\u2212=*~")


def surplus_leaders(glyphs: Iterable[Glyph]) -> set[int]:
    """The ids of the signs after the third of each row, and of the spaces among them."""
    surplus: set[int] = set()
    sign, count = "", 0
    blanks: list[Glyph] = []
    for glyph in glyphs:
        text = glyph.text.strip()
        if glyph.removed:
            sign, blanks = "", []
        elif not text:
            blanks.append(glyph)
        elif text != sign:
            sign, count, blanks = text if text in _SIGNS else "", 1, []
        elif sign:
            count += 1
            if count > MOST:
                surplus.update(id(one) for one in (*blanks, glyph))
            blanks = []
    return surplus
