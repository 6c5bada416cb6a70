"""Withheld strings in the pixels of pictures themselves, where a look at the page does not show them as they are."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache, partial

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from redaction.drawn import veiled_images
from redaction.gallery import Gallery, own_pixels
from redaction.geometry import PageFrame
from redaction.pictures import may_show_images, placed_images, within
from redaction.sight import View
from redaction.words import Word


def words_in_pictures(
    page: pdfium.PdfPage, frame: PageFrame, structure: pikepdf.Object, views: Sequence[View], gallery: Gallery
) -> Iterator[list[Word]]:
    """The words of each picture on a page that the views do not show as they are: as pdfium decodes it, and those that
    patterns and masks draw, which pdfium does not tell of."""
    for item, matrix in placed_images(page.raw) if may_show_images(structure) else ():
        pixels = cache(partial(_pixels, item))
        yield gallery.words(_key(item), pixels, within(matrix, frame.matrix), views)
    for image in veiled_images(structure):
        yield gallery.words(image.objgen, cache(partial(own_pixels, image)), None, ())


def _key(item: object) -> bytes:
    """Of the bytes that are decoded. What they are read as besides (its mask, its colours) is not told."""
    size = pdfium_c.FPDFImageObj_GetImageDataRaw(item, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium_c.FPDFImageObj_GetImageDataRaw(item, buffer, size)
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium_c.FPDFImageObj_GetImagePixelSize(item, width, height)
    return hashlib.sha256(repr((width.value, height.value)).encode() + buffer.raw).digest()


def _pixels(item: object) -> list[Image.Image]:
    bitmap = pdfium_c.FPDFImageObj_GetBitmap(item)
    if not bitmap:
        return []
    try:
        return [pdfium.PdfBitmap.from_raw(bitmap).to_pil().convert("L")]
    except (ValueError, MemoryError):
        return []
