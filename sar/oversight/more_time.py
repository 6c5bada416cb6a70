"""Where we got more time by an act of our own: what the overview counts, and lists by case.

Each of these is allowed, or was agreed to; whoever answers for the figures looks at them. See 0048 in docs/decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from sar.cases.deadlines import ANSWER_REASONS, BY_LETTER
from sar.cases.models import Case, ClockFact
from sar.cases.queries import clock_rules, listed_for
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db
from sar.foundation.messages import Delivery, Message

LONGEST = 200
# Days after which no weekend and no holidays make it a few working days.
_LONG = 14
# Letters that an answer goes with, or that are the answer.
_ANSWERS = ("letter.ready_to_collect", "letter.ready_to_hand_over", "letter.rejection", "letter.ncnd")


@dataclass(frozen=True)
class AskedLate:
    """Proof of identity, or written authority, that was asked for more than a few working days after receipt.

    `kind` is that of the fact. `days`: calendar days from receipt.
    """

    case_id: str
    reference: str
    kind: str
    received_on: date
    asked_on: date
    asked_by: str

    @property
    def days(self) -> int:
        return (self.asked_on - self.received_on).days


@dataclass(frozen=True)
class NoLetter:
    """Something on the clock that we asked or told by no letter from here. `kind` is that of the fact."""

    case_id: str
    reference: str
    kind: str
    on: date
    written_down_by: str


@dataclass(frozen=True)
class ToldLate:
    """An answer in time, of which the letter that says so went after the due date, or (None) has not gone yet."""

    case_id: str
    reference: str
    due_on: date
    went_on: date | None


@dataclass(frozen=True)
class ByTwo:
    """A date of the clock that one person proposed to correct or to add, and another agreed to."""

    case_id: str
    reference: str
    kind: Kind
    proposed_by: str
    decided_by: str
    decided_on: date


def asked_late(start: date, end: date, actor: Actor = SYSTEM) -> list[AskedLate]:
    """Of the requests received between two days, both counted; the latest asking first."""
    query = (
        select(Case.id, Case.reference, ClockFact.kind, Case.received_on, ClockFact.on, ClockFact.recorded_by)
        .join(Case, Case.id == ClockFact.case_id)
        .where(
            ClockFact.kind.in_(("id_requested", "authority_requested")),
            ClockFact.struck_out_at.is_(None),
            ~ClockFact.unsent,
            Case.received_on.between(start, end),
            listed_for(actor),
        )
        .order_by(ClockFact.on.desc(), Case.id)
    )
    rules = clock_rules()

    def is_late(found: AskedLate) -> bool:
        if found.days > _LONG:
            return True
        waited = rules.calendar.working_days_after(found.received_on, found.asked_on)
        return waited > rules.id_grace_working_days

    return [found for found in (AskedLate(*row) for row in db.session.execute(query)) if is_late(found)]


def without_letter(start: date, end: date, actor: Actor = SYSTEM) -> list[NoLetter]:
    """Of the requests received between two days, both counted; the latest first."""
    query = (
        select(Case.id, Case.reference, ClockFact.kind, ClockFact.on, ClockFact.recorded_by)
        .join(Case, Case.id == ClockFact.case_id)
        .where(
            ClockFact.kind.in_(BY_LETTER),
            ClockFact.struck_out_at.is_(None),
            ClockFact.written_on.is_(None),
            Case.received_on.between(start, end),
            listed_for(actor),
        )
        .order_by(ClockFact.on.desc(), Case.id, ClockFact.number)
    )
    return [NoLetter(*row) for row in db.session.execute(query)]


def told_late(start: date, end: date, actor: Actor = SYSTEM) -> list[ToldLate]:
    """Of the requests received between two days, both counted; the earliest due first."""
    first_answer = (
        ClockFact.case_id == Case.id,
        ClockFact.kind == "ended",
        ClockFact.reason_code.in_(ANSWER_REASONS),
        ClockFact.struck_out_at.is_(None),
    )
    answered_on, answered_at = (
        select(func.min(column)).where(*first_answer).correlate(Case).scalar_subquery()
        for column in (ClockFact.on, ClockFact.created_at)
    )
    its_letter = (
        select(Message.id)
        .where(
            Message.subject_id == Case.id,
            Message.kind.in_(_ANSWERS),
            Message.created_at >= answered_at,
            Message.delivery != Delivery.TAKEN_BACK.value,
        )
        .order_by(Message.created_at, Message.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    still_to_go = and_(Message.went_on.is_(None), Case.due_on < london_today())
    query = (
        select(Case.id, Case.reference, Case.due_on, Message.went_on)
        .join(Message, Message.id == its_letter)
        .where(
            Case.received_on.between(start, end),
            answered_on <= Case.due_on,
            or_(Message.went_on > Case.due_on, still_to_go),
            listed_for(actor),
        )
        .order_by(Case.due_on, Case.id)
    )
    return [ToldLate(row.id, row.reference, row.due_on, row.went_on) for row in db.session.execute(query)]


def by_two(start: date, end: date, actor: Actor) -> list[ByTwo]:
    """Of the requests received between two days, both counted; the last decision first."""
    query = (
        select(RefusalProposal, Case.reference)
        .join(Case, Case.id == RefusalProposal.case_id)
        .where(_agreed(), Case.received_on.between(start, end), listed_for(actor))
        .order_by(RefusalProposal.decided_at.desc(), RefusalProposal.id)
        .limit(LONGEST)
    )
    return [
        ByTwo(
            one.case_id,
            reference,
            Kind(one.kind),
            one.proposed_by,
            one.decided_by or "",
            london_date(one.decided_at or one.created_at),
        )
        for one, reference in db.session.execute(query)
    ]


def moved_by_two() -> ColumnElement[bool]:
    """The condition that a case has such a date."""
    return exists().where(RefusalProposal.case_id == Case.id, _agreed()).correlate(Case)


def _agreed() -> ColumnElement[bool]:
    kinds = (Kind.CORRECT.value, Kind.ADD.value)
    return (RefusalProposal.state == State.AGREED.value) & RefusalProposal.kind.in_(kinds)
