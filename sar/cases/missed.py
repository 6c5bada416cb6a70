"""Something that moved the clock and was never written down: asked for by phone, or in the years before this system.

It is added with its day, and with the day that the answer came. What it needs when it is recorded on its day it needs
here too. It always takes two people: it can give time, and nothing but somebody's word shows it (see `more_time`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sar.access.permissions import Permission, allows
from sar.cases.corrections import LATE_NO_MORE, require_lawful
from sar.cases.deadlines import CautionCode, Clock, ClockState, ExtensionReason
from sar.cases.ledger import Fact, case_for, events_with_all, keep_note, store_fact, was_late
from sar.cases.models import Case
from sar.cases.more_time import MORE_TIME
from sar.cases.moves import AUTHORITY_SETTLED, IDENTITY_SETTLED
from sar.cases.queries import clock_facts, clock_from, clock_of, standing_facts, visible_case
from sar.cases.second_person import gives_a_late_case_time, is_alone
from sar.cases.timeline import fact_words
from sar.cases.waiting import ANSWERS
from sar.cases.what_if import WhatIf, compare
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import Refused


class What(StrEnum):
    """What was missed; the value is the kind of the fact that asks or tells it."""

    IDENTITY = "id_requested"
    AUTHORITY = "authority_requested"
    FEE = "fee_requested"
    QUESTION = "clarification_requested"
    EXTENSION = "extended"


WORDS: Final = MappingProxyType(
    {
        What.IDENTITY: "We asked for proof of identity",
        What.AUTHORITY: "We asked for written authority",
        What.FEE: "We charged a fee",
        What.QUESTION: "We asked a question",
        What.EXTENSION: "We told the person that we need two more months",
    }
)


@dataclass(frozen=True)
class Missed:
    """`on`: the day we asked, or told them. `came`: the day the answer came, if it did. `reason_code`: why extended."""

    what: What
    on: date
    came: date | None = None
    reason_code: str = ""


def look(actor: Actor, case_id: str, missed: Missed) -> WhatIf:
    """What it would do to the dates, and whether it takes another person. Changes nothing. Raises Refused."""
    case = visible_case(actor, case_id)
    now, then = clock_of(case), _clock_after(case, missed)
    return replace(compare(now, then), second=_second(actor, case, now, then))


def add(
    actor: Actor, case_id: str, missed: Missed, reason: str, *, version: int | None = None, agreed: bool = False
) -> None:
    """Put it on the clock; `reason`, how we know, is kept as a note.

    `agreed`: it was proposed, and the data protection officer agreed. Raises Refused, with who must, where it was not
    and takes two.
    """
    if not reason.strip():
        raise Refused("Say how you know.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        now = clock_of(case)
        second = _second(actor, case, now, _clock_after(case, missed))
        if second is not None and not agreed:
            raise Refused(second)
        words = [_store(actor, case, fact, was_late(now)) for fact in facts_of_missed(case, missed)]
        _unsettle(case, missed)
        keep_note(actor, case, f"Added to the clock: {'; '.join(words)}. {reason.strip()}")


def facts_of_missed(case: Case, missed: Missed) -> list[Fact]:
    """The facts that it comes to. Raises Refused for what is on the clock already, or cannot be without its answer."""
    standing = standing_facts(case)
    kind, numbers = missed.what.value, [fact.number for fact in standing if fact.kind == missed.what.value]
    if numbers and missed.what is not What.QUESTION:
        raise Refused("That is on the clock already. If its day is wrong, correct it.")
    if missed.what is What.AUTHORITY and case.authority == "not_needed":
        raise Refused("Nobody asks for this person: the request is their own.")
    if missed.what is What.EXTENSION:
        if missed.reason_code not in set(ExtensionReason):
            raise Refused("Choose why more time was needed.")
        return [Fact(kind, missed.on, reason_code=missed.reason_code)]
    number = max(numbers, default=0) + 1
    asked = Fact(kind, missed.on, number)
    if missed.came is not None:
        return [asked, Fact(ANSWERS[kind], missed.came, number)]
    settled = {
        What.IDENTITY: case.identity in IDENTITY_SETTLED,
        What.AUTHORITY: case.authority in AUTHORITY_SETTLED,
    }
    if settled.get(missed.what) or case.clock_state == ClockState.ENDED:
        raise Refused("That is finished, so an answer came. Give the day on which it came too.")
    return [asked]


def _clock_after(case: Case, missed: Missed) -> Clock:
    """The clock as it would stand. Raises Refused for what cannot be true, or gave no more time on its day."""
    facts = facts_of_missed(case, missed)
    now, then = clock_of(case), clock_from(case, events_with_all(case, facts))
    for fact in facts:
        require_lawful(fact, then)
    late = {item.code for item in then.warnings} - {item.code for item in now.warnings}
    if CautionCode.ASKED_TOO_LATE in late:
        raise Refused("On that day the answer was due already. What is asked for after that gives no more time.")
    return then


def _second(actor: Actor, case: Case, now: Clock, then: Clock) -> str | None:
    """Why somebody else must agree, in words; None where the actor may do it alone, as nobody else is there."""
    if actor.kind is ActorKind.SYSTEM or (allows(actor.roles, Permission.CASE_REJECT) and is_alone(actor, case)):
        return None
    return LATE_NO_MORE if gives_a_late_case_time(now.due, then.due) else MORE_TIME


def _store(actor: Actor, case: Case, fact: Fact, late: bool) -> str:
    """Add one fact, and say in words what it is."""
    before = case.due_on
    store_fact(actor, case, fact, logged=False)
    kept = next(one for one in clock_facts(case) if (one.kind, one.number) == (fact.kind, fact.number))
    kept.late_before = late
    record(
        actor,
        Action.CLOCK_EVENT_ADDED,
        case.id,
        event=fact.kind,
        on=fact.on,
        due_before=before,
        due_after=case.due_on,
        late_before=late,
    )
    return fact_words(fact.kind, fact.on)


def _unsettle(case: Case, missed: Missed) -> None:
    """What was asked for and has not come is awaited. That it came is no proof yet: somebody settles it."""
    if missed.came is not None:
        return
    if missed.what is What.IDENTITY:
        case.identity = "asked"
    elif missed.what is What.AUTHORITY:
        case.authority = "asked"
