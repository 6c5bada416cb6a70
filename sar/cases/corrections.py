"""A fact on the clock that was written down wrongly: struck out, or given another day. Nothing is deleted.

The due date is folded anew from what then stands (law.md section 2). What a fact needs when it is recorded it needs
when it is corrected, and an extension that the law would not have allowed on its new day is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sar.access.permissions import Permission, permissions_of
from sar.cases.deadlines import CautionCode, Clock, ClockEvent, ClockState, ImpossibleDates
from sar.cases.ledger import Fact, case_for, events_with, keep_note, require, require_open, store_fact, strike_out
from sar.cases.models import Case, ClockFact
from sar.cases.queries import clock_facts, clock_from, clock_of, event_of, visible_case
from sar.cases.timeline import fact_words
from sar.cases.waiting import ANSWERS
from sar.cases.what_if import WhatIf, compare
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wording import date_words

CORRECTABLE = frozenset({*ANSWERS, *ANSWERS.values(), "extended"})
# What the case says of identity and authority once the fact does not count. It never says "settled" without proof.
_UNSETTLED = {
    "id_requested": ("identity", "unchecked"),
    "id_received": ("identity", "asked"),
    "authority_requested": ("authority", "unchecked"),
    "authority_received": ("authority", "asked"),
}


@dataclass(frozen=True)
class Correction:
    """Which fact is wrong, by id; `on`, the day it happened, or None where it never did."""

    fact_id: str
    on: date | None


def correctable(case: Case) -> list[ClockFact]:
    """The facts of the clock that may be corrected here, oldest first. The date received has a page of its own."""
    return [fact for fact in clock_facts(case) if fact.kind in CORRECTABLE]


def look(actor: Actor, case_id: str, correction: Correction) -> WhatIf:
    """What a correction would do to the dates. Changes nothing. Raises Refused for what may not be."""
    case = visible_case(actor, case_id)
    old = _chosen(actor, case, correction)
    return compare(clock_of(case), _clock_after(actor, case, old, correction))


def correct(actor: Actor, case_id: str, correction: Correction, reason: str, *, version: int | None = None) -> None:
    """Strike a fact out or give it another day; `reason`, how we know, is kept as a note."""
    if not reason.strip():
        raise Refused("Say how you know that it is wrong.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        old = _chosen(actor, case, correction)
        _clock_after(actor, case, old, correction)
        before, was = case.due_on, fact_words(old.kind, old.on)
        if correction.on is None:
            strike_out(case, old)
            if old.kind in _UNSETTLED:
                field, value = _UNSETTLED[old.kind]
                setattr(case, field, value)
            facts, action = {"on": old.on}, Action.CLOCK_EVENT_STRUCK_OUT
            words = f"Struck out: {was}. {reason.strip()}"
        else:
            store_fact(actor, case, _moved(old, correction.on), logged=False, instead_of=old)
            facts, action = {"was": old.on, "on": correction.on}, Action.CLOCK_EVENT_CORRECTED
            words = f"Date corrected to {date_words(correction.on)}: {was}. {reason.strip()}"
        record(actor, action, case.id, event=old.kind, due_before=before, due_after=case.due_on, **facts)
        keep_note(actor, case, words)


def _chosen(actor: Actor, case: Case, correction: Correction) -> ClockFact:
    """The fact that is meant. A fee is the DPO's to charge, and so to take back."""
    old = next((fact for fact in correctable(case) if fact.id == correction.fact_id), None)
    if old is None:
        raise Conflict("That is not on the clock any more: it may have been corrected already.")
    if old.kind == "fee_requested":
        require(actor, Permission.CASE_REJECT)
    if correction.on == old.on:
        raise Refused("That is the date we have already.")
    return old


def _clock_after(actor: Actor, case: Case, old: ClockFact, correction: Correction) -> Clock:
    """The clock as it would stand. Raises Refused, also where a late case would be late no more and no DPO says so."""
    now, then, today = clock_of(case), clock_from(case, _events(case, old, correction)), london_today()
    may_decide = actor.kind is ActorKind.SYSTEM or Permission.CASE_REJECT in permissions_of(actor.roles)
    if now.is_overdue(today) and not then.is_overdue(today) and not may_decide:
        raise Refused(
            "The answer is late, and after this it would not be. Ask your data protection officer to correct it."
        )
    late = {item.code for item in then.warnings} - {item.code for item in now.warnings}
    if CautionCode.ASKED_TOO_LATE in late:
        raise Refused("On that day the answer was due already. What is asked for after that gives no more time.")
    return then


def _events(case: Case, old: ClockFact, correction: Correction) -> list[ClockEvent]:
    """The events as they would stand. Raises Refused with the rule in words."""
    others = [fact for fact in clock_facts(case) if fact is not old]
    if correction.on is None:
        require_open(case)
        if any(_answers(fact, old) for fact in others):
            raise Refused("What came in answer to this is on the clock too. Strike that out first.")
        return [event_of(fact) for fact in others]
    if any(_answers(fact, old) and fact.on < correction.on for fact in others):
        raise ImpossibleDates("We cannot have asked for it after the answer came.")
    events = events_with(case, _moved(old, correction.on), instead_of=old)
    _require_lawful(old, correction.on, clock_from(case, events))
    return events


def _require_lawful(old: ClockFact, on: date, then: Clock) -> None:
    if then.ended_on is not None and on > then.ended_on:
        raise ImpossibleDates(f"The request was finished on {date_words(then.ended_on)}. Give a day before that.")
    if old.kind == "extended" and not then.extended and then.state is not ClockState.NOT_STARTED:
        raise Refused(
            "An extension on that day would not count: the person must be told within the first month "
            "(Art 12A(3)-(4) UK GDPR; DPA 2018 s.54(3A)-(3B)). If they were told later, strike it out."
        )


def _answers(fact: ClockFact, asked: ClockFact) -> bool:
    """Whether a fact is what came in answer to another."""
    return fact.kind == ANSWERS.get(asked.kind) and fact.number == asked.number


def _moved(old: ClockFact, on: date) -> Fact:
    return Fact(old.kind, on, old.number, old.reason_code, old.detail)
