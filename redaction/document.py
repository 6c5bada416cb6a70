"""Reading a PDF: every page's words with their boxes, whether typed or scanned."""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redaction.doubts import Doubts
from redaction.geometry import Box, PageFrame
from redaction.honesty import Evidence, Honesty
from redaction.limits import DEFAULT_LIMITS, Limits, check_page_content
from redaction.ocr import ocr_image
from redaction.opening import OpenPdf, open_pdf
from redaction.pictures import image_regions, may_show_images
from redaction.render import draw
from redaction.words import TextReader, Word

__all__ = ["PageText", "Word", "read_document"]

TEXT = "text"
OCR = "ocr"

# Tesseract finds every word of a clean page at this resolution; higher costs time and finds no more.
OCR_DPI = 200.0
# An image smaller than this share of the page (on A4 about 5 cm by 3.5 cm) is a logo or an icon, not a record.
IMAGE_SHARE = 0.02
# From this share on the images are the page: it is read whole.
SCAN_SHARE = 0.5
# A text layer that says what is seen has nearly all its words found again by OCR; below this it is not trusted.
AGREEMENT = 0.6
# More unknown characters than this, and the text layer is not what the eye sees.
UNMAPPED_SHARE = 0.1
# An OCR word this much covered by a word of the text layer is the same word.
SAME_PLACE = 0.4
_REMEMBERED_IMAGES = 256


