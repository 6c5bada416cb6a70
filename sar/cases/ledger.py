"""What every command on a case stands on: the locked case, and its ledger of dated facts.

A fact is folded together with the others before it is stored: dates that cannot all be true are refused, and the
due date, its derivation and the calendar it was reached with are kept as they were worked out (law.md section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from sar.access.permissions import Permission, permissions_of
from sar.cases.calendars_in_use import keep_calendar
from sar.cases.deadlines import Clock, ClockEvent, ClockState, make_event, require_order
from sar.cases.models import Calculation, Case, ClockFact, Note
from sar.cases.queries import (
    clock_facts,
    clock_from,
    clock_of,
    clock_rules,
    event_of,
    standing_facts,
    unsent_facts,
    visible_case,
)
from sar.cases.waiting import ANSWERS, follow_facts
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import canonical, record
from sar.foundation.clock import london_date, london_today, utc_now
from sar.foundation.db import db
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.messages import Delivery, Message
from sar.intake.answers import FIRST_DAY

# What the case says of identity and authority once a fact does not count. It never says "settled" without proof.
_UNSETTLED = {
    "id_requested": ("identity", "unchecked"),
    "id_received": ("identity", "asked"),
    "authority_requested": ("authority", "unchecked"),
    "authority_received": ("authority", "asked"),
}
CHANGED_MEANWHILE = (
    "This case was changed after you opened the page: by someone else, or by you if you pressed twice. Check what is "
    "new, then try again."
)


@dataclass(frozen=True)
class Fact:
    """A fact that is not stored yet. `detail` is words of a person, sealed with the case's key.

    `letter` is what asks or tells it, if a letter does: until that goes it has not happened.
    """

    kind: str
    on: date
    number: int = 1
    reason_code: str = ""
    detail: str | None = None
    letter: Message | None = None

    @property
    def written_on(self) -> date | None:
        return london_date(self.letter.created_at) if self.letter is not None else None

    @property
    def event(self) -> ClockEvent:
        return make_event(self.kind, self.on, number=self.number, reason=self.reason_code, written=self.written_on)


def case_for(
    actor: Actor, case_id: str, version: int | None = None, permission: Permission = Permission.CASE_WORK
) -> Case:
    """The case, locked for the rest of the caller's write transaction.

    `version` is the one that was on the screen, None where nobody looked at one. Raises NotFound for a case that is
    not the actor's to see, NotAllowed without the permission, Conflict when the case has moved on since.
    """
    case = visible_case(actor, case_id, lock=True)
    require(actor, permission)
    if version is not None and case.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return case


def require(actor: Actor, permission: Permission) -> None:
    """Raises NotAllowed. The system itself may do everything: no person stands behind it."""
    if actor.kind is not ActorKind.SYSTEM and permission not in permissions_of(actor.roles):
        raise NotAllowed("Your role does not allow this. Ask your data protection officer.")


def require_open(case: Case) -> None:
    if case.clock_state == ClockState.ENDED:
        raise Refused("This request is finished. Reopen it first.")


def store_fact(
    actor: Actor, case: Case, fact: Fact, *, logged: bool = True, instead_of: ClockFact | None = None
) -> None:
    """Add a fact to the ledger and renew the clock. Raises Refused, with nothing stored, when it cannot be true.

    A corrected date of receipt takes the place of the one before, and any fact that of `instead_of`: what stood so
    far stays in the ledger, struck out. What a letter says is logged when it goes.
    """
    standing = standing_facts(case)
    events_with(case, fact, instead_of=instead_of)
    before = clock_of(case) if standing else None
    for old in standing:
        if before is not None and (old is instead_of or _replaces(fact, old)):
            _strike(old, before)
    _keep(case, fact, recorded_by=actor.id)
    renew_clock(case)
    if logged and fact.letter is None:
        _log(actor, Action.CLOCK_EVENT_RECORDED, case, fact.kind, fact.on, before.due if before else None)


def letter_went(actor: Actor, case: Case, fact: ClockFact, on: date) -> None:
    """The letter of a fact went: it happened on that day. The clock is renewed."""
    before = case.due_on
    if on != fact.on:
        fact.struck_out_at = utc_now()
        _keep(case, moved(fact, on), recorded_by=fact.recorded_by)
    else:
        fact.unsent = False
        db.session.flush()
    renew_clock(case)
    _log(actor, Action.CLOCK_EVENT_RECORDED, case, fact.kind, on, before)


def letter_came_back(actor: Actor, case: Case, fact: ClockFact) -> None:
    """The letter of a fact did not go after all: it has not happened. The clock is renewed."""
    before, fact.unsent = case.due_on, True
    db.session.flush()
    renew_clock(case)
    _log(actor, Action.CLOCK_EVENT_UNDONE, case, fact.kind, fact.on, before)


def moved(fact: ClockFact, on: date) -> Fact:
    """The same fact on another day."""
    return Fact(fact.kind, on, fact.number, fact.reason_code, fact.detail, fact.letter)


def _keep(case: Case, fact: Fact, *, recorded_by: str) -> None:
    db.session.add(
        ClockFact(
            scope_id=case.scope_id,
            case_id=case.id,
            kind=fact.kind,
            on=fact.on,
            number=fact.number,
            reason_code=fact.reason_code,
            detail=fact.detail,
            recorded_by=recorded_by,
            letter=fact.letter,
            written_on=fact.written_on,
            unsent=fact.letter is not None and fact.letter.delivery != Delivery.SENT,
        )
    )
    db.session.flush()


def _log(actor: Actor, action: Action, case: Case, kind: str, on: date, due_before: date | None) -> None:
    record(actor, action, case.id, event=kind, on=on, due_before=due_before, due_after=case.due_on)


def strike_out(case: Case, fact: ClockFact) -> None:
    """Take a fact off the clock and renew it. The row stays in the ledger; the caller logs why it counts no more.

    With an answer goes what it answered, where the letter that asked was taken back: nobody was ever asked.
    """
    before = clock_of(case)
    for struck in (fact, *_asked_in_vain(case, fact)):
        _strike(struck, before)
    if fact.kind in _UNSETTLED:
        field, value = _UNSETTLED[fact.kind]
        setattr(case, field, value)
    db.session.flush()
    renew_clock(case)


def _asked_in_vain(case: Case, answer: ClockFact) -> list[ClockFact]:
    return [
        fact
        for fact in standing_facts(case)
        if (ANSWERS.get(fact.kind), fact.number) == (answer.kind, answer.number)
        and fact.unsent
        and fact.letter is not None
        and fact.letter.delivery == Delivery.TAKEN_BACK
    ]


def mark_late_before(case: Case) -> None:
    """Keep, on its receipt, that the case was late before its clock was counted in another way that gives it time.

    For what strikes out no fact: other public holidays, other laws, a day on which it ended.
    """
    next(fact for fact in clock_facts(case) if fact.kind == "received").late_before = True


def was_late(clock: Clock) -> bool:
    """Whether the answer is late today, or went out late."""
    return clock.is_overdue(london_today()) or clock.done_in_time() is False


def keep_note(actor: Actor, case: Case, words: str, *, note_id: str | None = None) -> Note:
    """Keep words as a note on the case, and log that there is one."""
    note = Note(id=note_id, scope_id=case.scope_id, case_id=case.id, author_id=actor.id, text=words)
    db.session.add(note)
    db.session.flush()
    record(actor, Action.NOTE_ADDED, case.id, note_id=note.id)
    return note


def events_with(case: Case, fact: Fact, *, instead_of: ClockFact | None = None) -> list[ClockEvent]:
    """The events of the case as they would stand with one more fact, which is not stored, or one in another's place.

    Raises Refused, with the reason in words, when it cannot be true.
    """
    others = [event_of(old) for old in standing_facts(case) if old is not instead_of and not _replaces(fact, old)]
    _require_possible(case, fact, others)
    return [*others, fact.event]


def events_with_all(case: Case, facts: Sequence[Fact]) -> list[ClockEvent]:
    """As `events_with`, with several facts one after the other."""
    events = [event_of(old) for old in standing_facts(case)]
    for fact in facts:
        _require_possible(case, fact, events)
        events.append(fact.event)
    return events


def renew_clock(case: Case) -> None:
    """Copy the fold's answer onto the case, and keep the calculation if it is a new one."""
    clock = clock_of(case)
    if case.calendar_version is None:
        keep_calendar(clock_rules(case).calendar)
        case.calendar_version = clock.calendar_version
    if case.pause_mode is None:
        case.pause_mode = clock_rules(case).pause_mode.value
    case.due_on, case.clock_state = clock.due, clock.state.value
    # A new fact is a change of the case even where the due date stays: another officer's screen is out of date.
    flag_modified(case, "clock_state")
    follow_facts(case, clock_facts(case), unsent_facts(case))
    _keep_calculation(case, clock)


