"""Reads about complaints, and the figures auditors ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import ColumnElement, func, select

from sar.cases.calendars_in_use import calendar_of_version
from sar.cases.complaints.models import Body, Complaint, ComplaintReceipt, Outcome, OutsideComplaint, State
from sar.cases.deadlines import COMPLAINTS_FROM, Step, complaint_ack_due, complaint_ack_steps
from sar.cases.models import Case
from sar.cases.queries import visible_case, visible_to
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import NotFound

PAGE_SIZE = 50
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
    acknowledge_by: date | None
    days_left: int | None

    @property
    def reference(self) -> str:
        return reference_of(self.case, self.complaint)


@dataclass(frozen=True)
class Page:
    """One page of the list; `page` counts from 1."""

    complaints: list[Listed]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Figures:
    """Complaints of a period. `acknowledged_in_time` is out of those whose last day for it has come, or that were
    acknowledged; a percentage or a median is None where there is nothing to count. `corrected_late`: those not
    acknowledged in time before their day was corrected or counted anew."""

    received: int
    to_acknowledge: int
    acknowledged_in_time: int
    corrected_late: int
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
    return numbered(case.reference, complaint.number)


def numbered(case_reference: str, number: int) -> str:
    """What a complaint is called: that of its case, and which of its complaints it is."""
    return f"{case_reference}/C{number}"


def acknowledge_by(complaint: Complaint) -> date | None:
    """The last day to say that we have it (s.164A(3)): 30 days after receipt, rolled. None before there was a duty.

    Worked out each time from the raw day and the calendar that the complaint is counted with.
    """
    return last_day(complaint.received_on, complaint.calendar_version)


def last_day(received: date, calendar_version: str) -> date | None:
    """The same, for whoever read no more than these two of many complaints. Asks the database for no row of theirs."""
    return complaint_ack_due(received, calendar_of_version(calendar_version))


def derivation(complaint: Complaint) -> tuple[Step, ...]:
    """How that day was reached."""
    return complaint_ack_steps(complaint.received_on, calendar_of_version(complaint.calendar_version))


def receipts_of(complaint: Complaint) -> list[ComplaintReceipt]:
    """Every day of receipt that was written down for it, as they were, the one that stands last."""
    query = select(ComplaintReceipt).where(ComplaintReceipt.complaint_id == complaint.id)
    return list(
        db.session.scalars(query.order_by(ComplaintReceipt.struck_out_at.is_(None), ComplaintReceipt.created_at))
    )


def standing_receipt(complaint: Complaint) -> ComplaintReceipt:
    """The day of receipt that counts."""
    return receipts_of(complaint)[-1]


def to_acknowledge() -> ColumnElement[bool]:
    """The condition that nobody was told yet that we have the complaint."""
    return Complaint.acknowledged_on.is_(None)


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


def listed(actor: Actor, *, decided: bool, page: int = 1) -> Page:
    """Complaints about cases that the actor may see: open ones by the day to acknowledge, decided ones newest first."""
    wanted = visible_to(actor), (Complaint.state == State.DECIDED) if decided else (Complaint.state != State.DECIDED)
    counted = select(func.count()).select_from(Complaint).join(Case, Case.id == Complaint.case_id).where(*wanted)
    total = db.session.scalar(counted) or 0
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    query = select(Complaint, Case).join(Case, Case.id == Complaint.case_id).where(*wanted)
    if decided:
        query = query.order_by(Complaint.decided_on.desc(), Complaint.id)
    else:
        waiting, with_limit = to_acknowledge(), Complaint.received_on >= COMPLAINTS_FROM
        # What came earlier is to be acknowledged earlier, or on the same day.
        query = query.order_by(waiting.desc(), with_limit.desc(), Complaint.received_on, Complaint.id)
    rows = db.session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    found = [_listed(complaint, case) for complaint, case in rows]
    return Page(found if decided else sorted(found, key=_by_day), total, page)


def _listed(complaint: Complaint, case: Case) -> Listed:
    day = acknowledge_by(complaint)
    left = (day - london_today()).days if day and complaint.acknowledged_on is None else None
    return Listed(complaint, case, day, left)


def _by_day(found: Listed) -> tuple[bool, date, date]:
    """The order of the open ones, also where two are counted with different calendars."""
    return found.complaint.acknowledged_on is not None, found.acknowledge_by or date.max, found.complaint.received_on


def figures(start: date, end: date) -> Figures:
    """Complaints received between two days, both counted, and those made elsewhere in that time."""
    today = london_today()
    came = Complaint.received_on.between(start, end)
    rows = db.session.execute(
        select(
            Complaint.received_on,
            Complaint.calendar_version,
            Complaint.acknowledged_on,
            Complaint.decided_on,
            Complaint.outcome,
        ).where(came)
    ).all()
    last_days = ((row.acknowledged_on, last_day(row.received_on, row.calendar_version)) for row in rows)
    duty = [(done, day) for done, day in last_days if day and (done or day < today)]
    in_time = [day for done, day in duty if done and done <= day]
    took = [(row.decided_on - row.received_on).days for row in rows if row.decided_on]
    made = select(OutsideComplaint.body, func.count().label("number")).where(
        OutsideComplaint.raised_on.between(start, end)
    )
    late_before = select(ComplaintReceipt.complaint_id).where(ComplaintReceipt.late_before)
    corrected = select(func.count()).select_from(Complaint).where(came, Complaint.id.in_(late_before))
    elsewhere = {row.body: row.number for row in db.session.execute(made.group_by(OutsideComplaint.body))}
    return Figures(
        received=len(rows),
        to_acknowledge=len(duty),
        acknowledged_in_time=len(in_time),
        corrected_late=db.session.scalar(corrected) or 0,
        decided=len(took),
        days_to_outcome=float(median(took)) if took else None,
        upheld=sum(1 for row in rows if row.outcome in (Outcome.UPHELD, Outcome.PARTLY)),
        regulator=elsewhere.get(Body.REGULATOR.value, 0),
        checks=elsewhere.get(Body.CHECK.value, 0),
        courts=elsewhere.get(Body.COURT.value, 0),
    )
