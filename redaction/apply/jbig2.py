"""JBIG2 without its comments. Source: ITU-T T.88, 7.2 (segment headers), 7.3 (types of segments)."""

from __future__ import annotations

_COMMENT = 62  # an extension: nothing that is drawn depends on it
_UNKNOWN_LENGTH = 0xFFFFFFFF


def plain_jbig2(data: bytes) -> bytes:
    """The segments of an embedded stream without comments; what cannot be followed stays as it is."""
    out, at = [], 0
    while (segment := _segment(data, at)) is not None:
        kind, end = segment
        if kind != _COMMENT:
            out.append(data[at:end])
        at = end
    return b"".join((*out, data[at:]))


def _segment(data: bytes, at: int) -> tuple[int, int] | None:
    """(type, where the segment ends); None where there is none, or it does not say how long it is."""
    if at + 11 > len(data):
        return None
    number, flags, count = int.from_bytes(data[at : at + 4], "big"), data[at + 4], data[at + 5] >> 5
    head = at + 6
    if count == 7:
        count = int.from_bytes(data[at + 5 : at + 9], "big") & 0x1FFFFFFF
        head = at + 9 + (count + 8) // 8
    head += count * (1 if number <= 256 else 2 if number <= 65536 else 4) + (4 if flags & 0x40 else 1)
    length = int.from_bytes(data[head : head + 4], "big")
    end = head + 4 + length
    return None if length == _UNKNOWN_LENGTH or end > len(data) else (flags & 0x3F, end)
