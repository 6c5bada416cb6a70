"""An organisation that is asked gets one link for one matter, and a code by mail: neither opens anything else."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask

from sar.access import service, sessions
from sar.access.identities import OriginatorIdentity
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import LONDON, london_today
from sar.foundation.errors import Gone, NotFound, Refused, TooManyTries
from tests.integration.intake.walk import Browser

pytestmark = pytest.mark.usefixtures("database", "in_app")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MATTER, ANOTHER, PURPOSE = "a" * 26, "b" * 26, "consultation"
WRONG = "not a code"


def link(matter: str = MATTER, days: int = 7) -> str:
    return service.issue_link(SYSTEM, PURPOSE, matter, days)


def enter(token: str, code: str) -> str:
    return service.sign_in_originator(token, PURPOSE, code)


def test_link_and_code_together_open_the_one_matter() -> None:
    token = link()
    found = sessions.resolve(enter(token, service.new_link_code(token, PURPOSE)))
    assert isinstance(found, OriginatorIdentity)
    assert found.consultation_id == MATTER


def test_a_link_is_no_use_for_another_purpose_or_when_a_letter_is_changed() -> None:
    token = link()
    for wrong, purpose in ((token, "collection"), (token[:-1], PURPOSE), (token.swapcase(), PURPOSE), ("", PURPOSE)):
        with pytest.raises(NotFound):
            service.open_link(wrong, purpose)


def test_the_code_of_one_link_does_not_open_another() -> None:
    mine, theirs = link(), link(ANOTHER)
    code = service.new_link_code(mine, PURPOSE)
    service.new_link_code(theirs, PURPOSE)
    with pytest.raises(Refused):
        enter(theirs, code)


@pytest.mark.parametrize("issued", [NOON, datetime(2026, 10, 24, 0, 30, tzinfo=LONDON)], ids=["noon", "summer time"])
def test_a_link_opens_to_the_end_of_its_last_day_and_then_says_that_it_has_run_out(issued: datetime) -> None:
    """Letters name the day only. Seven days of 24 hours would end a day early where summer time ends meanwhile."""
    with time_machine.travel(issued, tick=False) as clock:
        token = link(days=7)
        next_day = datetime.combine(london_today() + timedelta(days=8), time(), LONDON)
        clock.move_to(next_day - timedelta(seconds=1))
        code = service.new_link_code(token, PURPOSE)
        clock.move_to(next_day)
        for attempt in (
            lambda: service.open_link(token, PURPOSE),
            lambda: service.new_link_code(token, PURPOSE),
            lambda: enter(token, code),
        ):
            with pytest.raises(Gone):
                attempt()


def test_an_ended_link_and_those_who_came_by_it_are_out() -> None:
    token, other = link(), link(ANOTHER)
    session = enter(token, service.new_link_code(token, PURPOSE))
    service.end_links(SYSTEM, PURPOSE, MATTER)
    assert sessions.resolve(session) is None
    with pytest.raises(Gone):
        service.open_link(token, PURPOSE)
    service.open_link(other, PURPOSE)  # another's goes on


def test_ending_the_links_of_one_purpose_leaves_the_others() -> None:
    token = service.issue_link(SYSTEM, "collection", MATTER, 7)
    service.end_links(SYSTEM, PURPOSE, MATTER)
    service.open_link(token, "collection")


def test_a_code_works_once() -> None:
    token = link()
    code = service.new_link_code(token, PURPOSE)
    enter(token, f" {code} ")
    with pytest.raises(Refused):
        enter(token, code)


def test_five_wrong_codes_spend_the_right_one() -> None:
    token = link()
    code = service.new_link_code(token, PURPOSE)
    for _ in range(5):
        with pytest.raises(Refused):
            enter(token, WRONG)
    with pytest.raises(Refused):
        enter(token, code)
    enter(token, service.new_link_code(token, PURPOSE))  # whoever reads the mailbox asks for a new one


def test_a_code_is_good_for_a_quarter_of_an_hour() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        token = link()
        early, late = service.new_link_code(token, PURPOSE), ""
        clock.shift(timedelta(minutes=15))
        with pytest.raises(Refused):
            enter(token, early)
        late = service.new_link_code(token, PURPOSE)
        clock.shift(timedelta(minutes=14, seconds=59))
        enter(token, late)


def test_a_newer_code_replaces_the_one_before() -> None:
    token = link()
    first = service.new_link_code(token, PURPOSE)
    second = service.new_link_code(token, PURPOSE)
    if first != second:
        with pytest.raises(Refused):
            enter(token, first)
    enter(token, second)


def test_neither_codes_nor_guesses_can_be_had_without_end() -> None:
    """At most twenty guesses in half an hour at one of a million codes, however many codes are asked for."""
    with time_machine.travel(NOON, tick=False):
        token = link()
        for _ in range(5):
            service.new_link_code(token, PURPOSE)
        with pytest.raises(TooManyTries):
            service.new_link_code(token, PURPOSE)
        for _ in range(20):
            with pytest.raises(Refused):
                enter(token, WRONG)
        with pytest.raises(TooManyTries):
            enter(token, WRONG)


def test_an_unknown_foreign_or_old_link_is_answered_in_plain_words(app: Flask) -> None:
    token = link()
    service.end_links(SYSTEM, PURPOSE, MATTER)
    unknown, ended = Browser(app).get("/originator/made-up"), Browser(app).get(f"/originator/{token}")
    assert (unknown.status_code, ended.status_code) == (404, 410)
    assert "Ask the records team for a new one" in ended.text
    assert token not in ended.text
