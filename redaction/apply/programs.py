"""Embedded font programs: glyphs taken out one by one, and a new program made of these and nothing else.

What all kinds share. The new program has no hints, names, kerning or tables of its own history: only outlines and
advances, in the order asked for. All kinds are read with fontTools.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from fontTools.ttLib import TTLibError

# It remarks on dates and lengths in files that others made; a program that cannot be read raises.
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

Bounds = tuple[int, int, int, int]


class NotReadable(Exception):
    """The program, or a glyph of it, cannot be read, so no new one can be made."""


# What fontTools raises on damaged programs: it has an error of its own for few of them.
BROKEN = (
    NotReadable, TTLibError, struct.error, KeyError, IndexError, ValueError, AssertionError, AttributeError, TypeError,
    NotImplementedError, ArithmeticError, EOFError, RecursionError,
)  # fmt: skip


class Made(NamedTuple):
    """A new program: its bytes, the box around its glyphs in units, and the keys it goes by in the file."""

    data: bytes
    bounds: Bounds
    key: str  # /FontFile2 or /FontFile3


class Program(Protocol):
    """A font program that can be made anew. A glyph is known by whatever the program knows it by."""

    units: int

    def glyph_of(self, code: int) -> int | str:
        """The glyph that a code of a simple font, or a CID, shows; that of .notdef where it shows none."""
        ...

    def has(self, glyph: int | str) -> bool:
        """Whether there is such a glyph, other than .notdef."""
        ...

    def take(self, glyph: int | str) -> None:
        """Adds the glyph to the new program, as its next. Raises NotReadable."""
        ...

    def give_back(self, count: int) -> None:
        """Drops all but the first `count` glyphs taken."""
        ...

    def made(self, codes: Sequence[int] | None) -> Made:
        """The new program, with a character map for `codes` of the glyphs taken where it keeps one itself."""
        ...


def new_names(count: int) -> list[str]:
    """Names for .notdef and `count` glyphs, that tell nothing."""
    return [".notdef", *(f"g{number}" for number in range(1, count + 1))]
