"""Reads for reminders: what a calendar shows, and whom what concerns. Never a name of a requester."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from sar.access.models import AccessLink, Staff
from sar.access.permissions import Permission, allows
from sar.access.service import open_link
from sar.cases.complaints.models import Complaint
from sar.cases.complaints.queries import acknowledge_by, reference_of, to_acknowledge
from sar.cases.deadlines import COMPLAINTS_FROM, ClockState
from sar.cases.models import Case, Task
from sar.cases.queries import still_owed, visible_to
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.consultation.models import WAITING, Consultation
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.clock import utc_now
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.oversight.reminders.models import ReminderWish
from sar.records.searches.models import Search, SearchRequest

CALENDAR: Final = "calendar"
MOST_IN_A_CALENDAR: Final = 2_000
RUNNING: Final = (Case.closed_on.is_(None), Case.clock_state == ClockState.RUNNING.value, Case.due_on.is_not(None))


@dataclass(frozen=True)
class DueCase:
    """An open case by what may be told outside the service."""

    case_id: str
    reference: str
    stage: str
    due_on: date


@dataclass(frozen=True)
class DueComplaint:
    """A complaint that nobody has acknowledged yet, with the last day for it (s.164A(3))."""

    complaint_id: str
    case_id: str
    reference: str
    due_on: date


@dataclass(frozen=True)
class DueAnswer:
    """An answer that somebody owes us: a search, or an originator's view. Says neither who nor what about."""

    source_id: str
    case_id: str
    words: str
    due_on: date


@dataclass(frozen=True)
class DueTask:
    """Something that somebody was given to do by a day."""

    task_id: str
    case_id: str
    reference: str
    due_on: date


def actor_of(staff: Staff) -> Actor:
    return Actor(ActorKind.STAFF, staff.id, staff.role_set)


def wish_of(staff_id: str) -> ReminderWish:
    """What this person chose; everything, for someone who never did. The latter is not stored."""
    found = db.session.scalar(select(ReminderWish).where(ReminderWish.staff_id == staff_id))
    return found or ReminderWish(staff_id=staff_id, digest=True, early_alerts=True)


# The calendar


def calendar_owner(token: str) -> Staff:
    """Whose calendar this address shows. Raises NotFound for an unknown one, Gone for one that was stopped."""
    staff = db.session.get(Staff, open_link(token, CALENDAR).subject_id)
    if staff is None or staff.disabled or not allows(staff.role_set, Permission.CASE_VIEW):
        raise NotFound("We do not know this calendar.")
    return staff


def calendar_link(staff_id: str) -> AccessLink | None:
    """The address in use, to say until when it works: what it is was shown once and is stored hashed."""
    query = select(AccessLink).where(
        AccessLink.subject_id == staff_id,
        AccessLink.purpose == CALENDAR,
        AccessLink.ended_at.is_(None),
        AccessLink.expires_at > utc_now(),
    )
    return db.session.scalars(query.limit(1)).first()


def calendar_cases(staff: Staff) -> list[DueCase]:
    """Open cases with a due date: someone's own, or everyone's for whoever hands cases out. None that is closed to
    them."""
    wanted = [*_open_cases_of(staff), Case.due_on.is_not(None), still_owed()]
    return [due_case(row) for row in db.session.execute(cases_by_day(wanted).limit(MOST_IN_A_CALENDAR))]


def calendar_complaints(staff: Staff) -> list[DueComplaint]:
    """Complaints to acknowledge: about someone's own cases, or about all for whoever decides complaints."""
    waiting = (to_acknowledge(), Complaint.received_on >= COMPLAINTS_FROM)
    query = select(Complaint, Case).join(Case, Case.id == Complaint.case_id).where(concerns(staff), *waiting)
    found = []
    for complaint, case in db.session.execute(
        query.order_by(Complaint.received_on, Complaint.id).limit(MOST_IN_A_CALENDAR)
    ):
        day = acknowledge_by(complaint)
        if day is not None:  # the query asks for those that have one
            found.append(DueComplaint(complaint.id, case.id, reference_of(case, complaint), day))
    return sorted(found, key=lambda due: (due.due_on, due.complaint_id))


def calendar_answers(staff: Staff) -> list[DueAnswer]:
    """Searches and views of originators that are awaited in the open cases of the calendar, by the day they are due."""
    searches = (
        select(Search.id, Case.id, Case.reference, func.min(SearchRequest.due_on).label("due_on"))
        .join(Search, Search.id == SearchRequest.search_id)
        .join(Case, Case.id == Search.case_id)
        .where(*_open_cases_of(staff), SearchRequest.over.is_(False))
        .group_by(Search.id, Case.id, Case.reference)
    )
    views = (
        select(Consultation.id, Case.id, Case.reference, Consultation.due_on)
        .join(Case, Case.id == Consultation.case_id)
        .where(*_open_cases_of(staff), Consultation.state.in_(WAITING))
    )
    found = []
    for words, query in (("a search is due", searches), ("an originator’s view is due", views)):
        for source_id, case_id, reference, due_on in db.session.execute(query.limit(MOST_IN_A_CALENDAR)):
            found.append(DueAnswer(source_id, case_id, f"{reference}: {words}", due_on))
    return sorted(found, key=lambda answer: (answer.due_on, answer.source_id))


def tasks_given(staff: Staff, until: date | None = None) -> list[DueTask]:
    """Tasks with a day that this person was given and nobody ticked off, in cases they may see; due by `until`."""
    query = (
        select(Task.id, Case.id, Case.reference, Task.due_on)
        .join(Case, Case.id == Task.case_id)
        .where(Task.staff_id == staff.id, Task.done_at.is_(None), Task.due_on.is_not(None))
        .where(visible_to(actor_of(staff)), Case.closed_on.is_(None))
    )
    query = query if until is None else query.where(Task.due_on <= until)
    found = db.session.execute(query.order_by(Task.due_on, Task.id).limit(MOST_IN_A_CALENDAR))
    return [
        DueTask(task_id, case_id, reference, due_on)
        for task_id, case_id, reference, due_on in found
        if due_on is not None  # the query asks for one
    ]


def _open_cases_of(staff: Staff) -> list[ColumnElement[bool]]:
    """Whose dates stand in a calendar: someone's own cases, or all for whoever hands cases out."""
    wanted = [visible_to(actor_of(staff)), Case.closed_on.is_(None)]
    return wanted if allows(staff.role_set, Permission.CASE_ASSIGN) else [*wanted, Case.officer_id == staff.id]


def concerns(staff: Staff) -> ColumnElement[bool]:
    """Cases whose complaints this person deals with."""
    if allows(staff.role_set, Permission.COMPLAINTS_DECIDE):
        return visible_to(actor_of(staff))
    return and_(visible_to(actor_of(staff)), Case.officer_id == staff.id)


def cases_by_day(wanted: list[ColumnElement[bool]]) -> Select[str, str, str, date | None]:
    query = select(Case.id, Case.reference, Case.stage, Case.due_on).where(*wanted)
    return query.order_by(Case.due_on, Case.id)


def due_case(row: Row[str, str, str, date | None]) -> DueCase:
    case_id, reference, stage, due_on = row
    assert due_on is not None  # every query asks for one
    return DueCase(case_id, reference, STAGE_NAMES[Stage(stage)].lower(), due_on)
