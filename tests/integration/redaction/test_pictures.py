"""Names in the pixels of pictures that a look at the page misses: hidden, tiny, turned, in patterns and masks."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from redaction.apply import apply_plan
from redaction.apply.report import Report
from redaction.decoding import decode
from redaction.plan import Plan
from redaction.verify import verify_file
from tests.unit.redaction.pages import FONT

NAME = "Thomas Quillfeather"
# How one picture of 1,200 by 150 pixels is drawn, each on a page of its own.
DRAWN = {
    "cut off by a clip": "q 72 400 100 60 re W n q 480 0 0 60 72 400 cm /Im0 Do Q Q",
    "covered": "q 480 0 0 60 72 400 cm /Im0 Do Q 1 g 72 400 480 60 re f",
    "covered in part": "q 480 0 0 60 72 400 cm /Im0 Do Q 0 g 300 400 200 60 re f",
    "tiny": "q 4.8 0 0 .6 72 400 cm /Im0 Do Q",
    "on its side": "q 0 480 -60 0 300 200 cm /Im0 Do Q",
    "on its head": "q -480 0 0 -60 552 460 cm /Im0 Do Q",
    "slanted": "q .866 .5 -.5 .866 100 200 cm 480 0 0 60 0 0 cm /Im0 Do Q",
    "mirrored": "q -480 0 0 60 552 400 cm /Im0 Do Q",
    "as high as a line": "q 96 0 0 12 72 400 cm /Im0 Do Q",
    "in a pattern": "/Pattern cs /P0 scn 72 400 480 60 re f",
    "in a mask": "q /G0 gs 1 0 0 rg 72 400 480 60 re f Q",
    "off the page": "q 480 0 0 60 700 400 cm /Im0 Do Q",
}


def written(text: str) -> Image.Image:
    image = Image.new("L", (1200, 150), 255)
    ImageDraw.Draw(image).text((10, 40), text, font=ImageFont.truetype(FONT, 50), fill=0)
    return image


@dataclass(frozen=True)
class Redacted:
    source: Path
    path: Path
    report: Report

    def pictures(self, page: int) -> list[Image.Image]:
        """What pictures the page (from 0) can draw, in their own pixels."""
        with pikepdf.open(self.path) as pdf:
            return [decode(image) for image in _images(pdf.pages[page].obj["/Resources"])]


def _images(resources: Any) -> list[Any]:
    found = []
    for item in resources.get("/XObject", {}).values():
        found += [item] if item["/Subtype"] == "/Image" else _images(item["/Resources"])
    for item in resources.get("/Pattern", {}).values():
        found += _images(item["/Resources"])
    for item in resources.get("/ExtGState", {}).values():
        found += _images(item["/SMask"]["/G"]["/Resources"])
    return found


def made(path: Path) -> Path:
    with pikepdf.new() as pdf:
        file = io.BytesIO()
        written(f"Statement about {NAME}").save(file, "JPEG", quality=85)
        image = pdf.make_stream(file.getvalue())
        image["/Type"], image["/Subtype"], image["/Filter"] = (
            pikepdf.Name.XObject,
            pikepdf.Name.Image,
            pikepdf.Name.DCTDecode,
        )
        image["/Width"], image["/Height"], image["/BitsPerComponent"] = 1200, 150, 8
        image["/ColorSpace"] = pikepdf.Name.DeviceGray
        images = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        cell = pdf.make_stream(b"q 480 0 0 60 0 0 cm /Im0 Do Q")
        cell["/PatternType"], cell["/PaintType"], cell["/TilingType"], cell["/Resources"] = 1, 1, 1, images
        cell["/BBox"], cell["/XStep"], cell["/YStep"] = pikepdf.Array([0, 0, 480, 60]), 480, 60
        cell["/Matrix"] = pikepdf.Array([1, 0, 0, 1, 72, 400])
        group = pdf.make_stream(b"q 480 0 0 60 72 400 cm /Im0 Do Q")
        group["/Subtype"], group["/Resources"] = pikepdf.Name.Form, images
        group["/BBox"] = pikepdf.Array([0, 0, 595, 842])
        group["/Group"] = pikepdf.Dictionary(S=pikepdf.Name.Transparency, CS=pikepdf.Name.DeviceGray)
        mask = pikepdf.Dictionary(SMask=pikepdf.Dictionary(S=pikepdf.Name.Luminosity, G=group))
        for drawn in DRAWN.values():
            pdf.add_blank_page(page_size=(595, 842))
            page = pdf.pages[-1].obj
            page["/Contents"] = pdf.make_stream(drawn.encode())
            page["/Resources"] = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(Im0=image) if "/Im0" in drawn else pikepdf.Dictionary(),
                Pattern=pikepdf.Dictionary(P0=cell) if "/P0" in drawn else pikepdf.Dictionary(),
                ExtGState=pikepdf.Dictionary(G0=mask) if "/G0" in drawn else pikepdf.Dictionary(),
            )
        pdf.save(path)
    return path


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> Redacted:
    folder = tmp_path_factory.mktemp("pictures")
    source = made(folder / "in.pdf")
    report = apply_plan(source, Plan(words=(NAME,)), folder / "out.pdf")
    return Redacted(source, folder / "out.pdf", report)


def test_a_name_goes_from_the_pixels_however_they_are_drawn_and_other_words_stay(redacted: Redacted) -> None:
    assert not redacted.report.pictured
    before = written(f"Statement about {NAME}")
    kept = before.crop((0, 0, 375, 150)).resize((75, 30))
    for page, how in enumerate(list(DRAWN)[:-1]):
        picture = redacted.pictures(page)[0].convert("L")
        light = sum(picture.crop((395, 55, 840, 85)).histogram()[60:])
        assert light < 0.05 * 445 * 30, how  # hardly more than the gap between two words
        differences = ImageChops.difference(picture.crop((0, 0, 375, 150)).resize((75, 30)), kept)
        assert differences.getextrema()[1] < 40, how


def test_a_picture_off_the_page_is_dropped(redacted: Redacted) -> None:
    assert redacted.pictures(len(DRAWN) - 1) == []
    assert redacted.report.unseen_images == 1


def test_verification_finds_it_on_every_page_of_a_file_that_others_made(redacted: Redacted) -> None:
    leaks = verify_file(redacted.source, [NAME])
    off_the_page = len(DRAWN)
    assert {leak.page for leak in leaks if leak.where == "image OCR"} >= set(range(1, off_the_page))
