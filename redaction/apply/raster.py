"""The last road: a page drawn as one picture, its regions burnt, under a text layer of what can still be seen."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from redaction.apply.tokens import format_number
from redaction.geometry import Box, PageFrame
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
_PHOTOMETRIC, _STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_BYTES = 262, 273, 278, 279  # tags of TIFF 6.0
_WHITE_IS_0 = 0
BOX = "\u2588"  # stands for a burnt box among the words of a page


class StillReadable(Exception):
    """Withheld text can be read from the picture however often it is burnt; `needles` are its places in the list."""

    def __init__(self, needles: set[int]) -> None:
        super().__init__("withheld text can still be read")
        self.needles = needles


def picture_of(
    page: pdfium.PdfPage, frame: PageFrame, regions: Sequence[Box], words: NeedleSet, eye: Eye
) -> tuple[Image.Image, list[Word]]:
    """The page drawn with `regions` (display boxes) and all sightings of `words` burnt, and the words left to see, with
    a BOX in their order for each row that was burnt.

    Burnt too is what pdfium's reading of the page says: it knows fonts that we do not, and OCR not every script.
    """
    image = draw(page, frame, dpi=RASTER_DPI)
    dpi = image.info["dpi"][0]
    named = sightings(TextReader().read(page.raw, frame).words, words)
    burnt = [box.grown(MARGIN) for box in (*regions, *(box for sighting in named for box in sighting.boxes))]
    _burn(image, burnt, dpi)
    left: set[int] = set()
    for _ in range(_ROUNDS):
        seen = eye.read(image)
        found = sightings(seen, words, alike=True)
        if not found:
            left_to_see = [word for word in _once(seen) if not any(word.box.overlaps(box) for box in burnt)]
            return image, _with_boxes(left_to_see, burnt)
        left = {sighting.needle.index for sighting in found}
        boxes = [box.grown(MARGIN) for sighting in found for box in sighting.rows]
        _burn(image, boxes, dpi)
        burnt.extend(boxes)
    raise StillReadable(left)


def _once(words: Sequence[Word]) -> list[Word]:
    """The words without those that were read twice in one place, in two ways."""
    out: list[Word] = []
    for word in words:
        if not any(word.text == other.text and word.box.overlaps(other.box) for other in out):
            out.append(word)
    return out


def _with_boxes(words: Sequence[Word], burnt: Sequence[Box]) -> list[Word]:
    """The words with a BOX for each row of burnt boxes: after what stands before it on its line, or above it."""
    out = list(words)
    for row in _rows(burnt):
        middle = (row.y0 + row.y1) / 2
        on_line = [n for n, word in enumerate(out) if word.box.y0 <= middle <= word.box.y1]
        before = [n for n in on_line if out[n].box.x0 < row.x0]
        above = [n for n, word in enumerate(out) if word.box.y1 < middle]
        place = before[-1] + 1 if before else on_line[0] if on_line else above[-1] + 1 if above else 0
        out.insert(place, Word(BOX, row))
    return out


def _rows(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that stand side by side on a line, or on each other, as one."""
    rows: list[Box] = []
    for box in boxes:
        row, apart = box, []
        for other in rows:
            if _on_one_line(row, other):
                row = Box(min(row.x0, other.x0), min(row.y0, other.y0), max(row.x1, other.x1), max(row.y1, other.y1))
            else:
                apart.append(other)
        rows = [*apart, row]
    return sorted(rows, key=lambda one: (one.y0, one.x0))


