"""Setting aside takes two, says why it is late, names what it repeats, tells the person, and leaves a trace."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask

from sar.cases import service
from sar.cases.conflicts import service as conflicts
from sar.cases.deadlines import EndReason
from sar.cases.lateness import Lateness
from sar.cases.ledger import Fact
from sar.cases.links.queries import links_of
from sar.cases.links.service import LinkKind, link
from sar.cases.models import NotValid
from sar.cases.refusals import queries as proposals
from sar.cases.refusals import service as refusals
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.oversight import compliance
from sar.oversight.queries import measures
from tests.integration.cases.desk import EMAIL, PHONE, ago, browser_of, caseworker, dpo, fresh, opened, put
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def test_a_late_case_is_set_aside_by_two_with_its_reason_and_stays_in_the_export(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL, days_ago=60)
    proposal = refusals.propose_set_aside(officer, case.id, "NOT_PERSONAL", "It is about a bus stop.")
    assert messages.about(case.id) == [] and fresh(case).stage == "received"
    with pytest.raises(Conflict):
        refusals.propose_set_aside(officer, case.id, "TEST", "Twice")
    with pytest.raises(NotAllowed):
        refusals.decide(officer, proposal.id, True, version=proposal.version)
    with pytest.raises(Refused, match="This answer is late"):
        refusals.decide(boss, proposal.id, True, version=proposal.version)
    refusals.decide(boss, proposal.id, True, version=proposal.version, lateness=Lateness.STAFFING)
    [letter] = messages.about(case.id)
    for words in ("It is about a bus stop.", "You can also complain to", "ask a court", "we destroyed that copy"):
        assert words in letter.body, words
    [kept] = rows(NotValid)
    assert (kept.proposed_by, kept.decided_by, kept.due_on) == (officer.id, boss.id, case.due_on)
    assert measures(ago(90), ago(0)).set_aside == (("NOT_PERSONAL", 1, 1),)

    def exported() -> dict[str, str]:
        [row] = csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, ago(90), ago(0)))))
        return row

    row = exported()
    days = (london_today() - case.due_on).days if case.due_on else 0
    assert [row[f"set_aside_{name}"] for name in ("proposed_by", "decided_by", "days_late", "lateness", "told")] == [
        officer.id,
        boss.id,
        str(days),
        "staffing",
        "yes",
    ]
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "Robin Field proposed it and Dana Officer agreed. It was late: too few staff." in page
    assert "Proposed to set it aside as no valid request: it does not ask for information" in page
    service.reopen(boss, case.id, "It was a request after all")
    row = exported()  # what was done stays to be seen, and the case is late again
    assert (row["valid"], row["set_aside_reason"], row["in_time"]) == ("Y", "NOT_PERSONAL", "overdue")
    assert "Set aside as no valid request, by reason" not in browser_of(in_app, boss).get("/staff/oversight/").text


def test_a_repeated_request_names_the_one_that_is_answered_and_is_linked_to_it() -> None:
    officer, boss, first, case = caseworker(), dpo(), opened(EMAIL, days_ago=9), opened(EMAIL, days_ago=2)

    def propose(earlier: str, case_id: str = case.id) -> str:
        return refusals.propose_set_aside(officer, case_id, "REPEATED", "The same letter.", earlier=earlier).id

    answered, withdrawn = opened(days_ago=30), opened(days_ago=20)
    put(answered, Fact("ended", ago(5), reason_code=EndReason.RESPONDED.value))
    put(withdrawn, Fact("ended", ago(1), reason_code=EndReason.WITHDRAWN.value))
    for earlier, said in (
        ("", "Give the reference"),
        ("SAR-3333-3333", "no case with that reference"),
        (case.reference, "reference of this case"),
        (opened().reference, "came after this one"),
        (answered.reference, "this one is a new request"),
        (withdrawn.reference, "this one is a new request"),
    ):
        with pytest.raises(Refused, match=said):
            propose(earlier)
    with pytest.raises(Refused, match="waits to hear"):
        refusals.propose_set_aside(officer, case.id, "REPEATED", "Same", earlier=first.reference, tell=False)
    refusals.decide(boss, propose(first.reference), True, version=1)
    assert [(one.reference, one.words) for one in links_of(boss, fresh(case))] == [
        (first.reference, "This request repeats")
    ]
    assert "the answer to both" in messages.about(case.id)[0].body
    # The one that is left is not set aside as well: nobody would be answered.
    with pytest.raises(Refused, match="the one that is answered"):
        refusals.propose_set_aside(officer, first.id, "EMPTY", "Nothing in it")
    by_phone = opened(PHONE)  # linked before, and answered once the repeat had come: both are no hindrance
    with_answer = put(opened(days_ago=9), Fact("ended", ago(0), reason_code=EndReason.RESPONDED.value))
    link(officer, by_phone.id, with_answer.reference, LinkKind.RELATED, "Same person")
    proposal = propose(with_answer.reference, by_phone.id)
    conflicts.close_to(boss, with_answer.id, [officer.id])
    refusals.decide(boss, proposal, True, version=1)
    assert fresh(by_phone).stage == "not_valid" and len(links_of(boss, fresh(by_phone))) == 1


def test_what_is_past_the_review_is_not_even_proposed_to_be_set_aside(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    page, offer = f"/staff/cases/{case.id}", "Propose: set it aside as no valid request"
    assert offer in browser_of(in_app, officer).get(page).text
    service.withdraw(officer, case.id, ago(0))
    assert offer not in browser_of(in_app, officer).get(page).text
    with pytest.raises(Refused, match="cannot be set aside"):
        refusals.propose_set_aside(officer, case.id, "TEST", "A test")


def test_the_pages_propose_show_the_earlier_request_and_decide(in_app: Flask) -> None:
    officer, boss, first, case = caseworker(), dpo(), opened(EMAIL, days_ago=9), opened(EMAIL, days_ago=2)
    browser, lead = browser_of(in_app, officer), browser_of(in_app, boss)
    assert "Somebody else must propose this first" in lead.get(f"/staff/cases/{case.id}/not-valid").text
    address = f"/staff/cases/{case.id}/propose/set_aside"
    typed = {"version": str(case.version), "code": "REPEATED", "words": "The same letter.", "tell": "y"}
    assert "Give the reference of the earlier request" in browser.post(address, typed).text
    typed["earlier"] = first.reference
    assert "Leave this empty" in browser.post(address, typed | {"code": "EMPTY"}).text
    seen = browser.post(address, typed | {"preview": "yes"}).text
    assert "The letter as it would go" in seen and "The same letter." in seen
    assert browser.post(address, typed).location == f"/staff/cases/{case.id}"
    [there] = set(re.findall(r"/staff/proposals/\w{26}", lead.get("/staff/proposals").text))
    page = lead.get(there).text
    assert first.reference in page and "It is the same request, sent again" in page and "The same letter." in page
    second = dpo("Bela Stone")
    conflicts.close_to(boss, first.id, [second.id])
    hidden = browser_of(in_app, second).get(there).text
    assert first.reference not in hidden and "It is closed to you" in hidden
    assert lead.post(there, {"version": "1", "agree": "yes", "words": ""}).status_code == 302
    assert fresh(case).stage == "not_valid" and proposals.open_proposal(case) is None
