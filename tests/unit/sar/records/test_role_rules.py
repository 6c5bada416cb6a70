"""Who may say what we are for a record, and at which stages: every role by stage by event."""

from __future__ import annotations

import pytest

from sar.access.permissions import Permission, Role, permissions_of
from sar.cases.workflow import Stage
from sar.records.roles.rules import RoleEvent, why_not

# Written out by hand: G gathering, R reviewing, C second check, S signed off. At every other stage none can be done.
EXPECTED = """
set_role         G R . .
say_what_is_told G R . .
pass_on          G R C S
strike_out       G R . .
"""
MARKS = {
    "G": Stage.GATHERING,
    "R": Stage.REVIEWING,
    "C": Stage.SECOND_CHECK,
    "S": Stage.SIGNED_OFF,
}
TABLE = {
    RoleEvent(line.split()[0]): {MARKS[mark] for mark in line.split()[1:] if mark != "."}
    for line in EXPECTED.strip().split("\n")
}
REASONS = {
    Stage.RECEIVED: "Start gathering records first",
    Stage.ACKNOWLEDGED: "Start gathering records first",
    Stage.SECOND_CHECK: "This case is being checked",
    Stage.SIGNED_OFF: "This case is being checked",
}


@pytest.mark.parametrize("event", RoleEvent)
@pytest.mark.parametrize("stage", Stage)
def test_what_can_be_done_about_our_role_at_each_stage_and_why_not(stage: Stage, event: RoleEvent) -> None:
    reason = why_not(event, stage)
    if stage in TABLE[event]:
        assert reason is None
    else:
        assert reason is not None and REASONS.get(stage, "This case has been answered or ended") in reason


@pytest.mark.parametrize("role", Role)
def test_only_those_who_work_on_cases_may_do_it(role: Role) -> None:
    may = Permission.CASE_WORK in permissions_of(frozenset({role.value}))
    assert may == (role in (Role.CASEWORKER, Role.DPO))
