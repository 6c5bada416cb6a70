"""When a case will likely be finished, at the pace the team has been seen to work, and what would bring it in time.

Pure: what is known goes in, a date with its reasons comes out. Too little history gives no date, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Final

from sar.cases.calendars import Calendar
from sar.foundation.wording import date_words

# Finished reviews below which a pace is chance.
ENOUGH_REVIEWS = 3
NOBODY_SAID: Final = "Nobody has said yet where we look"
# Beyond this nobody works on one case: a forecast of years only says that there is far too much.
_MOST_DAYS = 1_000
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Pace:
    """How the team's finished reviews went: `pages` with something to decide in `working_days`, over `reviews` of them.

    `closing_days`: working days that then usually went by until the answer was out; None while that is not known.
    """

    reviews: int
    pages: int
    working_days: int
    closing_days: int | None

    @property
    def is_known(self) -> bool:
        return self.reviews >= ENOUGH_REVIEWS and self.pages > 0 and self.working_days > 0

    @property
    def pages_a_day(self) -> float:
        """Pages of one case in a working day."""
        return self.pages / self.working_days


@dataclass(frozen=True)
class Inputs:
    """What is known of a case today.

    `records`: those in the reply so far. `pages_left`: pages with something still to decide, of the `pages` that have
    or had something. `records_outstanding`: records not read, or that could not be shown; `pages_outstanding`: the
    pages that these are taken to have, each to be read, None where there is nothing to go by. `awaited_until`: the
    day by which those who were asked (originators, areas searched) are to answer; None while nobody is. `due` is None
    while the clock waits; `extend_by` is None where no extension can be had any more. Without `searches_named` the one
    search that is open is that nobody has said yet where we look.
    """

    today: date
    due: date | None
    extend_by: date | None
    records: int
    pages_left: int
    pages: int
    records_outstanding: int
    pages_outstanding: int | None
    consultations_open: int
    searches_open: int
    awaited_until: date | None
    pace: Pace
    searches_named: bool = True

    @property
    def to_read(self) -> int:
        """Pages left, those of records that are not ready among them."""
        return self.pages_left + (self.pages_outstanding or 0)


@dataclass(frozen=True)
class Forecast:
    """`finish` is None where there is too little to go by. `days_late` is negative when early, None with no due date.

    `held_up`: not the reading but an answer of others decides the day.
    """

    finish: date | None
    days_late: int | None
    held_up: bool
    advice: tuple[str, ...]
    gaps: tuple[str, ...]
    summary: str

    @property
    def is_late(self) -> bool:
        return self.days_late is not None and self.days_late > 0


def forecast(inputs: Inputs, calendar: Calendar) -> Forecast:
    """The likely day of the answer, beside the due date, with what could be done if it is late."""
    gaps = tuple(_gaps(inputs))
    if not inputs.records and not inputs.pages_outstanding:
        return Forecast(None, None, False, (), gaps, "No records yet, so nothing to work a finish from.")
    if inputs.to_read and not inputs.pace.is_known:
        return Forecast(None, None, False, (), gaps, _too_little(inputs.pace))
    review_ends = calendar.working_day_after(inputs.today, _working_days_needed(inputs))
    answers_come = max(inputs.awaited_until or inputs.today, inputs.today)
    held_up = answers_come > review_ends
    finish = calendar.working_day_after(max(review_ends, answers_come), inputs.pace.closing_days or 0)
    late = (finish - inputs.due).days if inputs.due else None
    advice = tuple(_advice(inputs, calendar, answers_come)) if late is not None and late > 0 else ()
    return Forecast(finish, late, held_up, advice, gaps, _summary(inputs, finish, late, advice))


def _working_days_needed(inputs: Inputs) -> int:
    if not inputs.to_read:
        return 0
    return min(ceil(inputs.to_read / inputs.pace.pages_a_day), _MOST_DAYS)


def _advice(inputs: Inputs, calendar: Calendar, answers_come: date) -> Iterator[str]:
    """Each thing that would help, as the end of a sentence: "extend by the 10th", "add a reader"."""
    assert inputs.due is not None
    closing = inputs.pace.closing_days or 0
    if inputs.extend_by is not None and inputs.extend_by >= inputs.today:
        yield f"extend by {date_words(inputs.extend_by)}"
    if calendar.working_day_after(answers_come, closing) > inputs.due:
        if inputs.awaited_until is not None:
            yield "get the answers of those who were asked sooner, or decide without them"
        return
    working_days = calendar.working_days_after(inputs.today, inputs.due) - closing
    if inputs.to_read and working_days > 0:
        readers = ceil(inputs.to_read / (inputs.pace.pages_a_day * working_days)) - 1
        if readers > 0:
            yield "add a reader" if readers == 1 else f"add {number_words(readers)} readers"


def _gaps(inputs: Inputs) -> Iterator[str]:
    """What the date does not count, because nobody knows it."""
    if inputs.records_outstanding and inputs.pages_outstanding is None:
        many = inputs.records_outstanding > 1
        words = f"{_count(inputs.records_outstanding, 'record')} {'are' if many else 'is'} not ready to review"
        yield f"{words.capitalize()}, and no record was before: the pages are not counted."
    if not inputs.searches_named:
        yield f"{NOBODY_SAID}: what may be found is not counted."
    elif inputs.searches_open:
        words = _count(inputs.searches_open, "search", "searches")
        yield f"{words.capitalize()} still open: what may be found is not counted."
    if inputs.pace.closing_days is None:
        yield "The time from the end of a review to the answer is not known yet, and not counted."


def _summary(inputs: Inputs, finish: date, late: int | None, advice: tuple[str, ...]) -> str:
    likely = f"Likely finish {date_words(finish)}"
    if late is None:
        return f"{likely}. There is no due date now."
    if late <= 0:
        spare = "on the last day" if late == 0 else f"{_count(-late, 'day')} early"
        return f"{likely}, {spare}."
    if not advice:
        return f"{likely}, {_count(late, 'day')} late. Tell the person in time, and send what is ready by the due date."
    if len(advice) == 1:
        todo = advice[0]
    else:
        todo = f"{', '.join(advice[:-1])} or {advice[-1]}"
    return f"{likely}, {_count(late, 'day')} late: {todo}."


def _too_little(pace: Pace) -> str:
    return (
        f"There is too little history to say when this will be finished: {_count(pace.reviews, 'review')} "
        f"of the {number_words(ENOUGH_REVIEWS)} that it takes."
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number_words(number)} {one if number == 1 else many or one + 's'}"


def number_words(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
