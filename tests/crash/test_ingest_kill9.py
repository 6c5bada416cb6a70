"""A worker killed with kill -9 while it reads a record: another reads it, and the record is there once, whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from sar.foundation import blobs, jobs
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.records import queries
from sar.records.models import Record
from tests.crash.conftest import StartWorker
from tests.crash.forge import wait_until
from tests.factories import DEMO_DATA, a_record, gathering_case

SCAN = DEMO_DATA / "case1" / "files" / "st-chads-referral-scan.pdf"
WORKER = "tests.crash.ingest_worker"


def now(record_id: str) -> Record:
    db.session.rollback()
    return db.session.get_one(Record, record_id, populate_existing=True)


def being_read(record_id: str) -> bool:
    """The worker has started its reader: the state is set before, the total with the first sign of progress."""
    db.session.rollback()
    job = jobs.latest(queries.INGEST, record_id)
    return job is not None and job.state == jobs.State.RUNNING and job.total == 1


def read_in(record_id: str) -> int:
    query = select(func.count()).select_from(AuditEntry)
    query = query.where(AuditEntry.subject_id == record_id, AuditEntry.action == "record.read_in")
    return db.session.scalar(query) or 0


def stored(app: Flask) -> tuple[int, list[Path]]:
    """Rows of stored files, and the files whose row is missing."""
    db.session.rollback()
    known = set(db.session.scalars(select(blobs.Blob.id)))
    files = app.extensions["sar"].settings.instance.glob("blobs/??/*")
    return len(known), [path for path in files if path.name not in known]


@pytest.mark.parametrize("moment", ["while its pages are read", "before its result is committed"])
def test_a_record_whose_reader_was_killed_is_read_once_by_another(
    app: Flask, worker: StartWorker, database: str, moment: str
) -> None:
    with app.app_context():
        record_id = a_record(gathering_case(), SCAN).id
        before = stored(app)[0]
        with worker(*(["hold"] if moment.startswith("before") else [])) as first:
            reached = app.extensions["sar"].settings.instance / f"reached-{record_id}"
            wait_until(reached.exists if moment.startswith("before") else lambda: being_read(record_id))
            first.kill()
        assert (now(record_id).state, now(record_id).words_blob_id, read_in(record_id)) == ("reading", None, 0)
        assert stored(app)[0] == before
        with worker():
            wait_until(lambda: now(record_id).state == "ready")
        record = now(record_id)
        job = jobs.latest(queries.INGEST, record_id)
        assert job and (job.state, job.attempts) == ("done", 2)
        assert (record.pages, record.ocr_pages, read_in(record_id)) == (1, 1, 1)
        assert len(list(queries.page_texts(record))) == 1
        # One words file has its row; one that the killed worker wrote has none, and the sweeper takes it after a day.
        rows, orphans = stored(app)
        assert rows == before + 1 and len(orphans) == (1 if moment.startswith("before") else 0)
