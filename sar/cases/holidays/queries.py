"""Reads about calendars: which are in use, and which open cases and complaints a newer one would move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import lazyload, load_only

from sar.cases.calendars import Calendar
from sar.cases.calendars_in_use import calendar_of_version, newest_calendar
from sar.cases.complaints import recount
from sar.cases.complaints.models import Complaint
from sar.cases.deadlines import ClockEvent, ClockState
from sar.cases.holidays.models import CalendarRun
from sar.cases.models import Case, ClockFact
from sar.cases.queries import dates_from, event_of, visible_to
from sar.cases.second_person import gives_a_late_case_time
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.jobs import Job, State, latest

APPLY: Final = "cases.apply_calendar"
CHUNK = 500
PAGE_SIZE = 50


@dataclass(frozen=True)
class Version:
    """A calendar that open cases and complaints are counted with, and how it differs from the newest."""

    version: str
    open_cases: int
    complaints: int
    is_newest: bool
    lacks: tuple[tuple[date, str], ...]
    has_more: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class Moved:
    """An open case whose dates the newest calendar would change, or a complaint whose day to acknowledge it by.

    For a complaint that day is the due date. It has its id, and no case's; nothing of it is ever extended.
    """

    case_id: str | None
    reference: str
    due_before: date | None
    due_after: date | None
    notice_before: date | None
    notice_after: date | None
    complaint_id: str | None = None

    @property
    def late(self) -> bool:
        """Whether it is late today, and would get more time."""
        return gives_a_late_case_time(self.due_before, self.due_after)


@dataclass(frozen=True)
class MovedPage:
    """One page of what would move; `page` counts from 1."""

    moved: tuple[Moved, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Preview:
    """What applying the newest calendar would do. `hidden` cases would move too, but are closed to this actor.

    The same counts for complaints to acknowledge, which are listed beside the cases. `late`: of all that would move,
    those that are late today.
    """

    newest: Calendar
    moved: tuple[Moved, ...]
    hidden: int
    unmoved: int
    hidden_complaints: int
    unmoved_complaints: int
    late: int

    @property
    def waiting(self) -> int:
        """Open cases and complaints that are not counted with the newest calendar yet."""
        return len(self.moved) + self.hidden + self.unmoved + self.hidden_complaints + self.unmoved_complaints

    def listed(self, page: int) -> MovedPage:
        """One page of the list; the nearest that there is."""
        page = min(max(1, page), max(1, -(-len(self.moved) // PAGE_SIZE)))
        return MovedPage(self.moved[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(self.moved), page)


def preview(actor: Actor) -> Preview:
    """Each open case and complaint that the newest calendar would move, old and new date, soonest first.

    Changes nothing. Every one is worked out with both calendars, since only that tells how many move.
    """
    newest = newest_calendar()
    visible = set(db.session.scalars(select(Case.id).where(is_behind(newest), visible_to(actor))))
    moved, hidden, unmoved, late = [], 0, 0, 0
    for case, events in _behind(newest):
        change = _change(case, events, newest)
        late += change is not None and change.late
        if change is None:
            unmoved += 1
        elif case.id in visible:
            moved.append(change)
        else:
            hidden += 1
    complaints = list(recount.behind(actor, newest))
    moving = [item for item in complaints if item.before != item.after]
    moved += [
        Moved(None, item.reference, item.before, item.after, None, None, item.complaint_id)
        for item in moving
        if item.visible
    ]
    moved.sort(key=lambda item: (item.due_before or date.max, item.reference))
    late += sum(gives_a_late_case_time(item.before, item.after) for item in moving)
    hidden_complaints = sum(not item.visible for item in moving)
    return Preview(newest, tuple(moved), hidden, unmoved, hidden_complaints, len(complaints) - len(moving), late)


def latest_run() -> CalendarRun | None:
    """The last time that somebody applied a calendar, finished or not."""
    return db.session.scalars(select(CalendarRun).order_by(CalendarRun.created_at.desc()).limit(1)).first()


def work_in_hand(run: CalendarRun | None) -> Job | None:
    """The job that counts cases anew for this run; None when it is finished, or is not worked on any more."""
    job = latest(APPLY, run.id) if run is not None and run.finished_at is None else None
    return job if job is not None and job.state in (State.QUEUED, State.RUNNING) else None


def is_open() -> ColumnElement[bool]:
    """Cases whose dates can still move. Those of an answer that went out stand, also where work goes on."""
    return Case.clock_state.not_in((ClockState.ENDED.value, ClockState.REOPENED.value))


def is_behind(newest: Calendar) -> ColumnElement[bool]:
    """Open cases that are counted with another calendar than the newest."""
    return is_open() & or_(Case.calendar_version.is_(None), Case.calendar_version != newest.version)


def versions() -> Iterator[Version]:
    """The calendars that open cases, and complaints to acknowledge, are counted with, the newest first."""
    newest = newest_calendar()
    counted = select(Case.calendar_version, func.count()).where(is_open(), Case.calendar_version.is_not(None))
    found = {str(row[0]): row[1] for row in db.session.execute(counted.group_by(Case.calendar_version))}
    waiting = select(Complaint.calendar_version, func.count()).where(recount.is_open())
    complaints = {row[0]: row[1] for row in db.session.execute(waiting.group_by(Complaint.calendar_version))}
    for version in sorted({newest.version, *found, *complaints}, key=lambda one: (one != newest.version, one)):
        used = newest if version == newest.version else calendar_of_version(version)
        yield Version(
            version,
            found.get(version, 0),
            complaints.get(version, 0),
            version == newest.version,
            _beyond(newest, used),
            _beyond(used, newest),
        )


def _beyond(one: Calendar, other: Calendar) -> tuple[tuple[date, str], ...]:
    """The days that are holidays in the one and not in the other, of the years that both list or know by rule."""
    return tuple((day, title) for day, title in sorted(one.holidays.items()) if other.holiday(day) is None)


def _change(case: Case, events: list[ClockEvent], newest: Calendar) -> Moved | None:
    now, then = dates_from(case, events), dates_from(case, events, newest)
    if now == then:
        return None
    return Moved(case.id, case.reference, now.due, then.due, now.extension_notice_by, then.extension_notice_by)


def _behind(newest: Calendar) -> Iterator[tuple[Case, list[ClockEvent]]]:
    """Cases with the events of their clocks, in chunks: two queries for each, and no more than their dates need."""
    needed = load_only(Case.reference, Case.regimes, Case.calendar_version, Case.pause_mode)
    behind = select(Case).where(is_behind(newest)).options(needed, lazyload(Case.submission)).order_by(Case.id)
    last = ""
    while cases := list(db.session.scalars(behind.where(Case.id > last).limit(CHUNK))):
        events = _events_of([case.id for case in cases])
        yield from ((case, events[case.id]) for case in cases)
        last = cases[-1].id


def _events_of(case_ids: list[str]) -> dict[str, list[ClockEvent]]:
    found: dict[str, list[ClockEvent]] = defaultdict(list)
    needed = (
        ClockFact.case_id,
        ClockFact.kind,
        ClockFact.on,
        ClockFact.number,
        ClockFact.reason_code,
        ClockFact.written_on,
        ClockFact.unsent,
    )
    standing = select(ClockFact).where(ClockFact.case_id.in_(case_ids), ClockFact.struck_out_at.is_(None))
    for fact in db.session.scalars(standing.options(load_only(*needed))):
        found[fact.case_id].append(event_of(fact))
    return found
