"""What picture files carry beside their pixels: makers, places, comments, thumbnails, bytes that nobody draws."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageDraw

from redaction.apply import apply_plan
from redaction.apply.jbig2 import plain_jbig2
from redaction.apply.jpeg import plain_jpeg
from redaction.apply.jpx import plain_jpx
from redaction.plan import Plan
from redaction.verify import verify_file
from tests.unit.redaction.made import line, new_pdf
from tests.unit.redaction.readers import everything_written, pdfium_text

NAME = "Jones"


def picture(mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (64, 48), "white")
    ImageDraw.Draw(image).ellipse((8, 8, 50, 40), fill="black")
    return image


def packed(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x013B] = NAME
    return packed(picture(), "JPEG", exif=exif, comment=NAME.encode()) + b"after the end: " + NAME.encode()


def pdf_with(path: Path, data: bytes, filters: Any, **entries: Any) -> Path:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(data)
        image["/Type"], image["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
        image["/Width"], image["/Height"], image["/BitsPerComponent"] = 64, 48, 8
        image["/ColorSpace"], image["/Filter"] = pikepdf.Name.DeviceRGB, filters
        for key, value in entries.items():
            image[f"/{key}"] = value
        page = pdf.pages[0].obj
        page["/Contents"] = pdf.make_stream(b"q 20 0 0 15 72 400 cm /Im0 Do Q " + line("Kept.").encode())
        page["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        pdf.save(path)
    return path


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_its_pixels_and_nothing_else(mode: str, progressive: bool) -> None:
    image = picture(mode) if mode != "CMYK" else picture().convert("CMYK")
    data = packed(image, "JPEG", comment=NAME, progressive=progressive, exif=b"Exif\x00\x00" + NAME.encode())
    plain = plain_jpeg(data + NAME.encode())
    assert plain is not None
    assert NAME.encode() not in plain
    assert len(plain) < len(data)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(plain))
    assert ImageChops.difference(before, after).getbbox() is None
    assert plain_jpeg(plain) == plain


def test_a_jpeg_2000_keeps_its_pixels_and_nothing_else() -> None:
    data = packed(picture(), "JPEG2000", comment=NAME)
    told = NAME.encode() * 3
    box = struct.pack(">I4s", 8 + len(told), b"xml ") + told
    signature_and_type = 12 + int.from_bytes(data[12:16], "big")
    plain = plain_jpx(data[:signature_and_type] + box + data[signature_and_type:])
    assert plain is not None
    assert NAME.encode() not in plain
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(plain))
    assert ImageChops.difference(before, after).getbbox() is None


def test_comments_of_jbig2_go_and_other_segments_stay() -> None:
    page = struct.pack(">IBBBI", 0, 48, 0, 1, 4) + b"page"
    comment = struct.pack(">IBBBI", 1, 62, 0, 1, len(NAME)) + NAME.encode()
    assert plain_jbig2(page + comment + page) == page + page


@pytest.mark.parametrize("chained", [False, True])
def test_what_a_picture_carries_is_dropped_and_would_be_found(chained: bool, tmp_path: Path) -> None:
    """A name too short to be looked for in packed bytes; one that is packed again is not in the bytes."""
    dct = pikepdf.Name.DCTDecode
    data = zlib.compress(with_exif()) if chained else with_exif()
    filters = pikepdf.Array([pikepdf.Name.FlateDecode, dct]) if chained else dct
    source = pdf_with(tmp_path / "in.pdf", data, filters, Caption=pikepdf.String(NAME))
    assert verify_file(source, [NAME], ocr=False)
    apply_plan(source, Plan(words=(NAME,)), tmp_path / "out.pdf")
    assert NAME not in everything_written(tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        image = pdf.pages[0].obj["/Resources"]["/XObject"]["/Im0"]
        assert image["/Filter"] == dct
        assert NAME.encode() not in image.read_raw_bytes()


def test_bytes_after_the_last_row_go(tmp_path: Path) -> None:
    pixels = picture().tobytes()
    source = pdf_with(tmp_path / "in.pdf", zlib.compress(pixels + NAME.encode()), pikepdf.Name.FlateDecode)
    apply_plan(source, Plan(), tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.pages[0].obj["/Resources"]["/XObject"]["/Im0"].read_bytes() == pixels


def test_pictures_that_are_none_or_for_printing_presses_stop_nothing(tmp_path: Path) -> None:
    """Met in public files: a width that is no number, and inks that only a press knows."""
    path = new_pdf(tmp_path / "in.pdf", line("Seen Ann Lee there") + "q 90 0 0 90 72 400 cm /Odd Do /Press Do Q")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        fade = pikepdf.Dictionary(FunctionType=2, Domain=[0, 1, 0, 1], C0=[0, 0, 0, 0], C1=[1, 0, 1, 0], N=1)
        inks = [pikepdf.Name.DeviceN, [pikepdf.Name.Orange, pikepdf.Name.Green], pikepdf.Name.DeviceCMYK, fade]
        usual = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Height": 40, "BitsPerComponent": 8}
        odd = pdf.make_stream(bytes(1600), Width=pikepdf.Name.Wide, ColorSpace=pikepdf.Name.DeviceGray, **usual)
        press = pdf.make_stream(bytes(3200), Width=40, ColorSpace=inks, **usual)
        pdf.pages[0].obj["/Resources"]["/XObject"] = pikepdf.Dictionary(Odd=odd, Press=press)
        pdf.save(path)
    report = apply_plan(path, Plan(words=("Ann Lee",)), tmp_path / "out.pdf")
    assert report.boxes == 1
    assert "Ann Lee" not in pdfium_text(tmp_path / "out.pdf")
