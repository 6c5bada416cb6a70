"""JPEG 2000 without what is not pixels: XML and UUID boxes, comments, bytes after the end.

Source: ITU-T T.800, Annex A (code stream) and Annex I (boxes). Nothing is encoded anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from redaction.apply.profiles import plain_profile

_KEPT = frozenset((b"jP  ", b"ftyp", b"jp2h", b"jp2c"))
_KEPT_IN_HEADER = frozenset((b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef"))
_CODE_STREAM = b"\xff\x4f\xff\x51"
_COMMENT, _TILE, _DATA, _END = 0xFF64, 0xFF90, 0xFF93, 0xFFD9
_HEAD = 8
_LONG_HEAD = 16
_WITH_PROFILE = (2, 3)  # the restricted ICC method, and any ICC profile


def plain_jpx(data: bytes) -> bytes | None:
    """The same picture; None where the bytes are not JPEG 2000."""
    if data.startswith(_CODE_STREAM):
        return _plain_code(data)
    if data[4:8] != b"jP  ":
        return None
    out = []
    for kind, body in _boxes(data):
        if kind == b"jp2h":
            body = b"".join(
                _box(inner, _plain_entry(inner, part)) for inner, part in _boxes(body) if inner in _KEPT_IN_HEADER
            )
        elif kind == b"jp2c":
            body = _plain_code(body)
        if kind in _KEPT:
            out.append(_box(kind, body))
    return b"".join(out)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _HEAD <= len(data):
        length, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], _HEAD
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), _LONG_HEAD
        end = len(data) if length == 0 else at + length
        if end < at + head:
            return
        yield kind, data[at + head : end]
        at = end


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + _HEAD).to_bytes(4, "big") + kind + body


def _plain_entry(kind: bytes, body: bytes) -> bytes:
    """A colour profile holds who made it; what stays of it is what colours are worked out with."""
    if kind == b"colr" and body[:1] and body[0] in _WITH_PROFILE:
        return body[:3] + (plain_profile(body[3:]) or b"")
    return body


def _plain_code(data: bytes) -> bytes:
    """The code stream with its comments blank, which keeps all lengths as they are, cut at its end."""
    out = bytearray(data)
    at = 2
    tile_end: int | None = None
    while at + 4 <= len(data):
        marker = int.from_bytes(data[at : at + 2], "big")
        if marker == _END:
            return bytes(out[: at + 2])
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _TILE:
            tile = int.from_bytes(data[at + 6 : at + 10], "big")
            tile_end = at + tile if tile else None
        elif marker == _COMMENT:
            out[at + 6 : at + 2 + length] = bytes(max(0, length - 4))
        elif marker == _DATA:
            if tile_end is None or tile_end <= at:
                break  # the last tile runs to the end
            at = tile_end
            continue
        at += 2 + length
    return bytes(out)
