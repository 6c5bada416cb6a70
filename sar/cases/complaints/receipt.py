"""The day on which a complaint reached us, put right. Nothing is deleted; the day to acknowledge it follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sar.access.permissions import Permission, allows
from sar.cases.calendars_in_use import calendar_of_version
from sar.cases.complaints import queries
from sar.cases.complaints.models import Complaint, ComplaintReceipt
from sar.cases.complaints.service import BEFORE_THE_REQUEST, CHANGED, require_past
from sar.cases.deadlines import complaint_ack_steps
from sar.cases.ledger import case_for
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.what_if import Change, changes_between
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_date, london_today, utc_now
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused


@dataclass(frozen=True)
class Effect:
    """The day to acknowledge a complaint by before and after a change that has not been made, and why.

    None where there is no legal limit.
    """

    before: date | None
    after: date | None
    changes: tuple[Change, ...]


def look(actor: Actor, complaint_id: str, on: date) -> Effect:
    """What another day of receipt would do. Changes nothing. Raises Refused for what may not be."""
    complaint = queries.visible_complaint(actor, complaint_id)
    return _effect(actor, visible_case(actor, complaint.case_id), complaint, on)


def correct(actor: Actor, complaint_id: str, on: date, reason: str, *, version: int) -> None:
    """Give a complaint another day of receipt; `reason`, how we know, is kept beside the day that stood so far.

    Raises Refused; Conflict when somebody else changed the complaint meanwhile.
    """
    if not reason.strip():
        raise Refused("Say how you know the day.")
    with write_transaction() as session:
        complaint = queries.visible_complaint(actor, complaint_id)
        case = case_for(actor, complaint.case_id)
        session.refresh(complaint)
        if complaint.version != version:
            raise Conflict(CHANGED)
        effect = _effect(actor, case, complaint, on)
        standing = queries.standing_receipt(complaint)
        standing.struck_out_at = utc_now()
        standing.late_before = standing.late_before or _is_late(complaint, effect.before)
        receipt = ComplaintReceipt(
            scope_id=case.scope_id,
            complaint_id=complaint.id,
            on=on,
            recorded_by=actor.id,
            reason=reason.strip(),
        )
        session.add(receipt)
        was, complaint.received_on = complaint.received_on, on
        session.flush()
        record(
            actor,
            Action.COMPLAINT_DATE_CORRECTED,
            complaint.id,
            case_id=case.id,
            number=complaint.number,
            was=was,
            on=on,
            acknowledge_before=effect.before,
            acknowledge_after=effect.after,
        )


def _effect(actor: Actor, case: Case, complaint: Complaint, on: date) -> Effect:
    """Raises Refused for a day that cannot be true, or where it takes the DPO to say it."""
    if on == complaint.received_on:
        raise Refused("That is the date we have already.")
    require_past(on)
    if on > london_date(complaint.created_at):
        raise Refused("The complaint cannot have come after the day it was written down here.")
    if on < case.received_on:
        raise Refused(BEFORE_THE_REQUEST)
    then = complaint_ack_steps(on, calendar_of_version(complaint.calendar_version))
    before, after = queries.acknowledge_by(complaint), then[-1].after if then else None
    if actor.kind is not ActorKind.SYSTEM and not allows(actor.roles, Permission.CASE_REJECT):
        _require_no_more_time(complaint, on, before, after)
    return Effect(before, after, changes_between(queries.derivation(complaint), then))


def _require_no_more_time(complaint: Complaint, on: date, before: date | None, after: date | None) -> None:
    """Raises Refused where only the data protection officer says so: see 0034 and 0048 in docs/decisions."""
    if _is_late(complaint, before) and not _is_late(complaint, after):
        raise Refused(
            "The complaint was not acknowledged in time, and after this it would be. Ask your data protection officer "
            "to correct it."
        )
    gives_time = on > complaint.received_on or (before is not None and after is None)
    if gives_time and london_date(complaint.created_at) != london_today():
        raise Refused(
            "This gives us more time, and the complaint was not logged today. Ask your data protection officer to "
            "correct it."
        )


def _is_late(complaint: Complaint, acknowledge_by: date | None) -> bool:
    """Whether it was acknowledged after that day, or is still to be and the day has passed."""
    return acknowledge_by is not None and (complaint.acknowledged_on or london_today()) > acknowledge_by
