"""Which alert a due date calls for: ten, five and two days before, once late; weekends are told of on Friday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sar.cases.calendars import Jurisdiction, calendar
from sar.oversight.reminders.steps import AlertKind, alert_for, free_days_until

WORKING = calendar(Jurisdiction.EW).is_working_day
DUE = date(2026, 6, 24)  # a Wednesday


def told(due: date, today: date) -> str | None:
    return alert_for(due, today, free_days_until(today, WORKING))


@pytest.mark.parametrize(
    ("today", "kind"),
    [
        (date(2026, 6, 11), None),
        (date(2026, 6, 12), AlertKind.TEN_DAYS),  # ten days before is Sunday the 14th
        (date(2026, 6, 15), AlertKind.TEN_DAYS),
        (date(2026, 6, 18), AlertKind.TEN_DAYS),
        (date(2026, 6, 19), AlertKind.FIVE_DAYS),
        (date(2026, 6, 22), AlertKind.TWO_DAYS),
        (DUE, AlertKind.TWO_DAYS),
        (date(2026, 6, 25), AlertKind.OVERDUE),
        (date(2027, 6, 25), AlertKind.OVERDUE),
    ],
)
def test_the_alert_of_a_day(today: date, kind: AlertKind | None) -> None:
    assert told(DUE, today) == kind


def test_before_a_long_weekend_all_of_it_is_told() -> None:
    """Good Friday to Easter Monday 2026: what is due on the Tuesday after is told on Thursday as nearly due."""
    thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)
    assert free_days_until(thursday, WORKING) == date(2026, 4, 6)
    assert told(tuesday, thursday) == AlertKind.TWO_DAYS


def test_no_due_date_slips_through_between_its_alerts() -> None:
    """For every due date of two years: who looks on each working day is told of each step, in order, never later than
    so many days before."""
    for number in range(730):
        due = date(2026, 1, 1) + timedelta(days=number)
        if not WORKING(due):
            continue
        days = [due + timedelta(days=n) for n in range(-20, 15)]
        seen = [kind for day in days if WORKING(day) and (kind := told(due, day))]
        steps = list(dict.fromkeys(seen))
        assert steps[-1] is AlertKind.OVERDUE
        assert [kind for kind in AlertKind if kind in steps] == steps, "never back to an earlier one"
        assert AlertKind.TWO_DAYS in steps
