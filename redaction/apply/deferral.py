"""Strings that are written before their last codes are known.

Which new code a letter gets depends on the kept text of all pages before. A process that has only the later pages
writes each string in its old codes, marked with its font, and tells in which order it met them. Once it has heard what
was met on the pages before, it puts every marked string into its last codes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

Number = tuple[int, int]  # of an object, with its generation
Order = dict[Number, list[bytes]]  # by font: its codes in the order in which they were met


class Marks:
    """How the strings of one process are marked: by a sign that no file holds, since it is drawn at random."""

    def __init__(self) -> None:
        self._sign = secrets.token_hex(8).encode("ascii") + b"~"
        self._marked = re.compile(b"<" + self._sign + rb"(\d+),(\d+):([0-9a-f]*)>")

    def marked(self, font: Number, data: bytes) -> bytes:
        """The string `data`, in old codes of the font, as it stands in the content meanwhile."""
        return b"<%b%d,%d:%b>" % (self._sign, *font, data.hex().encode("ascii"))

    def filled(self, content: bytes, spell: Callable[[Number, bytes], bytes]) -> bytes:
        """`content` with each marked string as `spell` spells it: a token, from the font and a token in old codes."""
        return self._marked.sub(lambda m: spell((int(m[1]), int(m[2])), b"<" + m[3] + b">"), content)
