"""A letter that the post brings back reached nobody: it counts as not sent, and somebody finds out where they are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask

from sar.access.permissions import Role
from sar.cases import outbox, service
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.silence import silence_of
from sar.cases.tasks.queries import tasks_of
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import LONDON, london_today
from sar.foundation.db import db
from sar.foundation.errors import Conflict, NotAllowed
from sar.foundation.messages import Delivery, Message
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import POST, browser_of, caseworker, fresh, opened
from tests.integration.cases.test_silence import START, asked, october, write

pytestmark = pytest.mark.usefixtures("in_app")


def last(case: Case) -> Message:
    db.session.rollback()
    return messages.about(case.id)[-1]


def test_a_question_that_came_back_was_not_asked_and_finding_them_becomes_a_task(in_app: Flask) -> None:
    officer = caseworker()
    with time_machine.travel(datetime(2026, 9, 4, 10, tzinfo=LONDON), tick=False):
        case = opened(POST)
        due = case.due_on
        service.assign(officer, case.id, officer.id)
        browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/came-back"
        assert "A letter came back" not in browser.get(f"/staff/cases/{case.id}").text
        assert "has gone out" in browser.get(address).text
        service.ask_question(officer, case.id, "Which office?", "You named none.")
        letters_go(case)
        assert fresh(case).clock_state == "paused"
        assert "A letter came back" in browser.get(f"/staff/cases/{case.id}").text
        shown = browser.get(address).text
        assert "Question, by post on 4 September 2026" in shown
        assert "Choose what came back" in browser.post(address, {"version": fresh(case).version}).text
        assert fresh(case).clock_state == "paused"
        letter = last(case).id
        assert browser.post(address, {"version": fresh(case).version, "letter": letter}).status_code == 302
        assert (fresh(case).clock_state, fresh(case).due_on) == ("running", due)
        assert (last(case).delivery, last(case).went_on) == (Delivery.TO_DO, None)
        page = browser.get(f"/staff/cases/{case.id}").text
        assert "Came back, sent by post: question" in page and "It came back" in page
        assert "This came back: Question. Find out how to reach them now" in page
        [task] = tasks_of(fresh(case))
        assert (task.staff_id, task.due_on) == (officer.id, london_today() + timedelta(days=3))  # past the weekend
        assert "came back from the address it carries" in browser.get(f"/staff/outbox/{letter}").text
        with pytest.raises(Conflict):
            outbox.came_back(officer, letter)
        assert len(tasks_of(fresh(case))) == 1
        outbox.mark_sent(officer, letter)
        assert fresh(case).clock_state == "paused" and "It came back" not in browser.get("/staff/outbox").text


def test_a_case_that_closed_for_want_of_a_reply_to_it_is_open_again() -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked("question")
        for day, name in ((6, "reminder"), (21, "closure_warning")):
            clock.move_to(october(day))
            write(case, name)
        warning = last(case)
        clock.move_to(datetime(2026, 11, 24, 10, tzinfo=LONDON))
        service.close(SYSTEM, case.id)
        letters_go(case)
        closed = last(case)
        outbox.came_back(SYSTEM, closed.id)  # nobody waits for a reply to this one
        assert fresh(case).stage == "closed"
        outbox.came_back(SYSTEM, warning.id)
        again = visible_case(SYSTEM, case.id)
        assert (again.stage, again.clock_state, again.closed_on) == ("gathering", "paused", None)
        assert silence_of(again).warned_on is None
        assert len(tasks_of(again)) == 2


def test_only_what_went_can_come_back_and_only_who_works_on_the_case_says_so() -> None:
    case = opened(POST)
    service.ask_question(SYSTEM, case.id, "Which office?", "You named none.")
    with pytest.raises(Conflict, match="was sent"):
        outbox.came_back(SYSTEM, last(case).id)
    letters_go(case)
    with pytest.raises(NotAllowed):
        outbox.came_back(staff_actor(Role.SECOND_READER), last(case).id)
    assert fresh(case).clock_state == "paused" and tasks_of(fresh(case)) == []
