"""A request that was answered and is opened again: its first answer stands in every figure, and nobody reads "late"."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.deadline_table import recompute
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Case
from sar.cases.queries import clock_of, visible_case
from sar.cases.refusals import service as refusals
from sar.cases.workflow import Stage
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.oversight import backlog, compliance, queries
from sar.oversight.reminders.alerts import alerts_due
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, opened
from tests.integration.intake.walk import rows
from tests.security.people import browser_of as signed_in

pytestmark = pytest.mark.usefixtures("in_app")


def answered(*, received: int, answer: int) -> Case:
    """A case whose whole answer went out so many days ago, and that was put away."""
    case = opened(days_ago=received)
    with write_transaction():
        held = case_for(SYSTEM, case.id)
        held.stage, held.closed_on = Stage.CLOSED.value, ago(answer)
        store_fact(SYSTEM, held, Fact("ended", ago(answer), reason_code="RESPONDED"), logged=False)
    return case


def opened_again(case: Case) -> Case:
    cases.reopen(SYSTEM, case.id, "They say that a file is missing.")
    return visible_case(SYSTEM, case.id)


def test_the_first_answer_stands_in_the_measures_and_what_is_open_again_is_counted_by_itself() -> None:
    case = answered(received=60, answer=40)
    before = queries.measures(ago(100), london_today())
    opened_again(case)
    after = queries.measures(ago(100), london_today())
    assert (before.fell_due, before.answered_in_time, before.overdue_now, before.answered) == (1, 1, 0, 1)
    assert (after.fell_due, after.answered_in_time, after.overdue_now, after.answered) == (1, 1, 0, 1)
    assert (before.reopened, before.reopened_open, before.oldest_reopened_days) == (0, 0, None)
    assert (after.reopened, after.reopened_open, after.oldest_reopened_days, after.open_now) == (1, 1, 0, 1)
    assert queries.measures(ago(100), ago(1)).reopened == 0


def test_a_late_first_answer_stays_late_and_one_never_given_stays_overdue() -> None:
    opened_again(answered(received=80, answer=10))
    taken_back = opened(days_ago=70)
    cases.withdraw(SYSTEM, taken_back.id, ago(60))
    opened_again(taken_back)
    found = queries.measures(ago(100), london_today())
    assert (found.fell_due, found.answered_in_time) == (2, 0)
    assert (found.overdue_now, found.reopened, found.reopened_open) == (1, 1, 1)


def test_taking_back_what_was_answered_before_does_not_take_it_out_of_the_figures() -> None:
    case = opened_again(answered(received=60, answer=40))
    cases.withdraw(SYSTEM, case.id, ago(0))
    found = queries.measures(ago(100), london_today())
    assert (found.fell_due, found.answered_in_time, found.reopened, found.reopened_open) == (1, 1, 1, 0)


def test_a_late_request_does_not_leave_the_figures_by_being_taken_back() -> None:
    case, boss, officer = opened(days_ago=60), dpo(), caseworker()
    # Due after a month and at most some days of holidays.
    in_time = ago(45)
    with pytest.raises(Refused, match="it takes two people"):
        cases.withdraw(officer, case.id, in_time)
    cases.withdraw(officer, case.id, ago(0))
    found = queries.measures(ago(100), london_today())
    assert (found.fell_due, found.answered_in_time, found.overdue_now) == (1, 0, 0)
    cases.reopen(boss, case.id, "It was a mistake")
    proposal = refusals.propose_withdrawal(officer, case.id, in_time, "They rang.")
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    assert queries.measures(ago(100), london_today()).fell_due == 0


def test_the_export_has_the_first_answer_and_can_be_worked_out_again() -> None:
    case = opened_again(answered(received=60, answer=40))
    cases.ask_question(SYSTEM, case.id, "Which file?", "They named none.")
    letters_go(case)
    text = "".join(compliance.export(SYSTEM, ago(100), london_today()))
    [row] = csv.DictReader(io.StringIO(text))
    told = {name: row[name] for name in ("answered", "reopened", "outcome", "in_time", "response", "days_taken")}
    assert told == {
        "answered": ago(40).isoformat(),
        "reopened": london_today().isoformat(),
        "outcome": "RESPONDED",
        "in_time": "yes",
        "response": "full",
        "days_taken": "20",
    }
    assert recompute(io.StringIO(text, newline=""))[1] == []


def test_a_refusal_that_is_opened_again_keeps_its_code() -> None:
    case = opened(days_ago=60)
    with write_transaction():  # in time, as if nobody had to say why
        store_fact(SYSTEM, case_for(SYSTEM, case.id), Fact("received", ago(5)))
    cases.reject(dpo(), case.id, "N-NOTYOURS", "These are of someone else.")
    opened_again(case)
    [row] = csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, ago(100), london_today()))))
    assert (row["outcome"], row["refusal_code"], row["in_time"]) == ("REFUSED", "N-NOTYOURS", "yes")


def test_the_backlog_report_and_the_page_count_it_apart_from_those_without_an_answer(in_app: Flask) -> None:
    opened_again(answered(received=60, answer=40))
    figures = json.dumps(backlog.wording("None", "None", "Now").as_data())
    assert "0 of the late ones had no answer at all" in figures
    assert "1 requests had an answer and are open again" in figures
    page = browser_of(in_app, staff_actor(Role.AUDITOR, name="Audrey Tor")).get("/staff/oversight/").text
    assert "Answered, then opened again" in page and "1 (the first for 0 days)" in page


def test_nobody_is_told_that_it_is_late(in_app: Flask) -> None:
    case, officer = opened_again(answered(received=60, answer=40)), caseworker()
    cases.assign(officer, case.id, officer.id)
    assert alerts_due(london_today()) == []
    told = " ".join(signed_in(in_app, ActorKind.REQUESTER, case.reference).get("/my-request/").text.split())
    assert "We answered you on" in told and "We are late" not in told and "We must answer you by" not in told
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "Answered, open again" in page and "The answer is late" not in page


def test_the_second_answer_needs_no_reason_for_being_late() -> None:
    case = opened_again(answered(received=60, answer=40))
    cases.reject(dpo(), case.id, "N-NOTYOURS", "There is no more.")
    clock = clock_of(visible_case(SYSTEM, case.id))
    assert (clock.done_on, clock.ended_on, clock.done_in_time()) == (ago(40), london_today(), True)
    assert [json.loads(e.facts)["lateness_code"] for e in rows(AuditEntry) if e.action == "case.refused"] == [None]


def test_cases_of_before_get_the_state_with_the_migration() -> None:
    again, running = opened_again(answered(received=60, answer=40)).id, opened(days_ago=3).id
    db.session.remove()
    downgrade(revision="0020")
    upgrade()
    states = [visible_case(SYSTEM, case_id).clock_state for case_id in (again, running)]
    assert states == ["reopened", "running"]
