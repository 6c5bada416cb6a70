"""The event log, read once into facts that do not depend on the order of entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeGuard, TypeVar

from sar.cases.deadlines import events as ev
from sar.cases.deadlines.clock import Rule
from sar.foundation.errors import Refused


class ImpossibleDates(Refused):
    """The recorded dates cannot all be true. Fold the log with a new event before storing it to find out."""


@dataclass(frozen=True)
class Wait:
    """Something without which the clock does not start. `written`: see `events`, of the last letter."""

    rule: Rule
    first_asked: date
    last_asked: date
    answered: date | None
    written: date | None = None


@dataclass(frozen=True)
class Question:
    """One clarification. One that was answered before its letter went excludes no day."""

    number: int
    asked: date
    answered: date | None
    written: date | None = None


@dataclass(frozen=True)
class Facts:
    """All that the fold needs to know. `unsent`: letters that still have a use, and have not gone out."""

    received: date
    waits: tuple[Wait, ...]
    questions: tuple[Question, ...]
    extensions: tuple[ev.Extended, ...]
    unsent: tuple[ev.Unsent, ...]
    answered_on: date | None
    ended_on: date | None


# What the clock waits for, by the kind of event that asks for it.
ASKS_FOR = {"id_requested": Rule.IDENTITY, "authority_requested": Rule.AUTHORITY, "fee_requested": Rule.FEE}
_Numbered = TypeVar("_Numbered", ev.ClarificationRequested | ev.Unsent, ev.ClarificationReceived)
_Asked = ev.IdRequested | ev.AuthorityRequested | ev.FeeRequested
_ASKED: dict[type[ev.ClockEvent], Rule] = {
    ev.IdRequested: Rule.IDENTITY,
    ev.AuthorityRequested: Rule.AUTHORITY,
    ev.FeeRequested: Rule.FEE,
}
_MOVING = (*_ASKED, ev.ClarificationRequested, ev.Extended, ev.Unsent)
_GIVEN: dict[type[ev.ClockEvent], Rule] = {
    ev.IdReceived: Rule.IDENTITY,
    ev.AuthorityReceived: Rule.AUTHORITY,
    ev.FeePaid: Rule.FEE,
}
_GIVEN_WORDS = {Rule.IDENTITY: "The proof", Rule.AUTHORITY: "The authority", Rule.FEE: "The fee"}


def gather(log: Iterable[ev.ClockEvent]) -> Facts:
    """Read the log. Raises ImpossibleDates if it has no receipt or contradicts itself."""
    events = frozenset(log)
    received = [event.on for event in events if isinstance(event, ev.Received)]
    if not received:
        raise ImpossibleDates("The day the request was received is missing.")
    extensions = [event for event in events if isinstance(event, ev.Extended)]
    return Facts(
        received=min(received),
        waits=_waits(events),
        questions=_questions(events),
        extensions=tuple(sorted(extensions, key=lambda event: (event.on, event.reason))),
        unsent=_unsent(events),
        answered_on=_answered_on(events),
        ended_on=_ended_on(events),
    )


def require_order(before: Sequence[ev.ClockEvent], added: ev.ClockEvent) -> None:
    """Whether one more event can be true after those that are known, by the order of their days.

    Raises ImpossibleDates for what came before the request itself, or before the last time that we asked for it.
    """
    received = [event.on for event in (*before, added) if isinstance(event, ev.Received)]
    if received and any(event.on < min(received) for event in (*before, added)):
        raise ImpossibleDates("The request cannot have come after the other things recorded about it.")
    rule = _GIVEN.get(type(added))
    asked = [_written(event) for event in before if rule is not None and _asks_for(event) is rule]
    if rule is not None and asked and added.on < max(asked):
        raise ImpossibleDates(f"{_GIVEN_WORDS[rule]} cannot have come before the day we asked for it.")


def events_that_count(log: Iterable[ev.ClockEvent]) -> list[ev.ClockEvent]:
    """The log without what was asked for, or extended, after the first answer: no date of that answer moves by it.

    Raises ImpossibleDates as `gather` does, also for what does not count.
    """
    events = list(log)
    answered_on = gather(events).answered_on
    if answered_on is None:
        return events
    late = {event for event in events if isinstance(event, _MOVING) and event.on > answered_on}
    questions = {event.number for event in late if _asks_question(event)}
    return [
        event
        for event in events
        if event not in late and not (isinstance(event, ev.ClarificationReceived) and event.number in questions)
    ]


def as_if_answered(facts: Facts, today: date) -> Facts:
    """The same facts, had everything still awaited come today."""
    return replace(
        facts,
        waits=tuple(
            wait if wait.answered else replace(wait, answered=max(today, wait.last_asked)) for wait in facts.waits
        ),
        questions=tuple(
            question if question.answered else replace(question, answered=max(today, question.asked))
            for question in facts.questions
        ),
    )


def _waits(events: frozenset[ev.ClockEvent]) -> tuple[Wait, ...]:
    waits = []
    for rule in (Rule.IDENTITY, Rule.AUTHORITY, Rule.FEE):
        given = [event.on for event in events if _GIVEN.get(type(event)) is rule]
        asked = sorted(
            (event for event in events if isinstance(event, _Asked) and _ASKED[type(event)] is rule),
            key=lambda event: (event.on, _written(event)),
        )
        # A letter that went when the thing had come already asked for nothing.
        asked = [event for event in asked if not any(_written(event) <= day < event.on for day in given)]
        if asked:
            last = asked[-1]
            # What came before the last ask did not settle it; the first thing to come after it did.
            settled = min((day for day in given if day >= last.on), default=None)
            waits.append(Wait(rule, asked[0].on, last.on, settled, last.written))
    return tuple(waits)


def _unsent(events: frozenset[ev.ClockEvent]) -> tuple[ev.Unsent, ...]:
    """Without those that ask for what has come meanwhile."""
    answered = {event.number for event in events if isinstance(event, ev.ClarificationReceived)}

    def has_come(letter: ev.Unsent) -> bool:
        if _asks_question(letter):
            return letter.number in answered
        rule = _asks_for(letter)
        return rule is not None and any(_GIVEN.get(type(event)) is rule and event.on >= letter.on for event in events)

    letters = [event for event in events if isinstance(event, ev.Unsent) and not has_come(event)]
    return tuple(sorted(letters, key=lambda letter: (letter.on, letter.what, letter.number)))


def _asks_for(event: ev.ClockEvent) -> Rule | None:
    """What the clock would wait for by this event, sent or not."""
    return ASKS_FOR.get(event.what) if isinstance(event, ev.Unsent) else _ASKED.get(type(event))


def _asks_question(event: ev.ClockEvent) -> TypeGuard[ev.ClarificationRequested | ev.Unsent]:
    if isinstance(event, ev.Unsent):
        return event.what == "clarification_requested"
    return isinstance(event, ev.ClarificationRequested)


def _written(event: ev.ClockEvent) -> date:
    """The day it was written, of what went by letter; the day it happened, of everything else."""
    return getattr(event, "written", None) or event.on


def _questions(events: frozenset[ev.ClockEvent]) -> tuple[Question, ...]:
    asked = _by_number(event for event in events if _asks_question(event))
    answered = _by_number(event for event in events if isinstance(event, ev.ClarificationReceived))
    for number, answer in answered.items():
        if number not in asked:
            raise ImpossibleDates(f"Question {number} was answered but there is no record that it was asked.")
        if answer.on < _written(asked[number]):
            raise ImpossibleDates(f"Question {number} cannot have been answered before it was asked.")
    questions = [
        Question(number, event.on, answered[number].on if number in answered else None, event.written)
        for number, event in asked.items()
        if isinstance(event, ev.ClarificationRequested)
    ]
    return tuple(sorted(questions, key=lambda question: (question.asked, question.number)))


def _by_number(events: Iterable[_Numbered]) -> dict[int, _Numbered]:
    found: dict[int, _Numbered] = {}
    for event in events:
        if event.number in found:
            raise ImpossibleDates(f"Question {event.number} has two different dates for the same thing.")
        found[event.number] = event
    return found


def _answered_on(events: frozenset[ev.ClockEvent]) -> date | None:
    answers = [event.on for event in events if isinstance(event, ev.Ended) and event.reason in ev.ANSWER_REASONS]
    return min(answers, default=None)


def _ended_on(events: frozenset[ev.ClockEvent]) -> date | None:
    undone = {event.number for event in events if isinstance(event, ev.Reopened)}
    standing = [event.on for event in events if isinstance(event, ev.Ended) and event.number not in undone]
    return min(standing, default=None)
