"""Takes apart what is not a PDF: a program of its own for the sandbox, which imports nothing of ours.

    picture SOURCE TARGET   a PDF of the picture's frames; prints {"pages": n}
    mail SOURCE TARGET      prints the message as JSON; TARGET gets its attachments, one after another
    word SOURCE TARGET      prints {"body": text, "left_out": n}; TARGET gets a page for each picture that can be shown
    join SOURCE TARGET      puts the pages of SOURCE in front of those of TARGET; prints {"pages": n}

Prints {"error": code} and exits with 1 for what it cannot take apart.
"""

from __future__ import annotations

import io
import json
import mimetypes
import re
import sys
import zipfile
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

Facts = dict[str, Any]

MAX_PIXELS = 64_000_000
A4_LONG = 841.89
# A resolution a scanner would write down; a camera's 72 or a phone's 1 says nothing about the size of the paper.
SCANNER_DPI = range(90, 1201)
MAX_SIDE = 2400.0  # points: A1
MAX_PART_BYTES, MAX_PICTURES = 64_000_000, 50  # of a Word document: of each part, unpacked; that are shown
_WORD_PARTS = [
    re.compile(rf"word/{part}\.xml")
    for part in (r"header\d*", "document", "footnotes", "endnotes", "comments", r"footer\d*")
]
_SPACES = {"p": "\n", "br": "\n", "cr": "\n", "tab": "\t"}
SHOWN_HEADERS = ("From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Date", "Subject")


class Unfit(Exception):
    """It cannot be taken apart; the argument is a code."""


def main() -> int:
    task, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    try:
        facts = {"picture": picture, "mail": mail, "word": word, "join": join}[task](source, target)
    except Unfit as unfit:
        facts = {"error": str(unfit)}
    json.dump(facts, sys.stdout)
    return 1 if "error" in facts else 0


# Pictures


def picture(source: Path, target: Path) -> Facts:
    """Each frame drawn anew as a JPEG that fills its page: only pixels pass, nothing else of the file."""
    import pikepdf

    with pikepdf.new() as pdf:
        for frame, dpi in _frames(source):
            _add_page(pdf, frame, dpi)
        pages = len(pdf.pages)
        pdf.save(target)
    return {"pages": pages}


def _frames(source: Path | BinaryIO) -> Iterator[tuple[Any, float | None]]:
    import pillow_heif
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        image = Image.open(source, formats=["JPEG", "PNG", "TIFF", "HEIF"])
        for number in range(getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
            image.seek(number)
            if image.width * image.height > MAX_PIXELS:
                raise Unfit("pixels")
            dpi = _scanner_dpi(image.info.get("dpi"))
            yield _flat(ImageOps.exif_transpose(image)), dpi
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unfit("damaged") from error


def _scanner_dpi(declared: object) -> float | None:
    across = declared[0] if isinstance(declared, tuple) and declared else None
    try:
        dpi = float(across) if across is not None else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return dpi if SCANNER_DPI.start <= dpi < SCANNER_DPI.stop else None


def _flat(image: Any) -> Any:
    """On white, eight bits, grey or colour."""
    from PIL import Image

    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    elif image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _add_page(pdf: Any, image: Any, dpi: float | None) -> None:
    import pikepdf

    longest = max(image.size)
    scale = 72 / dpi if dpi else A4_LONG / longest
    if longest * scale > MAX_SIDE:
        scale = A4_LONG / longest
    width, height = image.width * scale, image.height * scale
    jpeg = io.BytesIO()
    image.info = {}
    image.save(jpeg, "JPEG", quality=88)
    drawn = pdf.make_stream(
        jpeg.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, round(width, 2), round(height, 2)],
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=drawn)),
        Contents=pdf.make_stream(f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode()),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


# Word


