"""The calendar that new cases get, and the calendars that older ones keep."""

from __future__ import annotations

import json
from functools import lru_cache

from sqlalchemy import select

from sar.cases.calendars import Calendar, Holiday, Jurisdiction, calendar, calendar_from_snapshot
from sar.cases.models import AddedHoliday, CalendarSnapshot
from sar.foundation.db import db
from sar.foundation.runtime import settings


def newest_calendar() -> Calendar:
    """The packaged list with the holidays that were added here."""
    return calendar(jurisdiction(), [Holiday(jurisdiction(), item.day, item.title) for item in added_holidays()])


def jurisdiction() -> Jurisdiction:
    """Whose public holidays this organisation counts."""
    return Jurisdiction(settings().jurisdiction)


def added_holidays() -> list[AddedHoliday]:
    """Those that stand, in the order of their days."""
    query = select(AddedHoliday).where(
        AddedHoliday.jurisdiction == jurisdiction().value, AddedHoliday.taken_back_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(AddedHoliday.day)))


@lru_cache(maxsize=64)
def calendar_of_version(version: str) -> Calendar:
    """A calendar that some case was counted with. What a version holds never changes, so it is read once."""
    return calendar_from_snapshot(json.loads(db.session.get_one(CalendarSnapshot, version).holidays))


def keep_calendar(used: Calendar) -> None:
    """Keep the holidays once for each version of them, so that a calculation can be repeated years later."""
    if db.session.get(CalendarSnapshot, used.version) is None:
        db.session.add(CalendarSnapshot(version=used.version, holidays=json.dumps(used.snapshot(), sort_keys=True)))
        db.session.flush()
