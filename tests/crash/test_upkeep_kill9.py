"""Upkeep killed with kill -9 when its work is done; and no kind of job is left that was never killed."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.bulk_import import service as imports
from sar.cases.bulk_import.models import CaseImport
from sar.cases.bulk_import.queries import visible_import
from sar.cases.calendars_in_use import newest_calendar
from sar.cases.complaints import service as complaints
from sar.cases.holidays import service as holidays
from sar.cases.holidays.models import CalendarRun
from sar.cases.models import Case
from sar.cases.person.service import change_person
from sar.foundation import jobs
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.blobs import Blob
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.events import Event, announce
from sar.foundation.ids import random_id
from sar.foundation.jobs.registry import handlers
from sar.foundation.keys import KeyScope
from sar.foundation.throttle import ThrottleTry
from sar.foundation.word_index import WordFingerprint
from sar.intake.details import details_of
from sar.oversight.retention import service as retention
from sar.oversight.retention.models import Erasure
from sar.oversight.retention.rules import Why
from sar.records import queries
from tests.crash import test_small_jobs_kill9 as small_jobs
from tests.crash.conftest import StartWorker
from tests.factories import a_record, gathering_case, staff_actor
from tests.integration.cases.sheets import GOOD, LATE, as_csv
from tests.integration.release.office import CONTACT, paper, signed_off_office

WORKER = "tests.crash.holding_worker"
LONG_AGO = timedelta(days=9)


def an_old_try(app: Flask) -> Callable[[], bool]:
    with write_transaction() as session:
        session.add(ThrottleTry(bucket="test", fingerprint="f", at=utc_now() - LONG_AGO))
    return lambda: db.session.scalar(select(func.count()).select_from(ThrottleTry)) == 0


def a_file_without_a_row(app: Flask) -> Callable[[], bool]:
    name = random_id()
    path: Path = app.extensions["sar"].settings.instance / "blobs" / name[:2] / name
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_bytes(b"sealed by a worker that was killed")
    then = (utc_now() - LONG_AGO).timestamp()
    os.utime(path, (then, then))
    return lambda: not path.exists()


def a_folder_left_behind(app: Flask) -> Callable[[], bool]:
    folder: Path = app.extensions["sar"].settings.instance / "tmp" / "reading-left"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "record.pdf").write_bytes(b"%PDF-")
    return lambda: not folder.exists()


def a_request_without_an_index(app: Flask) -> Callable[[], bool]:
    scope_id = gathering_case().scope_id
    kept = select(WordFingerprint.fingerprint).where(WordFingerprint.scope_id == scope_id)
    before = sorted(db.session.scalars(kept))
    with write_transaction() as session:
        session.execute(WordFingerprint.__table__.delete())
    return lambda: bool(before) and sorted(db.session.scalars(kept)) == before


def a_signed_case_that_lost_a_record(app: Flask) -> Callable[[], bool]:
    office = signed_off_office(app, ("Contact log", paper(CONTACT)))
    [record] = queries.records_of(office.case)
    with write_transaction():  # as when it was taken out a moment before the signature
        announce(Event.RECORD_CHANGED, record.id)
    return lambda: office.case.stage == "reviewing"


def a_signed_case_whose_person_has_another_name(app: Flask) -> Callable[[], bool]:
    office = signed_off_office(app, ("Contact log", paper(CONTACT)))
    other = replace(details_of(office.case.submission), full_name="Quentin Otherwise")
    change_person(staff_actor(Role.DPO, name="Quill Lead"), office.case_id, other, "They showed us the deed.")
    return lambda: office.case.stage == "reviewing"


def a_sheet(app: Flask) -> tuple[Actor, str]:
    officer = staff_actor(Role.DPO)
    return officer, imports.upload(officer, io.BytesIO(as_csv(GOOD, LATE)), "cases.csv")


def a_sheet_to_look_through(app: Flask) -> Callable[[], bool]:
    officer, import_id = a_sheet(app)
    found = visible_import(officer, import_id)
    imports.choose_columns(officer, import_id, found.mapping, version=found.version)
    return lambda: (now(import_id).state, now(import_id).good, small_jobs.count(Case)) == ("checked", 2, 0)


def a_sheet_to_import(app: Flask) -> Callable[[], bool]:
    officer, import_id = a_sheet(app)
    found = visible_import(officer, import_id)
    imports.choose_columns(officer, import_id, found.mapping, version=found.version)
    jobs.run_pending(app)
    imports.start(officer, import_id, version=now(import_id).version)
    return lambda: (now(import_id).state, now(import_id).imported, small_jobs.count(Case)) == ("done", 2, 2)


def an_old_sheet(app: Flask) -> Callable[[], bool]:
    _officer, import_id = a_sheet(app)
    with write_transaction() as session:
        session.get_one(CaseImport, import_id).expires_at = utc_now() - LONG_AGO
    return lambda: small_jobs.count(CaseImport) == 0


def now(import_id: str) -> CaseImport:
    db.session.rollback()
    return db.session.get_one(CaseImport, import_id, populate_existing=True)


def a_calendar_to_apply(app: Flask) -> Callable[[], bool]:
    lead = staff_actor(Role.DPO)
    gathering_case()
    moved = gathering_case("Ida Fenn").id
    day = db.session.get_one(Case, moved).due_on
    assert day is not None
    complaints.log(SYSTEM, moved, "Nobody rang.", london_today(), complaints.Channel.PHONE)
    holidays.add_holiday(lead, day, "Day of mourning")
    run = holidays.start_applying(lead, newest_calendar().version)
    return lambda: (
        (
            small_jobs.audited("case.calendar_changed"),
            small_jobs.audited("complaint.calendar_changed"),
            small_jobs.audited("calendar.applied"),
            db.session.get_one(CalendarRun, run.id, populate_existing=True).cases,
            db.session.get_one(CalendarRun, run.id, populate_existing=True).complaints,
            db.session.get_one(Case, moved, populate_existing=True).due_on != day,
        )
        == (2, 1, 1, 2, 1, True)
    )


def a_case_to_destroy(app: Flask) -> Callable[[], bool]:
    lead = staff_actor(Role.DPO)
    with time_machine.travel(
        utc_now() - timedelta(days=3 * 366)
    ):  # the worker lives today, and asks whether it is over
        case = gathering_case()
        a_record(case, paper(CONTACT))
        jobs.run_pending(app)
        case = db.session.get_one(Case, case.id, populate_existing=True)
        scope_id, case_id = case.scope_id, case.id
        cases.withdraw(SYSTEM, case_id, london_today(), version=case.version)
    retention.propose(lead, [case_id], Why.TIME_OVER)
    retention.decide(lead, [case_id], True)
    of_scope = Blob.scope_id == scope_id
    assert small_jobs.count(Blob, of_scope)
    return lambda: (
        (
            db.session.get_one(KeyScope, scope_id, populate_existing=True).wrapped_key,
            db.session.get_one(Case, case_id, populate_existing=True).erased_on is not None,
            small_jobs.count(Blob, of_scope),
            small_jobs.audited("retention.case_erased"),
        )
        == (None, True, 0, 1)
    )


def a_proposal_that_was_overtaken(app: Flask) -> Callable[[], bool]:
    lead = staff_actor(Role.DPO)
    with time_machine.travel(utc_now() - timedelta(days=3 * 366)):
        case_id = gathering_case().id
        cases.withdraw(SYSTEM, case_id, london_today())
    [proposed] = retention.propose(lead, [case_id], Why.TIME_OVER)
    cases.reopen(lead, case_id, "She wrote again")
    return lambda: (
        (
            db.session.get_one(Erasure, proposed.id, populate_existing=True).state,
            small_jobs.audited("retention.erasure_stopped"),
        )
        == ("stopped", 1)
    )


PREPARATIONS = {
    "cases.apply_calendar": a_calendar_to_apply,
    "cases.check_import": a_sheet_to_look_through,
    "cases.destroy_expired_imports": an_old_sheet,
    "cases.run_import": a_sheet_to_import,
    "blobs.sweep": a_file_without_a_row,
    "intake.index_search_words": a_request_without_an_index,
    "review.changed": a_signed_case_that_lost_a_record,
    "review.person_changed": a_signed_case_whose_person_has_another_name,
    "retention.destroy": a_case_to_destroy,
    "retention.end_overtaken": a_proposal_that_was_overtaken,
    "throttle.clean": an_old_try,
    "workroom.sweep": a_folder_left_behind,
}
IN_ONE_COMMIT = (
    "cases.apply_calendar",
    "cases.check_import",
    "cases.run_import",
    "retention.destroy",
    "review.changed",
    "review.person_changed",
)
# Killed in tests of their own, in the midst of their work.
ELSEWHERE = {
    "messages.deliver": "test_jobs_kill9",
    "records.ingest": "test_ingest_kill9",
    "release.build": "test_release_kill9",
    "review.detect": "test_review_kill9",
    "review.register": "test_review_kill9",
}
OF_TESTS = ("crash.", "test.")


@pytest.mark.parametrize("kind", PREPARATIONS)
def test_upkeep_done_twice_after_a_kill_leaves_things_as_they_should_be(
    app: Flask, worker: StartWorker, kind: str
) -> None:
    with app.app_context():
        as_it_should_be = PREPARATIONS[kind](app)
        small_jobs.kill_after(app, worker, kind, "in" if kind in IN_ONE_COMMIT else "after")
        assert as_it_should_be()


def test_every_kind_of_job_was_killed_somewhere(app: Flask) -> None:
    kinds = {kind for kind in handlers if not kind.startswith(OF_TESTS)}
    assert kinds == {*PREPARATIONS, *ELSEWHERE, *small_jobs.PREPARATIONS}
