"""Where a page shows images: their boxes, merged into the regions worth reading by OCR."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
import pypdfium2.raw as pdfium_c

from redaction.geometry import Box, Four, Matrix, PageFrame, bounding
from redaction.limits import may_hold_inline_image

# pdfium itself goes no deeper when drawing forms within forms.
_FORM_DEPTH = 12
# Beyond this many images (a scan cut into strips, a chart of tiles) one box around all is as good.
_MANY_IMAGES = 200
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def may_show_images(page: pikepdf.Object) -> bool:
    """A quick look at what the page is made of, so that pages of plain text need not be searched for images."""
    holder: pikepdf.Object | None = page
    for _ in range(64):
        if holder is None:
            break
        resources = holder.get("/Resources")
        if isinstance(resources, pikepdf.Dictionary):
            if len(resources.get("/XObject", {})) or len(resources.get("/Pattern", {})):
                return True
            break
        holder = holder.get("/Parent")
    return may_hold_inline_image(page)


def image_regions(page: object, frame: PageFrame) -> list[Box]:
    """Display boxes around the images of a loaded pdfium page (raw handle), overlapping and touching ones merged."""
    visible = frame.whole
    placed = (unit_bounds(matrix) for _, matrix in placed_images(page))
    boxes = [frame.to_display(box).intersection(visible) for box in placed]
    return merged([box for box in boxes if box.area > 0])


def placed_images(page: object) -> Iterator[tuple[object, Matrix]]:
    """The image objects of a loaded pdfium page (raw handle), those in forms included, each with the matrix that leads
    from its unit square to user space."""
    count = pdfium_c.FPDFPage_CountObjects(page)
    objects = (pdfium_c.FPDFPage_GetObject(page, index) for index in range(count))
    return _images(objects, _IDENTITY, _FORM_DEPTH)


def merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap or touch become one, until none do; sorted from the top of the page."""
    if len(boxes) > _MANY_IMAGES:
        return [bounding(boxes)]
    done: list[Box] = []
    for box in boxes:
        current, found = box, True
        while found:
            near = [other for other in done if other.overlaps(current.grown(1.0))]
            found = bool(near)
            done = [other for other in done if other not in near]
            current = bounding([current, *near])
        done.append(current)
    return sorted(done, key=lambda box: (box.y0, box.x0))


def _images(objects: Iterator[object], matrix: Matrix, depth: int) -> Iterator[tuple[object, Matrix]]:
    for item in objects:
        kind = pdfium_c.FPDFPageObj_GetType(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            yield item, within(_matrix(item), matrix)
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth > 0:
            count = pdfium_c.FPDFFormObj_CountObjects(item)
            inner = (pdfium_c.FPDFFormObj_GetObject(item, index) for index in range(max(count, 0)))
            yield from _images(inner, within(_matrix(item), matrix), depth - 1)


def unit_bounds(matrix: Matrix) -> Four:
    """(x0, y0, x1, y1) around an image, which fills the unit square of its own matrix."""
    a, b, c, d, e, f = matrix
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(item: object) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, found):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def within(inner: Matrix, outer: Matrix) -> Matrix:
    """First `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip
