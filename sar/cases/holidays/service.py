"""Commands on public holidays: add one, take one back, count the open cases with the newest calendar."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases.calendars import Jurisdiction
from sar.cases.calendars_in_use import added_holidays, jurisdiction, keep_calendar, newest_calendar
from sar.cases.holidays.queries import is_behind
from sar.cases.ledger import renew_clock, require
from sar.cases.models import AddedHoliday, Case
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused

MAX_TITLE = 100
# As many cases as are renewed in one transaction: others can write between two of them.
AT_ONCE = 100
_SATURDAY = 5
_YEARS = range(2018, 2100)


def add_holiday(actor: Actor, day: date, title: str) -> AddedHoliday:
    """Add a public holiday that the packaged list does not have. New cases count it; open ones once it is applied."""
    require(actor, Permission.CALENDARS_MANAGE)
    title = title.strip()
    if not title or len(title) > MAX_TITLE:
        raise Refused(f"Give the holiday a name of at most {MAX_TITLE} letters.")
    if jurisdiction() is Jurisdiction.NONE:
        raise Refused("This organisation counts no public holidays. That is a setting: SAR_JURISDICTION.")
    if day.year not in _YEARS:
        raise Refused("Check the year of the holiday.")
    with write_transaction() as session:
        if day.weekday() >= _SATURDAY:
            raise Refused(f"That day is a {day:%A}: a date never falls on it anyway. Add the substitute day.")
        known = newest_calendar().holiday(day)
        if known is not None:
            raise Conflict(f"That day is a public holiday already: {known}.")
        added = AddedHoliday(jurisdiction=jurisdiction().value, day=day, title=title, added_by=actor.id)
        session.add(added)
        session.flush()
        record(actor, Action.HOLIDAY_ADDED, added.id, jurisdiction=added.jurisdiction, day=day)
        return added


def take_back(actor: Actor, holiday_id: str) -> None:
    """Take back a holiday that was added by mistake. Cases that were counted with it wait to be counted anew."""
    require(actor, Permission.CALENDARS_MANAGE)
    with write_transaction():
        found = next((item for item in added_holidays() if item.id == holiday_id), None)
        if found is None:
            raise NotFound("There is no such holiday, or it was taken back already.")
        found.taken_back_at = utc_now()
        record(actor, Action.HOLIDAY_TAKEN_BACK, found.id, jurisdiction=found.jurisdiction, day=found.day)


def apply_newest(actor: Actor, version: str) -> int:
    """Count every open case with the newest calendar, each renewed and logged; returns how many changed dates.

    `version` is the calendar that was on the screen. Raises Conflict when there is a newer one since. Cases are
    renewed some at a time: should it stop halfway, those left are still listed, and applying again goes on.
    """
    require(actor, Permission.CALENDARS_MANAGE)
    cases = moved = 0
    while True:
        with write_transaction():
            newest = newest_calendar()
            if newest.version != version:
                raise Conflict("The calendar changed while you had it open. Look at what would move now.")
            behind = list(
                db.session.scalars(select(Case).where(is_behind(newest)).order_by(Case.id).limit(AT_ONCE))
            )
            if not behind:
                if cases:
                    record(actor, Action.CALENDAR_APPLIED, version, cases=cases, moved=moved)
                return moved
            keep_calendar(newest)
            moved += sum(_renew(actor, case, version) for case in behind)
            cases += len(behind)


def _renew(actor: Actor, case: Case, version: str) -> bool:
    """One case counted with another calendar. Conflicts of interest hide a case from view, not from the law."""
    before, case.calendar_version = (case.calendar_version, case.due_on), version
    renew_clock(case)
    record(
        actor,
        Action.CALENDAR_CHANGED,
        case.id,
        calendar_before=before[0],
        calendar_after=version,
        due_before=before[1],
        due_after=case.due_on,
    )
    return before[1] != case.due_on
