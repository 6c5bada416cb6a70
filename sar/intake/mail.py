"""A request that came as a mail: the saved mail is read in the sandbox and fills the officer's form.

Until the officer logs it, the mail lies in a draft with a key of its own, for a day. Then it is kept as evidence,
sealed with the case. Where the officer says that attachments are copies of identity documents, the mail is kept
without them and without any picture: a copy that is destroyed when identity is settled must not live on inside it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, Final

from sqlalchemy import select

from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.admission import MAILS, PICTURES, Kind, admit, display_name, ending_words, kind_by_ending
from sar.foundation.audit import record
from sar.foundation.clock import london_date, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone, NotFound, Refused
from sar.foundation.keys import erase_scope, new_scope
from sar.foundation.runtime import settings
from sar.foundation.sandbox import Limits, SandboxFailed, run_task
from sar.intake.models import MailDraft, Submission

DRAFT_HOURS: Final = 24
NO_DRAFT: Final = "We do not have this email any more: it is kept for a day. Send the file again."
_NOT_READ: Final = "We could not read this email. Save it again as .eml or .msg, or fill in the form by hand."
_LIMITS: Final = Limits(cpu=60, wall=120.0)


@dataclass(frozen=True)
class Enclosed:
    """The mail a request came in, as it will be kept: its bytes, its type, and what was read in it."""

    content: bytes
    media_type: str
    read: dict[str, Any]


@dataclass(frozen=True)
class Attached:
    """One attachment of a mail. `size` in bytes; `is_kept` False: left out, as what may be a copy of an ID."""

    name: str
    size: int
    sha256: str
    is_kept: bool

    @property
    def kind(self) -> str:
        """What it claims to be, in words."""
        return ending_words(self.name)


def open_mail(actor: Actor, stream: BinaryIO, file_name: str) -> str:
    """Read a saved mail (.eml, .msg) and keep it for the form. Returns the draft's id.

    Raises Refused for what is no mail or too large, StoreFull.
    """
    with admit(stream, file_name, allowed=MAILS, max_bytes=settings().max_upload_mb * 1_000_000) as admitted:
        read = _read(admitted.path, admitted.kind)
        with write_transaction() as session, admitted.path.open("rb") as source:
            scope_id = new_scope()
            blob = blobs.put(scope_id, source, media_type=admitted.media_type)
            draft = MailDraft(
                scope_id=scope_id,
                staff_id=actor.id,
                expires_at=utc_now() + timedelta(hours=DRAFT_HOURS),
                media_type=admitted.media_type,
                mail_blob_id=blob.id,
                read=read | {"sha256": admitted.sha256, "file_name": admitted.display_name},
            )
            session.add(draft)
            return draft.id


def find(actor: Actor, draft_id: str) -> MailDraft:
    """The officer's own draft. Raises Gone."""
    draft = db.session.get(MailDraft, draft_id)
    if draft is None or draft.staff_id != actor.id or draft.expires_at <= utc_now():
        raise Gone(NO_DRAFT)
    return draft


def possible_copies(draft: MailDraft) -> list[tuple[int, str]]:
    """(number, name) of each attachment that could be a copy of an identity document: pictures, PDFs, mails."""
    attached = draft.read["attachments"]
    # A mail that was read before documents were told apart says of none whether it is one: then any file may be.
    return [(number, one["name"]) for number, one in enumerate(attached) if one["picture"] or one.get("document", True)]


def copy_in(draft: MailDraft, number: int) -> tuple[BinaryIO, str] | None:
    """The copy as its sender made it, only for `identity_copies.read_photo`; None for a kind that it does not take.

    Raises Refused for what is no possible copy.
    """
    names = dict(possible_copies(draft))
    if number not in names:
        raise Refused("That file is not in this email. Choose again.")
    if kind_by_ending(names[number]) not in PICTURES:
        return None
    return io.BytesIO(_task(draft.mail_blob_id, "mail.attachment", sha256=_sha256(draft, number))), names[number]


def enclosed(draft: MailDraft, copies: Collection[int]) -> Enclosed:
    """The mail as it goes with the request: whole, or made anew without the copies of an ID and any pictures."""
    if not copies:
        with blobs.open(draft.mail_blob_id) as stream:
            return Enclosed(stream.read(), draft.media_type, draft.read)
    left_out = sorted({_sha256(draft, number) for number in copies})
    bare = _task(draft.mail_blob_id, "mail.bare", without=left_out)
    return Enclosed(bare, Kind.EMAIL.value, draft.read | {"pictures_left_out": True, "copies_left_out": left_out})


