"""Commands of reminders: send what a day calls for, once; what each person wants; the address of a calendar."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select

from sar.access.models import Staff
from sar.access.permissions import Permission
from sar.access.queries import active_staff_with, staff_member
from sar.access.service import end_links, issue_link
from sar.cases.complaints.queries import reference_of
from sar.cases.ledger import require
from sar.cases.letters import anywhere
from sar.cases.models import Case
from sar.cases.queries import clock_rules
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.foundation import messages, wordings
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.keys import ensure_system_scope
from sar.foundation.runtime import settings
from sar.foundation.wording import FieldValue, date_words
from sar.oversight.reminders import alerts, queries
from sar.oversight.reminders.alerts import Alert, ComplaintAlert
from sar.oversight.reminders.digest import Digest, digest_of
from sar.oversight.reminders.models import SentAlert, SentComplaintAlert, SentDigest
from sar.oversight.reminders.queries import CALENDAR
from sar.oversight.reminders.steps import AlertKind

ALERT: Final = "staff_alert"
COMPLAINT_ALERT: Final = "staff_complaint_alert"
DIGEST: Final = "staff_digest"
CALENDAR_DAYS: Final = 366


def send_alerts() -> int:
    """Tell officers of due dates that come near or have passed, of cases and of complaints to acknowledge.

    On working days; returns how many alerts were sent.

    The alert and its mail are one commit: whenever a worker is killed, each is sent once.
    """
    today = london_today()
    if not clock_rules().calendar.is_working_day(today):
        return 0
    told = sum(_send_alert(alert) for alert in alerts.alerts_due(today))
    return told + sum(_send_complaint_alert(alert) for alert in alerts.complaint_alerts_due(today))


def send_digests() -> int:
    """Send everyone who sees cases what these ask of them. On working days, once a day."""
    today = london_today()
    if not clock_rules().calendar.is_working_day(today):
        return 0
    done = set(db.session.scalars(select(SentDigest.staff_id).where(SentDigest.day == today)))
    waiting = [staff.id for staff in active_staff_with(Permission.CASE_VIEW) if staff.id not in done]
    return sum(_send_digest(staff_id, today) for staff_id in waiting)


def choose(actor: Actor, *, digest: bool, early_alerts: bool) -> None:
    """What someone wants to be told by mail. That a case is overdue is told all the same."""
    require(actor, Permission.CASE_VIEW)
    with write_transaction() as session:
        wish = queries.wish_of(actor.id)
        wish.digest, wish.early_alerts = digest, early_alerts
        session.add(wish)
        record(actor, Action.REMINDERS_CHOSEN, actor.id, digest=digest, early_alerts=early_alerts)


def make_calendar(actor: Actor) -> str:
    """A new address for someone's calendar; an earlier one shows nothing from now on. Returned once, stored hashed."""
    require(actor, Permission.CASE_VIEW)
    with write_transaction():
        stop_calendar(actor)
        token = issue_link(actor, CALENDAR, actor.id, CALENDAR_DAYS)
    return f"{settings().staff_address}/staff/calendar/{token}.ics"


def stop_calendar(actor: Actor) -> None:
    """The address of someone's calendar shows nothing any more."""
    with write_transaction():
        if queries.calendar_link(actor.id) is not None:
            end_links(actor, CALENDAR, actor.id, sign_out=False)


def _send_alert(alert: Alert) -> int:
    with write_transaction() as session:
        case = alerts.still_due(alert)
        if case is None:
            return 0
        staff = staff_member(alert.staff_id)
        told = _mail(
            staff,
            ALERT,
            {
                **anywhere(case.reference),
                "what": _how_near(alert),
                "due_date": alert.due_on,
                "stage": STAGE_NAMES[Stage(case.stage)].lower(),
                "link": _page(case),
            },
        )
        session.add(
            SentAlert(
                case_id=case.id, staff_id=staff.id, due_on=alert.due_on, kind=alert.kind.value, message_id=told.id
            )
        )
        facts = {"case_id": case.id, "kind": alert.kind.value, "due_on": alert.due_on}
        record(SYSTEM, Action.REMINDER_SENT, staff.id, **facts)
        return 1


def _send_complaint_alert(alert: ComplaintAlert) -> int:
    with write_transaction() as session:
        found = alerts.complaint_still_due(alert)
        if found is None:
            return 0
        complaint, case = found
        staff = staff_member(alert.staff_id)
        told = _mail(
            staff,
            COMPLAINT_ALERT,
            {
                **anywhere(case.reference),
                "complaint_reference": reference_of(case, complaint),
                "what": _how_near(alert),
                "due_date": alert.due_on,
                "link": f"{settings().staff_address}/staff/complaints/{complaint.id}",
            },
        )
        session.add(
            SentComplaintAlert(
                complaint_id=complaint.id,
                staff_id=staff.id,
                due_on=alert.due_on,
                kind=alert.kind.value,
                message_id=told.id,
            )
        )
        facts = {"case_id": case.id, "complaint_id": complaint.id, "kind": alert.kind.value, "due_on": alert.due_on}
        record(SYSTEM, Action.COMPLAINT_REMINDER_SENT, staff.id, **facts)
        return 1


def _how_near(alert: Alert | ComplaintAlert) -> str:
    if alert.kind is AlertKind.OVERDUE:
        return "past its due date"
    days = (alert.due_on - london_today()).days
    return "due today" if days == 0 else f"due in {days} {'day' if days == 1 else 'days'}"


def _send_digest(staff_id: str, today: date) -> int:
    with write_transaction() as session:
        staff = staff_member(staff_id)
        if session.scalar(select(SentDigest.id).where(SentDigest.staff_id == staff_id, SentDigest.day == today)):
            return 0
        digest = digest_of(staff, today) if queries.wish_of(staff_id).digest else None
        sent = SentDigest(staff_id=staff_id, day=today)
        if digest is not None and not digest.is_empty:
            sent.message_id = _mail(staff, DIGEST, _digest_fields(digest, today)).id
        session.add(sent)
        return int(sent.message_id is not None)


def _digest_fields(digest: Digest, today: date) -> dict[str, FieldValue]:
    return {
        **anywhere(date_words(today)),
        "today": today,
        "overdue": digest.overdue or ["None"],
        "due_soon": digest.due_soon or ["None"],
        "waiting": digest.waiting or ["None"],
        "letters_to_go": digest.letters or ["None"],
        "open_searches": digest.searches or ["None"],
        "open_consultations": digest.consultations or ["None"],
        "complaints": digest.complaints or ["None"],
        "tasks": digest.tasks or ["None"],
        "link": f"{settings().staff_address}/staff/cases/?whose=mine",
    }


def _mail(staff: Staff, name: str, given: dict[str, FieldValue]) -> messages.Message:
    """Put a mail to staff in the outbox. It belongs to no case: it says of one only its reference and stage."""
    text = wordings.render(name, given)
    return messages.send(
        SYSTEM,
        scope_id=ensure_system_scope(),
        channel="email",
        to=staff.email,
        subject=text.subject,
        body=text.as_text(),
        kind=name,
        subject_id=staff.id,
    )


def _page(case: Case) -> str:
    return f"{settings().staff_address}/staff/cases/{case.id}"
