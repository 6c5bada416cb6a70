"""Which redactions of a plan do nothing: whoever decided on them believes that something is gone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from redaction.geometry import Box
from redaction.opening import OpenPdf
from redaction.plan import Plan, Redaction
from redaction.render import draw
from redaction.verify.counts import Expected

_DPI = 72.0
_INK = 8  # of 255 tones between the lightest and the darkest pixel: pale print has some twenty


def not_met(opened: OpenPdf, plan: Plan, expected: Sequence[Expected]) -> list[int]:
    """The places (from 0) of redactions that lie off their page, or name a text that pdfium does not read there and
    have nothing but blank paper in their boxes.

    A box drawn by hand over blank paper is fine: whoever drew it saw what it covers.
    """
    short = {number for each in expected for number in each.short}
    by_page: dict[int, list[int]] = {}
    for number, redaction in enumerate(plan.redactions):
        by_page.setdefault(redaction.page - 1, []).append(number)
    found: list[int] = []
    for index, numbers in by_page.items():
        page = opened.page(index)
        try:
            frame = opened.frame(index, page)
            found += [n for n in numbers if not any(box.overlaps(frame.whole) for box in plan.redactions[n].boxes)]
            unread = [number for number in numbers if number in short and number not in found]
            image = draw(page, frame, dpi=_DPI, grey=True) if unread else None
        finally:
            page.close()
        if image is not None:
            found += [number for number in unread if _is_blank(image, plan.redactions[number])]
    return sorted(found)


def _is_blank(image: Image.Image, redaction: Redaction) -> bool:
    return all(_tones(image, box) < _INK for box in redaction.boxes)


def _tones(image: Image.Image, box: Box) -> int:
    scale = image.info["dpi"][0] / 72
    x0, y0, x1, y1 = Box(*(value * scale for value in box)).intersection((0, 0, *image.size))
    if x1 <= x0 or y1 <= y0:
        return 0
    pixels = np.asarray(image.crop((int(x0), int(y0), int(x1) + 1, int(y1) + 1)))
    return int(pixels.max()) - int(pixels.min())
