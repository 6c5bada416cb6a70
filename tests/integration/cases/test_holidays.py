"""A new public holiday moves nothing by itself: the DPO sees what it would move, then applies it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar.cases import service as cases
from sar.cases.calendars import Holiday, Jurisdiction, calendar, calendar_from_snapshot
from sar.cases.calendars_in_use import newest_calendar
from sar.cases.complaints import acknowledging
from sar.cases.complaints import queries as complaint_queries
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Channel, Complaint
from sar.cases.deadlines import ClockState
from sar.cases.holidays import queries, service
from sar.cases.holidays.models import CalendarRun
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Calculation, CalendarSnapshot, Case
from sar.cases.queries import clock_events, clock_from, clock_of, dates_from, visible_case
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.jobs import GiveUp, run_pending
from sar.foundation.wording import date_words
from tests.factories import letters_go
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, opened, parts
from tests.integration.intake.walk import rows
from tests.security.world import everything_stored

pytestmark = pytest.mark.usefixtures("in_app")


def fresh(case: Case) -> Case:
    db.session.rollback()
    return visible_case(SYSTEM, case.id)


def due_of(case: Case) -> date:
    due = fresh(case).due_on
    assert due is not None
    return due


def calculations(case: Case) -> list[Calculation]:
    query = select(Calculation).where(Calculation.case_id == case.id).order_by(Calculation.number)
    return list(db.session.scalars(query))


def apply(app: Flask, lead: Actor, version: str) -> CalendarRun:
    """Apply a calendar and wait for the work to be done."""
    started = service.start_applying(lead, version)
    run_pending(app)
    return db.session.get_one(CalendarRun, started.id)


def two_cases() -> tuple[Case, Case]:
    """One that a holiday on its due date moves, and one of a month's different length that it does not."""
    first, second = opened(days_ago=3), opened(days_ago=17, name="Someone Else")
    assert due_of(first) != due_of(second)
    return first, second


def test_adding_a_holiday_and_looking_at_what_it_would_move_changes_no_case(in_app: Flask) -> None:
    first, second = two_cases()
    lead, day = dpo(), due_of(first)
    service.add_holiday(lead, day, "Day of mourning")
    before = everything_stored(in_app)
    found = queries.preview(lead)
    assert everything_stored(in_app) == before
    [moved] = found.moved
    assert (moved.reference, moved.due_before, found.unmoved) == (first.reference, day, 1)
    assert moved.due_after is not None and moved.due_after > day
    # Not even where another fact is recorded meanwhile: the case keeps its calendar.
    cases.ask_question(SYSTEM, first.id, "Which?", "Why")
    letters_go(first)
    cases.record_answer(SYSTEM, first.id, 1, london_today(), "All")
    assert due_of(first) == day == clock_of(fresh(first)).due
    assert {calculation.calendar_version for calculation in calculations(first)} == {fresh(second).calendar_version}


def test_applying_it_moves_the_listed_cases_and_keeps_a_calculation_of_each(in_app: Flask) -> None:
    first, second = two_cases()
    lead, day, other = dpo(), due_of(first), due_of(second)
    ended = opened(days_ago=3, name="A Third")
    cases.withdraw(SYSTEM, ended.id, london_today())
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    new = found.newest.version
    run = apply(in_app, lead, new)
    assert (run.cases, run.moved, run.overtaken) == (2, len(found.moved), False) == (2, 1, False)
    assert (due_of(first), due_of(second)) == (found.moved[0].due_after, other)
    for case in (first, second):
        last = calculations(case)[-1]
        told = json.loads(last.clock)
        assert last.calendar_version == new == fresh(case).calendar_version == told["calendar_version"]
        assert told["due"] == due_of(case).isoformat()
        kept = calendar_from_snapshot(json.loads(db.session.get_one(CalendarSnapshot, new).holidays))
        assert kept.holiday(day) == "Day of mourning"
    # What has ended is counted as it was.
    assert due_of(ended) == day and fresh(ended).calendar_version != new
    entries = {entry.subject_id: json.loads(entry.facts) for entry in rows(AuditEntry) if "calendar" in entry.action}
    assert entries[first.id]["due_before"] == day.isoformat() and entries[first.id]["calendar_after"] == new
    assert entries[new] == {"cases": 2, "moved": 1, "complaints": 0, "complaints_moved": 0, "overtaken": False}
    assert queries.preview(lead).waiting == 0 and apply(in_app, lead, new).cases == 0