def keep(actor: Actor, submission: Submission, mail: Enclosed) -> None:
    """Seal the mail with the request's key, inside the write transaction that stores the request."""
    blob = blobs.put(submission.scope_id, io.BytesIO(mail.content), media_type=mail.media_type)
    submission.mail_blob_id = blob.id
    submission.mail = mail.read
    record(actor, Action.MAIL_KEPT, submission.id, blob_id=blob.id, sha256=blob.sha256, original=mail.read["sha256"])


def attachments(submission: Submission) -> list[Attached]:
    """What came with the mail that a request was made in, in the order of the mail; nothing where none is kept."""
    read = submission.mail if submission.mail_blob_id else None
    if read is None:
        return []
    bare = read.get("pictures_left_out", False)
    # Mails kept by earlier versions have one copy at most, under another name.
    copies = read.get("copies_left_out") or [read.get("copy_left_out")]
    return [
        Attached(
            display_name(one["name"]),
            one["size"],
            one["sha256"],
            is_kept=not (bare and one["picture"]) and one["sha256"] not in copies,
        )
        for one in read["attachments"]
    ]


def attached_file(submission: Submission, sha256: str) -> BinaryIO:
    """An attachment of the kept mail, as its sender made it: only for the sandbox. Raises NotFound, Refused."""
    found = next((one for one in attachments(submission) if one.sha256 == sha256 and one.is_kept), None)
    if found is None or submission.mail_blob_id is None:
        raise NotFound("This email has no such attachment, or it was not kept.")
    if found.size == 0:
        raise Refused("This attachment is empty.")
    return io.BytesIO(_task(submission.mail_blob_id, "mail.attachment", sha256=sha256))


def came_on(draft: MailDraft) -> date | None:
    """The day on which the mail reached us, or was sent where no server says; None where it says neither."""
    day: str | None = draft.read["received_on"]
    return date.fromisoformat(day) if day else None


def is_stamped(draft: MailDraft) -> bool:
    """Whether our mail server says when it came. A draft that an earlier version read says nothing of that."""
    return bool(draft.read.get("stamped"))


def forget(draft_id: str) -> None:
    """Destroy a draft and its key. One that is gone already is no error."""
    with write_transaction():
        draft = db.session.get(MailDraft, draft_id)
        if draft is not None:
            _destroy(draft)


def destroy_expired() -> int:
    """Destroy the drafts whose day is over. Returns how many."""
    with write_transaction() as session:
        expired = session.scalars(select(MailDraft).where(MailDraft.expires_at <= utc_now())).all()
        for draft in expired:
            _destroy(draft)
    return len(expired)


def _destroy(draft: MailDraft) -> None:
    blob_id, scope_id = draft.mail_blob_id, draft.scope_id
    db.session.delete(draft)
    db.session.flush()
    blobs.delete(blob_id)
    erase_scope(scope_id)


def _sha256(draft: MailDraft, number: int) -> str:
    sha256: str = draft.read["attachments"][number]["sha256"]
    return sha256


def _read(path: Any, kind: Kind) -> dict[str, Any]:
    try:
        answer = run_task("mail.read", path, {"outlook": kind is Kind.OUTLOOK}, limits=_LIMITS)
        read: dict[str, Any] = json.loads(answer.output) if answer.output else {}
    except (SandboxFailed, ValueError):
        raise Refused(_NOT_READ) from None
    if "error" in answer.facts or not read:
        raise Refused(_NOT_READ)
    moment = read.pop("received")
    received_on = london_date(datetime.fromisoformat(moment)) if moment else None
    return read | {"received_on": received_on.isoformat() if received_on else None}


def _task(blob_id: str, task: str, **options: Any) -> bytes:
    is_outlook = blobs.get(blob_id).media_type == Kind.OUTLOOK.value
    with blobs.plaintext_path(blob_id) as path:
        try:
            answer = run_task(task, path, {"outlook": is_outlook, **options}, limits=_LIMITS)
        except SandboxFailed:
            raise Refused(_NOT_READ) from None
    if "error" in answer.facts or not answer.output:
        raise Refused(_NOT_READ)
    return answer.output
