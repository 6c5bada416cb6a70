"""Reads for alerts: whom to tell of which due date, of a case or of a complaint to acknowledge, and what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, select

from sar.access.permissions import Permission
from sar.access.queries import active_staff_with
from sar.cases.complaints.models import Complaint
from sar.cases.complaints.queries import acknowledge_by, last_day, to_acknowledge
from sar.cases.deadlines import COMPLAINT_DAYS, COMPLAINTS_FROM, ClockState
from sar.cases.models import Case
from sar.cases.queries import clock_rules, may_see
from sar.foundation.db import db
from sar.oversight.reminders.models import ReminderWish, SentAlert, SentComplaintAlert
from sar.oversight.reminders.queries import RUNNING
from sar.oversight.reminders.steps import FARTHEST, AlertKind, alert_for, free_days_until


@dataclass(frozen=True)
class Alert:
    """One alert of a case to one person that was not sent yet."""

    case_id: str
    staff_id: str
    due_on: date
    kind: AlertKind


@dataclass(frozen=True)
class ComplaintAlert:
    """The same of a complaint that nobody has acknowledged yet; `due_on` is the last day for it."""

    complaint_id: str
    staff_id: str
    due_on: date
    kind: AlertKind


@dataclass(frozen=True)
class _People:
    """Who may be told: who works on cases, who is in charge, and who wants to hear only of what is late."""

    officers: frozenset[str]
    in_charge: tuple[str, ...]
    quiet: frozenset[str]

    def told(self, officer_id: str | None, kind: AlertKind) -> Iterator[str]:
        """Whom an alert goes to. What nobody works on, or is late, concerns whoever is in charge too."""
        told = [officer_id] if officer_id in self.officers else []
        if not told or kind is AlertKind.OVERDUE:
            told += [staff_id for staff_id in self.in_charge if staff_id not in told]
        return (staff_id for staff_id in told if kind is AlertKind.OVERDUE or staff_id not in self.quiet)


def alerts_due(today: date) -> list[Alert]:
    """Alerts of cases that today calls for and that were not sent, for a working day. A constant number of queries.

    Who may see each case is asked by `still_due`, at the last moment.
    """
    until = free_days_until(today, clock_rules().calendar.is_working_day)
    near = (*RUNNING, Case.due_on <= until + timedelta(days=FARTHEST))
    cases = list(db.session.execute(select(Case.id, Case.due_on, Case.officer_id).where(*near).order_by(Case.due_on)))
    sent = {tuple(row) for row in db.session.execute(_sent_of_open_cases())}
    people, found = _people(Permission.CASE_ASSIGN), []
    for case_id, due_on, officer_id in cases:
        kind = alert_for(due_on, today, until) if due_on else None
        if due_on is None or kind is None:
            continue
        found += [
            Alert(case_id, staff_id, due_on, kind)
            for staff_id in people.told(officer_id, kind)
            if (case_id, staff_id, due_on, kind.value) not in sent
        ]
    return found


def complaint_alerts_due(today: date) -> list[ComplaintAlert]:
    """The same for complaints to acknowledge, also of cases that ended. Whoever decides complaints is in charge."""
    until = free_days_until(today, clock_rules().calendar.is_working_day)
    # Rolling only moves the last day on: what came later than this is not near yet.
    latest = until + timedelta(days=FARTHEST - COMPLAINT_DAYS)
    columns = (Complaint.id, Complaint.received_on, Complaint.calendar_version, Case.officer_id)
    near = (to_acknowledge(), Complaint.received_on.between(COMPLAINTS_FROM, latest))
    query = select(*columns).join(Case, Case.id == Complaint.case_id).where(*near)
    complaints = list(db.session.execute(query.order_by(Complaint.received_on, Complaint.id)))
    sent = {tuple(row) for row in db.session.execute(_sent_of_complaints())}
    people, found = _people(Permission.COMPLAINTS_DECIDE), []
    for complaint_id, received_on, calendar_version, officer_id in complaints:
        due_on = last_day(received_on, calendar_version)
        kind = alert_for(due_on, today, until) if due_on else None
        if due_on is None or kind is None:
            continue
        found += [
            ComplaintAlert(complaint_id, staff_id, due_on, kind)
            for staff_id in people.told(officer_id, kind)
            if (complaint_id, staff_id, due_on, kind.value) not in sent
        ]
    return found


def still_due(alert: Alert) -> Case | None:
    """The case, held, if the alert is still right, not sent yet, and the case is not closed to whom it goes to."""
    case = db.session.get(Case, alert.case_id, with_for_update=True, populate_existing=True)
    if case is None or case.closed_on is not None or case.clock_state != ClockState.RUNNING:
        return None
    same = (
        SentAlert.case_id == alert.case_id,
        SentAlert.staff_id == alert.staff_id,
        SentAlert.due_on == alert.due_on,
        SentAlert.kind == alert.kind.value,
    )
    if case.due_on != alert.due_on or not may_see(case, alert.staff_id):
        return None
    if db.session.scalar(select(SentAlert.id).where(*same)) is not None:
        return None
    return case


def complaint_still_due(alert: ComplaintAlert) -> tuple[Complaint, Case] | None:
    """The complaint, held, and its case, on the same terms."""
    complaint = db.session.get(Complaint, alert.complaint_id, with_for_update=True, populate_existing=True)
    if complaint is None or complaint.acknowledged_on is not None:
        return None
    case = db.session.get_one(Case, complaint.case_id)
    same = (
        SentComplaintAlert.complaint_id == alert.complaint_id,
        SentComplaintAlert.staff_id == alert.staff_id,
        SentComplaintAlert.due_on == alert.due_on,
        SentComplaintAlert.kind == alert.kind.value,
    )
    if acknowledge_by(complaint) != alert.due_on or not may_see(case, alert.staff_id):
        return None
    if db.session.scalar(select(SentComplaintAlert.id).where(*same)) is not None:
        return None
    return complaint, case


def _people(in_charge: Permission) -> _People:
    return _People(
        frozenset(staff.id for staff in active_staff_with(Permission.CASE_WORK)),
        tuple(staff.id for staff in active_staff_with(in_charge)),
        frozenset(db.session.scalars(select(ReminderWish.staff_id).where(ReminderWish.early_alerts.is_(False)))),
    )


def _sent_of_open_cases() -> Select[str, str, date, str]:
    query = select(SentAlert.case_id, SentAlert.staff_id, SentAlert.due_on, SentAlert.kind)
    return query.join(Case, Case.id == SentAlert.case_id).where(Case.closed_on.is_(None))


def _sent_of_complaints() -> Select[str, str, date, str]:
    sent = SentComplaintAlert
    query = select(sent.complaint_id, sent.staff_id, sent.due_on, sent.kind)
    return query.join(Complaint, Complaint.id == sent.complaint_id).where(to_acknowledge())
