"""CMaps embedded in a PDF: character codes to CIDs, and codes to Unicode. ISO 32000-2, 9.7.5 and 9.10.3."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

_SECTION = re.compile(rb"begin(codespacerange|cidrange|cidchar|bfrange|bfchar)(.*?)end\1", re.DOTALL)
_ITEM = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\d+)|(\[)|(\])")
_MAX_RANGE = 65_536


@dataclass
class CMap:
    """`lengths`: code lengths in bytes that occur; `cids`, `texts`: by code bytes."""

    spaces: list[tuple[bytes, bytes]] = field(default_factory=list)
    cids: dict[bytes, int] = field(default_factory=dict)
    texts: dict[bytes, str] = field(default_factory=dict)

    def text(self, code: bytes) -> str:
        """The text of a code, "" where there is none. Some maps write codes shorter or longer than strings do."""
        return self.texts.get(code) or self._by_number.get(int.from_bytes(code, "big"), "")

    @cached_property
    def _by_number(self) -> dict[int, str]:
        return {int.from_bytes(code, "big"): text for code, text in self.texts.items()}

    def code_length(self, data: bytes, position: int) -> int:
        """How many bytes the code at `position` takes; the shortest known length where none fits."""
        for length in sorted({len(low) for low, _ in self.spaces}):
            code = data[position : position + length]
            for low, high in self.spaces:
                if len(low) == len(code) == length and all(
                    a <= b <= c for a, b, c in zip(low, code, high, strict=True)
                ):
                    return length
        return min((len(low) for low, _ in self.spaces), default=1)


def parse(data: bytes) -> CMap:
    """The CMap in `data`; unreadable entries are left out."""
    cmap = CMap()
    for section in _SECTION.finditer(data):
        kind, items = section[1], _items(section[2])
        if kind == b"codespacerange":
            for low, high in zip(items[::2], items[1::2], strict=False):
                if isinstance(low, bytes) and isinstance(high, bytes) and len(low) == len(high) > 0:
                    cmap.spaces.append((low, high))
        elif kind in (b"cidchar", b"bfchar"):
            for code, value in zip(items[::2], items[1::2], strict=False):
                _set(cmap, code, value)
        else:
            for low, high, value in zip(items[::3], items[1::3], items[2::3], strict=False):
                _set_range(cmap, low, high, value)
    return cmap


_Item = bytes | int | list[bytes]


def _items(data: bytes) -> list[_Item]:
    out: list[_Item] = []
    array: list[bytes] | None = None
    for m in _ITEM.finditer(data):
        if m[3]:
            array = []
        elif m[4]:
            out.append(array or [])
            array = None
        elif m[2]:
            out.append(int(m[2]))
        else:
            digits = b"".join(m[1].split())
            value = bytes.fromhex((digits + b"0" if len(digits) % 2 else digits).decode("ascii"))
            if array is None:
                out.append(value)
            else:
                array.append(value)
    return out


def _set(cmap: CMap, code: _Item, value: _Item) -> None:
    if not isinstance(code, bytes):
        return
    if isinstance(value, int):
        cmap.cids[code] = value
    elif isinstance(value, bytes):
        cmap.texts[code] = _utf16(value)


def _set_range(cmap: CMap, low: _Item, high: _Item, value: _Item) -> None:
    if not (isinstance(low, bytes) and isinstance(high, bytes)) or len(low) != len(high) or not low:
        return
    first, last = int.from_bytes(low, "big"), int.from_bytes(high, "big")
    for offset in range(min(last - first + 1, _MAX_RANGE)):
        code = (first + offset).to_bytes(len(low), "big")
        if isinstance(value, int):
            cmap.cids[code] = value + offset
        elif isinstance(value, list):
            if offset < len(value):
                cmap.texts[code] = _utf16(value[offset])
        elif value:
            # The last byte counts up; readers carry over, whatever the standard says.
            counted = int.from_bytes(value, "big") + offset
            if counted < 1 << (8 * len(value)):
                cmap.texts[code] = _utf16(counted.to_bytes(len(value), "big"))


def _utf16(value: bytes) -> str:
    if len(value) == 1:
        return chr(value[0])
    return value.decode("utf-16-be", "replace")
