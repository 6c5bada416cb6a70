"""Destroying again what an older backup brought back.

A backup from before an erasure holds the key of the case. Its own audit log cannot know of the erasure; a log that was
exported later does: each certificate in it says which case was destroyed, by whom and under which rule.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from sar.cases.models import Case
from sar.foundation import audit
from sar.foundation.actions import Action
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.oversight.retention import destroying, queries
from sar.oversight.retention.models import Erasure, State


@dataclass(frozen=True)
class Reapplied:
    """How many cases were destroyed again, were destroyed already, and are not in this database."""

    again: int
    before: int
    unknown: int


def reapply(lines: Iterable[str]) -> Reapplied:
    """Destroy every case of which an exported log (JSON lines) holds a certificate, whatever holds it here.

    Safe to repeat, also after it was killed. Raises Refused, with nothing destroyed, for a log with a broken chain:
    who signed it is for scripts/verify_audit.py to say.
    """
    again = before = unknown = 0
    for certificate in _certificates(lines):
        case = db.session.get(Case, certificate["facts"]["case_id"])
        if case is None:
            unknown += 1
        elif _is_done(case):
            before += 1
        else:
            destroying.carry_out(_agreed(case.id, certificate), lambda _done, _total: None, write_transaction)
            again += 1
        db.session.rollback()
    return Reapplied(again, before, unknown)


def _is_done(case: Case) -> bool:
    done = select(Erasure.id).where(Erasure.case_id == case.id, Erasure.state == State.DONE.value)
    return db.session.scalar(done) is not None


def _agreed(case_id: str, certificate: dict[str, Any]) -> str:
    """The decision as the log has it, in the place of whatever waits or is worked on here. Returns its id."""
    facts = certificate["facts"]
    with write_transaction() as session:
        case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
        erasure = queries.erasure_under_way(case)
        if erasure is None:
            erasure = Erasure(id=certificate["subject_id"], scope_id=case.scope_id, case_id=case.id)
            if session.get(Erasure, erasure.id) is not None:  # declined or stopped here, agreed later
                erasure = session.get_one(Erasure, erasure.id)
        erasure.state, erasure.reapplied, erasure.alone = State.AGREED.value, True, bool(facts["alone"])
        erasure.rule, erasure.why = facts["rule"], facts["why"]
        erasure.kept_until = date.fromisoformat(facts["kept_until"])
        erasure.proposed_by, erasure.decided_by = facts["proposed_by"], facts["decided_by"]
        erasure.decided_at = erasure.decided_at or datetime.fromisoformat(certificate["at"])
        session.add(erasure)
        session.flush()
        return erasure.id


def _certificates(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The certificates of a log whose chain is whole."""
    found, previous = [], audit.GENESIS
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            stated, before = entry.pop("hash"), entry.pop("previous")
        except (ValueError, KeyError, AttributeError):
            raise Refused(f"Line {number} is not an entry of an audit log. Nothing was destroyed.") from None
        if before != previous or hashlib.sha256((before + audit.canonical(entry)).encode()).hexdigest() != stated:
            raise Refused(f"The chain of this log is broken at line {number}. Nothing was destroyed.")
        previous = stated
        if entry["action"] == Action.CASE_ERASED.label:
            found.append(entry)
    return found
