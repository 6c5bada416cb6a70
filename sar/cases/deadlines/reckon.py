"""The clock of a request: raw events in, dates and their derivation out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sar.cases.calendars import Calendar
from sar.cases.deadlines.clock import Clock, ClockState, Step
from sar.cases.deadlines.events import ClockEvent, ClockRules, Regime
from sar.cases.deadlines.facts import events_that_count, gather
from sar.cases.deadlines.fold import (
    Reading,
    clock_state,
    complaint_ack,
    complaint_ack_end,
    due_if_answered,
    internal_target,
    read,
    rules_version,
    worked_out,
)
from sar.cases.deadlines.wording import complaint_steps, regime_step, steps


class Dates(NamedTuple):
    """The two dates of a clock that others rely on; None while they are not known."""

    due: date | None
    extension_notice_by: date | None


def due(events: Iterable[ClockEvent], rules: ClockRules, *, today: date | None = None) -> Clock:
    """Fold the event log into a clock. The order of the events never matters.

    `today` (London) is needed only for `due_if_answered_today`. Raises ImpossibleDates if the log has no
    receipt or contradicts itself.
    """
    return _clock(read(gather(events_that_count(events)), rules), today)


def earliest_due(
    events: Iterable[ClockEvent], regimes: Iterable[Regime], rules: ClockRules, *, today: date | None = None
) -> Clock:
    """The clock of a mixed request: the one with the earliest due date (DPA 2018 Part 3 beside the UK GDPR).

    A clock with a due date comes before one that is paused. Where there are two, a last step of the derivation
    says what each gave and which counts. `rules.regime` is ignored. ValueError if no regime is given.
    """
    facts = gather(events_that_count(events))
    readings = {regime: read(facts, replace(rules, regime=regime)) for regime in sorted(set(regimes))}
    found = {regime: reading.due for regime, reading in readings.items()}
    counts = _which_counts(readings)
    earliest = _clock(readings[counts], today)
    if len(found) == 1:
        return earliest
    return replace(
        earliest, derivation=(*earliest.derivation, regime_step(counts, found, legacy=readings[counts].legacy))
    )


def earliest_dates(events: Iterable[ClockEvent], regimes: Iterable[Regime], rules: ClockRules) -> Dates:
    """The dates of `earliest_due` without cautions and derivation: for looking at thousands of cases at once."""
    facts = gather(events_that_count(events))
    readings = {regime: worked_out(facts, replace(rules, regime=regime)) for regime in sorted(set(regimes))}
    counting = readings[_which_counts(readings)]
    return Dates(counting.due, counting.notice_by)


def earliest_if_answered(
    events: Iterable[ClockEvent], regimes: Iterable[Regime], rules: ClockRules, today: date
) -> date | None:
    """`due_if_answered_today` of `earliest_due`, for looking at many cases at once."""
    facts = gather(events_that_count(events))
    readings = {regime: worked_out(facts, replace(rules, regime=regime)) for regime in sorted(set(regimes))}
    return due_if_answered(facts, replace(rules, regime=_which_counts(readings)), today)


def complaint_ack_due(received: date, calendar: Calendar) -> date | None:
    """Last day to acknowledge a complaint to the controller (DPA 2018 s.164A(3)); None before 19 June 2026."""
    rolled = complaint_ack(received, calendar)
    return rolled.day if rolled else None


def complaint_ack_steps(received: date, calendar: Calendar) -> tuple[Step, ...]:
    """How `complaint_ack_due` was reached, in the order the rules apply; none before the duty began."""
    rolled = complaint_ack(received, calendar)
    return complaint_steps(received, complaint_ack_end(received), rolled) if rolled else ()


def _which_counts(readings: Mapping[Regime, Reading]) -> Regime:
    due_dates = {regime: reading.due for regime, reading in readings.items()}
    return min(due_dates, key=lambda regime: (due_dates[regime] is None, due_dates[regime] or date.max))


def _clock(reading: Reading, today: date | None) -> Clock:
    state = clock_state(reading)
    waiting = state in (ClockState.PAUSED, ClockState.NOT_STARTED)
    return Clock(
        regime=reading.rules.regime,
        state=state,
        received=reading.facts.received,
        start=reading.start,
        nominal_end=reading.nominal_end,
        paused_days=reading.paused_days,
        extended=reading.extension is not None,
        extension_available=reading.extension_available,
        extension_notice_by=reading.notice_by,
        due=reading.due,
        internal_target=internal_target(reading),
        due_if_answered_today=due_if_answered(reading.facts, reading.rules, today) if waiting and today else None,
        answered_on=reading.facts.answered_on,
        ended_on=reading.facts.ended_on,
        warnings=reading.cautions,
        derivation=steps(reading),
        calendar_version=reading.rules.calendar.version,
        rules_version=rules_version(reading),
    )
