"""Pages drawn as pictures: small where they are black and white, and the same to look at."""

from __future__ import annotations

import random
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops

from redaction.apply import raster
from redaction.geometry import PageFrame
from tests.unit.redaction.pages import picture_of

WORDS = "the officer noted that on arrival at the office a full account was given and no action would be taken".split()


def drawn(image: Image.Image, path: Path) -> tuple[int, str, int, Image.Image]:
    """(bits a pixel, colour space, bytes) of the picture as it lies in the file, and what a reader sees of it."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        frame = PageFrame.from_page((0, 0, 595, 842), None, 0, 1.0)
        raster.replace_page(pdf, pdf.pages[0].obj, image, [], frame)
        stream = pdf.pages[0].Resources.XObject.Im0
        told = int(stream.BitsPerComponent), str(stream.ColorSpace), len(stream.read_raw_bytes())
        pdf.save(path)
    with pdfium.PdfDocument(path) as document:
        picture = next(item for item in document[0].get_objects() if isinstance(item, pdfium.PdfImage))
        shown = picture.get_bitmap().to_pil().convert("L")
    return *told, shown


@pytest.mark.slow
def test_a_page_of_text_takes_one_bit_a_pixel_and_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(4)
    page = picture_of([" ".join(chance.choices(WORDS, k=9)) for _ in range(30)])
    bits, space, size, shown = drawn(page.convert("RGB"), tmp_path / "page.pdf")
    assert (bits, space) == (1, "/DeviceGray")
    assert size < 40_000
    expected = page.convert("L").point(lambda value: 255 if value >= 160 else 0)
    assert ImageChops.difference(shown, expected).getbbox() is None


@pytest.mark.slow
def test_a_page_in_grey_or_colour_stays_so(tmp_path: Path) -> None:
    grey = Image.linear_gradient("L").resize((800, 1132))
    assert drawn(grey.convert("RGB"), tmp_path / "grey.pdf")[1] == "/DeviceGray"
    red = Image.merge("RGB", (grey, grey.point(lambda value: value // 3), grey.point(lambda value: value // 3)))
    assert drawn(red, tmp_path / "red.pdf")[1] == "/DeviceRGB"
