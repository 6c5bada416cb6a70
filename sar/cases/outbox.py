"""The outbox desk: what to print and post, text or tell; what failed; the letters of a case.

A message belongs to the case whose key seals it, so that those to originators are reached through their case too.
Only messages of cases that the actor may see exist for the actor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import BinaryIO

from sqlalchemy import Select, select

from sar.access.permissions import Permission
from sar.cases import taking_back
from sar.cases.clock_letters import ON_THE_CLOCK, REMINDERS
from sar.cases.ledger import require
from sar.cases.letter_names import name_of
from sar.cases.models import Case, ClockFact
from sar.cases.moves import advance, facts_of
from sar.cases.outdated import look_again
from sar.cases.queries import clock_facts, clock_rules, may_see, visible_case, visible_to
from sar.cases.silence import was_closed
from sar.cases.tasks.service import add_task
from sar.cases.waiting import ANSWERS
from sar.cases.workflow import Event
from sar.foundation import blobs, messages
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone, NotFound, Refused
from sar.foundation.keys import preload
from sar.foundation.messages import Channel, Delivery, Message
from sar.foundation.typefaces import showable

WAITING = (Delivery.TO_DO, Delivery.FAILED, Delivery.UNSURE)
LONGEST = 200
_SAME_MOMENT = timedelta(minutes=1)
_COUNTED = (
    "What this letter says was counted on the clock from the day it was written. Strike that out first, on the page "
    "“Correct what is on the clock”."
)
_FIND_THEM = (
    "This came back: {letter}. Find out how to reach them now, write that down under “Change who they are or how to "
    "reach them”, then send it again."
)
# Letters whose answer a case waits for, and may close for want of.
_ASKS_FOR_A_REPLY = (REMINDERS | ON_THE_CLOCK.keys()) - {"letter.extension"}
_SECRET = frozenset({"letter.passphrase", "letter.new_words"})


@dataclass(frozen=True)
class Letter:
    """One message as the desk shows it. `readable`: staff may open its words, or print it.

    `look_again`: why it is no longer true as it was written, though it still waits to go. `can_take_back`: the actor
    can keep it from going.
    """

    message: Message
    case_id: str
    reference: str
    name: str
    readable: bool
    look_again: str | None = None
    can_take_back: bool = False

    @property
    def waits(self) -> bool:
        """Somebody has to do something about it."""
        return self.message.delivery in WAITING

    @property
    def address_is_old(self) -> bool:
        """The person's address or name was changed after this was written, and it carries the old one."""
        return self.waits and self.message.error_code == messages.OLD_ADDRESS

    @property
    def not_in_print(self) -> list[str]:
        """Characters of a letter to be posted that no typeface of ours has: on paper each is named, in brackets."""
        if not self.waits or self.message.channel != Channel.POST:
            return []
        typed = f"{self.message.to}{self.message.body}"
        return list(dict.fromkeys(one for one in typed if not one.isspace() and showable(one) != one))

    @property
    def came_back(self) -> bool:
        """It came back from the address it went to, and has not gone again."""
        return self.waits and self.message.error_code == messages.CAME_BACK

    @property
    def can_come_back(self) -> bool:
        """A letter that was posted, or a mail that the server took: that comes back as another mail, which somebody
        reads."""
        return self.message.delivery == Delivery.SENT and self.message.channel in (Channel.EMAIL, Channel.POST)

    @property
    def is_taken_back(self) -> bool:
        return self.message.delivery == Delivery.TAKEN_BACK

    @property
    def state(self) -> str:
        return _STATES[Delivery(self.message.delivery)].get(Channel(self.message.channel), "")


def _same(text: str) -> dict[Channel, str]:
    return dict.fromkeys(Channel, text)


_STATES: dict[Delivery, dict[Channel, str]] = {
    Delivery.QUEUED: _same("On its way"),
    Delivery.SENDING: _same("On its way"),
    Delivery.SENT: _same("Sent"),
    Delivery.TO_DO: {
        Channel.POST: "To print and post",
        Channel.SMS: "To text or read out by phone",
        Channel.IN_PERSON: "To hand over in person",
    },
    Delivery.UNSURE: _same("May have gone out: check"),
    Delivery.FAILED: _same("Could not be sent"),
    Delivery.TAKEN_BACK: _same("Taken back, not sent"),
}


def waiting(actor: Actor) -> list[Letter]:
    """What someone has to do something about, oldest first; at most LONGEST."""
    waits = Message.delivery.in_([state.value for state in WAITING])
    return _letters(actor, _visible(actor).where(waits).limit(LONGEST))


def letters_of(actor: Actor, case: Case) -> list[Letter]:
    """Everything that was said about a case, newest last."""
    return _letters(actor, _visible(actor).where(Message.scope_id == case.scope_id))


def counted_before_gone(case: Case, letters: list[Letter]) -> list[Letter]:
    """Letters that wait, of facts whose day was kept when letters counted from the day they were written.

    Such a fact does not know its letter, which was written in the same moment; what was answered needs none.
    """
    come = {(fact.kind, fact.number) for fact in clock_facts(case)}
    old = [
        fact
        for fact in clock_facts(case)
        if fact.message_id is None and (ANSWERS.get(fact.kind), fact.number) not in come
    ]

    def is_of(letter: Letter, fact: ClockFact) -> bool:
        apart = abs(letter.message.created_at - fact.created_at)
        return ON_THE_CLOCK.get(letter.message.kind) == fact.kind and apart < _SAME_MOMENT

    return [letter for letter in letters if letter.waits and any(is_of(letter, fact) for fact in old)]


