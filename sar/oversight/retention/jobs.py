"""The work on how long cases are kept, in the background."""

from __future__ import annotations

from datetime import timedelta

from sar.foundation.jobs import JobContext, handler, periodic
from sar.oversight.retention import destroying, overtaken


@handler(destroying.DESTROY)
def destroy(job: JobContext) -> None:
    """Destroy the case of an agreed proposal: its id is the job's subject."""
    destroying.carry_out(job.subject_id, job.progress, job.last_step)


@periodic("retention.end_overtaken", every=timedelta(hours=1))
def end_overtaken() -> None:
    overtaken.end_overtaken()
