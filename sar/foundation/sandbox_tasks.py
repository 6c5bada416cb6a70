"""The parsers that meet a file from outside first. Runs as a child of `sandbox.py`; imports nothing of ours.

Reads one order (JSON) from standard input, limits itself, then prints one JSON object: the facts, or
{"error": code}. Codes: locked, damaged, disagree, pages, bomb, tail, hidden, pixels, binary, broken_mail, not_mail,
memory. A task "mail.read" is `read` of sandbox_mail.py.
"""

from __future__ import annotations

import ctypes
import importlib.util
import io
import json
import resource
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_TAIL = 65_557  # a zip's end record with the longest comment it can carry
_STEP = 1024 * 1024
Facts = dict[str, Any]


class Unfit(Exception):
    """The file is not what it says, or not safe to keep; the argument is a code."""


def main() -> int:
    order = json.loads(sys.stdin.buffer.read())
    _limit(order["limits"])
    leave_network()
    try:
        facts = _task(order["task"])(Path(order["source"]), Path(order["output"]), order["options"])
    except Unfit as unfit:
        facts = {"error": str(unfit)}
    except MemoryError:
        facts = {"error": "memory"}
    sys.stdout.write(json.dumps(facts))
    return 0


def _task(name: str) -> Callable[[Path, Path, Facts], Facts]:
    """The function of a task. Those of a file beside this one are loaded here, within the limits."""
    part, _, rest = name.rpartition(".")
    if not part:
        return TASKS[name]
    spec = importlib.util.spec_from_file_location(part, Path(__file__).with_name(f"sandbox_{part}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[part] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    task: Callable[[Path, Path, Facts], Facts] = module.TASKS[rest]
    return task


def _limit(limits: dict[str, int]) -> None:
    for which, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_FSIZE, limits["file_size"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        cap = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (cap, cap))


def leave_network() -> bool:
    """Move to a network of our own with nothing on it, where the kernel lets us; True when it did."""
    new_user, new_network = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of Linux
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and (unshare(new_network) == 0 or unshare(new_user | new_network) == 0)


# PDF


def probe_pdf(source: Path, _output: Path, options: Facts) -> Facts:
    """Two engines open the file and agree on its pages; its streams unpack within a budget. `{pages}`."""
    import pikepdf

    _refuse_hidden_archive(source)
    _refuse_tail_after_end(source)
    try:
        with pikepdf.open(source) as pdf:
            pages = _count_pages(pdf, options["max_pages"])
            _refuse_bomb(pdf, options["max_stream"], options["max_total"], options["max_pixels"])
    except pikepdf.PasswordError:
        raise Unfit("locked") from None
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise Unfit("damaged") from None
    if _count_with_pdfium(source) != pages:
        raise Unfit("disagree")
    return {"pages": pages}


def _count_pages(pdf: Any, most: int) -> int:
    declared = pdf.Root.Pages.get("/Count", 0)
    if isinstance(declared, int) and declared > most:
        raise Unfit("pages")
    pages = len(pdf.pages)
    if pages > most:
        raise Unfit("pages")
    if pages == 0:
        raise Unfit("damaged")
    return pages


def _count_with_pdfium(source: Path) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError:
        raise Unfit("disagree") from None
    try:
        return len(document)
    finally:
        document.close()


def _refuse_bomb(pdf: Any, max_stream: int, max_total: int, max_pixels: int) -> None:
    """Unpack every stream piece by piece: what grows without end is found before it fills memory."""
    import pikepdf

    total = 0
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        pixels = int(thing.get("/Width", 0)) * int(thing.get("/Height", 0))
        if thing.get("/Subtype") == "/Image" and pixels > max_pixels:
            raise Unfit("bomb")
        total += _unpacked_size(thing, max_stream)
        if total > max_total:
            raise Unfit("bomb")


def _unpacked_size(stream: Any, most: int) -> int:
    """Bytes that the stream unpacks to. Raises Unfit as soon as they pass `most`."""
    names = _filter_names(stream)
    data = stream.read_raw_bytes()
    while names and names[0] in _FLATE:
        names.pop(0)
        if not names:
            return sum(map(len, _inflate(data, most)))
        data = b"".join(_inflate(data, most))
    if not names or _PICTURE_FILTERS.intersection(names):
        return len(data)  # a picture's own size was judged by its width and height
    return _unpack_otherwise(stream, most)


def _filter_names(stream: Any) -> list[str]:
    import pikepdf

    filters = stream.get("/Filter")
    if filters is None:
        return []
    return [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]


_FLATE = {"/FlateDecode", "/Fl"}
_PICTURE_FILTERS = {"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}


def _inflate(data: bytes, most: int) -> Iterator[bytes]:
    """The inflated pieces. Damage ends them quietly, as it does in every PDF engine."""
    inflater = zlib.decompressobj()
    size = 0
    while data and not inflater.eof:
        try:
            part = inflater.decompress(data, _STEP)
        except zlib.error:
            return
        size += len(part)
        if size > most:
            raise Unfit("bomb")
        yield part
        data = inflater.unconsumed_tail


def _unpack_otherwise(stream: Any, most: int) -> int:
    """Rare filters (LZW, run length, ASCII): qpdf unpacks them under the memory limit, which fails closed."""
    import pikepdf

    try:
        size = len(stream.read_bytes())
    except pikepdf.PdfError:
        return len(stream.read_raw_bytes())
    if size > most:
        raise Unfit("bomb")
    return size


def _refuse_hidden_archive(source: Path) -> None:
    if zipfile.is_zipfile(source):
        raise Unfit("hidden")


def _refuse_tail_after_end(source: Path) -> None:
    """After the last %%EOF there may be white space only: nothing rides along behind the document."""
    with source.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        tail = file.read()
    end = tail.rfind(b"%%EOF")
    if end == -1:
        raise Unfit("tail" if len(tail) == _TAIL else "damaged")
    if tail[end + 5 :].strip(b"\x00\t\n\f\r \x1a"):
        raise Unfit("tail")


# Images


def probe_image(source: Path, _output: Path, options: Facts) -> Facts:
    """The picture is decoded whole, every frame of it. `{format, pages}`."""
    _refuse_hidden_archive(source)
    image = _open_image(source, options)
    frames = int(getattr(image, "n_frames", 1))
    if frames > options["max_pages"]:
        raise Unfit("pages")
    kind = image.format
    for frame in range(frames if kind == "TIFF" else 1):
        _load(image, frame, options["max_pixels"])
    return {"format": kind, "pages": frames if kind == "TIFF" else 1}


def reencode_image(source: Path, output: Path, options: Facts) -> Facts:
    """A fresh JPEG of the first frame's pixels: upright, without EXIF, thumbnail, profile or comment."""
    from PIL import Image, ImageOps

    image = _open_image(source, options)
    _load(image, 0, options["max_pixels"])
    # One full-size copy at a time: 64 million pixels are 256 MB in Pillow, whatever they hold.
    ImageOps.exif_transpose(image, in_place=True)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    elif image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode != "RGB":
        image = image.convert("RGB")
    image.info = {}
    image.save(output, "JPEG", quality=88, exif=b"", icc_profile=None, comment=b"")
    return {"width": image.width, "height": image.height}


def _open_image(source: Path, options: Facts) -> Any:
    import pillow_heif
    from PIL import Image, UnidentifiedImageError

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = options["max_pixels"]
    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        image = Image.open(source, formats=["JPEG", "PNG", "TIFF", "HEIF"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit("pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Unfit("damaged") from None
    return image


def _load(image: Any, frame: int, max_pixels: int) -> None:
    from PIL import Image

    try:
        image.seek(frame)
        if image.width * image.height > max_pixels:
            raise Unfit("pixels")
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit("pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, zlib.error):
        raise Unfit("damaged") from None


# Text and mail


def probe_text(source: Path, _output: Path, _options: Facts) -> Facts:
    """Readable as UTF-8, UTF-16 with a mark, or Windows-1252, without control characters. `{encoding}`."""
    data = source.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(ord(c) < 32 and c not in "\t\n\r\f" for c in text):
            raise Unfit("binary")
        return {"encoding": encoding}
    raise Unfit("binary")


def probe_mail(source: Path, _output: Path, options: Facts) -> Facts:
    """A mail message with headers of its own, and no more parts than anyone sends. `{parts}`."""
    from email import policy
    from email.parser import BytesParser

    if b"\x00" in source.read_bytes():
        raise Unfit("broken_mail")
    with source.open("rb") as file:
        message = BytesParser(policy=policy.compat32).parse(file)
    # One address header and one that a mail program writes: any text with a colon in it would parse.
    addressed = message["from"] or message["to"]
    written_by_a_program = message["date"] or message["message-id"] or message["received"]
    if not (addressed and written_by_a_program):
        raise Unfit("not_mail")
    parts = 0
    for _part in message.walk():
        parts += 1
        if parts > options["max_parts"]:
            raise Unfit("pages")
    return {"parts": parts}


def probe_outlook(source: Path, _output: Path, options: Facts) -> Facts:
    """A message of Outlook (.msg) that can be opened, with no more attachments than anyone sends. `{parts}`."""
    from oxmsg import Message

    try:
        message = Message.load(source.read_bytes())
        parts = 1 + message.attachment_count
        named = message.sender or message.subject or message.body or message.html_body
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever the parser says of a hostile file, it is not a mail to us
        raise Unfit("not_mail") from None
    if not named:
        raise Unfit("not_mail")
    if parts > options["max_parts"]:
        raise Unfit("pages")
    return {"parts": parts}


def probe_sheet(source: Path, _output: Path, _options: Facts) -> Facts:
    """A zip that holds a workbook. Its sheets are opened by `sheet.read` alone. `{parts}`."""
    return _probe_office(source, "xl/workbook.xml")


def probe_word(source: Path, _output: Path, _options: Facts) -> Facts:
    """A zip that holds a Word document, whose words are read where it is converted. `{parts}`."""
    return _probe_office(source, "word/document.xml")


def _probe_office(source: Path, needed: str) -> Facts:
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        raise Unfit("damaged") from None
    if needed not in names:
        raise Unfit("damaged")
    return {"parts": len(names)}


TASKS: dict[str, Callable[[Path, Path, Facts], Facts]] = {
    "probe_pdf": probe_pdf,
    "probe_image": probe_image,
    "reencode_image": reencode_image,
    "probe_text": probe_text,
    "probe_mail": probe_mail,
    "probe_outlook": probe_outlook,
    "probe_sheet": probe_sheet,
    "probe_word": probe_word,
}

if __name__ == "__main__":
    sys.exit(main())
