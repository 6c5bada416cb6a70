"""Compares two copies of a document as pdfium shows them: which glyphs still stand where they stood, which pixels do.

A line on which something was redacted is set anew as a whole, so what lies on it is left out.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

DPI = 60.0
NEAR = 1.0  # points: a glyph no further off is in place
DIFFERENT = 96  # of 255: a pixel further off is another pixel
BAND_MARGIN = 3.0
_NOT_SHOWN = (0xA0, 0xAD, 0xFFFE)


@dataclass
class Comparison:
    """Over the pages looked at: glyphs looked for, those missing from their places; pixels, those that differ."""

    glyphs: int = 0
    moved: int = 0
    pixels: int = 0
    changed: int = 0
    pages: int = 0

    def add(self, other: Comparison) -> None:
        self.glyphs += other.glyphs
        self.moved += other.moved
        self.pixels += other.pixels
        self.changed += other.changed
        self.pages += other.pages


Band = tuple[float, float, float, float]  # a line with something redacted, in user space: x0, y0, x1, y1


def compare(before: Path, after: Path, words: Sequence[str], most_pages: int) -> Comparison:
    """Compares the first pages. `words`: what was redacted by name; their lines are left out."""
    total = Comparison()
    with pdfium.PdfDocument(before) as old, pdfium.PdfDocument(after) as new:
        old.init_forms()
        for index in range(min(len(old), most_pages)):
            total.add(_compare_page(old, new, index, words))
    return total


def _compare_page(old: pdfium.PdfDocument, new: pdfium.PdfDocument, index: int, words: Sequence[str]) -> Comparison:
    pages = old[index], new[index]
    try:
        shown = _glyphs(pages[0])
        bands = _bands(shown, words)
        # What lies off the page is not part of what was reviewed, and goes.
        left, bottom, right, top = pages[0].get_bbox()
        kept = Counter(
            _place(glyph)
            for glyph in shown
            if left <= glyph[1] <= right and bottom <= glyph[2] <= top and not _in_bands(glyph, bands)
        )
        there = Counter(_place(glyph) for glyph in _glyphs(pages[1]))
        moved = sum((kept - _with_neighbours(kept, there)).values())
        changed, pixels = _pixels(pages, bands)
        return Comparison(sum(kept.values()), moved, pixels, changed, 1)
    finally:
        for page in pages:
            page.close()


Glyph = tuple[str, float, float]


def _glyphs(page: pdfium.PdfPage) -> list[Glyph]:
    """Every visible character that its font names, with its origin in user space."""
    out = []
    text_page = page.get_textpage()
    try:
        x, y = ctypes.c_double(), ctypes.c_double()
        for at in range(pdfium_c.FPDFText_CountChars(text_page.raw)):
            code = pdfium_c.FPDFText_GetUnicode(text_page.raw, at)
            shown = code > 32 and code not in _NOT_SHOWN and not pdfium_c.FPDFText_IsGenerated(text_page.raw, at)
            if shown and pdfium_c.FPDFText_HasUnicodeMapError(text_page.raw, at) != 1:
                pdfium_c.FPDFText_GetCharOrigin(text_page.raw, at, x, y)
                out.append((chr(code), x.value, y.value))
    finally:
        text_page.close()
    return out


def _place(glyph: Glyph) -> tuple[str, int, int]:
    return glyph[0], round(glyph[1] / NEAR), round(glyph[2] / NEAR)


def _with_neighbours(
    wanted: Counter[tuple[str, int, int]], there: Counter[tuple[str, int, int]]
) -> Counter[tuple[str, int, int]]:
    """What is there, counted at the places it is wanted: a place next door is the same place, rounded otherwise."""
    free = Counter(there)
    found: Counter[tuple[str, int, int]] = Counter()
    steps = sorted(((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)), key=lambda step: abs(step[0]) + abs(step[1]))
    for (text, x, y), count in wanted.items():
        for dx, dy in steps:
            key = (text, x + dx, y + dy)
            taken = min(count - found[(text, x, y)], free[key])
            if taken > 0:
                free[key] -= taken
                found[(text, x, y)] += taken
    return found


def _bands(glyphs: Sequence[Glyph], words: Sequence[str]) -> list[Band]:
    """The lines, level or upright, on which one of the words stands."""
    text = "".join(glyph[0] for glyph in glyphs).casefold()
    bands: list[Band] = []
    wide = 1e6
    for word in words:
        spelt = "".join(word.split()).casefold()
        at = text.find(spelt)
        while at >= 0:
            hit = glyphs[at : at + len(spelt)]
            xs, ys = [glyph[1] for glyph in hit], [glyph[2] for glyph in hit]
            margin = BAND_MARGIN + max(abs(xs[-1] - xs[0]), abs(ys[-1] - ys[0])) / max(1, len(hit) - 1)
            if max(ys) - min(ys) > max(xs) - min(xs):
                bands.append((min(xs) - 2 * margin, -wide, max(xs) + 2 * margin, wide))
            else:
                bands.append((-wide, min(ys) - margin, wide, max(ys) + 2 * margin))
            at = text.find(spelt, at + 1)
    return bands


def _in_bands(glyph: Glyph, bands: Sequence[Band]) -> bool:
    return any(x0 <= glyph[1] <= x1 and y0 <= glyph[2] <= y1 for x0, y0, x1, y1 in bands)


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
    if pages[0].get_rotation() == 0:
        for x0, y0, x1, y1 in bands:
            rows = slice(max(0, round((top - y1) * scale)), max(0, round((top - y0) * scale)))
            columns = slice(max(0, round((x0 - left) * scale)), max(0, round((x1 - left) * scale)))
            different[rows, columns] = False
    elif bands:
        return 0, 0
    return int(different.sum()), int(different.size)
