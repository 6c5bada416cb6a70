"""Which alert a due date calls for on a day. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class AlertKind(StrEnum):
    TEN_DAYS = "10_days"
    FIVE_DAYS = "5_days"
    TWO_DAYS = "2_days"
    OVERDUE = "overdue"


DAYS_BEFORE: Final = {AlertKind.TWO_DAYS: 2, AlertKind.FIVE_DAYS: 5, AlertKind.TEN_DAYS: 10}
FARTHEST: Final = max(DAYS_BEFORE.values())
_ONE_DAY: Final = timedelta(days=1)


def free_days_until(today: date, is_working_day: Callable[[date], bool]) -> date:
    """The last day before people work again: today, or the end of the weekend or holiday that begins tomorrow."""
    day = today
    while not is_working_day(day + _ONE_DAY):
        day += _ONE_DAY
    return day


def alert_for(due: date, today: date, until: date) -> AlertKind | None:
    """The alert that a due date calls for today, a working day; None when it is far off.

    What would fall on a weekend or holiday is told on the working day before it: `until` is the last of those days. Of
    several that are due at once, as after days without a worker, only the latest is told: the others are overtaken.
    """
    if due < today:
        return AlertKind.OVERDUE
    left = (due - until).days
    return next((kind for kind, days in DAYS_BEFORE.items() if left <= days), None)
