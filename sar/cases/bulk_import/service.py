"""Commands of the import: upload a spreadsheet, say which column is which, look at the dry run, import the good rows.

Nothing becomes a case before the data protection officer has seen what each row comes to. A row that was imported
is known again by a keyed fingerprint of what it says, so the same file twice imports nothing twice.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, BinaryIO, Final

from sqlalchemy import select

from sar.access.models import Staff
from sar.access.permissions import Permission
from sar.cases.bulk_import.columns import BY_CODE, guess, why_not
from sar.cases.bulk_import.doubles import Doubles
from sar.cases.bulk_import.models import CaseImport, ImportState
from sar.cases.bulk_import.queries import CHECK, RUN, has_stopped, is_worked_on, report_of, visible_import
from sar.cases.bulk_import.rows import Row
from sar.cases.bulk_import.table import MAX_BYTES, load, read, read_rows, taken_apart
from sar.cases.deadlines import EndReason
from sar.cases.ledger import CHANGED_MEANWHILE, Fact, keep_note, require, store_fact
from sar.cases.models import Case
from sar.cases.service import open_case, set_regimes
from sar.cases.workflow import Stage
from sar.foundation import blobs
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.admission import SHEETS, admit
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Gone, Refused
from sar.foundation.jobs import GiveUp, JobContext, enqueue
from sar.foundation.keys import blind_index, erase_scope, new_scope, preload
from sar.foundation.wording import date_words
from sar.intake import service as intake
from sar.intake.models import Submission

KEEP: Final = timedelta(days=30)
_TOGETHER: Final = 10  # rows in one transaction, or fewer: other writers wait no longer than that
HELD_AT_MOST: float = 0.25  # seconds after which no further row is begun: on a machine with much to do, ten take long
_BREATH: Final = 0.05  # seconds between them: SQLite lets a waiting writer in only when nobody holds the lock
_CAME: Final = {
    "id_received": "Proof of identity",
    "authority_received": "Written authority",
    "fee_paid": "The fee",
}
_STAGES: Final = {
    EndReason.RESPONDED: Stage.CLOSED,
    EndReason.NO_REPLY: Stage.CLOSED,
    EndReason.REFUSED: Stage.REJECTED,
    EndReason.WITHDRAWN: Stage.WITHDRAWN,
}


def upload(actor: Actor, stream: BinaryIO, file_name: str) -> str:
    """Read a spreadsheet (.xlsx, .csv) and guess its columns. Returns the id of the import. Raises Refused."""
    require(actor, Permission.CASES_IMPORT)
    with admit(stream, file_name, allowed=SHEETS, max_bytes=MAX_BYTES) as admitted:
        content = read(admitted.path, admitted.kind)
    table = taken_apart(content)
    with write_transaction() as session:
        scope_id = new_scope()
        blob = blobs.put(scope_id, io.BytesIO(content), media_type="application/json")
        found = CaseImport(
            scope_id=scope_id,
            staff_id=actor.id,
            sha256=admitted.sha256,
            state=ImportState.COLUMNS.value,
            rows=len(table.rows),
            expires_at=utc_now() + KEEP,
            table_blob_id=blob.id,
            file_name=admitted.display_name,
            mapping=guess(table.headings),
        )
        session.add(found)
        session.flush()
        record(actor, Action.IMPORT_UPLOADED, found.id, sha256=found.sha256, rows=found.rows)
        return found.id


def choose_columns(actor: Actor, import_id: str, mapping: Mapping[str, int], *, version: int) -> None:
    """Say which column holds which answer, and have every row looked at. Raises Refused, Conflict."""
    hindrance = why_not(mapping)
    if hindrance:
        raise Refused(hindrance)
    with write_transaction():
        found = _held(actor, import_id, version)
        again = found.state == ImportState.CHECKING and has_stopped(found)
        if found.state not in (ImportState.COLUMNS, ImportState.CHECKED) and not again:
            raise Conflict("This spreadsheet is being worked on, or was imported already.")
        width = len(load(found.table_blob_id).headings)
        if any(code not in BY_CODE or not 0 <= column < width for code, column in mapping.items()):
            raise Refused("This form is broken. Load the page again.")
        found.mapping, found.state = dict(mapping), ImportState.CHECKING.value
        enqueue(CHECK, found.id)


def check(job: JobContext) -> None:
    """The dry run: what each row comes to, kept as a report. Writes no case."""
    found = _of_job(job, ImportState.CHECKING)
    if found is None:
        return
    table, report = load(found.table_blob_id), []
    doubles = Doubles()
    for done, row in enumerate(read_rows(table, found.mapping), 1):
        doubles.add(row)
        report.append(_line(row))
        if done % 200 == 0:
            job.progress(done, found.rows)
    with job.last_step() as session:
        found = session.get_one(CaseImport, found.id, with_for_update=True, populate_existing=True)
        _mark_already(report)
        for line in report:
            line["notes"] += doubles.notes(line["row"]) if line["state"] == "good" else []
        _replace_report(found, report)
        found.state = ImportState.CHECKED.value


def start(actor: Actor, import_id: str, *, version: int) -> None:
    """Import every good row, in the background; or the rest of them, where the work stopped.

    Raises Conflict, Refused where there is none.
    """
    with write_transaction():
        found = _held(actor, import_id, version)
        again = found.state == ImportState.IMPORTING and has_stopped(found)
        if found.state != ImportState.CHECKED and not again:
            raise Conflict("Look at the rows first. Or it was started already.")
        if not found.good:
            raise Refused("There is no row that can be imported.")
        found.state = ImportState.IMPORTING.value
        enqueue(RUN, found.id)


def run(job: JobContext) -> None:
    """Make a case of every good row. Killed in the middle, it goes on where it was: a row is never taken twice."""
    found = _of_job(job, ImportState.IMPORTING)
    if found is None:
        return
    person = db.session.get(Staff, found.staff_id)
    if person is None:
        raise GiveUp("nobody_started_it")
    actor = Actor(ActorKind.STAFF, person.id, frozenset(person.role_set))
    good = [row for row in read_rows(load(found.table_blob_id), found.mapping) if not row.problems]
    sha256, import_id, scope_id = found.sha256, found.id, found.scope_id
    db.session.rollback()
    done, refused = 0, dict[int, str]()
    while done < len(good):
        done += _take_some(actor, good[done : done + _TOGETHER], sha256, refused)
        job.progress(done, len(good))
        time.sleep(_BREATH)
    with job.last_step() as session:
        found = session.get_one(CaseImport, import_id, with_for_update=True, populate_existing=True)
        assert found.scope_id == scope_id
        if refused:
            _keep_refused(found, refused)
        found.imported, found.state = len(good) - found.already - len(refused), ImportState.DONE.value
        record(actor, Action.IMPORT_FINISHED, found.id, sha256=sha256, imported=found.imported, bad=found.bad)


def _take_some(actor: Actor, rows: Sequence[Row], sha256: str, refused: dict[int, str]) -> int:
    """Take over the first of these rows in one transaction; how many of them are done with.

    A row that is refused after all undoes the transaction: it is put into `refused` by its number, and 0 returned. The
    next call leaves it out and takes the others.
    """
    done = 0
    try:
        with write_transaction() as session:
            enough = time.monotonic() + HELD_AT_MOST
            for row in rows:
                if row.number not in refused:
                    take_over(actor, row, sha256)
                done += 1
                if time.monotonic() > enough:
                    break
            session.expunge_all()
    except Refused as problem:
        refused[rows[done].number] = problem.message
        return 0
    return done


def take_over(actor: Actor, row: Row, sha256: str) -> Case | None:
    """One row as a request, its case and its clock, inside the caller's transaction. None if it was there already."""
    key = row_key(row)
    if db.session.scalar(select(Submission.id).where(Submission.submission_key_hash == key)) is not None:
        return None
    assert row.answers is not None and row.received_on is not None
    submission = intake.enter(actor, row.answers, row.channel, row.received_on, key)
    _scopes = preload([submission.scope_id])  # at hand, or each sealed column would ask for its key anew
    case = open_case(actor, submission.id)
    laws = frozenset(regime.value for regime in row.regimes)
    if laws != frozenset(case.regimes.split()):
        set_regimes(actor, case.id, laws)
    for fact in row.facts:
        store_fact(actor, case, Fact(fact.kind, fact.on, fact.number, fact.reason))
    case.identity = _settled(row, "id", "verified")
    if row.answers.representative is not None:
        case.authority = _settled(row, "authority", "settled")
    if row.ended is not None:
        day, why = row.ended
        store_fact(actor, case, Fact("ended", day, reason_code=why.value), logged=False)
        case.stage, case.closed_on = _STAGES[why].value, day
    said = [f"Reference there: {row.reference}"] if row.reference else []
    said += row.late_asks
    said += [f"{_CAME[kind]} came on {date_words(day)}" for kind, day in sorted(row.unasked.items(), reverse=True)]
    if said:
        keep_note(actor, case, f"Taken over from a spreadsheet, row {row.number}. {'. '.join(said)}")
    record(actor, Action.CASE_IMPORTED, case.id, file_sha256=sha256, row=row.number, stage=case.stage)
    return case


