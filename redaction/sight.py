"""What can only be known by looking: which parts of a page need reading by OCR, and withheld strings found there.

Read by eye are: images from 0.4 % of the page on (a signature, a stamp, a scan), and whole pages where images cover
half of it, where a font does not say which letters it shows, or where much is drawn that may be letters
(`redaction.strokes`).
A text layer that names the wrong letters in a well-formed way is caught elsewhere (`redaction.honesty`).
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf
import pypdfium2 as pdfium
from PIL import Image
from rapidfuzz import fuzz

from redaction.drawn import fonts_of, named, streams_of
from redaction.geometry import Box, PageFrame
from redaction.letters import fold
from redaction.needles import Needle, NeedleSet
from redaction.pictures import image_regions, may_show_images
from redaction.render import draw
from redaction.strokes import count_curves, count_strokes, may_spell
from redaction.thorough import read_thoroughly
from redaction.unnamed import may_leave_out
from redaction.words import Word

OCR_DPI = 200.0
IMAGE_SHARE = 0.004
WHOLE_PAGE_SHARE = 0.5
# OCR reads some letters wrongly: a string this alike (0 to 100) and this long is taken for the withheld one.
ALIKE = 88.0
ALIKE_LENGTH = 8
_REMEMBERED = 512
_PRIVATE_USE = re.compile(rb"<(?:[0-9A-Fa-f]+)>\s*(?:<[0-9A-Fa-f]+>\s*)?<(?:[Ee][0-9A-Fa-f]|[Ff][0-8])[0-9A-Fa-f]{2}>")


@dataclass(frozen=True)
class View:
    """A `region` of a page as displayed, drawn, and the words seen there, in display coordinates; `key`: its digest."""

    region: Box
    image: Image.Image
    key: bytes
    words: list[Word]
    is_page: bool


class Eye:
    """Reads regions of pages, each distinct picture once."""

    def __init__(self) -> None:
        self._read: OrderedDict[bytes, list[Word]] = OrderedDict()
        self._fonts: dict[tuple[int, int], bool] = {}
        self._drawn: dict[tuple[int, int], tuple[int, int]] = {}
        self._leaving_out: dict[tuple[int, int], bool] = {}

    @property
    def remembered(self) -> dict[bytes, list[Word]]:
        """What was read so far, by picture: fit to be given to another through `remember`."""
        return dict(self._read)

    def remember(self, read: dict[bytes, list[Word]]) -> None:
        """Takes over what another has read."""
        self._read.update(read)

    def forget_numbers(self) -> None:
        """For another file: objects are known by number. What was read in pictures holds anywhere."""
        self._fonts.clear()
        self._drawn.clear()
        self._leaving_out.clear()

    def regions(self, page: pdfium.PdfPage, frame: PageFrame, structure: pikepdf.Object) -> list[Box]:
        """The parts of the page (display boxes) that need reading by OCR."""
        whole = frame.whole
        if self._is_opaque(structure):
            return [whole]
        if not may_show_images(structure):
            return []
        boxes = [box for box in image_regions(page.raw, frame) if box.area >= IMAGE_SHARE * whole.area]
        return [whole] if sum(box.area for box in boxes) >= WHOLE_PAGE_SHARE * whole.area else boxes

    def may_read(self, structure: pikepdf.Object) -> bool:
        """Whether there can be regions that need reading: a quick look, for which the page need not be loaded."""
        return self._is_opaque(structure) or may_show_images(structure)

    def may_leave_out(self, structure: pikepdf.Object) -> bool:
        """Whether a font of the page may show letters that it does not name (`redaction.unnamed`)."""
        for font in fonts_of(structure):
            if font.objgen == (0, 0) or font.objgen not in self._leaving_out:
                self._leaving_out[font.objgen] = may_leave_out(font)
            if self._leaving_out[font.objgen]:
                return True
        return False

    def words(self, page: pdfium.PdfPage, frame: PageFrame, regions: Sequence[Box]) -> list[Word]:
        """The words seen in the regions, in display coordinates."""
        return [word for view in self.views(page, frame, regions) for word in view.words]

    def views(self, page: pdfium.PdfPage, frame: PageFrame, regions: Sequence[Box]) -> list[View]:
        """What is seen in each of the regions."""
        out: list[View] = []
        for region in regions:
            image = draw(page, frame, dpi=OCR_DPI, region=region, grey=True)
            words = [
                Word(text, Box(box.x0 + region.x0, box.y0 + region.y0, box.x1 + region.x0, box.y1 + region.y0))
                for text, box in self.read(image)
            ]
            out.append(View(region, image, _key(image), words, is_page=region == frame.whole))
        return out

    def read(self, image: Image.Image) -> list[Word]:
        """The words of an image whose `info` tells its dpi; boxes in points from its top left corner."""
        key = _key(image)
        if key not in self._read:
            lowest, highest = image.convert("L").getextrema()
            self._read[key] = read_thoroughly(image, image.info["dpi"][0]) if lowest != highest else []
            if len(self._read) > _REMEMBERED:
                self._read.popitem(last=False)
        return self._read[key]

    def _is_opaque(self, structure: pikepdf.Object) -> bool:
        curves, strokes, opaque = 0, 0, False
        for stream, resources, _ in streams_of(structure):
            key = stream.objgen
            if key == (0, 0) or key not in self._drawn:
                data = stream.read_bytes()
                self._drawn[key] = count_curves(data), count_strokes(data)
            curves, strokes = curves + self._drawn[key][0], strokes + self._drawn[key][1]
            opaque = opaque or any(self._font_is_opaque(font) for font in named(resources, "/Font"))
        return opaque or may_spell(curves, strokes)

    def _font_is_opaque(self, font: pikepdf.Object) -> bool:
        if not isinstance(font, pikepdf.Dictionary):
            return False
        key = font.objgen
        if key == (0, 0) or key not in self._fonts:
            self._fonts[key] = _hides_letters(font)
        return self._fonts[key]


def _key(image: Image.Image) -> bytes:
    return hashlib.sha256(repr((image.size, image.info["dpi"])).encode() + image.tobytes()).digest()


def _hides_letters(font: pikepdf.Dictionary) -> bool:
    """Whether the font gives no letters, or letters from the private use area, for what it shows."""
    unicode_map = font.get("/ToUnicode")
    if isinstance(unicode_map, pikepdf.Stream):
        return _PRIVATE_USE.search(unicode_map.read_bytes()) is not None
    subtype = str(font.get("/Subtype", ""))
    if subtype == "/Type0":
        return not isinstance(font.get("/Encoding"), pikepdf.Name) or "Identity" in str(font.get("/Encoding"))
    return subtype == "/Type3"


@dataclass(frozen=True)
class Sighting:
    """A withheld string seen: which, and the boxes of its words."""

    needle: Needle
    boxes: tuple[Box, ...]

    @property
    def rows(self) -> list[Box]:
        """One box for the words that stand side by side on a line."""
        rows: list[Box] = []
        for box in self.boxes:
            last = rows[-1] if rows else None
            if (
                last is not None
                and box.x0 >= last.x0
                and min(box.y1, last.y1) - max(box.y0, last.y0) > 0.3 * box.height
            ):
                rows[-1] = Box(last.x0, min(last.y0, box.y0), box.x1, max(last.y1, box.y1))
            else:
                rows.append(box)
        return rows


def sightings(words: Sequence[Word], needles: NeedleSet, *, alike: bool = False) -> list[Sighting]:
    """Withheld strings among words seen; with `alike`, long ones also where OCR got some letters wrong."""
    owners: list[int | None] = []
    chars: list[str] = []
    for index, word in enumerate(words):
        chars.append(word.text + " ")
        owners.extend([index] * len(word.text) + [None])
    found: list[Sighting] = []
    for hit in needles.find("".join(chars)):
        touched = {owner for owner in owners[hit.start : hit.end] if owner is not None}
        found.append(Sighting(hit.needle, tuple(words[i].box for i in sorted(touched))))
    if alike:
        certain = {box for sighting in found for box in sighting.boxes}
        found.extend(s for s in _alike(words, needles) if not certain.intersection(s.boxes))
    return found


def _alike(words: Sequence[Word], needles: NeedleSet) -> Iterator[Sighting]:
    folded = [fold(word.text).text for word in words]
    for needle in needles.needles:
        if len(needle.folded) < ALIKE_LENGTH:
            continue
        parts = max(1, len(needle.text.split()))
        for start in range(len(words)):
            # As many words as the string has, or one more where OCR cut one in two.
            windows = [(start, start + count) for count in (parts, parts + 1) if start + count <= len(words)]
            scored = [(fuzz.ratio("".join(folded[a:b]), needle.folded), -b, a) for a, b in windows]
            score, minus_end, first = max(scored, default=(0.0, 0, 0))
            if score >= ALIKE:
                yield Sighting(needle, tuple(word.box for word in words[first:-minus_end]))
