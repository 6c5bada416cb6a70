"""Finished cases whose time is over: the lists, what holds a case, keeping one longer, and the second person."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event

from sar.access.permissions import Role
from sar.access.queries import staff_member
from sar.cases import service as cases
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Outcome
from sar.cases.conflicts import service as conflicts
from sar.cases.links import service as links
from sar.cases.links.service import LinkKind
from sar.cases.queries import visible_case
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.jobs import enqueue
from sar.oversight.reminders.digest import digest_of
from sar.oversight.retention import queries, service
from sar.oversight.retention.destroying import DESTROY
from sar.oversight.retention.filters import Filters, Show
from sar.oversight.retention.overtaken import end_overtaken
from sar.oversight.retention.rules import Rule, Why, Years
from tests.factories import received_case, staff_actor
from tests.integration.cases.desk import browser_of, dpo, parts
from tests.integration.intake.walk import rows
from tests.integration.oversight.told import at, closed

pytestmark = pytest.mark.usefixtures("in_app")
CLOSED, OVER = date(2026, 7, 1), date(2028, 7, 2)  # two years, and the day after


def on_list(actor: Actor, show: Show, rule: Rule | None = None) -> list[str]:
    db.session.rollback()
    return [row.case.reference for row in queries.listed(actor, Filters(show=show, rule=rule)).rows]


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_case_comes_up_for_review_the_day_after_its_time_by_the_rule_of_how_it_ended(in_app: Flask) -> None:
    boss = dpo()
    plain, still_open, complained = closed(CLOSED), received_case(), closed(CLOSED)
    with at(CLOSED), write_transaction():
        complaint = complaints.log(SYSTEM, complained.id, "Too slow", CLOSED, complaints.Channel.POST)
    with at(date(2028, 7, 1)):
        assert on_list(boss, Show.DUE) == [] and on_list(boss, Show.SOON) == [plain.reference]
    with at(OVER):
        assert on_list(boss, Show.DUE) == [plain.reference]
        assert on_list(boss, Show.KEPT, Rule.COMPLAINT) == [complained.reference]
        assert still_open.reference not in on_list(boss, Show.KEPT)
        [line] = digest_of(staff_member(boss.id), OVER).complaints[-1:]
        assert line == "1 finished case is due for review: the time to keep them is over"
        panel = browser_of(in_app, boss).get(f"/staff/cases/{plain.id}").text
        assert "Kept until 1 July 2028: two years from 1 July 2026, the day it was closed." in panel
    with at(date(2030, 1, 9)), write_transaction():
        complaints.decided(boss, complaint, Outcome.NOT_UPHELD, "It was in time.", [])
    with at(date(2036, 1, 9)):  # six years from the decision
        assert on_list(boss, Show.DUE, Rule.COMPLAINT) == []
    with at(date(2036, 1, 10)):
        assert on_list(boss, Show.DUE, Rule.COMPLAINT) == [complained.reference]
        service.change_rules(boss, 2, 2, 7, number=0)
        assert on_list(boss, Show.DUE, Rule.COMPLAINT) == []
        assert queries.rules_in_force() == Years(1, 2, 2, 7)
        with pytest.raises(Conflict):
            service.change_rules(boss, 3, 3, 7, number=0)
        with pytest.raises(Refused, match="at least as long"):
            service.change_rules(boss, 3, 3, 2, number=1)


def test_an_open_complaint_a_linked_open_case_or_a_hold_keeps_a_case_whatever_its_day() -> None:
    boss, case, other = dpo(), closed(CLOSED), received_case()
    with at(CLOSED), write_transaction():
        complaint = complaints.log(SYSTEM, case.id, "Too slow", CLOSED, complaints.Channel.POST)
        link = links.link(SYSTEM, other.id, case.reference, LinkKind.REPEATS, "Same person")
    service.set_hold(boss, case.id, "A claim in court")
    with pytest.raises(Conflict):
        service.set_hold(boss, case.id, "Again")
    held_by: tuple[tuple[str, Callable[[], object]], ...] = (
        ("a complaint is open", lambda: complaints.decided(boss, complaint, Outcome.UPHELD, "Sorry.", [])),
        ("a linked case is still open", lambda: links.unlink(boss, link.id, "Another person")),
        ("somebody put a hold on it", lambda: service.lift_hold(boss, case.id, "It was settled")),
    )
    for words, lift in held_by:
        with at(date(2040, 1, 1)):
            assert on_list(boss, Show.HELD) == [case.reference] and on_list(boss, Show.DUE) == []
            with pytest.raises(Refused, match=words):
                service.propose(boss, [case.id], Why.TIME_OVER)
        with at(date(2030, 1, 1)), write_transaction():
            lift()
    with at(date(2040, 1, 1)):
        assert on_list(boss, Show.DUE) == [case.reference] and on_list(boss, Show.HELD) == []


def test_keeping_longer_takes_a_later_day_and_a_reason_and_all_that_were_ticked_or_none(in_app: Flask) -> None:
    boss, first, second = dpo(), closed(CLOSED), closed(date(2026, 8, 1))
    ids = [first.id, second.id]
    with at(date(2028, 9, 1)):
        browser = browser_of(in_app, boss)
        assert "Tick one or more" in browser.get("/staff/retention/keep").text
        page = f"/staff/retention/keep?case={first.id}&case={second.id}"
        asked = browser.get(page).text
        assert first.reference in asked and "Kept until 1 August 2028" in asked
        typed = {"until": parts(date(2028, 8, 30)), "reason": "An inquiry", "case": ids}
        assert "Choose a day in the future" in browser.post("/staff/retention/keep", typed, form_at=page).text
        assert browser.post("/staff/retention/keep", typed | {"until": parts(date(2031, 5, 5))}).status_code == 302
        assert on_list(boss, Show.DUE) == []
        with pytest.raises(Refused, match="is kept until 5 May 2031 already"):
            service.keep_longer(boss, ids, date(2031, 5, 5), "Again")
        shown = browser.get(f"/staff/retention/cases/{first.id}").text
        assert "Until" in shown and "An inquiry" in shown and "longer than the rule says (1 July 2028" in shown
        auditor = browser_of(in_app, staff_actor(Role.AUDITOR, name="Audrey Tor"))
        told = auditor.get(f"/staff/retention/cases/{first.id}").text
        assert "5 May 2031" in told and "An inquiry" not in told  # words can name people
    with at(date(2031, 5, 6)):
        assert on_list(boss, Show.DUE) == [first.reference, second.reference]


def test_destroying_is_proposed_by_one_and_agreed_by_another(in_app: Flask) -> None:
    boss, case = dpo(), closed(CLOSED)
    with at(CLOSED), pytest.raises(Refused, match="is not over"):
        service.propose(boss, [case.id], Why.TIME_OVER)
    with at(OVER):
        keeper = staff_actor(Role.ADMINISTRATOR, name="Ada Keeper")
        service.propose(boss, [case.id], Why.PERSON_ASKED, "She rang on Monday")
        assert on_list(boss, Show.PROPOSED) == [case.reference] and on_list(boss, Show.DUE) == []
        with pytest.raises(Conflict):
            service.propose(boss, [case.id], Why.TIME_OVER)
        with pytest.raises(Refused, match="somebody else must agree"):
            service.decide(boss, [case.id], True)
        for role in (Role.AUDITOR, Role.CASEWORKER):
            with pytest.raises(NotAllowed):
                service.decide(staff_actor(role, name="Robin Field"), [case.id], True)
        assert queries.to_agree(keeper) == 1 and queries.to_agree(boss) == 0
        browser = browser_of(in_app, keeper)
        assert "1 proposal waits" in browser.get("/staff/retention/").text
        assert browser.get(f"/staff/retention/decide?case={case.id}").location.startswith("/staff/step-up")
        with pytest.raises(Refused, match="Say why"):
            service.decide(keeper, [case.id], False)
        service.decide(keeper, [case.id], False, "A claim is likely")
        assert on_list(boss, Show.DUE) == [case.reference]
        service.propose(boss, [case.id], Why.TIME_OVER)
        service.set_hold(boss, case.id, "A claim came")  # after the proposal, before anybody agreed
        with pytest.raises(Refused, match="put a hold on it"):
            service.decide(keeper, [case.id], True)


def test_what_came_up_between_the_decision_and_the_job_stops_it(run_jobs: Callable[[], int]) -> None:
    boss, case = dpo(), closed(CLOSED)
    with at(OVER):
        [proposed] = service.propose(boss, [case.id], Why.TIME_OVER)
        service.decide(boss, [case.id], True)  # nobody else is there
        service.set_hold(boss, case.id, "A claim came")
    with write_transaction():  # brought forward: the database has a clock of its own
        enqueue(DESTROY, proposed.id)
    run_jobs()
    with at(OVER):
        assert on_list(boss, Show.HELD) == [case.reference]
        [row] = queries.rows_of([case.id])
        assert row.erasure is not None and (row.erasure.state, row.erasure.alone) == ("stopped", True)
        assert visible_case(boss, case.id).submission.full_name == "Quillonella Marchbanks"


def test_a_proposal_that_was_overtaken_destroys_nothing(in_app: Flask, run_jobs: Callable[[], int]) -> None:
    boss, keeper = dpo(), staff_actor(Role.ADMINISTRATOR, name="Ada Keeper")
    complained, reopened, plain, agreed = made = [closed(CLOSED) for _ in range(4)]
    with at(OVER):
        of_case = {one.case_id: one.id for one in service.propose(boss, [case.id for case in made], Why.TIME_OVER)}
        with write_transaction():
            complaint = complaints.log(SYSTEM, complained.id, "Too slow", OVER, complaints.Channel.POST)
        cases.reopen(boss, reopened.id, "She wrote again")
        assert queries.to_agree(keeper) == 3
        service.decide(keeper, [agreed.id], True)
    again = date(2028, 7, 10)
    with at(again), write_transaction():
        complaints.decided(boss, complaint, Outcome.UPHELD, "Sorry.", [])
        cases.withdraw(boss, reopened.id, again)
    with at(again):
        for case, until in ((complained, "10 July 2034"), (reopened, "10 July 2030")):
            with pytest.raises(Refused, match=f"something changed after this was proposed.*Kept until {until}"):
                service.decide(keeper, [case.id], True)
        service.change_rules(boss, 10, 10, 10, number=0)
        with pytest.raises(Refused, match="Kept until 1 July 2036: ten years"):
            service.decide(keeper, [plain.id], True)
        shown = browser_of(in_app, keeper).get("/staff/retention/?show=proposed").text
        assert shown.count("It cannot be agreed to any more") == 3
    with write_transaction():  # brought forward: the database has a clock of its own
        enqueue(DESTROY, of_case[agreed.id])
    with at(again):
        run_jobs()
        [row] = queries.rows_of([agreed.id])
        assert row.erasure is not None and row.erasure.state == "stopped" and row.case.erased_on is None
        [stopped] = [entry for entry in rows(AuditEntry) if entry.action == "retention.erasure_stopped"]
        assert json.loads(stopped.facts)["held_by"] == ["not_over"]
    with at(date(2040, 1, 1)):  # over once more, by another day than the one that somebody looked at
        with pytest.raises(Refused, match="something changed"):
            service.decide(keeper, [reopened.id], True)
        service.decide(boss, [reopened.id], False, "Proposed anew")
        service.propose(boss, [reopened.id], Why.TIME_OVER)
        service.decide(keeper, [reopened.id], True)


def test_a_proposal_that_was_overtaken_ends_by_itself_and_its_case_comes_up_anew(in_app: Flask) -> None:
    boss, keeper = dpo(), staff_actor(Role.ADMINISTRATOR, name="Ada Keeper")
    reopened, longer, sooner, plain, held = made = [closed(CLOSED) for _ in range(5)]

    def ended() -> dict[str, list[str]]:
        stopped = [entry for entry in rows(AuditEntry) if entry.action == "retention.erasure_stopped"]
        return {json.loads(entry.facts)["case_id"]: json.loads(entry.facts)["held_by"] for entry in stopped}

    with at(OVER):
        service.propose(boss, [case.id for case in made], Why.TIME_OVER)
        assert end_overtaken() == 0
        cases.reopen(boss, reopened.id, "She wrote again")
        service.set_hold(boss, held.id, "A claim came")
        assert (end_overtaken(), end_overtaken()) == (1, 0) and ended() == {reopened.id: ["open"]}
        service.change_rules(boss, 10, 10, 10, number=0)
        assert "ends by itself" in browser_of(in_app, keeper).get("/staff/retention/?show=proposed").text
        assert end_overtaken() == 4 and queries.to_agree(keeper) == 0 and on_list(boss, Show.PROPOSED) == []
        assert ended()[longer.id] == ["not_over"]
        page = browser_of(in_app, boss).get(f"/staff/retention/cases/{longer.id}").text
        assert "Ended by itself: something changed" in page
    with at(date(2036, 7, 2)):
        service.propose(boss, [sooner.id], Why.TIME_OVER)
        service.change_rules(boss, 9, 9, 9, number=1)
        assert end_overtaken() == 1 and ended()[sooner.id] == ["changed"]
        assert set(on_list(boss, Show.DUE)) == {longer.reference, sooner.reference, plain.reference}
        service.propose(boss, [sooner.id], Why.TIME_OVER)  # by the rule that holds now
        service.decide(keeper, [sooner.id], True)


def test_only_what_was_looked_at_is_agreed_to_and_the_certificate_states_the_rule_that_held(
    in_app: Flask, run_jobs: Callable[[], int]
) -> None:
    boss, keeper, case = dpo(), dpo("Bela Stone"), closed(CLOSED)
    with at(OVER):
        [first] = service.propose(boss, [case.id], Why.TIME_OVER)
        seen = {first.id: first.version}
        service.decide(keeper, [case.id], False, "Not yet")
        [second] = service.propose(boss, [case.id], Why.PERSON_ASKED)
        for stale in (seen, {second.id: second.version + 1}, {}):
            with pytest.raises(Conflict, match="changed while you looked"):
                service.decide(keeper, [case.id], True, seen=stale)
        service.decide(keeper, [case.id], True, seen={second.id: second.version})
        service.change_rules(boss, 1, 1, 6, number=0)
    with write_transaction():  # brought forward: the database has a clock of its own
        enqueue(DESTROY, second.id)
    with at(OVER):
        run_jobs()
        [certificate] = [entry for entry in rows(AuditEntry) if entry.action == "retention.case_erased"]
        assert json.loads(certificate.facts)["kept_until"] == "2027-07-01"


def test_the_list_costs_the_same_however_long_it_is_and_its_file_names_nobody(in_app: Flask) -> None:
    boss = dpo()
    made = [closed(CLOSED, name="Quillonella Marchbanks")]
    costs = []
    with at(OVER):
        browser = browser_of(in_app, boss)
        for _ in range(2):
            browser.get("/staff/retention/")
            with counted() as statements:
                assert made[0].reference in browser.get("/staff/retention/").text
            costs.append(len(statements))
            made += [closed(CLOSED) for _ in range(3)]
        assert costs[0] == costs[1]
        lines = list(csv.DictReader(io.StringIO("".join(service.export(boss, Filters())))))
    assert {line["reference"] for line in lines} == {case.reference for case in made}
    assert {line["kept_until"] for line in lines} == {"2028-07-01"} and "Quillonella" not in str(lines)
    taken = [entry for entry in rows(AuditEntry) if entry.action == "desk.list_exported"]
    assert json.loads(taken[0].facts)["rows"] == len(made)


def test_a_case_that_is_closed_to_somebody_is_on_none_of_these_lists_for_them() -> None:
    boss, other, case = dpo(), dpo("Bela Stone"), closed(CLOSED)
    cases.declare_conflict(boss, case.id, boss.id)
    with at(OVER):
        assert on_list(boss, Show.DUE) == [] and on_list(other, Show.DUE) == [case.reference]
        assert queries.due_count(boss) == 0
        with pytest.raises(NotFound):
            service.propose(boss, [case.id], Why.TIME_OVER)


def test_nobody_is_left_to_destroy_a_case_alone_by_closing_it_to_those_who_could_agree(in_app: Flask) -> None:
    boss, other, case = dpo(), dpo("Bela Stone"), closed(CLOSED)
    conflicts.close_to(boss, case.id, [other.id])
    with at(OVER):
        service.propose(boss, [case.id], Why.TIME_OVER, "Nothing of Quillonella is needed")
        with pytest.raises(Refused, match="somebody else must agree"):
            service.decide(boss, [case.id], True)
        # Who agrees needs the reference and the dates, and hears nothing else of a case that is closed to them.
        browser = browser_of(in_app, other)
        assert queries.to_agree(other) == 1
        shown = browser.get("/staff/retention/?show=proposed").text
        assert case.reference in shown and f"/staff/retention/cases/{case.id}" not in shown
        assert browser.get(f"/staff/retention/cases/{case.id}").status_code == 404
        with pytest.raises(NotFound):
            service.set_hold(other, case.id, "A claim")
        service.decide(other, [case.id], True)
        [row] = queries.rows_of([case.id])
        assert row.erasure is not None and (row.erasure.state, row.erasure.alone) == ("agreed", False)
