"""The bytes of an image as its codec gets them: filters that only pack bytes undone. ISO 32000-2, 7.4."""

from __future__ import annotations

from typing import NamedTuple

import pikepdf

_PACKING = frozenset(
    "/FlateDecode /Fl /LZWDecode /LZW /RunLengthDecode /RL /ASCII85Decode /A85 /ASCIIHexDecode /AHx".split()
)


class Coded(NamedTuple):
    """`data` in the codec `codec` (such as "/DCTDecode"), with its parameters; "" where they are plain samples."""

    data: bytes
    codec: str
    parameters: pikepdf.Object | None


def coded_bytes(stream: pikepdf.Stream) -> Coded | None:
    """What the image's codec reads. None where the filters cannot be undone, or where two codecs follow each other."""
    names = _as_list(stream.get("/Filter"))
    parameters = _as_list(stream.get("/DecodeParms"))
    parameters += [None] * (len(names) - len(parameters))
    packing = 0
    while packing < len(names) and _name(names[packing]) in _PACKING:
        packing += 1
    if len(names) - packing > 1:
        return None
    codec = _name(names[packing]) if packing < len(names) else ""
    raw = stream.read_raw_bytes()
    if not packing:
        return Coded(raw, codec, parameters[0] if names else None)
    with pikepdf.new() as alone:
        inner = alone.make_stream(raw)
        inner["/Filter"] = pikepdf.Array([pikepdf.Name(_name(name)) for name in names[:packing]])
        inner["/DecodeParms"] = pikepdf.Array([_numbers(item) for item in parameters[:packing]])
        try:
            data = inner.read_bytes()
        except pikepdf.PdfError:
            return None
    return Coded(data, codec, parameters[packing] if codec else None)


def _as_list(value: object) -> list[pikepdf.Object | None]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]  # type: ignore[list-item]


def _name(value: object) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _numbers(value: object) -> pikepdf.Dictionary:
    """Parameters without what belongs to another file; packing filters have numbers only."""
    if not isinstance(value, pikepdf.Dictionary):
        return pikepdf.Dictionary()
    return pikepdf.Dictionary({key: item for key, item in value.items() if isinstance(item, int)})
