"""Commands on records. The only writer of them; the directory of originators is written by `directory`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import select

from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.workflow import Stage
from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.admission import RECORDS, Admitted, Kind, admit
from sar.foundation.audit import AuditEntry, canonical
from sar.foundation.audit import record as write_down
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.events import Event, announce
from sar.foundation.runtime import settings
from sar.records import arrival, queries
from sar.records.arrival import MAX_TITLE, MEGABYTE, Attachment, Details
from sar.records.directory import add_originator, change_originator
from sar.records.laws import renew_regimes
from sar.records.models import Record, RecordRegime, RecordRole, RecordState, SettledAs, WithdrawnBecause
from sar.records.roles.controllers import NOBODY, Named, other_controller, require_named
from sar.records.stages import why_fixed
from sar.records.upkeep import promote_duplicate

__all__ = [
    "Attachment",
    "Reading",
    "add_originator",
    "add_record",
    "change_originator",
    "keep_reading",
    "mark_unreadable",
    "settle_unreadable",
    "start_reading",
    "view_page",
    "withdraw_record",
]

# Sealing this much takes some 50 ms; beyond it, other writers would wait too long for the transaction to end.
SMALL_FILE: Final = 16 * MEGABYTE
# Turning back to a page while working on it is one reading of it, not twenty.
SAME_VIEW: Final = timedelta(minutes=10)
EARLIEST: Final = date(1900, 1, 1)


@dataclass(frozen=True)
class Reading:
    """What the ingest job made of a record. `pdf` None: the original is the PDF."""

    pdf: Path | None
    words: Path
    pages: int
    ocr_pages: int
    attachments: Sequence[Attachment] = field(default=())


def add_record(
    actor: Actor,
    case_id: str,
    stream: BinaryIO,
    file_name: str,
    *,
    title: str,
    originator_id: str | None,
    regime: str,
    received_on: date,
    document_date: date | None = None,
    role: str = RecordRole.CONTROLLER,
    controller: Named = NOBODY,
) -> Record:
    """Take one file into a case, and have its pages read.

    `controller` decides about it, or with us, where our `role` is not to decide alone. The same file again is kept as
    a duplicate of the first. Raises Refused, StoreFull: nothing is kept then.
    """
    case = _open_case(actor, case_id)
    require_named(role, controller)
    details = _details(title or file_name, originator_id, regime, received_on, document_date)
    with admit(stream, file_name, allowed=RECORDS, max_bytes=settings().max_upload_mb * MEGABYTE) as file:
        early = None
        if file.size > SMALL_FILE and arrival.same_file(case.id, file.sha256) is None:
            early = arrival.store(case, file)
        try:
            with write_transaction():
                case = _locked(_open_case(actor, case_id))
                found = _arrive(actor, case, file, details, early, role, controller)
                renew_regimes(actor, case)
        except BaseException:
            if early is not None:
                blobs.delete(early)
            raise
        return found


def settle_unreadable(actor: Actor, record_id: str, outcome: str, reason: str) -> Record:
    """Decide what becomes of a record that cannot be shown; until then it blocks release. Raises Refused, Conflict."""
    if outcome not in set(SettledAs):
        raise Refused("Choose what becomes of this record.")
    if not reason.strip():
        raise Refused("Write the reason for what you decided.")
    with write_transaction():
        found = queries.record(actor, record_id)
        _locked(_open_case(actor, found.case_id))
        db.session.refresh(found)
        if found.state != RecordState.UNREADABLE and not queries.stuck(found):
            raise Conflict("This record does not need settling, or somebody has settled it already.")
        found.state, found.settled_as, found.reason = RecordState.SETTLED.value, outcome, reason.strip()
        write_down(actor, Action.RECORD_SETTLED, found.id, case_id=found.case_id, outcome=outcome)
        announce(Event.RECORD_CHANGED, found.id)
        return found


def withdraw_record(actor: Actor, record_id: str, reason: str) -> Record:
    """Take a record out of the case; `reason` is a WithdrawnBecause. A duplicate of it takes its place."""
    if reason not in set(WithdrawnBecause):
        raise Refused("Choose why this record should not be in the case.")
    with write_transaction():
        found = queries.record(actor, record_id)
        case = _locked(_open_case(actor, found.case_id))
        db.session.refresh(found)
        if found.state == RecordState.WITHDRAWN:
            raise Conflict("This record was taken out of the case already.")
        before, found.state = found.state, RecordState.WITHDRAWN.value
        write_down(actor, Action.RECORD_WITHDRAWN, found.id, case_id=found.case_id, reason=reason)
        announce(Event.RECORD_CHANGED, found.id)
        promote_duplicate(found, before)
        renew_regimes(actor, case)
        return found


def view_page(actor: Actor, record_id: str, page: int) -> Record:
    """Open a page (from 1): the reading itself is kept in the log. Raises NotFound."""
    with write_transaction():
        found = queries.record(actor, record_id)
        if found.pdf_blob_id is None or not 1 <= page <= found.pages:
            raise NotFound("This record has no such page.")
        facts = {"case_id": found.case_id, "page": page}
        if not viewed_just_now(actor, Action.PAGE_VIEWED, found.id, facts):
            write_down(actor, Action.PAGE_VIEWED, found.id, **facts)
        return found


def start_reading(record_id: str) -> Record | None:
    """For the ingest job: the record if it waits to be read (also again, after a crash), else None."""
    with write_transaction():
        found = db.session.get(Record, record_id, with_for_update=True, populate_existing=True)
        if found is None or found.state not in queries.NOT_READ_YET:
            return None
        found.state = RecordState.READING.value
        return found


def keep_reading(record_id: str, reading: Reading) -> None:
    """Store what was read, inside the ingest job's last step. Nothing happens to a record withdrawn meanwhile."""
    with write_transaction():
        found = _still_reading(record_id)
        if found is None:
            return
        if reading.pdf is None:
            found.pdf_blob_id = found.original_blob_id
        else:
            found.pdf_blob_id = _put(found, reading.pdf, Kind.PDF.value)
        found.words_blob_id = _put(found, reading.words, "application/gzip")
        found.pages, found.ocr_pages = reading.pages, reading.ocr_pages
        found.state, found.error, found.trouble = RecordState.READY.value, None, None
        facts = {"case_id": found.case_id, "pages": reading.pages, "ocr_pages": reading.ocr_pages}
        write_down(SYSTEM, Action.RECORD_READ_IN, found.id, **facts)
        announce(Event.RECORD_READY, found.id)
        case = db.session.get_one(Case, found.case_id)
        for attachment in reading.attachments:
            arrival.add_attachment(case, found, attachment)


