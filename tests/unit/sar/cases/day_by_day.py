"""The clock a second time, as naively as the law reads: one day after another, on plain sets of days.

It shares nothing with the fold but the holiday list.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sar.cases.calendars import Calendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Request:
    """Raw dates of one request; a pair is (asked, answered), `answered` None while open."""

    received: date
    part_3: bool
    statutory: bool
    waits: Sequence[tuple[date, date | None]] = ()
    questions: Sequence[tuple[date, date | None]] = ()
    extended: bool = False


@dataclass(frozen=True)
class Answer:
    """What the walk found."""

    start: date | None
    nominal: date | None
    paused_days: int | None
    notice_by: date | None
    due: date | None


def walk(request: Request, calendar: Calendar) -> Answer:
    """Count the days of the period one by one, leaving out the excluded ones."""
    day = request.received
    for _, answered in request.waits:
        if answered is None:
            return Answer(None, None, None, None, None)
        while day < answered:
            day += ONE_DAY
    start = day
    old_part_3 = request.part_3 and request.received.isoformat() < "2026-02-05"
    months = 3 if request.extended and not old_part_3 else 1
    questions = () if old_part_3 else request.questions
    month_end, nominal = _months_on(start, 1), _months_on(start, months)
    notice = _count_off(start, month_end, questions, request.statutory)
    end = _count_off(start, nominal, questions, request.statutory)
    return Answer(
        start,
        nominal,
        None if end is None else (end - nominal).days,
        None if notice is None else _next_working_day(notice, calendar),
        None if end is None else _next_working_day(end, calendar),
    )


def acknowledge_by(received: date, calendar: Calendar) -> date | None:
    """Of a complaint: the thirtieth day of those that follow receipt, one after another; None before the duty."""
    if received.isoformat() < "2026-06-19":
        return None
    day, counted = received, 0
    while counted < 30:
        day += ONE_DAY
        counted += 1
    return _next_working_day(day, calendar)


def _months_on(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _count_off(
    start: date, nominal: date, questions: Sequence[tuple[date, date | None]], statutory: bool
) -> date | None:
    left, day = (nominal - start).days, start
    while left:
        day += ONE_DAY
        if any(_excluded(day, asked, answered, statutory) for asked, answered in questions):
            if any(answered is None and _excluded(day, asked, None, statutory) for asked, answered in questions):
                return None
        else:
            left -= 1
    return day


def _excluded(day: date, asked: date, answered: date | None, statutory: bool) -> bool:
    began = asked <= day if statutory else asked < day
    return began and (answered is None or day <= answered)


def _next_working_day(day: date, calendar: Calendar) -> date:
    while day.weekday() > 4 or calendar.holiday(day) is not None:
        day += ONE_DAY
    return day
