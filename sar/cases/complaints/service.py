"""Commands on complaints: log one, note that it was decided, go on with the case, record one made elsewhere. The
letters are written through `sar.cases.writing`, which notes here what they mean; `acknowledging` has when one went."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import func, select

from sar.access.permissions import Permission
from sar.cases.calendars_in_use import keep_calendar, newest_calendar
from sar.cases.complaints import queries
from sar.cases.complaints.deciding import require_independent, standing
from sar.cases.complaints.models import (
    Body,
    Channel,
    Complaint,
    ComplaintReceipt,
    Outcome,
    OutsideComplaint,
    OutsideOutcome,
    State,
)
from sar.cases.endings import reopen
from sar.cases.ledger import case_for, keep_note
from sar.cases.models import Case
from sar.cases.moves import advance, facts_of
from sar.cases.queries import requester_case
from sar.cases.workflow import Event, Stage
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused

BEFORE_THE_REQUEST = "The complaint cannot have come before the request it is about."
_KEY = re.compile(r"[0-9a-z]{26}")
CHANGED = "Someone else changed this while you had it open. Look at it again."


def log(actor: Actor, case_id: str, words: str, received_on: date, channel: Channel) -> Complaint:
    """Log a complaint that reached any part of the organisation, in any way, on a day.

    Raises Conflict when the same is there already, as after a second press of the button.
    """
    with write_transaction():
        case = case_for(actor, case_id)
        same = (words.strip(), received_on, channel.value)
        if any((one.words, one.received_on, one.channel) == same for one in queries.complaints_of(case)):
            raise Conflict("This complaint is logged already.")
        return _add(actor, case, words, received_on, channel, None)


def complain(actor: Actor, words: str, key: str) -> Complaint:
    """The requester complains, from the status page. The same `key` again gives the complaint it made before."""
    if not _KEY.fullmatch(key):
        raise Refused("Load the page again, then send it once more.")
    with write_transaction() as session:
        case = requester_case(actor)
        if case is None:
            raise NotFound("There is no such request.")
        session.refresh(case, with_for_update=True)
        earlier = session.get(Complaint, key)
        if earlier is not None:
            if earlier.case_id != case.id:
                raise Refused("Load the page again, then send it once more.")
            return earlier
        return _add(actor, case, words, london_today(), Channel.ONLINE, key)


def decide_alone(actor: Actor, complaint_id: str, reason: str, *, version: int) -> None:
    """Keep why somebody who handled the case decides about the complaint, where the office has nobody else.

    Raises Refused where somebody else may, or without a reason; Conflict.
    """
    with write_transaction() as session:
        complaint = queries.visible_complaint(actor, complaint_id)
        case = case_for(actor, complaint.case_id, permission=Permission.COMPLAINTS_DECIDE)
        session.refresh(complaint)
        if complaint.version != version:
            raise Conflict(CHANGED)
        _require_undecided(complaint)
        found = standing(actor, case, complaint)
        if not found.may_give_reason:
            raise Refused(found.words or "You did not handle this case, so you may decide without a reason.")
        if not reason.strip():
            raise Refused("Write why you decide although you handled the case.")
        complaint.alone_by, complaint.alone_reason = actor.id, reason.strip()
        record(actor, Action.COMPLAINT_DECIDED_ALONE, complaint.id, case_id=case.id)


def decided(actor: Actor, complaint: Complaint, outcome: Outcome, findings: str, actions: list[str]) -> None:
    """The outcome is written: noted in the transaction that sends it.

    Raises Refused for someone who handled the case (see `deciding`).
    """
    alone = bool(require_independent(actor, complaint).part)
    _require_undecided(complaint)
    complaint.state, complaint.decided_on = State.DECIDED.value, london_today()
    complaint.outcome, complaint.decided_by = outcome.value, actor.id
    complaint.findings, complaint.actions = findings, actions
    facts = {"case_id": complaint.case_id, "outcome": outcome.value, "alone": alone}
    record(actor, Action.COMPLAINT_DECIDED, complaint.id, **facts)


def reopen_case(actor: Actor, complaint_id: str, reason: str, *, version: int | None = None) -> Case:
    """Go on with the case that the complaint is about. `version` is the case's. Raises Refused, Conflict."""
    if not reason.strip():
        raise Refused("Say why the case is opened again.")
    with write_transaction():
        complaint = queries.visible_complaint(actor, complaint_id)
        case = case_for(actor, complaint.case_id, version, Permission.CASE_CLOSE)
        why = f"After complaint {queries.reference_of(case, complaint)}: {reason.strip()}"
        if case.stage == Stage.RELEASED:  # answered and not put away: the work goes on where it ended
            case = advance(actor, case.id, Event.REOPEN_REVIEW, facts_of(actor, case))
            keep_note(actor, case, f"Reopened: {why}")
        else:
            case = reopen(actor, case.id, why)
        record(actor, Action.COMPLAINT_REOPENED_CASE, complaint.id, case_id=case.id)
        return case


