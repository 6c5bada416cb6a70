"""What we ask or tell by a letter counts on the clock from the day the letter goes, not from the day it is written."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from sar.cases import corrections, outbox, service
from sar.cases.corrections import Correction
from sar.cases.deadlines import Clock, ExtensionReason, ImpossibleDates, Rule
from sar.cases.models import ClockFact
from sar.cases.queries import clock_of, visible_case
from sar.cases.refusals import service as refusals
from sar.cases.silence import silence_of
from sar.cases.waiting import Whom, waiting_of
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import LONDON, london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.jobs import run_pending
from sar.foundation.messages import Delivery, Message
from sar.oversight import compliance
from tests.integration.cases.desk import EMAIL, POST, browser_of, caseworker, dpo, fresh, opened, parts
from tests.integration.cases.september import Travel, ask, letter_of, september, stands

pytestmark = pytest.mark.usefixtures("in_app")
RECEIVED = date(2026, 9, 1)


def steps(found: Clock, rule: Rule) -> list[str]:
    return [f"{step.explanation} {step.source}" for step in found.derivation if step.rule is rule]


def test_a_question_counts_from_the_day_its_letter_was_posted(in_app: Flask, clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    page = f"/staff/cases/{case.id}"
    clock.move_to(september(7))
    assert "If it goes today" in browser_of(in_app, officer).get(f"{page}/question").text
    went = f"/staff/outbox/{ask(officer, case).id}/went"
    assert stands(case) == ("running", date(2026, 10, 1))
    clock.move_to(september(10))
    browser = browser_of(in_app, officer)
    shown = browser.get(page).text
    assert "Your question of 7 September has not gone out yet: the clock is still running." in shown
    assert "Send it, say on which day it went, or take it back" in shown and "record the answer" in shown
    assert waiting_of([fresh(case)])[case.id] == [Whom.LETTER] and silence_of(fresh(case)).awaited == ()
    for awaiting in ("letter", "nobody"):
        assert case.reference in browser.get(f"/staff/cases/?awaiting={awaiting}").text
    assert case.reference not in browser.get("/staff/cases/?awaiting=requester").text
    form = browser.get(went).text
    assert all(f'value="{part}"' in form for part in ("10", "09", "2026"))
    for day, problem in ((11, "in the future"), (6, "not written yet")):
        assert problem in browser.post(went, {"on": parts(september(day).date())}).text
    assert stands(case) == ("running", date(2026, 10, 1))
    assert browser.post(went, {"on": parts(date(2026, 9, 9))}).status_code == 302
    assert stands(case) == ("paused", None)
    [pause] = steps(clock_of(fresh(case)), Rule.PAUSE)
    assert "was asked on 9 September 2026 and is not answered" in pause
    assert "The letter was written on 7 September 2026 and went on 9 September 2026." in pause
    shown = browser.get(page).text
    assert "has not gone out" not in shown and ">9 September 2026</time>" in shown
    assert "Sent by post: question (it went on 9 September 2026)" in shown
    assert waiting_of([fresh(case)])[case.id] == [Whom.REQUESTER]
    service.record_answer(officer, case.id, 1, date(2026, 9, 10), "Calder Street")
    assert stands(case) == ("running", date(2026, 10, 2))


def test_the_day_it_was_posted_can_be_put_right_and_everything_follows(clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    clock.move_to(september(7))
    sent = ask(officer, case)
    clock.move_to(september(14))
    outbox.mark_sent(officer, sent.id)
    service.record_answer(officer, case.id, 1, date(2026, 9, 14), "Calder Street")
    assert stands(case) == ("running", date(2026, 10, 1))

    def asked() -> str:
        return next(fact.id for fact in corrections.correctable(fresh(case)) if fact.kind == "clarification_requested")

    with pytest.raises(ImpossibleDates, match="written on 7 September"):
        corrections.correct(officer, case.id, Correction(asked(), date(2026, 9, 6)), "The post book")
    corrections.correct(officer, case.id, Correction(asked(), date(2026, 9, 10)), "The post book")
    assert stands(case) == ("running", date(2026, 10, 5)) and letter_of(case).went_on == date(2026, 9, 10)


def test_mail_counts_once_the_server_took_it_and_no_more_when_it_comes_back(in_app: Flask, clock: Travel) -> None:
    officer, case = caseworker(), opened(EMAIL)
    clock.move_to(september(7))
    sent = ask(officer, case)
    with write_transaction() as session:  # a refused address, or tries that were given up
        session.execute(update(Message).where(Message.id == sent.id).values(delivery=Delivery.FAILED.value))
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert stands(case)[0] == "running" and "Your question of 7 September has not gone out yet" in page
    outbox.send_again(officer, sent.id)
    assert stands(case)[0] == "running"
    clock.move_to(september(8))
    run_pending(in_app)
    assert stands(case)[0] == "paused" and letter_of(case).went_on == date(2026, 9, 8)
    desk = browser_of(in_app, officer)
    assert "It came back" in desk.get(f"/staff/outbox/{sent.id}").text
    desk.post(f"/staff/outbox/{sent.id}/came-back", form_at=f"/staff/outbox/{sent.id}")
    assert stands(case)[0] == "running" and letter_of(case).delivery == Delivery.FAILED
    assert "has not gone out yet" in desk.get(f"/staff/cases/{case.id}").text
    with pytest.raises(Conflict):
        outbox.came_back(officer, sent.id)
    clock.move_to(september(11))
    outbox.send_again(officer, sent.id)
    run_pending(in_app)
    service.record_answer(officer, case.id, 1, date(2026, 9, 11), "Calder Street")
    assert stands(case) == ("running", date(2026, 10, 1))


def test_an_extension_takes_effect_only_if_its_letter_goes_in_time(in_app: Flask, clock: Travel) -> None:
    officer = caseworker()
    never, late, in_time = (opened(POST, name=name) for name in ("Cy Never", "Ada Late", "Bo Early"))
    clock.move_to(september(20))
    for case in (never, late, in_time):
        service.extend(officer, case.id, ExtensionReason.COMPLEXITY, "There are forty volumes.")
        assert "answer by 1 December 2026" in letter_of(case).body
        assert stands(case) == ("running", date(2026, 10, 1))
    with pytest.raises(Refused, match="has not gone out"):
        service.extend(officer, never.id, ExtensionReason.NUMBER, "Many")
    page = browser_of(in_app, officer).get(f"/staff/cases/{never.id}").text
    assert "extension of 20 September has not gone out yet. It must go by 1 October 2026" in page
    clock.move_to(datetime(2026, 10, 5, 10, tzinfo=LONDON))
    outbox.mark_sent(officer, letter_of(late).id)
    with pytest.raises(Refused, match="takes two people"):  # posted in time, written down too late
        outbox.mark_sent(officer, letter_of(in_time).id, date(2026, 10, 1))
    outbox.mark_sent(officer, letter_of(in_time).id)
    assert stands(in_time) == ("running", date(2026, 10, 1))
    told = next(fact.id for fact in corrections.correctable(fresh(in_time)) if fact.kind == "extended")
    posted = refusals.propose_correction(officer, in_time.id, Correction(told, date(2026, 10, 1)), "The post book")
    refusals.decide(dpo(), posted.id, True, version=posted.version)
    assert stands(in_time) == ("running", date(2026, 12, 1))
    assert stands(never) == stands(late) == ("running", date(2026, 10, 1))
    page = browser_of(in_app, officer).get(f"/staff/cases/{never.id}").text
    assert "It had to go by 1 October 2026: the extension has no effect (Art 12A(3)-(4)" in page
    for case, words in ((never, "has not gone out"), (late, "It has no effect")):
        [step] = steps(clock_of(fresh(case)), Rule.EXTENSION)
        assert words in step and "1 October 2026" in step and "s.54(3A)-(3B)" in step
    with write_transaction() as session:  # as when letters are destroyed
        session.execute(update(ClockFact).values(message_id=None))
    assert stands(never) == stands(late) == ("running", date(2026, 10, 1)) != stands(in_time)
    table = csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, RECEIVED, RECEIVED))))
    told = {row["id"]: (row["extended"], row["extension_notified"]) for row in table}
    assert [told[case.reference] for case in (never, late, in_time)] == [
        ("N", ""),
        ("N", "2026-10-05"),
        ("Y", "2026-10-01"),
    ]


def test_what_was_answered_before_its_letter_went_moves_nothing_and_warns_of_nothing(
    in_app: Flask, clock: Travel
) -> None:
    officer, case = caseworker(), opened(POST)
    clock.move_to(september(3))
    question = ask(officer, case)
    clock.shift(timedelta(minutes=1))
    service.ask_for_identity(officer, case.id, "the name differs")
    proof = letter_of(case)
    with pytest.raises(ImpossibleDates):
        service.record_answer(officer, case.id, 1, date(2026, 9, 2), "By phone")
    service.record_answer(officer, case.id, 1, date(2026, 9, 3), "By phone")
    clock.move_to(september(5))
    service.check_identity(officer, case.id, "two_letters", on=date(2026, 9, 4))
    due, page = date(2026, 10, 1), f"/staff/cases/{case.id}"
    assert stands(case) == ("running", due) and waiting_of([fresh(case)])[case.id] == []
    assert "has not gone out" not in browser_of(in_app, officer).get(page).text
    clock.move_to(september(9))
    for letter in (question, proof):
        outbox.mark_sent(officer, letter.id)
        assert stands(case) == ("running", due) and fresh(case).identity == "verified"
    assert silence_of(fresh(case)).awaited == () and waiting_of([fresh(case)])[case.id] == []
    exported = "".join(compliance.export(SYSTEM, RECEIVED, RECEIVED))
    [row] = csv.DictReader(io.StringIO(exported))
    assert (row["clarification_requested"], row["id_requested"], row["expected_due"]) == ("", "", due.isoformat())


def test_proof_that_is_asked_for_after_the_due_date_gives_no_new_start(clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    clock.move_to(september(3))
    service.ask_for_identity(officer, case.id, "the name differs")
    assert stands(case) == ("running", date(2026, 10, 1))
    clock.move_to(datetime(2026, 10, 9, 10, tzinfo=LONDON))
    outbox.mark_sent(officer, letter_of(case).id)
    assert stands(case) == ("running", date(2026, 10, 1))
    assert visible_case(SYSTEM, case.id).identity == "unchecked" and clock_of(fresh(case)).is_overdue(london_today())
