"""The work of destroying a case, in the background."""

from __future__ import annotations

from sar.foundation.jobs import JobContext, handler
from sar.oversight.retention import destroying


@handler(destroying.DESTROY)
def destroy(job: JobContext) -> None:
    """Destroy the case of an agreed proposal: its id is the job's subject."""
    destroying.carry_out(job.subject_id, job.progress, job.last_step)