def mark_unreadable(record_id: str, code: str, words: str) -> None:
    """Say that a record cannot be shown and why, inside the ingest job's last step."""
    with write_transaction():
        found = _still_reading(record_id)
        if found is not None:
            arrival.set_unreadable(found, code, words)


def _details(
    title: str, originator_id: str | None, regime: str, received_on: date, document_date: date | None
) -> Details:
    if regime not in set(RecordRegime):
        raise Refused("Choose the law that this record falls under.")
    if originator_id is not None:
        queries.originator(originator_id)
    today = london_today()
    if not EARLIEST <= received_on <= today:
        raise Refused("Check the date received: it cannot be in the future.")
    if document_date is not None and not EARLIEST <= document_date <= today:
        raise Refused("Check the date of the document: it cannot be in the future.")
    return Details(title.strip()[:MAX_TITLE], originator_id, RecordRegime(regime), received_on, document_date)


def _arrive(
    actor: Actor, case: Case, file: Admitted, details: Details, early: str | None, role: str, controller: Named
) -> Record:
    other = other_controller(case, role, controller)
    if other is None:
        return arrival.add(actor, case, file, details, early)
    said = replace(details, role=RecordRole(role), controller_id=other.id, role_set_by=actor.id)
    found = arrival.add(actor, case, file, said, early)
    facts = {"case_id": case.id, "role_before": RecordRole.CONTROLLER, "role": role, "controller_id": other.id}
    write_down(actor, Action.RECORD_ROLE_SET, found.id, **facts)
    return found


def _open_case(actor: Actor, case_id: str) -> Case:
    case = visible_case(actor, case_id)
    fixed = why_fixed(Stage(case.stage))
    if fixed:
        raise Refused(fixed)
    return case


def _locked(case: Case) -> Case:
    """One change of a case's records at a time: two copies of a file sent at once must see each other."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    return case


def _put(found: Record, path: Path, media_type: str) -> str:
    with path.open("rb") as stream:
        return blobs.put(found.scope_id, stream, media_type=media_type).id


def _still_reading(record_id: str) -> Record | None:
    found = db.session.get_one(Record, record_id, with_for_update=True, populate_existing=True)
    return found if found.state in queries.NOT_READ_YET else None


def viewed_just_now(actor: Actor, action: Action, subject_id: str, facts: dict[str, object]) -> bool:
    """Whether the log says already that this actor looks at this."""
    query = select(AuditEntry.seq).where(
        AuditEntry.subject_id == subject_id,
        AuditEntry.actor_id == actor.id,
        AuditEntry.action == action.label,
        AuditEntry.facts == canonical(facts),
        AuditEntry.at > utc_now() - SAME_VIEW,
    )
    return db.session.scalars(query.limit(1)).first() is not None
