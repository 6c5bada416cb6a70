"""The time of day, in one place: instants in UTC, civil dates in Europe/London (law.md section 2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    return datetime.now(UTC)


def london_date(instant: datetime) -> date:
    """The civil date in London at an aware instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(LONDON).date()


def london_today() -> date:
    return london_date(utc_now())


def end_of_day(day: date) -> datetime:
    """The last moment of a civil date in London, as an instant in UTC."""
    return datetime.combine(day, time.max, LONDON).astimezone(UTC)
