"""Putting work in the queue, and looking at it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sar.foundation import audit, restoring
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound
from sar.foundation.ids import random_id
from sar.foundation.jobs import dispatch
from sar.foundation.jobs.models import Job, PeriodicRun, State
from sar.foundation.jobs.registry import intervals
from sar.foundation.runtime import settings

PERIODIC_SUBJECT = "-"
_PERIODIC_LOCK = 7_320_002


def enqueue(kind: str, subject_id: str, *, not_before: datetime | None = None, unique: bool = True) -> Job:
    """Queue one job inside the caller's write transaction: it exists if, and only if, the change does.

    With `unique`, a job of this kind and subject that still waits is returned instead (brought forward if it was to
    start later): it will see the change. One that runs already will not, so another is queued behind it.
    """
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("jobs are queued inside write_transaction()")
    session.flush()
    start = not_before or utc_now()
    while unique:
        waiting = session.scalars(_waiting(kind, subject_id).with_for_update()).first()
        if waiting is not None:
            if start < waiting.not_before:
                waiting.not_before = start
                session.flush()
                dispatch.defer(session, waiting.id, start)
            return waiting
        job = _insert(session, kind, subject_id, start, single=True)
        if job is not None:
            return job
        # Only PostgreSQL comes here: another transaction queued the same at this moment. Join it.
    job = _insert(session, kind, subject_id, start, single=False)
    assert job is not None  # nothing to collide with
    return job


def _waiting(kind: str, subject_id: str) -> Select[Job]:
    return select(Job).where(
        Job.kind == kind, Job.subject_id == subject_id, Job.state == State.QUEUED, Job.single.is_(True)
    )


def _insert(session: Session, kind: str, subject_id: str, start: datetime, *, single: bool) -> Job | None:
    """The new row, or None when one like it came first."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "id": random_id(),
        "created_at": utc_now(),
        "kind": kind,
        "subject_id": subject_id,
        "state": State.QUEUED.value,
        "single": single,
        "not_before": start,
    }
    new_id = session.scalar(insert(Job).values(values).on_conflict_do_nothing().returning(Job.id))
    if new_id is None:
        return None
    dispatch.defer(session, new_id, start)
    return session.get_one(Job, new_id)


def latest(kind: str, subject_id: str) -> Job | None:
    """The newest job of a kind on a subject, for its progress on screen."""
    query = select(Job).where(Job.kind == kind, Job.subject_id == subject_id)
    return db.session.scalars(query.order_by(Job.created_at.desc(), Job.id).limit(1)).first()


def failed() -> list[Job]:
    """Jobs that were given up, newest first, for the operator's page."""
    return list(db.session.scalars(select(Job).where(Job.state == State.FAILED).order_by(Job.finished_at.desc())))


def retry(actor: Actor, job_id: str) -> Job:
    """Queue the work of a failed job again, as a new job. Raises NotFound, Conflict."""
    with write_transaction() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None:
            raise NotFound("This job does not exist.")
        if job.state != State.FAILED:
            raise Conflict("This job has not failed, or was tried again already.")
        session.delete(job)
        session.flush()
        again = enqueue(job.kind, job.subject_id)
        audit.record(actor, Action.JOB_RETRIED, job.subject_id, kind=job.kind, error=job.error_code)
        return again


def enqueue_due_periodics() -> None:
    """Queue each periodic task whose interval has passed. Safe on any number of workers."""
    if restoring.under_way(settings()):
        return
    with write_transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PERIODIC_LOCK})
        now = utc_now()
        for name, every in intervals.items():
            run = session.get(PeriodicRun, name)
            if run is None:
                session.add(PeriodicRun(name=name, last_at=now))
            elif run.last_at + every <= now:
                run.last_at = now
            else:
                continue
            enqueue(name, PERIODIC_SUBJECT)
