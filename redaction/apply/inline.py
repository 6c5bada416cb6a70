"""Inline images as the specification has them: entries that a viewer knows, and no bytes but those of the picture."""

from __future__ import annotations

import pikepdf

from redaction.apply.jpeg import plain_jpeg
from redaction.apply.tokens import Arg, number, operators
from redaction.filters import coded_bytes

_KEYS = {
    b"/BPC": b"/BPC", b"/BitsPerComponent": b"/BPC", b"/CS": b"/CS", b"/ColorSpace": b"/CS", b"/D": b"/D",
    b"/Decode": b"/D", b"/DP": b"/DP", b"/DecodeParms": b"/DP", b"/F": b"/F", b"/Filter": b"/F", b"/H": b"/H",
    b"/Height": b"/H", b"/IM": b"/IM", b"/ImageMask": b"/IM", b"/Intent": b"/Intent", b"/I": b"/I",
    b"/Interpolate": b"/I", b"/L": b"/L", b"/Length": b"/L", b"/W": b"/W", b"/Width": b"/W",
}  # fmt: skip
_COMPONENTS = {b"/G": 1, b"/DeviceGray": 1, b"/RGB": 3, b"/DeviceRGB": 3, b"/CMYK": 4, b"/DeviceCMYK": 4}
_JPEG = (b"/DCT", b"/DCTDecode")
_LONG = {
    b"/AHx": "/ASCIIHexDecode", b"/A85": "/ASCII85Decode", b"/LZW": "/LZWDecode", b"/Fl": "/FlateDecode",
    b"/RL": "/RunLengthDecode", b"/DCT": "/DCTDecode",
}  # fmt: skip


def plain_inline_image(args: list[Arg]) -> list[Arg]:
    """The operands [dictionary, pixels] as they may stay, the very same where they may as they are."""
    dictionary, pixels = (arg if isinstance(arg, bytes) else b"" for arg in args)
    entries = next((op.args for op in operators(dictionary + b" end")), [])
    pairs = {_KEYS.get(joined(key), b""): value for key, value in zip(entries[::2], entries[1::2], strict=False)}
    plain = _plain_pixels(pairs, pixels)
    known = b"%" not in dictionary and len(entries) % 2 == 0 and _KEYS.keys() >= set(map(joined, entries[::2]))
    if plain == pixels and known:
        return args
    if plain != pixels:
        pairs.pop(b"/L", None)
    pairs.pop(b"", None)
    return [b"".join(b" " + key + b" " + joined(value) for key, value in pairs.items()) + b" ", plain]


def _plain_pixels(pairs: dict[bytes, Arg], pixels: bytes) -> bytes:
    """The bytes without what no codec draws. A JPEG behind other filters comes out of them; `pairs` are put right."""
    filters = pairs.get(b"/F", [])
    names = filters if isinstance(filters, list) else [filters]
    if not names:
        needed = _size(pairs)
        return pixels[:needed] if needed else pixels
    if names[-1] not in _JPEG:
        return pixels
    data = pixels if len(names) == 1 else _unpacked(names, pixels)
    plain = plain_jpeg(data) if data is not None else None
    if plain is None or data is None or (plain == data and data is pixels):
        return pixels
    pairs[b"/F"] = b"/DCT"
    pairs.pop(b"/DP", None)
    return plain


def _unpacked(names: list[bytes], pixels: bytes) -> bytes | None:
    with pikepdf.new() as alone:
        stream = alone.make_stream(b"")
        found = [pikepdf.Name(_LONG.get(name, name.decode("latin-1"))) for name in names]
        stream.write(pixels, filter=pikepdf.Array(found))
        coded = coded_bytes(stream)
    return coded.data if coded is not None and coded.codec else None


def _size(pairs: dict[bytes, Arg]) -> int:
    """How many bytes the samples take; 0 where that cannot be told."""
    width, height, bits = (round(number(pairs.get(key, b"0"))) for key in (b"/W", b"/H", b"/BPC"))
    space = pairs.get(b"/CS", b"")
    components = _COMPONENTS.get(space, 0) if isinstance(space, bytes) else 1 if space[:1] else 0
    if pairs.get(b"/IM") == b"true":
        bits, components = 1, 1
    return (width * components * bits + 7) // 8 * height


def joined(arg: Arg) -> bytes:
    """An operand as it is written."""
    return b"[" + b" ".join(arg) + b"]" if isinstance(arg, list) else arg
