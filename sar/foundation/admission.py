"""The door for files from outside (security.md 12-15): each is checked whole before anything else touches it.

A file is let in when its extension, its first bytes and a real parse in the sandbox all say the same kind, on
an allow-list, within the caps. What the sender called it is text for the screen, never part of a path.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from sar.foundation import antivirus
from sar.foundation.errors import Refused, StoreFull
from sar.foundation.runtime import settings
from sar.foundation.sandbox import Limits, SandboxFailed, run_task
from sar.foundation.workroom import private_folder

MAX_PIXELS: Final = 64_000_000  # a phone's 50-megapixel photograph fits
MAX_PDF_PICTURE_PIXELS: Final = 400_000_000  # a large plan scanned at 400 dpi fits
MAX_PDF_STREAM_BYTES: Final = 512 * 1024 * 1024
MAX_PDF_TOTAL_BYTES: Final = 4 * 1024 * 1024 * 1024
MAX_MAIL_PARTS: Final = 1_000
MAX_NAME_LENGTH: Final = 120

_READ: Final = 1024 * 1024
_HEAD: Final = 1024
_LIMITS: Final = Limits(cpu=60, wall=120.0)


class Kind(StrEnum):
    """What may be let in; the value is the media type that it is stored with."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    TIFF = "image/tiff"
    EMAIL = "message/rfc822"
    TEXT = "text/plain"
    OUTLOOK = "application/vnd.ms-outlook"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    CSV = "text/csv"
    WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


MAILS: Final = frozenset({Kind.EMAIL, Kind.OUTLOOK})
SHEETS: Final = frozenset({Kind.XLSX, Kind.CSV})
PICTURES: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.HEIC})
RECORDS: Final = frozenset(Kind) - {Kind.OUTLOOK, Kind.WORD} - SHEETS
IDENTITY: Final = PICTURES | {Kind.PDF}

_EXTENSIONS: Final = {
    "pdf": Kind.PDF,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "png": Kind.PNG,
    "heic": Kind.HEIC,
    "heif": Kind.HEIC,
    "tif": Kind.TIFF,
    "tiff": Kind.TIFF,
    "eml": Kind.EMAIL,
    "txt": Kind.TEXT,
    "msg": Kind.OUTLOOK,
    "xlsx": Kind.XLSX,
    "csv": Kind.CSV,
    "docx": Kind.WORD,
}
_SHOWN_AS: Final = {
    Kind.PDF: "PDF",
    Kind.JPEG: "JPG",
    Kind.PNG: "PNG",
    Kind.HEIC: "HEIC",
    Kind.TIFF: "TIFF",
    Kind.EMAIL: "EML (saved email)",
    Kind.TEXT: "TXT (plain text)",
    Kind.OUTLOOK: "MSG (saved from Outlook)",
    Kind.XLSX: "XLSX (Excel)",
    Kind.CSV: "CSV",
    Kind.WORD: "DOCX (Word)",
}
_ZIPS: Final = (Kind.XLSX, Kind.WORD)  # which of them, the parse says
_BY_WORDS: Final = (Kind.EMAIL, Kind.TEXT, Kind.CSV)  # no first bytes of their own
_PROBES: Final = {
    Kind.PDF: "probe_pdf",
    Kind.EMAIL: "probe_mail",
    Kind.TEXT: "probe_text",
    Kind.CSV: "probe_text",
    Kind.OUTLOOK: "probe_outlook",
    Kind.XLSX: "probe_sheet",
    Kind.WORD: "probe_word",
}
_IMAGE_FORMATS: Final = {
    Kind.JPEG: ("JPEG", "MPO"),
    Kind.PNG: ("PNG",),
    Kind.HEIC: ("HEIF",),
    Kind.TIFF: ("TIFF",),
}
# Programs and web pages: "report.exe.pdf" is a trick whatever is in it; "report.docx.pdf" is a habit.
_NEVER_INSIDE_A_NAME: Final = frozenset(
    "apk app bat cmd com cpl dll exe hta htm html jar js jse lnk msi ps1 scr sh svg vbe vbs wsf xhtml".split()
)
_OVERRIDES: Final = frozenset("\u202d\u202e")

