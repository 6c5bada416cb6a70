"""What an image file carries beside its pixels, read as text: there even a short name is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

# APPn and COM segments of JPEG (ITU-T T.81, table B.1): found by their marker and length, wherever they lie.
_SEGMENT = re.compile(rb"\xff[\xe0-\xef\xfe](..)", re.DOTALL)
_JPEG = b"\xff\xd8\xff"
_SCAN = b"\xff\xda"
# By their length, the bare markers that say which colours the components are: no words of anybody's.
_OF_THE_FORMAT = {14: b"JFIF\x00", 12: b"Adobe"}
_JP2_SIGNATURE = b"jP  \r\n\x87\n"
_JP2_WORDS = re.compile(rb"(....)(xml |uuid|url |lbl )", re.DOTALL)


def carried_texts(data: bytes) -> Iterator[str]:
    """The segments and boxes that hold words, one byte a letter, in UTF-8, and in UTF-16 of both orders and places."""
    for part in _parts(data):
        yield part.decode("latin-1")
        yield part.decode("utf-8", "ignore")
        for start in (0, 1):
            yield part[start:].decode("utf-16-le", "ignore")
            yield part[start:].decode("utf-16-be", "ignore")


def _parts(data: bytes) -> Iterator[bytes]:
    if data.startswith(_JPEG):
        pixels = data.find(_SCAN)
        for found in _SEGMENT.finditer(data, 0, pixels if pixels >= 0 else len(data)):
            part = data[found.end() : found.start() + 2 + int.from_bytes(found[1], "big")]
            if not part.startswith(_OF_THE_FORMAT.get(len(part), part + b"\x00")):
                yield part
    elif _JP2_SIGNATURE in data[:32]:
        for found in _JP2_WORDS.finditer(data):
            yield data[found.end() : found.start() + int.from_bytes(found[1], "big")]
