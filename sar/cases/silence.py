"""When the requester does not answer: what we wait for, the reminder, the warning, and when the case may close.

Remind, then after about a month close with a warning; a reply reopens; nothing is deleted. Each letter counts from the
day it goes, and each gives its days to reply before the next. A case may close for want of what its clock waits for,
and for nothing else: not for a question that gives no more time, and not once the answer is late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from sar.cases.deadlines import CautionCode, Clock, ClockState, EndReason
from sar.cases.letters import reply_by
from sar.cases.models import Case, ClockFact, ReplyReminder
from sar.cases.queries import clock_facts, clock_of, clock_rules
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
_QUESTION = "question:"
_REMINDER_DAYS = 14


class Nudge(StrEnum):
    REMINDER = "reminder"
    WARNING = "warning"


@dataclass(frozen=True)
class Awaited:
    """One thing we asked the requester for and do not have. `key` is the same for the same asking.

    `reply_by`: the last of the days that they have to reply. `stops_clock`: our time stands still until it comes.
    """

    key: str
    asked_on: date
    words: str
    reply_by: date
    stops_clock: bool


@dataclass(frozen=True)
class Sent:
    """A reminder or a warning that has gone. `about`: the keys of what was awaited."""

    on: date
    answer_by: date
    about: frozenset[str]


@dataclass(frozen=True)
class Silence:
    """How a case stands that waits for its requester.

    `to_go`: the keys of what a reminder or warning is about that is written and has not gone. `is_late`: the answer is
    overdue, or would be had we not asked for something after it was due.
    """

    awaited: tuple[Awaited, ...] = ()
    reminders: tuple[Sent, ...] = ()
    warnings: tuple[Sent, ...] = ()
    to_go: frozenset[str] = frozenset()
    is_late: bool = False

    @property
    def reminded_on(self) -> date | None:
        last = _last(self.reminders, self.awaited)
        return last.on if last else None

    @property
    def remind_by(self) -> date | None:
        """The last day to answer that reminder."""
        last = _last(self.reminders, self.awaited)
        return last.answer_by if last else None

    @property
    def warned_on(self) -> date | None:
        last = _last(self.warnings, self.closes_for)
        return last.on if last else None

    @property
    def close_on(self) -> date | None:
        """The last day to answer that warning."""
        last = _last(self.warnings, self.closes_for)
        return last.answer_by if last else None

    @property
    def closes_for(self) -> tuple[Awaited, ...]:
        """What the case may close for the want of: that for which our time stands still, unless the answer is late."""
        return () if self.is_late else tuple(item for item in self.awaited if item.stops_clock)

    def to_remind(self, today: date) -> tuple[Awaited, ...]:
        """What the days to reply have passed for, and no letter about it waits to go."""
        return tuple(item for item in self.awaited if today > item.reply_by and item.key not in self.to_go)

    def to_warn(self, today: date) -> tuple[Awaited, ...]:
        """What the case may close for that was asked for again, in vain."""
        return tuple(
            item
            for item in self.closes_for
            if item.key not in self.to_go
            and any(item.key in sent.about and today > sent.answer_by for sent in self.reminders)
        )

    def may_close(self, today: date) -> bool:
        """Whether the last day that the warning gave has passed without a reply."""
        return self.close_on is not None and today > self.close_on


def words_of(awaited: tuple[Awaited, ...]) -> str:
    """What we wait for, as it stands in a letter."""
    return "\n".join(item.words for item in awaited)


def silence_of(case: Case) -> Silence:
    """What the case waits for, and which letters about it went out. One about what has come since counts no more."""
    if not (awaited := _awaited(case)):
        return Silence()
    clock = clock_of(case)
    query = select(ReplyReminder).where(ReplyReminder.case_id == case.id).order_by(ReplyReminder.created_at)
    nudges = [nudge for nudge in db.session.scalars(query) if not nudge.is_taken_back]
    gone = {kind: tuple(_sent(case, one) for one in nudges if one.kind == kind and not one.is_unsent) for kind in Nudge}
    return Silence(
        tuple(replace(item, stops_clock=_stands_still(item, clock)) for item in awaited),
        gone[Nudge.REMINDER],
        gone[Nudge.WARNING],
        frozenset(key for nudge in nudges if nudge.is_unsent for key in nudge.about.split()),
        clock.is_overdue(london_today()) or CautionCode.ASKED_TOO_LATE in _codes(clock),
    )


def remind_date(case: Case, today: date) -> date:
    """The last day to answer a reminder that goes out today."""
    return reply_by(case, today, _REMINDER_DAYS)


def close_date(case: Case, today: date) -> date:
    """The last day to answer a warning that goes out today."""
    return clock_rules(case).calendar.roll(today + relativedelta(months=1)).day


def keep(actor: Actor, case: Case, nudge: Nudge, message_id: str | None) -> None:
    """Note that a reminder or a warning was written, inside the caller's write transaction; `message_id`: its letter.

    Raises Refused where it is not time for one.
    """
    silence, today = silence_of(case), london_today()
    about = silence.to_remind(today) if nudge is Nudge.REMINDER else silence.to_warn(today)
    if not about:
        raise Refused("It is too early for this letter, or the case does not wait for the person.")
    answer_by = _ANSWER_BY[nudge](case, today)
    db.session.add(
        ReplyReminder(
            case_id=case.id,
            kind=nudge.value,
            on=today,
            answer_by=answer_by,
            about=" ".join(item.key for item in about),
            message_id=message_id,
        )
    )
    record(actor, Action.REPLY_REMINDED, case.id, nudge=nudge.value, answer_by=answer_by)


_ANSWER_BY = {Nudge.REMINDER: remind_date, Nudge.WARNING: close_date}


def _sent(case: Case, nudge: ReplyReminder) -> Sent:
    """With the days to answer counted anew where its letter went later than it was written."""
    went = (nudge.letter.went_on if nudge.letter is not None else None) or nudge.on
    answer_by = nudge.answer_by if went == nudge.on else _ANSWER_BY[Nudge(nudge.kind)](case, went)
    return Sent(went, answer_by, frozenset(nudge.about.split()))


def _last(sent: tuple[Sent, ...], awaited: tuple[Awaited, ...]) -> Sent | None:
    keys = {item.key for item in awaited}
    return max((one for one in sent if keys & one.about), key=lambda one: one.on, default=None)


def _stands_still(item: Awaited, clock: Clock) -> bool:
    """A question that is open while the clock runs gives no more time: it was asked after the last counted day, or
    under rules that know no such pause. Once answered, no time of ours runs any more."""
    never = item.key.startswith(_QUESTION) and CautionCode.LEGACY_CLARIFICATION in _codes(clock)
    return not never and clock.state in (ClockState.PAUSED, ClockState.NOT_STARTED, ClockState.REOPENED)


def _codes(clock: Clock) -> set[CautionCode]:
    return {caution.code for caution in clock.warnings}


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
            found.append(_asking(case, f"{asked}:{max(days)}", max(days), told))
    answered = {fact.number for fact in facts if fact.kind == "clarification_received"}
    for fact in facts:
        if fact.kind == "clarification_requested" and fact.number not in answered:
            found.append(_asking(case, f"{_QUESTION}{fact.number}", fact.on, _question(fact)))
    return tuple(found)


def _asking(case: Case, key: str, on: date, words: str) -> Awaited:
    return Awaited(key, on, words, reply_by(case, on), stops_clock=False)


def _question(fact: ClockFact) -> str:
    """The question in its words; its day alone where the case was taken over from elsewhere."""
    if not fact.detail:
        return f"The answer to the question we asked on {date_words(fact.on)}"
    return f"The answer to our question: {fact.detail}"
