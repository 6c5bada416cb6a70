"""Images without what is not pixels: entries nobody needs, what their codecs carry along, bytes after the last row."""

from __future__ import annotations

import zlib

import pikepdf

from redaction.apply.jbig2 import plain_jbig2
from redaction.apply.jpeg import plain_jpeg
from redaction.apply.jpx import plain_jpx
from redaction.apply.naming import name_of
from redaction.filters import Coded, coded_bytes

# ISO 32000-2, table 87, and /Matte of table 144.
_KEPT = frozenset(
    "/Type /Subtype /Width /Height /ColorSpace /BitsPerComponent /Intent /ImageMask /Mask /Decode /Interpolate /SMask "
    "/SMaskInData /Matte /Length /Filter /DecodeParms".split()
)
# Tables 8, 11, 12 and 13.
_PARAMETERS = frozenset(
    "/Predictor /Colors /BitsPerComponent /Columns /EarlyChange /K /EndOfLine /EncodedByteAlign /Rows /EndOfBlock "
    "/BlackIs1 /DamagedRowsBeforeError /JBIG2Globals /ColorTransform".split()
)
_CODECS = {"/DCTDecode": plain_jpeg, "/DCT": plain_jpeg, "/JPXDecode": plain_jpx, "/JBIG2Decode": plain_jbig2}
_COMPONENTS = {
    "/DeviceGray": 1, "/CalGray": 1, "/G": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/RGB": 3, "/Lab": 3, "/DeviceCMYK": 4,
    "/CMYK": 4, "/Indexed": 1, "/I": 1, "/Separation": 1,
}  # fmt: skip


def scrub_image(image: pikepdf.Stream) -> None:
    """Drops what is no part of the picture. Nothing is encoded anew: the pixels stay as they are."""
    for key in [key for key in image.keys() if key not in _KEPT]:
        del image[key]
    _scrub_parameters(image.get("/DecodeParms"))
    coded = coded_bytes(image)
    if coded is None:
        return
    if (strip := _CODECS.get(coded.codec)) is not None:
        plain = strip(coded.data)
        if plain is not None and plain != coded.data:
            _write(image, plain, coded)
    elif not coded.codec:
        _cut_surplus(image, coded.data)


def _scrub_parameters(found: object) -> None:
    for item in found if isinstance(found, pikepdf.Array) else [found]:
        if isinstance(item, pikepdf.Dictionary):
            for key in [key for key in item.keys() if key not in _PARAMETERS]:
                del item[key]
            shared = item.get("/JBIG2Globals")
            if isinstance(shared, pikepdf.Stream) and plain_jbig2(data := shared.read_bytes()) != data:
                shared.write(plain_jbig2(data))


def _write(image: pikepdf.Stream, data: bytes, coded: Coded) -> None:
    parameters = coded.parameters if isinstance(coded.parameters, pikepdf.Dictionary) else None
    image.write(data, filter=pikepdf.Name(coded.codec), decode_parms=parameters)


def _cut_surplus(image: pikepdf.Stream, data: bytes) -> None:
    """What lies after the last row is never drawn."""
    width, height, bits = (_whole(image.get(key)) for key in ("/Width", "/Height", "/BitsPerComponent"))
    components = components_of(image.get("/ColorSpace"))
    if bool(image.get("/ImageMask")):
        bits, components = 1, 1
    needed = (width * components * bits + 7) // 8 * height
    if 0 < needed < len(data):
        image.write(zlib.compress(data[:needed]), filter=pikepdf.Name.FlateDecode)


def components_of(space: object) -> int:
    """How many numbers make a colour; 0 where that cannot be told."""
    if not isinstance(space, pikepdf.Array):
        return _COMPONENTS.get(name_of(space), 0)
    family = name_of(space[0]) if len(space) else ""
    if family == "/ICCBased" and isinstance(space[1], pikepdf.Stream):
        return _whole(space[1].get("/N"))
    if family == "/DeviceN" and isinstance(space[1], pikepdf.Array):
        return len(space[1])
    return _COMPONENTS.get(family, 0)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
