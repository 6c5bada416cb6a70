"""Why an answer goes out after its due date: a coded reason, asked for with each late reply and each late refusal."""

from __future__ import annotations

from enum import StrEnum

from sar.cases.deadlines import Clock
from sar.foundation.clock import london_today
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


def reason_to_keep(clock: Clock, given: Lateness | None) -> Lateness | None:
    """What is kept with an answer that goes out today: the reason if it is late, none if it is in time.

    Raises Refused for a late answer without a reason.
    """
    if not clock.is_overdue(london_today()):
        return None
    if given is None:
        raise Refused("This answer is late. Choose the reason for it.")
    return given