_PRINT_IT: Final = "Print it to a new PDF and send that."
_UNSAFE: Final = f"We could not open this file safely, so we did not keep it. {_PRINT_IT}"
_SAY: Final = {
    "locked": "This PDF is locked with a password, so we cannot open it. Open it with the password, "
    "print it to a new PDF without one, and send that. Do not send us the password.",
    "damaged": "This file is damaged or incomplete. "
    "Open it to check that it works, save it again and send the new file.",
    "disagree": f"This PDF is built in a way that different programs read differently. {_PRINT_IT}",
    "pages": "This file has too many pages. Split it into smaller files and send them one by one.",
    "bomb": f"This file unpacks to far more than its size, which we do not accept. {_PRINT_IT}",
    "tail": f"This PDF carries something else after its end. {_PRINT_IT}",
    "hidden": "There is another file hidden inside this one. "
    "Print it to a new PDF, or take the picture again, and send that.",
    "pixels": f"This picture is too large. Send one of {MAX_PIXELS // 1_000_000} megapixels or less.",
    "binary": "This is not a plain text file. Send it as a PDF.",
    "broken_mail": "This email could not be read: the file is broken. Open the message in your mail program, save it "
    "again as an .eml file and send that.",
    "not_mail": "This is not a saved email. Save the message as an .eml file, or print it to a PDF, and send that.",
}


@dataclass(frozen=True)
class Admitted:
    """A file that passed. `path` is private and lives as long as the `admit` block; `size` is in bytes.

    `pages`: pages of a PDF or frames of a TIFF, 1 for another picture, None for text and mail.
    """

    kind: Kind
    path: Path
    size: int
    sha256: str
    pages: int | None
    display_name: str

    @property
    def media_type(self) -> str:
        return self.kind.value


@contextmanager
def admit(
    stream: BinaryIO,
    file_name: str,
    *,
    allowed: frozenset[Kind],
    max_bytes: int,
    max_pages: int | None = None,
) -> Iterator[Admitted]:
    """Check one uploaded file. Raises Refused with words for the sender, StoreFull when the disk is.

    `max_pages` is the setting of the same name unless given. Nothing is left behind, whatever happens.
    """
    kind = _kind_by_name(file_name, allowed)
    max_pages = settings().max_pages_per_file if max_pages is None else max_pages
    with private_folder("upload") as folder:
        path = folder / "upload"
        size, sha256 = _receive(stream, path, max_bytes)
        _check_first_bytes(path, kind, allowed)
        antivirus.scan(path)
        pages = _parse(path, kind, max_pages, allowed)
        yield Admitted(kind, path, size, sha256, pages, display_name(file_name))


def reencode_image(path: Path) -> bytes:
    """The picture as a fresh JPEG, upright, with nothing of the original but its pixels. Raises Refused."""
    try:
        answer = run_task("reencode_image", path, {"max_pixels": MAX_PIXELS}, limits=_LIMITS)
    except SandboxFailed:
        raise Refused(_UNSAFE) from None
    if "error" in answer.facts or not answer.output:
        raise Refused(_SAY.get(str(answer.facts.get("error")), _UNSAFE))
    return answer.output


def display_name(file_name: str) -> str:
    """The client's file name as text for the screen: no path, no control characters, not too long."""
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    name = " ".join(name.split()).strip(". ")
    if len(name) > MAX_NAME_LENGTH:
        stem, dot, extension = name.rpartition(".")
        ending = dot + extension if stem and len(extension) <= 5 else ""
        name = name[: MAX_NAME_LENGTH - len(ending) - 1].rstrip() + "…" + ending
    return name or "unnamed file"


def kind_by_ending(file_name: str) -> Kind | None:
    """What a file claims to be by the ending of its name; None for what is no kind of ours."""
    _stem, dot, ending = display_name(file_name).lower().rpartition(".")
    return _EXTENSIONS.get(ending) if dot else None


