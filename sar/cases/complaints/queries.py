"""Reads about complaints, and the figures auditors ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import func, select

from sar.cases.complaints.models import Body, Complaint, Outcome, OutsideComplaint, State
from sar.cases.deadlines import Step, complaint_ack_due, complaint_ack_step
from sar.cases.models import Case
from sar.cases.queries import clock_rules, visible_case, visible_to
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import NotFound

LONGEST = 200
OUTCOME_WORDS = {
    Outcome.UPHELD: "You were right.",
    Outcome.PARTLY: "You were right about part of it.",
    Outcome.NOT_UPHELD: "We looked at it with care, and we do not agree.",
}


@dataclass(frozen=True)
class Listed:
    """One complaint in the list."""

    complaint: Complaint
    case: Case
    days_left: int | None

    @property
    def reference(self) -> str:
        return reference_of(self.case, self.complaint)


@dataclass(frozen=True)
class Figures:
    """Complaints of a period. `acknowledged_in_time` is out of those whose last day for it has come, or that were
    acknowledged; a percentage or a median is None where there is nothing to count."""

    received: int
    to_acknowledge: int
    acknowledged_in_time: int
    decided: int
    days_to_outcome: float | None
    upheld: int
    regulator: int
    checks: int
    courts: int

    @property
    def in_time_percent(self) -> float | None:
        return round(100 * self.acknowledged_in_time / self.to_acknowledge, 1) if self.to_acknowledge else None


def reference_of(case: Case, complaint: Complaint) -> str:
    return f"{case.reference}/C{complaint.number}"


def acknowledge_by(received: date) -> date | None:
    """The last day to say that we have it (s.164A(3)): 30 days after receipt, rolled. None before there was a duty."""
    return complaint_ack_due(received, clock_rules().calendar)


def derivation(complaint: Complaint) -> list[Step]:
    """How that day was reached."""
    step = complaint_ack_step(complaint.received_on, clock_rules().calendar)
    return [step] if step else []


def visible_complaint(actor: Actor, complaint_id: str) -> Complaint:
    """The complaint about a case this actor may see. Raises NotFound."""
    complaint = db.session.get(Complaint, complaint_id)
    if complaint is None:
        raise NotFound("There is no such complaint.")
    visible_case(actor, complaint.case_id)
    return complaint


def visible_outside(actor: Actor, outside_id: str) -> OutsideComplaint:
    """The regulator's or court's complaint about a case this actor may see. Raises NotFound."""
    outside = db.session.get(OutsideComplaint, outside_id)
    if outside is None:
        raise NotFound("There is no such complaint.")
    visible_case(actor, outside.case_id)
    return outside


def complaints_of(case: Case) -> list[Complaint]:
    """Oldest first."""
    query = select(Complaint).where(Complaint.case_id == case.id)
    return list(db.session.scalars(query.order_by(Complaint.number)))


def outside_of(case: Case) -> list[OutsideComplaint]:
    query = select(OutsideComplaint).where(OutsideComplaint.case_id == case.id)
    return list(db.session.scalars(query.order_by(OutsideComplaint.raised_on, OutsideComplaint.id)))


def listed(actor: Actor, *, decided: bool) -> list[Listed]:
    """Complaints about cases that the actor may see: open ones by the day to acknowledge, decided ones newest first."""
    query = select(Complaint, Case).join(Case, Case.id == Complaint.case_id).where(visible_to(actor))
    if decided:
        query = query.where(Complaint.state == State.DECIDED).order_by(Complaint.decided_on.desc(), Complaint.id)
    else:
        waiting = Complaint.state == State.RECEIVED
        query = query.where(Complaint.state != State.DECIDED)
        query = query.order_by(waiting.desc(), Complaint.acknowledge_by, Complaint.received_on, Complaint.id)
    today = london_today()
    return [Listed(found, case, _days_left(found, today)) for found, case in db.session.execute(query.limit(LONGEST))]


def _days_left(complaint: Complaint, today: date) -> int | None:
    if complaint.acknowledge_by is None or complaint.state != State.RECEIVED:
        return None
    return (complaint.acknowledge_by - today).days


def figures(start: date, end: date) -> Figures:
    """Complaints received between two days, both counted, and those made elsewhere in that time."""
    today = london_today()
    came = Complaint.received_on.between(start, end)
    rows = db.session.execute(
        select(
            Complaint.received_on,
            Complaint.acknowledge_by,
            Complaint.acknowledged_on,
            Complaint.decided_on,
            Complaint.outcome,
        ).where(came)
    ).all()
    duty = [row for row in rows if row.acknowledge_by and (row.acknowledged_on or row.acknowledge_by < today)]
    in_time = [row for row in duty if row.acknowledged_on and row.acknowledged_on <= row.acknowledge_by]
    took = [(row.decided_on - row.received_on).days for row in rows if row.decided_on]
    made = select(OutsideComplaint.body, func.count().label("number")).where(
        OutsideComplaint.raised_on.between(start, end)
    )
    elsewhere = {row.body: row.number for row in db.session.execute(made.group_by(OutsideComplaint.body))}
    return Figures(
        received=len(rows),
        to_acknowledge=len(duty),
        acknowledged_in_time=len(in_time),
        decided=len(took),
        days_to_outcome=float(median(took)) if took else None,
        upheld=sum(1 for row in rows if row.outcome in (Outcome.UPHELD, Outcome.PARTLY)),
        regulator=elsewhere.get(Body.REGULATOR.value, 0),
        checks=elsewhere.get(Body.CHECK.value, 0),
        courts=elsewhere.get(Body.COURT.value, 0),
    )
