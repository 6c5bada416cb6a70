"""Small jobs, killed with kill -9 when their work is done and not yet marked so: doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.complaints import service as complaints
from sar.cases.models import Case
from sar.consultation import service as consultation
from sar.consultation.models import Consultation
from sar.demo.material import IDENTITY_PHOTO, load_case
from sar.foundation import jobs
from sar.foundation.actors import PUBLIC, SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs.queue import PERIODIC_SUBJECT
from sar.foundation.jobs.registry import intervals
from sar.foundation.messages import Message
from sar.intake import drafts
from sar.intake import service as intake
from sar.intake.models import Draft, IdentityCopy
from sar.oversight.reminders.models import SentAlert, SentComplaintAlert, SentDigest
from sar.records.searches import service as searching
from sar.records.searches.models import SearchRequest
from sar.records.searches.queries import areas
from tests.crash.conftest import StartWorker
from tests.crash.forge import wait_until
from tests.crash.holding_worker import a_working_day
from tests.factories import gathering_case, staff_actor
from tests.integration.release.office import PLAIN, open_office, paper

WORKER = "tests.crash.holding_worker"
Counts = tuple[int, ...]


def count(table: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]


def audited(label: str) -> int:
    return count(AuditEntry, AuditEntry.action == label)


def a_new_request(app: Flask) -> Callable[[], Counts]:
    with IDENTITY_PHOTO.open("rb") as photo:
        intake.submit(PUBLIC, load_case(1).answers, photo, "id.jpg", "once")
    return lambda: (count(Case), audited("case.opened"))


def an_old_identity_copy(app: Flask) -> Callable[[], Counts]:
    a_new_request(app)
    jobs.run_pending(app)
    with write_transaction() as session:
        session.execute(update(IdentityCopy).values(stored_at=utc_now() - timedelta(days=60)))
    return lambda: (
        1 - count(IdentityCopy),
        audited("intake.identity_copy_destroyed"),
    )


def an_expired_draft(app: Flask) -> Callable[[], Counts]:
    drafts.start("192.0.2.1")
    with write_transaction() as session:
        session.execute(update(Draft).values(expires_at=utc_now() - timedelta(days=1)))
    return lambda: (1 - count(Draft),)


def a_silent_originator(app: Flask) -> Callable[[], Counts]:
    office = open_office(app)
    record = office.add(paper(PLAIN), "Police record")
    office.work()
    from tests.factories import an_originator

    with write_transaction() as session:
        record = session.merge(record)
        record.originator_id = an_originator().id
    asked = consultation.send(office.officer, office.case_id, record.originator_id, [record.id])
    jobs.run_pending(app)
    with write_transaction() as session:
        session.execute(
            update(Consultation).where(Consultation.id == asked.id).values(sent_on=london_today() - timedelta(days=8))
        )
    return lambda: (audited("consultation.chased"), count(Message, Message.kind == "consultation_chase"))


def a_silent_searcher(app: Flask) -> Callable[[], Counts]:
    case = gathering_case()
    search = searching.choose(SYSTEM, case.id, [area.id for area in areas()])[0]
    searching.name_responsible_officer(SYSTEM, case.id, name="Grace Mbeki", email="grace@northvale.example")
    searching.ask(SYSTEM, search.id, ["officer"])
    jobs.run_pending(app)
    with write_transaction() as session:
        session.execute(update(SearchRequest).values(due_on=london_today() - timedelta(days=3)))
    return lambda: (audited("search.chased"), count(Message, Message.kind == "search_chase"))


def a_case_nearly_due(app: Flask) -> Callable[[], Counts]:
    officer = staff_actor(Role.CASEWORKER)
    case = gathering_case()
    cases.assign(officer, case.id, officer.id)
    with write_transaction() as session:
        session.execute(update(Case).values(due_on=a_working_day() + timedelta(days=2)))
        complaint = complaints.log(SYSTEM, case.id, "Nobody rang.", london_today(), complaints.Channel.PHONE)
        complaint.received_on = a_working_day() - timedelta(days=28)
    return lambda: (
        audited("reminder.sent"),
        count(SentAlert),
        count(Message, Message.kind == "staff_alert"),
        audited("reminder.complaint_sent"),
        count(SentComplaintAlert),
        count(Message, Message.kind == "staff_complaint_alert"),
    )


def a_digest_to_send(app: Flask) -> Callable[[], Counts]:
    a_case_nearly_due(app)
    return lambda: (count(SentDigest), count(Message, Message.kind == "staff_digest"))


PREPARATIONS = {
    "cases.open": a_new_request,
    "intake.destroy_old_identity_copies": an_old_identity_copy,
    "intake.expire_drafts": an_expired_draft,
    "consultation.chase": a_silent_originator,
    "searches.chase": a_silent_searcher,
    "reminders.alerts": a_case_nearly_due,
    "reminders.digests": a_digest_to_send,
}


def kill_after(app: Flask, worker: StartWorker, kind: str, where: str = "after") -> None:
    """Have one worker killed when it has done the job and not said so, and another do it again.

    `where` is "in" for a job that says so in the commit of its effect: killed before that (holding_worker).
    """
    reached = app.extensions["sar"].settings.instance / f"reached-{kind}"
    with write_transaction():
        if kind in intervals:
            jobs.enqueue(kind, PERIODIC_SUBJECT)
    with worker(f"{where}:{kind}") as first:
        wait_until(reached.exists)
        first.kill()
    db.session.rollback()
    job_id = db.session.scalars(select(jobs.Job.id).where(jobs.Job.kind == kind, jobs.Job.attempts > 0)).one()

    def done() -> bool:
        db.session.rollback()
        again = db.session.get(jobs.Job, job_id)
        return again is not None and again.state == jobs.State.DONE

    with worker():
        wait_until(done)
    db.session.rollback()
    assert db.session.get_one(jobs.Job, job_id).attempts == 2


@pytest.mark.parametrize("kind", PREPARATIONS)
def test_work_done_twice_after_a_kill_has_its_effect_once(app: Flask, worker: StartWorker, kind: str) -> None:
    with app.app_context():
        effect = PREPARATIONS[kind](app)
        kill_after(app, worker, kind)
        assert all(number == 1 for number in effect())
