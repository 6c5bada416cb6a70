"""The deadline as a fold over raw dates (Art 12A UK GDPR; DPA 2018 s.54; SI 2026/82 reg 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from sar.cases.calendars import Calendar, Rolled
from sar.cases.deadlines.clock import Caution, CautionCode, ClockState, Rule
from sar.cases.deadlines.events import (
    LEGACY_RULES_VERSION,
    NEW_RULES_FROM,
    RULES_VERSION,
    ClockRules,
    Extended,
    PauseMode,
    Regime,
)
from sar.cases.deadlines.facts import Facts, Question, as_if_answered

ONE_MONTH, EXTENDED_MONTHS = 1, 3
COMPLAINTS_FROM = date(2026, 6, 19)
COMPLAINT_DAYS = 30
HEALTH_OPINION_MONTHS = 6
AWAITED = {
    Rule.IDENTITY: "Proof of identity",
    Rule.AUTHORITY: "Written authority",
    Rule.FEE: "The fee",
}
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Excluded days `first`..`last` inclusive, from one or more questions; `last` None while one is open."""

    first: date
    last: date | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Period:
    """A period run from the start: `end` is before rolling; both dates are None while it is paused."""

    nominal: date
    counted: tuple[Span, ...]
    end: date | None
    rolled: Rolled | None

    @property
    def paused_days(self) -> int | None:
        """Excluded days that count, if known."""
        return None if self.end is None else (self.end - self.nominal).days


@dataclass(frozen=True)
class Reading:
    """Everything the fold worked out, for `wording` to explain."""

    facts: Facts
    rules: ClockRules
    legacy: bool
    pauses_allowed: bool
    extension_available: bool
    start: date | None
    month: Period | None
    final: Period | None
    extension: Extended | None
    cautions: tuple[Caution, ...]

    @property
    def nominal_end(self) -> date | None:
        """The end of the month or months, before pauses and rolling."""
        return self.final.nominal if self.final else None

    @property
    def paused_days(self) -> int | None:
        """Excluded days that count, if known."""
        return self.final.paused_days if self.final else None

    @property
    def notice_by(self) -> date | None:
        """The last day to notify an extension, if known."""
        return self.month.rolled.day if self.month and self.month.rolled else None

    @property
    def due(self) -> date | None:
        """The due date, if known."""
        return self.final.rolled.day if self.final and self.final.rolled else None


def read(facts: Facts, rules: ClockRules) -> Reading:
    """Apply the rules to the facts."""
    reading = worked_out(facts, rules)
    return replace(reading, cautions=tuple(_cautions(reading)))


def worked_out(facts: Facts, rules: ClockRules) -> Reading:
    """All but the cautions, which take most of the time."""
    legacy = facts.received < NEW_RULES_FROM
    old_part_3 = legacy and rules.regime is Regime.LE
    start = _start(facts)
    reading = Reading(facts, rules, legacy, not old_part_3, not old_part_3, start, None, None, None, ())
    if start is not None:
        spans = [] if old_part_3 else _spans(facts.questions, start, rules.pause_mode)
        month = _run(start + relativedelta(months=ONE_MONTH), spans, rules.calendar)
        extension = _effective_extension(facts, month, available=not old_part_3)
        final = month
        if extension is not None:
            final = _run(start + relativedelta(months=EXTENDED_MONTHS), spans, rules.calendar)
        reading = replace(reading, month=month, final=final, extension=extension)
    return reading


def _start(facts: Facts) -> date | None:
    answered = [wait.answered for wait in facts.waits]
    known = [day for day in answered if day is not None]
    return max([facts.received, *known]) if len(known) == len(answered) else None


def _spans(questions: Sequence[Question], start: date, mode: PauseMode) -> list[Span]:
    """Excluded days after the start, as separate spans in date order; overlapping questions share one."""
    lag = _ONE_DAY if mode is PauseMode.CONSERVATIVE else timedelta(0)
    spans: list[Span] = []
    for question in sorted(questions, key=lambda q: (q.asked, q.number)):
        first, last = max(question.asked + lag, start + _ONE_DAY), question.answered
        if last is not None and last < first:
            continue
        if spans and (spans[-1].last is None or first <= spans[-1].last):
            before = spans[-1]
            latest = None if before.last is None or last is None else max(before.last, last)
            spans[-1] = Span(before.first, latest, (*before.questions, question))
        else:
            spans.append(Span(first, last, (question,)))
    return spans


def _run(nominal: date, spans: Sequence[Span], calendar: Calendar) -> Period:
    """Push the end on by each excluded day that falls while the period is still running.

    Within a span each excluded day moves the end on as fast as the days pass: so a span counts whole if its
    first day does, and not at all if it begins after the end.
    """
    end, counted = nominal, []
    for span in spans:
        if span.first > end:
            break
        counted.append(span)
        if span.last is None:
            return Period(nominal, tuple(counted), None, None)
        end += span.last - span.first + _ONE_DAY
    return Period(nominal, tuple(counted), end, calendar.roll(end))


def _effective_extension(facts: Facts, month: Period, *, available: bool) -> Extended | None:
    """The one extension that counts: the first, if notified while the first month was still running."""
    if not available or not facts.extensions:
        return None
    first = facts.extensions[0]
    in_time = month.rolled is None or first.on <= month.rolled.day
    return first if in_time else None


