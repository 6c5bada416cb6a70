"""When a complaint counts as acknowledged: on the day that the letter which says so went, and not before.

Each of the two letters that do says nothing to anybody while it waits to be posted, or after it came back (see
`cases.clock_letters` for those that the clock of a case counts on). An answer acknowledges too.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select

from sar.access.permissions import Permission, allows
from sar.cases.complaints import queries
from sar.cases.complaints.models import Complaint, State
from sar.cases.ledger import case_for
from sar.cases.writing.models import LetterDraft
from sar.foundation import messages
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.messages import Delivery, Message

_ANSWER: Final = "complaint_outcome"
_ACKNOWLEDGE: Final = ("complaint_acknowledgement", _ANSWER)
# Any other letter went, or never will.
_STILL_TO_GO: Final = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.TO_DO, Delivery.UNSURE, Delivery.FAILED})
_TOO_LATE: Final = (
    "The last day to acknowledge this complaint has passed, and by that day it would have been in time. Mark the "
    "letter as sent today, or have your data protection officer give the day on which it went."
)


def letters_that_acknowledge(complaint_id: str) -> list[Message]:
    """Those that were sent or wait to be, oldest first."""
    query = select(Message).join(LetterDraft, LetterDraft.message_id == Message.id)
    mine = query.where(LetterDraft.about == complaint_id, LetterDraft.name.in_(_ACKNOWLEDGE))
    return list(db.session.scalars(mine.order_by(Message.created_at, Message.id)))


def letter_to_go(complaint: Complaint) -> Message | None:
    """The letter that will acknowledge it once it has gone; None where it is acknowledged, or nothing is written."""
    if complaint.acknowledged_on is not None:
        return None
    return next((one for one in letters_that_acknowledge(complaint.id) if one.delivery in _STILL_TO_GO), None)


def answer_went_on(complaint: Complaint) -> date | None:
    """The day on which the letter with the outcome went; None while it has not."""
    letters = [one for one in letters_that_acknowledge(complaint.id) if one.kind == f"letter.{_ANSWER}"]
    return min((one.went_on for one in letters if one.went_on is not None), default=None)


def acknowledged(actor: Actor, complaint: Complaint, on: date) -> None:
    """The person was told on a day that we have the complaint. In the caller's write transaction."""
    complaint.acknowledged_on = on
    if complaint.state == State.RECEIVED:
        complaint.state = State.ACKNOWLEDGED.value
    last_day = queries.acknowledge_by(complaint)
    record(actor, Action.COMPLAINT_ACKNOWLEDGED, complaint.id, case_id=complaint.case_id, acknowledge_by=last_day)


@messages.follow
def keep_up(actor: Actor, message: Message) -> None:
    """Count a complaint as acknowledged from the day that its letter went; or as not, where the letter came back.

    Raises Refused where one person would make one that is late late no more by saying that the letter went long ago.
    """
    if message.kind.removeprefix("letter.") not in _ACKNOWLEDGE:
        return
    about = db.session.scalar(select(LetterDraft.about).where(LetterDraft.message_id == message.id))
    complaint = db.session.get(Complaint, about) if about is not None else None
    if complaint is None:
        return
    case_for(SYSTEM, complaint.case_id)  # one writer at a time
    db.session.refresh(complaint)
    days = [one.went_on for one in letters_that_acknowledge(complaint.id) if one.went_on is not None]
    on = min(days, default=None)
    if on == complaint.acknowledged_on:
        return
    if on is None:
        _not_acknowledged(actor, complaint)
        return
    _mark_if_late(actor, complaint, on)
    acknowledged(actor, complaint, on)


def _not_acknowledged(actor: Actor, complaint: Complaint) -> None:
    complaint.acknowledged_on = None
    if complaint.state == State.ACKNOWLEDGED:
        complaint.state = State.RECEIVED.value
    last_day = queries.acknowledge_by(complaint)
    record(actor, Action.COMPLAINT_NOT_ACKNOWLEDGED, complaint.id, case_id=complaint.case_id, acknowledge_by=last_day)


def _mark_if_late(actor: Actor, complaint: Complaint, on: date) -> None:
    last_day = queries.acknowledge_by(complaint)
    if last_day is None or on > last_day or (complaint.acknowledged_on or london_today()) <= last_day:
        return
    if actor.kind is not ActorKind.SYSTEM and not allows(actor.roles, Permission.CASE_REJECT):
        raise Refused(_TOO_LATE)
    queries.standing_receipt(complaint).late_before = True
