"""What came of one page, in plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from redaction.apply.matrices import Rect
from redaction.geometry import Box


class Burnt(NamedTuple):
    """A display box blackened in the picture of a page, and the reason to print there, "" where none is told."""

    box: Box
    code: str


@dataclass
class Outcome:
    """Of the page `index` (from 0). `hits`: by needle index. `boxes`: how many were drawn. `unseen`: letters, and
    `unseen_images`: images, off the page or clipped away.

    `pictured`: why it must be drawn as a picture, None where it need not; `burnt`: what goes from that picture.
    `width_visible`: the room that a redaction takes can be seen. `bare`: where nothing but text may lie under a box, in
    page user space.
    """

    index: int
    hits: dict[int, int] = field(default_factory=dict)
    unseen: int = 0
    boxes: int = 0
    pictured: str | None = None
    burnt: list[Burnt] = field(default_factory=list)
    width_visible: bool = False
    bare: list[Rect] = field(default_factory=list)
    unseen_images: int = 0