def test_a_complaint_to_acknowledge_moves_beside_the_cases_and_no_other_does(in_app: Flask) -> None:
    """Nothing moves by itself; seen first, then moved by the same job, each with an entry of its own."""
    case, lead = opened(days_ago=60), dpo()
    texts = ("Late.", "No reply.", "Answered already.")
    moves, stays, done = (complaints.log(SYSTEM, case.id, text, ago(9), Channel.POST).id for text in texts)
    with write_transaction() as session:
        session.get_one(Complaint, stays).received_on = ago(40)
        acknowledging.acknowledged(SYSTEM, session.get_one(Complaint, done), london_today())
    day, old = last_day(moves), newest_calendar().version
    assert day is not None and day == last_day(done) != last_day(stays)
    service.add_holiday(lead, day, "Day of mourning")
    before = everything_stored(in_app)
    found = queries.preview(lead)
    assert everything_stored(in_app) == before
    [moved] = [item for item in found.moved if item.complaint_id]
    assert (moved.complaint_id, moved.reference, moved.due_before) == (moves, f"{case.reference}/C1", day)
    assert moved.due_after is not None and moved.due_after > day
    assert (found.hidden_complaints, found.unmoved_complaints, last_day(moves)) == (0, 1, day)
    page = browser_of(in_app, lead).get("/staff/holidays/").text
    assert f"{case.reference}/C1" in page and f"{case.reference}/C2" not in page
    assert [(item.open_cases, item.complaints) for item in queries.versions()] == [(0, 0), (1, 2)]
    run = apply(in_app, lead, found.newest.version)
    assert (run.complaints, run.complaints_moved, run.overtaken) == (2, 1, False)
    assert (last_day(moves), last_day(done)) == (moved.due_after, day)
    derived = complaint_queries.derivation(db.session.get_one(Complaint, moves))
    assert "Day of mourning" in derived[-1].explanation and derived[-1].after == moved.due_after
    logged = {entry.subject_id: json.loads(entry.facts) for entry in rows(AuditEntry) if "complaint.c" in entry.action}
    assert logged.keys() == {moves, stays} and logged[moves] == {
        "case_id": case.id,
        "number": 1,
        "calendar_before": old,
        "calendar_after": found.newest.version,
        "acknowledge_before": day.isoformat(),
        "acknowledge_after": moved.due_after.isoformat(),
    }
    page = browser_of(in_app, lead).get("/staff/holidays/").text
    assert "2 complaints counted anew" in page and "the last day to acknowledge 1 complaint" in page
    assert queries.preview(lead).waiting == 0 and apply(in_app, lead, found.newest.version).complaints == 0


def test_a_complaint_closed_to_the_officer_is_counted_and_moved_but_not_named(in_app: Flask) -> None:
    case, lead = opened(days_ago=60), dpo()
    hidden = complaints.log(SYSTEM, case.id, "Late.", ago(9), Channel.POST).id
    dpo("Bela Stone")
    cases.declare_conflict(lead, case.id, lead.id)
    day = last_day(hidden)
    assert day is not None
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    assert (found.moved, found.hidden_complaints) == ((), 1)
    assert "1 complaint closed to you would change too" in browser_of(in_app, lead).get("/staff/holidays/").text
    assert apply(in_app, lead, found.newest.version).complaints_moved == 1


def last_day(complaint_id: str) -> date | None:
    db.session.rollback()
    return complaint_queries.acknowledge_by(db.session.get_one(Complaint, complaint_id, populate_existing=True))


def test_a_new_case_is_counted_with_the_newest_calendar_at_once() -> None:
    first, _ = two_cases()
    day = due_of(first)
    service.add_holiday(dpo(), day, "Day of mourning")
    assert due_of(opened(days_ago=3, name="A Third")) > day == due_of(first)


def test_a_case_that_waits_takes_the_new_calendar_without_a_date(in_app: Flask) -> None:
    first, _ = two_cases()
    day = due_of(first)
    with write_transaction():
        store_fact(SYSTEM, case_for(SYSTEM, first.id), Fact("id_requested", ago(2), detail="Doubt"))
    lead = dpo()
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    assert (found.moved, found.unmoved) == ((), 2)
    assert apply(in_app, lead, found.newest.version).moved == 0
    assert fresh(first).clock_state == ClockState.NOT_STARTED and fresh(first).calendar_version == found.newest.version