@dataclass(frozen=True)
class PageText:
    """One page as read. `page` counts from 0; sizes and boxes are in points, as displayed.

    `source` is "text" or "ocr", whichever gave more of the words. `set_aside` holds the words of a text layer that
    does not agree with what is seen: they are in the file, though nobody sees them there. `notes` says in plain
    words what was found odd.
    """

    page: int
    width: float
    height: float
    rotation: int
    source: str
    words: list[Word]
    set_aside: Sequence[Word] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object the `read` command prints, its page counting from 1."""
        return {
            "page": self.page + 1,
            "width": round(self.width, 3),
            "height": round(self.height, 3),
            "rotation": self.rotation,
            "source": self.source,
            "words": [{"text": word.text, "box": list(word.box)} for word in self.words],
        }


def read_document(
    path: Path, *, ocr: bool = True, limits: Limits = DEFAULT_LIMITS, pages: range | None = None
) -> Iterator[PageText]:
    """Each page in order, read as it is asked for, so that memory does not grow with the number of pages.

    `pages` (from 0) restricts the run, so that several processes can share a long file. With `ocr` off, scanned
    pages come back without words and with a note. Raises Unreadable, Encrypted, TooLarge.
    """
    with open_pdf(Path(path), limits) as opened:
        reader = _PageReader(opened, ocr)
        for index in range(opened.page_count) if pages is None else pages:
            if 0 <= index < opened.page_count:
                yield reader.read(index)


class _PageReader:
    def __init__(self, opened: OpenPdf, ocr: bool) -> None:
        self._opened = opened
        self._ocr = ocr
        self._text = TextReader()
        self._recognised: OrderedDict[bytes, list[Word]] = OrderedDict()
        self._honesty = Honesty(opened, lambda page, frame: self._recognise(page, frame, frame.whole), _evidence)

    def read(self, index: int) -> PageText:
        structure = self._opened.structure.pages[index].obj
        check_page_content(structure, index + 1, self._opened.limits)
        page = self._opened.page(index)
        try:
            frame = self._opened.frame(index, page)
            drawn_over = _has_visible_annotations(page)
            if drawn_over:
                # What annotations and form fields show is part of the page; pdfium reads it once it is page content.
                pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
                page.close()
                page = self._opened.page(index)
            layer = self._text.read(page.raw, frame)
            if self._ocr and layer.words and self._honesty.lies(index):
                note = "The text layer names other letters than the page shows, so the page was read by OCR."
                source, words, set_aside, notes = self._replaced(page, frame, layer.words, note)
            else:
                regions: list[Box] = []
                if drawn_over or may_show_images(structure):
                    regions = image_regions(page.raw, frame)
                source, words, set_aside, notes = self._combine(page, frame, layer.words, layer.unmapped, regions)
        finally:
            page.close()
        return PageText(index, frame.width, frame.height, frame.rotation, source, words, set_aside, notes)

    def _combine(
        self, page: pdfium.PdfPage, frame: PageFrame, text: list[Word], unmapped: float, regions: list[Box]
    ) -> tuple[str, list[Word], list[Word], tuple[str, ...]]:
        """(source, words, set aside, notes): the text layer, OCR of what it cannot say, or both."""
        whole = frame.whole
        if unmapped >= UNMAPPED_SHARE:
            note = "The text layer does not say which letters it shows, so the page was read by OCR."
            return self._replaced(page, frame, text, note)
        regions = [region for region in regions if region.area >= IMAGE_SHARE * whole.area]
        if not text and not regions and self._is_blank(page, frame):
            return TEXT, text, [], ()
        if not text or sum(region.area for region in regions) >= SCAN_SHARE * whole.area:
            regions = [whole]
        if not regions:
            return TEXT, text, [], ()
        if not self._ocr:
            return TEXT, text, [], ("The page shows images or drawings that were not read by OCR.",)
        seen = [word for region in regions for word in self._recognise(page, frame, region)]
        within = [word for word in text if any(_share_inside(word.box, region) > 0.5 for region in regions)]
        if regions == [whole] and agreement(within, seen) < AGREEMENT:
            note = "The text layer does not agree with what the page shows, so the page was read by OCR."
            return OCR, seen, text, (note,)
        added = [word for word in seen if not _covered(word.box, text)]
        return (OCR if len(added) > len(text) else TEXT), text + added, [], ()

    def _replaced(
        self, page: pdfium.PdfPage, frame: PageFrame, text: list[Word], note: str
    ) -> tuple[str, list[Word], list[Word], tuple[str, ...]]:
        if not self._ocr:
            return TEXT, text, [], ("The text layer does not say which letters it shows.",)
        return OCR, self._recognise(page, frame, frame.whole), text, (note,)

    def _is_blank(self, page: pdfium.PdfPage, frame: PageFrame) -> bool:
        """Whether the page draws nothing, not even lines or letters made of lines."""
        if not pdfium_c.FPDFPage_CountObjects(page.raw):
            return True
        lowest, highest = draw(page, frame, dpi=72, grey=True, max_pixels=4_000_000).getextrema()
        return lowest == highest

    def _recognise(self, page: pdfium.PdfPage, frame: PageFrame, region: Box) -> list[Word]:
        """Words by OCR in a region, in page coordinates. An image seen before (a letterhead) is not read again."""
        image = draw(page, frame, dpi=OCR_DPI, region=region, grey=True)
        key = hashlib.sha256(repr(image.size).encode() + image.tobytes()).digest()
        if key in self._recognised:
            self._recognised.move_to_end(key)
        else:
            self._recognised[key] = ocr_image(image, image.info["dpi"][0])
            if len(self._recognised) > _REMEMBERED_IMAGES:
                self._recognised.popitem(last=False)
        x, y = region.x0, region.y0
        return [
            Word(text, Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y).rounded())
            for text, box in self._recognised[key]
        ]


def _evidence(opened: OpenPdf, pages: Sequence[int], doubts: Doubts) -> Mapping[int, Evidence]:
    # Imported here because it takes a third of a second, and hardly any file needs it.
    from redaction.apply.evidence import gather_evidence

    return gather_evidence(opened, pages, doubts)


def agreement(text: Sequence[Word], seen: Sequence[Word]) -> float:
    """The share (0 to 1) of the text layer's words that OCR saw as well; 1 where there is no text to doubt."""
    said = Counter(_letters(word.text) for word in text)
    read = Counter(_letters(word.text) for word in seen)
    del said[""], read[""]
    return (said & read).total() / said.total() if said else 1.0


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _share_inside(box: Box, region: Box) -> float:
    return box.intersection(region).area / box.area if box.area else 0.0


def _covered(box: Box, words: Sequence[Word]) -> bool:
    return any(_share_inside(box, word.box) > SAME_PLACE for word in words)


def _has_visible_annotations(page: pdfium.PdfPage) -> bool:
    for index in range(pdfium_c.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        if kind not in (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP):
            return True
    return False
