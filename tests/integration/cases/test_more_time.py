"""Also before it is late nobody alone gets more time by their word; what a letter shows, and a slip, need no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from flask import Flask

from sar.cases import corrections, missed, outbox, service
from sar.cases.corrections import Correction
from sar.cases.deadlines import ExtensionReason
from sar.cases.ledger import Fact
from sar.cases.missed import Missed, What
from sar.cases.models import Case
from sar.cases.queries import clock_of, notes_of
from sar.cases.refusals.queries import waiting
from sar.cases.refusals.service import decide, propose_correction, propose_missed
from sar.foundation import messages
from sar.foundation.clock import LONDON
from sar.foundation.db import db
from sar.foundation.errors import NotAllowed, Refused
from sar.intake.answers import Contact, Relationship, Representative, Route
from tests.integration.cases.desk import PHONE, POST, browser_of, caseworker, dpo, fresh, opened, parts, put
from tests.integration.cases.test_corrections import hidden_of, id_of

pytestmark = pytest.mark.usefixtures("in_app")
Travel = time_machine.Traveller
TWO = "takes two people"
RAO = Representative(
    Relationship.SOLICITOR, "Sunita Rao", Contact(Route.POST, address="9 Bridge Chambers"), "Rao and Hart"
)


def september(day: int) -> date:
    return date(2026, 9, day)


def morning(day: int) -> datetime:
    return datetime(2026, 9, day, 10, tzinfo=LONDON)


@pytest.fixture
def clock() -> Iterator[Travel]:
    with time_machine.travel(morning(1), tick=False) as travel:
        yield travel


def meant(case: Case, kind: str, on: date | None, *, without_letter: bool = False) -> Correction:
    fact = corrections.receipt(case).id if kind == "received" else id_of(fresh(case), kind)
    return Correction(fact, on, without_letter)


def test_that_an_answer_came_later_or_never_is_said_by_two(in_app: Flask, clock: Travel) -> None:
    officer, chief = caseworker(), dpo()
    case = put(opened(), Fact("id_requested", september(1)), Fact("id_received", september(1)))
    due = case.due_on
    clock.move_to(morning(21))  # a working week before it is due
    for person in (officer, chief):
        for on in (None, september(20), september(2)):
            assert corrections.look(person, case.id, meant(case, "id_received", on)).second
            with pytest.raises(Refused, match=TWO):
                corrections.correct(person, case.id, meant(case, "id_received", on), "It was another case")
    assert fresh(case).due_on == due
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/correct-clock"
    typed = {"fact": id_of(case, "id_received"), "how": "strike", "on": ["", "", ""], "reason": "Another case"}
    seen = browser.post(address, typed | {"version": case.version}).text
    assert TWO in seen and "no letter of ours shows" in seen and "Propose it" in seen
    assert browser.post(address, {**typed, **hidden_of(seen)}).status_code == 302
    assert fresh(case).due_on == due
    [proposal] = [one.proposal for one in waiting(chief)]
    with pytest.raises(NotAllowed):
        decide(officer, proposal.id, True, version=proposal.version)
    decide(chief, proposal.id, True, version=proposal.version)
    assert (fresh(case).due_on, fresh(case).clock_state) == (None, "not_started")
    assert "Another case" in notes_of(fresh(case))[0].text


def test_a_slip_is_put_right_alone_on_the_day_it_was_made_and_by_two_after_that(clock: Travel) -> None:
    officer, other = caseworker(), caseworker("Ira Second")
    case = opened(POST)
    service.ask_for_identity(officer, case.id, "the name differs")
    outbox.mark_sent(officer, messages.about(case.id)[-1].id)
    clock.move_to(morning(10))
    service.check_identity(officer, case.id, "two_letters", on=september(4))
    # Another day, no day, and again: nobody gets more than by writing it down right the first time.
    corrections.correct(other, case.id, meant(case, "id_received", september(9)), "I took the wrong envelope")
    assert fresh(case).due_on == date(2026, 10, 9)
    corrections.correct(officer, case.id, meant(case, "id_received", None), "It was for another case")
    assert (fresh(case).clock_state, fresh(case).identity) == ("not_started", "asked")
    service.check_identity(officer, case.id, "two_letters", on=september(4))
    clock.move_to(morning(11))
    for on in (september(9), None):
        with pytest.raises(Refused, match=TWO):
            corrections.correct(officer, case.id, meant(case, "id_received", on), "The wrong envelope")
    # To an earlier day, it is put right alone at any time; the new row makes no new slip of it.
    corrections.correct(officer, case.id, meant(case, "id_received", september(3)), "The stamp")
    with pytest.raises(Refused, match=TWO):
        corrections.correct(officer, case.id, meant(case, "id_received", None), "It never came")


def test_the_day_of_receipt_is_moved_later_alone_only_on_the_day_it_was_written_down(clock: Travel) -> None:
    officer, case = caseworker(), opened(days_ago=10)
    service.correct_received_date(officer, case.id, date(2026, 8, 25), reason="The stamp on the letter")
    clock.move_to(morning(2))
    with pytest.raises(Refused, match=TWO):
        service.correct_received_date(officer, case.id, date(2026, 8, 27), reason="The stamp on the letter")
    # Also while the clock waits for something that hides what the other day would do.
    service.ask_for_identity(officer, case.id, "the name differs")
    outbox.mark_sent(officer, messages.about(case.id)[-1].id)
    assert fresh(case).due_on is None
    with pytest.raises(Refused, match=TWO):
        service.correct_received_date(officer, case.id, date(2026, 8, 27), reason="The stamp on the letter")
    service.correct_received_date(officer, case.id, date(2026, 8, 20), reason="The stamp on the envelope")
    assert fresh(case).received_on == date(2026, 8, 20)


def test_a_question_that_no_letter_asked_is_put_on_the_clock_by_two(in_app: Flask, clock: Travel) -> None:
    officer, chief, case = caseworker(), dpo(), opened()
    clock.move_to(morning(21))
    for person in (officer, chief):
        for what in (
            Missed(What.QUESTION, september(3), september(18)),
            Missed(What.QUESTION, september(21)),
            Missed(What.IDENTITY, september(2)),
            Missed(What.EXTENSION, september(9), reason_code=ExtensionReason.NUMBER.value),
        ):
            assert missed.look(person, case.id, what).second
            with pytest.raises(Refused, match=TWO):
                missed.add(person, case.id, what, "I rang them")
    assert (fresh(case).clock_state, fresh(case).identity) == ("running", "unchecked")
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}/missed").text
    assert "two people" in page
    asked = Missed(What.QUESTION, september(3), september(18))
    proposal = propose_missed(officer, case.id, asked, "The phone log")
    decide(chief, proposal.id, True, version=proposal.version)
    assert clock_of(fresh(case)).paused_days == 15


def test_whoever_is_alone_needs_no_other_and_the_log_has_it(clock: Travel) -> None:
    chief, case = dpo(), opened()
    clock.move_to(morning(21))
    assert missed.look(chief, case.id, Missed(What.QUESTION, september(3))).second is None
    missed.add(chief, case.id, Missed(What.QUESTION, september(3)), "I rang them")
    assert fresh(case).clock_state == "paused"


def test_a_letter_that_waited_cannot_be_said_to_have_gone_long_ago(in_app: Flask, clock: Travel) -> None:
    officer, chief, case = caseworker(), dpo(), opened(POST)
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    letter = messages.about(case.id)[-1].id
    clock.move_to(morning(21))
    browser = browser_of(in_app, officer)
    assert (
        "more than three working days ago"
        in browser.post(f"/staff/outbox/{letter}/went", {"on": parts(september(2))}).text
    )
    assert fresh(case).clock_state == "running"
    assert browser.post(f"/staff/outbox/{letter}/went", {"on": parts(september(18))}).status_code == 302
    assert fresh(case).clock_state == "paused"
    with pytest.raises(Refused, match=TWO):
        corrections.correct(officer, case.id, meant(case, "clarification_requested", september(2)), "The post book")
    corrections.correct(officer, case.id, meant(case, "clarification_requested", september(17)), "The post book")
    with pytest.raises(Refused, match=TWO):
        by_phone = meant(case, "clarification_requested", september(16), without_letter=True)
        corrections.correct(officer, case.id, by_phone, "I rang them")
    proposal = propose_correction(officer, case.id, meant(case, "clarification_requested", september(2)), "The book")
    decide(chief, proposal.id, True, version=proposal.version)
    assert fresh(case).clock_state == "paused" and messages.about(case.id)[-1].went_on == september(2)


def test_the_day_of_a_letter_that_gives_no_other_time_is_said_alone(clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    service.ask_for_identity(officer, case.id, "the name differs")
    clock.move_to(morning(21))
    outbox.mark_sent(officer, messages.about(case.id)[-1].id, september(2))
    assert fresh(case).clock_state == "not_started"


def test_a_representative_named_later_gives_no_new_month(in_app: Flask, clock: Travel) -> None:
    officer, chief, case = caseworker(), dpo(), opened(PHONE)
    due = case.due_on
    clock.move_to(morning(30))
    service.set_representative(officer, case.id, RAO)
    for person in (officer, chief):
        with pytest.raises(Refused, match="came from the person"):
            service.ask_for_authority(person, case.id, "a solicitor asks now")
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}/ask-authority").text
    assert "came from the person" in page and "<textarea" not in page
    assert (fresh(case).authority, fresh(case).due_on, messages.about(case.id)) == ("unchecked", due, [])
    with pytest.raises(Refused, match=TWO):
        missed.add(officer, case.id, Missed(What.AUTHORITY, september(30)), "They asked from the start")
    # They still must show that they may ask, and it takes no time from us.
    service.check_authority(officer, case.id, "signed", scope="all records")
    assert (fresh(case).authority, fresh(case).due_on) == ("settled", due)


def test_whoever_was_forgotten_when_the_request_was_written_down_is_named_the_same_day(clock: Travel) -> None:
    officer, case, changed = caseworker(), opened(POST), opened(POST, name="Al Own", representative=RAO)
    service.set_representative(officer, case.id, RAO)
    clock.move_to(morning(9))
    service.set_representative(
        officer, changed.id, Representative(Relationship.ADVOCATE, "Bo New", Contact(Route.POST, address="1 Hill"))
    )
    for one in (case, changed):
        service.ask_for_authority(officer, one.id, "nothing signed came")
        outbox.mark_sent(officer, messages.about(one.id)[-1].id)
        db.session.rollback()
        assert (fresh(one).clock_state, fresh(one).authority) == ("not_started", "asked")