def test_a_holiday_added_by_mistake_is_taken_back_and_its_cases_wait_to_move_back(in_app: Flask) -> None:
    first, _ = two_cases()
    lead, day = dpo(), due_of(first)
    added = service.add_holiday(lead, day, "Day of mourning")
    apply(in_app, lead, newest_calendar().version)
    moved_to = due_of(first)
    service.take_back(lead, added.id)
    with pytest.raises(NotFound):
        service.take_back(lead, added.id)
    assert due_of(first) == moved_to
    [back] = queries.preview(lead).moved
    assert (back.due_before, back.due_after) == (moved_to, day)
    assert newest_calendar().version == calendar(Jurisdiction.EW).version
    apply(in_app, lead, newest_calendar().version)
    assert due_of(first) == day


def test_a_newer_packaged_list_waits_to_be_applied_too(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = two_cases()
    day, base = due_of(first), calendar(Jurisdiction.EW)
    newer = type(base)(base.jurisdiction, {**base.holidays, day: "Coronation"}, base.first_year, base.last_year)
    monkeypatch.setattr("sar.cases.calendars._bundled", lambda _jurisdiction: newer)
    lead = dpo()
    assert due_of(first) == clock_of(fresh(first)).due == day
    assert [item.case_id for item in queries.preview(lead).moved] == [first.id]
    assert [(item.open_cases, item.lacks) for item in queries.versions()] == [(0, ()), (2, ((day, "Coronation"),))]


def test_what_was_looked_at_is_what_is_applied() -> None:
    first, _ = two_cases()
    lead, day = dpo(), due_of(first)
    service.add_holiday(lead, day, "Day of mourning")
    seen = newest_calendar().version
    service.add_holiday(lead, _working_day_after(day), "Another")
    with pytest.raises(Conflict, match="changed while you had it open"):
        service.start_applying(lead, seen)
    assert due_of(first) == day


def test_a_calendar_that_comes_while_the_cases_are_counted_moves_none_of_those_left(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TOGETHER", 1)
    first, second = two_cases()
    lead, day, other = dpo(), due_of(first), due_of(second)
    service.add_holiday(lead, day, "Day of mourning")
    started = service.start_applying(lead, newest_calendar().version)
    with pytest.raises(Conflict, match="being counted already"):
        service.start_applying(lead, newest_calendar().version)
    renew, another = service._renew, _working_day_after(day)

    def renew_and_proclaim(*given: Any) -> bool:
        service.add_holiday(lead, another, "Another")
        return renew(*given)

    monkeypatch.setattr(service, "_renew", renew_and_proclaim)
    run_pending(in_app)
    run = db.session.get_one(CalendarRun, started.id)
    assert (run.cases, run.overtaken, run.finished_at is not None) == (1, True, True)
    assert {fresh(case).calendar_version for case in (first, second)} == {
        run.calendar_version,
        calendar(Jurisdiction.EW).version,
    }
    monkeypatch.setattr(service, "_renew", renew)
    assert queries.preview(lead).waiting == 2 and apply(in_app, lead, newest_calendar().version).cases == 2
    assert due_of(first) > another and due_of(second) == other


def test_work_that_stopped_for_good_is_taken_up_where_it_was_left(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TOGETHER", 1)
    two_cases()
    lead, version = dpo(), newest_calendar().version
    service.add_holiday(lead, date(2027, 6, 3), "Jubilee")
    renew, before = service._renew, version
    version = newest_calendar().version

    def fail_at_the_second(actor: Actor, case: Case, to: str) -> bool:
        run = queries.latest_run()
        assert run is not None
        if run.cases:
            raise GiveUp("test")
        return renew(actor, case, to)

    monkeypatch.setattr(service, "_renew", fail_at_the_second)
    stopped = apply(in_app, lead, version)
    assert (stopped.cases, stopped.finished_at) == (1, None) and queries.preview(lead).waiting == 1
    monkeypatch.setattr(service, "_renew", renew)
    ended = apply(in_app, lead, version)
    assert (ended.id, ended.cases, ended.finished_at is not None) == (stopped.id, 2, True) and before != version
    changed = [entry.subject_id for entry in rows(AuditEntry) if entry.action == "case.calendar_changed"]
    assert len(changed) == len(set(changed)) == 2


def test_the_list_of_what_moves_comes_in_pages_and_is_counted_whole(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    monkeypatch.setattr(queries, "CHUNK", 2)
    moving = [opened(days_ago=3, name=f"Person {number}").reference for number in range(5)]
    lead = dpo()
    service.add_holiday(lead, due_of(opened(days_ago=3, name="A sixth")), "Day of mourning")
    found = queries.preview(lead)
    pages = [found.listed(number) for number in (1, 2, 3)]
    assert [(page.total, page.pages, page.page) for page in pages] == [(6, 3, 1), (6, 3, 2), (6, 3, 3)]
    listed = [item.reference for page in pages for item in page.moved]
    assert len(set(listed)) == 6 and set(moving) < set(listed) and found.listed(9) == pages[-1]
    answer = browser_of(in_app, lead).get("/staff/holidays/?page=2").text
    assert [reference for reference in listed if reference in answer] == listed[2:4] and "Page 2 of 3" in answer


def test_the_dates_shown_before_are_those_that_the_whole_calculation_gives() -> None:
    first, second = two_cases()
    cases.ask_question(SYSTEM, second.id, "Which?", "Why")
    letters_go(second)
    cases.record_answer(SYSTEM, second.id, 1, london_today(), "All")
    later = calendar(Jurisdiction.EW, [Holiday(Jurisdiction.EW, due_of(first), "Day of mourning")])
    for case in (fresh(first), fresh(second)):
        whole = clock_from(case, clock_events(case), later)
        assert dates_from(case, clock_events(case), later) == (whole.due, whole.extension_notice_by)


def test_a_case_closed_to_the_officer_is_counted_but_not_named(in_app: Flask) -> None:
    first, _ = two_cases()
    lead, day = dpo(), due_of(first)
    dpo("Bela Stone")
    cases.declare_conflict(lead, first.id, lead.id)
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    assert (found.moved, found.hidden, found.unmoved) == ((), 1, 1)
    assert apply(in_app, lead, found.newest.version).moved == 1 and due_of(first) > day


@pytest.mark.parametrize(
    ("day", "title", "words"),
    [
        (date(2027, 6, 5), "Jubilee", "Saturday"),
        (date(2026, 12, 25), "Jubilee", "already: Christmas Day"),
        (date(2027, 6, 3), "  ", "name"),
        (date(1827, 6, 7), "Jubilee", "year"),
        (date(2026, 1, 6), "Epiphany", "That day is past"),
    ],
)
def test_a_holiday_that_cannot_be_is_refused(day: date, title: str, words: str) -> None:
    with pytest.raises((Refused, Conflict), match=words):
        service.add_holiday(dpo(), day, title)
    assert newest_calendar().version == calendar(Jurisdiction.EW).version


def test_only_the_data_protection_officer_keeps_the_holidays() -> None:
    officer = caseworker()
    for command in (
        lambda: service.add_holiday(officer, date(2027, 6, 3), "Jubilee"),
        lambda: service.take_back(officer, "x"),
        lambda: service.start_applying(officer, "x"),
    ):
        with pytest.raises(NotAllowed):
            command()


def test_the_page_shows_what_would_move_and_applies_it(in_app: Flask) -> None:
    first, _ = two_cases()
    day, browser, address = due_of(first), browser_of(in_app, dpo()), "/staff/holidays/"
    assert "Nothing. Every open case" in browser.get(address).text
    saturday = date(2027, 6, 5)
    assert "That day is a Saturday" in browser.post(address, {"day": parts(saturday), "title": "Jubilee"}).text
    assert browser.post(address, {"day": parts(day), "title": "Day of <mourning>"}).status_code == 302
    page = browser.get(address).text
    assert first.reference in page and date_words(day) in page and "Day of &lt;mourning&gt;" in page
    assert browser.post(f"{address}apply", {"calendar": "0" * 16}).status_code == 302
    assert "changed while you had it open" in browser.get(address).text and due_of(first) == day
    assert browser.post(f"{address}apply", {"calendar": newest_calendar().version}).status_code == 302
    page = browser.get(address).text
    assert "waiting to start" in page and "What would move" not in page and due_of(first) == day
    run_pending(in_app)
    page = browser.get(address).text
    assert "2 open cases counted anew, the due date of 1 case moved" in page and due_of(first) > day
    [added] = [entry.subject_id for entry in rows(AuditEntry) if entry.action == "calendar.holiday_added"]
    assert browser.post(f"{address}{added}/take-back").status_code == 302
    assert first.reference in browser.get(address).text


def _working_day_after(day: date) -> date:
    return newest_calendar().roll(day + timedelta(days=1)).day
