"""Writes a message as Outlook saves it: .msg (MS-OXMSG in a compound file), small but real, without a library."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_TEXT, _BINARY, _INT, _TIME = 0x001F, 0x0102, 0x0003, 0x0040
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
SENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass
class _Storage:
    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, _Storage] = field(default_factory=dict)


@dataclass(frozen=True)
class Inner:
    """A message that is attached to another one."""

    sender: str
    address: str
    subject: str
    body: str
    attachments: Mapping[str, bytes] = field(default_factory=dict)


def outlook_message(
    *,
    sender: str,
    address: str,
    subject: str,
    body: str,
    attachments: Mapping[str, bytes | Inner],
    sent: datetime = SENT,
    smtp: str = "",
) -> bytes:
    """`smtp`: the address that others reach the sender by, where `address` is one of their own server's."""
    return _compound(_message(Inner(sender, address, subject, body), attachments, sent, smtp, header=32))


def _message(
    said: Inner, attachments: Mapping[str, bytes | Inner], sent: datetime, smtp: str = "", *, header: int
) -> _Storage:
    """`header`: how many bytes stand before the properties, 24 in a message inside another one."""
    values: list[tuple[int, int, object]] = [
        (0x001A, _TEXT, "IPM.Note"),
        (0x0037, _TEXT, said.subject),
        (0x1000, _TEXT, said.body.replace("\n", "\r\n")),
        (0x0C1A, _TEXT, said.sender),
        (0x0C1F, _TEXT, said.address),
        (0x0E04, _TEXT, "records@northvale.example"),
        (0x0E06, _TIME, sent),
        (0x340D, _INT, 0x00040000),
    ]
    if smtp:
        values.append((0x5D01, _TEXT, smtp))
    count = len(attachments)
    root = _properties(struct.pack("<8xIIII8x", 0, count, 0, count)[:header], values)
    for number, (name, data) in enumerate(attachments.items()):
        parts: list[tuple[int, int, object]] = [(0x3705, _INT, 5 if isinstance(data, Inner) else 1)]
        if name:
            parts.append((0x3707, _TEXT, name))
        if isinstance(data, bytes):
            parts.append((0x3701, _BINARY, data))
        made = root.storages[f"__attach_version1.0_#{number:08X}"] = _properties(bytes(8), parts)
        if isinstance(data, Inner):
            made.storages["__substg1.0_3701000D"] = _message(data, data.attachments, sent, header=24)
    return root


def _properties(header: bytes, values: list[tuple[int, int, object]]) -> _Storage:
    made, table = _Storage(), bytearray(header)
    for pid, kind, value in values:
        if isinstance(value, datetime):
            inline = struct.pack("<Q", int((value - _EPOCH).total_seconds()) * 10_000_000)
        elif isinstance(value, int):
            inline = struct.pack("<I4x", value)
        else:
            data = value.encode("utf-16-le") if isinstance(value, str) else value
            assert isinstance(data, bytes)
            made.streams[f"__substg1.0_{pid:04X}{kind:04X}"] = data
            inline = struct.pack("<I4x", len(data) + (2 if kind == _TEXT else 0))
        table += struct.pack("<HHI", kind, pid, 6) + inline
    made.streams["__properties_version1.0"] = bytes(table)
    return made


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    data: bytes = b""
    child: int = _NONE
    right: int = _NONE
    start: int = _END


def _entries(root: _Storage) -> list[_Entry]:
    listed = [_Entry("Root Entry", 5)]

    def add(parent: int, storage: _Storage) -> None:
        before: int | None = None
        for name, item in [*storage.streams.items(), *storage.storages.items()]:
            place = len(listed)
            listed.append(_Entry(name, 2, item) if isinstance(item, bytes) else _Entry(name, 1))
            if before is None:
                listed[parent].child = place
            else:
                listed[before].right = place
            before = place
            if isinstance(item, _Storage):
                add(place, item)

    add(0, root)
    return listed


def _compound(root: _Storage) -> bytes:
    entries, fat, body = _entries(root), list[int](), bytearray()

    def store(data: bytes) -> int:
        first, count = len(fat), -(-len(data) // _SECTOR)
        if not count:
            return _END
        fat.extend([*range(first + 1, first + count), _END])
        body.extend(data.ljust(count * _SECTOR, b"\0"))
        return first

    mini, mini_fat = bytearray(), list[int]()
    for entry in entries:
        if entry.kind != 2 or not entry.data:
            continue
        if len(entry.data) >= _CUTOFF:
            entry.start = store(entry.data)
            continue
        entry.start, count = len(mini_fat), -(-len(entry.data) // _MINI)
        mini_fat.extend([*range(entry.start + 1, entry.start + count), _END])
        mini.extend(entry.data.ljust(count * _MINI, b"\0"))
    entries[0].data, entries[0].start = bytes(mini), store(bytes(mini))
    padded = mini_fat + [_FREE] * (-len(mini_fat) % 128)
    mini_start = store(struct.pack(f"<{len(padded)}I", *padded))
    directory = store(b"".join(map(_directory_entry, entries)))
    fat_sectors = 1
    while (len(fat) + fat_sectors) > fat_sectors * 128:
        fat_sectors += 1
    first_fat = len(fat)
    fat.extend([_FAT] * fat_sectors)
    fat.extend([_FREE] * (fat_sectors * 128 - len(fat)))
    body.extend(struct.pack(f"<{len(fat)}I", *fat))
    places = [*range(first_fat, first_fat + fat_sectors), *[_FREE] * (109 - fat_sectors)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, directory, 0, _CUTOFF, mini_start, len(padded) // 128, _END, 0)
    return header + struct.pack("<109I", *places) + bytes(body)


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name), entry.kind, 1, _NONE, entry.right, entry.child)
        + bytes(36)
        + struct.pack("<IQ", entry.start, len(entry.data))
    )
