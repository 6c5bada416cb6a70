"""Where things are on a page.

Two coordinate systems meet here and nowhere else:

* **display space**: points (1/72 inch), origin top left, x to the right and y down, on the page as a reader
  shows it: after /Rotate, /CropBox and /UserUnit. `Box` is in display space.
* **user space**: the numbers inside the PDF, origin wherever /MediaBox puts it, y up. `UserBox` is in user space.

Source: ISO 32000-2, 8.3.2 (coordinate spaces) and 14.11.2 (page boundaries).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Four = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

# What readers assume when a page names no usable /MediaBox: US Letter, as pdfium does.
DEFAULT_MEDIA_BOX: Four = (0.0, 0.0, 612.0, 792.0)


class UserBox(NamedTuple):
    """A rectangle in PDF user space: (left, bottom, right, top), y up."""

    x0: float
    y0: float
    x1: float
    y1: float


class Box(NamedTuple):
    """A rectangle in display space: (left, top, right, bottom) in points, y down."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Square points; 0 for a box turned inside out, so that an empty intersection has no area."""
        return max(self.width, 0.0) * max(self.height, 0.0)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def intersection(self, other: Four) -> Box:
        """The shared rectangle; turned inside out (area 0) where there is none."""
        return Box(max(self.x0, other[0]), max(self.y0, other[1]), min(self.x1, other[2]), min(self.y1, other[3]))

    def overlaps(self, other: Four) -> bool:
        """Whether both share a region of some size; touching edges do not count."""
        return self.x0 < other[2] and other[0] < self.x1 and self.y0 < other[3] and other[1] < self.y1

    def grown(self, margin: float) -> Box:
        """The box with `margin` points added on each side."""
        return Box(self.x0 - margin, self.y0 - margin, self.x1 + margin, self.y1 + margin)

    def rounded(self, digits: int = 3) -> Box:
        """For output: the same file must give the same numbers on every machine."""
        return Box(round(self.x0, digits), round(self.y0, digits), round(self.x1, digits), round(self.y1, digits))


def bounding(boxes: Iterable[Four]) -> Box:
    """The smallest box around all `boxes`; ValueError when there are none."""
    xs0, ys0, xs1, ys1 = zip(*boxes, strict=True)
    return Box(min(xs0), min(ys0), max(xs1), max(ys1))


def normalised(box: Sequence[float]) -> Four:
    """The same rectangle with its smaller coordinates first; PDF boxes may name any two opposite corners."""
    x0, y0, x1, y1 = (float(value) for value in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


@dataclass(frozen=True)
class PageFrame:
    """How one page's user space is shown.

    `crop_box` is the visible rectangle in user space, normalised; `rotation` is 0, 90, 180 or 270 degrees clockwise;
    `user_unit` is the number of points in one user space unit.
    """

    crop_box: Four
    rotation: int = 0
    user_unit: float = 1.0

    @classmethod
    def from_page(
        cls,
        media_box: Sequence[float] | None,
        crop_box: Sequence[float] | None = None,
        rotate: float = 0,
        user_unit: float = 1.0,
    ) -> PageFrame:
        """The frame a reader would use for these (inherited) page entries, missing or senseless ones included.

        The visible rectangle is the crop box cut to the media box. An empty box counts as missing, as in pdfium.
        """
        media = normalised(media_box) if media_box is not None else DEFAULT_MEDIA_BOX
        if _is_empty(media):
            media = DEFAULT_MEDIA_BOX
        visible = media
        if crop_box is not None:
            crop = normalised(crop_box)
            cut = (max(crop[0], media[0]), max(crop[1], media[1]), min(crop[2], media[2]), min(crop[3], media[3]))
            visible = media if _is_empty(cut) else cut
        return cls(visible, int(rotate / 90) % 4 * 90, user_unit if user_unit > 0 else 1.0)

    @property
    def whole(self) -> Box:
        """The page as displayed."""
        return Box(0.0, 0.0, self.width, self.height)

    @property
    def width(self) -> float:
        """Width of the displayed page, in points."""
        return self._size[1 if self.rotation in (90, 270) else 0]

    @property
    def height(self) -> float:
        """Height of the displayed page, in points."""
        return self._size[0 if self.rotation in (90, 270) else 1]

    @property
    def matrix(self) -> Matrix:
        """(a, b, c, d, e, f) so that display x = a*x + c*y + e and display y = b*x + d*y + f."""
        x0, y0, x1, y1 = self.crop_box
        s = self.user_unit
        if self.rotation == 90:
            return 0.0, s, s, 0.0, -y0 * s, -x0 * s
        if self.rotation == 180:
            return -s, 0.0, 0.0, s, x1 * s, -y0 * s
        if self.rotation == 270:
            return 0.0, -s, -s, 0.0, y1 * s, x1 * s
        return s, 0.0, 0.0, -s, -x0 * s, y1 * s

    def to_display(self, box: Four) -> Box:
        """A user space rectangle (any two opposite corners) as a display box."""
        a, b, c, d, e, f = self.matrix
        px, py = a * box[0] + c * box[1] + e, b * box[0] + d * box[1] + f
        qx, qy = a * box[2] + c * box[3] + e, b * box[2] + d * box[3] + f
        return Box(min(px, qx), min(py, qy), max(px, qx), max(py, qy))

    def to_user(self, box: Four) -> UserBox:
        """A display rectangle as user space coordinates, the inverse of `to_display`."""
        a, b, c, d, e, f = self.matrix
        determinant = a * d - b * c

        def back(x: float, y: float) -> tuple[float, float]:
            return (d * (x - e) - c * (y - f)) / determinant, (a * (y - f) - b * (x - e)) / determinant

        px, py = back(box[0], box[1])
        qx, qy = back(box[2], box[3])
        return UserBox(min(px, qx), min(py, qy), max(px, qx), max(py, qy))

    @property
    def _size(self) -> tuple[float, float]:
        x0, y0, x1, y1 = self.crop_box
        return (x1 - x0) * self.user_unit, (y1 - y0) * self.user_unit


def _is_empty(box: Four) -> bool:
    return box[2] <= box[0] or box[3] <= box[1]
