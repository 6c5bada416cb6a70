"""The last road: a page drawn as one picture, its regions burnt, under a text layer of what can still be seen."""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from redaction.apply.imagecoding import bilevel, jpeg
from redaction.apply.marks import CODE_FONT, code_font, region_box, text_width
from redaction.apply.matrices import IDENTITY, invert, multiply
from redaction.apply.outcome import Burnt
from redaction.apply.tokens import format_number
from redaction.geometry import Box, PageFrame, bounding
from redaction.needles import NeedleSet
from redaction.render import draw
from redaction.sight import Eye, sightings
from redaction.words import TextReader, Word

RASTER_DPI = 200.0
JPEG_QUALITY = 70
MARGIN = 1.0  # points burnt around each region
_ROUNDS = 4
_MID_TONES = 0.06  # with fewer grey pixels than this share the page counts as black and white
_BLACK = 160


class StillReadable(Exception):
    """Withheld text can be read from the picture however often it is burnt; `needles` are its places in the list."""

    def __init__(self, needles: set[int]) -> None:
        super().__init__("withheld text can still be read")
        self.needles = needles


def picture_of(
    page: pdfium.PdfPage, frame: PageFrame, regions: Sequence[Burnt], words: NeedleSet, eye: Eye
) -> tuple[Image.Image, list[Word | Burnt]]:
    """The page drawn with `regions` and all sightings of `words` burnt, and the words left to see, with each row that
    was burnt in their order.

    Burnt too is what pdfium's reading of the page says: it knows fonts that we do not, and OCR not every script.
    """
    image = draw(page, frame, dpi=RASTER_DPI)
    dpi = image.info["dpi"][0]
    named = sightings(TextReader().read(page.raw, frame).words, words)
    burnt = [Burnt(region.box.grown(MARGIN), region.code) for region in regions]
    burnt += [Burnt(box.grown(MARGIN), "") for sighting in named for box in sighting.boxes]
    _burn(image, burnt, dpi)
    left: set[int] = set()
    for _ in range(_ROUNDS):
        seen = eye.read(image)
        found = sightings(seen, words, alike=True)
        if not found:
            return image, _with_rows([word for word in _once(seen) if not _is_burnt(word, burnt)], burnt)
        left = {sighting.needle.index for sighting in found}
        fresh = [Burnt(box.grown(MARGIN), "") for sighting in found for box in sighting.rows]
        _burn(image, fresh, dpi)
        burnt.extend(fresh)
    raise StillReadable(left)


def _is_burnt(word: Word, burnt: Sequence[Burnt]) -> bool:
    """Whether OCR has made a word of a burnt box. What only reaches into one is seen beside it."""
    x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
    return any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for box, _ in burnt)


def _once(words: Sequence[Word]) -> list[Word]:
    """The words without those that were read twice in one place, in two ways."""
    out: list[Word] = []
    for word in words:
        if not any(word.text == other.text and word.box.overlaps(other.box) for other in out):
            out.append(word)
    return out


def _with_rows(words: Sequence[Word], burnt: Sequence[Burnt]) -> list[Word | Burnt]:
    """The words with each row of burnt boxes: after what stands before it on its line, or above it."""
    out: list[Word | Burnt] = [*words]
    for row in _rows(burnt):
        middle = (row.box.y0 + row.box.y1) / 2
        on_line = [n for n, word in enumerate(out) if word.box.y0 <= middle <= word.box.y1]
        before = [n for n in on_line if out[n].box.x0 < row.box.x0]
        above = [n for n, word in enumerate(out) if word.box.y1 < middle]
        place = before[-1] + 1 if before else on_line[0] if on_line else above[-1] + 1 if above else 0
        out.insert(place, row)
    return out


def _rows(burnt: Sequence[Burnt]) -> list[Burnt]:
    """Boxes that stand side by side on a line, or on each other, as one, with the first reason told there."""
    rows: list[Burnt] = []
    for row in burnt:
        apart = []
        for other in rows:
            if _on_one_line(row.box, other.box):
                row = Burnt(bounding([row.box, other.box]), other.code or row.code)
            else:
                apart.append(other)
        rows = [*apart, row]
    return sorted(rows, key=lambda one: (one.box.y0, one.box.x0))


