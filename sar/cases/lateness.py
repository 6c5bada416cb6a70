"""Why an answer goes out after its due date: a coded reason, asked for with each late reply and each late refusal.

A reason that has no code is a note on the case, so that whoever reads the figures later can find it.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import func, select

from sar.cases.deadlines import Clock
from sar.cases.models import Case, Note
from sar.foundation.clock import london_date, london_today
from sar.foundation.db import db
from sar.foundation.errors import Refused


class Lateness(StrEnum):
    """The codes that the reports count."""

    LARGE_FILE = "large_file"
    LATE_RECORDS = "late_records"
    CONSULTATION = "consultation"
    STAFFING = "staffing"
    OTHER = "other"


LATENESS_WORDS = {
    Lateness.LARGE_FILE: "The file was very large",
    Lateness.LATE_RECORDS: "Records came late",
    Lateness.CONSULTATION: "Consultation took long",
    Lateness.STAFFING: "Too few staff",
    Lateness.OTHER: "Another reason, in the notes",
}


def reason_to_keep(case: Case, clock: Clock, given: Lateness | None) -> Lateness | None:
    """What is kept with an answer that goes out today: the reason if it is late, none if it is in time.

    Raises Refused for a late answer without a reason, and for another reason that no note written since can hold.
    """
    if not clock.is_overdue(london_today()):
        return None
    if given is None:
        raise Refused("This answer is late. Choose the reason for it.")
    if given is Lateness.OTHER and not _noted_since(case, clock):
        raise Refused("Say what the other reason is: add a note to the case, then come back and choose it again.")
    return given


def _noted_since(case: Case, clock: Clock) -> bool:
    """Whether a note was written after the due date. One from before cannot say why it was missed."""
    latest = db.session.scalar(select(func.max(Note.created_at)).where(Note.case_id == case.id))
    return latest is not None and clock.due is not None and london_date(latest) > clock.due
