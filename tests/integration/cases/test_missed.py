"""What moved the clock and was never written down is added with its days; a late case gets no time by one person."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import Flask

from sar.cases import missed, service
from sar.cases.missed import Missed, What
from sar.cases.models import Case
from sar.cases.queries import clock_of, notes_of
from sar.cases.refusals.queries import ground_of, waiting
from sar.cases.refusals.service import decide, propose_missed
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.oversight import compliance
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, fresh, opened, parts
from tests.integration.cases.test_corrections import hidden_of
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def agree(chief: Actor, case: Case) -> None:
    """The data protection officer agrees to what is proposed."""
    [found] = [one.proposal for one in waiting(chief) if one.case.id == case.id]
    decide(chief, found.id, True, version=found.version)


def test_a_question_of_long_ago_is_looked_at_then_added_with_its_answer(in_app: Flask) -> None:
    officer, chief, case = caseworker(), dpo(), opened(days_ago=20)
    due = case.due_on
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/missed"
    assert f'href="{address}"' in browser.get(f"/staff/cases/{case.id}/correct-clock").text
    form = {"what": "clarification_requested", "on": parts(ago(15)), "came": parts(ago(5)), "reason": "The old list"}
    shown = browser.post(address, form | {"version": case.version})
    assert "What this does to the due date" in shown.text and fresh(case).due_on == due
    assert browser.post(address, form | hidden_of(shown.text)).status_code == 302 and fresh(case).due_on == due
    agree(chief, case)
    after = fresh(case)
    assert after.due_on is not None and due is not None and after.due_on > due
    assert "Question sent to the requester" in notes_of(after)[0].text and "The old list" in notes_of(after)[0].text
    history = browser.get(f"/staff/cases/{case.id}/history").text
    assert f"Added, because it was missed: question sent to the requester, {date_words(ago(15))}" in history
    for meant, why in (
        (Missed(What.QUESTION, ago(3), ago(4)), "before it was asked"),
        (Missed(What.QUESTION, ago(30), ago(4)), "cannot have come after"),
        (Missed(What.AUTHORITY, ago(9), ago(4)), "their own"),
        (Missed(What.EXTENSION, ago(9)), "why more time"),
    ):
        with pytest.raises(Refused, match=why):
            missed.add(officer, case.id, meant, "The old list")
    service.check_identity(officer, case.id, "officer_letter")
    with pytest.raises(Refused, match="day on which it came"):
        missed.add(officer, case.id, Missed(What.IDENTITY, ago(18)), "The old list")
    propose_missed(officer, case.id, Missed(What.IDENTITY, ago(18), ago(12)), "The old list")
    agree(chief, case)
    assert fresh(case).identity == "verified" and clock_of(fresh(case)).start == ago(12)
    with pytest.raises(Refused, match="on the clock already"):
        missed.add(officer, case.id, Missed(What.IDENTITY, ago(17), ago(12)), "The old list")


def test_a_late_case_gets_time_only_when_another_agrees_and_the_export_says_so(in_app: Flask) -> None:
    chief, officer, case = dpo(), caseworker(), opened(days_ago=60)
    meant = Missed(What.QUESTION, ago(50), ago(10))
    for actor in (chief, officer):
        with pytest.raises(Refused, match="takes two people"):
            missed.add(actor, case.id, meant, "The phone log")
    browser, form = browser_of(in_app, officer), {"what": "clarification_requested", "reason": "The phone log"}
    form |= {"on": parts(ago(50)), "came": parts(ago(10))}
    shown = browser.post(f"/staff/cases/{case.id}/missed", form | {"version": fresh(case).version}).text
    assert "Propose it" in shown and "takes two people" in shown
    proposal = propose_missed(officer, case.id, meant, "The phone log")
    assert ground_of(proposal) == (
        f"We asked a question, on {date_words(ago(50))}. The answer came on {date_words(ago(10))}"
    )
    decision = browser_of(in_app, chief).get(f"/staff/proposals/{proposal.id}").text
    assert "Add what was missed on the clock" in decision and "It is put on the clock now" in decision
    before = fresh(case).due_on
    decide(chief, proposal.id, True, version=proposal.version)
    after = fresh(case).due_on
    assert before is not None and after is not None and after > before
    logged = [json.loads(one.facts) for one in rows(AuditEntry) if one.action == "case.clock_event_added"]
    assert [fact["late_before"] for fact in logged] == [True, True]
    [row] = csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, ago(60), ago(60)))))
    assert row["late_before_correction"] == "yes"
