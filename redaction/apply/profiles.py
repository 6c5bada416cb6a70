"""Colour profiles without their words: who made them, for what device, under whose copyright.

Source: ICC.1:2022, 7.2 (header), 7.3 (tag table), 9.2 (tags).
"""

from __future__ import annotations

import struct

_HEADER = 128
_MOST_TAGS = 100
# The tags that say how colours are worked out; all others are words, or serve other programs.
_COLOURS = frozenset(
    b"rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 gamt D2B0 D2B1 D2B2 B2D0 B2D1 "
    b"B2D2".split()
)


def plain_profile(data: bytes) -> bytes | None:
    """The profile with the tags that colours are worked out by; None where it cannot be read."""
    if len(data) < _HEADER + 4 or data[36:40] != b"acsp":
        return None
    (count,) = struct.unpack_from(">I", data, _HEADER)
    if count > _MOST_TAGS or len(data) < _HEADER + 4 + 12 * count:
        return None
    tags = [struct.unpack_from(">4sII", data, _HEADER + 4 + 12 * number) for number in range(count)]
    kept = [(name, start, size) for name, start, size in tags if name in _COLOURS and start + size <= len(data)]
    if not kept:
        return None
    table, body = struct.pack(">I", len(kept)), b""
    first = _HEADER + 4 + 12 * len(kept)
    places: dict[tuple[int, int], int] = {}
    for name, start, size in kept:
        if (start, size) not in places:
            places[start, size] = first + len(body)
            body += data[start : start + size] + bytes(-size % 4)
        table += struct.pack(">4sII", name, places[start, size], size)
    return _header(data, first + len(body)) + table + body


def _header(data: bytes, size: int) -> bytes:
    """Size, version, class, spaces, intent and white point; not the programs, makers, models, times and checksum."""
    header = bytearray(_HEADER)
    struct.pack_into(">I", header, 0, size)
    header[8:24] = data[8:24]
    header[36:40] = b"acsp"
    header[64:80] = data[64:80]
    return bytes(header)
