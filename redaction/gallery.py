"""What pictures hold that a look at the page does not show: cut off, covered, drawn tiny, turned, mirrored, in masks.

A picture that looks on the page as it does by itself was read there. Of any other the rows that look different, or all
of it, are read in its own pixels, once for each picture however many pages draw it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np
import pikepdf
from PIL import Image

from redaction.decoding import NotDecodable, decode, size_of, stencil
from redaction.geometry import Box, Matrix, bounding
from redaction.sight import Eye, View
from redaction.words import Word

# Fewer pixels hold no name.
LEAST_WIDTH, LEAST_HEIGHT = 24, 10
# More do not fit into the memory of a worker; such pictures are read as the page shows them.
MOST_PIXELS = 120_000_000
CELL = 8.0  # points: what is compared is the mean tone of squares about as high as a line
DIFFERENT = 14.0  # of 255: a line of small print darkens a square by 25 and more,
PIXEL_APART = 100.0  # and where the picture begins within a pixel changes the tone by as much, over the square's pixels
AROUND = 12.0  # points read above and below what differs: lines are read whole
# On a page read at 200 dpi, pictures of more dots an inch than this lose what small print they have.
MOST_DPI, MOST_DPI_OF_PAGES = 450.0, 700.0
_LEVEL = 0.02
_EDGE = 1.5
_PLAIN_WORDS = 5
_PLAIN_WORD = re.compile("[A-Za-z]{4,}")
_READ_PIXELS = 6_000_000  # larger pictures are made smaller first: an A4 page at 250 dpi
_SMALL_PIXELS = 1_000_000  # and small ones, as screens show them, twice as large
_READ_DPI = 200.0

Band = tuple[float, float]
_WHOLE: Band = (0.0, 1.0)
Pixels = Callable[[], Sequence[Image.Image]]
_TURNS = {
    (1, 0): None,
    (0, 1): Image.Transpose.ROTATE_270,
    (-1, 0): Image.Transpose.ROTATE_180,
    (0, -1): Image.Transpose.ROTATE_90,
}


class Gallery:
    """Reads pictures for one file. `key` names a picture there: two of the same key have the same pixels."""

    def __init__(self, eye: Eye) -> None:
        self._eye = eye
        self._words: dict[tuple[object, Band], list[Word]] = {}
        self._bands: dict[tuple[object, tuple[float, ...], bytes], list[Band]] = {}

    def words(self, key: object, pixels: Pixels, place: Matrix | None, views: Sequence[View]) -> list[Word]:
        """The words in those parts of a picture that the views do not show as they are; boxes in its unit square, from
        the top left corner.

        `pixels` gives what is to be read, first the picture as it is painted. `place` leads from the unit square, its
        y upwards, to the page as displayed; None for what is not simply drawn there.
        """
        found: list[Word] = []
        for band in self._unseen(key, pixels, place, views):
            if (key, band) not in self._words:
                self._words[key, band] = [word for image in pixels() for word in self._read(image, band)]
            found += self._words[key, band]
        return found

    def _unseen(self, key: object, pixels: Pixels, place: Matrix | None, views: Sequence[View]) -> list[Band]:
        if place is None or not math.isfinite(sum(place)):
            return [_WHOLE]
        rect = _rect(place)
        view = next((view for view in views if _is_inside(rect, view.region)), None)
        if view is None:
            return [_WHOLE]
        known = key, tuple(round(value, 1) for value in place), view.key
        if known not in self._bands:
            shown = pixels()
            self._bands[known] = unseen_bands(shown[0], place, rect, view) if shown else []
        return self._bands[known]

    def _read(self, image: Image.Image, band: Band) -> list[Word]:
        top, bottom = round(band[0] * image.height), round(band[1] * image.height)
        part = image.crop((0, top, image.width, bottom))
        if part.width < LEAST_WIDTH or part.height < LEAST_HEIGHT:
            return []
        count = part.width * part.height
        scale = math.sqrt(_READ_PIXELS / count) if count > _READ_PIXELS else 2.0 if count < _SMALL_PIXELS else 1.0
        size = max(1, round(part.width * scale)), max(1, round(part.height * scale))
        part = part.resize(size, Image.Resampling.LANCZOS) if scale != 1.0 else part
        part.info["dpi"] = (_READ_DPI, _READ_DPI)
        across, down = 72 / _READ_DPI * size[0], 72 / _READ_DPI * size[1] / (band[1] - band[0])
        return [
            Word(text, Box(x0 / across, y0 / down + band[0], x1 / across, y1 / down + band[0]))
            for text, (x0, y0, x1, y1) in self._eye.read(part)
        ]


def unseen_bands(picture: Image.Image, place: Matrix, rect: Box, view: View) -> list[Band]:
    """From where to where (0 to 1, from the top) the picture in its place `rect` looks otherwise than in the view."""
    turn = _turn(place)
    if turn is None:
        return [_WHOLE]
    dpi = picture.width / (math.hypot(place[0], place[1]) / 72)
    if dpi > (MOST_DPI_OF_PAGES if view.is_page else MOST_DPI):
        return [_WHOLE]
    method = _TURNS[turn]
    cells = max(1, round(rect.width / CELL)), max(1, round(rect.height / CELL))
    scale = view.image.info["dpi"][0] / 72
    corner = view.region
    part = Box(rect.x0 - corner.x0, rect.y0 - corner.y0, rect.x1 - corner.x0, rect.y1 - corner.y0)
    within = Box(*(value * scale for value in part)).intersection((0, 0, *view.image.size))
    if within.width < 1 or within.height < 1:
        return [_WHOLE]
    own = picture if method is None else picture.transpose(method)
    tones = np.asarray(own.convert("L").resize(cells, Image.Resampling.BOX), dtype=np.float32)
    x0, y0, x1, y1 = within
    shown = view.image.convert("L").resize(cells, Image.Resampling.BOX, box=(x0, y0, x1, y1))
    seen = np.asarray(shown, dtype=np.float32)
    allowed = DIFFERENT + PIXEL_APART * cells[1] / within.height
    rows = np.flatnonzero((np.abs(tones - seen) > allowed).any(axis=1))
    if method is not None:
        # What the page shows is this picture, yet whether it was read depends on which way its text stands.
        plain = sum(1 for word in view.words if rect.overlaps(word.box) and _PLAIN_WORD.fullmatch(word.text))
        return [_WHOLE] if len(rows) or plain < _PLAIN_WORDS else []
    return _bands(rows.tolist(), cells[1], AROUND / rect.height)


def _bands(rows: Sequence[int], count: int, around: float) -> list[Band]:
    bands: list[Band] = []
    for row in rows:
        top, bottom = max(0.0, row / count - around), min(1.0, (row + 1) / count + around)
        if bands and top <= bands[-1][1]:
            bands[-1] = bands[-1][0], bottom
        else:
            bands.append((top, bottom))
    return bands


def _turn(place: Matrix) -> tuple[int, int] | None:
    """Which way the picture's first axis runs, right, down, left or up; None where it is slanted or mirrored."""
    a, b, c, d, _, _ = place
    if a * d - b * c >= 0:
        return None
    level = max(abs(b), abs(c)) <= _LEVEL * max(abs(a), abs(d))
    upright = max(abs(a), abs(d)) <= _LEVEL * max(abs(b), abs(c))
    if not (level or upright):
        return None
    return (int(math.copysign(1, a)), 0) if level else (0, int(math.copysign(1, b)))