def _cautions(reading: Reading) -> Iterable[Caution]:
    yield from _late_ask_cautions(reading)
    yield from _identity_cautions(reading)
    yield from _question_cautions(reading)
    yield from _extension_cautions(reading)
    calendar = reading.rules.calendar
    reached = [period.rolled.day for period in (reading.month, reading.final) if period and period.rolled]
    if any(not calendar.is_published(day) for day in reached):
        yield Caution(
            CautionCode.HOLIDAYS_NOT_PUBLISHED,
            f"The public holidays of {max(reached).year} are worked out from the regular rules. "
            "One-off holidays in that year are not known yet.",
        )


def _late_ask_cautions(reading: Reading) -> Iterable[Caution]:
    """What is asked for once the time has run out moves the start all the same, by the letter of the law."""
    facts, rules = reading.facts, reading.rules
    for wait in facts.waits:
        without = replace(facts, waits=tuple(other for other in facts.waits if other is not wait))
        was_due = worked_out(without, rules).due
        if was_due is not None and wait.first_asked > was_due:
            yield Caution(
                CautionCode.ASKED_TOO_LATE,
                f"{AWAITED[wait.rule]} was asked for after the answer was due, on {was_due:%-d %B %Y}. "
                "A new start of the clock will be hard to defend. Answer without it if you can.",
            )


def _identity_cautions(reading: Reading) -> Iterable[Caution]:
    facts, rules = reading.facts, reading.rules
    for wait in facts.waits:
        if wait.rule is not Rule.IDENTITY:
            continue
        if rules.calendar.working_days_after(facts.received, wait.first_asked) > rules.id_grace_working_days:
            yield Caution(
                CautionCode.ID_ASKED_LATE,
                f"Proof of identity was asked for more than {rules.id_grace_working_days} working days after "
                "receipt. Record why.",
            )
        if wait.last_asked != wait.first_asked:
            yield Caution(
                CautionCode.ID_ASKED_AGAIN,
                "Proof of identity was asked for more than once. Only reasonable doubt allows that.",
            )


def _question_cautions(reading: Reading) -> Iterable[Caution]:
    final = reading.final
    if not reading.pauses_allowed:
        if reading.facts.questions:
            yield Caution(
                CautionCode.LEGACY_CLARIFICATION,
                "Questions do not stop the clock for a Part 3 request received before 5 February 2026.",
            )
        return
    if final is None or final.end is None:
        return
    counted = {question for span in final.counted for question in span.questions}
    conservative = reading.rules.pause_mode is PauseMode.CONSERVATIVE
    for question in reading.facts.questions:
        too_late = question.asked >= final.end if conservative else question.asked > final.end
        if question not in counted and too_late:
            yield Caution(
                CautionCode.LATE_CLARIFICATION,
                f"Question {question.number} was asked on or after the last counted day, "
                f"{final.end:%-d %B %Y}. It gives no more time.",
            )


def _extension_cautions(reading: Reading) -> Iterable[Caution]:
    extensions = reading.facts.extensions
    if extensions and not reading.extension_available:
        yield Caution(
            CautionCode.LEGACY_EXTENSION,
            "A Part 3 request received before 5 February 2026 cannot be extended. The extension has no effect.",
        )
    elif extensions and reading.month is not None and reading.extension is None:
        yield Caution(
            CautionCode.LATE_EXTENSION,
            "The extension was notified after the last day for it. It has no effect.",
        )
    if len(extensions) > 1:
        yield Caution(CautionCode.SECOND_EXTENSION, "A request can be extended once only. The first one counts.")


def internal_target(reading: Reading) -> date | None:
    """The organisation's own aim: days from the start, moved by pauses, never after the due date; a working day."""
    if reading.start is None or reading.due is None:
        return None
    questions = reading.facts.questions if reading.pauses_allowed else ()
    spans = _spans(questions, reading.start, reading.rules.pause_mode)
    nominal = reading.start + timedelta(days=reading.rules.internal_target_days)
    target = _run(nominal, spans, reading.rules.calendar).end
    return None if target is None else reading.rules.calendar.roll_back(min(target, reading.due))


def clock_state(reading: Reading) -> ClockState:
    """Ended wins over reopened, that over not started, that over paused."""
    if reading.facts.ended_on is not None:
        return ClockState.ENDED
    if reading.facts.answered_on is not None:
        return ClockState.REOPENED
    if reading.final is None:
        return ClockState.NOT_STARTED
    return ClockState.PAUSED if reading.final.end is None else ClockState.RUNNING


def due_if_answered(facts: Facts, rules: ClockRules, today: date) -> date | None:
    """The due date had everything still awaited come today."""
    return read(as_if_answered(facts, today), rules).due


def rules_version(reading: Reading) -> str:
    """Which version of the rules was applied."""
    return LEGACY_RULES_VERSION if reading.legacy else RULES_VERSION


def complaint_ack(received: date, calendar: Calendar) -> Rolled | None:
    """The last day to acknowledge a complaint, as rolled; None before the duty began."""
    if received < COMPLAINTS_FROM:
        return None
    return calendar.roll(complaint_ack_end(received))


def complaint_ack_end(received: date) -> date:
    """The last of the days to acknowledge a complaint, counted from the day after receipt, before rolling."""
    return received + timedelta(days=COMPLAINT_DAYS)


def health_opinion_last_good_day(given: date) -> date:
    """Last day a health opinion may be relied on: six months that include the day it was given, not rolled.

    DPA 2018 Sch 3 paras 5-6.
    """
    return given + relativedelta(months=HEALTH_OPINION_MONTHS) - _ONE_DAY
