"""Burns regions out of images: the pixels are gone, not covered. ISO 32000-2, 8.9.

Decoding is left to pikepdf and Pillow, and to pdfium for what these cannot read (JBIG2, CCITT oddities). What none of
them reads raises `NotDecodable`; the page is then drawn as one picture instead.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from redaction.apply.matrices import Matrix, Rect, invert
from redaction.apply.matrices import apply as transform
from redaction.apply.scene import ImageUse, Resources
from redaction.apply.tokens import Op, operators

JPEG_QUALITY = 85
MAX_PIXELS = 120_000_000
_UNREADABLE = (
    pikepdf.PdfError, pikepdf.DependencyError, NotImplementedError, ValueError, TypeError, OSError, KeyError,
    AttributeError,
)  # fmt: skip
_KEPT = ("/Type", "/Subtype", "/Width", "/Height", "/Interpolate", "/ImageMask", "/Decode", "/Intent")
_LONG_NAMES = {
    b"/W": "/Width", b"/H": "/Height", b"/BPC": "/BitsPerComponent", b"/CS": "/ColorSpace", b"/D": "/Decode",
    b"/DP": "/DecodeParms", b"/F": "/Filter", b"/IM": "/ImageMask", b"/I": "/Interpolate",
}  # fmt: skip
_LONG_VALUES = {
    "/G": "/DeviceGray", "/RGB": "/DeviceRGB", "/CMYK": "/DeviceCMYK", "/I": "/Indexed", "/AHx": "/ASCIIHexDecode",
    "/A85": "/ASCII85Decode", "/LZW": "/LZWDecode", "/Fl": "/FlateDecode", "/RL": "/RunLengthDecode",
    "/CCF": "/CCITTFaxDecode", "/DCT": "/DCTDecode",
}  # fmt: skip


_BLACK: dict[str, int | tuple[int, ...]] = {"1": 0, "L": 0, "RGB": (0, 0, 0), "CMYK": (0, 0, 0, 255)}


class NotDecodable(Exception):
    """An image no decoder here reads; its pixels cannot be burnt one by one."""


def burn(pdf: pikepdf.Pdf, obj: pikepdf.Stream, ctm: Matrix, regions: Sequence[Rect]) -> pikepdf.Stream:
    """A copy of the image with `regions` (page user space) blackened, drawn through `ctm`. Raises NotDecodable."""
    width, height = int(obj.get("/Width", 0)), int(obj.get("/Height", 0))
    if width <= 0 or height <= 0 or width * height > MAX_PIXELS:
        raise NotDecodable
    areas = [area for region in regions if (area := _pixel_area(ctm, region))]
    if isinstance(obj.get("/Mask"), pikepdf.Array):
        raise NotDecodable  # a colour key would not survive being encoded anew
    mask = obj.get("/ImageMask")
    if mask is not None and bool(mask):
        return _burn_stencil(pdf, obj, width, height, areas)
    picture = _decode(obj)
    _blacken(picture, areas, _BLACK[picture.mode])
    lossy = any(name in repr(obj.get("/Filter")) for name in ("DCTDecode", "JPXDecode"))
    out = _encode(pdf, picture, lossy=lossy)
    soft = obj.get("/SMask")
    if isinstance(soft, pikepdf.Stream):
        # A soft mask may itself spell the text; there it becomes fully opaque, so that the black shows.
        opaque = _decode(soft).convert("L")
        _blacken(opaque, areas, 255)
        out["/SMask"] = _encode(pdf, opaque, lossy=False)
    stencil = obj.get("/Mask")
    if isinstance(stencil, pikepdf.Stream):
        out["/Mask"] = _burn_stencil(pdf, stencil, int(stencil.get("/Width", 0)), int(stencil.get("/Height", 0)), areas)
    return out


def inline_stream(pdf: pikepdf.Pdf, op: Op, resources: Resources) -> pikepdf.Stream:
    """The inline image as an image XObject, its abbreviations spelt out."""
    dictionary = pikepdf.Object.parse(b"<<" + _spelt_out(op.args[0]) + b">>")
    stream = pikepdf.Stream(pdf, op.args[1] if isinstance(op.args[1], bytes) else b"")
    for key, value in dictionary.items():
        stream[key] = _long_value(value)
    space = stream.get("/ColorSpace")
    if isinstance(space, pikepdf.Name):
        named = resources.get("/ColorSpace", str(space))
        if named is not None:
            stream["/ColorSpace"] = named
    stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    return stream


def _spelt_out(dictionary: bytes | list[bytes]) -> bytes:
    raw = dictionary if isinstance(dictionary, bytes) else b" ".join(dictionary)
    tokens: list[bytes] = []
    for op in operators(raw + b" end"):
        for position, arg in enumerate(op.args):
            token = b"[" + b" ".join(arg) + b"]" if isinstance(arg, list) else arg
            tokens.append(_LONG_NAMES.get(token, "").encode() or token if position % 2 == 0 else token)
    return b" ".join(tokens)


def _long_value(value: pikepdf.Object) -> pikepdf.Object:
    if isinstance(value, pikepdf.Name):
        return pikepdf.Name(_LONG_VALUES.get(str(value), str(value)))
    if isinstance(value, pikepdf.Array):
        return pikepdf.Array([_long_value(item) for item in value])
    return value


def _pixel_area(ctm: Matrix, region: Rect) -> list[tuple[float, float]] | None:
    """The region as a polygon in the unit square of the image, top left first; None where the image is flat."""
    inverse = invert(ctm)
    if inverse is None:
        return None
    x0, y0, x1, y1 = region
    corners = [transform(inverse, x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    return [(u, 1 - v) for u, v in corners]


def _blacken(picture: Image.Image, areas: Sequence[list[tuple[float, float]]], colour: int | tuple[int, ...]) -> None:
    draw = ImageDraw.Draw(picture)
    for area in areas:
        polygon = [(u * picture.width, v * picture.height) for u, v in area]
        draw.polygon(polygon, fill=colour, outline=colour, width=2)


def _decode(obj: pikepdf.Stream) -> Image.Image:
    """The image's pixels as 1, L, RGB or CMYK, its /Decode undone."""
    try:
        picture = pikepdf.PdfImage(obj).as_pil_image()
        picture.load()
    except _UNREADABLE:
        return _decode_by_pdfium(obj)
    decode = [float(v) for v in obj.get("/Decode", [])]
    if decode and decode[0] > decode[1]:
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