def remove(actor: Actor, import_id: str, *, version: int) -> None:
    """Destroy the spreadsheet and its report. Cases that came of it stay."""
    with write_transaction():
        found = _held(actor, import_id, version)
        if is_worked_on(found):
            raise Conflict("This spreadsheet is being worked on. Wait until that is done.")
        record(actor, Action.IMPORT_REMOVED, found.id, sha256=found.sha256)
        _destroy(found)


def destroy_expired() -> int:
    """Destroy spreadsheets whose time is over, with their keys. Returns how many."""
    with write_transaction() as session:
        late = session.scalars(select(CaseImport).where(CaseImport.expires_at <= utc_now())).all()
        over = [found for found in late if not is_worked_on(found)]
        for found in over:
            _destroy(found)
    return len(over)


def row_key(row: Row) -> str:
    """How an imported row is known again: a keyed fingerprint, since what it says could be guessed."""
    return blind_index("cases.import", row.identity())


def _held(actor: Actor, import_id: str, version: int) -> CaseImport:
    found = visible_import(actor, import_id, lock=True)
    if found.version != version:
        raise Conflict(CHANGED_MEANWHILE.replace("case", "import"))
    return found


def _of_job(job: JobContext, state: ImportState) -> CaseImport | None:
    found = db.session.get(CaseImport, job.subject_id)
    return found if found is not None and found.state == state else None