def _on_one_line(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    lower = min(one.y1 - one.y0, other.y1 - other.y0)
    return one.grown(MARGIN).overlaps(other) and shared > 0.5 * lower


def _burn(image: Image.Image, burnt: Sequence[Burnt], dpi: float) -> None:
    pen = ImageDraw.Draw(image)
    for box, _ in burnt:
        pen.rectangle([value * dpi / 72 for value in box], fill=(0, 0, 0))


def replace_page(
    pdf: pikepdf.Pdf, page: pikepdf.Object, image: Image.Image, words: Sequence[Word | Burnt], frame: PageFrame
) -> None:
    """Makes the picture the whole content of the page, which then stands upright at its displayed size."""
    width, height = frame.width, frame.height
    if max(width, height) > 14_400:
        unit = max(width, height) / 14_400
        page["/UserUnit"] = unit
    else:
        unit = 1.0
        if "/UserUnit" in page:
            del page["/UserUnit"]
    for key in ("/CropBox", "/Annots", "/Group", "/BleedBox", "/TrimBox", "/ArtBox"):
        if key in page:
            del page[key]
    page["/Rotate"] = 0
    page["/MediaBox"] = pikepdf.Array([0, 0, round(width / unit, 3), round(height / unit, 3)])
    page["/Resources"] = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({"/Im0": pdf.make_indirect(_encoded(pdf, image))}),
        Font=pikepdf.Dictionary({CODE_FONT: pdf.make_indirect(code_font())}),
    )
    place = b" ".join(format_number(v) for v in (width / unit, 0, 0, height / unit, 0, 0))
    content = b"/Artifact BMC q " + place + b" cm /Im0 Do Q EMC\n/P <</MCID 0>> BDC "
    page["/Contents"] = pdf.make_stream(content + text_layer(words, height, unit) + b" EMC\n")


def layer_over_scan(words: Sequence[Word], burnt: Sequence[Burnt], frame: PageFrame) -> bytes:
    """Content for a page that keeps its pictures: boxes over what is burnt, and in their order the words that were seen
    there before. None that a box touches is among them."""
    left_to_see = [word for word in words if not any(word.box.overlaps(box) for box, _ in burnt)]
    to_display = invert(frame.matrix) or IDENTITY
    upright = multiply((1.0, 0.0, 0.0, -1.0, 0.0, frame.height), to_display)
    place = b" ".join(format_number(value, 6) for value in upright)
    return b"q " + place + b" cm " + text_layer(_with_rows(_once(left_to_see), burnt), frame.height, 1.0) + b" Q\n"


def text_layer(words: Sequence[Word | Burnt], height: float, unit: float) -> bytes:
    """Words in a page of this height in points that counts in `unit` points upwards."""
    return b"BT 3 Tr\n" + b"".join(_written(word, height, unit) for word in words) + b"ET"


def _written(item: Word | Burnt, height: float, unit: float) -> bytes:
    """One invisible word over its picture; letters the font does not have are left out. A burnt row is drawn as a box
    that is read as what it is, with its reason."""
    box = item.box
    if box.width <= 0 or box.height <= 0:
        return b""
    x0, y0, x1, y1 = box.x0 / unit, (height - box.y1) / unit, box.x1 / unit, (height - box.y0) / unit
    if isinstance(item, Burnt) and item.code:
        return b"ET\n" + region_box((x0, y0, x1, y1), item.code) + b"BT\n"
    text = item.text.encode("cp1252", "ignore").decode("cp1252") if isinstance(item, Word) else "*"
    if not text:
        return b""
    size = y1 - y0
    stretch = 100 * (x1 - x0) / (size * max(text_width(text), 0.1))
    shown = pikepdf.String(text.encode("cp1252")).unparse() + b" Tj"
    before = b""
    if isinstance(item, Burnt):
        before = b"ET q 0 g " + b" ".join(map(format_number, (x0, y0, x1 - x0, size))) + b" re f Q BT\n"
        shown = b"/Span <</ActualText (redacted)>> BDC " + shown + b" EMC"
    font = CODE_FONT.encode("ascii") + b" " + format_number(size) + b" Tf " + format_number(stretch) + b" Tz"
    at = b" 1 0 0 1 " + format_number(x0) + b" " + format_number(y0) + b" Tm "
    return before + font + at + shown + b"\n"


def _encoded(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """Black and white pages at one bit a pixel, others as JPEG."""
    grey = image.convert("L")
    histogram = grey.histogram()
    if _is_coloured(image):
        return jpeg(pdf, image, JPEG_QUALITY)
    if sum(histogram[40:216]) < _MID_TONES * sum(histogram):
        return bilevel(pdf, grey.point(lambda v: 255 if v >= _BLACK else 0).convert("1", dither=Image.Dither.NONE))
    return jpeg(pdf, grey, JPEG_QUALITY)


def _is_coloured(image: Image.Image) -> bool:
    """Whether any part of the page, seen small, is not grey."""
    small = image.convert("HSV").resize((max(1, image.width // 8), max(1, image.height // 8)))
    saturation = small.getchannel("S").histogram()
    return sum(saturation[64:]) > 0.001 * small.width * small.height
