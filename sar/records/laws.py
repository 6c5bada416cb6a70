"""The laws that the records of a case fall under, by which its clock is counted.

A case that is late gets no more time by what somebody says of a record: it stays counted as it was until the data
protection officer has looked. What they settle stays marked (see `cases.ledger.mark_late_before`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases import service as cases
from sar.cases.deadlines import REGIME_NAMES, Regime
from sar.cases.ledger import case_for
from sar.cases.models import Case
from sar.cases.queries import clock_by, clock_of
from sar.cases.second_person import gives_a_late_case_time
from sar.cases.what_if import WhatIf, compare
from sar.foundation.actors import Actor
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.records import queries
from sar.records.models import Record, RecordRegime, RecordState


def renew_regimes(actor: Actor, case: Case) -> None:
    """The laws of the records that are ours and in the case decide when it is due; without any, whichever is first."""
    db.session.flush()
    laws = laws_of_records(case)
    if _stored(laws) != case.regimes:
        cases.set_regimes(actor, case.id, laws)


def laws_of_records(case: Case) -> frozenset[str]:
    """Codes of `RecordRegime`; all of them while no record is ours and in the case."""
    query = select(Record.regime).where(Record.case_id == case.id, Record.state != RecordState.WITHDRAWN)
    return frozenset(db.session.scalars(query.where(queries.ours()).distinct())) or frozenset(RecordRegime)


def laws_in_words(laws: Iterable[str]) -> str:
    """As the clock names them, like "the UK GDPR"."""
    return " and ".join(REGIME_NAMES[Regime(code)] for code in sorted(laws))


def held_back(case: Case) -> WhatIf | None:
    """What the laws of the records would do to the dates of a case that is not counted by them, because it is late."""
    laws = laws_of_records(case)
    if _stored(laws) == case.regimes:
        return None
    now, then = clock_of(case), clock_by(case, laws)
    return compare(now, then) if gives_a_late_case_time(now.due, then.due) else None


def settle(actor: Actor, case_id: str, reason: str, *, version: int | None = None) -> None:
    """Count a late case by the laws of its records after all. Only the DPO may; `reason` is kept as a note.

    Raises Refused, NotAllowed, Conflict.
    """
    if not reason.strip():
        raise Refused("Say how you know that these are the laws.")
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_REJECT)
        if held_back(case) is None:
            raise Conflict("The case is counted by the laws of its records already.")
        cases.set_regimes(actor, case.id, laws_of_records(case), settled=True)
        cases.add_note(actor, case.id, f"Counted by the laws of its records, though it was late: {reason.strip()}")


def _stored(laws: frozenset[str]) -> str:
    return " ".join(sorted(laws))
