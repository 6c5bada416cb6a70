"""What an officer puts on the clock: it moves as the law says, or is refused with nothing stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.calendars import calendar_from_snapshot
from sar.cases.deadlines import ExtensionReason, ImpossibleDates
from sar.cases.ledger import Fact, case_for, renew_clock, store_fact
from sar.cases.models import Calculation, CalendarSnapshot, Case, ClockFact
from sar.cases.queries import clock_of, open_questions, visible_case
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.wording import date_words
from sar.oversight.queries import measures
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, opened
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def facts(case_id: str) -> list[tuple[str, int]]:
    found = db.session.scalars(select(ClockFact).where(ClockFact.case_id == case_id).order_by(ClockFact.created_at))
    return [(fact.kind, fact.number) for fact in found if fact.struck_out_at is None]


def fresh(case: Case) -> Case:
    db.session.rollback()
    return visible_case(SYSTEM, case.id)


def asked_days_ago(case: Case, days: int, number: int = 1) -> None:
    """A question as it was put some days ago: the command itself always asks today."""
    with write_transaction():
        asked = Fact("clarification_requested", ago(days), number, detail="Which?")
        store_fact(SYSTEM, case_for(SYSTEM, case.id), asked)


def test_a_new_case_is_due_a_month_after_the_day_it_came() -> None:
    case = opened(days_ago=3)
    assert case.due_on is not None and case.clock_state == "running"
    assert case.due_on == clock_of(case).due and (case.due_on - ago(3)).days >= 28


def test_proof_of_identity_starts_the_clock_on_the_day_it_came() -> None:
    officer, case = caseworker(), opened(days_ago=20)
    service.ask_for_identity(officer, case.id, "the name differs from the one we know.")
    letters_go(case)
    waiting = fresh(case)
    assert (waiting.due_on, waiting.clock_state, waiting.identity) == (None, "not_started", "asked")
    service.check_identity(officer, case.id, "two_letters", on=london_today())
    started = fresh(case)
    assert clock_of(started).start == london_today() and started.identity == "verified"
    with pytest.raises(Conflict):
        service.check_identity(officer, case.id, "two_letters")


def test_proof_cannot_come_before_it_was_asked_for() -> None:
    officer, case = caseworker(), opened(days_ago=20)
    service.ask_for_identity(officer, case.id, "the name differs")
    letters_go(case)
    with pytest.raises(ImpossibleDates):
        service.check_identity(officer, case.id, "two_letters", on=ago(1))
    assert facts(case.id) == [("received", 1), ("id_requested", 1)] and fresh(case).identity == "asked"


def test_settling_identity_that_was_never_asked_for_does_not_move_the_clock() -> None:
    case = opened(days_ago=5)
    due = case.due_on
    service.check_identity(caseworker(), case.id, "known", known_by="Ana Duke", how="her officer since May")
    assert (fresh(case).due_on, fresh(case).identity) == (due, "known_to_staff")
    assert facts(case.id) == [("received", 1)]


def test_identity_is_asked_for_once_and_with_a_reason() -> None:
    officer, case = caseworker(), opened()
    with pytest.raises(Refused):
        service.ask_for_identity(officer, case.id, "  ")
    service.ask_for_identity(officer, case.id, "the name differs")
    letters_go(case)
    with pytest.raises(Conflict):
        service.ask_for_identity(officer, case.id, "the name differs")
    assert len(messages.about(case.id)) == 1


def test_a_question_stops_the_clock_until_it_is_answered() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    due = case.due_on
    asked_days_ago(case, 6)
    assert (fresh(case).due_on, fresh(case).clock_state) == (None, "paused")
    service.record_answer(officer, case.id, 1, ago(2), "Only the letters.")
    answered = fresh(case)
    assert answered.clock_state == "running" and clock_of(answered).paused_days == 4
    assert due is not None and answered.due_on is not None and answered.due_on > due
    assert open_questions(answered) == []


def test_an_answer_to_no_question_before_its_question_or_twice_is_refused() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    with pytest.raises(Conflict):
        service.record_answer(officer, case.id, 1, ago(1), "What question?")
    asked_days_ago(case, 4)
    with pytest.raises(ImpossibleDates):
        service.record_answer(officer, case.id, 1, ago(5), "Too early")
    with pytest.raises(Refused, match="future"):
        service.record_answer(officer, case.id, 1, london_today() + timedelta(days=1), "Tomorrow")
    service.record_answer(officer, case.id, 1, ago(1), "The letters")
    with pytest.raises(Conflict):
        service.record_answer(officer, case.id, 1, ago(1), "The letters")
    assert facts(case.id) == [("received", 1), ("clarification_requested", 1), ("clarification_received", 1)]


def test_a_question_before_the_new_rules_does_not_stop_the_clock_and_its_letter_does_not_say_so() -> None:
    officer, case = caseworker(), opened(days_ago=(london_today() - date(2026, 1, 12)).days)
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    letters_go(case)
    assert fresh(case).clock_state == "running"
    [message] = messages.about(case.id)
    assert message.kind == "letter.clarification_no_pause" and "goes on while we wait" in message.body


def test_a_question_before_the_clock_starts_neither_says_that_time_runs_nor_that_it_stops() -> None:
    officer, case = caseworker(), opened(days_ago=3)
    service.ask_for_identity(officer, case.id, "the name differs")
    letters_go(case)
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    letters_go(case)
    message = messages.about(case.id)[-1]
    assert message.kind == "letter.clarification_not_started" and "has not started yet" in message.body
    assert "goes on" not in message.body and "stops on" not in message.body
    service.check_identity(officer, case.id, "two_letters", on=london_today())
    assert fresh(case).clock_state == "paused"


def test_an_extension_gives_two_months_once() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    due = case.due_on
    service.extend(officer, case.id, ExtensionReason.COMPLEXITY, "There are forty volumes.")
    letters_go(case)
    extended = fresh(case)
    assert due is not None and extended.due_on is not None and (extended.due_on - due).days > 55
    with pytest.raises(Refused, match="extended before"):
        service.extend(officer, case.id, ExtensionReason.COMPLEXITY, "And forty more.")
    assert facts(case.id).count(("extended", 1)) == 1 and len(messages.about(case.id)) == 1
    assert "There are forty volumes." in messages.about(case.id)[0].body


def test_an_extension_after_the_first_month_is_refused() -> None:
    case = opened(days_ago=40)
    with pytest.raises(Refused, match="too late"):
        service.extend(caseworker(), case.id, ExtensionReason.NUMBER, "Many requests.")
    assert facts(case.id) == [("received", 1)] and messages.about(case.id) == []


def test_an_extension_without_words_or_while_the_clock_waits_is_refused() -> None:
    officer, case = caseworker(), opened(days_ago=4)
    with pytest.raises(Refused, match="in words"):
        service.extend(officer, case.id, ExtensionReason.NUMBER, " ")
    asked_days_ago(case, 1)
    with pytest.raises(Refused, match="not running"):
        service.extend(officer, case.id, ExtensionReason.NUMBER, "Many requests.")


def test_a_corrected_date_received_recomputes_everything_and_keeps_both_derivations() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    before = case.due_on
    service.correct_received_date(officer, case.id, ago(25))
    corrected = fresh(case)
    clock = clock_of(corrected)
    assert corrected.received_on == clock.received == ago(25)
    assert before is not None and corrected.due_on == clock.due and clock.due is not None and clock.due < before
    kept = db.session.scalars(
        select(Calculation).where(Calculation.case_id == case.id).order_by(Calculation.number)
    ).all()
    old, new = (json.loads(calculation.clock) for calculation in kept)
    assert (old["due"], new["due"]) == (before.isoformat(), clock.due.isoformat())
    assert new["derivation"][0]["after"] == ago(25).isoformat()
    holidays = db.session.get_one(CalendarSnapshot, kept[-1].calendar_version)
    assert calendar_from_snapshot(json.loads(holidays.holidays)).version == kept[-1].calendar_version
    struck_out = [fact for fact in rows(ClockFact) if fact.struck_out_at is not None]
    assert [(fact.kind, fact.on) for fact in struck_out] == [("received", ago(10))]


def test_a_correction_can_make_an_extension_too_late_and_says_so() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    service.extend(officer, case.id, ExtensionReason.COMPLEXITY, "Forty volumes.")
    letters_go(case)
    service.correct_received_date(officer, case.id, ago(60))
    clock = clock_of(fresh(case))
    assert not clock.extended and "has no effect" in clock.warnings[0].message


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "future"), (5, "date we have already"), (0, "cannot have come after")]
)
def test_a_date_received_that_cannot_be_is_refused(days: int, words: str) -> None:
    case = opened(days_ago=5)
    if days == 0:
        asked_days_ago(case, 2)
    with pytest.raises(Refused, match=words):
        service.correct_received_date(caseworker(), case.id, ago(days))
    assert fresh(case).received_on == ago(5)


def test_a_date_before_the_law_is_a_slip_of_the_pen() -> None:
    case = opened(days_ago=5)
    with pytest.raises(Refused, match="too long ago"):
        service.correct_received_date(caseworker(), case.id, date(2006, 5, 1))


def test_a_finished_request_takes_no_new_question_extension_or_check() -> None:
    officer, case = caseworker(), opened(days_ago=5)
    service.withdraw(officer, case.id, london_today())
    for command in (
        lambda: service.ask_question(officer, case.id, "Which?", "Because"),
        lambda: service.extend(officer, case.id, ExtensionReason.COMPLEXITY, "Long"),
        lambda: service.ask_for_identity(officer, case.id, "Doubt"),
        lambda: service.check_identity(officer, case.id, "known", known_by="Ana Duke", how="her officer since May"),
    ):
        with pytest.raises(Refused, match="Reopen it first"):
            command()


def test_after_the_due_date_nothing_is_asked_for_that_would_take_the_case_off_the_backlog() -> None:
    officer, lead, boss = caseworker(), dpo(), dpo("Ola Second")
    late = opened(days_ago=50)
    due = late.due_on
    assert due is not None
    for command in (
        lambda: service.ask_for_identity(officer, late.id, "Doubt"),
        lambda: service.ask_for_authority(officer, late.id, "A friend asks"),
        lambda: service.charge_fee(lead, late.id, "10", "Tenth", "By card", proposed=True),
        lambda: refusals.propose(boss, late.id, Kind.FEE, "Tenth", amount="10", how_to_pay="By card"),
    ):
        with pytest.raises(Refused, match=f"The answer was due on {date_words(due)}"):
            command()
    assert facts(late.id) == [("received", 1)] and messages.about(late.id) == []
    assert measures(ago(100), london_today()).overdue_now == 1
    service.check_identity(officer, late.id, "two_letters")  # who asks can be settled all the same
    assert (fresh(late).due_on, fresh(late).identity) == (due, "verified")


def test_the_pages_say_that_it_is_too_late_to_ask_before_anything_is_typed(in_app: Flask) -> None:
    late, boss = opened(days_ago=50), browser_of(in_app, dpo())
    for page in ("ask-identity", "ask-authority", "fee"):
        shown = boss.get(f"/staff/cases/{late.id}/{page}").text
        assert "What is asked for after that gives no more time" in shown and "<textarea" not in shown


def test_what_if_shows_both_dates_and_warnings_and_stores_nothing() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    shown = service.what_if(officer, case.id, Fact("extended", london_today(), reason_code="COMPLEXITY"))
    assert shown.before == case.due_on and shown.after is not None and shown.before is not None
    assert shown.after > shown.before
    late = service.what_if(officer, case.id, Fact("id_requested", london_today()))
    assert late.after is None and "more than 3 working days" in late.warnings[0]
    assert facts(case.id) == [("received", 1)]


def test_every_change_on_the_clock_makes_what_others_have_on_screen_out_of_date() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    seen = case.version
    service.ask_question(officer, case.id, "Which?", "Because")
    letters_go(case)
    for command in (
        lambda: service.ask_question(officer, case.id, "Which?", "Because", version=seen),
        lambda: service.correct_received_date(officer, case.id, ago(12), version=seen),
        lambda: service.check_identity(officer, case.id, "officer_letter", version=seen),
        lambda: service.withdraw(officer, case.id, london_today(), version=seen),
        lambda: service.acknowledge(officer, case.id, seen),
        lambda: service.assign(officer, case.id, officer.id, version=seen),
    ):
        with pytest.raises(Conflict):
            command()
    assert facts(case.id) == [("received", 1), ("clarification_requested", 1)]
    # Asked and answered on one day: no date changes, but the case did.
    seen = fresh(case).version
    service.record_answer(officer, case.id, 1, london_today(), "All", version=seen)
    assert fresh(case).version > seen


def test_the_log_tells_the_due_date_before_and_after() -> None:
    officer, case = caseworker(), opened(days_ago=10)
    before = case.due_on
    service.correct_received_date(officer, case.id, ago(20))
    [entry] = [entry for entry in rows(AuditEntry) if entry.action == "case.clock_event_corrected"]
    told = json.loads(entry.facts)
    assert before is not None and told["due_before"] == before.isoformat()
    assert told["due_after"] == clock_of(fresh(case)).due.isoformat()  # type: ignore[union-attr]


def test_a_second_reader_sees_a_case_and_changes_nothing_on_it() -> None:
    reader, case = staff_actor(Role.SECOND_READER), opened(days_ago=10)
    assert visible_case(reader, case.id).id == case.id
    for command in (
        lambda: service.ask_question(reader, case.id, "Which?", "Because"),
        lambda: service.ask_for_identity(reader, case.id, "Doubt"),
        lambda: service.check_identity(reader, case.id, "known", known_by="Ana Duke", how="her officer since May"),
        lambda: service.extend(reader, case.id, ExtensionReason.COMPLEXITY, "Long"),
        lambda: service.correct_received_date(reader, case.id, ago(12)),
        lambda: service.record_answer(reader, case.id, 1, ago(1), "Yes"),
        lambda: service.add_note(reader, case.id, "Hello"),
        lambda: service.assign(reader, case.id, reader.id),
        lambda: service.acknowledge(reader, case.id, case.version),
        lambda: service.withdraw(reader, case.id, london_today()),
        lambda: service.reject(reader, case.id, "MUE", "Because"),
        lambda: service.open_identity_copy(reader, case.id, 1),
    ):
        with pytest.raises(NotAllowed):
            command()
    with pytest.raises(NotAllowed):
        service.reject(caseworker(), case.id, "MUE", "Because")
    service.reject(dpo(), case.id, "MUE", "it repeats the last one", proposed=True)


def test_a_changed_setting_of_how_pauses_are_counted_moves_no_case_that_is_open(in_app: Flask) -> None:
    case, known = opened(days_ago=10), in_app.extensions["sar"]
    _paused_for_three_days(case)
    before = fresh(case).due_on
    in_app.extensions["sar"] = replace(known, settings=replace(known.settings, pause_mode="statutory"))
    try:
        newer = opened(days_ago=10, name="Someone Else")
        _paused_for_three_days(newer)
        assert clock_of(fresh(case)).due == fresh(case).due_on == before
        assert (fresh(case).pause_mode, fresh(newer).pause_mode) == ("conservative", "statutory")
        # Not even where another fact is recorded, and the newer one is counted the other way: the day asked too.
        with write_transaction():
            renew_clock(case_for(SYSTEM, case.id))
        assert fresh(case).due_on == before
        assert (clock_of(fresh(case)).paused_days, clock_of(fresh(newer)).paused_days) == (3, 4)
    finally:
        in_app.extensions["sar"] = known


def _paused_for_three_days(case: Case) -> None:
    for fact in (Fact("clarification_requested", ago(6)), Fact("clarification_received", ago(3))):
        with write_transaction():
            store_fact(SYSTEM, case_for(SYSTEM, case.id), fact)
