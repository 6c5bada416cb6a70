"""Which characters our typefaces can draw, read from the fonts themselves.

A character that no typeface has would come out as an empty box: in a copy of someone's record that is a silent
loss. So it is found before typesetting and named instead.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

FONT_FOLDER = Path(__file__).parent / "typst" / "fonts"

# Marks that steer how neighbours are drawn and have no shape: dropped beside a character that is named anyway.
_SHAPELESS = frozenset({0x200C, 0x200D, 0xFE0E, 0xFE0F})
# Characters that reorder what is read (a file name can lie with them): always named, never obeyed.
_REORDERING = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C})
# Fonts list some control characters as if they were spaces.
_CONTROLS = frozenset({*range(0x20), *range(0x7F, 0xA0)})


def _format_4(table: bytes) -> set[int]:
    segments = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", table, 14)
    starts = struct.unpack_from(f">{segments}H", table, 16 + 2 * segments)
    return {point for first, last in zip(starts, ends, strict=True) for point in range(first, last + 1)} - {0xFFFF}


def _format_12(table: bytes) -> set[int]:
    groups = struct.unpack_from(">I", table, 12)[0]
    covered: set[int] = set()
    for index in range(groups):
        first, last, _glyph = struct.unpack_from(">III", table, 16 + 12 * index)
        covered.update(range(first, last + 1))
    return covered


def _code_points(font: bytes) -> set[int]:
    """The characters in the `cmap` table of a TrueType font (OpenType specification, cmap, formats 4 and 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    for index in range(tables):
        tag, _checksum, offset, _length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if tag == b"cmap":
            break
    else:
        raise ValueError("a font without a cmap table")
    covered: set[int] = set()
    for index in range(struct.unpack_from(">H", font, offset + 2)[0]):
        relative = struct.unpack_from(">HHI", font, offset + 4 + 8 * index)[2]
        table = font[offset + relative :]
        form = struct.unpack_from(">H", table)[0]
        if form == 4:
            covered |= _format_4(table)
        elif form == 12:
            covered |= _format_12(table)
    return covered


@lru_cache(maxsize=1)
def drawable() -> frozenset[int]:
    """Code points that at least one of our typefaces draws."""
    covered: set[int] = set()
    for path in sorted(FONT_FOLDER.glob("*.ttf")):
        covered |= _code_points(path.read_bytes())
    return frozenset(covered - _REORDERING - _CONTROLS)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower().replace("u+", "U+")


def showable(text: str) -> str:
    """The text with every character that cannot be drawn named in square brackets, and line ends made one kind.

    Tabs become spaces to the next eighth column; other control characters are named.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(line.expandtabs(8) if "\t" in line else line for line in text.split("\n"))
    covered = drawable()
    if all(ord(character) in covered or character == "\n" for character in text):
        return text
    shown: list[str] = []
    named_before = False
    for character in text:
        point = ord(character)
        if point in _SHAPELESS and (named_before or point not in covered):
            continue
        named_before = point not in covered and character != "\n"
        shown.append(f"[{_name(character)}]" if named_before else character)
    return "".join(shown)
