"""Refusing, charging a fee, saying neither yes nor no: one proposes, another decides; a late one says why."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask

from sar.access.permissions import Role
from sar.access.queries import staff_member
from sar.cases import service
from sar.cases.lateness import Lateness
from sar.cases.models import Case, Refusal
from sar.cases.queries import clock_of, visible_case
from sar.cases.refusals import queries
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind, RefusalProposal
from sar.cases.waiting import Whom, waiting_of
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.jobs import run_pending
from sar.oversight.queries import measures
from sar.oversight.reminders.digest import digest_of
from sar.records.searches import service as searching
from sar.records.searches.queries import areas
from tests.factories import gathering_case, staff_actor
from tests.integration.cases.desk import EMAIL, POST, ago, browser_of, caseworker, dpo, fresh, opened
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def test_a_caseworker_proposes_and_the_dpo_decides_and_only_then_is_the_person_told() -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL)
    proposal = refusals.propose(officer, case.id, Kind.REFUSE, "it is the tenth this month")
    assert messages.about(case.id) == [] and visible_case(boss, case.id).clock_state == "running"
    with pytest.raises(NotAllowed):
        refusals.decide(officer, proposal.id, True, version=proposal.version)
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    [letter] = messages.about(case.id)
    assert letter.kind == "letter.rejection" and "because it is the tenth this month" in letter.body
    assert visible_case(boss, case.id).stage == "rejected"
    [kept] = rows(RefusalProposal)
    assert (kept.proposed_by, kept.decided_by, kept.alone) == (officer.id, boss.id, False)
    with pytest.raises(Conflict):
        refusals.decide(boss, proposal.id, False, "No", version=kept.version)


def test_a_refusal_answers_on_the_day_that_its_letter_goes(in_app: Flask) -> None:
    officer, boss = caseworker(), dpo()
    with time_machine.travel(datetime(2026, 9, 21, 12, tzinfo=UTC), tick=False) as clock:
        case, mailed = opened(POST, days_ago=20), opened(EMAIL, days_ago=20)
        service.assign(officer, case.id, officer.id)
        for one in (case, mailed):
            proposal = refusals.propose(officer, one.id, Kind.REFUSE, "it is the tenth this month")
            refusals.decide(boss, proposal.id, True, version=proposal.version)
        run_pending(in_app)
        assert fresh(case).due_on == date(2026, 10, 1)
        clock.move_to(datetime(2026, 10, 2, 12, tzinfo=UTC))
        told = digest_of(staff_member(officer.id), ago(0)).letters
        assert told == [f"{case.reference}: refusal, still in the outbox"]
        [letter] = messages.about(case.id)
        messages.mark_sent(officer, letter.id)
        found = clock_of(fresh(case))
        assert (found.answered_on, found.done_in_time(), fresh(case).closed_on) == (ago(0), False, ago(0))
        assert digest_of(staff_member(officer.id), ago(0)).letters == []
        assert clock_of(fresh(mailed)).answered_on == date(2026, 9, 21) and clock_of(fresh(mailed)).done_in_time()


def test_that_the_letter_of_a_refusal_went_in_time_is_the_dpos_to_say_once_it_would_be_late() -> None:
    officer, boss = caseworker(), dpo()
    with time_machine.travel(datetime(2026, 9, 21, 12, tzinfo=UTC), tick=False) as clock:
        case, soon = opened(POST, days_ago=20), opened(POST, days_ago=20)
        for one in (case, soon):
            proposal = refusals.propose(officer, one.id, Kind.REFUSE, "it is the tenth this month")
            refusals.decide(boss, proposal.id, True, version=proposal.version)
        clock.move_to(datetime(2026, 9, 28, 12, tzinfo=UTC))
        messages.mark_sent(officer, messages.about(soon.id)[-1].id, date(2026, 9, 22))  # in time on either day
        assert fresh(soon).closed_on == date(2026, 9, 22)
        clock.move_to(datetime(2026, 10, 2, 12, tzinfo=UTC))
        [letter] = messages.about(case.id)
        with pytest.raises(Refused, match="due date of this request has passed"):
            messages.mark_sent(officer, letter.id, date(2026, 10, 1))
        assert messages.about(case.id)[-1].went_on is None
        messages.mark_sent(boss, letter.id, date(2026, 10, 1))
        assert clock_of(fresh(case)).done_in_time()
        found = measures(date(2026, 9, 1), date(2026, 10, 31))
        assert (found.answered_in_time, found.corrected_late) == (2, 1)  # in the figures, and marked


def test_a_proposal_is_declined_with_a_reason_and_the_work_goes_on() -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL)
    proposal = refusals.propose(officer, case.id, Kind.REFUSE, "it is the second")
    with pytest.raises(Refused, match="Say why"):
        refusals.decide(boss, proposal.id, False, version=proposal.version)
    refusals.decide(boss, proposal.id, False, "Two are not too many.", version=proposal.version)
    assert messages.about(case.id) == [] and visible_case(boss, case.id).stage == "received"
    assert queries.open_proposal(case) is None


def test_nobody_decides_what_they_proposed_while_somebody_else_is_there() -> None:
    boss, deputy, case = dpo(), dpo("Bela Stone"), opened(EMAIL)
    officer = caseworker()
    proposal = refusals.propose(boss, case.id, Kind.REFUSE, "it is the tenth")
    with pytest.raises(Refused, match="somebody else must decide"):
        refusals.decide(boss, proposal.id, True, version=proposal.version)
    for command in (
        lambda: service.reject(boss, case.id, "MUE", "it is the tenth"),
        lambda: service.reject(boss, case.id, "N-OUTSCOPE", "You asked about the weather."),
        lambda: service.charge_fee(boss, case.id, "10", "it is the tenth", "By card"),
    ):
        with pytest.raises(Refused, match="must propose this first"):
            command()
    for one in (officer, deputy):
        service.declare_conflict(one, case.id, one.id)
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    assert [kept.alone for kept in rows(RefusalProposal)] == [True]


def test_a_fee_is_asked_for_on_a_proposal_and_the_clock_waits_for_it(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL, days_ago=3)
    theirs, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/propose/fee"
    typed = {"words": "it is the tenth", "amount": "25", "how_to_pay": "By card", "version": case.version}
    no_date = "no date until what we asked for comes"
    assert no_date in theirs.get(address).text
    assert "£25.00" in theirs.post(address, typed | {"preview": "yes"}).text
    assert "amount in pounds" in theirs.post(address, typed | {"amount": "ten", "preview": "yes"}).text
    for amount, how, said in (("ten", "By card", "amount in pounds"), ("10", " ", "how the person can pay")):
        with pytest.raises(Refused, match=said):
            refusals.propose(officer, case.id, Kind.FEE, "it is the tenth", amount=amount, how_to_pay=how)
    proposal = refusals.propose(officer, case.id, Kind.FEE, "it is the tenth", amount="10.50", how_to_pay="By card")
    with pytest.raises(Conflict):
        refusals.propose(officer, case.id, Kind.REFUSE, "it is the tenth")
    assert waiting_of([fresh(case)]) == {case.id: [Whom.DPO]}
    assert no_date in browser_of(in_app, boss).get(f"/staff/proposals/{proposal.id}").text
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    assert Whom.DPO not in waiting_of([fresh(case)])[case.id]
    [letter] = messages.about(case.id)
    assert letter.kind == "letter.fee_request" and "£10.50" in letter.body
    run_pending(in_app)
    assert visible_case(boss, case.id).clock_state == "not_started"


def test_an_answer_that_says_neither_yes_nor_no_keeps_its_reasons_to_itself(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL)
    with pytest.raises(Refused, match="ground in law"):
        refusals.propose(officer, case.id, Kind.NEITHER, "An inquiry", code="MUE")
    proposal = refusals.propose(officer, case.id, Kind.NEITHER, "There is an inquiry.", code="P3-CRIME")
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    [letter] = messages.about(case.id)
    assert "We can neither say that we hold what you asked for" in letter.body
    assert "inquiry" not in letter.body and "P3-CRIME" not in letter.body
    page = browser_of(in_app, boss).get(f"/staff/cases/{case.id}").text
    assert "The person was not told our reasons" in page and "There is an inquiry." in page


def test_a_conflict_of_interest_hides_a_proposal() -> None:
    boss, case = dpo(), opened()
    dpo("Bela Stone")
    proposal = refusals.propose(SYSTEM, case.id, Kind.REFUSE, "it is the tenth")
    service.declare_conflict(boss, case.id, boss.id)
    assert queries.waiting(boss) == []
    with pytest.raises(NotFound):
        refusals.decide(boss, proposal.id, True, version=proposal.version)


def test_the_pages_show_the_letter_before_it_is_proposed_and_before_it_is_decided(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL)
    browser = browser_of(in_app, officer)
    address = f"/staff/cases/{case.id}/propose/fee"
    typed = {"version": str(case.version), "amount": "10", "words": "it is the tenth", "how_to_pay": "By card"}
    seen = browser.post(address, typed | {"preview": "yes"}).text
    assert "Nothing is sent yet" in seen and "By card" in seen and rows(RefusalProposal) == []
    assert browser.post(address, typed).location == f"/staff/cases/{case.id}"
    assert "Nobody has decided yet" in browser.get(f"/staff/cases/{case.id}").text
    assert browser.get("/staff/proposals").status_code == 403
    lead = browser_of(in_app, boss)
    listed = lead.get("/staff/proposals").text
    [decide] = set(re.findall(r"/staff/proposals/\w{26}", listed))
    page = lead.get(decide).text
    assert "£10.00" in page and "it is the tenth" in page
    version = re.findall(r'name="version"[^>]*value="(\d+)"', page)[0]
    answer = lead.post(decide, {"version": version, "agree": "yes", "words": ""})
    assert answer.location == f"/staff/cases/{case.id}"
    assert [message.kind for message in messages.about(case.id)] == ["letter.fee_request"]
    assert browser.get(f"/staff/cases/{case.id}/propose/nothing").status_code == 404


def test_the_acknowledgement_is_seen_before_it_goes(in_app: Flask) -> None:
    case = opened(EMAIL)
    browser = browser_of(in_app, caseworker())
    assert "Look at the acknowledgement first" in browser.get(f"/staff/cases/{case.id}").text
    page = browser.get(f"/staff/cases/{case.id}/acknowledgement").text
    assert "We must answer by" in page and "Nothing is sent yet" in page and messages.about(case.id) == []


def test_letters_that_a_command_sends_are_seen_before_the_button_is_pressed(in_app: Flask) -> None:
    case, browser = opened(EMAIL, days_ago=3), browser_of(in_app, staff_actor(Role.DPO))
    for page, typed, said in (
        ("question", {"question": "Which office was it?", "reason": "You named none."}, "Which office was it?"),
        ("extend", {"reason": "COMPLEXITY", "explanation": "Forty volumes."}, "We will now answer by"),
        ("ask-identity", {"reason": "The dates differ."}, "The dates differ."),
        ("refuse", {"code": "N-NOTYOURS", "words": "Same name."}, "It is not about you."),
    ):
        address = f"/staff/cases/{case.id}/{page}"
        assert "Look at the letter first" in browser.get(address).text, page
        seen = browser.post(address, typed | {"version": str(case.version), "preview": "yes"})
        assert said in seen.text and "Nothing is sent yet" in seen.text, page
    assert messages.about(case.id) == []


def test_nobody_is_told_that_we_hold_nothing_before_somebody_looked() -> None:
    boss, case = dpo(), gathering_case()
    with pytest.raises(Refused, match="only when we looked"):
        service.reject(boss, case.id, "N-NOTHELD", "There is nothing.")
    made = searching.choose(SYSTEM, case.id, [area.id for area in areas()])
    searching.finish(SYSTEM, case.id, [search.id for search in made[1:]], "nothing_held")
    with pytest.raises(Refused, match="only when we looked"):
        service.reject(boss, case.id, "N-NOTHELD", "There is nothing.")
    searching.finish(SYSTEM, case.id, [made[0].id], "nothing_held")
    assert service.reject(boss, case.id, "N-NOTHELD", "There is nothing.").stage == "rejected"


def test_nobody_proposes_what_only_they_could_decide() -> None:
    boss, officer, case = dpo(), caseworker(), opened(EMAIL)
    with pytest.raises(Refused, match="Ask a colleague to propose it"):
        refusals.propose(boss, case.id, Kind.REFUSE, "it is the tenth")
    assert refusals.propose(officer, case.id, Kind.REFUSE, "it is the tenth").state == "open"


def test_a_request_about_somebody_else_is_refused_by_two_like_any_other(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL)
    direct = browser_of(in_app, boss).get(f"/staff/cases/{case.id}/refuse").text
    assert "Somebody else must propose this first" in direct and "Explain it to the person" not in direct
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/propose/refuse"
    typed = {"version": str(case.version), "code": "N-NOTYOURS", "words": "Same name, another birthday."}
    assert "It is not about you." in browser.post(address, typed | {"preview": "yes"}).text
    assert browser.post(address, typed).location == f"/staff/cases/{case.id}"
    [proposal] = rows(RefusalProposal)
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    [letter] = messages.about(case.id)
    assert "It is not about you." in letter.body and "Same name, another birthday." in letter.body
    history = browser.get(f"/staff/cases/{case.id}").text
    assert "Proposed to refuse the whole request: it is not about you" in history


def test_we_do_not_even_propose_to_say_that_we_hold_nothing_before_somebody_looked() -> None:
    with pytest.raises(Refused, match="only when we looked"):
        refusals.propose(caseworker(), gathering_case().id, Kind.REFUSE, "There is nothing.", code="N-NOTHELD")


@pytest.mark.parametrize(("kind", "code"), [(Kind.REFUSE, "MUE"), (Kind.NEITHER, "P3-CRIME")])
def test_a_refusal_after_the_due_date_needs_its_reason_and_keeps_it(kind: Kind, code: str) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL, days_ago=60)
    due = case.due_on
    assert due is not None
    proposal = refusals.propose(officer, case.id, kind, "it is the tenth", code=code)
    with pytest.raises(Refused, match="This answer is late"):
        refusals.decide(boss, proposal.id, True, version=proposal.version)
    assert messages.about(case.id) == []
    refusals.decide(boss, proposal.id, True, version=proposal.version, lateness=Lateness.STAFFING)
    assert [kept.lateness for kept in rows(Refusal)] == ["staffing"]
    [entry] = [entry for entry in rows(AuditEntry) if entry.action == "case.refused"]
    assert json.loads(entry.facts) == {"code": code, "due_on": due.isoformat(), "lateness_code": "staffing"}


def test_another_reason_for_lateness_is_taken_once_a_note_says_it() -> None:
    boss = dpo()
    with time_machine.travel(ago(60)):
        case = opened(EMAIL)
        service.add_note(boss, case.id, "Rang twice.")
    with pytest.raises(Refused, match="add a note"):  # the note from before the due date cannot say it
        service.reject(boss, case.id, "MUE", "it is the tenth", lateness=Lateness.OTHER)
    assert rows(Refusal) == []
    service.add_note(boss, case.id, "The archive was flooded.")
    service.reject(boss, case.id, "MUE", "it is the tenth", lateness=Lateness.OTHER)
    assert [kept.lateness for kept in rows(Refusal)] == ["other"]


def test_a_refusal_in_time_keeps_no_reason_for_lateness() -> None:
    case = opened(EMAIL)
    service.reject(dpo(), case.id, "MUE", "it is the tenth", lateness=Lateness.OTHER)
    assert [kept.lateness for kept in rows(Refusal)] == [None]


def test_the_pages_ask_why_it_is_late_only_where_an_answer_goes_late(in_app: Flask) -> None:
    officer, boss, late, in_time = caseworker(), dpo(), opened(EMAIL, days_ago=60), opened(EMAIL, name="A Second")
    lead = browser_of(in_app, boss)

    def page_of(case: Case, kind: Kind) -> str:
        found = refusals.propose(officer, case.id, kind, "it is the tenth", amount="5", how_to_pay="By card")
        return f"/staff/proposals/{found.id}"

    waited = opened(days_ago=20)
    fee = page_of(waited, Kind.FEE)  # proposed in time, and not decided until it was late
    service.correct_received_date(SYSTEM, waited.id, ago(60))
    refuse, early = page_of(late, Kind.REFUSE), page_of(in_time, Kind.REFUSE)
    assert [("Why is it late?" in lead.get(page).text) for page in (fee, refuse, early)] == [False, True, False]
    listed = lead.get("/staff/proposals").text
    assert "Clearly unfounded or excessive (Art 12(5) UK GDPR; DPA 2018 s.53)" in listed
    assert "Clearly unfounded or excessive (Art 12(5) UK GDPR; DPA 2018 s.53)" in lead.get(refuse).text
    agreed = {"version": "1", "agree": "yes", "words": "", "lateness": ""}
    assert "Choose why it is late" in lead.post(refuse, agreed).text
    assert lead.post(refuse, agreed | {"lateness": "large_file"}).location == f"/staff/cases/{late.id}"
    assert "It went out late: the file was very large." in lead.get(f"/staff/cases/{late.id}").text
    assert lead.post(early, {"version": "1", "agree": "yes", "words": ""}).location == f"/staff/cases/{in_time.id}"
