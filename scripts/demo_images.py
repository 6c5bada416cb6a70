"""Fictional scans and the photo of an identity card."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import numpy
import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SCAN_DPI = 200
_FONTS = Path(__file__).resolve().parents[1] / "sar" / "foundation" / "typst" / "fonts"


def _scanned(page: Image.Image, seed: int) -> bytes:
    """A page as a tired office scanner sees it: askew, soft, grey paper, grain, a shadow at the spine. JPEG bytes."""
    chance = numpy.random.default_rng(seed)
    angle = float(chance.uniform(0.35, 0.9)) * (1 if seed % 2 else -1)
    turned = page.convert("L").rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    soft = turned.filter(ImageFilter.GaussianBlur(0.55))
    grey = numpy.asarray(soft, dtype=numpy.float32)
    height, width = grey.shape
    grey = 26 + grey * (222 / 255)
    grey += chance.normal(0, 2.6, grey.shape)
    shadow = numpy.clip(1 - numpy.arange(width) / 70, 0, 1) * 45
    grey -= shadow[numpy.newaxis, :]
    for _ in range(14):
        x, y = int(chance.integers(0, width - 3)), int(chance.integers(0, height - 3))
        grey[y : y + 2, x : x + 2] = 90
    image = Image.fromarray(numpy.clip(grey, 0, 255).astype(numpy.uint8), "L")
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=38, dpi=(SCAN_DPI, SCAN_DPI), optimize=True)
    return stream.getvalue()


def scan(printed: Path, target: Path, work: Path, seed: int) -> None:
    """A PDF of page images without a text layer, made from a printed PDF."""
    for old in work.glob("sheet-*.png"):
        old.unlink()
    command = ["pdftoppm", "-r", str(SCAN_DPI), "-gray", "-png", str(printed), str(work / "sheet")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pdf = pikepdf.new()
    for number, path in enumerate(sorted(work.glob("sheet-*.png"))):
        with Image.open(path) as sheet:
            width, height = sheet.size
            jpeg = _scanned(sheet, seed + number)
        points = (width * 72 / SCAN_DPI, height * 72 / SCAN_DPI)
        page = pdf.add_blank_page(page_size=points)
        image = pdf.make_stream(jpeg)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = width, height, 8
        image.ColorSpace, image.Filter = pikepdf.Name.DeviceGray, pikepdf.Name.DCTDecode
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        page.Contents = pdf.make_stream(f"q {points[0]:.2f} 0 0 {points[1]:.2f} 0 0 cm /Im0 Do Q".encode())
    pdf.docinfo["/Producer"] = "Scan to mail, second floor"
    pdf.docinfo["/Creator"] = "Office copier"
    pdf.save(target, deterministic_id=True)


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf"), size)


def _card(name: str, born: str) -> Image.Image:
    card = Image.new("RGB", (1012, 638), "#eef3f1")
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 1012, 104), fill="#2d5d57")
    draw.text((36, 26), "CALDERBROOK LIBRARIES", font=_font(46, bold=True), fill="white")
    draw.rectangle((40, 148, 330, 548), fill="#c9d6d2")
    draw.ellipse((117, 208, 253, 370), fill="#8d7566")
    draw.pieslice((72, 372, 298, 690), 180, 360, fill="#3d4a5c")
    draw.rectangle((40, 548, 330, 638), fill="#eef3f1")
    draw.arc((128, 200, 242, 300), 180, 360, fill="#3a2a20", width=30)
    rows = (("Name", name), ("Date of birth", born), ("Card number", "SPECIMEN 000 000"), ("Valid to", "31 DEC 2031"))
    for index, (label, value) in enumerate(rows):
        draw.text((372, 150 + 104 * index), label, font=_font(26), fill="#4a5d58")
        draw.text((372, 182 + 104 * index), value, font=_font(38, bold=True), fill="#17211f")
    draw.text((40, 580), "A fictional card. Not a document of any authority.", font=_font(26), fill="#4a5d58")
    mark = Image.new("RGBA", card.size)
    ImageDraw.Draw(mark).text((150, 220), "SPECIMEN", font=_font(150, bold=True), fill=(190, 30, 40, 105))
    return Image.alpha_composite(card.convert("RGBA"), mark.rotate(22)).convert("RGB")


def identity_photo(target: Path, name: str, born: str) -> None:
    """A telephone's photo of a specimen card: a real JPEG whose EXIF says where and with what it was taken."""
    chance = numpy.random.default_rng(7)
    wood = numpy.full((1200, 1600, 3), (150, 118, 88), dtype=numpy.float32)
    wood += (numpy.sin(numpy.arange(1200) / 17) * 6)[:, None, None] + chance.normal(0, 3, (1200, 1600, 1))
    photo = Image.fromarray(numpy.clip(wood, 0, 255).astype(numpy.uint8), "RGB")
    card = _card(name, born).resize((1214, 765), Image.Resampling.LANCZOS).convert("RGBA")
    turned = card.rotate(-3.2, Image.Resampling.BICUBIC, expand=True)
    shade = Image.new("RGBA", turned.size, (0, 0, 0, 0))
    shade.putalpha(turned.getchannel("A").point(lambda alpha: alpha // 3))
    photo.paste(shade, (191, 209), shade)
    photo.paste(turned, (178, 194), turned)
    exif = Image.Exif()
    exif.update({0x010F: "Fictional Phones", 0x0110: "Specimen 5", 0x0131: "Camera 1.0", 0x0132: "2026:11:20 09:41:00"})
    exif.get_ifd(0x8769).update({0x9003: "2026:11:20 09:41:00"})
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 43.0, 12.4), 3: "W", 4: (1.0, 51.0, 30.2), 6: 104.0})
    photo.filter(ImageFilter.GaussianBlur(0.6)).save(target, "JPEG", quality=82, exif=exif)
