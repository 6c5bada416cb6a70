"""How a file becomes a record of a case: its row, its stored bytes, the work that follows. Part of `service`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select

from sar.cases.models import Case
from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.admission import Admitted
from sar.foundation.audit import record as write_down
from sar.foundation.clock import utc_now
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.jobs import enqueue
from sar.foundation.runtime import settings
from sar.records import queries
from sar.records.models import Record, RecordRegime, RecordRole, RecordState

MEGABYTE: Final = 1_000_000
REFUSED_ATTACHMENT: Final = "attachment_refused"
UNKNOWN_KIND: Final = "unknown"
MAX_TITLE: Final = 200


@dataclass(frozen=True)
class Details:
    """What is known of a record besides its content. `originator_id` None: our own.

    `controller_id`: an OtherController of the case, where `role` asks for one. `role_set_by`: who said so.
    """

    title: str
    originator_id: str | None
    regime: RecordRegime
    received_on: date
    document_date: date | None
    parent_id: str | None = None
    role: RecordRole = RecordRole.CONTROLLER
    controller_id: str | None = None
    role_set_by: str | None = None

    def as_columns(self) -> dict[str, Any]:
        """The columns of Record that it fills."""
        return {
            "originator_id": self.originator_id,
            "parent_id": self.parent_id,
            "title": self.title,
            "regime": self.regime.value,
            "received_on": self.received_on,
            "document_date": self.document_date,
            "role": self.role.value,
            "controller_id": self.controller_id,
            "role_set_by": self.role_set_by,
            "role_set_at": utc_now() if self.role_set_by else None,
        }


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail: admitted, or else refused, for which `trouble` gives the reason in words."""

    file_name: str
    sha256: str
    size: int
    file: Admitted | None
    trouble: str = ""


def add(actor: Actor, case: Case, file: Admitted, details: Details, early: str | None = None) -> Record:
    """The row of an admitted file, and the work that follows from it. `early`: the id of a blob stored before."""
    found = Record(
        scope_id=case.scope_id,
        case_id=case.id,
        **details.as_columns(),
        file_name=file.display_name,
        kind=file.kind.name.lower(),
        sha256=file.sha256,
        size=file.size,
        state=RecordState.WAITING.value,
        pages=file.pages or 0,
    )
    first = same_file(case.id, file.sha256, details.role)
    if first is None:
        _check_room(case, file.size)
        found.original_blob_id = early or store(case, file)
    else:
        found.state, found.duplicate_of_id = RecordState.DUPLICATE.value, first.id
        found.original_blob_id = first.original_blob_id
        if early is not None:
            blobs.delete(early)
    db.session.add(found)
    db.session.flush()
    facts = {"case_id": case.id, "sha256": found.sha256, "size": found.size, "source": _source(found)}
    write_down(actor, Action.RECORD_ADDED, found.id, **facts)
    if first is None:
        enqueue(queries.INGEST, found.id)
    else:
        write_down(actor, Action.RECORD_DUPLICATE, found.id, case_id=case.id, duplicate_of=first.id)
    return found


def add_attachment(case: Case, mail: Record, attachment: Attachment) -> None:
    details = Details(
        title=attachment.file_name[:MAX_TITLE],
        originator_id=mail.originator_id,
        regime=RecordRegime(mail.regime),
        received_on=mail.received_on,
        document_date=mail.document_date,
        parent_id=mail.id,
        role=RecordRole(mail.role),
        controller_id=mail.controller_id,
        role_set_by=mail.role_set_by,
    )
    trouble = attachment.trouble
    if attachment.file is not None:
        try:
            add(SYSTEM, case, attachment.file, details)
            return
        except Refused as refused:
            trouble = refused.message
    found = Record(
        scope_id=case.scope_id,
        case_id=case.id,
        **details.as_columns(),
        file_name=attachment.file_name,
        kind=UNKNOWN_KIND,
        sha256=attachment.sha256,
        size=attachment.size,
        state=RecordState.UNREADABLE.value,
    )
    db.session.add(found)
    db.session.flush()
    facts = {"case_id": case.id, "sha256": found.sha256, "size": found.size, "source": _source(found)}
    write_down(SYSTEM, Action.RECORD_ADDED, found.id, **facts)
    set_unreadable(found, REFUSED_ATTACHMENT, trouble)


def _source(found: Record) -> str:
    return "attachment" if found.parent_id else found.originator_id or "own"


def _check_room(case: Case, size: int) -> None:
    stored = select(func.coalesce(func.sum(Record.size), 0)).where(
        Record.case_id == case.id, Record.state != RecordState.DUPLICATE
    )
    most = settings().max_case_mb
    if (db.session.scalar(stored) or 0) + size > most * MEGABYTE:
        raise Refused(f"This case holds all the files it can: the most is {most:,} MB.")


def same_file(case_id: str, sha256: str, role: RecordRole = RecordRole.CONTROLLER) -> Record | None:
    """The record of the case that is this very file, if there is one whose pages count.

    For a file that we decide about, only another such record does: one that we hold for others stands for nothing else.
    """
    query = select(Record).where(
        Record.case_id == case_id,
        Record.sha256 == sha256,
        Record.original_blob_id.is_not(None),
        Record.state.not_in((RecordState.DUPLICATE, RecordState.WITHDRAWN)),
    )
    if role is not RecordRole.PROCESSOR:
        query = query.where(queries.ours())
    return db.session.scalars(query.order_by(Record.created_at)).first()


def store(case: Case, file: Admitted) -> str:
    with file.path.open("rb") as stream:
        return blobs.put(case.scope_id, stream, media_type=file.media_type).id


def set_unreadable(found: Record, code: str, words: str) -> None:
    found.state, found.error, found.trouble = RecordState.UNREADABLE.value, code, words
    write_down(SYSTEM, Action.RECORD_UNREADABLE, found.id, case_id=found.case_id, error=code)