def _on_one_line(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    lower = min(one.y1 - one.y0, other.y1 - other.y0)
    return one.grown(MARGIN).overlaps(other) and shared > 0.5 * lower


def _burn(image: Image.Image, boxes: Sequence[Box], dpi: float) -> None:
    pen = ImageDraw.Draw(image)
    scale = dpi / 72
    for box in boxes:
        pen.rectangle((box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale), fill=(0, 0, 0))


def replace_page(
    pdf: pikepdf.Pdf, page: pikepdf.Object, image: Image.Image, words: Sequence[Word], frame: PageFrame
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
        Font=pikepdf.Dictionary({"/F1": pdf.make_indirect(_text_font())}),
    )
    place = b" ".join(format_number(v) for v in (width / unit, 0, 0, height / unit, 0, 0))
    content = [b"/Artifact BMC q " + place + b" cm /Im0 Do Q EMC\n/P <</MCID 0>> BDC BT 3 Tr\n"]
    content.extend(_word(word, height, unit) for word in words)
    content.append(b"ET EMC\n")
    page["/Contents"] = pdf.make_stream(b"".join(content))


def _word(word: Word, height: float, unit: float) -> bytes:
    """One invisible word over its picture; letters the font does not have are left out. A BOX is read as what it is."""
    text = word.text.encode("cp1252", "ignore") if word.text != BOX else b"*"
    if not text or word.box.width <= 0 or word.box.height <= 0:
        return b""
    size = word.box.height / unit
    stretch = 100 * word.box.width / unit / (0.5 * size * len(text))
    at = format_number(word.box.x0 / unit) + b" " + format_number((height - word.box.y1) / unit)
    shown = (pikepdf.String(text).unparse() if text.isascii() else b"<" + text.hex().encode() + b">") + b" Tj"
    if word.text == BOX:
        shown = b"/Span <</ActualText (redacted)>> BDC " + shown + b" EMC"
    scale = format_number(size) + b" Tf " + format_number(stretch) + b" Tz"
    return b"/F1 " + scale + b" 1 0 0 1 " + at + b" Tm " + shown + b"\n"


def _text_font() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def _encoded(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """Black and white pages at one bit a pixel, others as JPEG."""
    grey = image.convert("L")
    histogram = grey.histogram()
    coloured = _is_coloured(image)
    if not coloured and sum(histogram[40:216]) < _MID_TONES * sum(histogram):
        bits = grey.point(lambda v: 255 if v >= _BLACK else 0).convert("1", dither=Image.Dither.NONE)
        fax, packed = _group4(bits), zlib.compress(bits.tobytes(), 9)
        stream = pikepdf.Stream(pdf, min(fax, packed, key=len))
        if len(fax) <= len(packed):
            stream["/DecodeParms"] = pikepdf.Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=False)
        filter_ = "/CCITTFaxDecode" if len(fax) <= len(packed) else "/FlateDecode"
        depth, space = 1, "/DeviceGray"
    else:
        buffer = io.BytesIO()
        (image if coloured else grey).save(buffer, "JPEG", quality=JPEG_QUALITY)
        stream = pikepdf.Stream(pdf, buffer.getvalue())
        filter_, depth, space = "/DCTDecode", 8, "/DeviceRGB" if coloured else "/DeviceGray"
    stream["/Type"], stream["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    stream["/Width"], stream["/Height"] = image.width, image.height
    stream["/BitsPerComponent"], stream["/ColorSpace"] = depth, pikepdf.Name(space)
    stream["/Filter"] = pikepdf.Name(filter_)
    return stream


def _group4(bits: Image.Image) -> bytes:
    """The pixels as fax machines send them (ITU-T T.6), of a page of text half the size of Flate."""
    file = io.BytesIO()
    bits.save(file, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: bits.height, _PHOTOMETRIC: _WHITE_IS_0})
    with Image.open(file) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]
        ((start,), (length,)) = tags[_STRIP_OFFSETS], tags[_STRIP_BYTES]
    return file.getvalue()[start : start + length]


def _is_coloured(image: Image.Image) -> bool:
    """Whether any part of the page, seen small, is not grey."""
    small = image.convert("HSV").resize((max(1, image.width // 8), max(1, image.height // 8)))
    saturation = small.getchannel("S").histogram()
    return sum(saturation[64:]) > 0.001 * small.width * small.height