def record_outside(
    actor: Actor,
    case_id: str,
    body: Body,
    reference: str,
    raised_on: date,
    about: str,
    answer_by: date | None = None,
) -> OutsideComplaint:
    """Keep a complaint to the regulator or a court, with its reference and the day they want our answer by.

    Raises Refused; Conflict when the same is there already.
    """
    if not about.strip():
        raise Refused("Write what it is about.")
    require_past(raised_on)
    if answer_by is not None and answer_by < raised_on:
        raise Refused("Our answer cannot be due before the complaint was made.")
    with write_transaction() as session:
        case = case_for(actor, case_id)
        same = (body.value, raised_on, reference.strip(), about.strip())
        if any((one.body, one.raised_on, one.reference, one.about) == same for one in queries.outside_of(case)):
            raise Conflict("This is recorded already.")
        outside = OutsideComplaint(
            scope_id=case.scope_id,
            case_id=case.id,
            body=body.value,
            raised_on=raised_on,
            answer_by=answer_by,
            recorded_by=actor.id,
            reference=reference.strip(),
            about=about.strip(),
        )
        session.add(outside)
        session.flush()
        record(
            actor, Action.OUTSIDE_COMPLAINT_RECORDED, outside.id, case_id=case.id, body=body.value, raised_on=raised_on
        )
        return outside


def decide_outside(
    actor: Actor, outside_id: str, outcome: OutsideOutcome, decided_on: date, result: str, *, version: int
) -> None:
    """Keep what the regulator or the court decided."""
    with write_transaction() as session:
        outside = queries.visible_outside(actor, outside_id)
        case_for(actor, outside.case_id)
        session.refresh(outside)
        if outside.version != version:
            raise Conflict(CHANGED)
        require_past(decided_on)
        if decided_on < outside.raised_on:
            raise Refused("The decision cannot be from before the complaint was made.")
        outside.outcome, outside.decided_on, outside.result = outcome.value, decided_on, result.strip() or None
        record(
            actor,
            Action.OUTSIDE_COMPLAINT_DECIDED,
            outside.id,
            case_id=outside.case_id,
            body=outside.body,
            outcome=outcome.value,
        )


def _require_undecided(complaint: Complaint) -> None:
    if complaint.state == State.DECIDED:
        raise Conflict("This complaint was decided already.")


def _add(actor: Actor, case: Case, words: str, received_on: date, channel: Channel, key: str | None) -> Complaint:
    if not words.strip():
        raise Refused("Write what the complaint is about.")
    require_past(received_on)
    if received_on < case.received_on:
        raise Refused(BEFORE_THE_REQUEST)
    calendar = newest_calendar()
    keep_calendar(calendar)
    last = db.session.scalar(select(func.max(Complaint.number)).where(Complaint.case_id == case.id)) or 0
    complaint = Complaint(
        id=key,
        scope_id=case.scope_id,
        case_id=case.id,
        number=last + 1,
        received_on=received_on,
        calendar_version=calendar.version,
        channel=channel.value,
        state=State.RECEIVED.value,
        logged_by=actor.id,
        words=words.strip(),
    )
    db.session.add(complaint)
    db.session.flush()
    receipt = ComplaintReceipt(scope_id=case.scope_id, complaint_id=complaint.id, on=received_on, recorded_by=actor.id)
    db.session.add(receipt)
    db.session.flush()
    record(
        actor,
        Action.COMPLAINT_RECEIVED,
        complaint.id,
        case_id=case.id,
        number=complaint.number,
        channel=channel.value,
        received_on=received_on,
        calendar_version=calendar.version,
        acknowledge_by=queries.acknowledge_by(complaint),
    )
    return complaint


def require_past(day: date) -> None:
    """Raises Refused for a day that is still to come."""
    if day > london_today():
        raise Refused("That date is in the future. Give the day it happened.")
