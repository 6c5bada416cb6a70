"""The forecast says a day, how late that is and what would help; or that it cannot know."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar.cases.calendars import Jurisdiction, calendar
from sar.cases.forecast import Forecast, Inputs, Pace, forecast

EW = calendar(Jurisdiction.EW)
PACE = Pace(reviews=6, pages=1200, working_days=30, closing_days=2)  # 40 pages a working day
MONDAY = date(2026, 3, 2)
CASE = Inputs(
    today=MONDAY,
    due=date(2026, 3, 13),
    extend_by=date(2026, 3, 13),
    records=12,
    pages_left=400,
    pages=900,
    records_outstanding=0,
    pages_outstanding=0,
    consultations_open=0,
    searches_open=0,
    awaited_until=None,
    pace=PACE,
)


def look(**changes: object) -> Forecast:
    return forecast(replace(CASE, **changes), EW)  # type: ignore[arg-type]


def test_a_case_that_will_be_late_says_by_how_much_and_what_would_help() -> None:
    # Ten working days of reading take it to Monday the 16th, two more for the check to Wednesday the 18th.
    found = look()
    assert (found.finish, found.days_late, found.held_up) == (date(2026, 3, 18), 5, False)
    assert found.summary == "Likely finish 18 March 2026, five days late: extend by 13 March 2026 or add a reader."


def test_when_it_is_too_late_to_extend_readers_alone_are_offered_as_many_as_it_takes() -> None:
    assert look(extend_by=None).advice == ("add a reader",)
    assert look(extend_by=None, pages_left=1000).advice == ("add three readers",)
    assert look(extend_by=date(2026, 2, 27)).advice == ("add a reader",)


def test_where_no_reader_helps_the_person_is_to_be_told_in_time() -> None:
    found = look(due=date(2026, 3, 3), extend_by=None)
    assert found.advice == ()
    assert found.summary.endswith("15 days late. Tell the person in time, and send what is ready by the due date.")


def test_an_answer_of_others_that_decides_the_day_is_named_instead_of_readers() -> None:
    found = look(pages_left=40, consultations_open=1, awaited_until=date(2026, 3, 20), extend_by=None)
    assert (found.finish, found.held_up) == (date(2026, 3, 24), True)
    assert found.advice == ("get the answers of those who were asked sooner, or decide without them",)
    # One that is overdue holds up nothing by its date: it can be decided without.
    assert look(pages_left=40, consultations_open=1, awaited_until=date(2026, 2, 20)).finish == date(2026, 3, 5)


def test_a_case_in_time_says_how_much_there_is_to_spare() -> None:
    assert look(pages_left=120).summary == "Likely finish 9 March 2026, four days early."
    assert look(pages_left=280).summary == "Likely finish 13 March 2026, on the last day."
    assert look(pages_left=240).summary == "Likely finish 12 March 2026, one day early."


def test_weekends_and_holidays_are_not_worked_through() -> None:
    easter = look(today=date(2026, 4, 1), pages_left=80, pace=replace(PACE, closing_days=0), due=None, extend_by=None)
    assert easter.finish == date(2026, 4, 7)
    assert (easter.days_late, easter.summary) == (
        None,
        "Likely finish 7 April 2026. There is no due date now.",
    )


@pytest.mark.parametrize(("reviews", "words"), [(0, "no reviews"), (1, "one review"), (2, "two reviews")])
def test_too_little_history_gives_no_date_and_says_so(reviews: int, words: str) -> None:
    found = look(pace=Pace(reviews, 10 * reviews, reviews, None))
    assert (found.finish, found.days_late, found.advice) == (None, None, ())
    assert found.summary == (
        f"There is too little history to say when this will be finished: {words} of the three that it takes."
    )


def test_with_nothing_left_to_read_no_pace_is_needed() -> None:
    found = look(pages_left=0, pace=Pace(0, 0, 0, None))
    assert found.finish == MONDAY
    assert found.gaps == ("The time from the end of a review to the answer is not known yet, and not counted.",)


def test_what_nobody_knows_is_said_not_to_be_counted() -> None:
    found = look(records_outstanding=1, pages_outstanding=None, searches_open=2)
    assert found.gaps == (
        "One record is not ready to review, and no record was before: the pages are not counted.",
        "Two searches still open: what may be found is not counted.",
    )


def test_pages_of_records_that_are_not_ready_are_to_be_read_too() -> None:
    # 400 pages take ten working days and 120 more three: from Wednesday the 18th to Monday the 23rd.
    found = look(records_outstanding=3, pages_outstanding=120)
    assert (found.finish, found.gaps) == (date(2026, 3, 23), ())
    assert look(pages_left=520).finish == found.finish
    only = look(records=0, pages=0, pages_left=0, records_outstanding=3, pages_outstanding=120)
    assert only.finish == date(2026, 3, 9)


def test_without_records_there_is_nothing_to_work_a_finish_from() -> None:
    found = look(records=0, pages=0, pages_left=0, searches_open=1)
    assert (found.finish, found.summary) == (None, "No records yet, so nothing to work a finish from.")
    assert found.gaps == ("One search still open: what may be found is not counted.",)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 500), st.integers(1, 400), st.integers(0, 20), st.integers(0, 60))
def test_more_pages_or_a_later_answer_never_bring_the_day_forward(
    pages: int, more: int, pace: int, closing: int, wait: int
) -> None:
    way = Pace(5, pace * 10, 10, closing)
    first = look(pages_left=pages, pace=way).finish
    second = look(pages_left=pages + more, pace=way, awaited_until=date.fromordinal(MONDAY.toordinal() + wait)).finish
    assert first is not None and second is not None and first <= second
    faster = look(pages_left=pages, pace=Pace(5, pace * 20, 10, closing)).finish
    assert faster is not None and faster <= first
