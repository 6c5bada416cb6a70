"""The export of complaints: one row each, with the raw day and the holidays that its last day follows from.

In the columns of `flask deadlines`, which works that day out again, so that "acknowledged within 30 days" need not be
taken on trust. `late_before_correction` says that it was not acknowledged in time before its day of receipt was
corrected, or other public holidays were counted. No names, and no words of anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from sar.cases.calendars_in_use import calendar_of_version
from sar.cases.complaints.models import Complaint
from sar.cases.complaints.queries import derivation, receipts_of, reference_of
from sar.cases.deadline_table import COMPLAINT, EXPECTED, INPUTS, OPTIONAL
from sar.cases.models import Case
from sar.cases.queries import listed_for
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.spreadsheets import csv_line
from sar.oversight.compliance import CHUNK, step_in_words

_COUNTED = ("id", *INPUTS, *EXPECTED, *OPTIONAL)
COLUMNS = (
    *_COUNTED,
    "channel",
    "state",
    "acknowledged",
    "acknowledged_in_time",
    "late_before_correction",
    "decided",
    "outcome",
    "days_to_outcome",
    "derivation",
    "calendar_version",
)


def export(actor: Actor, start: date, end: date) -> Iterator[str]:
    """CSV lines: a heading, then one row for each complaint received in the period (both days counted).

    Without those about cases that are closed to the actor: they count in the measures, and no row tells of them.
    """
    yield csv_line(COLUMNS)
    last = ""
    while True:
        query = select(Complaint, Case).join(Case, Case.id == Complaint.case_id).where(_wanted(actor, start, end))
        found = db.session.execute(query.where(Complaint.id > last).order_by(Complaint.id).limit(CHUNK)).all()
        if not found:
            return
        for complaint, case in found:
            yield csv_line(_row(case, complaint))
            last = complaint.id
        db.session.expunge_all()


def size(actor: Actor, start: date, end: date) -> int:
    """How many rows the export of a period has for this actor."""
    query = select(func.count()).select_from(Complaint).join(Case, Case.id == Complaint.case_id)
    return db.session.scalar(query.where(_wanted(actor, start, end))) or 0


def _wanted(actor: Actor, start: date, end: date) -> ColumnElement[bool]:
    return and_(Complaint.received_on.between(start, end), listed_for(actor))


def _row(case: Case, complaint: Complaint) -> list[object]:
    calendar, steps = calendar_of_version(complaint.calendar_version), derivation(complaint)
    day = steps[-1].after if steps else None
    counted: dict[str, object] = {
        "id": reference_of(case, complaint),
        "vector_type": COMPLAINT,
        "jurisdiction": calendar.jurisdiction.value,
        "received": complaint.received_on,
        "expected_due": day,
        "holidays": "|".join(item.isoformat() for item in calendar.between(complaint.received_on, day)) if day else "",
    }
    return [
        *(counted.get(name) for name in _COUNTED),
        complaint.channel,
        complaint.state,
        complaint.acknowledged_on,
        _in_time(complaint.acknowledged_on, day),
        "yes" if any(receipt.late_before for receipt in receipts_of(complaint)) else "no",
        complaint.decided_on,
        complaint.outcome,
        (complaint.decided_on - complaint.received_on).days if complaint.decided_on else None,
        " | ".join(step_in_words(step) for step in steps),
        complaint.calendar_version,
    ]


def _in_time(acknowledged_on: date | None, acknowledge_by: date | None) -> str:
    if acknowledge_by is None:
        return "not counted"
    if acknowledged_on is not None:
        return "yes" if acknowledged_on <= acknowledge_by else "no"
    return "overdue" if london_today() > acknowledge_by else "open"
