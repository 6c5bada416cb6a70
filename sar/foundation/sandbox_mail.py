"""Takes a saved mail apart (.eml, or .msg of Outlook).

Loaded by `sandbox_tasks.py` in the child; imports nothing of ours.

    mail.read       output: JSON {sender_name, sender, to, subject, received, stamped, text, cut, attachments}
    mail.attachment output: the bytes of the attachment whose SHA-256 is `options["sha256"]`
    mail.bare       output: the mail as .eml, without its pictures and what has a SHA-256 of `options["without"]`

`options["outlook"]` says which of the two it is. What cannot be taken apart is {"error": "not_mail"}. A mail inside a
mail is one attachment, an .eml: of a .msg it is written anew, the same each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import formataddr, parseaddr, parsedate_to_datetime
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

Facts = dict[str, Any]

MAX_TEXT = 20_000  # characters of the message itself; a longer one is cut, and says so
MAX_PARTS = 1_000
MAX_ATTACHMENTS = 100
_PICTURES = ("jpg", "jpeg", "png", "heic", "heif", "tif", "tiff", "gif", "webp", "bmp")
_DOCUMENTS = ("pdf", "doc", "docx", "eml", "msg")  # also a mail inside: a copy of a document may be in that
_PID_DELIVERED = 0x0E06
_PID_DISPLAY_TO = 0x0E04
_PID_NAMES = (0x3707, 0x3704, 0x3001)  # of an attachment: in full, cut to eight letters, as it is shown
_PID_SENDER_NAME = 0x0C1A
_PID_SENDER_SMTP = (0x5D01, 0x5D02)  # whoever sent it, whoever it was sent for
_PROPERTIES = "__properties_version1.0"
_INNER_MESSAGE = "__substg1.0_3701000D"
_DEEPEST = 5  # mails within mails
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"}


@dataclass(frozen=True)
class Attachment:
    name: str
    data: bytes

    @property
    def is_picture(self) -> bool:
        return self._ending in _PICTURES

    @property
    def is_document(self) -> bool:
        return self._ending in _DOCUMENTS

    @property
    def _ending(self) -> str:
        return self.name.lower().rsplit(".", 1)[-1]

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Mail:
    """`received`: when it came. `stamped`: the receiver's server wrote that; else it is when the sender wrote."""

    sender: str
    to: str
    subject: str
    received: datetime | None
    stamped: bool
    text: str
    attachments: tuple[Attachment, ...]


def read(source: Path, output: Path, options: Facts) -> Facts:
    mail = _taken_apart(source, options)
    if mail is None:
        return {"error": "not_mail"}
    name, address = parseaddr(mail.sender)
    if "@" not in address:  # a name alone, or an address that only the sender's own office knows
        name, address = name or mail.sender, ""
    said = {
        "sender_name": name,
        "sender": address,
        "to": mail.to[:1000],
        "subject": mail.subject[:1000],
        "received": mail.received.isoformat() if mail.received else None,
        "stamped": mail.stamped,
        "text": mail.text[:MAX_TEXT],
        "cut": len(mail.text) > MAX_TEXT,
        "attachments": [
            {
                "name": one.name[:200],
                "size": len(one.data),
                "sha256": one.sha256,
                "picture": one.is_picture,
                "document": one.is_document,
            }
            for one in mail.attachments
        ],
    }
    output.write_bytes(json.dumps(said).encode())
    return {}


def attachment(source: Path, output: Path, options: Facts) -> Facts:
    mail = _taken_apart(source, options)
    for one in mail.attachments if mail else ():
        if one.sha256 == options["sha256"]:
            output.write_bytes(one.data)
            return {}
    return {"error": "not_mail"}


def bare(source: Path, output: Path, options: Facts) -> Facts:
    mail = _taken_apart(source, options)
    if mail is None:
        return {"error": "not_mail"}
    kept = [one for one in mail.attachments if not one.is_picture and one.sha256 not in options["without"]]
    left_out = "".join(
        f"\n[Left out: the {'picture' if one.is_picture else 'document'} {_line(one.name)}, {len(one.data)} bytes, "
        f"SHA-256 {one.sha256}]"
        for one in mail.attachments
        if one not in kept
    )
    output.write_bytes(_written(mail, kept, left_out))
    return {}


