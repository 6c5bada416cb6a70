"""Pixels written as images of a PDF, coded as they were before, so that a scan does not grow by what is burnt in it."""

from __future__ import annotations

import io
import zlib
from typing import Any

import numpy as np
import pikepdf
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.TiffImagePlugin import TiffImageFile

from redaction.filters import Coded

JPEG_QUALITY = 85  # of what was no JPEG before
_PHOTOMETRIC, _STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_BYTES = 262, 273, 278, 279  # tags of TIFF 6.0
_WHITE_IS_0 = 0
_SPACES = {"1": "/DeviceGray", "L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}
_LOSSY = ("/DCTDecode", "/DCT", "/JPXDecode")
_MOST_COLOURS = 256


def coded_like(pdf: pikepdf.Pdf, picture: Image.Image, before: Coded | None) -> pikepdf.Stream:
    """An image object of the pixels (1, L, RGB or CMYK), with loss only where `before`, its coding so far, had some."""
    if picture.mode == "1":
        return bilevel(pdf, picture)
    if before is not None and before.codec in _LOSSY:
        if before.codec == "/JPXDecode" and picture.mode != "CMYK":
            return _jpeg_2000(pdf, picture, len(before.data))
        return _jpeg(pdf, picture, _tables(before))
    if picture.mode == "RGB" and picture.getcolors(_MOST_COLOURS) is not None:
        return _indexed(pdf, picture, np.unique(_as_numbers(picture)).tolist())
    return _level(pdf, picture)


def bilevel(pdf: pikepdf.Pdf, bits: Image.Image) -> pikepdf.Stream:
    """Pixels of one bit as fax machines send them (ITU-T T.6), of a page of text half the size of Flate, or as Flate
    where that is smaller, as with dots that shade."""
    fax, packed = _group4(bits), zlib.compress(bits.tobytes(), 9)
    if len(packed) < len(fax):
        return _image(pdf, packed, "/FlateDecode", bits, "/DeviceGray")
    stream = _image(pdf, fax, "/CCITTFaxDecode", bits, "/DeviceGray")
    stream["/DecodeParms"] = pikepdf.Dictionary(K=-1, Columns=bits.width, Rows=bits.height, BlackIs1=False)
    return stream


def jpeg(pdf: pikepdf.Pdf, picture: Image.Image, quality: int) -> pikepdf.Stream:
    """Pixels in L, RGB or CMYK."""
    return _jpeg(pdf, picture, {"quality": quality})


def _jpeg(pdf: pikepdf.Pdf, picture: Image.Image, tables: dict[str, Any]) -> pikepdf.Stream:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", optimize=True, **tables)
    stream = _image(pdf, buffer.getvalue(), "/DCTDecode", picture, _SPACES[picture.mode])
    if picture.mode == "CMYK":
        # Written the other way round, as Adobe's programs do.
        stream["/Decode"] = pikepdf.Array([1, 0] * 4)
    return stream


def _tables(before: Coded) -> dict[str, Any]:
    """How coarse a JPEG was: what it had lost already is not kept more finely now."""
    try:
        with Image.open(io.BytesIO(before.data), formats=("JPEG",)) as image:
            assert isinstance(image, JpegImageFile)
            sampling = get_sampling(image)
            same: dict[str, Any] = {"qtables": image.quantization}
            return same | ({"subsampling": sampling} if sampling >= 0 else {})
    except (OSError, SyntaxError):
        return {"quality": JPEG_QUALITY}


def _jpeg_2000(pdf: pikepdf.Pdf, picture: Image.Image, size: int) -> pikepdf.Stream:
    """About as many bytes as it had."""
    rate = max(1.0, len(picture.getbands()) * picture.width * picture.height / max(size, 1))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG2000", quality_mode="rates", quality_layers=[rate], no_jp2=False)
    return _image(pdf, buffer.getvalue(), "/JPXDecode", picture, _SPACES[picture.mode])


def _indexed(pdf: pikepdf.Pdf, picture: Image.Image, colours: list[int]) -> pikepdf.Stream:
    """Few colours, each as red, green and blue in one number, as places in a palette."""
    numbers = np.searchsorted(colours, _as_numbers(picture)).astype(np.uint8)
    stream = _level(pdf, Image.fromarray(numbers, "L"))
    palette = b"".join(colour.to_bytes(3, "big") for colour in colours)
    stream["/ColorSpace"] = pikepdf.Array(
        [pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, len(colours) - 1, pikepdf.String(palette)]
    )
    return stream


def _as_numbers(picture: Image.Image) -> np.typing.NDArray[np.uint32]:
    red, green, blue = (np.asarray(band, dtype=np.uint32) for band in picture.split())
    return (red << 16 | green << 8 | blue).astype(np.uint32)


def _level(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    return _image(pdf, zlib.compress(picture.tobytes(), 9), "/FlateDecode", picture, _SPACES[picture.mode])


def _image(pdf: pikepdf.Pdf, data: bytes, codec: str, picture: Image.Image, space: str) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data)
    stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    stream["/Width"], stream["/Height"] = picture.width, picture.height
    stream["/BitsPerComponent"] = 1 if picture.mode == "1" else 8
    stream["/Filter"], stream["/ColorSpace"] = pikepdf.Name(codec), pikepdf.Name(space)
    return stream


def _group4(bits: Image.Image) -> bytes:
    file = io.BytesIO()
    bits.save(file, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: bits.height, _PHOTOMETRIC: _WHITE_IS_0})
    with Image.open(file) as written:
        assert isinstance(written, TiffImageFile)
        ((start,), (length,)) = written.tag_v2[_STRIP_OFFSETS], written.tag_v2[_STRIP_BYTES]
    return file.getvalue()[start : start + length]
