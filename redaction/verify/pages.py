"""Withheld strings on pages: in the text pdfium extracts, in what is drawn, and in the width of a gap."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redaction.gallery import Gallery
from redaction.geometry import Box, PageFrame
from redaction.needles import Hit, NeedleSet
from redaction.opening import OpenPdf
from redaction.pictures import placed_images, unit_bounds
from redaction.sight import Eye, sightings
from redaction.unnamed import are_in_words
from redaction.verify.boxes import is_black_box, object_bounds, objects_of
from redaction.verify.breaks import BLANK_PAGES, Breaks
from redaction.verify.gallery import words_in_pictures
from redaction.verify.leaks import Leak
from redaction.verify.printed import Codes
from redaction.verify.vocabulary import is_own
from redaction.verify.width import fitting
from redaction.words import Word


def page_leaks(
    opened: OpenPdf, needles: NeedleSet, pages: range, *, codes: Codes, eye: Eye | None, widths: bool
) -> Iterator[Leak]:
    """Leaks in text of `pages` (from 0), also over lines and from the page before to each; in widths if asked; in what
    `eye` sees, if any.

    Each page is loaded once, which is most of the work.
    """
    gallery = Gallery(eye) if eye is not None else None
    breaks = Breaks(opened, needles)
    for index in range(max(0, pages.start - 1 - BLANK_PAGES), pages.stop):
        page = opened.page(index)
        try:
            text = text_of(page)
            yield from breaks.leaks(page, index, text)
            if index < pages.start:
                continue
            yield from (Leak("text", index + 1, hit.needle.index) for hit in found_in_text(page, text, needles, codes))
            if widths:
                yield from _width_leaks(page, index, needles)
            if eye is not None and gallery is not None:
                yield from _sight_leaks(opened, page, index, needles, codes, eye, gallery)
        finally:
            page.close()


def found_in_text(page: pdfium.PdfPage, text: str, needles: NeedleSet, codes: Codes) -> Iterator[Hit]:
    """What is found in the text of the page, but for the words of our boxes where these stand."""
    for hit in needles.find(text):
        if not is_own(text, hit) and not (codes.are_read(text, hit) and codes.all_printed(page, text)):
            yield hit


def text_of(page: pdfium.PdfPage) -> str:
    """All text of a page as pdfium reads it, hidden and clipped text included."""
    text_page = page.get_textpage()
    try:
        text: str = text_page.get_text_range()
        return text
    finally:
        text_page.close()


def _sight_leaks(
    opened: OpenPdf,
    page: pdfium.PdfPage,
    index: int,
    needles: NeedleSet,
    codes: Codes,
    eye: Eye,
    gallery: Gallery,
) -> Iterator[Leak]:
    """Leaks in what is drawn, also with black boxes taken off: what lies under a box is found as well. And in pictures,
    as far as they do not show there as they are."""
    frame, structure = opened.frame(index, page), opened.structure.pages[index].obj
    regions = eye.regions(page, frame, structure)
    if eye.may_leave_out(structure) and are_in_words(page):
        regions = [frame.whole]
    views = eye.views(page, frame, regions)
    for words in words_in_pictures(page, frame, structure, views, gallery):
        for sighting in sightings(words, needles, alike=True):
            yield Leak("image OCR", index + 1, sighting.needle.index)
    if not regions:
        return
    places = codes.places(page, frame) if codes else []
    for seen in ([word for view in views for word in view.words], _uncovered(page, frame, regions, eye)):
        others = [word for word in seen if not codes.are_seen(word, places)]
        for sighting in sightings(others, needles, alike=True):
            yield Leak("image OCR", index + 1, sighting.needle.index)


def _uncovered(page: pdfium.PdfPage, frame: PageFrame, regions: list[Box], eye: Eye) -> list[Word]:
    """The words seen once black boxes are taken off; nothing where there are none."""
    boxes = [item for item in objects_of(page) if is_black_box(item)]
    for item in boxes:
        pdfium_c.FPDFPage_RemoveObject(page.raw, item)
        pdfium_c.FPDFPageObj_Destroy(item)
    return eye.words(page, frame, regions) if boxes else []


def _width_leaks(page: pdfium.PdfPage, index: int, needles: NeedleSet) -> Iterator[Leak]:
    """Strings whose width fits the gap around a black box that stands in a line of text."""
    found = (object_bounds(item) for item in objects_of(page) if is_black_box(item))
    boxes = [bounds for bounds in found if bounds is not None]
    if not boxes:
        return
    pictures = [unit_bounds(matrix) for _, matrix in placed_images(page.raw)]
    text_page = page.get_textpage()
    try:
        for needle_index in set(fitting(text_page.raw, boxes, needles, pictures)):
            yield Leak("width", index + 1, needle_index)
    finally:
        text_page.close()
