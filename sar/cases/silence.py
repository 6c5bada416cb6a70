"""When the requester does not answer: what we wait for, the reminder, the warning, and when the case may close.

law.md section 2: remind, then after about a month close with a warning; a reply reopens; nothing is deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from sar.cases.deadlines import EndReason
from sar.cases.models import Case, ClockFact, ReplyReminder
from sar.cases.queries import clock_facts
from sar.cases.workflow import Stage
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.intake.evidence import documents

# What is asked for, what settles it, and how the requester is told what we wait for.
_ASKED = {
    "id_requested": ("id_received", "Something that shows who you are: {documents}."),
    "authority_requested": ("authority_received", "Something that shows that you may ask for this person."),
    "fee_requested": ("fee_paid", "The fee that we asked you to pay."),
}


class Nudge(StrEnum):
    REMINDER = "reminder"
    WARNING = "warning"


@dataclass(frozen=True)
class Awaited:
    """One thing we asked the requester for and do not have. `key` is the same for the same asking."""

    key: str
    asked_on: date
    words: str


@dataclass(frozen=True)
class Silence:
    """How a case stands that waits for its requester. Days are None until the letter went out."""

    awaited: tuple[Awaited, ...]
    reminded_on: date | None = None
    warned_on: date | None = None
    close_on: date | None = None

    @property
    def first_asked(self) -> date:
        return min(item.asked_on for item in self.awaited)

    @property
    def words(self) -> str:
        """What we wait for, as it stands in a letter."""
        return "\n".join(item.words for item in self.awaited)

    def may_close(self, today: date) -> bool:
        """Whether the last day that the warning gave has passed without a reply."""
        return bool(self.awaited) and self.close_on is not None and today > self.close_on


def silence_of(case: Case) -> Silence:
    """What the case waits for, and which letters about it went out. One about what has come since counts no more."""
    awaited = _awaited(case)
    keys = {item.key for item in awaited}
    query = select(ReplyReminder).where(ReplyReminder.case_id == case.id).order_by(ReplyReminder.created_at)
    nudges = [nudge for nudge in db.session.scalars(query) if keys.intersection(nudge.about.split())]
    reminders = [nudge for nudge in nudges if nudge.kind == Nudge.REMINDER]
    warnings = [nudge for nudge in nudges if nudge.kind == Nudge.WARNING]
    return Silence(
        awaited,
        reminders[-1].on if reminders else None,
        warnings[-1].on if warnings else None,
        warnings[-1].answer_by if warnings else None,
    )


def close_date(today: date) -> date:
    """The last day to answer a warning that goes out today."""
    return today + relativedelta(months=1)


def keep(actor: Actor, case: Case, nudge: Nudge, answer_by: date) -> None:
    """Note that a reminder or a warning went out, inside the caller's write transaction. Raises Refused."""
    silence = silence_of(case)
    if not silence.awaited:
        raise Refused("We are not waiting for anything from the person.")
    if nudge is Nudge.WARNING and silence.reminded_on is None:
        raise Refused("Send a reminder first. The warning comes after it.")
    db.session.add(
        ReplyReminder(
            case_id=case.id,
            kind=nudge.value,
            on=london_today(),
            answer_by=answer_by,
            about=" ".join(item.key for item in silence.awaited),
        )
    )
    record(actor, Action.REPLY_REMINDED, case.id, nudge=nudge.value, answer_by=answer_by)


def was_closed(case: Case) -> bool:
    """Whether the case was closed because no reply came."""
    endings = [fact for fact in clock_facts(case) if fact.kind == "ended"]
    return case.stage == Stage.CLOSED and bool(endings) and endings[-1].reason_code == EndReason.NO_REPLY


def _awaited(case: Case) -> tuple[Awaited, ...]:
    facts = clock_facts(case)
    found = []
    for asked, (given, words) in _ASKED.items():
        asking = [fact for fact in facts if fact.kind == asked]
        days, written = [fact.on for fact in asking], [fact.written_on or fact.on for fact in asking]
        if days and not any(fact.kind == given and fact.on >= max(written) for fact in facts):
            told = words.format(documents=", or ".join(documents()))
            found.append(Awaited(f"{asked}:{max(days)}", max(days), told))
    answered = {fact.number for fact in facts if fact.kind == "clarification_received"}
    for fact in facts:
        if fact.kind == "clarification_requested" and fact.number not in answered:
            found.append(Awaited(f"question:{fact.number}", fact.on, _question(fact)))
    return tuple(found)


def _question(fact: ClockFact) -> str:
    """The question in its words; its day alone where the case was taken over from elsewhere."""
    if not fact.detail:
        return f"The answer to the question we asked on {date_words(fact.on)}"
    return f"The answer to our question: {fact.detail}"
