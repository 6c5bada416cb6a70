"""A refusal answers the person on the day that its letter goes (Art 12(4): they are told within the month).

The case ends when the refusal is decided, since nothing is left to work on. Where the letter goes on a later day, that
day takes the place of the day it was decided on: a refusal that lies in the outbox until the month is over is late.
Once it is over, the data protection officer says that the letter went before, and the case stays marked as late before.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from sar.access.permissions import Permission, allows
from sar.cases.deadlines import EndReason
from sar.cases.ledger import mark_late_before, moved, store_fact
from sar.cases.models import Case
from sar.cases.queries import clock_facts, visible_case
from sar.cases.workflow import Stage
from sar.foundation import messages
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.messages import Message

_TOO_LATE: Final = (
    "The due date of this request has passed, and by that day the answer would have been in time. Mark the letter as "
    "sent today, or have your data protection officer give the day on which it went."
)
LETTERS: Final = ("letter.rejection", "letter.ncnd")


@messages.follow
def keep_up(actor: Actor, message: Message) -> None:
    """Move the end of a refused case to the day that its letter went.

    Raises Refused where that makes in time what would be late today, and only the data protection officer may say it.
    """
    if message.kind not in LETTERS or message.went_on is None:
        return
    case_id = db.session.scalar(select(Case.id).where(Case.id == message.subject_id, Case.erased_on.is_(None)))
    if case_id is None:
        return
    case = visible_case(SYSTEM, case_id, lock=True)
    endings = [fact for fact in clock_facts(case) if fact.kind == "ended"]
    if case.stage != Stage.REJECTED or not endings:
        return
    refused = max(endings, key=lambda fact: fact.number)
    if refused.reason_code != EndReason.REFUSED:
        return
    if case.due_on is not None and message.went_on <= case.due_on < london_today():
        if actor.kind is not ActorKind.SYSTEM and not allows(actor.roles, Permission.CASE_REJECT):
            raise Refused(_TOO_LATE)
        mark_late_before(case)
    if refused.on < message.went_on:
        store_fact(actor, case, moved(refused, message.went_on), logged=False, instead_of=refused)  # that it went is
        case.closed_on = message.went_on
