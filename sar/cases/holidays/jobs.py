"""Work on calendars in the background."""

from __future__ import annotations

from sar.cases.holidays import queries, service
from sar.foundation.jobs import JobContext, handler


@handler(queries.APPLY)
def apply_calendar(job: JobContext) -> None:
    service.apply(job)
