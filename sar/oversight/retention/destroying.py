"""Destroying one case: a job that can be killed anywhere and is finished by the next attempt.

First, in one commit, the key goes and every row with it: from then on nothing can be read, whatever happens. Then the
files, a few at a time. Last, with the end of the job, the certificate in the audit log.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy.orm import Session

from sar.cases.models import Case
from sar.foundation import blobs, keys
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import canonical, record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.oversight.retention import queries, remains
from sar.oversight.retention.models import Erasure, State

DESTROY: Final = "retention.destroy"
NOT_OVER: Final = "not_over"  # beside the codes of what holds a case: its time is not over any more
_FILES_AT_ONCE: Final = 50  # a writer elsewhere waits for one batch, not for all

Progress = Callable[[int, int], None]


def carry_out(erasure_id: str, progress: Progress, last_step: Callable[[], AbstractContextManager[Session]]) -> None:
    """Destroy a case as it was agreed; nothing where that was done or stopped before.

    `progress` is told how many files are done, of how many. `last_step` opens the transaction of the certificate.
    """
    if not _begin(erasure_id):
        return
    db.session.rollback()
    erasure = db.session.get_one(Erasure, erasure_id)
    _destroy_files(erasure.scope_id, _counted(erasure)["files"], progress)
    with last_step() as session:
        erasure = session.get_one(Erasure, erasure_id, with_for_update=True, populate_existing=True)
        if erasure.state == State.AGREED:
            _certify(session, erasure)


def _begin(erasure_id: str) -> bool:
    """The point of no return, in one commit. False where there is nothing to do, or the case must be kept now."""
    with write_transaction() as session:
        erasure = session.get_one(Erasure, erasure_id, with_for_update=True, populate_existing=True)
        if erasure.state != State.AGREED:
            return False
        case = queries.case_for_retention(SYSTEM, erasure.case_id, lock=True)
        if erasure.counted is not None:
            return True  # an earlier attempt got that far
        if not erasure.reapplied and not _still_holds(erasure, case):
            return False
        erasure.counted = canonical(remains.count(session, case))
        if case.erased_on is None:
            case.erased_on = london_today()
        session.flush()
        keys.erase_scope(case.scope_id)
        remains.empty(session, case)
        return True


def _still_holds(erasure: Erasure, case: Case) -> bool:
    """What came up between the decision and now counts: what was destroyed cannot be brought back.

    The certificate states the rule and the day that hold now.
    """
    kept, kept_by = queries.kept_of([case]).get(case.id), list(queries.holds_of([case])[case.id])
    if not kept_by and (kept is None or not kept.is_over(london_today())):
        kept_by = [NOT_OVER]
    if kept_by or kept is None:
        erasure.state = State.STOPPED.value
        record(SYSTEM, Action.ERASURE_STOPPED, erasure.id, case_id=case.id, held_by=kept_by)
        return False
    erasure.rule, erasure.kept_until = kept.rule.value, kept.until
    return True


def _destroy_files(scope_id: str, total: int, progress: Progress) -> None:
    left = total
    while left:
        with write_transaction() as session:
            for blob_id in remains.files_of(session, scope_id, _FILES_AT_ONCE):
                blobs.delete(blob_id)
            left = remains.file_count(session, scope_id)
        progress(total - left, total)


def _certify(session: Session, erasure: Erasure) -> None:
    case = session.get_one(Case, erasure.case_id)
    erasure.state, erasure.done_at = State.DONE.value, utc_now()
    session.flush()
    record(
        SYSTEM,
        Action.CASE_ERASED,
        erasure.id,
        case_id=case.id,
        reference=case.reference,
        rule=erasure.rule,
        kept_until=erasure.kept_until,
        why=erasure.why,
        proposed_by=erasure.proposed_by,
        decided_by=erasure.decided_by,
        alone=erasure.alone,
        reapplied=erasure.reapplied,
        **_counted(erasure),
    )


def _counted(erasure: Erasure) -> dict[str, int]:
    found: dict[str, int] = json.loads(erasure.counted or "{}")
    return found
