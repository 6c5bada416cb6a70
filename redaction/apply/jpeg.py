"""JPEG without what is not pixels: who took the picture, where, with what; thumbnails, comments, bytes after the end.

Sources: ITU-T T.81, Annex B (markers); ITU-T T.871 (JFIF); ISO/IEC 10918-6 (the Adobe marker). Nothing is encoded anew.
"""

from __future__ import annotations

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_JFIF, _ADOBE = 0xE0, 0xEE
_PLAIN_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE_LENGTH = 12
# Frames, tables, scans and restart intervals: what decoding needs.
_NEEDED = frozenset((*range(0xC0, 0xD0), *range(0xDA, 0xE0)))
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))


def plain_jpeg(data: bytes) -> bytes | None:
    """The same picture; None where the bytes are not a JPEG. Colour profiles go: in a PDF its own colour space rules.

    The Adobe marker and a bare JFIF one stay, since they tell which colours the components are.
    """
    begin = data.find(b"\xff\xd8\xff")
    if begin < 0:
        return None
    out, at = [b"\xff\xd8"], begin + 2
    while (marker := _marker_at(data, at)) is not None:
        kind, at = marker
        if kind == _END:
            out.append(b"\xff\xd9")
            break
        if kind in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : at + length]
        at += max(length, 2)
        kept = _kept(kind, body)
        if kept is not None:
            out += [bytes((0xFF, kind)), (len(kept) + 2).to_bytes(2, "big"), kept]
        if kind == _SCAN:
            end = _end_of_scan(data, at)
            out.append(data[at:end])
            at = end
    return b"".join(out)


def _kept(kind: int, body: bytes) -> bytes | None:
    if kind in _NEEDED:
        return body
    if kind == _JFIF and body.startswith(b"JFIF\x00"):
        return _PLAIN_JFIF
    if kind == _ADOBE and body.startswith(b"Adobe") and len(body) >= _ADOBE_LENGTH:
        return body[:_ADOBE_LENGTH]
    return None


def _marker_at(data: bytes, at: int) -> tuple[int, int] | None:
    """The next marker from `at` on, and where what follows it begins."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        kind = data[at + 1]
        if kind not in (0x00, 0xFF):
            return kind, at + 2
        at += 1
    return None


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the coded pixels end: at a marker that is neither a stuffed byte nor a restart."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] != 0x00 and data[at + 1] != 0xFF and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1
    return len(data)
