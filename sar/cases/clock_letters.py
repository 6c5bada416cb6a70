"""Letters that the clock counts on: what they ask or tell happens on the day they go, and not before.

A fact that went by letter knows it (`ClockFact.message_id`). When the letter goes, by mail or by the hand of whoever
posts it, the fact gets that day; when it comes back, the fact has not happened; when it is taken back, it never will. A
letter that is never sent never moves a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from sar.access.permissions import Permission, allows
from sar.cases.deadlines import ASKS_FOR, CautionCode, Clock, ClockState
from sar.cases.ledger import events_with, letter_came_back, letter_went, moved, strike_out
from sar.cases.models import Case, ClockFact
from sar.cases.more_time import just_went
from sar.cases.queries import clock_from, event_of, standing_facts, unsent_facts, visible_case
from sar.cases.second_person import gives_a_late_case_time, is_alone
from sar.cases.waiting import ANSWERS
from sar.foundation import messages
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.foundation.messages import Delivery, Message
from sar.foundation.wording import date_words

# What the sending of a letter is on the clock, by the kind of its message.
ON_THE_CLOCK = {
    "letter.clarification": "clarification_requested",
    "letter.clarification_not_started": "clarification_requested",
    "letter.clarification_no_pause": "clarification_requested",
    "letter.id_request": "id_requested",
    "letter.authority_request": "authority_requested",
    "letter.fee_request": "fee_requested",
    "letter.extension": "extended",
}
# Letters whose days to reply a case closes after, in the end.
REMINDERS = frozenset({"letter.reminder", "letter.reminder_no_pause", "letter.closure_warning"})
EXTENSION_LAW = "Art 12A(3)-(4) UK GDPR; DPA 2018 s.54(3A)-(3B)"
_TAKES_TWO = (
    "The due date has passed, and this would move it later or take it away, so it takes two people. Mark the letter as "
    "sent today, then propose the day it went on the page “Correct what is on the clock”."
)
_LONG_AGO = (
    "That was more than three working days ago, and it gives us more time than a letter that goes today. So it takes "
    "two people. Mark the letter as sent today, then propose the day it went on the page “Correct what is on the "
    "clock”."
)
_DAYS_TO_REPLY = (
    "That was more than three working days ago, and the days that the person has to reply count from it. Mark the "
    "letter as sent today: they count from today then."
)
_NAMES = {
    "clarification_requested": "Your question",
    "id_requested": "Your letter that asks for proof of identity",
    "authority_requested": "Your letter that asks for written authority",
    "fee_requested": "Your letter that asks for a fee",
    "extended": "Your letter about the extension",
}


@dataclass(frozen=True)
class UnsentLetter:
    """A letter that somebody has still to send before what it says counts. `words`: what that means for the clock."""

    fact: ClockFact
    words: str

    @property
    def goes_by_itself(self) -> bool:
        """Mail on its way to the server."""
        return self.fact.letter is not None and self.fact.letter.delivery in (Delivery.QUEUED, Delivery.SENDING)


def unsent_letters(case: Case, clock: Clock, today: date) -> list[UnsentLetter]:
    """What was written and still has to go, oldest first; nothing once the request has ended or was answered."""
    if clock.state in (ClockState.ENDED, ClockState.REOPENED):
        return []
    return [UnsentLetter(fact, _words(fact, clock, today)) for fact in unsent_facts(case)]


def _words(fact: ClockFact, clock: Clock, today: date) -> str:
    written = fact.written_on or fact.on
    day = f"{written.day} {written:%B}" if written.year == today.year else date_words(written)
    begins = f"{_NAMES[fact.kind]} of {day} has not gone out"
    last = clock.extension_notice_by
    if fact.kind != "extended":
        runs = clock.state is ClockState.RUNNING
        return f"{begins} yet: the clock {'is still running' if runs else 'does not count it'}."
    if last is None:
        return f"{begins} yet. The extension takes effect only if the person is told in time ({EXTENSION_LAW})."
    if today > last:
        return f"{begins}. It had to go by {date_words(last)}: the extension has no effect ({EXTENSION_LAW})."
    return f"{begins} yet. It must go by {date_words(last)}, or the extension has no effect ({EXTENSION_LAW})."


@messages.follow
def keep_up(actor: Actor, message: Message) -> None:
    """Count what the letter says from the day it went; as not said, where it came back; not at all if taken back.

    One that asks for proof, authority or a fee and went when the answer was due already gives no more time
    (`clock_commands.why_not_ask`): it is struck out. Raises Refused where a case would get more time because one person
    says that a letter went long ago; where it is late, on any day before today.
    """
    standing = select(ClockFact).where(ClockFact.message_id == message.id, ClockFact.struck_out_at.is_(None))
    fact = db.session.scalar(standing) if message.kind in ON_THE_CLOCK else None
    if fact is None:
        return
    case = visible_case(SYSTEM, fact.case_id, lock=True)
    if message.delivery == Delivery.TAKEN_BACK:
        _never_goes(actor, case, fact)
        return
    if message.went_on is None:
        letter_came_back(actor, case, fact)
        return
    then = clock_from(case, events_with(case, moved(fact, message.went_on), instead_of=fact))
    if _asks_too_late(case, fact, then):
        _strike_uncounted(actor, case, fact, message.went_on)
        return
    alone = actor.kind is ActorKind.SYSTEM or (allows(actor.roles, Permission.CASE_REJECT) and is_alone(actor, case))
    if gives_a_late_case_time(case.due_on, then.due) and not alone:
        raise Refused(_TAKES_TWO)
    if not alone and not just_went(case, message.went_on) and _matters_when(case, fact, then):
        raise Refused(_LONG_AGO)
    letter_went(actor, case, fact, message.went_on)


@messages.follow
def keep_days_to_reply(actor: Actor, message: Message) -> None:
    """Raises Refused where a reminder or a warning is said to have gone so long ago that its days are nearly over."""
    if message.kind not in REMINDERS or message.went_on is None or actor.kind is ActorKind.SYSTEM:
        return
    if not just_went(visible_case(SYSTEM, message.subject_id), message.went_on):
        raise Refused(_DAYS_TO_REPLY)


def _matters_when(case: Case, fact: ClockFact, then: Clock) -> bool:
    """Whether the day that the letter went gives other time than today would. That of a question begins a pause."""
    today = clock_from(case, events_with(case, moved(fact, london_today()), instead_of=fact))
    return fact.kind == "clarification_requested" or then.due != today.due


def _never_goes(actor: Actor, case: Case, fact: ClockFact) -> None:
    """Strike out what will not be asked or told. What was answered meanwhile stays, unsent: the answer stands on it."""
    if any(other.kind == ANSWERS.get(fact.kind) and other.number == fact.number for other in standing_facts(case)):
        return
    _strike_uncounted(actor, case, fact, fact.on)


def _strike_uncounted(actor: Actor, case: Case, fact: ClockFact, on: date) -> None:
    """Take off the clock what never counted on it."""
    before, late_before = case.due_on, fact.late_before
    strike_out(case, fact)
    fact.late_before = late_before  # no date was made better
    facts = {"event": fact.kind, "on": on, "due_before": before, "due_after": case.due_on}
    record(actor, Action.CLOCK_EVENT_STRUCK_OUT, case.id, late_before=False, **facts)


def _asks_too_late(case: Case, fact: ClockFact, then: Clock) -> bool:
    if fact.kind not in ASKS_FOR:
        return False
    others = clock_from(case, [event_of(other) for other in standing_facts(case) if other is not fact])
    codes = [[caution.code for caution in clock.warnings] for clock in (then, others)]
    return codes[0].count(CautionCode.ASKED_TOO_LATE) > codes[1].count(CautionCode.ASKED_TOO_LATE)
