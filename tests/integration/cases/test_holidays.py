"""A new public holiday moves nothing by itself: the DPO sees what it would move, then applies it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from sar.cases import service as cases
from sar.cases.calendars import Jurisdiction, calendar, calendar_from_snapshot
from sar.cases.calendars_in_use import newest_calendar
from sar.cases.deadlines import ClockState
from sar.cases.holidays import queries, service
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Calculation, CalendarSnapshot, Case
from sar.cases.queries import clock_of, visible_case
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.wording import date_words
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
    cases.record_answer(SYSTEM, first.id, 1, london_today(), "All")
    assert due_of(first) == day == clock_of(fresh(first)).due
    assert {calculation.calendar_version for calculation in calculations(first)} == {fresh(second).calendar_version}


def test_applying_it_moves_the_listed_cases_and_keeps_a_calculation_of_each() -> None:
    first, second = two_cases()
    lead, day, other = dpo(), due_of(first), due_of(second)
    ended = opened(days_ago=3, name="A Third")
    cases.withdraw(SYSTEM, ended.id, london_today())
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    new = found.newest.version
    assert service.apply_newest(lead, new) == len(found.moved) == 1
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
    assert entries[new] == {"cases": 2, "moved": 1}
    assert queries.preview(lead).waiting == 0 and service.apply_newest(lead, new) == 0


def test_a_new_case_is_counted_with_the_newest_calendar_at_once() -> None:
    first, _ = two_cases()
    day = due_of(first)
    service.add_holiday(dpo(), day, "Day of mourning")
    assert due_of(opened(days_ago=3, name="A Third")) > day == due_of(first)


def test_a_case_that_waits_takes_the_new_calendar_without_a_date() -> None:
    first, _ = two_cases()
    day = due_of(first)
    with write_transaction():
        store_fact(SYSTEM, case_for(SYSTEM, first.id), Fact("id_requested", ago(2), detail="Doubt"))
    lead = dpo()
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    assert (found.moved, found.unmoved) == ((), 2)
    assert service.apply_newest(lead, found.newest.version) == 0
    assert fresh(first).clock_state == ClockState.NOT_STARTED and fresh(first).calendar_version == found.newest.version


def test_a_holiday_added_by_mistake_is_taken_back_and_its_cases_wait_to_move_back() -> None:
    first, _ = two_cases()
    lead, day = dpo(), due_of(first)
    added = service.add_holiday(lead, day, "Day of mourning")
    service.apply_newest(lead, newest_calendar().version)
    moved_to = due_of(first)
    service.take_back(lead, added.id)
    with pytest.raises(NotFound):
        service.take_back(lead, added.id)
    assert due_of(first) == moved_to
    [back] = queries.preview(lead).moved
    assert (back.due_before, back.due_after) == (moved_to, day)
    assert newest_calendar().version == calendar(Jurisdiction.EW).version
    service.apply_newest(lead, newest_calendar().version)
    assert due_of(first) == day


def test_a_newer_packaged_list_waits_to_be_applied_too(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = two_cases()
    day, base = due_of(first), calendar(Jurisdiction.EW)
    newer = type(base)(base.jurisdiction, {**base.holidays, day: "Coronation"}, base.first_year, base.last_year)
    monkeypatch.setattr("sar.cases.calendars._bundled", lambda _jurisdiction: newer)
    lead = dpo()
    assert due_of(first) == clock_of(fresh(first)).due == day
    found = queries.preview(lead)
    assert [item.case_id for item in found.moved] == [first.id]
    assert [(item.open_cases, item.lacks) for item in found.versions] == [(0, ()), (2, ((day, "Coronation"),))]


def test_what_was_looked_at_is_what_is_applied() -> None:
    first, _ = two_cases()
    lead, day = dpo(), due_of(first)
    service.add_holiday(lead, day, "Day of mourning")
    seen = newest_calendar().version
    service.add_holiday(lead, _working_day_after(day), "Another")
    with pytest.raises(Conflict, match="changed while you had it open"):
        service.apply_newest(lead, seen)
    assert due_of(first) == day


def test_a_case_closed_to_the_officer_is_counted_but_not_named() -> None:
    first, _ = two_cases()
    lead, day = dpo(), due_of(first)
    cases.declare_conflict(lead, first.id, lead.id)
    service.add_holiday(lead, day, "Day of mourning")
    found = queries.preview(lead)
    assert (found.moved, found.hidden, found.unmoved) == ((), 1, 1)
    assert service.apply_newest(lead, found.newest.version) == 1 and due_of(first) > day


@pytest.mark.parametrize(
    ("day", "title", "words"),
    [
        (date(2027, 6, 5), "Jubilee", "Saturday"),
        (date(2026, 12, 25), "Jubilee", "already: Christmas Day"),
        (date(2027, 6, 3), "  ", "name"),
        (date(1827, 6, 7), "Jubilee", "year"),
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
        lambda: service.apply_newest(officer, "x"),
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
    assert "The due date of 1 case moved" in browser.get(address).text and due_of(first) > day
    [added] = [entry.subject_id for entry in rows(AuditEntry) if entry.action == "calendar.holiday_added"]
    assert browser.post(f"{address}{added}/take-back").status_code == 302
    assert first.reference in browser.get(address).text


def _working_day_after(day: date) -> date:
    return newest_calendar().roll(day + timedelta(days=1)).day
