"""A letter that has not gone can be taken back: what hangs on it is undone, and what went meanwhile is said to have."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar.cases import corrections, outbox, service
from sar.cases.complaints import service as complaints
from sar.cases.complaints.acknowledging import letter_to_go
from sar.cases.complaints.models import Complaint
from sar.cases.corrections import Correction
from sar.cases.deadlines import ExtensionReason
from sar.cases.queries import clock_of, open_questions
from sar.cases.silence import silence_of
from sar.cases.waiting import Whom, waiting_of
from sar.cases.writing import queries as drafts
from sar.cases.writing import service as writing
from sar.cases.writing.models import LetterDraft
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import LONDON, london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Problem, Refused
from sar.foundation.jobs import run_pending
from sar.foundation.messages import Delivery, Message
from tests.integration.cases.desk import EMAIL, POST, browser_of, caseworker, dpo, fresh, opened
from tests.integration.cases.september import Travel, ask, letter_of, september, stands

pytestmark = pytest.mark.usefixtures("in_app")
DUE = date(2026, 10, 1)


def logged(action: str) -> int:
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)
    return len(db.session.scalars(query).all())


def test_a_question_that_is_taken_back_was_never_asked(in_app: Flask, clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    clock.move_to(september(7))
    sent = ask(officer, case)
    assert waiting_of([fresh(case)])[case.id] == [Whom.LETTER]
    browser = browser_of(in_app, officer)
    assert "Take it back" in browser.get("/staff/outbox").text
    done = browser.post(f"/staff/outbox/{sent.id}/take-back", form_at=f"/staff/outbox/{sent.id}")
    assert done.location == f"/staff/cases/{case.id}"
    page = browser.get(f"/staff/cases/{case.id}").text
    assert "Taken back: the letter does not go. The answer to" in page and "has not gone out" not in page
    assert "Taken back, not sent" in page and "Taken back before it went by post: question" in page
    assert (stands(case), waiting_of([fresh(case)])[case.id]) == (("running", DUE), [])
    assert "Take it back" not in browser.get("/staff/outbox").text
    read = browser.get(f"/staff/outbox/{sent.id}").text
    assert "Which office?" in read and "Mark as sent" not in read and "Take it back" not in read
    with pytest.raises(Conflict, match="taken back already"):
        outbox.take_back(officer, sent.id)
    with pytest.raises(Conflict):
        outbox.mark_sent(officer, sent.id)
    assert logged("message.taken_back") == 1
    clock.shift(timedelta(minutes=1))
    again = ask(officer, case)  # nothing of the first stands in the way
    outbox.mark_sent(officer, again.id)
    assert stands(case)[0] == "paused" and len(open_questions(fresh(case))) == 1


def test_what_asks_for_proof_or_extends_can_be_written_again(clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    clock.move_to(september(7))
    service.ask_for_identity(officer, case.id, "the name differs")
    outbox.take_back(officer, letter_of(case).id)
    assert (fresh(case).identity, stands(case)) == ("unchecked", ("running", DUE))
    clock.shift(timedelta(minutes=1))
    service.ask_for_identity(officer, case.id, "the name differs")
    outbox.mark_sent(officer, letter_of(case).id)
    assert stands(case) == ("not_started", None)
    other = opened(POST, name="Cy Long")
    service.extend(officer, other.id, ExtensionReason.COMPLEXITY, "There are forty volumes.")
    outbox.take_back(officer, letter_of(other).id)
    clock.shift(timedelta(minutes=1))
    service.extend(officer, other.id, ExtensionReason.COMPLEXITY, "There are sixty volumes.")
    outbox.mark_sent(officer, letter_of(other).id)
    assert clock_of(fresh(other)).extended


def test_only_who_charges_a_fee_takes_the_letter_about_it_back(clock: Travel) -> None:
    lead, case = dpo(), opened(POST)
    service.charge_fee(lead, case.id, "10", "It asks the same each week.", "By card.")
    officer = caseworker()
    with pytest.raises(Refused, match="Only the data protection officer"):
        outbox.take_back(officer, letter_of(case).id)
    outbox.take_back(lead, letter_of(case).id)
    assert stands(case) == ("running", DUE)


def test_what_was_answered_before_its_letter_is_taken_back_stays_answered(clock: Travel) -> None:
    officer, case = caseworker(), opened(POST)
    clock.move_to(september(3))
    sent = ask(officer, case)
    service.record_answer(officer, case.id, 1, date(2026, 9, 3), "By phone: Calder Street")
    outbox.take_back(officer, sent.id)
    assert (stands(case), waiting_of([fresh(case)])[case.id]) == (("running", DUE), [])
    labels = {fact.kind: corrections.label(fact) for fact in corrections.correctable(fresh(case))}
    assert "the letter was taken back" in labels["clarification_requested"]
    answer = next(fact for fact in corrections.correctable(fresh(case)) if fact.kind == "clarification_received")
    corrections.correct(officer, case.id, Correction(answer.id, None), "It was about another case")
    assert corrections.correctable(fresh(case)) == [] and waiting_of([fresh(case)])[case.id] == []


def test_a_mail_that_went_meanwhile_is_said_to_have_gone(in_app: Flask, clock: Travel) -> None:
    officer, case = caseworker(), opened(EMAIL)
    clock.move_to(september(7))
    sent = ask(officer, case)
    browser = browser_of(in_app, officer)
    assert "Take it back" in browser.get(f"/staff/outbox/{sent.id}").text
    for state, told in ((Delivery.SENDING, "going out just now"), (Delivery.UNSURE, "may have gone out already")):
        with write_transaction() as session:
            session.execute(update(Message).where(Message.id == sent.id).values(delivery=state.value))
        with pytest.raises(Conflict, match=told):
            outbox.take_back(officer, sent.id)
    with write_transaction() as session:
        session.execute(update(Message).where(Message.id == sent.id).values(delivery=Delivery.QUEUED.value))
    token = browser.get(f"/staff/outbox/{sent.id}")
    run_pending(in_app)
    assert token.status_code == 200 and stands(case)[0] == "paused"
    browser.post(f"/staff/outbox/{sent.id}/take-back", form_at=f"/staff/outbox/{sent.id}")
    told = browser.get(f"/staff/cases/{case.id}").text
    assert "This went meanwhile, on 7 September 2026. It cannot be taken back any more." in told
    assert stands(case)[0] == "paused" and logged("message.taken_back") == 0
    outbox.came_back(officer, sent.id)
    outbox.take_back(officer, sent.id)
    run_pending(in_app)
    assert (stands(case), letter_of(case).delivery) == (("running", DUE), Delivery.TAKEN_BACK)


def test_a_mail_that_is_taken_back_is_not_sent(in_app: Flask) -> None:
    officer, case = caseworker(), opened(EMAIL)
    run_pending(in_app)
    outbox_folder = in_app.extensions["sar"].settings.instance / "outbox"
    before = len(list(outbox_folder.glob("*.eml")))
    sent = ask(officer, case)
    outbox.take_back(officer, sent.id)
    run_pending(in_app)
    assert len(list(outbox_folder.glob("*.eml"))) == before and letter_of(case).went_on is None


def test_of_sending_and_taking_back_at_one_moment_one_wins(in_app: Flask) -> None:
    officer = caseworker()
    for _ in range(6):
        case = opened(EMAIL)
        run_pending(in_app)
        message_id = ask(officer, case).id
        db.session.rollback()
        ready, refused = threading.Barrier(2), list[Problem]()

        def take_back(
            message_id: str = message_id, ready: threading.Barrier = ready, told: list[Problem] = refused
        ) -> None:
            with in_app.app_context():
                ready.wait(20)
                try:
                    outbox.take_back(officer, message_id)
                except Conflict as problem:
                    told.append(problem)

        taking = threading.Thread(target=take_back)
        taking.start()
        ready.wait(20)
        run_pending(in_app)
        taking.join(60)
        run_pending(in_app)
        went = letter_of(case).delivery == Delivery.SENT
        assert went == bool(refused) and letter_of(case).delivery in (Delivery.SENT, Delivery.TAKEN_BACK)
        assert stands(case)[0] == ("paused" if went else "running")


def test_a_letter_that_was_filled_in_is_a_draft_again_and_a_reminder_counts_for_nothing(
    in_app: Flask, clock: Travel
) -> None:
    officer, case = caseworker(), opened(POST)
    outbox.mark_sent(officer, ask(officer, case).id)
    clock.move_to(datetime(2026, 10, 20, 10, tzinfo=LONDON))
    draft = writing.write(officer, case.id, "reminder", {}, channel="post")
    reminder = writing.send(officer, draft.id, version=draft.version)
    assert silence_of(fresh(case)).to_go
    outbox.take_back(officer, reminder.id)
    silence = silence_of(fresh(case))
    assert not silence.to_go and silence.reminded_on is None and silence.to_remind(date(2026, 10, 20))
    [again] = drafts.unsent(fresh(case))
    assert "Not sent yet" in browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    sent = writing.send(officer, again.id, version=again.version)
    outbox.mark_sent(officer, sent.id)
    assert silence_of(fresh(case)).reminded_on == date(2026, 10, 20)


def test_an_acknowledgement_that_is_taken_back_can_be_written_again(in_app: Flask) -> None:
    officer, case = caseworker(), opened(POST)
    assert "acknowledgement" not in {letter.name for letter in drafts.fitting(fresh(case))}
    service.acknowledge(officer, case.id, fresh(case).version)
    outbox.take_back(officer, letter_of(case).id)
    assert "acknowledgement" in {letter.name for letter in drafts.fitting(fresh(case))}
    draft = writing.write(officer, case.id, "acknowledgement", {}, channel="post")
    again = writing.send(officer, draft.id, version=draft.version)
    assert again.delivery == Delivery.TO_DO and "We must answer by" in again.body


def test_the_acknowledgement_of_a_complaint_is_taken_back_and_sent_again(in_app: Flask) -> None:
    lead, case = dpo(), opened(POST)
    complaint = complaints.log(lead, case.id, "Too slow", london_today(), complaints.Channel.POST)

    def write(name: str, filled: dict[str, str | list[str]]) -> Message:
        draft = writing.write(lead, case.id, name, filled, channel="post", about=complaint.id)
        return writing.send(lead, draft.id, version=draft.version)

    def now() -> tuple[str, date | None]:
        found = db.session.get_one(Complaint, complaint.id, populate_existing=True)
        return found.state, found.acknowledged_on

    def waits() -> bool:
        return letter_to_go(db.session.get_one(Complaint, complaint.id)) is not None

    written = write("complaint_acknowledgement", {})
    assert waits()
    outbox.take_back(lead, written.id)
    assert not waits() and now() == ("received", None)
    [draft] = db.session.scalars(select(LetterDraft).where(LetterDraft.message_id.is_(None)))
    outbox.mark_sent(lead, writing.send(lead, draft.id, version=draft.version).id)
    assert now() == ("acknowledged", london_today())
    outcome: dict[str, str | list[str]] = {
        "outcome": "upheld",
        "findings": "We were late.",
        "actions": ["we say sorry"],
    }
    decided = write("complaint_outcome", outcome)
    with pytest.raises(Refused, match="decided with this letter"):
        outbox.take_back(lead, decided.id)


def test_what_tells_of_an_end_goes_unless_the_case_is_opened_again(in_app: Flask) -> None:
    lead, case = dpo(), opened(POST)
    service.withdraw(lead, case.id, london_today())
    letter = letter_of(case)
    assert not outbox.find(lead, letter.id).can_take_back
    page = browser_of(in_app, lead)
    page.post(f"/staff/outbox/{letter.id}/take-back", form_at=f"/staff/outbox/{letter.id}")
    assert "Open the case again first." in page.get(f"/staff/cases/{case.id}").text
    service.reopen(lead, case.id, "She did not mean it")
    outbox.take_back(lead, letter.id)
    assert letter_of(case).delivery == Delivery.TAKEN_BACK
