"""Small PDF files made on the spot, each with just the property a test is about."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from redaction.document import PageText

LINE = b"BT /F1 12 Tf 72 700 Td (Present: Zebedee Quillfeather attended.) Tj ET"
TRAPS = Path(__file__).parents[2] / "fixtures" / "traps"
FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"


def make_pdf(path: Path, pages: Sequence[bytes] = (LINE,), **entries: object) -> Path:
    """A PDF with one page per content stream; `entries` (MediaBox, Rotate...) go into every page."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )  # fmt: skip
        for content in pages:
            page = pdf.add_blank_page(page_size=(595, 842)).obj
            page.Contents = pdf.make_stream(content)
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            for name, value in entries.items():
                page[f"/{name}"] = value
        pdf.save(path, static_id=True)
    return path


def picture_of(lines: Sequence[str], *, width: int = 1654, height: int = 2339, size: int = 34) -> Image.Image:
    """A scan of an A4 page at 200 dpi showing the lines, the first one 2 cm from the top left corner."""
    image = Image.new("L", (width, height), 255)
    font = ImageFont.truetype(FONT, size)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((157, 157 + number * 2 * size), line, fill=0, font=font)
    return image


def add_picture(path: Path, image: Image.Image, matrix: bytes = b"595 0 0 842 0 0") -> Path:
    """Draw the image on the first page of a file, over what is there; it fills an A4 page unless told otherwise."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        stream = pdf.make_stream(zlib.compress(image.convert("L").tobytes()))
        stream.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=image.width, Height=image.height,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode,
        )  # fmt: skip
        page = pdf.pages[0]
        page.obj.Resources.XObject = pikepdf.Dictionary(Im0=stream)
        page.contents_add(b"q " + matrix + b" cm /Im0 Do Q")
        pdf.save(path, static_id=True)
    return path


def deflate_bomb(blocks: int) -> bytes:
    """A Flate stream of `blocks` times 16 MiB of spaces, made quickly by repeating one packed block."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = engine.compress(b" " * 16 * 1024 * 1024) + engine.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + block * blocks + engine.flush()


def make_packed(path: Path, packed: bytes, filters: Sequence[str]) -> Path:
    """A one-page PDF whose content stream is `packed`, said to be packed by `filters`."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        stream = pdf.make_stream(b"")
        stream.write(packed, filter=pikepdf.Array([pikepdf.Name(name) for name in filters]))
        page.obj.Contents = stream
        keep = pikepdf.StreamDecodeLevel.none
        pdf.save(path, compress_streams=False, stream_decode_level=keep, static_id=True)
    return path


def texts(page: PageText) -> list[str]:
    return [word.text for word in page.words]
