"""A real worker in a process of its own, to be killed.

python -m tests.crash.worker_process INSTANCE URL [PROCESSES [TRANSPORT PORT]]

Each handler says through a file where it is, then waits there for its death: on the first attempt only.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from sar.foundation.clock import utc_now
from sar.foundation.jobs import JobContext, enqueue, handler, run_worker
from sar.foundation.runtime import settings
from tests.crash.forge import HELD_SECONDS
from tests.foundation_app import foundation_app

EFFECT = "crash.effect"
LEASE_SECONDS = 2.0
FAR = timedelta(days=3650)


def _wait_for_death(job: JobContext) -> None:
    if job.attempt == 1:
        (settings().instance / f"reached-{job.subject_id}").touch()
        time.sleep(HELD_SECONDS)


def _effect(job: JobContext) -> None:
    enqueue(EFFECT, job.subject_id, not_before=utc_now() + FAR, unique=False)


@handler("crash.before_its_effect")
def _before(job: JobContext) -> None:
    job.progress(1, 2)
    _wait_for_death(job)
    with job.last_step():
        _effect(job)


@handler("crash.inside_its_effect")
def _inside(job: JobContext) -> None:
    with job.last_step() as session:
        _effect(job)
        session.flush()
        _wait_for_death(job)


@handler("crash.after_its_effect")
def _after(job: JobContext) -> None:
    with job.last_step():
        _effect(job)
    _wait_for_death(job)


@handler("crash.short", max_attempts=20)
def _short(job: JobContext) -> None:
    time.sleep(0.05)
    with job.last_step():
        _effect(job)
        time.sleep(0.02)


@handler("crash.deadly")
def _deadly(job: JobContext) -> None:
    """Kills its process outright, as the system does when memory runs out."""
    if job.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    with job.last_step():
        _effect(job)


def main() -> None:
    instance, url = Path(sys.argv[1]), sys.argv[2]
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    changes = {"mail_transport": sys.argv[4], "smtp_port": int(sys.argv[5])} if len(sys.argv) > 4 else {}
    app = foundation_app(instance, url, smtp_starttls=False, **changes)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
    run_worker(app, stop, processes, lease=timedelta(seconds=LEASE_SECONDS))


if __name__ == "__main__":
    main()
