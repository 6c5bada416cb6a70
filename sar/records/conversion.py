"""Everything becomes a PDF: a PDF is one already, pictures become pages, mail and text are typeset.

What is hostile is taken apart by `conversion_child` in the sandbox; here only its answer is looked at.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pikepdf

from redaction import sandbox
from redaction.limits import MIB
from sar.foundation.admission import RECORDS, Kind, admit, display_name
from sar.foundation.errors import Refused
from sar.foundation.runtime import settings
from sar.foundation.typesetting import TypesettingError, typeset
from sar.records import office_files
from sar.records.arrival import MEGABYTE, Attachment

_CHILD: Final = Path(__file__).with_name("conversion_child.py")
_CPU_SECONDS: Final = 300
_WALL_SECONDS: Final = 600.0
_ANSWER_BYTES: Final = 256 * MIB
# Typst takes time with the square of the length: 0.5 s for this much, 30 s for ten times as much at once.
PIECE_CHARACTERS: Final = 100_000
MAX_CHARACTERS: Final = 5_000_000
MAX_ATTACHMENTS: Final = 500

_ASK_AGAIN: Final = "Ask for it again as a PDF, or settle it below."
_SAY: Final = {
    "pixels": "This picture is too large to be shown.",
    "damaged": "This file is damaged and could not be shown.",
    "time": "This file took too long to convert, so we stopped.",
    "memory": "This file needs more memory than we allow.",
    "failed": "This file could not be converted into pages.",
    "too_long": "This file holds more text than we can set on pages. Ask for it in smaller parts.",
    "no_text": "There is nothing in this file that can be shown.",
    "attachments": "This email carries more files than we take out of one email.",
}
_NOTES: Final = {
    "two_versions": "The email holds two versions of its text that differ. Both are shown, one after the other.",
    "charset": "Some characters of this email could not be told for certain.",
    "damaged_part": "A part of this email is damaged. What could be read of it is kept.",
}
_COLUMNS: Final = re.compile(r"\S(\t| {3,})\S")


class CannotBeShown(Exception):
    """The file has no pages that we can show: `code` is for the log, `why` in words, `words` for a record's officer."""

    def __init__(self, code: str, words: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.why = words or _SAY[code]
        self.words = words or f"{self.why} {_ASK_AGAIN}"


@dataclass(frozen=True)
class Source:
    """A file to be turned into pages, let in by `admit`: `path` holds its plaintext, `pages` what admission counted.

    `title` and `day` stand at the head of what is typeset. `attached`: what a mail's page says of each attachment.
    """

    path: Path
    kind: Kind
    title: str
    day: date
    pages: int
    attached: str = "a record of its own"


@dataclass(frozen=True)
class Converted:
    """A PDF and its number of pages. `is_original`: it is the file itself."""

    path: Path
    pages: int
    is_original: bool = False
    attachments: tuple[Attachment, ...] = field(default=())


@dataclass(frozen=True)
class _Paper:
    """What `record_conversion` is set from."""

    title: str
    day: date
    body: str
    layout: str
    header: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attached: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Mail:
    headers: list[tuple[str, str]]
    subject: str
    body: str
    notes: list[str]
    attachments: list[tuple[str, int]]


def convert(source: Source, folder: Path, keep: ExitStack) -> Converted:
    """The pages of a file, made in the private `folder`.

    Attachments are admitted; their files live as long as `keep`. Raises CannotBeShown.
    """
    target = folder / "converted.pdf"
    if source.kind is Kind.PDF:
        return Converted(source.path, source.pages, is_original=True)
    if source.kind is Kind.TEXT:
        text = _decoded(source.path.read_bytes())
        return Converted(target, _typeset(_Paper(source.title, source.day, text, _layout(text)), target))
    if source.kind is Kind.EMAIL:
        return _convert_mail(source, folder, keep)
    if source.kind is Kind.WORD:
        return _convert_word(source, folder)
    if source.kind in (Kind.XLSX, Kind.OUTLOOK):
        return _convert_office_file(source, target)
    facts = _run("picture", source.path, target)
    pages = facts.get("pages")
    if not isinstance(pages, int) or pages < 1 or not target.is_file():
        raise CannotBeShown("failed")
    return Converted(target, pages)


def _convert_mail(source: Source, folder: Path, keep: ExitStack) -> Converted:
    packed, target = folder / "attachments", folder / "converted.pdf"
    mail = _checked_mail(_run("mail", source.path, packed), packed)
    attachments = tuple(_admitted(packed, mail.attachments, keep))
    if not mail.body.strip() and not mail.headers:
        raise CannotBeShown("no_text")
    paper = _Paper(
        title=mail.subject or source.title,
        day=source.day,
        body=mail.body or "(This email has no text.)",
        layout="wrapped",
        header=[{"name": name, "value": value} for name, value in mail.headers],
        notes=[_NOTES[code] for code in mail.notes if code in _NOTES],
        attached=[
            {"name": one.file_name, "note": source.attached if one.file else "could not be shown"}
            for one in attachments
        ],
    )
    return Converted(target, _typeset(paper, target), attachments=attachments)


def _convert_word(source: Source, folder: Path) -> Converted:
    """Its words on pages of ours, then a page for each of its pictures: a letterhead, a signature."""
    words, target = folder / "words.pdf", folder / "converted.pdf"
    facts = _run("word", source.path, target)
    body, left_out = _clean(facts.get("body")), facts.get("left_out")
    notes = ["These are the words of a Word document, then its pictures. Where they stood on its pages is not shown."]
    if left_out:
        notes.append("It holds pictures that could not be shown.")
    _typeset(_Paper(source.title, source.day, body or "(This document has no words.)", "wrapped", notes=notes), words)
    pages = _run("join", words, target).get("pages")
    if not isinstance(pages, int) or pages < 1:
        raise CannotBeShown("failed")
    return Converted(target, pages)


def _convert_office_file(source: Source, target: Path) -> Converted:
    try:
        if source.kind is Kind.XLSX:
            body = office_files.workbook_text(source.path)
            notes = ["This is what stands in the cells of a workbook. Its colours, charts and pictures are not shown."]
            paper = _Paper(source.title, source.day, body, "fixed", notes=notes)
        else:
            mail = office_files.outlook_message(source.path)
            paper = _Paper(
                title=mail.subject or source.title,
                day=source.day,
                body=mail.text or "(This email has no text.)",
                layout="wrapped",
                header=[{"name": name, "value": value} for name, value in mail.header],
                notes=["This is the beginning of a long email. Ask for the rest as a PDF."] if mail.is_cut else [],
                attached=[{"name": name, "note": source.attached} for name in mail.attachments],
            )
    except Refused as refused:
        raise CannotBeShown("failed", refused.message) from None
    return Converted(target, _typeset(paper, target))


def _run(task: str, source: Path, target: Path) -> dict[str, Any]:
    # -P: the folder of the child's script holds modules of ours, which are none of its business.
    command = [sys.executable, "-P", "-B", str(_CHILD), task, str(source), str(target)]
    result = sandbox.run(
        command,
        folder=target.parent,
        cpu_seconds=_CPU_SECONDS,
        wall_seconds=_WALL_SECONDS,
        file_bytes=_ANSWER_BYTES,
    )
    if result.stopped_by is not None:
        stopped = {sandbox.Stop.WALL_TIME: "time", sandbox.Stop.CPU_TIME: "time", sandbox.Stop.MEMORY: "memory"}
        raise CannotBeShown(stopped.get(result.stopped_by, "failed"))
    try:
        facts = json.loads(result.stdout)
    except (ValueError, RecursionError):
        raise CannotBeShown("failed") from None
    if not isinstance(facts, dict) or (result.returncode != 0 and "error" not in facts):
        raise CannotBeShown("failed")
    if "error" in facts:
        raise CannotBeShown(facts["error"] if facts["error"] in _SAY else "failed")
    return facts


def _checked_mail(facts: dict[str, Any], packed: Path) -> _Mail:
    """The child's answer in the agreed form, or CannotBeShown: the child read a hostile file."""
    try:
        mail = _Mail(
            headers=[(_clean(name), _clean(value)) for name, value in facts["headers"]],
            subject=_clean(facts["subject"]),
            body=_clean(facts["body"]),
            notes=[_clean(code) for code in facts["notes"]],
            attachments=[(_clean(one["name"]), int(one["size"])) for one in facts["attachments"]],
        )
    except (KeyError, TypeError, ValueError):
        raise CannotBeShown("failed") from None
    sizes = [size for _name, size in mail.attachments]
    if any(size < 0 for size in sizes) or not packed.is_file() or sum(sizes) != packed.stat().st_size:
        raise CannotBeShown("failed")
    if len(sizes) > MAX_ATTACHMENTS:
        raise CannotBeShown("attachments")
    return mail


def _clean(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value.encode("utf-8", "replace").decode()


def _admitted(packed: Path, sizes: list[tuple[str, int]], keep: ExitStack) -> Iterator[Attachment]:
    """Each attachment through the same door as any upload; one that is refused is noted, not lost."""
    most = settings().max_upload_mb * MEGABYTE
    with packed.open("rb") as source:
        for name, size in sizes:
            data = source.read(size)
            sha256, shown = hashlib.sha256(data).hexdigest(), display_name(name)
            try:
                file = keep.enter_context(admit(io.BytesIO(data), name, allowed=RECORDS, max_bytes=most))
            except Refused as refused:
                yield Attachment(shown, sha256, size, None, refused.message)
            else:
                yield Attachment(shown, sha256, size, file)


def _decoded(data: bytes) -> str:
    """As admission found it readable: UTF-16 with a mark, UTF-8, Windows-1252."""
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotBeShown("damaged")


def _layout(text: str) -> str:
    """Exports of messages and logs come in columns, which must stay columns; letters do not."""
    lines = [line for line in text.splitlines() if line.strip()]
    columned = sum(1 for line in lines if _COLUMNS.search(line))
    return "fixed" if columned * 4 >= len(lines) > 0 else "wrapped"


def _typeset(paper: _Paper, target: Path) -> int:
    """Writes the PDF, from several pieces where the text is long; returns the number of pages."""
    if not paper.body.strip():
        raise CannotBeShown("no_text")
    if len(paper.body) > MAX_CHARACTERS:
        raise CannotBeShown("too_long")
    pieces = list(_pieces(paper.body))
    with pikepdf.new() as pdf, ExitStack() as opened:
        for number, piece in enumerate(pieces, 1):
            part = opened.enter_context(pikepdf.open(io.BytesIO(_set(paper, piece, number, len(pieces)))))
            pdf.pages.extend(part.pages)
        pdf.save(target)
        return len(pdf.pages)


def _set(paper: _Paper, piece: str, number: int, of: int) -> bytes:
    data = {
        "date": paper.day,
        "title": paper.title if of == 1 else f"{paper.title} (part {number} of {of})",
        "header": paper.header if number == 1 else [],
        "notes": paper.notes if number == 1 else [],
        "attachments": paper.attached if number == of else [],
        "body": piece,
        "layout": paper.layout,
    }
    try:
        return typeset("record_conversion", data)
    except TypesettingError:
        raise CannotBeShown("failed") from None


def _pieces(text: str) -> Iterator[str]:
    """Cut at line ends where there are any."""
    while len(text) > PIECE_CHARACTERS:
        cut = text.rfind("\n", 1, PIECE_CHARACTERS) + 1 or PIECE_CHARACTERS
        yield text[:cut]
        text = text[cut:]
    yield text