def ending_words(file_name: str) -> str:
    """For lists of files: "PDF", "EML (saved email)", "DOCX"."""
    kind, ending = kind_by_ending(file_name), display_name(file_name).rpartition(".")[2]
    return _SHOWN_AS[kind] if kind else ending.upper() if ending.isalnum() and len(ending) <= 5 else "Unknown kind"


def what_can_be_sent(allowed: frozenset[Kind]) -> str:
    """For hints and refusals: "PDF, JPG or PNG"."""
    names = [_SHOWN_AS[kind] for kind in Kind if kind in allowed]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def accept_attribute(allowed: frozenset[Kind]) -> str:
    """For <input type=file accept=...>: a convenience for the sender, no protection."""
    return ",".join(f".{extension}" for extension, kind in _EXTENSIONS.items() if kind in allowed)


def _kind_by_name(file_name: str, allowed: frozenset[Kind]) -> Kind:
    if "\x00" in file_name or _OVERRIDES & set(file_name):
        raise Refused("The name of this file holds hidden characters. Rename it and send it again.")
    parts, kind = display_name(file_name).lower().split("."), kind_by_ending(file_name)
    if kind is None or kind not in allowed:
        raise Refused(f"We cannot take this kind of file. You can send {what_can_be_sent(allowed)}.")
    if _NEVER_INSIDE_A_NAME.intersection(part.strip() for part in parts[1:-1]):
        raise Refused("The name of this file has the ending of a program in it. Rename it and send it again.")
    return kind


def _receive(stream: BinaryIO, path: Path, max_bytes: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            while part := stream.read(_READ):
                size += len(part)
                if size > max_bytes:
                    raise Refused(f"This file is too large. The most we can take is {_megabytes(max_bytes)}.")
                digest.update(part)
                target.write(part)
    except OSError as error:
        raise StoreFull("We could not store this file. Nothing was kept. Try again later.") from error
    if size == 0:
        raise Refused("This file is empty. Check it and send it again.")
    return size, digest.hexdigest()


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} KB"


def _check_first_bytes(path: Path, kind: Kind, allowed: frozenset[Kind]) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = _kinds_by_magic(head)
    fits = not found if kind in _BY_WORDS else kind in found
    if not fits:
        raise Refused(
            "What is in this file does not match the ending of its name. "
            f"Open it, save it again as {what_can_be_sent(allowed)} and send that."
        )
    if kind is not Kind.PDF and b"%PDF-" in head:
        raise Refused(_SAY["hidden"])


def _kinds_by_magic(head: bytes) -> tuple[Kind, ...]:
    if head.startswith(b"%PDF-"):
        return (Kind.PDF,)
    if head.startswith(b"\xff\xd8\xff"):
        return (Kind.JPEG,)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return (Kind.PNG,)
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return (Kind.TIFF,)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return (Kind.OUTLOOK,)
    if head.startswith(b"PK\x03\x04"):
        return _ZIPS
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
        return (Kind.HEIC,)
    return ()


def _parse(path: Path, kind: Kind, max_pages: int, allowed: frozenset[Kind]) -> int | None:
    """The number of pages, as the parser in the sandbox found it. Raises Refused."""
    task = _PROBES.get(kind, "probe_image")
    options = {
        "max_pages": max_pages,
        "max_pixels": MAX_PDF_PICTURE_PIXELS if kind is Kind.PDF else MAX_PIXELS,
        "max_stream": MAX_PDF_STREAM_BYTES,
        "max_total": MAX_PDF_TOTAL_BYTES,
        "max_parts": MAX_MAIL_PARTS,
    }
    try:
        facts = run_task(task, path, options, limits=_LIMITS).facts
    except SandboxFailed:
        raise Refused(_UNSAFE) from None
    if "error" in facts:
        raise Refused(_SAY.get(str(facts["error"]), _UNSAFE))
    if kind in _IMAGE_FORMATS and facts["format"] not in _IMAGE_FORMATS[kind]:
        raise Refused(f"We cannot take this kind of file. You can send {what_can_be_sent(allowed)}.")
    pages = facts.get("pages")
    return pages if isinstance(pages, int) else None
