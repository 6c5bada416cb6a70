"""Withheld strings in the pixels of pictures that do not show on the page, or show otherwise than they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache, partial

import pikepdf

from redaction.apply.images import inline_stream
from redaction.apply.matrices import bounds, multiply
from redaction.apply.scene import ImageUse, PageScene, is_unseen
from redaction.apply.selection import Spot
from redaction.gallery import Gallery, own_pixels
from redaction.geometry import Box, PageFrame
from redaction.needles import NeedleSet
from redaction.sight import View, sightings

_AROUND = 0.2  # of the height of a row, burnt above and below it
_ASIDE = 0.005  # of the picture's width, burnt on both sides


def find_spots(
    pdf: pikepdf.Pdf,
    scene: PageScene,
    frame: PageFrame | None,
    views: Sequence[View],
    gallery: Gallery,
    words: NeedleSet,
) -> dict[int, list[Spot]]:
    """What goes from pictures, by the id of the `ImageUse`. `frame`: None for a page of which there are no views."""
    found: dict[int, list[Spot]] = {}
    for use in scene.images:
        if is_unseen(use, scene.crop):
            continue
        source = _source(pdf, use)
        pixels = cache(partial(own_pixels, source))
        place = None
        if frame is not None and use.scope.kind in ("page", "form"):
            place = multiply(use.ctm, frame.matrix)
        seen = gallery.words(_key(use, source), pixels, place, views)
        spots = [spot for hit in sightings(seen, words, alike=True) for spot in _spots(hit.rows, use, hit.needle.index)]
        if spots:
            found[id(use)] = spots
    return found


def _source(pdf: pikepdf.Pdf, use: ImageUse) -> pikepdf.Stream:
    return use.obj if use.obj is not None else inline_stream(pdf, use.scope.ops[use.op], use.scope.resources)


def _key(use: ImageUse, source: pikepdf.Stream) -> object:
    if use.obj is not None and use.obj.is_indirect:
        return use.obj.objgen
    return hashlib.sha256(source.read_raw_bytes() + repr(source.stream_dict).encode()).digest()


def _spots(rows: Sequence[Box], use: ImageUse, needle: int) -> Iterator[Spot]:
    for row in rows:
        margin = _AROUND * row.height
        x0, y0, x1, y1 = row.x0 - _ASIDE, row.y0 - margin, row.x1 + _ASIDE, row.y1 + margin
        # The unit square of user space counts upwards.
        yield Spot([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], bounds(use.ctm, (x0, 1 - y1, x1, 1 - y0)), needle)