def word(source: Path, target: Path) -> Facts:
    """The words of a document in the order of its parts, and its pictures. How they stood on the page is lost."""
    import pikepdf

    try:
        with zipfile.ZipFile(source) as archive, pikepdf.new() as pdf:
            texts = [_prose(_unpacked(archive, name)) for name in _ordered(archive.namelist())]
            pictures = [name for name in archive.namelist() if name.startswith("word/media/")]
            for name in pictures[:MAX_PICTURES]:
                try:
                    for frame, dpi in _frames(io.BytesIO(_unpacked(archive, name))):
                        _add_page(pdf, frame, dpi)
                except Unfit:
                    continue
            shown = len(pdf.pages)
            pdf.save(target)
    except (zipfile.BadZipFile, ElementTree.ParseError, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise Unfit("damaged") from error
    return {"body": "\n".join(text for text in texts if text), "left_out": max(0, len(pictures) - shown)}


def _ordered(names: list[str]) -> list[str]:
    return [name for pattern in _WORD_PARTS for name in sorted(names) if pattern.fullmatch(name)]


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        data = part.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise Unfit("memory")
    return data


def _prose(xml: bytes) -> str:
    """Paragraph by paragraph. What was struck out with its changes kept says so."""
    pieces: list[str] = []
    for _event, element in ElementTree.iterparse(io.BytesIO(xml)):
        name = element.tag.rpartition("}")[2]
        if name == "t":
            pieces.append(element.text or "")
        elif name == "delText":
            pieces.append(f"[struck out: {element.text or ''}]")
        elif name in _SPACES:
            pieces.append(_SPACES[name])
        elif name == "tabs":  # where tabs stop, not tabs
            pieces = pieces[: len(pieces) - len(element)]
    return "".join(pieces).strip()


def join(source: Path, target: Path) -> Facts:
    import pikepdf

    with pikepdf.open(source) as pdf, pikepdf.open(target, allow_overwriting_input=True) as behind:
        for place, page in enumerate(pdf.pages):
            behind.pages.insert(place, page)
        pages = len(behind.pages)
        behind.save(target)
    return {"pages": pages}


# Mail


def mail(source: Path, target: Path) -> Facts:
    """`{headers: [[name, value]], subject, date, body, notes: [code], attachments: [{name, size}]}`."""
    with source.open("rb") as file:
        message = BytesParser(policy=policy.compat32).parse(file)
    read = _Mail()
    try:
        read.take(message)
    except (RecursionError, HeaderParseError, LookupError, ValueError) as error:
        raise Unfit("damaged") from error
    with target.open("wb") as attachments:
        sizes = [_append(attachments, name, data) for name, data in read.attachments]
    headers = [[name, _decoded(value)] for name in SHOWN_HEADERS for value in message.get_all(name, [])]
    return {
        "headers": headers,
        "subject": _decoded(message["subject"]),
        "date": _date(message["date"]),
        "body": "\n\n".join(body for body in read.bodies if body.strip()),
        "notes": sorted(read.notes),
        "attachments": sizes,
    }


def _append(target: BinaryIO, name: str, data: bytes) -> Facts:
    target.write(data)
    return {"name": name, "size": len(data)}


class _Mail:
    """Walks the parts of one message. A message inside it stays whole: it becomes a record of its own."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.attachments: list[tuple[str, bytes]] = []
        self.notes: set[str] = set()

    def take(self, part: Message) -> None:
        kind = part.get_content_type()
        if kind == "multipart/alternative":
            self._take_alternatives(part)
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            for inner in _inner(part):
                self.take(inner)
        elif kind in ("message/rfc822", "message/global"):
            self._take_message(part)
        elif part.get_content_maintype() == "message":
            self.bodies.append("\n".join(inner.as_string() for inner in _inner(part)) or str(part.get_payload()))
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            self.bodies.append(self._text(part))
        else:
            self._take_file(part)

    def _take_alternatives(self, part: Message) -> None:
        """The plain version is enough when the formatted one says nothing else; otherwise both are shown."""
        before = len(self.bodies)
        for inner in _inner(part):
            self.take(inner)
        versions = [body for body in self.bodies[before:] if body.strip()]
        if len(versions) > 1 and all(_words(other) <= _words(versions[0]) for other in versions[1:]):
            versions = versions[:1]
        elif len(versions) > 1:
            self.notes.add("two_versions")
        self.bodies[before:] = versions

    def _take_message(self, part: Message) -> None:
        for inner in _inner(part):
            name = _decoded(inner["subject"]) or "message"
            self.attachments.append((f"{name[:80]}.eml", inner.as_bytes()))

    def _take_file(self, part: Message) -> None:
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            data = part.as_bytes()
        name = _decoded(part.get_filename())
        if not name:
            ending = mimetypes.guess_extension(part.get_content_type()) or ""
            name = f"attachment {len(self.attachments) + 1}{ending}"
        if part.defects:
            self.notes.add("damaged_part")
        self.attachments.append((name, data))

    def _text(self, part: Message) -> str:
        data = part.get_payload(decode=True)
        data = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "surrogateescape")
        try:
            text = data.decode(part.get_content_charset() or "utf-8")
        except (LookupError, UnicodeDecodeError):
            text = data.decode("cp1252", "replace")
            self.notes.add("charset")
        if part.get_content_type() == "text/html":
            reader = _HtmlText()
            reader.feed(text)
            reader.close()
            text = reader.text()
        return text.strip("\r\n")


class _HtmlText(HTMLParser):
    """The words of an HTML body, hidden ones as well, with a line for each block and the address of each link."""

    SKIP = frozenset({"script", "style", "title"})
    BLOCKS = frozenset("p div br tr li h1 h2 h3 h4 h5 h6 table ul ol blockquote hr pre".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SKIP:
            self._skipping += 1
        elif tag in self.BLOCKS:
            self._parts.append("\n")
        elif tag == "td":
            self._parts.append("   ")
        elif tag == "img":
            self._parts.append(f"[picture: {dict(attrs).get('alt') or 'no description'}]")
        elif tag == "a" and (address := dict(attrs).get("href") or "").startswith(("http", "mailto")):
            self._parts.append(f"<{address}> ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SKIP:
            self._skipping = max(0, self._skipping - 1)
        elif tag in self.BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._parts.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))

    def text(self) -> str:
        lines = [line.strip() for line in "".join(self._parts).split("\n")]
        kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
        return "\n".join(kept)


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _words(text: str) -> set[str]:
    return {"".join(c for c in word.casefold() if c.isalnum()) for word in text.split()} - {""}


def _decoded(value: object) -> str:
    """A header as text, on one line. What claims a character set that does not exist is read as Latin-1."""
    if value is None:
        return ""
    parts = []
    try:
        for data, charset in decode_header(str(value)):
            parts.append(data if isinstance(data, str) else _in_charset(data, charset))
    except HeaderParseError:
        parts = [str(value)]
    return " ".join("".join(parts).split()).encode("utf-8", "replace").decode()


def _in_charset(data: bytes, charset: str | None) -> str:
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("latin-1")


def _date(value: object) -> str | None:
    try:
        return parsedate_to_datetime(str(value)).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


if __name__ == "__main__":
    sys.exit(main())