def _strike(fact: ClockFact, before: Clock) -> None:
    fact.struck_out_at, fact.late_before = utc_now(), fact.late_before or was_late(before)


def _replaces(fact: Fact, old: ClockFact) -> bool:
    """A request was received once: a corrected date takes the place of the one before."""
    return fact.kind == "received" == old.kind


def _require_possible(case: Case, fact: Fact, others: list[ClockEvent]) -> None:
    if fact.on > london_today():
        raise Refused("That date is in the future. Give the day it happened.")
    if fact.kind == "received":
        if fact.on < FIRST_DAY:
            raise Refused("Check the year. The date received is too long ago.")
        if fact.on > london_date(case.submission.created_at):
            raise Refused("The request cannot have come after the day it was written down here.")
    require_order(others, fact.event)
    clock_from(case, [*others, fact.event])


def _keep_calculation(case: Case, clock: Clock) -> None:
    # What "today" would give belongs to the screen, not to the record.
    worked_out = canonical(clock.as_json() | {"due_if_answered_today": None})
    last = db.session.scalars(
        select(Calculation).where(Calculation.case_id == case.id).order_by(Calculation.number.desc()).limit(1)
    ).first()
    if last is not None and last.clock == worked_out:
        return
    db.session.add(
        Calculation(
            case_id=case.id,
            number=last.number + 1 if last else 1,
            clock=worked_out,
            calendar_version=clock.calendar_version,
            rules_version=clock.rules_version,
        )
    )
    db.session.flush()
