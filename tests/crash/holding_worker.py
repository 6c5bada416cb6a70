"""The real worker of the whole application, to be killed: python -m tests.crash.holding_worker INSTANCE URL [ACTION].

With the name of an audited action it stops where it would write that to the log, inside the last step of the job,
where all is written and nothing is committed. With "detect" it stops as soon as review hears of a record, likewise.
With "in:KIND" it stops at the end of the last step of that kind of job, before the commit.
With "row:N" it stops in an import when row N of the sheet is a case that is not committed, with "batch:N" when N are.
With "after:KIND" it stops when that handler has done all its work and the job is not yet marked as done.

What rests at weekends works here on any day: today is Monday then.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from sar.application import create_app
from sar.cases.bulk_import import service as imports
from sar.cases.bulk_import.rows import Row
from sar.cases.models import Case
from sar.cases.queries import clock_rules
from sar.foundation import audit
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.jobs import JobContext, run_worker
from sar.foundation.jobs.registry import handlers
from sar.foundation.runtime import settings
from sar.oversight.reminders import service as reminders
from sar.records.searches import service as searches
from sar.release import service as release
from sar.review import suggestions
from sar.settings import Settings
from tests.crash.forge import HELD_SECONDS

LEASE_SECONDS = 2.0


def hold(at: str) -> None:
    (settings().instance / f"reached-{at}").touch()
    time.sleep(HELD_SECONDS)


def a_working_day() -> date:
    return clock_rules().calendar.roll(london_today()).day


def hold_in_last_step(kind: str) -> None:
    last_step = JobContext.last_step

    @contextmanager
    def held(job: JobContext) -> Iterator[Session]:
        with last_step(job) as session:
            yield session
            session.flush()
            if job.kind == kind:
                hold(kind)

    JobContext.last_step = held


def hold_in_import(at: str) -> None:
    take_over, progress = imports.take_over, JobContext.progress

    def held_at_row(actor: Actor, row: Row, sha256: str) -> Case | None:
        made = take_over(actor, row, sha256)
        if at == f"row:{row.number}":
            hold(at)
        return made

    def held_between(job: JobContext, done: int, total: int) -> None:
        progress(job, done, total)
        if at == f"batch:{done}":
            hold(at)

    imports.take_over, JobContext.progress = held_at_row, held_between
    imports.HELD_AT_MOST = HELD_SECONDS  # ten rows to a transaction, however slow the machine


def main() -> None:
    instance, url, hold_at = Path(sys.argv[1]), sys.argv[2], "".join(sys.argv[3:])

    def record(actor: Any, action: Action, subject_id: str, **facts: Any) -> Any:
        if action.label == hold_at:
            hold(hold_at)
        return audit.record(actor, action, subject_id, **facts)

    if hold_at == "detect":
        suggestions.take_over_marks = lambda _record: hold(hold_at)
    elif hold_at.startswith("in:"):
        hold_in_last_step(hold_at.removeprefix("in:"))
    elif hold_at.startswith(("row:", "batch:")):
        hold_in_import(hold_at)
    elif hold_at:
        release.record = record
        suggestions.write_down = record
    reminders.london_today = searches.london_today = a_working_day
    app = create_app(Settings(environment="test", instance=instance, database_url=url))
    if hold_at.startswith("after:"):
        kind = hold_at.removeprefix("after:")
        known = handlers[kind]

        def run_then_hold(job: JobContext) -> None:
            known.run(job)
            hold(kind)

        handlers[kind] = replace(known, run=run_then_hold)
    run_worker(app, threading.Event(), lease=timedelta(seconds=LEASE_SECONDS))


if __name__ == "__main__":
    main()
