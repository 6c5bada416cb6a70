"""Commands of oversight: every export is itself written to the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.foundation import audit, jobs
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.errors import Refused
from sar.foundation.runtime import runtime
from sar.oversight import complaint_rows, compliance


def compliance_export(actor: Actor, start: date, end: date) -> Iterator[str]:
    """Deadline compliance as CSV lines, streamed. Raises Refused for a period that runs backwards."""
    _record_export(actor, "deadline_compliance", start, end, compliance.size)
    return compliance.export(actor, start, end)


def complaints_export(actor: Actor, start: date, end: date) -> Iterator[str]:
    """Complaints as CSV lines, on the same terms."""
    _record_export(actor, "complaints", start, end, complaint_rows.size)
    return complaint_rows.export(actor, start, end)


def audit_export(actor: Actor) -> Iterator[str]:
    """The whole log as JSON lines, for scripts/verify_audit.py. The export's own entry is its last line."""
    require(actor, Permission.AUDIT_EXPORT)
    with write_transaction():
        head = audit.head()
        last = record(actor, Action.AUDIT_EXPORTED, actor.id, entries=head.entries, head=head.hash)
        upto = last.seq
    return (audit.canonical(entry.as_dict()) + "\n" for entry in audit.entries(upto=upto))


def sign_checkpoint(actor: Actor) -> dict[str, Any]:
    """A signed statement of the log's head. Keep it where the database's keeper cannot reach it."""
    require(actor, Permission.AUDIT_EXPORT)
    with write_transaction():
        head = audit.head()
        record(actor, Action.CHECKPOINT_SIGNED, actor.id, entries=head.entries, head=head.hash)
        return audit.sign(head, runtime().key_ring)


def _record_export(actor: Actor, report: str, start: date, end: date, size: Callable[[Actor, date, date], int]) -> None:
    require(actor, Permission.REPORTS_VIEW)
    if start > end:
        raise Refused("The first day must not be after the last.")
    with write_transaction():
        facts = {"report": report, "from": start, "to": end, "rows": size(actor, start, end)}
        record(actor, Action.REPORT_EXPORTED, actor.id, **facts)


def retry_job(actor: Actor, job_id: str) -> None:
    """Have failed work tried again."""
    require(actor, Permission.JOBS_VIEW)
    jobs.retry(actor, job_id)
