"""Black boxes on a page, as pdfium finds them."""

from __future__ import annotations

import ctypes

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_DARK = 80
_BOX_HEIGHT = 4.0
_BOX_WIDTH = 8.0


def objects_of(page: pdfium.PdfPage) -> list[object]:
    return [pdfium_c.FPDFPage_GetObject(page.raw, i) for i in range(pdfium_c.FPDFPage_CountObjects(page.raw))]


def is_black_box(item: object) -> bool:
    if pdfium_c.FPDFPageObj_GetType(item) != pdfium_c.FPDF_PAGEOBJ_PATH:
        return False
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium_c.FPDFPath_GetDrawMode(item, mode, stroke) or mode.value == pdfium_c.FPDF_FILLMODE_NONE:
        return False
    if pdfium_c.FPDFPath_CountSegments(item) > 6:
        return False
    colours = [ctypes.c_uint() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetFillColor(item, *colours) or any(c.value > _DARK for c in colours[:3]):
        return False
    bounds = object_bounds(item)
    return bounds is not None and bounds[2] - bounds[0] >= _BOX_WIDTH and bounds[3] - bounds[1] >= _BOX_HEIGHT


def object_bounds(item: object) -> tuple[float, float, float, float] | None:
    """(left, bottom, right, top) of a page object in user space."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetBounds(item, *sides):
        return None
    return sides[0].value, sides[1].value, sides[2].value, sides[3].value
