"""Pages as images, drawn by pdfium."""

from __future__ import annotations

import io
import math
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from redaction.errors import TooLarge, Unreadable
from redaction.geometry import Box, PageFrame
from redaction.limits import DEFAULT_LIMITS, Limits
from redaction.opening import open_pdf

# 40 million pixels: an A3 page at 400 dpi. In colour that is 120 MB, within the memory of any worker.
MAX_PIXELS = 40_000_000


def render_page(
    path: Path, page_index: int, *, dpi: float = 150, max_pixels: int = MAX_PIXELS, limits: Limits = DEFAULT_LIMITS
) -> Image.Image:
    """One page (`page_index` from 0) as displayed, in RGB, annotations and form fields drawn.

    A page too large for `max_pixels` is drawn at a lower resolution; `image.info["dpi"]` holds the one used.
    Raises Unreadable (also for a page that does not exist), Encrypted, TooLarge.
    """
    with open_pdf(path, limits) as opened:
        if not 0 <= page_index < opened.page_count:
            raise Unreadable(f"The PDF has no page {page_index + 1}; it has {opened.page_count}.")
        page = opened.page(page_index)
        try:
            return draw(page, opened.frame(page_index, page), dpi=dpi, max_pixels=max_pixels)
        finally:
            page.close()


def draw(
    page: pdfium.PdfPage,
    frame: PageFrame,
    *,
    dpi: float,
    region: Box | None = None,
    max_pixels: int = MAX_PIXELS,
    grey: bool = False,
) -> Image.Image:
    """A loaded page, or only the `region` of it (display space), as an image; `info["dpi"]` as in `render_page`."""
    area = frame.whole
    region = area if region is None else region.intersection(area)
    if not region.area:
        raise Unreadable("The page has no size, so it cannot be drawn.")
    used = fitting_dpi(region, dpi, max_pixels)
    unit = frame.user_unit
    crop = (region.x0, area.y1 - region.y1, area.x1 - region.x1, region.y0)
    try:
        bitmap = page.render(
            scale=used / 72 * unit,
            crop=tuple(max(0.0, margin) / unit for margin in crop),
            grayscale=grey,
            rev_byteorder=not grey,
        )
    except (pdfium.PdfiumError, MemoryError, ValueError) as error:
        raise TooLarge("The page could not be drawn in the memory allowed.") from error
    try:
        image: Image.Image = bitmap.to_pil().copy()
    finally:
        bitmap.close()
    image.info["dpi"] = (used, used)
    return image


def fitting_dpi(region: Box, dpi: float, max_pixels: int) -> float:
    """`dpi`, or the highest resolution at which the region keeps to `max_pixels`."""
    pixels = region.width * region.height * (dpi / 72) ** 2
    return dpi if pixels <= max_pixels else dpi * math.sqrt(max_pixels / pixels)


def png_bytes(image: Image.Image) -> bytes:
    """The image as PNG, without any metadata but its resolution."""
    out = io.BytesIO()
    image.save(out, "PNG", dpi=image.info.get("dpi", (72, 72)), optimize=False)
    return out.getvalue()
