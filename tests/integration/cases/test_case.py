"""A case from its opening to its ends: who sees it, who has it, how it is refused, withdrawn, closed, reopened."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from sar.access.permissions import Role
from sar.access.service import disable_staff
from sar.cases import queries, service
from sar.cases.deadlines import ExtensionReason
from sar.cases.models import Case, Note, Refusal
from sar.cases.queries import clock_of, visible_case
from sar.cases.workflow import Event, NotPossible, Stage
from sar.cases.worklist.filters import Filters, Show
from sar.cases.worklist.queries import work_list
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.ids import random_id
from sar.foundation.messages import Message
from sar.intake import service as intake
from sar.intake.answers import RequestAnswers
from sar.intake.models import IdentityCopy
from tests.factories import searches_done, staff_actor
from tests.integration.cases.desk import NAME, POST, ago, browser_of, caseworker, dpo, opened
from tests.integration.intake.walk import photograph, rows

pytestmark = pytest.mark.usefixtures("in_app")


def released(days_ago: int = 5) -> Case:
    case = opened(days_ago=days_ago)
    with write_transaction():
        case.stage = Stage.GATHERING.value
    searches_done(case.id)
    with write_transaction():
        case.stage = Stage.SIGNED_OFF.value
    ready = replace(
        service.facts_of(SYSTEM, case),
        identity_settled=True,
        records_pending=0,
        undecided_mentions=0,
        unanswered_consultations_undecided=0,
        signed_off_by_other=True,
        plan_unchanged=True,
        leak_free=True,
    )
    return service.advance(SYSTEM, case.id, Event.RELEASE, ready)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_submission_opens_one_case_however_often_the_job_runs() -> None:
    receipt = intake.submit(SYSTEM, RequestAnswers(full_name=NAME, contact=POST), None, "", "k" * 32)
    first = service.open_case(SYSTEM, receipt.submission_id)
    assert service.open_case(SYSTEM, receipt.submission_id).id == first.id
    assert len(rows(Case)) == 1


def test_a_conflict_of_interest_closes_the_case_and_takes_it_off_every_list(in_app: Flask) -> None:
    officer, other, case = caseworker(), caseworker("Ada Other"), opened()
    service.assign(officer, case.id, officer.id)
    browser = browser_of(in_app, officer)
    assert NAME in browser.get("/staff/cases/").text
    assert "closed to you for good" in browser.get(f"/staff/cases/{case.id}/conflict").text
    assert browser.post(f"/staff/cases/{case.id}/conflict", {"version": case.version}).location == "/staff/cases/"
    for path in ("", "/identity", "/question", "/withdraw", "/identity-copies/1", "/received"):
        assert browser.get(f"/staff/cases/{case.id}{path}").status_code == 404, path
    for address in ("/staff/cases/", f"/staff/cases/?search={case.reference}", "/staff/cases/?show=all&whose=mine"):
        assert NAME not in browser.get(address).text
    with pytest.raises(NotFound):
        service.add_note(officer, case.id, "I was here")
    assert work_list(other).total == 1 and visible_case(other, case.id).officer_id is None


def test_a_caseworker_takes_a_case_and_only_the_dpo_hands_one_over() -> None:
    officer, colleague, boss, case = caseworker(), caseworker("Ada Other"), dpo(), opened()
    service.assign(officer, case.id, officer.id)
    with pytest.raises(NotAllowed):
        service.assign(officer, case.id, colleague.id)
    with pytest.raises(NotAllowed):
        service.assign(officer, case.id, None)
    service.assign(boss, case.id, colleague.id)
    assert visible_case(boss, case.id).officer_id == colleague.id


def test_a_case_is_not_given_to_someone_who_left_or_must_not_see_it_or_cannot_work_on_it() -> None:
    boss, gone, torn, case = dpo(), caseworker("Gone Away"), caseworker("Torn Person"), opened()
    disable_staff(SYSTEM, gone.id)
    service.declare_conflict(boss, case.id, torn.id)
    for person in (gone, torn, staff_actor(Role.AUDITOR)):
        with pytest.raises(Refused):
            service.assign(boss, case.id, person.id)
    with pytest.raises(Refused):
        service.declare_conflict(boss, case.id, "nobody")


def test_a_note_sent_twice_is_kept_once() -> None:
    officer, case, key = caseworker(), opened(), random_id()
    first = service.add_note(officer, case.id, "He rang.", key=key)
    assert service.add_note(officer, case.id, "He rang.", key=key).id == first.id
    with pytest.raises(Conflict):
        service.add_note(caseworker("Ada Other"), case.id, "Mine", key=key)
    with pytest.raises(Refused):
        service.add_note(officer, case.id, "Mine", key="../etc")
    assert [note.text for note in rows(Note)] == ["He rang."]


def test_refusing_needs_a_reason_stops_the_clock_and_tells_the_person() -> None:
    boss, case = dpo(), opened(days_ago=3)
    for code, words in (("N-DUP", "x"), ("P3-OTHERS", "x"), ("MUE", " ")):
        with pytest.raises(Refused):
            service.reject(boss, case.id, code, words)
    service.reject(boss, case.id, "MUE", "it repeats the request we answered last week.")
    ended = visible_case(boss, case.id)
    assert (ended.stage, ended.clock_state, ended.closed_on) == ("rejected", "ended", london_today())
    [refusal], [letter] = rows(Refusal), messages.about(case.id)
    assert refusal.code == "MUE" and letter.kind == "letter.rejection"
    assert "because it repeats the request we answered last week." in letter.body
    with pytest.raises(NotPossible):
        service.reject(boss, case.id, "MUE", "again")
    assert len(rows(Refusal)) == 1


def test_withdrawing_counts_from_the_day_they_said_so() -> None:
    officer, case = caseworker(), opened(days_ago=5)
    for day in (ago(-1), ago(6)):
        with pytest.raises(Refused):
            service.withdraw(officer, case.id, day)
    service.withdraw(officer, case.id, ago(2))
    ended = visible_case(officer, case.id)
    assert (ended.stage, ended.closed_on, clock_of(ended).ended_on) == ("withdrawn", ago(2), ago(2))
    assert [message.kind for message in messages.about(case.id)] == ["letter.withdrawal"]


def test_an_answered_case_closes_and_its_clock_keeps_the_day_of_the_answer() -> None:
    officer, case = caseworker(), released()
    service.close(officer, case.id)
    closed = visible_case(officer, case.id)
    assert (closed.stage, clock_of(closed).ended_on) == ("closed", london_today())
    assert queries.was_answered(closed)


def test_a_case_that_was_not_answered_does_not_close_without_a_warning_to_the_person() -> None:
    case = opened()
    service.acknowledge(SYSTEM, case.id, case.version)
    with pytest.raises(NotPossible, match="Warn the requester"):
        service.close(caseworker(), case.id)


def test_an_answered_case_is_opened_again_with_its_reason_and_is_not_late_once_more() -> None:
    officer, case = caseworker(), released(days_ago=60)
    service.close(officer, case.id)
    with pytest.raises(Refused):
        service.reopen(officer, case.id, " ")
    service.reopen(officer, case.id, "A file was found.")
    again = visible_case(officer, case.id)
    assert (again.stage, again.clock_state, again.closed_on) == ("gathering", "reopened", None)
    assert not clock_of(again).is_overdue(london_today()) and queries.was_answered(again)
    assert [note.text for note in rows(Note)] == ["Reopened: A file was found."]
    assert work_list(officer).total == 1 and work_list(officer, Filters(show=Show.OVERDUE)).total == 0
    with pytest.raises(Refused, match="An answer went out already"):
        service.extend(officer, case.id, ExtensionReason.NUMBER, "Many")


def test_a_request_that_was_taken_back_and_is_opened_again_runs_from_where_it_began() -> None:
    officer, case = caseworker(), opened(days_ago=60)
    service.withdraw(SYSTEM, case.id, ago(50))
    service.reopen(officer, case.id, "He changed his mind.")
    again = visible_case(officer, case.id)
    assert again.clock_state == "running" and clock_of(again).is_overdue(london_today())


def test_going_back_to_the_review_after_release_puts_the_case_back_on_the_list() -> None:
    officer, case = caseworker(), released()
    service.advance(officer, case.id, Event.REOPEN_REVIEW, service.facts_of(officer, case))
    again = visible_case(officer, case.id)
    assert (again.stage, again.clock_state, again.closed_on) == ("reviewing", "reopened", None)


def with_photo() -> Case:
    receipt = intake.submit(
        SYSTEM, RequestAnswers(full_name=NAME, contact=POST), io.BytesIO(photograph()), "id.jpg", "k" * 32
    )
    return service.open_case(SYSTEM, receipt.submission_id)


def test_a_copy_of_an_id_is_looked_at_then_destroyed_when_identity_is_settled(in_app: Flask) -> None:
    officer, case = caseworker(), with_photo()
    browser = browser_of(in_app, officer)
    assert "Look at the copy" in browser.get(f"/staff/cases/{case.id}/identity").text
    copy = browser.get(f"/staff/cases/{case.id}/identity-copies/1")
    assert copy.mimetype == "image/jpeg" and copy.data.startswith(b"\xff\xd8")
    sent = browser.post(f"/staff/cases/{case.id}/identity", {"evidence": "photo_id", "version": case.version})
    assert sent.location == f"/staff/cases/{case.id}"
    assert browser.get(f"/staff/cases/{case.id}/identity-copies/1").status_code == 404
    assert rows(IdentityCopy) == []
    page = browser.get(f"/staff/cases/{case.id}").text
    assert "Identity settled: a passport or driving licence" in page
    assert "Copy of the identity document destroyed: identity is settled" in page
    looked = [entry for entry in rows(AuditEntry) if entry.action == "case.identity_copy_viewed"]
    assert [entry.actor_id for entry in looked] == [officer.id]


def test_a_request_that_ends_leaves_no_copy_of_an_id_behind() -> None:
    service.withdraw(caseworker(), with_photo().id, london_today())
    assert rows(IdentityCopy) == []


def test_a_request_without_a_photo_is_settled_all_the_same(in_app: Flask) -> None:
    case = opened()
    browser = browser_of(in_app, caseworker())
    page = browser.get(f"/staff/cases/{case.id}/identity").text
    assert "They sent no copy of a document" in page and "When did the proof reach us" not in page
    assert browser.get(f"/staff/cases/{case.id}/identity-copies/1").status_code == 404


def test_a_form_made_for_an_older_state_comes_back_with_what_was_typed(in_app: Flask) -> None:
    case = opened(days_ago=4)
    browser = browser_of(in_app, caseworker())
    stale = {"version": str(case.version), "question": "Which office was it?", "reason": "You named none."}
    service.correct_received_date(SYSTEM, case.id, ago(6))
    refused = browser.post(f"/staff/cases/{case.id}/question", stale)
    assert refused.status_code == 409 and "This case was changed after you opened the page" in refused.text
    assert "Which office was it?" in refused.text and messages.about(case.id) == []
    now = visible_case(SYSTEM, case.id).version
    db.session.rollback()
    assert browser.post(f"/staff/cases/{case.id}/question", stale | {"version": str(now)}).status_code == 302
    assert len(rows(Message)) == 1


def test_a_button_pressed_on_an_old_page_changes_nothing_and_says_so(in_app: Flask) -> None:
    case = opened()
    browser = browser_of(in_app, caseworker())
    for _ in range(2):
        answer = browser.post(
            f"/staff/cases/{case.id}/acknowledge", {"version": case.version}, form_at=f"/staff/cases/{case.id}"
        )
        assert answer.status_code == 302
    assert "This case was changed after you opened the page" in browser.get(f"/staff/cases/{case.id}").text
    assert len(rows(Message)) == 1


@pytest.mark.parametrize("stage", list(Stage))
def test_the_case_page_opens_at_every_stage_for_every_role_that_may_see_it(in_app: Flask, stage: Stage) -> None:
    case = opened()
    with write_transaction():
        case.stage = stage.value
    for actor in (caseworker(), dpo(), staff_actor(Role.SECOND_READER)):
        page = browser_of(in_app, actor).get(f"/staff/cases/{case.id}")
        assert page.status_code == 200 and NAME in page.text


def test_a_late_case_leads_to_the_letter_that_says_so_and_one_in_time_does_not(in_app: Flask) -> None:
    late, in_time = opened(days_ago=47), opened(days_ago=2, name="Someone Else")
    browser = browser_of(in_app, caseworker())
    letter = f"/staff/cases/{late.id}/letters/delay_apology"
    page = browser.get(f"/staff/cases/{late.id}").text
    assert "The answer is late." in page and letter in page and "(it has passed)" in page
    assert browser.get(letter).status_code == 200
    page = browser.get(f"/staff/cases/{in_time.id}").text
    assert "The answer is late." not in page and "(it has passed)" not in page


def test_a_reference_is_found_however_it_is_typed_and_whatever_list_is_shown() -> None:
    officer, case = caseworker(), opened()
    service.withdraw(officer, case.id, london_today())
    typed = case.reference.lower().replace("-", " ")
    looked = Filters.read({"whose": "mine", "search": typed})
    assert [row.case_id for row in work_list(officer, looked).rows] == [case.id]
    assert work_list(officer, Filters.read({"search": "SAR-0000-0000"})).total == 0
    assert work_list(officer).total == 0 and work_list(officer, Filters(show=Show.CLOSED)).total == 1


def test_those_due_first_stand_on_top_and_late_ones_can_be_listed_alone(in_app: Flask) -> None:
    officer = caseworker()
    later, late = opened(days_ago=2), opened(days_ago=50, name="Late Person")
    assert [row.case_id for row in work_list(officer).rows] == [late.id, later.id]
    assert [row.case_id for row in work_list(officer, Filters(show=Show.OVERDUE)).rows] == [late.id]
    browser = browser_of(in_app, officer)
    for address in ("?page=0", "?page=999999999999999999999999", "?page=x", "?whose=nobody&show=nothing"):
        assert "Late Person" in browser.get(f"/staff/cases/{address}").text


def test_the_work_list_asks_the_same_number_of_questions_for_5_and_50_cases() -> None:
    officer = caseworker()
    counts = []
    for more in (5, 45):
        for _ in range(more):
            case = opened(days_ago=1)
            service.assign(officer, case.id, officer.id)
        db.session.rollback()
        db.session.expunge_all()
        with counted() as statements:
            listed = work_list(officer)
        assert all(row.name == NAME and row.officer == "Robin Field" for row in listed.rows)
        counts.append((len(listed.rows), len(statements)))
    assert counts[0][0] == 5 and counts[1][0] == 50
    assert counts[0][1] == counts[1][1], counts


def test_looking_at_a_case_is_logged_and_stays_out_of_its_history(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "Case opened" in page and "looked at" not in page
    viewed = [entry for entry in rows(AuditEntry) if entry.action == "case.viewed"]
    assert [entry.actor_id for entry in viewed] == [officer.id]


def test_the_log_of_a_refusal_holds_its_code_and_no_words() -> None:
    boss, case = dpo(), opened()
    due = case.due_on
    service.reject(boss, case.id, "N-NOTYOURS", "These are about your brother Fennimore.")
    refused = [entry for entry in rows(AuditEntry) if entry.action == "case.refused"]
    assert json.loads(refused[0].facts) == {
        "code": "N-NOTYOURS",
        "due_on": due.isoformat() if due else None,
        "lateness_code": None,
    }
    assert not any("Fennimore" in entry.facts for entry in rows(AuditEntry))