def _written(mail: Mail, attachments: Iterable[Attachment], note: str = "") -> bytes:
    """The mail as .eml: the same bytes each time, since attachments are known by their SHA-256."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Subject"] = _line(mail.sender), _line(mail.to), _line(mail.subject)
    if mail.received:
        made["Date"] = mail.received
    made.set_content(mail.text + "\n" + note)
    kept = list(attachments)
    for one in kept:
        made.add_attachment(one.data, "application", "octet-stream", filename=_line(one.name))
    if kept:
        inside = "".join(one.sha256 for one in kept) + mail.text
        made.set_boundary(f"part-{hashlib.sha256(inside.encode('utf-8', 'replace')).hexdigest()}")
    return made.as_bytes()


def _line(text: str) -> str:
    return " ".join(text.split())[:900]


def _taken_apart(source: Path, options: Facts) -> Mail | None:
    try:
        return _outlook(source) if options["outlook"] else _internet(source)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever a parser says of a hostile file, it is not a mail to us
        return None


# .eml


def _internet(source: Path) -> Mail:
    with source.open("rb") as file:
        message = BytesParser(policy=policy.compat32).parse(file)
    text, html = "", ""
    attachments: list[Attachment] = []
    for number, part in enumerate(_parts(message)):
        if number >= MAX_PARTS:
            break
        name = _decoded(part.get_filename() or "")
        kind = part.get_content_type()
        is_inline_text = kind in ("text/plain", "text/html") and not name
        if is_inline_text and part.get_content_disposition() != "attachment":
            if kind == "text/plain":
                text += _text_of(part)
            else:
                html += _text_of(part)
        elif len(attachments) < MAX_ATTACHMENTS:
            attachments.append(Attachment(_named(name, kind), _bytes_of(part)))
    stamp = _stamp(message)
    return Mail(
        sender=_decoded(message.get("From") or message.get("Sender") or ""),
        to=_decoded(message.get("To") or ""),
        subject=_decoded(message.get("Subject") or ""),
        received=stamp or _moment(message.get("Date")),
        stamped=stamp is not None,
        text=text.strip() or _stripped(html),
        attachments=tuple(attachments),
    )


def _named(name: str, kind: str) -> str:
    if kind == "message/rfc822":  # mail programs name one inside another by its subject, or not at all
        return name if name.lower().endswith(".eml") else f"{name or 'message'}.eml"
    return name or f"unnamed.{kind.rsplit('/', 1)[-1]}"


def _parts(message: Message) -> Iterator[Message]:
    """The leaves. A forwarded mail is one attachment, not taken apart itself."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)
    else:
        yield message


def _bytes_of(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], Message) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text_of(part: Message) -> str:
    data = _bytes_of(part)
    for encoding in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _decoded(header: object) -> str:
    try:
        return str(make_header(decode_header(str(header))))
    except (ValueError, LookupError):
        return str(header)


def _stamp(message: Message) -> datetime | None:
    """When our own server took it in, as the topmost Received line says."""
    stamps = [line.rsplit(";", 1)[-1] for line in message.get_all("Received") or [] if ";" in line]
    return _moment(stamps[0] if stamps else None)


def _moment(stamp: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(stamp)) if stamp else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


# .msg


def _outlook(source: Path) -> Mail:
    from oxmsg import Message as Outlook

    return _of_outlook(Outlook.load(source.read_bytes()), 0)


def _of_outlook(message: Any, depth: int) -> Mail:
    stamp = message.properties.date_prop_value(_PID_DELIVERED)
    received = stamp or message.sent_date
    attachments = message.attachments[:MAX_ATTACHMENTS] if depth <= _DEEPEST else ()
    return Mail(
        sender=_outlook_sender(message),
        to=message.properties.str_prop_value(_PID_DISPLAY_TO) or "",
        subject=message.subject,
        received=received.replace(tzinfo=UTC) if received and received.tzinfo is None else received,
        stamped=stamp is not None,
        text=(message.body or "").strip() or _stripped(message.html_body or ""),
        attachments=tuple(_outlook_attachment(one, depth) for one in attachments),
    )


def _outlook_sender(message: Any) -> str:
    """Who sent it. Between colleagues Outlook writes an address that only their server knows, beside the real one."""
    said = _decoded(message.sender or "")
    if "@" in parseaddr(said)[1]:
        return said
    known = message.properties.str_prop_value
    name = known(_PID_SENDER_NAME) or parseaddr(said)[0]
    address = next((found for pid in _PID_SENDER_SMTP if "@" in (found := known(pid) or "")), "")
    return formataddr((name, address)) if address else name


def _outlook_attachment(one: Any, depth: int) -> Attachment:
    """A file; a mail inside as .eml. Of a file that is only linked to there is the name, and no bytes."""
    name = next(filter(None, map(one.properties.str_prop_value, _PID_NAMES)), None)
    inner = next((found for found in one._storage.storages if found.name == _INNER_MESSAGE), None)
    if inner is None or not any(stream.name == _PROPERTIES for stream in inner.streams):
        return Attachment(name or "unnamed", one.file_bytes or b"")
    mail = _of_outlook(_inner_message(inner), depth + 1)
    return Attachment(f"{_line(name or mail.subject)[:80] or 'message'}.eml", _written(mail, mail.attachments))


def _inner_message(storage: Any) -> Any:
    """A message inside a message is as one by itself, but for eight bytes that its properties begin without."""
    from oxmsg import Message as Outlook
    from oxmsg.storage import Storage, Stream

    streams = tuple(
        Stream(stream.path, stream.bytes_[:24] + bytes(8) + stream.bytes_[24:])
        if stream.name == _PROPERTIES
        else stream
        for stream in storage.streams
    )
    return Outlook(Storage(storage.path, streams, storage.storages))


# HTML


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("script", "style", "head")
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "head") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _stripped(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).splitlines())
    return "\n".join(line for line in lines if line)


TASKS = {"read": read, "attachment": attachment, "bare": bare}
