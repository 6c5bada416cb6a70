"""Complaints to acknowledge, counted with the newest calendar: what it would move, and moving one of them.

Those that were acknowledged keep theirs: whether that was in time was settled with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from sar.cases.calendars import Calendar
from sar.cases.complaints.models import Complaint
from sar.cases.complaints.queries import last_day, numbered, standing_receipt, to_acknowledge
from sar.cases.deadlines import complaint_ack_due
from sar.cases.models import Case
from sar.cases.queries import visible_to
from sar.cases.second_person import gives_a_late_case_time
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db


@dataclass(frozen=True)
class Behind:
    """A complaint counted with an older calendar: the day to acknowledge it by so far, and with the newest.

    `visible`: whether the actor may see it. Both days are None where there is no legal limit.
    """

    complaint_id: str
    reference: str
    before: date | None
    after: date | None
    visible: bool


def is_open() -> ColumnElement[bool]:
    """Complaints whose day can still move: nobody has acknowledged them yet."""
    return to_acknowledge()


def is_behind(newest: Calendar) -> ColumnElement[bool]:
    """Those of them that are counted with another calendar than the newest."""
    return is_open() & (Complaint.calendar_version != newest.version)


def behind(actor: Actor, newest: Calendar) -> Iterator[Behind]:
    """Each complaint that is counted with another calendar. Two queries, however many there are."""
    of_case = select(Complaint.id).join(Case, Case.id == Complaint.case_id)
    visible = set(db.session.scalars(of_case.where(is_behind(newest), visible_to(actor))))
    columns = (Complaint.id, Complaint.number, Complaint.received_on, Complaint.calendar_version, Case.reference)
    found = select(*columns).join(Case, Case.id == Complaint.case_id).where(is_behind(newest))
    for row in db.session.execute(found.order_by(Complaint.id)):
        before, after = last_day(row.received_on, row.calendar_version), complaint_ack_due(row.received_on, newest)
        yield Behind(row.id, numbered(row.reference, row.number), before, after, row.id in visible)


def renew(actor: Actor, complaint: Complaint, newest: Calendar) -> bool:
    """Count one complaint with the newest calendar, which is kept already; whether its day moved. Logged either way."""
    version, before = complaint.calendar_version, last_day(complaint.received_on, complaint.calendar_version)
    complaint.calendar_version = newest.version
    after = complaint_ack_due(complaint.received_on, newest)
    if gives_a_late_case_time(before, after):
        standing_receipt(complaint).late_before = True
    record(
        actor,
        Action.COMPLAINT_CALENDAR_CHANGED,
        complaint.id,
        case_id=complaint.case_id,
        number=complaint.number,
        calendar_before=version,
        calendar_after=newest.version,
        acknowledge_before=before,
        acknowledge_after=after,
    )
    return before != after
