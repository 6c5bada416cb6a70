"""A requester who does not answer: reminded, warned, closed after a month; a reply opens the case again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from sar.cases import service
from sar.cases.ledger import Fact
from sar.cases.models import Case
from sar.cases.queries import clock_of, visible_case
from sar.cases.silence import silence_of
from sar.cases.workflow import Event, NotPossible
from sar.cases.writing import service as writing
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.errors import NotFound, Refused
from tests.factories import letters_go
from tests.integration.cases.desk import ago, browser_of, caseworker, fresh, opened, put

pytestmark = pytest.mark.usefixtures("in_app")
START = datetime(2026, 9, 7, 10, tzinfo=UTC)


def write(case: Case, name: str) -> None:
    draft = writing.write(SYSTEM, case.id, name, {}, channel="post")
    writing.send(SYSTEM, draft.id, version=draft.version)
    letters_go(case)


def october(day: int) -> datetime:
    return datetime(2026, 10, day, 10, tzinfo=UTC)


def asked(what: str) -> Case:
    case = opened()
    service.acknowledge(SYSTEM, case.id, case.version)
    if what == "identity":
        service.ask_for_identity(SYSTEM, case.id, "the date of birth differs")
    elif what == "fee":
        service.charge_fee(SYSTEM, case.id, "10", "Asked ten times", "Call us")
    else:
        service.ask_question(SYSTEM, case.id, "Which office was it?", "You named none.")
    letters_go(case)
    return visible_case(SYSTEM, case.id)


def reply(case: Case, what: str) -> None:
    if what == "identity":
        service.check_identity(SYSTEM, case.id, "two_letters")
    elif what == "fee":
        service.record_fee_paid(SYSTEM, case.id, ago(0))
    else:
        service.record_answer(SYSTEM, case.id, 1, ago(0), "Calder Street")


@pytest.mark.parametrize("what", ["identity", "question", "fee"])
def test_reminded_warned_closed_after_a_month_and_opened_again_by_a_reply(what: str) -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked(what)
        clock.move_to(october(5))
        for early in ("reminder", "closure_warning"):
            with pytest.raises(NotFound):
                write(case, early)
        clock.move_to(october(6))
        write(case, "reminder")
        assert "reply by 20 October 2026" in messages.about(case.id)[-1].body
        clock.move_to(october(20))
        with pytest.raises(NotFound):
            write(case, "closure_warning")
        clock.move_to(october(21))
        write(case, "closure_warning")
        assert "by 23 November 2026" in messages.about(case.id)[-1].body  # a month, and past a Saturday
        clock.move_to(datetime(2026, 11, 23, 23, tzinfo=UTC))
        with pytest.raises(NotPossible, match="allow them a month"):
            service.close(SYSTEM, case.id)
        clock.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC))
        service.close(SYSTEM, case.id)
        closed, letter = visible_case(SYSTEM, case.id), messages.about(case.id)[-1]
        assert (closed.stage, closed.clock_state, letter.kind) == ("closed", "ended", "letter.closed_no_reply")
        assert "On 21 October 2026 we told you" in letter.body
        assert ("There is nothing to pay." in letter.body) == (what != "fee")
        assert "you can still ask again." in letter.body and "again. \n" not in letter.body
        assert "for some years, not for ever" in letter.body and "at any time" not in letter.body
        clock.move_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
        reply(case, what)
        again = visible_case(SYSTEM, case.id)
        assert (again.stage, again.clock_state, again.closed_on) == ("gathering", "running", None)
        assert silence_of(again).awaited == ()


def test_a_reply_in_time_ends_the_warning_and_a_new_question_needs_a_new_one() -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked("question")
        for day, name in ((6, "reminder"), (21, "closure_warning")):
            clock.move_to(october(day))
            write(case, name)
        clock.move_to(october(25))
        reply(case, "question")
        service.ask_question(SYSTEM, case.id, "Which year?", "You named none.")
        letters_go(case)
        clock.move_to(datetime(2026, 11, 26, 10, tzinfo=UTC))
        again = visible_case(SYSTEM, case.id)
        assert silence_of(again).warned_on is None and silence_of(again).reminded_on is None
        with pytest.raises(NotPossible, match="Warn the requester"):
            service.close(SYSTEM, case.id)


def test_a_reminder_and_a_warning_count_from_the_day_they_go() -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked("question")
        clock.move_to(october(6))
        draft = writing.write(SYSTEM, case.id, "reminder", {}, channel="post")
        writing.send(SYSTEM, draft.id, version=draft.version)
        clock.move_to(october(26))
        waits = silence_of(fresh(case))
        assert waits.reminded_on is None and not waits.to_remind(ago(0)) and not waits.to_warn(ago(0))
        with pytest.raises(Refused, match="days that the person has to reply"):  # they would be over
            messages.mark_sent(caseworker(), messages.about(case.id)[-1].id, ago(19))
        assert silence_of(fresh(case)).reminded_on is None
        letters_go(case)
        waits = silence_of(fresh(case))
        assert (waits.reminded_on, waits.remind_by) == (ago(0), ago(-14)) and not waits.to_warn(ago(0))


@pytest.mark.parametrize("why", ["late", "old_part_3"])
def test_a_question_that_gives_no_more_time_never_closes_a_case(in_app: Flask, why: str) -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = opened(days_ago=40 if why == "late" else 0)
        if why == "old_part_3":
            clock.move_to(datetime(2026, 2, 3, 10, tzinfo=UTC))
            case = opened(name="Someone Else")
        service.acknowledge(SYSTEM, case.id, case.version)
        service.ask_question(SYSTEM, case.id, "Which office was it?", "You named none.")
        letters_go(case)
        started = datetime.now(UTC)
        with pytest.raises(NotFound):
            write(case, "reminder_no_pause")
        clock.move_to(started + timedelta(days=29))
        assert not silence_of(fresh(case)).closes_for
        write(case, "reminder_no_pause")
        told = messages.about(case.id)[-1].body
        assert "We go on working on your request" in told and "cannot finish" not in told
        clock.move_to(started + timedelta(days=60))
        with pytest.raises(NotFound):
            write(case, "closure_warning")
        page = browser_of(in_app, caseworker()).get(f"/staff/cases/{case.id}").text
        assert "does not close for want of a reply" in page and "Warn the person" not in page
        with pytest.raises(NotPossible, match="answer it"):
            service.close(SYSTEM, case.id)


def test_what_was_warned_of_in_time_does_not_close_a_case_that_is_late_after_all() -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked("question")
        for day, name in ((6, "reminder"), (21, "closure_warning")):
            clock.move_to(october(day))
            write(case, name)
        clock.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC))
        assert silence_of(fresh(case)).may_close(ago(0))
        # It turns out that the request came earlier: the question was asked when the answer was due already.
        put(case, Fact("received", date(2026, 7, 20)))
        assert not silence_of(fresh(case)).may_close(ago(0))


def test_a_request_that_was_refused_is_not_opened_by_a_late_answer() -> None:
    case = asked("question")
    service.reject(SYSTEM, case.id, "N-OUTSCOPE", "You asked about the weather.")
    with pytest.raises(Refused, match="Reopen it first"):
        reply(case, "question")


def test_the_case_page_says_what_to_do_about_silence(in_app: Flask) -> None:
    with time_machine.travel(START, tick=False) as clock:
        case, officer = asked("question"), caseworker()

        def page() -> str:
            return browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text

        assert "5 October 2026" in page() and "Send a reminder" not in page()
        clock.move_to(october(6))
        assert "Send a reminder" in page()
        write(case, "reminder")
        assert "20 October 2026" in page() and "Warn the person" not in page()
        clock.move_to(october(21))
        assert "Warn the person that the case will close" in page()
        write(case, "closure_warning")
        assert "They can reply until" in page() and "Close the case" not in page()
        clock.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC))
        assert "Close the case without a reply" in page()
        confirm = browser_of(in_app, officer)
        assert "They get a letter" in confirm.get(f"/staff/cases/{case.id}/close").text
        confirm.post(f"/staff/cases/{case.id}/close", {"version": str(visible_case(SYSTEM, case.id).version)})
        shown = page()
        assert "closed because no reply came" in shown and "Record the answer" in shown
        assert clock_of(visible_case(SYSTEM, case.id)).ended_on is not None


def test_where_silence_cannot_close_a_case_the_page_says_which_step_comes_first(in_app: Flask) -> None:
    officer = caseworker()
    with time_machine.travel(START, tick=False) as clock:
        unacknowledged, reviewed = opened(), asked("question")
        service.ask_question(SYSTEM, unacknowledged.id, "Which office was it?", "You named none.")
        letters_go(unacknowledged)
        service.check_identity(SYSTEM, reviewed.id, "two_letters")
        for event in (Event.START_GATHERING, Event.START_REVIEW):
            service.advance(SYSTEM, reviewed.id, event, service.facts_of(SYSTEM, reviewed))
        for day, name in ((6, "reminder"), (21, "closure_warning")):
            clock.move_to(october(day))
            for case in (unacknowledged, reviewed):
                write(case, name)
        clock.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC))

        def page(case: Case) -> str:
            return browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text

        for case, first in ((unacknowledged, "acknowledge the request first"), (reviewed, "go back to gathering")):
            assert first in page(case) and "Close the case without a reply" not in page(case)
        browser_of(in_app, officer).post(
            f"/staff/cases/{reviewed.id}/gather",
            {"version": str(visible_case(SYSTEM, reviewed.id).version)},
            form_at=f"/staff/cases/{reviewed.id}",
        )
        assert "Close the case without a reply" in page(reviewed)
