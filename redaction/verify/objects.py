"""Withheld strings in the objects of a file: every string, name, number-free stream and the bytes as they lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf

from redaction.needles import NeedleSet
from redaction.verify.leaks import Leak

# The way to an object names its kind; the first key on the way that is listed decides.
_KINDS = {
    "/Info": "metadata", "/Metadata": "metadata", "/PieceInfo": "metadata", "/EmbeddedFiles": "attachment",
    "/EF": "attachment", "/AF": "attachment", "/Annots": "annotation", "/AcroForm": "annotation", "/Outlines": "outline",
    "/Dests": "outline", "/PageLabels": "outline",
}  # fmt: skip
_PIXELS = {"/Image"}
_FONT_PROGRAMS = {"/FontFile", "/FontFile2", "/FontFile3"}
_SHORT = 6
_CHUNK = 1 << 22


def object_leaks(pdf: pikepdf.Pdf, needles: NeedleSet) -> Iterator[Leak]:
    """Leaks in any object the file holds, reachable or not."""
    seen: set[tuple[int, int]] = set()
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    pending: list[tuple[object, str, int | None]] = [(pdf.trailer, "", None)]
    while pending:
        item, kind, page = pending.pop()
        yield from _walk(item, kind, page, pending, seen, pages, needles)
    for item in pdf.objects:
        if item.objgen not in seen:
            pending.append((item, "", None))
            while pending:
                current, kind, page = pending.pop()
                yield from _walk(current, kind, page, pending, seen, pages, needles)


def _walk(
    item: object,
    kind: str,
    page: int | None,
    pending: list[tuple[object, str, int | None]],
    seen: set[tuple[int, int]],
    pages: dict[tuple[int, int], int],
    needles: NeedleSet,
) -> Iterator[Leak]:
    if isinstance(item, pikepdf.Object) and item.is_indirect:
        if item.objgen in seen:
            return
        seen.add(item.objgen)
        page = pages.get(item.objgen, page)
    where = kind or "bytes"
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in item.items():
            yield from _in_text(key.lstrip("/"), where, page, needles)
            pending.append((value, kind or _KINDS.get(key, ""), page if key != "/Parent" else None))
        if isinstance(item, pikepdf.Stream):
            yield from _in_stream(item, where, page, needles)
    elif isinstance(item, pikepdf.Array):
        pending.extend((value, kind, page) for value in item)
    elif isinstance(item, pikepdf.String):
        for text in _readings(bytes(item)):
            yield from _in_text(text, where, page, needles)
    elif isinstance(item, pikepdf.Name):
        yield from _in_text(str(item).lstrip("/"), where, page, needles)


def _in_text(text: str, where: str, page: int | None, needles: NeedleSet) -> Iterator[Leak]:
    for hit in needles.find(text):
        yield Leak(where, page, hit.needle.index)


def _readings(data: bytes) -> list[str]:
    """The ways a reader may take a string: UTF-16 with mark, UTF-8, or one byte a letter."""
    out = [data.decode("latin-1")]
    if data[:2] in (b"\xfe\xff", b"\xff\xfe") or (len(data) > 3 and b"\x00" in data):
        out.append(data.decode("utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-16-be", "replace"))
        out.append(data.decode("utf-16-le", "replace"))
    if any(byte > 127 for byte in data):
        out.append(data.decode("utf-8", "replace"))
    return out


def _in_stream(stream: pikepdf.Stream, where: str, page: int | None, needles: NeedleSet) -> Iterator[Leak]:
    if str(stream.get("/Subtype", "")) in _PIXELS:
        # Pixels are looked at, not read; the packed bytes are searched as they lie.
        yield from _in_bytes(stream.read_raw_bytes(), where, page, needles)
        return
    try:
        data = stream.read_bytes()
    except pikepdf.PdfError:
        data = stream.read_raw_bytes()
    yield from _in_bytes(data, where, page, needles)


def byte_leaks(path: Path, needles: NeedleSet) -> Iterator[Leak]:
    """Leaks in the bytes of the file as it lies on disk, what lies between its objects included."""
    longest = max(len(needle.text) for needle in needles.needles) * 4 + 64
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            yield from _in_bytes(tail + chunk, "bytes", None, needles)
            tail = chunk[-longest:]


def _in_bytes(data: bytes, where: str, page: int | None, needles: NeedleSet) -> Iterator[Leak]:
    """Strings in bytes that are not text throughout: short ones would be found by chance and must stand alone."""
    binary = sum(1 for byte in data[:2048] if byte > 126 or byte in b"\x00\x01\x02\x03\x04\x05\x06\x07\x08") > 0.1 * min(len(data), 2048)
    texts = [data.decode("latin-1")]
    if b"\x00" in data:
        texts += [data.decode("utf-16-be", "replace"), data.decode("utf-16-le", "replace")]
    if not binary and not data.isascii():
        texts.append(data.decode("utf-8", "replace"))
    for text in texts:
        for hit in needles.find(text):
            # In packed data folding drops most bytes, so only what stands there letter by letter counts.
            if binary and (len(hit.needle.folded) < _SHORT or hit.end - hit.start > 2 * len(hit.needle.text)):
                continue
            yield Leak(where, page, hit.needle.index)
