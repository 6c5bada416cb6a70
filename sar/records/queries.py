"""Reads about records. Staff reach a record only through `record`, which asks whether they may see its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, func, select

from redaction.document import PageText, Word
from redaction.geometry import Box
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.workflow import Stage
from sar.foundation import blobs, jobs
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.keys import SYSTEM_SCOPE, preload
from sar.records import words_file
from sar.records.models import Originator, Record, RecordRole, RecordState
from sar.records.page_picture import picture_of
from sar.records.stages import CHANGEABLE

INGEST = "records.ingest"
NOT_READ_YET = (RecordState.WAITING, RecordState.READING)
PAGE_WIDTHS = range(200, 2401)


def record(actor: Actor, record_id: str) -> Record:
    """The record, if this actor may see its case. Raises NotFound otherwise."""
    found = db.session.get(Record, record_id)
    if found is None:
        raise NotFound("There is no such record, or it is closed to you.")
    visible_case(actor, found.case_id)
    return found


def records_of(case: Case) -> list[Record]:
    """Every record of the case, in the order they were added; attachments follow their mail in time as well."""
    query = select(Record).where(Record.case_id == case.id)
    return list(db.session.scalars(query.order_by(Record.created_at, Record.id)))


def disclosable_records(case: Case) -> list[Record]:
    """The records whose pages make up the reply: read, ours to give, and neither duplicate, settled nor withdrawn."""
    return [found for found in records_of(case) if is_in_reply(found)]


def is_in_reply(found: Record) -> bool:
    """Whether the record's pages are part of the reply, or are withheld from it."""
    return found.state == RecordState.READY and found.is_ours


def in_reply() -> ColumnElement[bool]:
    """The same as a condition on Record."""
    return and_(Record.state == RecordState.READY, ours())


def ours() -> ColumnElement[bool]:
    """The condition that we decide about a record; nothing is read, reviewed or settled for a reply otherwise."""
    return Record.role != RecordRole.PROCESSOR


def changeable(case: Case) -> bool:
    """Whether records can still be added, settled and taken out: while they are gathered and reviewed."""
    return Stage(case.stage) in CHANGEABLE


def pending_count(case: Case) -> int:
    """Records of ours whose pages are not known yet."""
    return _count(case, Record.state.in_(NOT_READ_YET))


def unsettled_count(case: Case) -> int:
    """Records of ours that could not be shown and that nobody has decided about. They block release."""
    return _count(case, Record.state == RecordState.UNREADABLE)


def _count(case: Case, wanted: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Record).where(Record.case_id == case.id, ours(), wanted)
    return db.session.scalar(query) or 0


def stuck(found: Record) -> bool:
    """Whether the work of reading it was given up, which leaves it to an officer."""
    if found.state not in NOT_READ_YET:
        return False
    job = jobs.latest(INGEST, found.id)
    return job is not None and job.state == jobs.State.FAILED


def reading_jobs(records: Sequence[Record]) -> dict[str, jobs.Job]:
    """The newest reading job of each record that is not read yet, by the record's id."""
    ids = [found.id for found in records if found.state in NOT_READ_YET]
    query = select(jobs.Job).where(jobs.Job.kind == INGEST, jobs.Job.subject_id.in_(ids))
    return {job.subject_id: job for job in db.session.scalars(query.order_by(jobs.Job.created_at))}


def page_texts(found: Record) -> Iterator[PageText]:
    """Words and boxes of every page, in order. Raises NotFound for a record that was not read."""
    with blobs.open(_words_of(found)) as source:
        for data in words_file.read_all(source):
            yield page_text_from(data)


def page_text(found: Record, page: int) -> PageText:
    """One page (from 1), without unpacking those before it. Raises NotFound."""
    with blobs.open(_words_of(found)) as source:
        data = words_file.read_page(source, page)
    if data is None:
        raise NotFound("This record has no such page.")
    return page_text_from(data)


def page_png(found: Record, page: int, width: int) -> bytes:
    """A page (from 1) as a PNG of about `width` pixels, drawn in the sandbox. Raises NotFound.

    Whoever shows it calls `service.view_page` first: reading is written down.
    """
    if found.pdf_blob_id is None or not 1 <= page <= found.pages:
        raise NotFound("This record has no such page.")
    width = min(max(width, PAGE_WIDTHS.start), PAGE_WIDTHS.stop - 1)
    with blobs.plaintext_path(found.pdf_blob_id) as path:
        return picture_of(path, page, width)


def text_lines(text: PageText) -> list[str]:
    """The page as plain lines, in the order it was read: a word beside the one before it stays on its line."""
    lines: list[list[str]] = []
    last: Box | None = None
    for word in text.words:
        middle = word.box.centre[1]
        if last is None or not (last.y0 <= middle <= last.y1 and word.box.x0 >= last.x0):
            lines.append([])
        lines[-1].append(word.text)
        last = word.box
    return [" ".join(line) for line in lines]


def originators(*, retired: bool = False) -> list[Originator]:
    """The directory by name; with `retired`, those no longer asked as well."""
    scopes = preload([SYSTEM_SCOPE])
    wanted = select(Originator) if retired else select(Originator).where(Originator.retired.is_(False))
    found = sorted(db.session.scalars(wanted), key=lambda originator: originator.name.casefold())
    del scopes
    return found


def originator(originator_id: str) -> Originator:
    """One entry of the directory. Raises NotFound."""
    found = db.session.get(Originator, originator_id)
    if found is None:
        raise NotFound("There is no such originator.")
    return found


def _words_of(found: Record) -> str:
    if found.words_blob_id is None:
        raise NotFound("This record has not been read.")
    return found.words_blob_id


def page_text_from(data: words_file.Page) -> PageText:
    """What the reader of pages said of one, with `notes`."""
    return PageText(
        page=data["page"] - 1,
        width=data["width"],
        height=data["height"],
        rotation=data["rotation"],
        source=data["source"],
        words=[Word(word["text"], Box(*word["box"])) for word in data["words"]],
        notes=tuple(data["notes"]),
    )
