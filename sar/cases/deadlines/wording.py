"""How a clock explains itself, one step per rule: to officers and auditors, and plainly to the requester."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sar.cases.calendars import Rolled
from sar.cases.deadlines.clock import Rule, Step
from sar.cases.deadlines.events import PauseMode, Regime, Unsent
from sar.cases.deadlines.facts import ASKS_FOR, Question, Wait
from sar.cases.deadlines.fold import AWAITED, COMPLAINT_DAYS, Period, Reading, Span
from sar.cases.deadlines.sources import (
    COMPLAINT_ROLL_SOURCE,
    COMPLAINT_SOURCE,
    LEGACY_SOURCE,
    Sources,
    regimes_source,
    sources_of,
)

REGIME_NAMES = {Regime.UKGDPR: "the UK GDPR", Regime.LE: "Part 3 of the Data Protection Act 2018"}
_AWAITED_PLAIN = {
    Rule.IDENTITY: "proof of who you are",
    Rule.AUTHORITY: "written permission to act for someone else",
    Rule.FEE: "the fee",
}


def steps(reading: Reading) -> tuple[Step, ...]:
    """The derivation, in the order the rules apply."""
    return tuple(_steps(reading))


def regime_step(counts: Regime, found: Mapping[Regime, date | None], *, legacy: bool) -> Step:
    """Which law gave the date of a mixed request, beside what each would give; `found` has a date for each."""
    after, others = found[counts], [day for regime, day in found.items() if regime is not counts]
    before = max((day for day in others if day), default=None)
    beside = "; ".join(
        f"under {REGIME_NAMES[regime]} {f'the answer is due on {_long(day)}' if day else 'there is no due date yet'}"
        for regime, day in found.items()
    )
    if all(day == after for day in others):
        ending, plain = "They agree", "Two laws cover your records. Both give us the same time."
    else:
        ending = f"The earliest counts for the whole request: that of {REGIME_NAMES[counts]}, by the steps above"
        plain = "Two laws cover your records. We keep to the earlier date for all of them."
    source = regimes_source(legacy=legacy)
    return Step(Rule.REGIME, source, before, after, f"{beside[0].upper()}{beside[1:]}. {ending}.", plain)


def complaint_steps(received: date, end: date, rolled: Rolled) -> tuple[Step, ...]:
    """How the last day to acknowledge a complaint was reached; `end` is that day before it was rolled."""
    counted = Step(
        Rule.COMPLAINT,
        COMPLAINT_SOURCE,
        received,
        end,
        f"Received on {_long(received)} (a {received:%A}), by any part of the organisation, in any form. "
        f"{COMPLAINT_DAYS} days, counted from the day after receipt.",
        f"We got your complaint on {_long(received)}. "
        f"We have {COMPLAINT_DAYS} days to confirm that, which takes us to {_long(end)}.",
    )
    return counted, _roll_step(end, rolled, COMPLAINT_ROLL_SOURCE, promise="We will have written to you")


def _sources(reading: Reading) -> Sources:
    return sources_of(reading.rules.regime, legacy=reading.legacy)


def _steps(reading: Reading) -> Iterator[Step]:
    facts, source = reading.facts, _sources(reading)
    yield Step(
        Rule.RECEIPT,
        source.receipt,
        None,
        facts.received,
        f"Received on {_long(facts.received)} (a {facts.received:%A}), by any part of the organisation, "
        "in any form. It counts whether or not it is a working day.",
        f"We got your request on {_long(facts.received)}.",
    )
    if reading.legacy:
        yield _legacy_step(reading)
    latest = facts.received
    yield from (_unsent_step(letter, source.waiting, latest) for letter in facts.unsent if letter.what in ASKS_FOR)
    for wait in facts.waits:
        after = max(latest, wait.answered) if wait.answered else None
        yield _wait_step(wait, source.waiting, latest, after)
        latest = after or latest
    if reading.start is None or reading.month is None or reading.final is None:
        return
    yield from _period_steps(reading, reading.start, reading.final)
    yield _notice_step(reading, reading.month)


def _legacy_step(reading: Reading) -> Step:
    received = reading.facts.received
    if reading.rules.regime is Regime.LE:
        effect = "Part 3 then allowed no extension, and questions did not stop the clock"
        plain = "Asking you questions does not give us more time."
    else:
        effect = "an extension and a stopped clock follow the regulator's practice of that time"
        plain = "The rules from before that date apply."
    return Step(
        Rule.LEGACY,
        LEGACY_SOURCE,
        received,
        received,
        f"Received before 5 February 2026, so the earlier rules apply: {effect}.",
        f"The law changed on 5 February 2026. You asked before then. {plain}",
    )


def _wait_step(wait: Wait, source: str, before: date, after: date | None) -> Step:
    plain_name, name = _AWAITED_PLAIN[wait.rule], AWAITED[wait.rule]
    if wait.answered is None or after is None:
        return Step(
            wait.rule,
            source,
            before,
            None,
            f"{name} was asked for on {_long(wait.last_asked)} and has not come. The clock does not start until then."
            f"{_by_letter(wait.written, wait.last_asked)}",
            f"We asked you for {plain_name} on {_short(wait.last_asked, before)}. "
            "Our time to reply starts when we have it.",
        )
    if after == before and wait.answered < before:
        effect = "It came before something else the clock waits for"
        plain_effect = "We were still waiting for more"
    elif after == before:
        effect = "It makes no difference to the start"
        plain_effect = "This did not change when our time started"
    else:
        effect = "The clock cannot start before then"
        plain_effect = "Our time to reply did not start before then"
    return Step(
        wait.rule,
        source,
        before,
        after,
        f"{name} was asked for on {_long(wait.last_asked)} and came on {_long(wait.answered)}. {effect}."
        f"{_by_letter(wait.written, wait.last_asked)}",
        f"We asked you for {plain_name} on {_short(wait.last_asked, before)}. "
        f"It came on {_again(wait.answered, wait.last_asked)}. {plain_effect}.",
    )


def _period_steps(reading: Reading, start: date, final: Period) -> Iterator[Step]:
    source = _sources(reading)
    yield Step(
        Rule.START,
        source.waiting,
        reading.facts.received,
        start,
        "The clock starts on the latest of receipt, proof of identity, written authority and the fee, "
        "so far as each was asked for.",
        f"Our time to reply started on {_long(start)}.",
    )
    month = reading.month.nominal if reading.month else final.nominal
    yield Step(
        Rule.MONTH,
        source.month,
        start,
        month,
        "One calendar month from the start: the same day number, or the last day of a shorter month.",
        f"We have one month to reply, which takes us to {_long(month)}.",
    )
    yield from _extension_steps(reading, source.extension, month, final.nominal)
    yield from _pause_steps(reading, final)
    if final.end is not None and final.rolled is not None:
        yield _roll_step(final.end, final.rolled, source.roll)


def _extension_steps(reading: Reading, source: str, month: date, end: date) -> Iterator[Step]:
    """The extension that counts; else why one that was written does not."""
    if reading.extension is not None:
        told = reading.extension.on
        yield Step(
            Rule.EXTENSION,
            source,
            month,
            end,
            f"Extended once by two further months, notified with reasons on {_long(told)}: three calendar months "
            f"from the start.{_by_letter(reading.extension.written, told)}",
            f"On {_long(told)} we told you that we need two more months, and why. That takes us to {_long(end)}.",
        )
    elif reading.facts.extensions and reading.extension_available and reading.notice_by is not None:
        first = reading.facts.extensions[0]
        yield Step(
            Rule.EXTENSION,
            source,
            month,
            month,
            f"An extension was notified on {_long(first.on)}, after the last day for it, {_long(reading.notice_by)}. "
            f"It has no effect.{_by_letter(first.written, first.on)}",
            f"On {_long(first.on)} we told you that we need two more months. That was too late, so it did not change "
            "the date.",
        )
    if reading.extension is None:
        told_so = [letter for letter in reading.facts.unsent if letter.what == "extended"]
        yield from (_unsent_extension_step(reading, letter, source, month) for letter in told_so)


def _unsent_extension_step(reading: Reading, letter: Unsent, source: str, month: date) -> Step:
    by = f"by {_long(reading.notice_by)}" if reading.notice_by else "within the first month"
    return Step(
        Rule.EXTENSION,
        source,
        month,
        month,
        f"The letter of {_long(letter.on)} that gives the reasons for an extension has not gone out. An extension "
        f"takes effect only if the requester is told {by}, so this one has none.",
        "We have not told you that we need more time, so it did not change the date.",
    )


def _unsent_step(letter: Unsent, source: str, at: date | None) -> Step:
    """What was to be asked by a letter that has not gone."""
    rule = ASKS_FOR.get(letter.what, Rule.PAUSE)
    asks = f"asks for {AWAITED[rule].lower()}" if rule in AWAITED else f"asks question {letter.number}"
    return Step(
        rule,
        source,
        at,
        at,
        f"The letter of {_long(letter.on)} that {asks} has not gone out. The day it goes counts as the day we asked, "
        "so it moves nothing yet.",
        f"We wrote a letter to you on {_long(letter.on)}. It has not gone out yet, so it does not change the date.",
    )


def _pause_steps(reading: Reading, final: Period) -> Iterator[Step]:
    source = _sources(reading).pause
    end, known = final.nominal, True
    for span in final.counted:
        if span.last is None:
            known = False
            yield _open_pause_step(span, source, end)
            break
        after = end + (span.last - span.first) + timedelta(days=1)
        yield _pause_step(reading.rules.pause_mode, span, source, end, after)
        end = after
    counted = {question for span in final.counted for question in span.questions}
    for question in reading.facts.questions:
        if question not in counted:
            yield _no_pause_step(question, source, end if known else None, reading.facts.received)
    for letter in reading.facts.unsent:
        if letter.what == "clarification_requested":
            yield _unsent_step(letter, source, end if known else None)


def _pause_step(mode: PauseMode, span: Span, source: str, before: date, after: date) -> Step:
    days = (after - before).days
    asked, answered = span.questions[0].asked, max(q.answered for q in span.questions if q.answered)
    counting = "not counted" if mode is PauseMode.CONSERVATIVE else "counted"
    if len(span.questions) == 1:
        put, until = f"a question on {_short(asked, before)}", "you answered on"
        officers = f"{_numbers(span)} was asked on {_long(asked)} and answered on {_long(answered)}"
        if span.first > asked + timedelta(days=1 if mode is PauseMode.CONSERVATIVE else 0):
            put = f"{put}, before our time to reply had started. It counts from {_long(span.first)}"
            officers = f"{officers}, before the clock had started, so it counts from {_long(span.first)}"
    else:
        put = "questions on " + _and([_short(question.asked, before) for question in span.questions])
        until = "you had answered them all, on"
        officers = (
            f"{_numbers(span)} overlap: asked from {_long(asked)}, all answered by {_long(answered)}. "
            "A day that falls in both is counted once"
        )
    return Step(
        Rule.PAUSE,
        source,
        before,
        after,
        f"{officers}. Excluded days after the start: {days} (the day asked is {counting}).{_letters_of(span)}",
        f"We asked you {put}. The clock stopped until {until} {_again(answered, span.questions[-1].asked)}. "
        f"That moved the date by {days} {'day' if days == 1 else 'days'}.",
    )


def _open_pause_step(span: Span, source: str, before: date) -> Step:
    asked = span.questions[0].asked
    still = [question for question in span.questions if question.answered is None]
    put = f"was asked on {_long(asked)} and is not answered"
    if len(span.questions) > 1:
        put = f"were asked from {_long(asked)} on, and not all are answered"
    return Step(
        Rule.PAUSE,
        source,
        before,
        None,
        f"{_numbers(span)} {put}. The clock is paused and there is no due date.{_letters_of(span)}",
        f"We asked you a question on {_and([_short(question.asked, before) for question in still])}. "
        "The clock is stopped until you answer.",
    )


def _no_pause_step(question: Question, source: str, end: date | None, received: date) -> Step:
    answered = f"and answered on {_long(question.answered)}" if question.answered else "and is not answered"
    return Step(
        Rule.PAUSE,
        source,
        end,
        end,
        f"Question {question.number} was asked on {_long(question.asked)} {answered}. "
        "No excluded day falls in the running period, so it moves nothing."
        f"{_by_letter(question.written, question.asked)}",
        f"We asked you a question on {_short(question.asked, received)}. It did not change the date.",
    )


def _roll_step(end: date, rolled: Rolled, source: str, promise: str = "You will have our reply") -> Step:
    if not rolled.skipped:
        explanation = f"{_long(end)} is a working day ({end:%A}), so it stands."
        plain = f"{promise} by the end of {_long(end)}."
    else:
        landing = f"{rolled.day:%A} {_long(rolled.day)}"
        explanation = f"Rolled forward once, last of all{_passing(rolled)}, to {landing}."
        plain = f"{_long(end)} is not a working day ({rolled.skipped[0][1]}). {promise} by the end of {landing}."
    return Step(Rule.ROLL, source, end, rolled.day, explanation, plain)


def _notice_step(reading: Reading, month: Period) -> Step:
    source = _sources(reading).extension
    if not reading.extension_available:
        explanation, plain = "An extension is not available for this request.", "We cannot take extra months."
    elif reading.extension is not None and month.rolled is None:
        explanation = "The request was extended. The law allows one extension."
        plain = "We cannot take more time than this."
    elif month.rolled is None:
        explanation = "The last day to notify an extension is not known while the clock is paused."
        plain = "If we need more time we will tell you, and say why."
    else:
        explanation = (
            f"An extension must be notified, with reasons, by {_long(month.rolled.day)}: "
            f"one month from the start, with the same pauses and rolling{_passing(month.rolled)}."
        )
        plain = f"If we need more time we will tell you by {_long(month.rolled.day)}, and say why."
        if reading.extension is not None:
            plain = "We cannot take more time than this."
    return Step(Rule.NOTICE, source, month.nominal, month.rolled.day if month.rolled else None, explanation, plain)


def _by_letter(written: date | None, went: date) -> str:
    """The two days of a letter, where it went on another day than it was written."""
    return "" if written is None else f" The letter was written on {_long(written)} and went on {_long(went)}."


def _letters_of(span: Span) -> str:
    if len(span.questions) == 1:
        return _by_letter(span.questions[0].written, span.questions[0].asked)
    return "".join(
        f" The letter of question {question.number} was written on {_long(question.written)} and went on "
        f"{_long(question.asked)}."
        for question in span.questions
        if question.written is not None
    )


def _passing(rolled: Rolled) -> str:
    if not rolled.skipped:
        return ""
    return " past " + _and([f"{_short(day, rolled.day)} ({why})" for day, why in rolled.skipped])


def _numbers(span: Span) -> str:
    numbers = [str(question.number) for question in span.questions]
    return f"Question {numbers[0]}" if len(numbers) == 1 else f"Questions {_and(numbers)}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _short(day: date, near: date) -> str:
    """Without the year where the year is that of the date beside it."""
    return f"{day.day} {day:%B}" if day.year == near.year else _long(day)


def _again(day: date, before: date) -> str:
    """A second date in a sentence: "the 14th" within the month of the first."""
    if (day.year, day.month) != (before.year, before.month):
        return _short(day, before)
    teens = day.day in (11, 12, 13)
    suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"the {day.day}{suffix}"
