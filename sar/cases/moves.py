"""The one way stages move, and what this stage knows for the guards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import select

from sar.access.permissions import Permission, permissions_of
from sar.cases import silence
from sar.cases.deadlines import Ended, EndReason, Reopened
from sar.cases.ledger import CHANGED_MEANWHILE, Fact, require_open, store_fact
from sar.cases.models import Case, ConflictOfInterest
from sar.cases.queries import clock_events, visible_case
from sar.cases.workflow import CaseFacts, Event, Stage, allowed
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict

IDENTITY_SETTLED = frozenset({"verified", "known_to_staff"})
AUTHORITY_SETTLED = frozenset({"not_needed", "settled"})
_ENDS = {
    Event.RELEASE: EndReason.RESPONDED,
    Event.REJECT: EndReason.REFUSED,
    Event.WITHDRAW: EndReason.WITHDRAWN,
    Event.CLOSE: EndReason.NO_REPLY,
    Event.SET_ASIDE: EndReason.NOT_VALID,
}
# Work that goes on after an answer means that the answer was not the last one.
_REOPENS = frozenset({Event.REOPEN, Event.REOPEN_REVIEW})
# What later stages count for the guards, by the fact's name. They say so when they are imported.
_COUNTED: dict[str, Callable[[Case], int]] = {}

Count = TypeVar("Count", bound=Callable[[Case], int])


def count_for_guards(fact: str) -> Callable[[Count], Count]:
    """Have `facts_of` fill in this field of CaseFacts by the function: whoever asks for the facts of a case has it.

    A fact that no stage counts keeps its default, which refuses.
    """
    if fact not in {field.name for field in fields(CaseFacts)} or fact in _COUNTED:
        raise ValueError(f"{fact} is no fact of a case, or is counted already")

    def register(function: Count) -> Count:
        _COUNTED[fact] = function
        return function

    return register


def advance(
    actor: Actor,
    case_id: str,
    event: Event,
    facts: CaseFacts,
    *,
    version: int | None = None,
    on: date | None = None,
    whole: bool = True,
) -> Case:
    """Move a case along the workflow's table; `on` is the day it happened, today unless given.

    An answer that is not `whole` leaves the clock running.

    Raises NotPossible or NotPermitted with the table's words, Conflict when the case is no longer at `version`.
    """
    with write_transaction():
        case = visible_case(actor, case_id, lock=True)
        if version is not None and case.version != version:
            raise Conflict(CHANGED_MEANWHILE)
        permissions = frozenset(Permission) if actor.kind is ActorKind.SYSTEM else permissions_of(actor.roles)
        transition = allowed(Stage(case.stage), event, facts, permissions)
        before, case.stage = case.stage, transition.target.value
        if whole:
            _keep_clock_ended(actor, case, event, on or london_today())
        record(
            actor, Action.CASE_MOVED, case.id, event=event.value, from_stage=before, to_stage=transition.target.value
        )
        return case


def facts_of(actor: Actor, case: Case) -> CaseFacts:
    """What this stage knows for the guards, and what is counted for it; later stages replace what they know."""
    known = CaseFacts(
        identity_settled=case.identity in IDENTITY_SETTLED and case.authority in AUTHORITY_SETTLED,
        conflict_declared=has_conflict(case, actor.id),
        closure_warned=silence.silence_of(case).may_close(london_today()),
    )
    return replace(known, **{fact: count(case) for fact, count in _COUNTED.items()})  # type: ignore[arg-type]


def go_on(actor: Actor, case: Case) -> None:
    """Before a reply is recorded: what was closed for want of it is open again. Raises Refused if ended otherwise."""
    if silence.was_closed(case):
        advance(actor, case.id, Event.REOPEN, facts_of(actor, case))
    require_open(case)


def has_conflict(case: Case, staff_id: str) -> bool:
    query = select(ConflictOfInterest.id).where(
        ConflictOfInterest.case_id == case.id, ConflictOfInterest.staff_id == staff_id
    )
    return db.session.scalar(query) is not None


def _keep_clock_ended(actor: Actor, case: Case, event: Event, on: date) -> None:
    """Answering, refusing, withdrawing or hearing nothing more ends the clock; going on takes that back.

    Closing a case that was answered ends nothing: the answer did.
    """
    log = clock_events(case)
    last = max((item.number for item in log if isinstance(item, Ended)), default=0)  # one before it may be struck out
    ended = last > max((item.number for item in log if isinstance(item, Reopened)), default=0)
    if event in _ENDS and not ended:
        store_fact(actor, case, Fact("ended", on, number=last + 1, reason_code=_ENDS[event].value), logged=False)
        case.closed_on = on
    elif event in _REOPENS and ended:
        store_fact(actor, case, Fact("reopened", on, number=last), logged=False)
        case.closed_on = None
