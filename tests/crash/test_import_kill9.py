"""An import killed with kill -9 in the midst of its rows, twice: in the end each row is a case, and none is two."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases.bulk_import import service
from sar.cases.bulk_import.models import CaseImport
from sar.cases.bulk_import.queries import RUN, visible_import
from sar.cases.models import Case, ClockFact
from sar.foundation import jobs
from sar.foundation.actors import Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.intake.models import Submission
from tests.crash.conftest import StartWorker
from tests.crash.forge import wait_until
from tests.factories import staff_actor
from tests.integration.cases.sheets import as_csv

WORKER = "tests.crash.holding_worker"
ROWS = 24  # below the headings: row 2 of the sheet to row 25, ten to a transaction


def a_started_import(app: Flask, actor: Actor) -> str:
    lines = [[f"25/{n}", f"Delroy {n:02}", "2/9/26", "", "", f"{n} Mill Lane", "", "", ""] for n in range(ROWS)]
    import_id = service.upload(actor, io.BytesIO(as_csv(*lines)), "cases.csv")
    found = visible_import(actor, import_id)
    service.choose_columns(actor, import_id, found.mapping, version=found.version)
    jobs.run_pending(app)
    service.start(actor, import_id, version=now(import_id).version)
    return import_id


def now(import_id: str) -> CaseImport:
    db.session.rollback()
    return db.session.get_one(CaseImport, import_id, populate_existing=True)


def names() -> Counter[str]:
    db.session.rollback()
    return Counter(case.submission.full_name for case in db.session.scalars(select(Case)))


@pytest.mark.usefixtures("database")
def test_an_import_that_is_killed_among_its_rows_takes_each_of_them_once(app: Flask, worker: StartWorker) -> None:
    with app.app_context():
        import_id = a_started_import(app, staff_actor(Role.DPO))
        for moment, committed in (("row:14", 10), ("batch:20", 20)):
            with worker(moment) as doomed:
                wait_until((app.extensions["sar"].settings.instance / f"reached-{moment}").exists)
                doomed.kill()
            assert len(names()) == names().total() == committed
        with worker():
            wait_until(lambda: now(import_id).state == "done")
        assert names() == Counter(f"Delroy {n:02}" for n in range(ROWS)) and now(import_id).imported == ROWS
        imported = select(AuditEntry).where(AuditEntry.action == "case.imported")
        entries = list(db.session.scalars(imported.order_by(AuditEntry.seq)))
        assert len(entries) == len({entry.subject_id for entry in entries}) == ROWS
        assert len(list(db.session.scalars(select(Submission.id)))) == ROWS
        assert len(list(db.session.scalars(select(ClockFact.id)))) == ROWS
        job = jobs.latest(RUN, import_id)
        assert job is not None and (job.state, job.attempts) == ("done", 3)
