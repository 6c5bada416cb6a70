"""Proposals to destroy that nobody can agree to any more, ended by themselves.

Something changed after it was proposed: a complaint, the case open again, other rules, a later day. What somebody
looked at is not what is there. When its time is over the case comes up anew, to be looked at and proposed again.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from sar.cases.models import Case
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.oversight.retention import queries
from sar.oversight.retention.destroying import NOT_OVER
from sar.oversight.retention.models import Erasure, State

# Codes of the log: the case is open again; its time is over, but by another rule or day than was looked at.
_OPEN: Final = "open"
_CHANGED: Final = "changed"
_AT_ONCE: Final = 500


def end_overtaken() -> int:
    """End every proposal that was overtaken; returns how many."""
    return sum(_end(case_id) for case_id in _to_look_at())


def _to_look_at() -> list[str]:
    """Ids of cases with a proposal that stands overtaken now, looked at in portions."""
    waiting = select(Erasure.case_id).where(Erasure.state == State.PROPOSED.value).order_by(Erasure.case_id)
    ids, found = list(db.session.scalars(waiting)), []
    for start in range(0, len(ids), _AT_ONCE):
        rows = {row.case.id: row for row in queries.rows_of(ids[start : start + _AT_ONCE])}
        # A case that is open has no row: no time of it runs.
        found += [id_ for id_ in ids[start : start + _AT_ONCE] if id_ not in rows or rows[id_].is_overtaken]
    return found


def _end(case_id: str) -> bool:
    """End the proposal about one case, if it is overtaken still."""
    with write_transaction() as session:
        case = queries.case_for_retention(SYSTEM, case_id, lock=True)
        erasure = queries.erasure_under_way(case)
        if erasure is None or erasure.state != State.PROPOSED:
            return False
        why = _why(case, erasure)
        if why is None:
            return False
        erasure.state = State.STOPPED.value
        session.flush()
        record(SYSTEM, Action.ERASURE_STOPPED, erasure.id, case_id=case.id, held_by=[why])
        return True


def _why(case: Case, erasure: Erasure) -> str | None:
    kept = queries.kept_of([case]).get(case.id)
    if kept is None:
        return _OPEN
    if not queries.overtaken(erasure, kept):
        return None
    return _CHANGED if kept.is_over(london_today()) else NOT_OVER
