"""Work that cases do in the background."""

from __future__ import annotations

from sar.cases import service
from sar.foundation.actors import SYSTEM
from sar.foundation.events import Event, listen
from sar.foundation.jobs import JobContext, handler

listen(Event.SUBMISSION_RECEIVED, "cases.open")


@handler("cases.open")
def open_case(job: JobContext) -> None:
    """Open the case of a new submission."""
    service.open_case(SYSTEM, job.subject_id)
