"""A fact on the clock that was written down wrongly is struck out or moved, with a reason; nothing is deleted."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar.cases import corrections, outbox, service
from sar.cases.corrections import Correction
from sar.cases.deadlines import EndReason, ExtensionReason, ImpossibleDates
from sar.cases.ledger import Fact, case_for, renew_clock
from sar.cases.models import Calculation, Case, ClockFact, Waiting
from sar.cases.queries import clock_of, notes_of
from sar.cases.refusals import queries as refusals
from sar.cases.refusals.service import decide, propose_correction
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.wording import date_words
from sar.oversight import compliance
from sar.oversight.queries import measures
from tests.factories import letters_go
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, fresh, opened, parts, put
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
_CORRECTED = "case.clock_event_corrected"


def hidden_of(page: str) -> dict[str, str]:
    """What the page that shows the effect sends on."""
    return dict(re.findall(r'name="(version|shown_on)"[^>]* value="([^"]*)"', page))


def id_of(case: Case, kind: str) -> str:
    return next(fact.id for fact in corrections.correctable(case) if fact.kind == kind)


def test_an_answer_moved_to_another_day_moves_the_due_date_and_the_row_before_stays() -> None:
    officer = caseworker()
    question = Fact("clarification_requested", ago(9), detail="Which?")
    case = put(opened(days_ago=20), question, Fact("clarification_received", ago(2), detail="All"))
    meant = Correction(id_of(case, "clarification_received"), ago(5))
    effect = corrections.look(officer, case.id, meant)
    assert effect.before == case.due_on and effect.changes
    corrections.correct(officer, case.id, meant, "The stamp on the envelope")
    after = fresh(case)
    assert after.due_on == effect.after != effect.before
    kept = db.session.scalars(select(ClockFact).where(ClockFact.case_id == case.id)).all()
    answers = {
        (fact.on, fact.struck_out_at is None, fact.detail) for fact in kept if fact.number and fact.detail == "All"
    }
    assert answers == {(ago(2), False, "All"), (ago(5), True, "All")}
    assert "The stamp on the envelope" in notes_of(after)[0].text
    with pytest.raises(Conflict):
        corrections.correct(officer, case.id, meant, "Again")


def test_a_question_that_was_never_put_is_struck_out_and_the_clock_runs_again() -> None:
    officer = caseworker()
    case = opened(days_ago=20)
    due = case.due_on
    case = put(case, Fact("clarification_requested", ago(9), detail="Which?"))
    assert case.due_on is None
    with pytest.raises(Refused, match="how you know"):
        corrections.correct(officer, case.id, Correction(id_of(case, "clarification_requested"), None), " ")
    corrections.correct(officer, case.id, Correction(id_of(case, "clarification_requested"), None), "Not sent")
    assert (fresh(case).due_on, fresh(case).clock_state) == (due, "running")
    assert not db.session.scalars(select(Waiting).where(Waiting.case_id == case.id)).all()


def test_a_question_asked_by_phone_the_day_before_is_waited_for_since_then() -> None:
    officer, chief = caseworker(), dpo()
    case = opened(days_ago=20)
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    meant = id_of(fresh(case), "clarification_requested")
    with pytest.raises(Refused, match="has not gone out"):
        corrections.correct(officer, case.id, Correction(meant, ago(1)), "Asked by phone")
    proposal = propose_correction(officer, case.id, Correction(meant, ago(1), without_letter=True), "Asked by phone")
    decide(chief, proposal.id, True, version=proposal.version)
    waiting = db.session.execute(select(Waiting.whom, Waiting.since).where(Waiting.case_id == case.id))
    assert list(waiting) == [("requester", ago(1))]
    letters_go(case)
    assert db.session.scalars(select(Waiting.since).where(Waiting.case_id == case.id)).all() == [ago(1)]


def test_what_cannot_be_true_is_refused_as_when_it_is_recorded() -> None:
    officer = caseworker()
    case = put(opened(days_ago=20), Fact("id_requested", ago(9)), Fact("id_received", ago(5)))
    asked, came = id_of(case, "id_requested"), id_of(case, "id_received")
    wrong = [(asked, ago(21)), (asked, ago(4)), (came, ago(10)), (came, ago(-1)), (came, ago(5)), (asked, None)]
    for fact_id, on in wrong:
        with pytest.raises(Refused):
            corrections.look(officer, case.id, Correction(fact_id, on))
        with pytest.raises(Refused):
            corrections.correct(officer, case.id, Correction(fact_id, on), "I know")
    assert [fact.on for fact in corrections.correctable(fresh(case))] == [ago(9), ago(5)]


def test_identity_is_unsettled_again_when_its_proof_is_struck_out() -> None:
    officer, case = caseworker(), opened(days_ago=5)
    service.ask_for_identity(officer, case.id, "the name differs")
    letters_go(case)
    service.check_identity(officer, case.id, "two_letters", on=london_today())
    corrections.correct(officer, case.id, Correction(id_of(fresh(case), "id_received"), None), "Another case")
    assert (fresh(case).identity, fresh(case).due_on) == ("asked", None)
    corrections.correct(officer, case.id, Correction(id_of(fresh(case), "id_requested"), None), "Another case")
    assert fresh(case).identity == "unchecked" and fresh(case).due_on is not None


def test_an_extension_is_moved_only_to_a_day_on_which_the_law_allows_it() -> None:
    officer = caseworker()
    case = put(opened(days_ago=50), Fact("extended", ago(40), reason_code=ExtensionReason.NUMBER.value))
    meant = id_of(case, "extended")
    with pytest.raises(Refused, match="first month"):
        corrections.correct(officer, case.id, Correction(meant, ago(3)), "The post book")
    corrections.correct(officer, case.id, Correction(meant, ago(38)), "The post book")
    corrections.correct(officer, case.id, Correction(id_of(fresh(case), "extended"), None), "Never sent")
    after = fresh(case)
    assert after.due_on is not None and after.due_on < london_today()


def test_only_the_dpo_takes_back_a_fee_and_a_finished_case_is_opened_first(in_app: Flask) -> None:
    chief, officer = dpo(), caseworker()
    case = put(opened(days_ago=20), Fact("fee_requested", ago(9), detail="£10: Many requests"))
    meant = Correction(id_of(case, "fee_requested"), None)
    with pytest.raises(Refused, match="Only the data protection officer charges a fee"):
        corrections.correct(officer, case.id, meant, "Charged by mistake")
    # Whoever may not says so on the page, and hands it to the one who may.
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/correct-clock"
    typed = {"fact": meant.fact_id, "how": "strike", "on": ["", "", ""], "reason": "Charged by mistake"}
    seen = browser.post(address, typed | {"version": case.version}).text
    assert "You can propose it" in seen and "Propose it" in seen
    assert browser.post(address, {**typed, **hidden_of(seen)}).status_code == 302
    assert fresh(case).clock_state == "not_started"
    [waiting] = refusals.waiting(chief)
    decide(chief, waiting.proposal.id, True, version=waiting.proposal.version)
    assert fresh(case).clock_state == "running"
    ended = put(
        case, Fact("clarification_requested", ago(8)), Fact("ended", ago(3), reason_code=EndReason.RESPONDED.value)
    )
    asked = id_of(ended, "clarification_requested")
    with pytest.raises(Refused, match="Reopen it first"):
        corrections.correct(chief, case.id, Correction(asked, None), "Never asked")
    with pytest.raises(ImpossibleDates, match="was finished"):
        corrections.correct(chief, case.id, Correction(asked, ago(2)), "A later day")


def test_a_due_date_that_is_past_comes_later_only_with_two_people() -> None:
    case = put(opened(days_ago=60), Fact("id_requested", ago(58)), Fact("id_received", ago(50)))
    officer, chief, came = caseworker(), dpo(), id_of(case, "id_received")
    for person in (officer, chief):
        for on in (ago(5), ago(40), None):  # late no more; late still, but by less; and no date at all
            assert corrections.look(person, case.id, Correction(came, on)).second
            with pytest.raises(Refused, match="takes two people"):
                corrections.correct(person, case.id, Correction(came, on), "The post book")
    corrections.correct(officer, case.id, Correction(came, ago(52)), "The post book")
    meant = Correction(id_of(fresh(case), "id_received"), ago(4))
    with pytest.raises(Refused, match="Only you could decide"):
        propose_correction(chief, case.id, meant, "The post book")
    with pytest.raises(Refused, match="how you know"):
        propose_correction(officer, case.id, meant, " ")
    proposal = propose_correction(officer, case.id, meant, "The post book")
    with pytest.raises(NotAllowed):
        decide(officer, proposal.id, True, version=proposal.version)
    decide(chief, proposal.id, True, version=proposal.version)
    assert not clock_of(fresh(case)).is_overdue(london_today())
    assert "The post book" in notes_of(fresh(case))[0].text
    [row] = [row for row in csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, ago(60), ago(60)))))]
    first = json.loads(next(one for one in rows(Calculation) if one.number == 1).clock)["due"]
    assert (row["late_before_correction"], row["in_time"], row["original_due"]) == ("yes", "open", first)
    assert row["original_due"] < row["expected_due"] and measures(ago(60), ago(0)).corrected_late == 1
    logged = [json.loads(one.facts)["late_before"] for one in rows(AuditEntry) if one.action == _CORRECTED]
    assert logged == [True, True]
    with pytest.raises(Refused, match="due already"):
        corrections.correct(officer, case.id, Correction(id_of(fresh(case), "id_requested"), ago(10)), "By phone")


def test_an_answer_that_went_late_is_made_in_time_by_no_single_person() -> None:
    officer, chief = caseworker(), dpo()
    case = put(opened(days_ago=60), Fact("ended", ago(20), reason_code=EndReason.RESPONDED.value))
    with pytest.raises(Refused, match="takes two people"):
        service.correct_received_date(officer, case.id, ago(30), reason="The stamp")
    proposal = propose_correction(officer, case.id, Correction(corrections.receipt(case).id, ago(30)), "The stamp")
    service.correct_received_date(SYSTEM, case.id, ago(61))  # corrected otherwise meanwhile
    with pytest.raises(Conflict, match="not on the clock any more"):
        decide(chief, proposal.id, True, version=proposal.version)
    decide(chief, proposal.id, False, "It was corrected.", version=proposal.version)
    assert fresh(case).received_on == ago(61)


def test_the_received_date_of_a_late_case_is_proposed_on_its_page_and_decided_with_both_dates(in_app: Flask) -> None:
    officer, chief, case = caseworker(), dpo(), opened(days_ago=60)
    due, address = case.due_on, f"/staff/cases/{case.id}/received"
    browser, lead = browser_of(in_app, officer), browser_of(in_app, chief)
    typed = {"on": parts(ago(5)), "reason": "The stamp on the letter"}
    seen = browser.post(address, typed | {"version": case.version}).text
    assert "takes two people" in seen and "Propose it" in seen
    assert browser.post(address, {**typed, **hidden_of(seen)}).status_code == 302
    assert fresh(case).received_on == ago(60)
    page = browser.get(f"/staff/cases/{case.id}").text
    assert "It is proposed to correct a date on the clock" in page
    assert "Proposed to correct a date on the clock: received" in page
    listed = lead.get("/staff/proposals").text
    assert f"Received on {date_words(ago(60))}. The correction: it was on {date_words(ago(5))}" in listed
    [there] = set(re.findall(r"/staff/proposals/\w{26}", listed))
    shown = lead.get(there).text
    assert due and date_words(due) in shown and "Due after this" in shown and "The letter that would go" not in shown
    assert "Why is it late?" not in shown and "The date is corrected now" in shown
    agreed = lead.post(there, {"version": "1", "agree": "yes", "words": ""})
    assert agreed.location == f"/staff/cases/{case.id}"
    assert fresh(case).received_on == ago(5) and fresh(case).due_on != due
    history = lead.get(f"/staff/cases/{case.id}").text
    assert f"Date corrected: received on {date_words(ago(5))}, not {date_words(ago(60))}" in history
    assert "The answer was late before this." in history
    assert "The due date" not in lead.get(there).text  # decided: what it would do is no question any more


def test_facts_kept_before_they_knew_their_letters_keep_their_dates_and_the_case_warns_of_them(in_app: Flask) -> None:
    officer, cases = caseworker(), [opened(days_ago=5), opened(days_ago=6), opened(days_ago=7)]
    browser, warning = browser_of(in_app, officer), "The clock counts on this letter having gone"
    before_they_did = {"message_id": None, "written_on": None, "unsent": False}
    for case in cases:
        service.ask_question(officer, case.id, "Which office?", "You named none.")
        with write_transaction() as session:
            session.execute(update(ClockFact).where(ClockFact.case_id == case.id).values(**before_they_did))
            renew_clock(case_for(SYSTEM, case.id))
        assert fresh(case).clock_state == "paused"
        page = browser.get(f"/staff/cases/{case.id}").text
        assert warning in page and "Question (To print and post)" in page
    posted, struck, answered = cases
    outbox.mark_sent(officer, messages.about(posted.id)[-1].id)
    asked = id_of(fresh(struck), "clarification_requested")
    corrections.correct(officer, struck.id, Correction(asked, None), "Not sent")
    service.record_answer(officer, answered.id, 1, london_today(), "By phone")
    for case in cases:
        assert warning not in browser.get(f"/staff/cases/{case.id}").text
    assert fresh(posted).clock_state == "paused"


def test_the_page_shows_what_changes_first_and_the_history_tells_it(in_app: Flask) -> None:
    case = put(opened(days_ago=20), Fact("clarification_requested", ago(9), detail="Which?"))
    address, browser = f"/staff/cases/{case.id}/correct-clock", browser_of(in_app, caseworker())
    assert address in browser.get(f"/staff/cases/{case.id}").text
    fact_id = id_of(case, "clarification_requested")
    assert f"{date_words(ago(9))}: Which?" in browser.get(address).text
    typed = {"fact": fact_id, "how": "date", "on": parts(ago(7)), "reason": "The copy in the file"}
    empty = browser.post(address, typed | {"on": ["", "", ""], "version": case.version})
    assert "Enter the day it happened" in empty.text
    preview = browser.post(address, typed | {"version": case.version})
    assert 'id="what-if"' in preview.text and "Confirm and record it" in preview.text
    assert [fact.on for fact in corrections.correctable(fresh(case))] == [ago(9)]
    hidden = hidden_of(preview.text)
    other = browser.post(address, {**typed, "how": "strike", "on": ["", "", ""], **hidden})
    assert other.status_code == 200 and len(corrections.correctable(fresh(case))) == 1
    assert browser.post(address, {**typed, **hidden}).status_code == 302
    page = browser.get(f"/staff/cases/{case.id}").text
    assert f"Date corrected: question sent to the requester, {date_words(ago(7))}, not {date_words(ago(9))}" in page
    assert "The copy in the file" in page
