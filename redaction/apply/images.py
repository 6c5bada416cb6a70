"""Burns regions out of images: the pixels are gone, not covered. ISO 32000-2, 8.9.

What no decoder reads raises `NotDecodable`; the page is then drawn as one picture instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf
from PIL import Image, ImageDraw

from redaction.apply.imagecoding import bilevel, coded_like
from redaction.apply.matrices import Matrix, Point, Rect, invert
from redaction.apply.matrices import apply as transform
from redaction.apply.scene import ImageUse, Resources
from redaction.apply.tokens import Op, operators
from redaction.decoding import NotDecodable, decode, size_of, stencil
from redaction.filters import coded_bytes

MAX_PIXELS = 120_000_000
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


# A polygon in the unit square of an image, counted from its top left corner.
Area = list[Point]

_BLACK: dict[str, int | tuple[int, ...]] = {"1": 0, "L": 0, "RGB": (0, 0, 0), "CMYK": (0, 0, 0, 255)}


def burn(pdf: pikepdf.Pdf, obj: pikepdf.Stream, areas: Sequence[Area]) -> pikepdf.Stream:
    """A copy of the image with `areas` blackened. Raises NotDecodable."""
    width, height = size_of(obj)
    if width <= 0 or height <= 0 or width * height > MAX_PIXELS:
        raise NotDecodable
    if isinstance(obj.get("/Mask"), pikepdf.Array):
        raise NotDecodable  # a colour key would not survive being encoded anew
    mask = obj.get("/ImageMask")
    if mask is not None and bool(mask):
        return _burn_stencil(pdf, obj, areas)
    picture = decode(obj)
    _blacken(picture, areas, _BLACK[picture.mode])
    out = coded_like(pdf, picture, coded_bytes(obj))
    soft = obj.get("/SMask")
    if isinstance(soft, pikepdf.Stream):
        # A soft mask may itself spell the text; there it becomes fully opaque, so that the black shows.
        opaque = decode(soft).convert("L")
        _blacken(opaque, areas, 255)
        out["/SMask"] = coded_like(pdf, opaque, coded_bytes(soft))
    mask = obj.get("/Mask")
    if isinstance(mask, pikepdf.Stream):
        out["/Mask"] = _burn_stencil(pdf, mask, areas)
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


def area_of(ctm: Matrix, region: Rect) -> Area | None:
    """A region of the page (user space) in an image drawn through `ctm`; None where the image is flat."""
    inverse = invert(ctm)
    if inverse is None:
        return None
    x0, y0, x1, y1 = region
    corners = [transform(inverse, x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    return [(u, 1 - v) for u, v in corners]


def _blacken(picture: Image.Image, areas: Sequence[Area], colour: int | tuple[int, ...]) -> None:
    draw = ImageDraw.Draw(picture)
    for area in areas:
        polygon = [(u * picture.width, v * picture.height) for u, v in area]
        draw.polygon(polygon, fill=colour, outline=colour, width=2)


def _burn_stencil(pdf: pikepdf.Pdf, obj: pikepdf.Stream, areas: Sequence[Area]) -> pikepdf.Stream:
    """A 1-bit mask with the areas made one even surface: painted, so that they show as a box."""
    picture, paints = stencil(obj)
    _blacken(picture, areas, paints)
    stream = bilevel(pdf, picture)
    del stream["/ColorSpace"]  # a mask has none
    for key in _KEPT:
        if key in obj:
            stream[key] = obj[key]
    return stream


def regions_on(use: ImageUse, regions: Sequence[Rect]) -> list[Rect]:
    """Those regions that meet the image."""
    x0, y0, x1, y1 = use.rect
    return [r for r in regions if r[0] < x1 and r[2] > x0 and r[1] < y1 and r[3] > y0]
