"""Files that somebody might send us, made on the spot: good ones, and each kind of trick."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2


def pdf(pages: int = 1, *, password: str = "", owner_password: str = "") -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    target = io.BytesIO()
    if password or owner_password:
        lock = pikepdf.Encryption(user=password, owner=owner_password or password, R=6)
        document.save(target, encryption=lock)
    else:
        document.save(target)
    return target.getvalue()


def archive(content: bytes = b"MZ program", name: str = "payload.exe") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(name, content)
    return target.getvalue()


def pdf_with_many_pages(pages: int) -> bytes:
    """Small, flat and honest: one page object, named `pages` times by the tree."""
    kids = b"3 0 R " * pages
    return _assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        ]
    )


def pdf_lying_about_its_pages(pages: int) -> bytes:
    """The count says 1; the tree holds many."""
    honest = pdf_with_many_pages(pages)
    return honest.replace(b"/Count %d" % pages, b"/Count 1" + b" " * (len(str(pages)) - 1))


def flate_bomb(size: int, *, layers: int = 1) -> bytes:
    """A page whose content unpacks to `size` bytes of white space."""
    packer = zlib.compressobj(9)
    block = b" " * (1024 * 1024)
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    for _ in range(layers - 1):
        packed = zlib.compress(packed, 9)
    filters = b"/FlateDecode " * layers
    return _assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
            b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(packed), filters, packed),
        ]
    )


def picture(form: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, form, **options)
    return target.getvalue()


def photograph_with_place() -> bytes:
    """A JPEG lying on its side, red on the left half, that says where it was taken."""
    image = Image.new("RGB", (60, 40), "white")
    image.paste((220, 0, 0), (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    exif[0x010F] = "PhoneMaker"
    place = ImageFileDirectory_v2()
    place[1], place[2] = "N", (53.0, 24.0, 36.0)
    exif[0x8825] = dict(place)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=95, exif=exif.tobytes(), comment=b"taken at home")
    return target.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that promise a picture of width x height."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b"")


def mail(body: str = "I write about my request.") -> bytes:
    return (
        "From: Tamsin Okafor <tamsin@example.org>\r\nTo: records@northvale.example\r\n"
        "Date: Mon, 02 Feb 2026 09:00:00 +0000\r\nSubject: My records\r\n\r\n" + body + "\r\n"
    ).encode()


def _assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
