"""Whoever handled a case does not decide a complaint about it, unless the office has nobody else."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from sar.access import service as access
from sar.cases import service
from sar.cases.complaints import service as complaints
from sar.cases.complaints.deciding import standing
from sar.cases.complaints.models import Complaint
from sar.cases.conflicts import service as conflicts
from sar.cases.models import Case
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.foundation.errors import Conflict, NotAllowed, Refused
from tests.integration.cases.desk import EMAIL, browser_of, caseworker, dpo, opened
from tests.integration.cases.test_complaints import DECIDED, again, logged, write
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
RULE = "must not have handled the case"


def handled_by(officer: Actor) -> Complaint:
    """A complaint about a case whose officer this is."""
    case = opened(EMAIL, days_ago=1)
    service.assign(SYSTEM, case.id, officer.id)
    return logged(case)


def words_for(actor: Actor, found: Complaint) -> str:
    return standing(actor, db.session.get_one(Case, found.case_id), again(found)).words


def test_an_officer_of_the_case_is_refused_with_the_rule_and_told_who_may() -> None:
    boss, other = dpo(), dpo("Bela Stone")
    found = handled_by(boss)
    service.assign(SYSTEM, found.case_id, caseworker().id)  # an earlier officer is one all the same
    with pytest.raises(Refused, match=f"You were its officer. .*{RULE}.* Bela Stone may decide it"):
        write(boss, found, "complaint_outcome", **DECIDED)
    with pytest.raises(Refused, match="Bela Stone may"):
        complaints.decide_alone(boss, found.id, "I know the case best.", version=again(found).version)
    assert again(found).outcome is None
    write(other, found, "complaint_outcome", **DECIDED)
    assert again(found).decided_by == other.id and again(found).alone_reason is None


def test_whoever_proposed_or_signed_a_refusal_or_a_fee_is_refused() -> None:
    boss, officer, deputy = dpo(), caseworker(), dpo("Bela Stone")
    case = opened(EMAIL, days_ago=1)
    proposal = refusals.propose(deputy, case.id, Kind.REFUSE, "It is asked for daily.")
    found = logged(case)
    refusals.decide(boss, proposal.id, False, "It is not.", version=proposal.version)
    for one in (boss, deputy):
        assert "proposed or decided a refusal, a fee, setting aside or a date" in words_for(one, found)
    assert "may decide" not in words_for(officer, found)


def test_where_nobody_else_is_the_dpo_decides_with_a_written_reason_that_is_logged() -> None:
    boss, left = dpo(), dpo("Bela Stone")
    found = handled_by(boss)
    kept_out = dpo("Cass Green")
    conflicts.close_to(boss, found.case_id, [kept_out.id])
    access.disable_staff(SYSTEM, left.id)
    with pytest.raises(Refused, match=r"Cass Green \(once the case is open to them\) may decide it"):
        write(boss, found, "complaint_outcome", **DECIDED)
    conflicts.lift(boss, found.case_id, kept_out.id, "She can say so herself")
    service.declare_conflict(kept_out, found.case_id, kept_out.id)
    with pytest.raises(Refused, match="Nobody else here may decide complaints, so you may"):
        write(boss, found, "complaint_outcome", **DECIDED)
    with pytest.raises(Refused, match="Write why"):
        complaints.decide_alone(boss, found.id, " ", version=again(found).version)
    with pytest.raises(NotAllowed):
        complaints.decide_alone(caseworker(), found.id, "I may.", version=again(found).version)
    with pytest.raises(Conflict):
        complaints.decide_alone(boss, found.id, "Nobody else.", version=again(found).version + 1)
    reason = "The only officer; the chief read my findings."
    complaints.decide_alone(boss, found.id, reason, version=again(found).version)
    write(boss, found, "complaint_outcome", **DECIDED)
    kept = again(found)
    assert (kept.outcome, kept.alone_by) == ("partly", boss.id)
    assert kept.alone_reason == reason
    log = {entry.action: json.loads(entry.facts) for entry in rows(AuditEntry) if entry.subject_id == found.id}
    assert log["complaint.decided_alone"] == {"case_id": found.case_id}
    assert log["complaint.decided"]["alone"] is True


def test_a_reason_counts_no_more_once_somebody_else_is_there() -> None:
    boss = dpo()
    found = handled_by(boss)
    complaints.decide_alone(boss, found.id, "Nobody else is here.", version=again(found).version)
    assert not words_for(boss, found).endswith("may decide it.")
    dpo("Bela Stone")
    with pytest.raises(Refused, match="Bela Stone may decide it"):
        write(boss, found, "complaint_outcome", **DECIDED)


def test_whoever_did_not_handle_the_case_needs_no_reason() -> None:
    boss, found = dpo(), logged()
    with pytest.raises(Refused, match="without a reason"):
        complaints.decide_alone(boss, found.id, "To be sure.", version=again(found).version)
    write(boss, found, "complaint_outcome", **DECIDED)
    [decided] = [json.loads(entry.facts) for entry in rows(AuditEntry) if entry.action == "complaint.decided"]
    assert decided["alone"] is False


def test_the_page_says_the_rule_before_anything_is_typed(in_app: Flask) -> None:
    boss = dpo()
    found = handled_by(boss)
    browser, address = browser_of(in_app, boss), f"/staff/complaints/{found.id}"
    page = browser.get(address).text
    assert RULE in page and "letters/complaint_outcome" not in page and "letters/complaint_progress" in page
    version = str(again(found).version)
    empty = browser.post(f"{address}/decide-alone", {"reason": "", "version": version})
    assert "Write why you decide it yourself" in empty.text
    sent = browser.post(f"{address}/decide-alone", {"reason": "Nobody else works here.", "version": version})
    assert sent.location == address
    page = browser.get(address).text
    assert "letters/complaint_outcome" in page and "Nobody else works here." in page
