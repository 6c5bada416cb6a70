"""A fact on the clock that was written down wrongly: struck out, or given another day. Nothing is deleted.

The due date is folded anew from what then stands (law.md section 2). What a fact needs when it is recorded it needs
when it is corrected, and an extension that the law would not have allowed on its new day is refused. It takes two
people where it moves a due date that is past, or where nothing but somebody's word shows that we have more time (see
`more_time`): one proposes it (see `refusals`), the data protection officer agrees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sar.access.permissions import Permission, allows
from sar.cases.deadlines import CautionCode, Clock, ClockEvent, ClockState, ImpossibleDates
from sar.cases.ledger import (
    Fact,
    case_for,
    events_with,
    keep_note,
    moved,
    require_open,
    store_fact,
    strike_out,
    was_late,
)
from sar.cases.models import Case, ClockFact
from sar.cases.more_time import MORE_TIME, is_claim
from sar.cases.queries import clock_facts, clock_from, clock_of, event_of, standing_facts, visible_case
from sar.cases.second_person import gives_a_late_case_time, is_alone
from sar.cases.timeline import fact_words
from sar.cases.waiting import ANSWERS
from sar.cases.what_if import WhatIf, compare
from sar.foundation import messages
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.messages import Delivery
from sar.foundation.wording import date_words

CORRECTABLE = frozenset({*ANSWERS, *ANSWERS.values(), "extended"})
RECEIVED = "received"
LATE_NO_MORE = (
    "The due date has passed, and this would move it later or take it away. So it takes two people: one proposes it "
    "and says how they know, and the data protection officer agrees or does not."
)
_FEE = (
    "Only the data protection officer charges a fee, and only they can correct it. You can propose it and say how you "
    "know: they get it among their proposals and decide."
)


@dataclass(frozen=True)
class Correction:
    """Which fact is wrong, by id; `on`, the day it happened, or None where it never did.

    `without_letter`: it did not happen by the letter that was written about it, but by phone, say.
    """

    fact_id: str
    on: date | None
    without_letter: bool = False


def correctable(case: Case) -> list[ClockFact]:
    """The facts of the clock that may be corrected here, oldest first. The date received has a page of its own.

    What waits for its letter to go can be struck out.
    """
    return [fact for fact in standing_facts(case) if fact.kind in CORRECTABLE]


def label(fact: ClockFact) -> str:
    """A fact with its day, or with the day its letter was written where that has not gone."""
    words = fact_words(fact.kind, fact.written_on if fact.unsent and fact.written_on else fact.on)
    if fact.unsent and fact.letter is not None and fact.letter.delivery == Delivery.TAKEN_BACK:
        return f"{words} (the letter was taken back)"
    return f"{words} (the letter has not gone out)" if fact.unsent else words


def receipt(case: Case) -> ClockFact:
    """The fact that says when the request was received."""
    return next(fact for fact in clock_facts(case) if fact.kind == RECEIVED)


def look(actor: Actor, case_id: str, correction: Correction) -> WhatIf:
    """What a correction would do to the dates, and whether it takes another person. Changes nothing.

    Raises Refused for what may not be, Conflict where the fact does not stand any more.
    """
    case = visible_case(actor, case_id)
    old = chosen(case, correction)
    now, then = clock_of(case), _clock_after(case, old, correction)
    return replace(compare(now, then), second=_second(actor, case, old, correction, then))


def correct(
    actor: Actor,
    case_id: str,
    correction: Correction,
    reason: str,
    *,
    version: int | None = None,
    agreed: bool = False,
) -> None:
    """Strike a fact out or give it another day; `reason`, how we know, is kept as a note.

    `agreed`: it was proposed, and the data protection officer agreed. Raises Refused, with who must, where it was not
    and takes two.
    """
    if not reason.strip():
        raise Refused("Say how you know that it is wrong.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        _store(actor, case, correction, reason.strip(), agreed)


def correct_received_date(
    actor: Actor, case_id: str, on: date, *, reason: str = "", version: int | None = None
) -> None:
    """Put right the day the request reached any part of the organisation. As `correct`; every date is worked out anew.

    `reason`, how we know, is kept as a note with both days.
    """
    with write_transaction():
        case = case_for(actor, case_id, version)
        _store(actor, case, Correction(receipt(case).id, on), reason.strip(), agreed=False)


def chosen(case: Case, correction: Correction) -> ClockFact:
    """The fact that is meant. Raises Conflict where it does not stand any more, Refused for no change."""
    standing = [*correctable(case), receipt(case)]
    old = next((fact for fact in standing if fact.id == correction.fact_id), None)
    if old is None:
        raise Conflict("That is not on the clock any more: it may have been corrected already.")
    if correction.on == old.on and not (correction.without_letter and old.letter):
        raise Refused("That is the date we have already.")
    if correction.on is None and old.kind == RECEIVED:
        raise Refused("A request was received on some day. Give the day.")
    return old


def _store(actor: Actor, case: Case, correction: Correction, reason: str, agreed: bool) -> None:
    old, now = chosen(case, correction), clock_of(case)
    second = _second(actor, case, old, correction, _clock_after(case, old, correction))
    if second is not None and not agreed:
        raise Refused(second)
    was = label(old)
    if correction.on is None:
        strike_out(case, old)
        facts, action, words = {"on": old.on}, Action.CLOCK_EVENT_STRUCK_OUT, f"Struck out: {was}."
    else:
        facts, action = {"was": old.on, "on": correction.on}, Action.CLOCK_EVENT_CORRECTED
        words = f"Date corrected to {date_words(correction.on)}: {was}."
        if old.kind == RECEIVED:
            case.received_on = correction.on
            words = f"Date received changed from {date_words(old.on)} to {date_words(correction.on)}:"
        corrected = _corrected(old, correction.on, correction)
        store_fact(actor, case, corrected, logged=False, instead_of=old)
        if corrected.letter is not None:
            messages.correct_day(corrected.letter.id, correction.on)
    record(
        actor,
        action,
        case.id,
        event=old.kind,
        due_before=now.due,
        due_after=case.due_on,
        late_before=was_late(now),
        **facts,
    )
    if reason:
        keep_note(actor, case, f"{words} {reason}")


def _second(actor: Actor, case: Case, old: ClockFact, correction: Correction, then: Clock) -> str | None:
    """Why somebody else must agree, in words; None where the actor may do it alone."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    may_decide = allows(actor.roles, Permission.CASE_REJECT)
    hides_lateness = gives_a_late_case_time(clock_of(case).due, then.due)
    if hides_lateness or is_claim(case, old, correction.on, without_letter=correction.without_letter):
        words = LATE_NO_MORE if hides_lateness else MORE_TIME
        return None if may_decide and is_alone(actor, case) else words
    return None if may_decide or old.kind != "fee_requested" else _FEE