def _settled(row: Row, what: str, word: str) -> str:
    """Where identity ("id") or authority stands: `word` where the proof came, asked for or not."""
    kinds = {fact.kind for fact in row.facts} | row.unasked.keys()
    if f"{what}_received" in kinds:
        return word
    return "asked" if f"{what}_requested" in kinds and row.ended is None else "unchecked"


def _line(row: Row) -> dict[str, Any]:
    return {
        "row": row.number,
        "state": "bad" if row.problems else "good",
        "problems": row.problems,
        "notes": row.notes,
        "due": row.due.isoformat() if row.due else None,
        "sheet_due": row.sheet_due.isoformat() if row.sheet_due else None,
        "differs": row.differs,
        "key": row_key(row) if not row.problems else None,
    }


def _mark_already(report: list[dict[str, Any]]) -> None:
    keys = [one["key"] for one in report if one["key"]]
    known: set[str] = set()
    for place in range(0, len(keys), 500):
        part = keys[place : place + 500]
        known |= set(
            db.session.scalars(select(Submission.submission_key_hash).where(Submission.submission_key_hash.in_(part)))
        )
    for one in report:
        if one.pop("key") in known:
            one["state"] = "already"


def _keep_refused(found: CaseImport, refused: Mapping[int, str]) -> None:
    report = report_of(found)
    for one in report:
        if one["row"] in refused:
            one |= {"state": "bad", "problems": [refused[one["row"]]], "differs": False}
    _replace_report(found, report)


def _replace_report(found: CaseImport, report: list[dict[str, Any]]) -> None:
    found.good = sum(one["state"] == "good" for one in report)
    found.bad = sum(one["state"] == "bad" for one in report)
    found.already = sum(one["state"] == "already" for one in report)
    found.differing = sum(one["differs"] for one in report)
    old = found.lines_blob_id
    content = io.BytesIO(json.dumps(report).encode())
    found.lines_blob_id = blobs.put(found.scope_id, content, media_type="application/json").id
    db.session.flush()
    if old is not None:
        blobs.delete(old)


def _destroy(found: CaseImport) -> None:
    held, scope_id = [found.table_blob_id, found.lines_blob_id], found.scope_id
    db.session.delete(found)
    db.session.flush()
    for blob_id in held:
        if blob_id is not None:
            blobs.delete(blob_id)
    try:
        erase_scope(scope_id)
    except Gone:
        pass
