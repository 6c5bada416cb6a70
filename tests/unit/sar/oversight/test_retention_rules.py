"""Until when a finished case is kept: whole calendar years from what ended last in it, said in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sar.oversight.retention.rules import Kept, Rule, Since, Years, last_day_over, years_after


@pytest.mark.parametrize(
    ("since", "years", "until"),
    [
        (date(2027, 3, 3), 2, date(2029, 3, 3)),
        (date(2028, 2, 29), 2, date(2030, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
    ],
)
def test_a_case_is_kept_to_the_same_day_some_years_later(since: date, years: int, until: date) -> None:
    kept = Kept(Rule.ANSWERED, years, since, Since.CLOSED)
    assert kept.until == until
    assert not kept.is_over(until) and kept.is_over(until + timedelta(days=1))


def test_what_is_said_of_it_names_the_rule_and_the_day_it_is_counted_from() -> None:
    kept = Kept(Rule.ANSWERED, 2, date(2027, 3, 3), Since.CLOSED)
    assert kept.words == "Kept until 3 March 2029: two years from 3 March 2027, the day it was closed."
    complained = Kept(Rule.COMPLAINT, 6, date(2027, 3, 3), Since.COMPLAINT, longer=date(2035, 1, 1))
    assert complained.until == date(2035, 1, 1)
    assert complained.words == (
        "Kept until 1 January 2035, longer than the rule says "
        "(3 March 2033: six years from 3 March 2027, the day its last complaint was decided)."
    )
    shorter = Kept(Rule.COMPLAINT, 6, date(2027, 3, 3), Since.OUTSIDE, longer=date(2030, 1, 1))
    assert shorter.until == date(2033, 3, 3)  # a rule that was made longer since then counts


def test_the_list_and_the_case_page_agree_about_every_day_of_a_leap_year_and_those_round_it() -> None:
    """The list asks the database with one day for each rule; the page works out each case by itself."""
    first = date(2027, 12, 1)
    days = [first + timedelta(days=number) for number in range(500)]
    for years in (1, 2, 4):
        for today in (years_after(date(2028, 2, 27), years) + timedelta(days=number) for number in range(5)):
            last = last_day_over(years, today)
            assert [day for day in days if (years_after(day, years) < today) != (day <= last)] == []


def test_the_rules_that_come_with_the_tool_keep_a_case_with_a_complaint_longest() -> None:
    assert [Years().of(rule) for rule in (Rule.ANSWERED, Rule.NOT_ANSWERED, Rule.COMPLAINT)] == [2, 2, 6]
