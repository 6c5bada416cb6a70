"""The words of a record's pages as they are stored: JSON lines in gzip, one member for each page.

The first member is an index, {"lengths": [...]}: the packed size in bytes of each page's member. So one page of
thousands is unpacked alone, and the whole is still a gzip file that any program reads.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

Page = dict[str, Any]

_LEVEL: Final = 5
_STEP: Final = 64 * 1024
_GZIP: Final = zlib.MAX_WBITS | 16
_ROTATIONS: Final = (0, 90, 180, 270)
_SOURCES: Final = ("text", "ocr")


class BadLine(ValueError):
    """A line that the reader of pages cannot have meant: the child that wrote it is not to be trusted."""


def checked(line: bytes, page: int) -> Page:
    """One line of `python -m redaction read`, which must be that of this page (from 1). Raises BadLine.

    Keeps the agreed keys and nothing else: page, width, height, rotation, source, words.
    """
    try:
        data = json.loads(line)
        words = [{"text": _text(word["text"]), "box": _box(word["box"])} for word in data["words"]]
        width, height = _number(data["width"]), _number(data["height"])
        rotation, source, number = data["rotation"], data["source"], data["page"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadLine("not a page") from error
    if number != page or rotation not in _ROTATIONS or source not in _SOURCES or min(width, height) <= 0:
        raise BadLine("not the page that was asked for")
    return {"page": page, "width": width, "height": height, "rotation": rotation, "source": source, "words": words}


def write(pages: Iterable[Page], target: BinaryIO) -> None:
    """Pack the pages, in order."""
    lengths = []
    with tempfile.TemporaryFile() as members:
        for page in pages:
            lengths.append(members.write(_packed(page)))
        target.write(_packed({"lengths": lengths}))
        members.seek(0)
        shutil.copyfileobj(members, target)


def read_all(source: BinaryIO) -> Iterator[Page]:
    """Every page, in order."""
    with gzip.open(source) as lines:
        next(lines)
        for line in lines:
            yield json.loads(line)


def read_page(source: BinaryIO, page: int) -> Page | None:
    """One page (from 1), or None when there is no such page. Those before it are passed over, still packed."""
    lengths, after = _index(source)
    if not 1 <= page <= len(lengths):
        return None
    before, wanted = sum(lengths[: page - 1]), lengths[page - 1]
    missing = before + wanted - len(after)
    while missing > 0:
        part = source.read(min(_STEP, missing))
        if not part:
            raise EOFError("the words file ends before its index says")
        missing -= len(part)
        passed = max(0, min(before, len(after)))
        after, before = after[passed:] + part, before - passed
    data: Page = json.loads(gzip.decompress(after[before : before + wanted]))
    return data


def _index(source: BinaryIO) -> tuple[list[int], bytes]:
    """The lengths, and what was read beyond the index."""
    engine, text = zlib.decompressobj(_GZIP), b""
    while not engine.eof:
        part = source.read(_STEP)
        if not part:
            raise EOFError("the words file has no index")
        text += engine.decompress(part)
    lengths: list[int] = json.loads(text)["lengths"]
    return lengths, engine.unused_data


def _packed(data: object) -> bytes:
    line = json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
    return gzip.compress(line.encode(), _LEVEL, mtime=0)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    value.encode()  # a lone surrogate could be neither stored nor shown
    return value


def _box(value: object) -> list[float]:
    if not isinstance(value, list) or len(value) != 4:
        raise TypeError("not a box")
    return [_number(side) for side in value]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("not a number")
    return value
