"""Withheld strings in files that are attached to a file. One that cannot be read is never taken to be clean."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator

import pikepdf
import pypdfium2 as pdfium

from redaction.errors import TooLarge, Unreadable
from redaction.limits import DEFAULT_LIMITS, check_file
from redaction.needles import NeedleSet
from redaction.verify.readings import string_readings

_DEPTH = 4
_TAG = re.compile(r"<[^<>]*>")
_PRINTABLE = bytes(range(9, 127))
_UNREAD = "The file has an attachment that cannot be read here, so nothing can be said of what is in it."

ObjectSearch = Callable[[pikepdf.Pdf], Iterator[int]]


def attached_needles(data: bytes, needles: NeedleSet, search: ObjectSearch, depth: int = 0) -> Iterator[int]:
    """The index of each string found in an attached file, by what it is: PDF, an archive (as of Word), or text.

    `search` finds strings in the objects of a PDF. Raises Unreadable for anything else, TooLarge for a file too deep.
    """
    if depth > _DEPTH:
        raise TooLarge("The file has attachments within attachments, more deeply than we read.")
    if b"%PDF-" in data[:1024]:
        yield from _in_pdf(data, needles, search)
    elif data[:4] == b"PK\x03\x04":
        for member in _members(data):
            yield from attached_needles(member, needles, search, depth + 1)
    elif _is_text(data):
        for text in string_readings(data):
            for form in (text, _TAG.sub("", text)):
                yield from (hit.needle.index for hit in needles.find(form))
    elif data:
        raise Unreadable(_UNREAD)


def _is_text(data: bytes) -> bool:
    head = data[:4096].replace(b"\x00", b"")
    return data[:2] in (b"\xfe\xff", b"\xff\xfe") or len(head.translate(None, _PRINTABLE)) <= 0.3 * len(head)


def _in_pdf(data: bytes, needles: NeedleSet, search: ObjectSearch) -> Iterator[int]:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            check_file(pdf)
            yield from search(pdf)
        drawn = pdfium.PdfDocument(data)
    except (pikepdf.PdfError, pdfium.PdfiumError) as error:
        raise Unreadable(_UNREAD) from error
    try:
        for page in drawn:
            text_page = page.get_textpage()
            yield from (hit.needle.index for hit in needles.find(text_page.get_text_range()))
            text_page.close()
            page.close()
    finally:
        drawn.close()


def _members(data: bytes) -> Iterator[bytes]:
    """The files of an archive, unpacked up to the limit of one stream in all."""
    left = DEFAULT_LIMITS.stream_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield entry.filename.encode("utf-8")
                with archive.open(entry) as member:
                    content = member.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise TooLarge("An attachment of the file unpacks to more than we read.")
                yield content
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unreadable(_UNREAD) from error
