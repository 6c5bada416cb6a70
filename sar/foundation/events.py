"""What has happened, told to whoever listens, without the teller knowing them.

An earlier stage announces; a later stage said at import which job of its own answers. The jobs
are written in the announcer's transaction: what happened and what follows are stored together.
"""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum

from sar.foundation.jobs import enqueue


class Event(StrEnum):
    SUBMISSION_RECEIVED = "submission.received"
    PERSON_CHANGED = "person.changed"
    RECORD_READY = "record.ready"
    RECORD_CHANGED = "record.changed"
    CASE_RELEASED = "case.released"


_listeners: dict[Event, list[str]] = defaultdict(list)


def listen(event: Event, job_kind: str) -> None:
    """Have a job of this kind queued, with the same subject, each time the event is announced."""
    if job_kind not in _listeners[event]:
        _listeners[event].append(job_kind)


def announce(event: Event, subject_id: str) -> None:
    """Queue every listener's job, inside the caller's write transaction."""
    for job_kind in _listeners[event]:
        enqueue(job_kind, subject_id)
