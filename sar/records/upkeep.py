"""What a change of some records of a case means for the others: copies of a file."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from sar.cases.models import Case
from sar.foundation.db import db
from sar.foundation.events import Event, announce
from sar.foundation.jobs import enqueue
from sar.records import queries
from sar.records.models import Record, RecordState


def promote_duplicate(withdrawn: Record, before: str) -> None:
    """The oldest duplicate becomes the record that counts, with what was read; the others are duplicates of it.

    One that is ours goes before one that we hold for others, which would keep it from the reply. `before`: the state
    of the record withdrawn.
    """
    query = select(Record).where(Record.duplicate_of_id == withdrawn.id, Record.state == RecordState.DUPLICATE)
    copies = sorted(db.session.scalars(query), key=lambda copy: (not copy.is_ours, copy.created_at, copy.id))
    if not copies:
        return
    _take_place(copies[0], withdrawn, before)
    for copy in copies[1:]:
        copy.duplicate_of_id = copies[0].id


def match_copies(case: Case, changed: Collection[Record]) -> None:
    """After the roles of some records changed: of each of their files, one record that is ours counts, if any is.

    A copy of a record that is not ours any more takes its place; a record that is ours again beside one that took its
    place becomes a copy of that one, on whose pages the decisions stand.
    """
    for sha256 in {record.sha256 for record in changed}:
        same = [found for found in queries.records_of(case) if found.sha256 == sha256 and found.original_blob_id]
        own = [found for found in same if found.is_ours and found.state != RecordState.WITHDRAWN]
        heads = [found for found in own if found.state != RecordState.DUPLICATE]
        heads.sort(key=lambda found: found in changed)
        if not own:
            continue
        if not heads:
            first = next(found for found in same if found.id == own[0].duplicate_of_id)
            _take_place(own[0], first, first.state)
        counts = heads[0] if heads else own[0]
        for found in same:
            if found is not counts and (found in own or found.state == RecordState.DUPLICATE):
                found.state, found.duplicate_of_id = RecordState.DUPLICATE.value, counts.id


def _take_place(heir: Record, of: Record, state: str) -> None:
    """The record counts from now on, in `state`, with what was read of the one that does not."""
    heir.duplicate_of_id = None
    heir.state, heir.pages, heir.ocr_pages = state, of.pages, of.ocr_pages
    heir.pdf_blob_id, heir.words_blob_id = of.pdf_blob_id, of.words_blob_id
    heir.error, heir.trouble = of.error, of.trouble
    heir.settled_as, heir.reason = of.settled_as, of.reason
    if state in queries.NOT_READ_YET:
        heir.state = RecordState.WAITING.value
        enqueue(queries.INGEST, heir.id)
    elif state == RecordState.READY:
        announce(Event.RECORD_READY, heir.id)
