"""Names burnt into scans: in the right place, nothing else touched, and no file much larger than it was."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from redaction.apply import apply_plan
from redaction.apply.imagecoding import bilevel
from redaction.document import read_document
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from redaction.render import render_page
from tests.unit.redaction.pages import picture_of
from tests.unit.redaction.readers import pdfium_text

WORDS = "the officer noted that on arrival at the office a full account was given and no action would be taken".split()
Coder = Callable[[pikepdf.Pdf, Image.Image], pikepdf.Stream]


def image(pdf: pikepdf.Pdf, data: bytes, codec: str, picture: Image.Image, space: object, bits: int) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, data)
    stream.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=picture.width, Height=picture.height,
        BitsPerComponent=bits, ColorSpace=space, Filter=pikepdf.Name(codec),
    )  # fmt: skip
    return stream


def coded(pdf: pikepdf.Pdf, picture: Image.Image, form: str, **options: Any) -> pikepdf.Stream:
    file = io.BytesIO()
    picture.save(file, form, **options)
    spaces = {"L": pikepdf.Name.DeviceGray, "RGB": pikepdf.Name.DeviceRGB, "CMYK": pikepdf.Name.DeviceCMYK}
    codec = {"JPEG": "/DCTDecode", "JPEG2000": "/JPXDecode"}[form]
    stream = image(pdf, file.getvalue(), codec, picture, spaces[picture.mode], 8)
    if picture.mode == "CMYK":
        stream["/Decode"] = pikepdf.Array([1, 0] * 4)
    return stream


def fax(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    return bilevel(pdf, in_two_tones(picture))


def jbig2(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    """One generic region in the coding of fax machines, as JBIG2 (ITU-T T.88, 7.4.6) allows."""
    lines = bilevel(pdf, in_two_tones(picture)).read_raw_bytes()
    size = struct.pack(">II", *picture.size)
    page = struct.pack(">IBBBI", 0, 48, 0, 1, 19) + size + bytes(11)
    region = size + bytes(9) + b"\x01" + lines
    data = page + struct.pack(">IBBBI", 1, 38, 0, 1, len(region)) + region
    return image(pdf, data, "/JBIG2Decode", picture, pikepdf.Name.DeviceGray, 1)


def in_palette(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    few = in_colour(picture).quantize(12)
    palette = bytes(few.getpalette() or [])[:36]
    space = pikepdf.Array([pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, 11, pikepdf.String(palette)])
    return image(pdf, zlib.compress(few.tobytes(), 9), "/FlateDecode", picture, space, 8)


def in_two_tones(picture: Image.Image) -> Image.Image:
    return picture.convert("L").point(lambda tone: 255 if tone >= 160 else 0).convert("1", dither=Image.Dither.NONE)


def in_colour(grey: Image.Image) -> Image.Image:
    """Blue ink on cream paper."""
    return Image.merge("RGB", (grey.point(lambda v: v * 250 // 255), grey, grey.point(lambda v: 90 + v * 130 // 255)))


def grained(picture: Image.Image) -> Image.Image:
    """With the noise of a scanner."""
    pixels = np.asarray(picture).astype(np.int16)
    noise = np.random.default_rng(3).normal(0, 6, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8), picture.mode)


def grey_jpeg(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    return coded(pdf, grained(picture), "JPEG", quality=40)


def colour_jpeg(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    return coded(pdf, grained(in_colour(picture)), "JPEG", quality=60, progressive=True)


def jpeg_for_the_press(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    return coded(pdf, in_colour(picture).convert("CMYK"), "JPEG", quality=60)


def jpeg_2000(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Stream:
    return coded(pdf, grained(in_colour(picture)), "JPEG2000", quality_mode="rates", quality_layers=[30])


@pytest.fixture(scope="module")
def page() -> Image.Image:
    chance = random.Random(4)
    lines = [" ".join(chance.choices(WORDS, k=9)) for _ in range(30)]
    lines[3] = "Present: Zebedee Quillfeather attended the meeting"
    return picture_of(lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    "coder", [fax, jbig2, grey_jpeg, colour_jpeg, jpeg_for_the_press, jpeg_2000, in_palette], ids=lambda c: c.__name__
)
def test_a_scan_is_burnt_in_place_and_stays_as_small_as_it_was(coder: Coder, page: Image.Image, tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595.44, 842.04))
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q 595.44 0 0 842.04 0 0 cm /Im0 Do Q")
        pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=coder(pdf, page)))
        pdf.save(source)
    box = Box(115, 127, 225, 150)
    report = apply_plan(source, Plan((Redaction(1, (box,), "P3-OTHERS"),)), target)
    assert not report.pictured
    assert target.stat().st_size <= 1.2 * source.stat().st_size
    before, after = (
        np.asarray(render_page(path, 0, dpi=100).convert("L"), dtype=np.int16) for path in (source, target)
    )
    apart = np.abs(before - after)
    x0, y0, x1, y1 = (round(side * 100 / 72) for side in box)
    assert after[y0 + 20 : y1 - 2, x0 + 2 : x1 - 2].max() < 40, "black but for the code"
    apart[y0 - 6 : y1 + 6, x0 - 6 : x1 + 6] = 0
    assert apart.mean() < 1.5 and np.percentile(apart, 99.9) < 40


@pytest.mark.slow
@pytest.mark.parametrize("turn", [0, 90])
def test_what_is_left_of_a_scan_can_be_heard_with_its_boxes_in_place(turn: int, tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    page = picture_of(
        ["The first line", "Present: Zebedee Quillfeather attended", "Quillfeather spoke", "The last line"]
    )
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(842, 595) if turn else (595, 842))
        pdf.pages[0].obj["/Rotate"] = turn
        size = b"842 0 0 595" if turn else b"595 0 0 842"
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q " + size + b" 0 0 cm /Im0 Do Q")
        scan = fax(pdf, page.rotate(turn, expand=True))
        pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=scan))
        pdf.save(source)
    box = Box(103, 78, 220, 96)
    # One of two mentions: the other is read in the copy, where the original had no text at all.
    plan = Plan((Redaction(1, (box,), "P3-OTHERS", "Quillfeather"),), ("Zebedee",))
    report = apply_plan(source, plan, target)
    assert not report.pictured
    expected = "The first line Present: redacted, reason P3-OTHERS attended Quillfeather spoke The last line"
    assert pdfium_text(target).split() == expected.split()
    assert [word.text for word in next(iter(read_document(target, ocr=False))).words][:3] == ["The", "first", "line"]
    assert report.width_visible == [1]