def _encode(pdf: pikepdf.Pdf, picture: Image.Image, *, lossy: bool) -> pikepdf.Stream:
    spaces = {"1": "/DeviceGray", "L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}
    if lossy and picture.mode in ("L", "RGB"):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
        stream = pikepdf.Stream(pdf, buffer.getvalue())
        stream["/Filter"] = pikepdf.Name.DCTDecode
    else:
        stream = pikepdf.Stream(pdf, zlib.compress(picture.tobytes(), 9))
        stream["/Filter"] = pikepdf.Name.FlateDecode
    stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    stream["/Width"], stream["/Height"] = picture.width, picture.height
    stream["/ColorSpace"] = pikepdf.Name(spaces[picture.mode])
    stream["/BitsPerComponent"] = 1 if picture.mode == "1" else 8
    return stream


def _burn_stencil(
    pdf: pikepdf.Pdf,
    obj: pikepdf.Stream,
    width: int,
    height: int,
    areas: Sequence[list[tuple[float, float]]],
) -> pikepdf.Stream:
    """A 1-bit mask with the areas made one even surface: painted, so that they show as a box."""
    try:
        data = obj.read_bytes()
    except pikepdf.PdfError:
        data = _ccitt_bits(obj)
    needed = (width + 7) // 8 * height
    if width <= 0 or height <= 0 or len(data) < needed:
        raise NotDecodable
    picture = Image.frombytes("1", (width, height), data[:needed])
    decode = [float(v) for v in obj.get("/Decode", [0, 1])]
    paints = 0 if decode[0] <= decode[1] else 255
    _blacken(picture, areas, paints)
    stream = pikepdf.Stream(pdf, zlib.compress(picture.tobytes(), 9))
    for key in _KEPT:
        if key in obj:
            stream[key] = obj[key]
    stream["/BitsPerComponent"] = 1
    stream["/Filter"] = pikepdf.Name.FlateDecode
    return stream


def _ccitt_bits(obj: pikepdf.Stream) -> bytes:
    """The bits of a mask with an image filter, which qpdf leaves alone."""
    try:
        return pikepdf.PdfImage(obj).as_pil_image().convert("1").tobytes()
    except _UNREADABLE as error:
        raise NotDecodable from error


def regions_on(use: ImageUse, regions: Sequence[Rect]) -> list[Rect]:
    """Those regions that meet the image."""
    x0, y0, x1, y1 = use.rect
    return [r for r in regions if r[0] < x1 and r[2] > x0 and r[1] < y1 and r[3] > y0]
