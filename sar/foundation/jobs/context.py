"""What a handler is given, and how it may end: done with its effect in one commit, failed, given up, or taken over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
from sar.foundation.jobs import dispatch
from sar.foundation.jobs.models import Job, State

_PROGRESS_EVERY_SECONDS: Final = 0.5


class LeaseLost(Exception):
    """Another worker has taken the job over, or finished it: stop, and write nothing."""


class GiveUp(Exception):
    """Raised by a handler when trying again cannot help. `code` is shown to the operator: no personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class JobContext:
    """What a handler is given. `attempt` counts from 1."""

    id: str
    kind: str
    subject_id: str
    attempt: int
    lease_token: str
    finished: bool = False
    _written_at: float = field(default=float("-inf"), repr=False)

    def progress(self, done: int, total: int) -> None:
        """Show how far the work is; writes at most twice a second. Raises LeaseLost."""
        now = time.monotonic()
        if done < total and now - self._written_at < _PROGRESS_EVERY_SECONDS:
            return
        self._written_at = now
        with write_transaction() as session:
            self.write(session, done=done, total=total)

    @contextmanager
    def last_step(self) -> Iterator[Session]:
        """The write transaction for the effect; the job becomes done in the same commit.

        So the effect happens once: a worker killed before the commit leaves nothing, and after it the job is done.
        Raises LeaseLost, with nothing written, when the job is no longer ours.
        """
        with write_transaction() as session:
            self.write(session, state=State.DONE.value, finished_at=utc_now(), error_code=None, lease_token=None)
            yield session
            wake_siblings(session, self.kind, self.subject_id)
        self.finished = True

    def write(self, session: Session, **values: object) -> None:
        mine = (Job.id == self.id, Job.lease_token == self.lease_token, Job.state == State.RUNNING)
        session.flush()
        if session.scalar(update(Job).where(*mine).values(**values).returning(Job.id)) is None:
            raise LeaseLost(self.id)


def wake_siblings(session: Session, kind: str, subject_id: str) -> None:
    """Those that waited for this one were passed over by the dispatcher: have it look at them again."""
    if session.get_bind().dialect.name != "postgresql":
        return
    session.flush()
    waiting = select(Job.id, Job.not_before).where(
        Job.kind == kind, Job.subject_id == subject_id, Job.state == State.QUEUED, Job.not_before <= utc_now()
    )
    for job_id, not_before in session.execute(waiting).all():
        dispatch.defer(session, job_id, not_before)
