"""Telling Procrastinate of a job, in the same transaction, where the database is PostgreSQL.

Procrastinate's row carries our job's id and nothing else; it says when to look at the job, never what state it is in.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.orm import Session

from sar.foundation.jobs.models import Job

QUEUE = "sar"
TASK = "sar.run_job"
_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, NULL, NULL, CAST(:arguments AS jsonb), "
    "CAST(:start AS timestamptz))::procrastinate_job_to_defer_v1])"
)


def defer(session: Session, job_id: str, start: datetime) -> None:
    """Have a worker look at the job at `start`. On SQLite the row itself is the queue: nothing to do."""
    if session.get_bind().dialect.name != "postgresql":
        return
    session.execute(
        _DEFER,
        {"queue": QUEUE, "task": TASK, "arguments": json.dumps({"job_id": job_id}), "start": start},
    )


def defer_forgotten(session: Session, before: datetime) -> None:
    """Dispatch jobs that were due by `before` and that Procrastinate does not know of (after a restore, say)."""
    forgotten = session.execute(
        text(
            "SELECT job.id FROM job WHERE "
            "((job.state = 'queued' AND job.not_before < :before)"
            " OR (job.state = 'running' AND job.leased_until < :before))"
            " AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS known"
            " WHERE known.args ->> 'job_id' = job.id AND known.status IN ('todo', 'doing'))"
        ),
        {"before": before},
    )
    for (job_id,) in forgotten.all():
        defer(session, job_id, before)


def install_schema(connection: Connection) -> None:
    """Create Procrastinate's tables and functions if they are not there. PostgreSQL only; called by the migration."""
    if connection.dialect.name != "postgresql":
        return
    if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None:
        return
    from procrastinate.schema import SchemaManager  # slow to import, and of no use on SQLite

    # The schema is full of percent signs: it must reach the server as it is, not as a template for parameters.
    connection.execution_options(no_parameters=True).exec_driver_sql(SchemaManager.get_schema())


@event.listens_for(Job.__table__, "after_create")
def _with_the_table(_table: Table, connection: Connection, **_options: Any) -> None:
    install_schema(connection)
