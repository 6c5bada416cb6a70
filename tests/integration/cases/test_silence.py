"""A requester who does not answer: reminded, warned, closed after a month; a reply opens the case again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from sar.cases import service
from sar.cases.models import Case
from sar.cases.queries import clock_of, visible_case
from sar.cases.silence import silence_of
from sar.cases.workflow import Event, NotPossible
from sar.cases.writing import service as writing
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.errors import NotFound, Refused
from tests.factories import letters_go
from tests.integration.cases.desk import ago, browser_of, caseworker, opened

pytestmark = pytest.mark.usefixtures("in_app")
START = datetime(2026, 9, 7, 10, tzinfo=UTC)


def write(case: Case, name: str) -> None:
    draft = writing.write(SYSTEM, case.id, name, {}, channel="post")
    writing.send(SYSTEM, draft.id, version=draft.version)


def asked(what: str) -> Case:
    case = opened()
    service.acknowledge(SYSTEM, case.id, case.version)
    if what == "identity":
        service.ask_for_identity(SYSTEM, case.id, "the date of birth differs")
    else:
        service.ask_question(SYSTEM, case.id, "Which office was it?", "You named none.")
    letters_go(case)
    return visible_case(SYSTEM, case.id)


def reply(case: Case, what: str) -> None:
    if what == "identity":
        service.check_identity(SYSTEM, case.id, "two_letters")
    else:
        service.record_answer(SYSTEM, case.id, 1, ago(0), "Calder Street")


@pytest.mark.parametrize("what", ["identity", "question"])
def test_reminded_warned_closed_after_a_month_and_opened_again_by_a_reply(what: str) -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked(what)
        with pytest.raises(NotFound):
            write(case, "closure_warning")
        clock.move_to(datetime(2026, 9, 21, 10, tzinfo=UTC))
        write(case, "reminder")
        clock.move_to(datetime(2026, 10, 5, 10, tzinfo=UTC))
        write(case, "closure_warning")
        assert "by 5 November 2026" in messages.about(case.id)[-1].body
        clock.move_to(datetime(2026, 11, 5, 23, tzinfo=UTC))
        with pytest.raises(NotPossible, match="allow them a month"):
            service.close(SYSTEM, case.id)
        clock.move_to(datetime(2026, 11, 6, 10, tzinfo=UTC))
        service.close(SYSTEM, case.id)
        closed, letter = visible_case(SYSTEM, case.id), messages.about(case.id)[-1]
        assert (closed.stage, closed.clock_state, letter.kind) == ("closed", "ended", "letter.closed_no_reply")
        assert "On 5 October 2026 we told you" in letter.body
        assert "for some years, not for ever" in letter.body and "at any time" not in letter.body
        clock.move_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
        reply(case, what)
        again = visible_case(SYSTEM, case.id)
        assert (again.stage, again.clock_state, again.closed_on) == ("gathering", "running", None)
        assert silence_of(again).awaited == ()


def test_a_reply_in_time_ends_the_warning_and_a_new_question_needs_a_new_one() -> None:
    with time_machine.travel(START, tick=False) as clock:
        case = asked("question")
        write(case, "reminder")
        write(case, "closure_warning")
        clock.move_to(datetime(2026, 9, 20, 10, tzinfo=UTC))
        reply(case, "question")
        service.ask_question(SYSTEM, case.id, "Which year?", "You named none.")
        letters_go(case)
        clock.move_to(datetime(2026, 11, 20, 10, tzinfo=UTC))
        again = visible_case(SYSTEM, case.id)
        assert silence_of(again).warned_on is None and silence_of(again).reminded_on is None
        with pytest.raises(NotPossible, match="Warn the requester"):
            service.close(SYSTEM, case.id)


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

        assert "send a reminder" in page()
        write(case, "reminder")
        assert "warn the person that the case will close" in page()
        write(case, "closure_warning")
        assert "They can reply until" in page() and "Close the case" not in page()
        clock.move_to(datetime(2026, 10, 8, 10, tzinfo=UTC))
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
        for case in (unacknowledged, reviewed):
            write(case, "reminder")
            write(case, "closure_warning")
        clock.move_to(datetime(2026, 10, 8, 10, tzinfo=UTC))

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
