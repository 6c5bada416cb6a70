"""Opening a PDF with both readers, and saying in plain words why one cannot be opened."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redaction.errors import Encrypted, TooLarge, Unreadable
from redaction.geometry import Four, PageFrame
from redaction.limits import DEFAULT_LIMITS, Limits, check_file

# ISO 32000-2, 7.5.2 note and 7.5.5: readers look for the header and the end mark this far into the file.
_HEADER_WITHIN = 1024
_END_WITHIN = 2048
_TREE_DEPTH = 64

_DAMAGED = "The PDF is damaged and could not be read. Ask for another copy."
_CUT_SHORT = "The PDF is cut short: its end is missing, so pages may be missing. Ask for another copy."


@dataclass(frozen=True)
class OpenPdf:
    """One file in both readers: `structure` (qpdf) for what it is made of, `drawn` (pdfium) for what it shows."""

    structure: pikepdf.Pdf
    drawn: pdfium.PdfDocument
    limits: Limits

    @property
    def page_count(self) -> int:
        return len(self.drawn)

    def page(self, index: int) -> pdfium.PdfPage:
        """The loaded page, `index` from 0. Raises Unreadable; the caller closes it."""
        try:
            return self.drawn[index]
        except pdfium.PdfiumError as error:
            raise Unreadable(f"Page {index + 1} of the PDF is damaged and could not be read.") from error

    def frame(self, index: int, page: pdfium.PdfPage) -> PageFrame:
        """How the page is shown. Raises TooLarge for a side beyond the limit."""
        unit = self.structure.pages[index].obj.get("/UserUnit", 1)
        return self._within_limits(index, page_frame(page, _positive(unit)))

    def plain_crop_box(self, index: int) -> Four | None:
        """What is visible of a page, in user space, without loading it, which is slow; None where in any doubt."""
        page = self.structure.pages[index].obj
        media = _edges(_inherited(page, "/MediaBox"))
        cropped = _inherited(page, "/CropBox")
        crop = media if cropped is None else _edges(cropped)
        if media is None or crop is None:
            return None
        if not (media[0] <= crop[0] < crop[2] <= media[2] and media[1] <= crop[1] < crop[3] <= media[3]):
            return None
        return self._within_limits(index, PageFrame(crop, 0, _positive(page.get("/UserUnit", 1)))).crop_box

    def _within_limits(self, index: int, frame: PageFrame) -> PageFrame:
        longest = max(frame.width, frame.height)
        if not longest <= self.limits.page_side_points:
            raise TooLarge(f"Page {index + 1} is larger than any page we take ({longest / 72:,.0f} inches).")
        return frame


def page_frame(page: pdfium.PdfPage, user_unit: float = 1.0) -> PageFrame:
    """The frame pdfium draws the page in; pdfium itself knows nothing of /UserUnit."""
    rect = pdfium_c.FS_RECTF()
    pdfium_c.FPDF_GetPageBoundingBox(page.raw, rect)
    crop_box = (rect.left, rect.bottom, rect.right, rect.top)
    return PageFrame.from_page(crop_box, None, pdfium_c.FPDFPage_GetRotation(page.raw) * 90, user_unit)


@contextmanager
def open_pdf(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[OpenPdf]:
    """Open a file after checking it against `limits`. Raises Unreadable, Encrypted or TooLarge."""
    ends_well = _check_envelope(path)
    structure = _open_structure(path)
    with structure:
        if not ends_well and structure.get_warnings():
            raise Unreadable(_CUT_SHORT)
        try:
            check_file(structure, limits)
            count = len(structure.pages)
        except pikepdf.PdfError as error:
            raise Unreadable(_DAMAGED) from error
        if count == 0:
            raise Unreadable("The PDF has no pages.")
        try:
            drawn = pdfium.PdfDocument(_mapped(path))
        except pdfium.PdfiumError as error:
            raise Unreadable(_DAMAGED) from error
        try:
            if len(drawn) != count:
                # Two readers see two documents: whichever is right, a page could go unread.
                raise Unreadable(_DAMAGED)
            yield OpenPdf(structure, drawn, limits)
        finally:
            drawn.close()


def _mapped(path: Path) -> ctypes.Array[ctypes.c_char]:
    """The file as memory, as qpdf reads it too: forked processes that read from one open file would share their place
    in it."""
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return (ctypes.c_char * len(content)).from_buffer(content)


def _check_envelope(path: Path) -> bool:
    """Whether the end mark is there; raises Unreadable where there is no PDF at all."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_WITHIN)
            size = file.seek(0, 2)
            file.seek(max(0, size - _END_WITHIN))
            tail = file.read()
    except OSError as error:
        raise Unreadable(f"The file could not be opened: {error.strerror or error}.") from error
    if not head:
        raise Unreadable("The file is empty.")
    if b"%PDF-" not in head:
        raise Unreadable("The file is not a PDF.")
    return b"%%EOF" in tail


def _open_structure(path: Path) -> pikepdf.Pdf:
    try:
        return pikepdf.open(path)
    except pikepdf.PasswordError as error:
        raise Encrypted("The PDF is locked with a password. Ask for a copy without one.") from error
    except pikepdf.PdfError as error:
        raise Unreadable(_DAMAGED) from error
    except MemoryError as error:
        raise TooLarge("The PDF unpacks to more than we take, so it was not opened.") from error


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """An entry of a page or of the nodes above it (7.7.3.4). pikepdf's own `mediabox` would change the page."""
    node: object = page
    for _ in range(_TREE_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _edges(box: object) -> Four | None:
    """The four numbers of a box, if these are what it holds."""
    values = list(box) if isinstance(box, pikepdf.Array) else []
    if len(values) != 4 or not all(isinstance(value, int | Decimal) for value in values):
        return None
    x0, y0, x1, y1 = (float(value) for value in values)
    return x0, y0, x1, y1


def _positive(value: object) -> float:
    number = float(value) if isinstance(value, int | float | Decimal) else 1.0
    return number if 0 < number < float("inf") else 1.0
