"""Looks under boxes: where a box was drawn over drawings or pixels, nothing of them may be left when it is taken off.

Text is left out, since the other readers answer for it. An even ground, the black of burnt pixels and a few level or
upright edges may show; letters, strokes and pictures have many rows and columns that differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redaction.geometry import Box, Four, PageFrame
from redaction.limits import Limits
from redaction.opening import open_pdf
from redaction.render import draw
from redaction.verify.boxes import is_black_box, objects_of

DPI = 100.0
MARGIN = 1.5  # points left out along the edges of a box, where neighbours reach in
MOST_EDGES = 8  # as rows or columns that differ from the next: two borders of a picture, softened, make eight
_EVEN = 24  # of 255: what noise of compressed pictures and soft grounds may differ by


def pages_with_something_covered(path: Path, places: Mapping[int, Sequence[Four]], limits: Limits) -> set[int]:
    """The pages (from 0) on which something shows in one of `places` (page user space) once boxes are taken off."""
    if not places:
        return set()
    with open_pdf(path, limits) as opened:
        found = set()
        for index, boxes in places.items():
            page = opened.page(index)
            try:
                frame = opened.frame(index, page)
                _uncover(page)
                if any(_shows_something(page, frame, frame.to_display(box)) for box in boxes):
                    found.add(index)
            finally:
                page.close()
        return found


def _uncover(page: pdfium.PdfPage) -> None:
    for item in objects_of(page):
        if pdfium_c.FPDFPageObj_GetType(item) == pdfium_c.FPDF_PAGEOBJ_TEXT or is_black_box(item):
            pdfium_c.FPDFPage_RemoveObject(page.raw, item)
            pdfium_c.FPDFPageObj_Destroy(item)
        else:
            _hide_text(item)


def _hide_text(item: object) -> None:
    """Text in forms cannot be taken out by itself."""
    kind = pdfium_c.FPDFPageObj_GetType(item)
    if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
        pdfium_c.FPDFTextObj_SetTextRenderMode(item, pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)
    elif kind == pdfium_c.FPDF_PAGEOBJ_FORM:
        for index in range(pdfium_c.FPDFFormObj_CountObjects(item)):
            _hide_text(pdfium_c.FPDFFormObj_GetObject(item, index))


def _shows_something(page: pdfium.PdfPage, frame: PageFrame, box: Box) -> bool:
    inner = Box(box.x0 + MARGIN, box.y0 + MARGIN, box.x1 - MARGIN, box.y1 - MARGIN).intersection(frame.whole)
    if inner.width <= 0 or inner.height <= 0:
        return False
    pixels = np.asarray(draw(page, frame, dpi=DPI, region=inner), dtype=np.int16)
    return any(
        np.count_nonzero(np.abs(np.diff(pixels, axis=axis)).max(axis=(1 - axis, 2), initial=0) > _EVEN) > MOST_EDGES
        for axis in (0, 1)
    )
