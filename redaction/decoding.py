"""The pixels of an image object. Decoding is left to pikepdf and Pillow, and to pdfium for what these cannot read
(JBIG2, CCITT oddities)."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageChops

_UNREADABLE = (pikepdf.PikepdfError, NotImplementedError, ValueError, TypeError, OSError, KeyError, AttributeError)


class NotDecodable(Exception):
    """An image no decoder here reads."""


def size_of(obj: pikepdf.Stream) -> tuple[int, int]:
    """Width and height in pixels. Raises NotDecodable where they are no numbers."""
    try:
        return int(obj.get("/Width", 0)), int(obj.get("/Height", 0))
    except (TypeError, ValueError) as error:
        raise NotDecodable from error


def decode(obj: pikepdf.Stream) -> Image.Image:
    """The image's pixels as 1, L, RGB or CMYK, its /Decode undone. Raises NotDecodable."""
    try:
        picture = pikepdf.PdfImage(obj).as_pil_image()
        picture.load()
    except _UNREADABLE:
        return _decode_by_pdfium(obj)
    if picture.mode == "CMYK" and "DCTDecode" in repr(obj.get("/Filter")):
        # Pillow takes the inks of every JPEG to be written the other way round, as Adobe's programs do.
        picture = ImageChops.invert(picture)
    ranges = _ranges(obj)
    if ranges and ranges[0] > ranges[1]:
        picture = Image.eval(picture.convert("L") if picture.mode == "1" else picture, lambda v: 255 - v)
    if picture.mode in ("1", "L", "RGB", "CMYK"):
        return picture
    return picture.convert("L" if picture.mode in ("LA", "I", "I;16", "F") else "RGB")


def _decode_by_pdfium(obj: pikepdf.Stream) -> Image.Image:
    """For what Pillow cannot read, JBIG2 above all: the image alone on a page, taken out by pdfium, /Decode undone."""
    file = io.BytesIO()
    with pikepdf.new() as alone:
        alone.add_blank_page(page_size=(100, 100))
        if not obj.is_indirect:
            raise NotDecodable
        image = alone.copy_foreign(obj)
        for key in ("/SMask", "/Mask"):
            if key in image:
                del image[key]
        page = alone.pages[0].obj
        page["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary({"/Im0": image}))
        page["/Contents"] = alone.make_stream(b"q 100 0 0 100 0 0 cm /Im0 Do Q")
        alone.save(file)
    try:
        document = pdfium.PdfDocument(file.getvalue())
        try:
            drawn = next(item for item in document[0].get_objects() if isinstance(item, pdfium.PdfImage))
            picture: Image.Image = drawn.get_bitmap().to_pil().copy()
        finally:
            document.close()
    except (pdfium.PdfiumError, StopIteration) as error:
        raise NotDecodable from error
    if obj.get("/BitsPerComponent") == 1:
        return picture.convert("1", dither=Image.Dither.NONE)
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def stencil(obj: pikepdf.Stream) -> tuple[Image.Image, int]:
    """The 1-bit pixels of a mask, and the value of those that paint. Raises NotDecodable."""
    width, height = size_of(obj)
    try:
        data = obj.read_bytes()
    except pikepdf.PikepdfError:
        data = _coded_bits(obj)
    needed = (width + 7) // 8 * height
    if width <= 0 or height <= 0 or len(data) < needed:
        raise NotDecodable
    ranges = _ranges(obj)
    return Image.frombytes("1", (width, height), data[:needed]), 255 if ranges and ranges[0] > ranges[1] else 0


def _ranges(obj: pikepdf.Stream) -> list[float]:
    """/Decode; nothing where it is left out, or is no pairs of numbers, as viewers take it."""
    try:
        ranges = [float(v) for v in obj.get("/Decode", [])]
    except (TypeError, ValueError):
        return []
    return ranges if len(ranges) >= 2 else []


def _coded_bits(obj: pikepdf.Stream) -> bytes:
    """The bits of a mask with an image filter, which qpdf leaves alone."""
    try:
        return pikepdf.PdfImage(obj).as_pil_image().convert("1").tobytes()
    except _UNREADABLE as error:
        raise NotDecodable from error
