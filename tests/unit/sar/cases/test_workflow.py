"""Who may move a case where, and what stands in the way: every stage by every event."""

from dataclasses import replace
from typing import Any

import pytest

from sar.access.permissions import Permission, Role, permissions_of
from sar.cases.workflow import (
    PREDICATES,
    TRANSITIONS,
    CaseFacts,
    Event,
    Guard,
    NotPermitted,
    NotPossible,
    Stage,
    Transition,
    allowed,
    events_from,
    offers,
)

EVERYTHING = frozenset(Permission)
READY = CaseFacts(
    identity_settled=True,
    searches_open=0,
    searches_running=0,
    records_pending=0,
    undecided_mentions=0,
    unanswered_consultations_undecided=0,
    to_pass_on=0,
    signed_off_by_other=True,
    plan_unchanged=True,
    leak_free=True,
    actor_prepared_it=False,
    conflict_declared=False,
    refusal_reasons_recorded=True,
    closure_warned=True,
)
# Written out a second time on purpose: a row that slips into the table shows here.
EXPECTED = """
received      acknowledge             acknowledged  CASE_WORK
received      reject                  rejected      CASE_REJECT
received      set_aside               not_valid     CASE_REJECT
received      withdraw                withdrawn     CASE_WORK
acknowledged  start_gathering         gathering     CASE_WORK
acknowledged  close                   closed        CASE_CLOSE
acknowledged  reject                  rejected      CASE_REJECT
acknowledged  set_aside               not_valid     CASE_REJECT
acknowledged  withdraw                withdrawn     CASE_WORK
gathering     start_review            reviewing     CASE_REVIEW
gathering     close                   closed        CASE_CLOSE
gathering     reject                  rejected      CASE_REJECT
gathering     set_aside               not_valid     CASE_REJECT
gathering     withdraw                withdrawn     CASE_WORK
reviewing     submit_for_second_check second_check  CASE_REVIEW
reviewing     start_gathering         gathering     CASE_WORK
reviewing     reject                  rejected      CASE_REJECT
reviewing     withdraw                withdrawn     CASE_WORK
second_check  sign_off                signed_off    CASE_SIGN_OFF
second_check  return_for_changes      reviewing     CASE_SIGN_OFF
second_check  reopen_review           reviewing     CASE_REVIEW
second_check  withdraw                withdrawn     CASE_WORK
signed_off    release                 released      CASE_RELEASE
signed_off    reopen_review           reviewing     CASE_REVIEW
signed_off    withdraw                withdrawn     CASE_WORK
released      close                   closed        CASE_CLOSE
released      reopen_review           reviewing     CASE_REVIEW
closed        reopen                  gathering     CASE_CLOSE
rejected      reopen                  acknowledged  CASE_CLOSE
withdrawn     reopen                  acknowledged  CASE_CLOSE
not_valid     reopen                  received      CASE_CLOSE
"""
# What each role may cause, event by event, written out by hand from what the roles are for, not from the code:
# C caseworker, D data protection officer, S second reader. An auditor and an administrator move no case.
MAY = """
acknowledge             C D .
start_gathering         C D .
start_review            C D .
submit_for_second_check C D .
return_for_changes      . D S
sign_off                . D S
reopen_review           C D .
release                 C D .
close                   C D .
reopen                  C D .
reject                  . D .
set_aside               . D .
withdraw                C D .
"""
ROLES_OF = {
    Event(line.split()[0]): {
        {"C": Role.CASEWORKER, "D": Role.DPO, "S": Role.SECOND_READER}[mark] for mark in line.split()[1:] if mark != "."
    }
    for line in MAY.strip().split("\n")
}
TABLE = {
    (Stage(stage), Event(event)): (Stage(target), Permission[permission])
    for stage, event, target, permission in (line.split() for line in EXPECTED.split("\n") if line)
}
BREAKING: dict[Guard, dict[str, Any]] = {
    Guard.IDENTITY_SETTLED: {"identity_settled": False},
    Guard.SEARCHES_DONE: {"searches_open": 2},
    Guard.SEARCHES_ENDED: {"searches_running": 1},
    Guard.RECORDS_READY: {"records_pending": 1},
    Guard.MENTIONS_DECIDED: {"undecided_mentions": 1200},
    Guard.CONSULTATIONS_DECIDED: {"unanswered_consultations_undecided": 1},
    Guard.PASSED_ON: {"to_pass_on": 1},
    Guard.PREPARED_BY_ANOTHER: {"actor_prepared_it": True},
    Guard.SIGNED_OFF_BY_ANOTHER: {"signed_off_by_other": False},
    Guard.PLAN_UNCHANGED: {"plan_unchanged": False},
    Guard.LEAK_FREE: {"leak_free": False},
    Guard.NO_CONFLICT: {"conflict_declared": True},
    Guard.REASONS_RECORDED: {"refusal_reasons_recorded": False},
    Guard.CLOSURE_WARNED: {"closure_warned": False},
}


