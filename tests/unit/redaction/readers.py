"""Readers for tests, sharing nothing with the engine: what could anybody get out of this file?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2 as pdfium

TRAPS = Path(__file__).parents[2] / "fixtures" / "traps"


def squeezed(text: str) -> str:
    """Letters and figures only, in lower case: no line break, hyphen or space hides anything."""
    return "".join(character for character in text.casefold() if character.isalnum())


def pdfium_text(path: Path) -> str:
    document = pdfium.PdfDocument(path)
    try:
        pages = []
        for page in document:
            text_page = page.get_textpage()
            pages.append(text_page.get_text_range())
            text_page.close()
            page.close()
        return "\n".join(pages)
    finally:
        document.close()


def pypdf_text(path: Path) -> str:
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    return "\n".join(page.extract_text() for page in reader.pages)


def everything_written(path: Path) -> str:
    """Every string, name and decoded stream of every object, in each way it may be read, and the bytes on disk."""
    with pikepdf.open(path) as pdf:
        parts = [part for item in [*pdf.objects, pdf.trailer] for part in _texts(item, 0)]
    return "\n".join([*parts, path.read_bytes().decode("latin-1")])


def _texts(item: object, depth: int) -> Iterator[str]:
    if depth > 12:
        return
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in item.items():
            yield key
            if not (isinstance(value, pikepdf.Object) and value.is_indirect):
                yield from _texts(value, depth + 1)
        if isinstance(item, pikepdf.Stream):
            try:
                yield from _decodings(item.read_bytes())
            except pikepdf.PdfError:
                yield from _decodings(item.read_raw_bytes())
    elif isinstance(item, pikepdf.Array):
        for value in item:
            if not (isinstance(value, pikepdf.Object) and value.is_indirect):
                yield from _texts(value, depth + 1)
    elif isinstance(item, pikepdf.String):
        yield from _decodings(bytes(item))
    elif isinstance(item, pikepdf.Name):
        yield str(item)


def _decodings(data: bytes) -> Iterator[str]:
    yield data.decode("latin-1")
    yield data.decode("utf-8", "ignore")
    if b"\x00" in data:
        yield data.decode("utf-16-be", "ignore")
        yield data.decode("utf-16-le", "ignore")


def content(path: Path, page: int = 0) -> bytes:
    """The decoded content of one page (from 0)."""
    with pikepdf.open(path) as pdf:
        contents = pdf.pages[page].obj["/Contents"]
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        return b"\n".join(stream.read_bytes() for stream in streams)


def left_edges(path: Path, words: list[str]) -> dict[str, tuple[float, float]]:
    """Where (x, y of the origin in user space) each of `words` begins on the first page, as pdfium sees it."""
    import ctypes

    import pypdfium2.raw as pdfium_c

    document = pdfium.PdfDocument(path)
    try:
        page = document[0]
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        found = {}
        x, y = ctypes.c_double(), ctypes.c_double()
        for word in words:
            assert word in text, f"{word!r} is gone"
            pdfium_c.FPDFText_GetCharOrigin(text_page.raw, text.index(word), x, y)
            found[word] = (round(x.value, 2), round(y.value, 2))
        text_page.close()
        page.close()
        return found
    finally:
        document.close()
