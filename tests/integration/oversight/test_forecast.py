"""The forecast on a case page: measured from the reviews the team has finished, shown with what it was made from."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.forecast import Pace
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Case
from sar.cases.queries import clock_rules, visible_case
from sar.cases.workflow import CaseFacts, Event
from sar.consultation import service as consultation
from sar.foundation.actors import SYSTEM
from sar.foundation.db import write_transaction
from sar.oversight.forecasting import forecast_of, team_pace
from sar.oversight.panels import forecast_panel
from sar.records.models import Record
from sar.records.searches import service as searching
from sar.records.searches.panel import searches_panel
from sar.records.searches.queries import areas
from tests.factories import a_record, an_originator, gathering_case, staff_actor
from tests.integration.cases.desk import browser_of
from tests.integration.release.office import paper
from tests.integration.review.desk import Desk, add_pages, open_desk

pytestmark = pytest.mark.usefixtures("in_app")
# A Monday; nothing of that month is a holiday.
MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)
PAGE = "Sandra Whitlock called about the visit on Thursday."
NOTHING = CaseFacts(
    identity_settled=True,
    searches_open=0,
    searches_running=0,
    records_pending=0,
    undecided_mentions=0,
    unanswered_consultations_undecided=0,
    to_pass_on=0,
    signed_off_by_other=True,
    plan_unchanged=True,
    leak_free=True,
    actor_prepared_it=False,
    conflict_declared=False,
)


def finished_review(app: Flask, name: str, pages: int, days: int, *, released_after: int | None = None) -> Desk:
    """A review that began on the Monday and was sent for a second check some days later."""
    with time_machine.travel(MONDAY, tick=False):
        desk = open_desk(app, name, *[PAGE] * pages)
        desk.decide_rest()
    with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
        cases.advance(SYSTEM, desk.case_id, Event.SUBMIT_FOR_SECOND_CHECK, NOTHING)
        if released_after is not None:
            cases.advance(SYSTEM, desk.case_id, Event.SIGN_OFF, NOTHING)
    if released_after is not None:
        with time_machine.travel(MONDAY + timedelta(days=days + released_after), tick=False):
            cases.advance(SYSTEM, desk.case_id, Event.RELEASE, NOTHING)
    return desk


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def fresh(case_id: str) -> Case:
    return visible_case(SYSTEM, case_id)


def test_the_pace_is_that_of_the_reviews_that_were_finished(in_app: Flask) -> None:
    finished_review(in_app, "Ann Alder", 6, 2, released_after=1)
    finished_review(in_app, "Bo Birch", 4, 0, released_after=2)
    third = finished_review(in_app, "Cy Cedar", 5, 7, released_after=2)  # over a weekend: five working days
    calendar = clock_rules().calendar
    with time_machine.travel(MONDAY + timedelta(days=20), tick=False):
        assert team_pace(calendar) == Pace(reviews=3, pages=15, working_days=8, closing_days=2)
        # Sent back and reviewed again: until it was last sent for the check.
        cases.advance(SYSTEM, third.case_id, Event.REOPEN_REVIEW, NOTHING)
        cases.advance(SYSTEM, third.case_id, Event.SUBMIT_FOR_SECOND_CHECK, NOTHING)
        assert team_pace(calendar) == Pace(reviews=3, pages=15, working_days=17, closing_days=None)
    with time_machine.travel(MONDAY + timedelta(days=400), tick=False):
        assert team_pace(calendar) == Pace(0, 0, 0, None)


def test_a_case_page_says_when_it_will_likely_be_finished_and_from_what(in_app: Flask) -> None:
    for name, days in (("Ann Alder", 3), ("Bo Birch", 3), ("Cy Cedar", 4)):
        finished_review(in_app, name, 5, days, released_after=1)
    with time_machine.travel(MONDAY + timedelta(days=14), tick=False):
        desk = open_desk(in_app, "Marlon Pryce", *[PAGE] * 8)
        browser = browser_of(in_app, desk.officer)
        told = words_of(browser.get(f"/staff/cases/{desk.case_id}").text)
        # A page and a half in a day: eight take six working days, and one more until the answer.
        assert "Forecast Likely finish 30 September 2026, 21 days early." in told
        assert "Pages left to review 8 of 8 with something to decide" in told
        assert "15 pages in 10 days, the last 3 reviews" in told and "1 working day, as a rule" in told
        desk.decide_rest()
        assert "Pages left to review 0 of 8" in words_of(browser.get(f"/staff/cases/{desk.case_id}").text)


def test_a_case_that_will_be_late_says_what_would_help(in_app: Flask) -> None:
    for name in ("Ann Alder", "Bo Birch", "Cy Cedar"):
        finished_review(in_app, name, 2, 2, released_after=1)
    with time_machine.travel(MONDAY + timedelta(days=14), tick=False):
        desk = open_desk(in_app, "Marlon Pryce", *[PAGE] * 20)
    with time_machine.travel(MONDAY + timedelta(days=35), tick=False):
        found = forecast_of(desk.case)
        assert found is not None and found[1].is_late
        assert found[1].advice == ("extend by 21 October 2026", "add three readers")
        told = words_of(browser_of(in_app, desk.officer).get(f"/staff/cases/{desk.case_id}").text)
        assert "days late: extend by 21 October 2026 or add three readers." in told


def test_with_too_little_history_the_page_says_so(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce", PAGE)
    told = words_of(browser_of(in_app, desk.officer).get(f"/staff/cases/{desk.case_id}").text)
    assert "There is too little history to say when this will be finished: no reviews of the three" in told


def test_what_is_awaited_is_counted_and_what_is_not_known_is_said(in_app: Flask) -> None:
    case = gathering_case()
    record = add_pages(in_app, case.id, PAGE, PAGE)
    found = forecast_of(fresh(case.id))
    assert found is not None and (found[0].pages_left, found[0].pages) == (2, 2)
    police = an_originator()
    with write_transaction() as session:
        session.get_one(Record, record).originator_id = police.id
    asked = consultation.send(SYSTEM, case.id, police.id, [record])
    found = forecast_of(fresh(case.id))
    assert found is not None and (found[0].consultations_open, found[0].awaited_until) == (1, asked.due_on)
    assert (found[0].searches_open, found[0].searches_named) == (1, False), "nobody said yet where we look"
    assert any(gap.startswith("Nobody has said yet where we look") for gap in found[1].gaps)
    row = next(row for row in forecast_panel(SYSTEM, fresh(case.id)).rows if row.key == "Searches open")
    with in_app.test_request_context():
        assert f"{row.value}." == searches_panel(SYSTEM, fresh(case.id)).summary
    searches = searching.choose(SYSTEM, case.id, [area.id for area in areas()])
    searching.name_responsible_officer(SYSTEM, case.id, name="Grace Mbeki", email="grace@northvale.example")
    paper = next(search for search in searches if search.area.usual_days == 10)
    late = searching.ask(SYSTEM, paper.id, ["officer"])[0].due_on
    found = forecast_of(fresh(case.id))
    assert found is not None and (found[0].searches_open, found[0].searches_named) == (len(searches), True)
    assert found[0].awaited_until == max(asked.due_on, late)
    with write_transaction():
        store_fact(SYSTEM, case_for(SYSTEM, case.id), Fact("extended", case.received_on, reason_code="NUMBER"))
    found = forecast_of(fresh(case.id))
    assert found is not None and found[0].extend_by is None


@time_machine.travel(MONDAY + timedelta(days=14))
def test_records_that_are_not_read_yet_are_counted_with_as_many_pages_as_others_have(in_app: Flask) -> None:
    def outstanding(case: Case) -> tuple[int, int | None]:
        found = forecast_of(fresh(case.id))
        assert found is not None
        return found[0].records_outstanding, found[0].pages_outstanding

    first = gathering_case()
    a_record(first, b"A note.", "note.txt")
    assert outstanding(first) == (1, None), "nobody has read any record"
    finished_review(in_app, "Ann Alder", 6, 2)
    second, third = gathering_case("Bo Birch"), gathering_case("Cy Cedar")
    for pages in ((PAGE,), (PAGE, PAGE, PAGE, PAGE)):
        add_pages(in_app, third.id, *pages)
    a_record(second, b"Another note.", "note.txt")
    assert outstanding(second) == (1, 6), "as in the last reviews of the team"
    a_record(second, paper("One.", "Two.", "Three."), "letter.pdf")
    assert outstanding(second) == (2, 9), "a PDF was counted when it came"
    a_record(third, b"A third note.", "note.txt")
    assert outstanding(third) == (1, 3), "as in this case: two and a half, so three"
    told = words_of(browser_of(in_app, staff_actor(Role.CASEWORKER)).get(f"/staff/cases/{third.id}").text)
    assert "Records not ready 1, taken to have 3 pages to read: as counted when they came, else as many as" in told


def test_an_open_search_is_awaited_until_it_has_an_outcome(in_app: Flask) -> None:
    case = gathering_case()
    add_pages(in_app, case.id, PAGE)
    area = areas()[0]
    chosen = searching.choose(SYSTEM, case.id, [area.id], "Only this office knew them")
    search = next(one for one in chosen if one.is_open)
    contact = searching.add_contact(SYSTEM, area.id, name="Maud Trevelyan", role="Archive", email="a@northvale.example")
    [asked] = searching.ask(SYSTEM, search.id, [contact.id])
    found = forecast_of(fresh(case.id))
    assert found is not None and (found[0].searches_open, found[0].awaited_until) == (1, asked.due_on)
    assert "One search still open: what may be found is not counted." in found[1].gaps
    searching.finish(SYSTEM, case.id, [search.id], "nothing_held")
    found = forecast_of(fresh(case.id))
    assert found is not None and (found[0].searches_open, found[0].awaited_until) == (0, None)


def test_a_case_that_is_answered_or_ended_has_no_forecast() -> None:
    case = gathering_case()
    cases.withdraw(SYSTEM, case.id, case.received_on)
    assert forecast_of(fresh(case.id)) is None
    answered = gathering_case("Someone Else")
    for event in (Event.START_REVIEW, Event.SUBMIT_FOR_SECOND_CHECK, Event.SIGN_OFF, Event.RELEASE):
        cases.advance(SYSTEM, answered.id, event, replace(NOTHING))
    assert forecast_of(fresh(answered.id)) is None
