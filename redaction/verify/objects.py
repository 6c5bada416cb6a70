"""Withheld strings in the objects of a file: every string, name, number-free stream and the bytes as they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from redaction.filters import coded_bytes
from redaction.needles import NeedleSet
from redaction.verify.attached import attached_needles
from redaction.verify.carried import carried_texts
from redaction.verify.leaks import Leak
from redaction.verify.printed import NO_CODES, Codes
from redaction.verify.readings import Spelt, spelt_out, string_readings, unescaped
from redaction.verify.vocabulary import FORMAT_WORDS, is_own

# The way to an object names its kind; the first key on the way that is listed decides.
_KINDS = {
    "/Info": "metadata", "/Metadata": "metadata", "/PieceInfo": "metadata", "/EmbeddedFiles": "attachment",
    "/EF": "attachment", "/AF": "attachment", "/Annots": "annotation", "/AcroForm": "annotation",
    "/Outlines": "outline", "/Dests": "outline", "/PageLabels": "outline",
}  # fmt: skip
# Fonts are named by whoever drew them: Georgia is a font and a person. Here only full names count.
_FONT_NAMES = {
    "/BaseFont",
    "/FontName",
    "/FontFamily",
    "/FontFile",
    "/FontFile2",
    "/FontFile3",
    "/CMapName",
    "/Widths",
}
_IN_FONT = "font"
_NAME_TOKEN = re.compile(r"/([^\s()<>\[\]{}/%]*)$")
_NAME_REST = re.compile(r"[^\s()<>\[\]{}/%]*")
_SHORT = 6
_PLAIN = bytes(range(9, 127))  # what text is made of
_CHUNK = 1 << 22


def object_leaks(pdf: pikepdf.Pdf, needles: NeedleSet, codes: Codes = NO_CODES) -> Iterator[Leak]:
    """Leaks in any object the file holds, reachable or not."""
    seen: set[tuple[int, int]] = set()
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    pending: list[tuple[object, str, int | None]] = [(pdf.trailer, "", None)]
    while pending:
        item, kind, page = pending.pop()
        yield from _walk(item, kind, page, pending, seen, pages, needles, codes)
    for item in pdf.objects:
        # An indirect number or truth value comes as such and holds no text.
        if isinstance(item, pikepdf.Object) and item.objgen not in seen:
            pending.append((item, "", None))
            while pending:
                current, kind, page = pending.pop()
                yield from _walk(current, kind, page, pending, seen, pages, needles, codes)


def _walk(
    item: object,
    kind: str,
    page: int | None,
    pending: list[tuple[object, str, int | None]],
    seen: set[tuple[int, int]],
    pages: dict[tuple[int, int], int],
    needles: NeedleSet,
    codes: Codes,
) -> Iterator[Leak]:
    if isinstance(item, pikepdf.Object) and item.is_indirect:
        if item.objgen in seen:
            return
        seen.add(item.objgen)
        page = pages.get(item.objgen, page)
    where = "bytes" if kind in ("", _IN_FONT) else kind
    in_font = kind == _IN_FONT
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in item.items():
            yield from _in_name(key, where, page, needles, in_font)
            inner = _IN_FONT if key in _FONT_NAMES else kind or _KINDS.get(key, "")
            pending.append((value, inner, page if key != "/Parent" else None))
        if isinstance(item, pikepdf.Stream):
            yield from _in_stream(item, where, page, needles, in_font, codes)
    elif isinstance(item, pikepdf.Array):
        pending.extend((value, kind, page) for value in item)
    elif isinstance(item, pikepdf.String):
        for text in string_readings(bytes(item)):
            yield from _in_text(text, where, page, needles, in_font)
    elif isinstance(item, pikepdf.Name):
        yield from _in_name(_name_text(item), where, page, needles, in_font)


def _name_text(name: pikepdf.Name) -> str:
    try:
        return str(name)
    except UnicodeDecodeError:
        # Any bytes may stand in a name.
        return name.unparse().decode("latin-1")


def _in_text(text: str, where: str, page: int | None, needles: NeedleSet, in_font: bool) -> Iterator[Leak]:
    for hit in needles.find(text):
        if not (in_font and hit.needle.bounded) and not is_own(text, hit):
            yield Leak(where, page, hit.needle.index)


def _in_name(name: str, where: str, page: int | None, needles: NeedleSet, in_font: bool) -> Iterator[Leak]:
    if name[1:] not in FORMAT_WORDS:
        yield from _in_text(name[1:], where, page, needles, in_font)


def _in_stream(
    stream: pikepdf.Stream, where: str, page: int | None, needles: NeedleSet, in_font: bool, codes: Codes
) -> Iterator[Leak]:
    if stream.get("/Subtype") == pikepdf.Name.Image:
        # Pixels are looked at, not read. What a codec reads is searched as it lies, and what it carries along as text.
        coded = coded_bytes(stream)
        data = stream.read_raw_bytes() if coded is None or not coded.codec else coded.data
        yield from _in_bytes(data, where, page, needles, in_font)
        for text in carried_texts(data):
            yield from _in_text(text, where, page, needles, in_font)
        return
    try:
        data = stream.read_bytes()
    except pikepdf.PdfError:
        data = stream.read_raw_bytes()
    if where == "attachment":
        found = attached_needles(data, needles, lambda pdf: (leak.needle_index for leak in object_leaks(pdf, needles)))
        yield from (Leak(where, page, index) for index in found)
        return
    yield from _in_bytes(data, where, page, needles, in_font, codes)
    if not in_font:
        yield from _in_spelt(spelt_out(data), where, page, needles)


def _in_spelt(spelt: Spelt, where: str, page: int | None, needles: NeedleSet) -> Iterator[Leak]:
    yield from _in_text(spelt.told, where, page, needles, False)
    for hit in needles.find(spelt.shown):
        if len(hit.needle.folded) >= _SHORT:
            yield Leak(where, page, hit.needle.index)


def byte_leaks(path: Path, needles: NeedleSet) -> Iterator[Leak]:
    """Leaks in the bytes of the file as it lies on disk, what lies between its objects included."""
    longest = max(len(needle.text) for needle in needles.needles) * 4 + 64
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            yield from _in_bytes(tail + chunk, "bytes", None, needles, False)
            tail = chunk[-longest:]


def _in_bytes(
    data: bytes, where: str, page: int | None, needles: NeedleSet, in_font: bool, codes: Codes = NO_CODES
) -> Iterator[Leak]:
    """Strings in bytes that are not text throughout: short ones would be found by chance and must stand alone."""
    binary = len(data[:2048].translate(None, _PLAIN)) > 0.1 * min(len(data), 2048)
    texts = [data.decode("latin-1")]
    if b"\x00" in data:
        texts += [needles.plainer(data.decode(coding, "replace")) for coding in ("utf-16-be", "utf-16-le")]
    if not binary:
        if not data.isascii():
            texts.append(data.decode("utf-8", "replace"))
        if plain := unescaped(texts[0]):
            texts.append(plain)
    for text in texts:
        for hit in needles.find(text):
            # In packed data folding drops most bytes, so only what stands there letter by letter counts.
            if binary and (len(hit.needle.folded) < _SHORT or hit.end - hit.start > 2 * len(hit.needle.text)):
                continue
            if (in_font and hit.needle.bounded) or _is_format_word(text, hit.start, hit.needle.bounded):
                continue
            if not is_own(text, hit) and not codes.are_drawn(text, hit):
                yield Leak(where, page, hit.needle.index)


def _is_format_word(text: str, start: int, short: bool) -> bool:
    """Whether text[start] lies in one of the format's own names or, for a `short` string, in the name of a font."""
    before = _NAME_TOKEN.search(text[max(0, start - 64) : start])
    if before is None:
        return False
    rest = _NAME_REST.match(text, start)
    name = before[1] + (rest[0] if rest is not None else "")
    return name in FORMAT_WORDS or (short and "+" in name)