def _rect(place: Matrix) -> Box:
    a, b, c, d, e, f = place
    return bounding([(x, y, x, y) for x, y in ((e, f), (e + a, f + b), (e + c, f + d), (e + a + c, f + b + d))])


def _is_inside(box: Box, region: Box) -> bool:
    outer = region.grown(_EDGE)
    return outer.x0 <= box.x0 and outer.y0 <= box.y0 and outer.x1 >= box.x1 and outer.y1 >= box.y1


def own_pixels(obj: pikepdf.Stream) -> list[Image.Image]:
    """An image in grey as it is painted on white and, where a mask takes part, without it; nothing for one that is too
    small, or that nothing here decodes."""
    try:
        width, height = size_of(obj)
        if width < LEAST_WIDTH or height < LEAST_HEIGHT or width * height > MOST_PIXELS:
            return []
        if bool(obj.get("/ImageMask", False)):
            bits, paints = stencil(obj)
            grey = bits.convert("L")
            return [grey if paints == 0 else Image.eval(grey, lambda tone: 255 - tone)]
        grey = decode(obj).convert("L")
        opaque = _opacity(obj)
    except NotDecodable:
        return []
    if opaque is None:
        return [grey]
    opaque = opaque.resize(grey.size)
    return [Image.composite(grey, Image.new("L", grey.size, 255), opaque), grey]


def _opacity(obj: pikepdf.Stream) -> Image.Image | None:
    """How opaque the image's pixels are; None where all are."""
    soft, hard = obj.get("/SMask"), obj.get("/Mask")
    if isinstance(soft, pikepdf.Stream):
        return decode(soft).convert("L")
    if isinstance(hard, pikepdf.Stream):
        bits, paints = stencil(hard)
        return bits.convert("L") if paints else Image.eval(bits.convert("L"), lambda tone: 255 - tone)
    return None
