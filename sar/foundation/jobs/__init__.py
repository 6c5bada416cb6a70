"""Work in the background: a row is the work item, written in the transaction of the change that causes it.

SQLite: `run_worker` leases rows. PostgreSQL: Procrastinate dispatches the same rows to any number of workers. In both
a handler may be started again after a crash, so its effect must be idempotent, or written inside `job.last_step()`.
"""

from sar.foundation.jobs.context import GiveUp, JobContext, LeaseLost
from sar.foundation.jobs.models import Job, State
from sar.foundation.jobs.queue import enqueue, failed, latest, retry
from sar.foundation.jobs.registry import handler, periodic
from sar.foundation.jobs.worker import run_pending, run_worker

__all__ = [
    "GiveUp",
    "Job",
    "JobContext",
    "LeaseLost",
    "State",
    "enqueue",
    "failed",
    "handler",
    "latest",
    "periodic",
    "retry",
    "run_pending",
    "run_worker",
]
