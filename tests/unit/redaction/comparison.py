"""Compares two copies of a document as pdfium shows them: which glyphs still stand where they stood, which pixels do.

A line on which something was redacted is set anew as a whole, so what lies on it is left out. A glyph that readers no
longer name as they did (they guess the letters of fonts that name none) is in place if it is drawn there as it was. A
glyph of which nothing is seen in the original has no place.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

DPI = 60.0
NEAR = 1.0  # points: a glyph no further off is in place
DIFFERENT = 96  # of 255: a pixel further off is another pixel
BAND_MARGIN = 3.0
CLOSE_DPI = 150.0  # for looking at single glyphs
SAME_SHAPE = 0.8  # correlation: the same glyph drawn twice, once perhaps as a picture; another letter has less
SEEN = 24  # of 255: less contrast is nothing
_NOT_SHOWN = (0xA0, 0xAD, 0xFFFE)


@dataclass
class Comparison:
    """Over the pages looked at: glyphs looked for, those missing from their places; pixels, those that differ.

    `drawn`: glyphs in place that are read otherwise or no longer. `unseen`: glyphs not looked for, since the original
    does not show them.
    """

    glyphs: int = 0
    moved: int = 0
    pixels: int = 0
    changed: int = 0
    pages: int = 0
    drawn: int = 0
    unseen: int = 0


class Glyph(NamedTuple):
    """A character with its origin and the box of its ink, in user space."""

    text: str
    x: float
    y: float
    box: tuple[float, float, float, float]


class Band(NamedTuple):
    """A line with something redacted: its writing direction (radians), and how far it reaches across that."""

    angle: float
    low: float
    high: float

    def holds(self, x: float, y: float) -> bool:
        return self.low <= y * math.cos(self.angle) - x * math.sin(self.angle) <= self.high


def compare(before: Path, after: Path, words: Sequence[str], most_pages: int) -> Comparison:
    """Compares the first pages. `words`: what was redacted by name; their lines are left out."""
    with pdfium.PdfDocument(before) as old, pdfium.PdfDocument(after) as new:
        old.init_forms()
        found = [_compare_page(old, new, index, words) for index in range(min(len(old), most_pages))]
    return Comparison(*(sum(values) for values in zip(*map(astuple, found), strict=True))) if found else Comparison()


def _compare_page(old: pdfium.PdfDocument, new: pdfium.PdfDocument, index: int, words: Sequence[str]) -> Comparison:
    pages = old[index], new[index]
    try:
        shown = _glyphs(pages[0])
        bands = _bands(shown, words)
        # What lies off the page is not part of what was reviewed, and goes.
        left, bottom, right, top = pages[0].get_bbox()
        kept = [
            glyph
            for glyph in shown
            if left <= glyph.x <= right and bottom <= glyph.y <= top and not any(b.holds(*glyph[1:3]) for b in bands)
        ]
        missing = _missing(kept, _glyphs(pages[1]))
        moved, drawn, unseen = _looked_at(pages, missing)
        changed, pixels = _pixels(pages, bands)
        return Comparison(len(kept) - unseen, moved, pixels, changed, 1, drawn, unseen)
    finally:
        for page in pages:
            page.close()


def _glyphs(page: pdfium.PdfPage) -> list[Glyph]:
    """Every visible character that its font names."""
    out: list[Glyph] = []
    text_page = page.get_textpage()
    try:
        raw = text_page.raw
        x, y = ctypes.c_double(), ctypes.c_double()
        sides = [ctypes.c_double() for _ in range(4)]
        high = 0
        for at in range(pdfium_c.FPDFText_CountChars(raw)):
            code = pdfium_c.FPDFText_GetUnicode(raw, at)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            if 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
            shown = code > 32 and code not in _NOT_SHOWN and not pdfium_c.FPDFText_IsGenerated(raw, at)
            if shown and pdfium_c.FPDFText_HasUnicodeMapError(raw, at) != 1:
                pdfium_c.FPDFText_GetCharOrigin(raw, at, x, y)
                pdfium_c.FPDFText_GetCharBox(raw, at, *sides)
                box = (sides[0].value, sides[2].value, sides[1].value, sides[3].value)
                out.append(Glyph(chr(code), x.value, y.value, box))
    finally:
        text_page.close()
    return out


def _missing(wanted: Sequence[Glyph], there: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs that do not stand where they stood; a place next door is the same place, rounded otherwise."""
    free = Counter(_place(glyph) for glyph in there)
    steps = sorted(((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)), key=lambda step: abs(step[0]) + abs(step[1]))
    left = list(wanted)
    for dx, dy in steps:
        rest = []
        for glyph in left:
            text, x, y = _place(glyph)
            if free[(text, x + dx, y + dy)]:
                free[(text, x + dx, y + dy)] -= 1
            else:
                rest.append(glyph)
        left = rest
    return left


