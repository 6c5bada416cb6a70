"""A worker killed with kill -9 while it searches for people: another finds each of them once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from sar.foundation import jobs
from sar.foundation.db import db
from sar.review import service as reviewing
from sar.review.models import Mention, PageFindings, Person
from sar.review.people import REGISTER
from tests.crash.conftest import StartWorker
from tests.crash.forge import wait_until
from tests.integration.release.office import CONTACT, PLAIN, Office, open_office, paper

WORKER = "tests.crash.holding_worker"


def found(office: Office) -> tuple[int, int]:
    """Rows of people and of mentions."""
    db.session.rollback()
    people = db.session.scalar(select(func.count()).select_from(Person)) or 0
    return people, db.session.scalar(select(func.count()).select_from(Mention)) or 0


def pages_read() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(PageFindings)) or 0


def searched(office: Office) -> bool:
    db.session.rollback()
    job = jobs.latest(REGISTER, office.case_id)
    return job is not None and job.state == jobs.State.DONE


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_people_whose_search_was_killed_are_found_once_by_another(
    app: Flask, worker: StartWorker, database: str
) -> None:
    instance = app.extensions["sar"].settings.instance
    with app.app_context():
        office = open_office(app)
        office.add(paper(PLAIN, CONTACT), "Contact log")
        with worker("review.people_suggested") as first:
            wait_until((instance / "reached-review.people_suggested").exists)
            first.kill()
            first.wait()
        assert found(office) == (0, 0), "nothing was committed"
        assert pages_read() == 2, "but the pages were read for whoever comes next"
        with worker():
            wait_until(lambda: searched(office))
        once = found(office)
        assert pages_read() == 2
        assert once[0] >= 1 and once[1] >= 2
        assert office.audit("review.people_suggested") == 1
        job = jobs.latest(REGISTER, office.case_id)
        assert job is not None and job.attempts == 2
        reviewing.start_review(office.officer, office.case_id)
        office.work()
        assert found(office) == once, "a search made again finds nobody twice"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_record_whose_announcement_was_killed_is_taken_in_once(
    app: Flask, worker: StartWorker, database: str
) -> None:
    """The job that hears of a record is killed between the record being read and its case being searched."""
    instance = app.extensions["sar"].settings.instance
    with app.app_context():
        office = open_office(app)
        record = office.add(paper(CONTACT), "Contact log")
        with worker("detect") as first:
            wait_until((instance / "reached-detect").exists)
            first.kill()
            first.wait()
        assert jobs.latest(REGISTER, office.case_id) is None
        with worker():
            wait_until(lambda: searched(office))
        job = jobs.latest("review.detect", record.id)
        assert job is not None and (job.state, job.attempts) == (jobs.State.DONE, 2)
        assert office.audit("review.people_suggested") == 1