def _clock_after(case: Case, old: ClockFact, correction: Correction) -> Clock:
    """The clock as it would stand. Raises Refused for what cannot be true, or would be no lawful asking."""
    now, then = clock_of(case), clock_from(case, _events(case, old, correction))
    late = {item.code for item in then.warnings} - {item.code for item in now.warnings}
    # An earlier date of receipt may show that something was asked for too late: that is the truth, and a warning.
    if CautionCode.ASKED_TOO_LATE in late and old.kind != RECEIVED:
        raise Refused("On that day the answer was due already. What is asked for after that gives no more time.")
    return then


def _events(case: Case, old: ClockFact, correction: Correction) -> list[ClockEvent]:
    """The events as they would stand. Raises Refused with the rule in words."""
    others = [fact for fact in standing_facts(case) if fact is not old]
    if correction.on is None:
        require_open(case)
        if any(_answers(fact, old) for fact in others):
            raise Refused("What came in answer to this is on the clock too. Strike that out first.")
        return [event_of(fact) for fact in others]
    corrected = _corrected(old, correction.on, correction)
    if corrected.letter is not None:
        _require_gone(old, correction.on)
    elif any(_answers(fact, old) and fact.on < correction.on for fact in others):
        raise ImpossibleDates("We cannot have asked for it after the answer came.")
    events = events_with(case, corrected, instead_of=old)
    require_lawful(corrected, clock_from(case, events))
    return events


def _require_gone(old: ClockFact, on: date) -> None:
    """What a letter says happened when the letter went, which was not before it was written."""
    if old.unsent:
        raise Refused("The letter has not gone out yet. When it has, mark it as sent and give the day it went.")
    if old.written_on is not None and on < old.written_on:
        raise ImpossibleDates(f"The letter was written on {date_words(old.written_on)}. It cannot have gone before.")


def require_lawful(corrected: Fact, then: Clock) -> None:
    """Raises Refused for a fact after the end, or an extension that the law did not allow on its day."""
    if then.ended_on is not None and corrected.on > then.ended_on:
        raise ImpossibleDates(f"The request was finished on {date_words(then.ended_on)}. Give a day before that.")
    told_late = corrected.kind == "extended" and not then.extended and then.state is not ClockState.NOT_STARTED
    if told_late and corrected.letter is None:  # a letter went when it went, and the clock says what came of it
        raise Refused(
            "An extension on that day would not count: the person must be told within the first month "
            "(Art 12A(3)-(4) UK GDPR; DPA 2018 s.54(3A)-(3B)). If they were told later, strike it out."
        )


def _corrected(old: ClockFact, on: date, correction: Correction) -> Fact:
    fact = moved(old, on)
    return replace(fact, letter=None) if correction.without_letter else fact


def _answers(fact: ClockFact, asked: ClockFact) -> bool:
    """Whether a fact is what came in answer to another."""
    return fact.kind == ANSWERS.get(asked.kind) and fact.number == asked.number
