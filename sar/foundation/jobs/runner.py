"""One job at a time: lease it, keep the lease alive, run its handler, write down how it ended.

The same on both databases. Whoever lost its lease (a machine that slept, a worker believed dead) can write nothing
more about the job: each write asks for the token of the lease first.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from flask import Flask
from sqlalchemy import Select, and_, exists, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from sar.foundation import restoring
from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
from sar.foundation.ids import random_id
from sar.foundation.jobs import dispatch
from sar.foundation.jobs.context import GiveUp, JobContext, LeaseLost, wake_siblings
from sar.foundation.jobs.models import Job, State
from sar.foundation.jobs.registry import handlers
from sar.foundation.runtime import settings

LEASE: Final = timedelta(seconds=60)
_BACKOFF_SECONDS: Final = 10
_log = logging.getLogger(__name__)


def claim(lease: timedelta, job_id: str | None = None) -> JobContext | datetime | None:
    """Lease the next job that is due, or the one named.

    Returns the context to run it with; or None when there is nothing to do, or a backup is being restored; or, for a
    named job that another worker holds, the time when that lease ends.
    """
    if restoring.under_way(settings()):
        return None
    with write_transaction() as session:
        while True:
            now = utc_now()
            job = session.scalars(_due(now, job_id)).first()
            if job is None:
                return _held_until(session, job_id, now)
            if not _may_start(session, job):
                return None
            known = handlers.get(job.kind)
            if known is None or job.attempts >= known.max_attempts:
                _fail(session, job, "unknown_kind" if known is None else job.error_code or "worker_lost")
                continue
            job.state, job.attempts = State.RUNNING.value, job.attempts + 1
            job.lease_token, job.leased_until = random_id(), now + lease
            session.flush()
            return JobContext(job.id, job.kind, job.subject_id, job.attempts, job.lease_token)


def run(app: Flask, job: JobContext, lease: timedelta) -> None:
    """Run a leased job to its end, whatever that is. Handler errors are written down, not raised."""
    with _heartbeat(app, job, lease), app.app_context():
        error = _call(job)
    if job.finished or isinstance(error, LeaseLost):
        return
    with app.app_context():
        try:
            _settle(job, error)
        except LeaseLost:
            _log.warning("job %s (%s) was taken over before it ended", job.id, job.kind)


def _call(job: JobContext) -> Exception | None:
    try:
        handlers[job.kind].run(job)
    except LeaseLost as lost:
        _log.warning("job %s (%s) was taken over while it ran", job.id, job.kind)
        return lost
    except Exception as error:  # noqa: BLE001  # the boundary: any failure of a handler must be written to its job
        # Where it failed, not what it said: messages of exceptions can hold what is in the records.
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("job %s (%s) failed: %s\n%s", job.id, job.kind, type(error).__name__, where)
        return error
    return None


def _settle(job: JobContext, error: Exception | None) -> None:
    if error is None:
        with job.last_step():
            return
    code = error.code if isinstance(error, GiveUp) else type(error).__name__
    with write_transaction() as session:
        row = session.get_one(Job, job.id, with_for_update=True)
        if row.lease_token != job.lease_token or row.state != State.RUNNING:
            raise LeaseLost(job.id)
        if isinstance(error, GiveUp) or row.attempts >= handlers[job.kind].max_attempts:
            _fail(session, row, code)
        else:
            _queue_again(session, row, code)


def _fail(session: Session, job: Job, code: str) -> None:
    job.state, job.error_code, job.finished_at = State.FAILED.value, code[:80], utc_now()
    job.lease_token = job.leased_until = None
    session.flush()
    wake_siblings(session, job.kind, job.subject_id)


def _queue_again(session: Session, job: Job, code: str) -> None:
    twin = exists().where(
        Job.kind == job.kind, Job.subject_id == job.subject_id, Job.state == State.QUEUED, Job.single.is_(True)
    )
    job.single = job.single and not session.scalar(select(twin))
    job.state, job.error_code = State.QUEUED.value, code[:80]
    job.lease_token = job.leased_until = None
    job.not_before = utc_now() + timedelta(seconds=_BACKOFF_SECONDS * 2 ** (job.attempts - 1))
    session.flush()
    dispatch.defer(session, job.id, job.not_before)
    wake_siblings(session, job.kind, job.subject_id)


def _due(now: datetime, job_id: str | None) -> Select[Job]:
    due = or_(
        and_(Job.state == State.QUEUED, Job.not_before <= now),
        and_(Job.state == State.RUNNING, Job.leased_until < now),
    )
    query = select(Job).where(due)
    if job_id is not None:
        return query.where(Job.id == job_id).with_for_update()
    sibling = aliased(Job)
    held = exists().where(
        sibling.kind == Job.kind,
        sibling.subject_id == Job.subject_id,
        sibling.id != Job.id,
        sibling.state == State.RUNNING,
        sibling.leased_until >= now,
    )
    return query.where(~held).order_by(Job.not_before, Job.created_at, Job.id).limit(1).with_for_update()


def _may_start(session: Session, job: Job) -> bool:
    """Two jobs of one kind on one subject never run at the same time: the second waits for the first."""
    if session.get_bind().dialect.name == "postgresql":
        lock = {"name": f"{job.kind}|{job.subject_id}"}
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), lock)
    running = exists().where(
        Job.kind == job.kind,
        Job.subject_id == job.subject_id,
        Job.id != job.id,
        Job.state == State.RUNNING,
        Job.leased_until >= utc_now(),
    )
    return not session.scalar(select(running))


def _held_until(session: Session, job_id: str | None, now: datetime) -> datetime | None:
    if job_id is None:
        return None
    job = session.get(Job, job_id)
    if job is None or job.state != State.RUNNING or job.leased_until is None:
        return None
    return max(job.leased_until, now)


@contextmanager
def _heartbeat(app: Flask, job: JobContext, lease: timedelta) -> Iterator[None]:
    """Extends the lease from a thread of its own until the block ends: a handler may be busy for long."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(lease.total_seconds() / 3):
            try:
                with app.app_context(), write_transaction() as session:
                    job.write(session, leased_until=utc_now() + lease)
            except LeaseLost:
                return
            except OperationalError:
                _log.warning("could not extend the lease of job %s; trying again", job.id)

    thread = threading.Thread(target=beat, name=f"lease-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
