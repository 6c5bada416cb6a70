"""Reads about calendars: which are in use, and which open cases a newer one would move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from sar.cases.calendars import Calendar
from sar.cases.calendars_in_use import calendar_of_version, newest_calendar
from sar.cases.deadlines import ClockState
from sar.cases.models import Case, ClockFact
from sar.cases.queries import clock_from, event_of, visible_to
from sar.foundation.actors import Actor
from sar.foundation.db import db

CHUNK = 500


@dataclass(frozen=True)
class Version:
    """A calendar that open cases are counted with, and how it differs from the newest."""

    version: str
    open_cases: int
    is_newest: bool
    lacks: tuple[tuple[date, str], ...]
    has_more: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Moved:
    """An open case whose dates the newest calendar would change."""

    case_id: str
    reference: str
    due_before: date | None
    due_after: date | None
    notice_before: date | None
    notice_after: date | None


@dataclass(frozen=True)
class Preview:
    """What applying the newest calendar would do. `hidden` cases would move too, but are closed to this actor."""

    newest: Calendar
    versions: tuple[Version, ...]
    moved: tuple[Moved, ...]
    hidden: int
    unmoved: int

    @property
    def waiting(self) -> int:
        """Open cases that are not counted with the newest calendar yet."""
        return len(self.moved) + self.hidden + self.unmoved


def preview(actor: Actor) -> Preview:
    """The versions in use, and each open case that the newest would move, old and new date. Changes nothing."""
    newest = newest_calendar()
    visible = set(db.session.scalars(select(Case.id).where(is_behind(newest), visible_to(actor))))
    moved, hidden, unmoved = [], 0, 0
    for case, facts in _behind(newest):
        change = _change(case, facts, newest)
        if change is None:
            unmoved += 1
        elif case.id in visible:
            moved.append(change)
        else:
            hidden += 1
    moved.sort(key=lambda item: (item.due_before or date.max, item.reference))
    return Preview(newest, tuple(_versions(newest)), tuple(moved), hidden, unmoved)


def is_open() -> ColumnElement[bool]:
    return Case.clock_state != ClockState.ENDED.value


def is_behind(newest: Calendar) -> ColumnElement[bool]:
    """Open cases that are counted with another calendar than the newest."""
    return is_open() & or_(Case.calendar_version.is_(None), Case.calendar_version != newest.version)


def _versions(newest: Calendar) -> Iterator[Version]:
    counted = select(Case.calendar_version, func.count()).where(is_open(), Case.calendar_version.is_not(None))
    found = {str(row[0]): row[1] for row in db.session.execute(counted.group_by(Case.calendar_version))}
    for version in sorted({newest.version, *found}, key=lambda one: (one != newest.version, one)):
        used = newest if version == newest.version else calendar_of_version(version)
        yield Version(
            version, found.get(version, 0), version == newest.version, _beyond(newest, used), _beyond(used, newest)
        )


def _beyond(one: Calendar, other: Calendar) -> tuple[tuple[date, str], ...]:
    """The days that are holidays in the one and not in the other, of the years that both list or know by rule."""
    return tuple((day, title) for day, title in sorted(one.holidays.items()) if other.holiday(day) is None)


def _change(case: Case, facts: Sequence[ClockFact], newest: Calendar) -> Moved | None:
    events = [event_of(fact) for fact in facts]
    now, then = clock_from(case, events), clock_from(case, events, newest)
    dates = (now.due, then.due, now.extension_notice_by, then.extension_notice_by)
    if now.due == then.due and now.extension_notice_by == then.extension_notice_by:
        return None
    return Moved(case.id, case.reference, *dates)


def _behind(newest: Calendar) -> Iterator[tuple[Case, list[ClockFact]]]:
    """Cases with the facts of their clocks, in chunks: a constant number of queries for each."""
    last = ""
    while True:
        query = select(Case).where(is_behind(newest), Case.id > last).order_by(Case.id).limit(CHUNK)
        cases = list(db.session.scalars(query))
        if not cases:
            return
        facts: dict[str, list[ClockFact]] = defaultdict(list)
        standing = select(ClockFact).where(
            ClockFact.case_id.in_([case.id for case in cases]), ClockFact.struck_out_at.is_(None)
        )
        for fact in db.session.scalars(standing):
            facts[fact.case_id].append(fact)
        yield from ((case, facts[case.id]) for case in cases)
        last = cases[-1].id
