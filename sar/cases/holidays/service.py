"""Commands on public holidays: add one, take one back, count open cases and complaints with the newest calendar."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from sar.access.models import Staff
from sar.access.permissions import Permission
from sar.cases.calendars import Calendar, Jurisdiction
from sar.cases.calendars_in_use import added_holidays, jurisdiction, keep_calendar, newest_calendar
from sar.cases.complaints import recount
from sar.cases.complaints.models import Complaint
from sar.cases.holidays import queries
from sar.cases.holidays.models import CalendarRun
from sar.cases.ledger import mark_late_before, renew_clock, require
from sar.cases.models import AddedHoliday, Case
from sar.cases.second_person import gives_a_late_case_time
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.jobs import JobContext, enqueue

MAX_TITLE = 100
TOGETHER = 20  # cases, or complaints, in one transaction: other writers wait no longer than that
BREATH = 0.05  # seconds between them: SQLite lets a waiting writer in only when nobody holds the lock
_SATURDAY = 5
_PAST = (
    "That day is past. A holiday is added before it comes, so that nothing that is late is made to look as if it were "
    "not. If the list forgot a public holiday, tell whoever keeps this service running: it comes with a new version of "
    "the list. Until then a date can only be too early, never too late."
)
_YEARS = range(2018, 2100)


def add_holiday(actor: Actor, day: date, title: str) -> AddedHoliday:
    """Add a public holiday to come that the packaged list does not have.

    New cases count it; open ones once it is applied. A day that is past is refused: it would be one person's word that
    something was not late.
    """
    require(actor, Permission.CALENDARS_MANAGE)
    title = title.strip()
    if not title or len(title) > MAX_TITLE:
        raise Refused(f"Give the holiday a name of at most {MAX_TITLE} letters.")
    if jurisdiction() is Jurisdiction.NONE:
        raise Refused("This organisation counts no public holidays. That is a setting: SAR_JURISDICTION.")
    if day.year not in _YEARS:
        raise Refused("Check the year of the holiday.")
    with write_transaction() as session:
        if day < london_today():
            raise Refused(_PAST)
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


def start_applying(actor: Actor, version: str) -> CalendarRun:
    """Have all open cases and complaints counted with the newest calendar, in the background, each renewed and logged.

    `version` is the calendar that was on the screen. Raises Conflict when there is a newer one since, or when the
    work goes on already. Work that stopped for good is taken up where it was left.
    """
    require(actor, Permission.CALENDARS_MANAGE)
    with write_transaction() as session:
        newest = newest_calendar()
        if newest.version != version:
            raise Conflict("The calendar changed while you had it open. Look at what would move now.")
        run = queries.latest_run()
        if queries.work_in_hand(run) is not None:
            raise Conflict("The open cases are being counted already. Wait until that is done.")
        if run is None or run.finished_at is not None or run.calendar_version != version:
            keep_calendar(newest)
            run = CalendarRun(calendar_version=version, started_by=actor.id)
            session.add(run)
            session.flush()
            cases, complaints = _left(newest)
            record(actor, Action.CALENDAR_APPLY_STARTED, version, cases=cases, complaints=complaints)
        enqueue(queries.APPLY, run.id)
        return run


def apply(job: JobContext) -> None:
    """The background work: some cases in each transaction, so that others can write between two of them.

    Killed in the middle, it goes on with the cases that are left: those that were counted are known by their version.
    A newer calendar ends it, since nobody has seen what that one would move.
    """
    run = db.session.get(CalendarRun, job.subject_id)
    if run is None or run.finished_at is not None:
        return
    person = db.session.get_one(Staff, run.started_by)
    actor = Actor(ActorKind.STAFF, person.id, frozenset(person.role_set))
    while counted := _apply_to_some(actor, job.subject_id):
        job.progress(*counted)
        time.sleep(BREATH)
    with job.last_step() as session:
        run = session.get_one(CalendarRun, job.subject_id, populate_existing=True)
        run.finished_at, run.overtaken = utc_now(), newest_calendar().version != run.calendar_version
        record(
            actor,
            Action.CALENDAR_APPLIED,
            run.calendar_version,
            cases=run.cases,
            moved=run.moved,
            complaints=run.complaints,
            complaints_moved=run.complaints_moved,
            overtaken=run.overtaken,
        )


def _apply_to_some(actor: Actor, run_id: str) -> tuple[int, int] | None:
    """How many cases and complaints are counted so far, out of how many; the cases come first.

    None when none is left, or a newer calendar came.
    """
    with write_transaction() as session:
        session.expunge_all()
        run, newest = session.get_one(CalendarRun, run_id), newest_calendar()
        if newest.version != run.calendar_version:
            return None
        behind = select(Case).where(queries.is_behind(newest)).order_by(Case.id).limit(TOGETHER)
        cases = session.scalars(behind).all()
        complaints: Sequence[Complaint] = ()
        if not cases:
            some = select(Complaint).where(recount.is_behind(newest)).order_by(Complaint.id).limit(TOGETHER)
            complaints = session.scalars(some).all()
            if not complaints:
                return None
        run.moved += sum(_renew(actor, case, newest.version) for case in cases)
        run.cases += len(cases)
        run.complaints_moved += sum(recount.renew(actor, complaint, newest) for complaint in complaints)
        run.complaints += len(complaints)
        session.flush()
        done = run.cases + run.complaints
        return done, done + sum(_left(newest))


def _left(newest: Calendar) -> tuple[int, int]:
    """Cases and complaints that are still to be counted."""
    cases = db.session.scalar(select(func.count()).select_from(Case).where(queries.is_behind(newest)))
    complaints = db.session.scalar(select(func.count()).select_from(Complaint).where(recount.is_behind(newest)))
    return cases or 0, complaints or 0


def _renew(actor: Actor, case: Case, version: str) -> bool:
    """One case counted with another calendar. Conflicts of interest hide a case from view, not from the law."""
    before, case.calendar_version = (case.calendar_version, case.due_on), version
    renew_clock(case)
    if gives_a_late_case_time(before[1], case.due_on):
        mark_late_before(case)
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