def find(actor: Actor, message_id: str) -> Letter:
    """Raises NotFound for a message that is not there, or of a case that is closed to the actor."""
    found = _letters(actor, _visible(actor).where(Message.id == message_id))
    if not found:
        raise NotFound("There is no such message.")
    return found[0]


def open_letter(actor: Actor, message_id: str) -> Letter:
    """Read a message's words. The reading is kept in the log. Raises Gone for words that are shown no more."""
    with write_transaction():
        return _opened(actor, message_id)


def letter_pdf(actor: Actor, message_id: str) -> BinaryIO:
    """The letter to print. Raises NotFound when the message has none, Gone for words that are shown no more."""
    with write_transaction():
        blob_id = _opened(actor, message_id).message.letter_blob_id
        if blob_id is None:
            raise NotFound("There is no letter to print for this message.")
    return blobs.open(blob_id)


def mark_sent(actor: Actor, message_id: str, on: date | None = None) -> None:
    """It was posted, texted or handed over, or a doubtful mail was found to have arrived; `on` that day, or today.

    What a letter says counts on the clock from then on. Raises Conflict, or Refused for a day that cannot be.
    """
    with write_transaction():
        visible_case(actor, _workable(actor, message_id).case_id, lock=True)
        messages.mark_sent(actor, message_id, on)


def may_have_come_back(actor: Actor, case: Case) -> list[Letter]:
    """Letters to the person, or to whoever asks for them, that went out; the last first."""
    return [one for one in reversed(letters_of(actor, case)) if one.can_come_back and one.message.subject_id == case.id]


def came_back(actor: Actor, message_id: str) -> None:
    """A letter or a mail reached nobody: it counts as not sent, and waits for someone again. Raises Conflict.

    To find out where to write becomes a task. What was closed because no reply came to it is opened again.
    """
    with write_transaction():
        letter = _workable(actor, message_id)
        case = visible_case(actor, letter.case_id, lock=True)
        messages.came_back(actor, message_id)
        if letter.message.kind in _ASKS_FOR_A_REPLY and was_closed(case):
            advance(actor, case.id, Event.REOPEN, facts_of(actor, case))
        add_task(actor, case.id, _FIND_THEM.format(letter=letter.name), due_on=_by(case), staff_id=_whose(case))


def _by(case: Case) -> date:
    """The next working day."""
    return clock_rules(case).calendar.roll(london_today() + timedelta(days=1)).day


def _whose(case: Case) -> str | None:
    """The officer of the case, if there is one who can still see it."""
    return case.officer_id if case.officer_id is not None and may_see(case, case.officer_id) else None


def send_again(actor: Actor, message_id: str) -> None:
    """Try a failed or doubtful mail once more. Raises Conflict."""
    with write_transaction():
        _workable(actor, message_id)
        messages.send_again(actor, message_id)


def take_back(actor: Actor, message_id: str) -> None:
    """Keep a letter that has not gone from going. What it asks or tells does not happen on the clock.

    Raises Refused for one that has to go (see `taking_back`), Conflict for one that went meanwhile.
    """
    with write_transaction():
        case = visible_case(actor, _workable(actor, message_id).case_id, lock=True)
        letter = find(actor, message_id)
        hindrance = taking_back.why_not(actor, case, letter.message)
        if counted_before_gone(case, [letter]):
            hindrance = _COUNTED
        if hindrance is not None:
            raise Refused(hindrance)
        messages.take_back(actor, message_id)


def _workable(actor: Actor, message_id: str) -> Letter:
    require(actor, Permission.CASE_WORK)
    return find(actor, message_id)


def _opened(actor: Actor, message_id: str) -> Letter:
    letter = _workable(actor, message_id)
    if not letter.readable:
        raise Gone("This message holds words or a link for someone else alone, so it is not shown.")
    record(actor, Action.LETTER_OPENED, letter.case_id, message_id=message_id, kind=letter.message.kind)
    return letter


def _is_readable(message: Message) -> bool:
    """Links for originators are theirs alone; words that open something are seen only by whoever sends them."""
    if message.kind in _SECRET:
        return message.delivery == Delivery.TO_DO
    return message.kind.startswith(("letter.", "search_"))


def _visible(actor: Actor) -> Select[Message, Case]:
    query = select(Message, Case).join(Case, Case.scope_id == Message.scope_id).where(visible_to(actor))
    return query.order_by(Message.created_at, Message.id)


def _letters(actor: Actor, query: Select[Message, Case]) -> list[Letter]:
    rows = list(db.session.execute(query))
    scopes = preload(case.scope_id for _message, case in rows)
    again = look_again([(message, case) for message, case in rows if message.delivery in WAITING])
    found = [
        Letter(
            message,
            case.id,
            case.reference,
            name_of(message.kind),
            _is_readable(message),
            again.get(message.id),
            message.delivery in messages.TO_GO and taking_back.why_not(actor, case, message) is None,
        )
        for message, case in rows
    ]
    del scopes
    return found