def broken(guard: Guard) -> CaseFacts:
    return replace(READY, **BREAKING[guard])


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("stage", Stage)
def test_each_event_leads_from_each_stage_where_the_table_says_or_nowhere(stage: Stage, event: Event) -> None:
    if (stage, event) not in TABLE:
        with pytest.raises(NotPossible, match="now: it is at the stage"):
            allowed(stage, event, READY, EVERYTHING)
        return
    target, permission = TABLE[stage, event]
    row = allowed(stage, event, READY, {permission})
    assert (row.stage, row.event, row.target, row.permission) == (stage, event, target, permission)
    with pytest.raises(NotPermitted, match="You do not have permission to"):
        allowed(stage, event, READY, EVERYTHING - {permission})


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("stage", Stage)
def test_each_role_causes_at_each_stage_what_the_review_says_and_nothing_else(role: Role, stage: Stage) -> None:
    """Every role by stage by event, with nothing in the way: what the table leaves out is refused."""
    permissions = permissions_of(frozenset({role.value}))
    for event in Event:
        if (stage, event) in TABLE and role in ROLES_OF[event]:
            assert allowed(stage, event, READY, permissions).target is TABLE[stage, event][0]
        else:
            refusal = NotPermitted if (stage, event) in TABLE else NotPossible
            with pytest.raises(refusal):
                allowed(stage, event, READY, permissions)
    offered = {offer.transition.event for offer in offers(stage, READY, permissions)}
    assert offered == {event for where, event in TABLE if where is stage and role in ROLES_OF[event]}


def test_the_reviewed_table_names_every_event() -> None:
    assert set(ROLES_OF) == set(Event)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.stage}-{row.event}")
def test_each_guard_of_a_row_refuses_alone_and_no_other_does(row: Transition) -> None:
    for guard in Guard:
        if guard in row.guards:
            with pytest.raises(NotPossible):
                allowed(row.stage, row.event, broken(guard), EVERYTHING)
        else:
            assert allowed(row.stage, row.event, broken(guard), EVERYTHING) is row


@pytest.mark.parametrize("guard", Guard)
def test_each_guard_looks_at_one_fact_and_says_why_it_refuses(guard: Guard) -> None:
    assert PREDICATES[guard](READY)
    assert [other for other in Guard if not PREDICATES[other](broken(guard))] == [guard]
    assert not PREDICATES[guard](CaseFacts()), "a fact nobody filled in must refuse"
    row = next(row for row in TRANSITIONS if guard in row.guards)
    with pytest.raises(NotPossible) as refusal:
        allowed(row.stage, row.event, broken(guard), EVERYTHING)
    assert refusal.value.message.endswith(".")


def test_the_stage_and_event_pairs_are_unique() -> None:
    assert len({(row.stage, row.event) for row in TRANSITIONS}) == len(TRANSITIONS) == len(TABLE)


def test_nobody_signs_off_what_they_prepared() -> None:
    with pytest.raises(NotPossible, match="You prepared this case, so somebody else must sign it off"):
        allowed(Stage.SECOND_CHECK, Event.SIGN_OFF, broken(Guard.PREPARED_BY_ANOTHER), EVERYTHING)


# SEARCHES_ENDED asks less than SEARCHES_DONE, which a release is held to: a search that is running is an open one.
OF_OTHER_EVENTS = {Guard.PREPARED_BY_ANOTHER, Guard.REASONS_RECORDED, Guard.CLOSURE_WARNED, Guard.SEARCHES_ENDED}


@pytest.mark.parametrize("guard", sorted(set(Guard) - OF_OTHER_EVENTS))
def test_nothing_is_released_while_anything_is_undecided_unchecked_or_changed(guard: Guard) -> None:
    with pytest.raises(NotPossible):
        allowed(Stage.SIGNED_OFF, Event.RELEASE, broken(guard), EVERYTHING)


def test_release_is_reached_only_through_a_sign_off() -> None:
    assert {row.stage for row in TRANSITIONS if row.target is Stage.RELEASED} == {Stage.SIGNED_OFF}
    assert {row.event for row in TRANSITIONS if row.target is Stage.SIGNED_OFF} == {Event.SIGN_OFF}


def test_every_reason_is_given_at_once_with_its_number() -> None:
    facts = replace(READY, undecided_mentions=1200, records_pending=1)
    with pytest.raises(NotPossible) as refusal:
        allowed(Stage.REVIEWING, Event.SUBMIT_FOR_SECOND_CHECK, facts, EVERYTHING)
    assert refusal.value.message == (
        "1 record is not ready, or could not be shown. 1,200 mentions still need a decision."
    )


def test_a_person_without_the_permission_does_not_learn_the_state_of_the_case() -> None:
    with pytest.raises(NotPermitted) as refusal:
        allowed(Stage.SIGNED_OFF, Event.RELEASE, CaseFacts(), {Permission.CASE_VIEW})
    assert refusal.value.message == "You do not have permission to release the reply."


def test_the_offers_of_a_stage_are_what_a_person_may_do_with_what_is_missing() -> None:
    facts = broken(Guard.NO_CONFLICT)
    found = offers(Stage.SECOND_CHECK, facts, {Permission.CASE_SIGN_OFF, Permission.CASE_WORK})
    assert [(offer.transition.event, len(offer.refusals)) for offer in found] == [
        (Event.SIGN_OFF, 1),
        (Event.RETURN_FOR_CHANGES, 1),
        (Event.WITHDRAW, 0),
    ]
    assert offers(Stage.SECOND_CHECK, facts, set()) == ()


def test_no_stage_is_a_dead_end_and_every_stage_can_be_reached() -> None:
    assert all(events_from(stage) for stage in Stage)
    reached = {Stage.RECEIVED}
    for _ in Stage:
        reached |= {row.target for row in TRANSITIONS if row.stage in reached}
    assert reached == set(Stage)


def test_the_clock_is_no_part_of_the_table() -> None:
    assert not any(word in name for name in CaseFacts.__dataclass_fields__ for word in ("paused", "clock", "due"))