def _place(glyph: Glyph) -> tuple[str, int, int]:
    return glyph.text, round(glyph.x / NEAR), round(glyph.y / NEAR)


def _looked_at(pages: tuple[pdfium.PdfPage, pdfium.PdfPage], glyphs: Sequence[Glyph]) -> tuple[int, int, int]:
    """Of glyphs that readers miss: (moved, drawn in place as before, not seen before either)."""
    if not glyphs:
        return 0, 0, 0
    scale = min(CLOSE_DPI / 72, 4_000 / max(pages[0].get_size()))
    images = [np.asarray(page.render(scale=scale, grayscale=True).to_pil()).astype(float) for page in pages]
    counts: Counter[str] = Counter()
    for glyph in glyphs:
        rows, columns = _on_image(pages[0], glyph, images[0].shape)
        one, other = (image[rows, columns] for image in images)
        if one.size == 0 or np.ptp(one) < SEEN:
            counts["unseen"] += 1
        elif one.shape == other.shape and np.ptp(other) >= SEEN and _alike(one, other):
            counts["drawn"] += 1
        else:
            counts["moved"] += 1
    return counts["moved"], counts["drawn"], counts["unseen"]


def _alike(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    return bool(np.corrcoef(one.ravel(), other.ravel())[0, 1] >= SAME_SHAPE)


def _on_image(page: pdfium.PdfPage, glyph: Glyph, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of the page's image that hold the ink of a glyph."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for along, up in ((glyph.box[0], glyph.box[1]), (glyph.box[2], glyph.box[3])):
        pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, shape[1], shape[0], 0, along, up, x, y)
        corners.append((x.value, y.value))
    (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
    return slice(max(0, y0 - 1), max(0, y1 + 2)), slice(max(0, x0 - 1), max(0, x1 + 2))


def _bands(glyphs: Sequence[Glyph], words: Sequence[str]) -> list[Band]:
    """The lines, in whatever direction, on which one of the words stands."""
    text = "".join(glyph.text.casefold()[0] for glyph in glyphs)
    bands: list[Band] = []
    for word in words:
        spelt = "".join(letter.casefold()[0] for letter in word if not letter.isspace())
        at = text.find(spelt) if spelt else -1
        while at >= 0:
            bands.extend(_bands_of(glyphs[at : at + len(spelt)]))
            at = text.find(spelt, at + 1)
    return bands


def _bands_of(hit: Sequence[Glyph]) -> Iterator[Band]:
    """The way from glyph to glyph is the line; where it goes far, a new line begins."""
    steps = [(b.x - a.x, b.y - a.y) for a, b in itertools.pairwise(hit)]
    usual = statistics.median(math.hypot(*step) for step in steps) if steps else 0.0
    margin = BAND_MARGIN + usual
    for glyph, step in zip(hit, steps, strict=False):
        if 0 < math.hypot(*step) <= 3 * margin:
            angle = round(math.atan2(step[1], step[0]), 2)
            across = glyph.y * math.cos(angle) - glyph.x * math.sin(angle)
            yield Band(angle, across - margin, across + 2 * margin)


def _pixels(pages: tuple[pdfium.PdfPage, pdfium.PdfPage], bands: Sequence[Band]) -> tuple[int, int]:
    """(pixels that differ, pixels compared)."""
    scale = DPI / 72
    left, bottom, right, top = pages[0].get_bbox()
    if max(right - left, top - bottom) * scale > 3_000:
        return 0, 0
    images = [np.asarray(page.render(scale=scale, grayscale=True).to_pil()).astype(int) for page in pages]
    if images[0].shape != images[1].shape:
        # A page drawn as a picture stands upright; a fraction of a pixel may go in rounding.
        height, width = (min(image.shape[side] for image in images) for side in (0, 1))
        if max(abs(image.shape[side] - (height, width)[side]) for image in images for side in (0, 1)) > 2:
            return images[0].size, images[0].size
        images = [image[:height, :width] for image in images]
    different = np.abs(images[0] - images[1]) > DIFFERENT
    if pages[0].get_rotation() and bands:
        return 0, 0
    rows, columns = np.indices(different.shape)
    x, y = left + columns / scale, top - rows / scale
    for band in set(bands):
        across = y * math.cos(band.angle) - x * math.sin(band.angle)
        different[(across >= band.low) & (across <= band.high)] = False
    return int(different.sum()), int(different.size)
