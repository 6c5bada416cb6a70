"""Reads about cases. Staff reach a case only through `visible_case` or `work_list`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from sar.access.permissions import Permission, allows
from sar.access.queries import staff_names
from sar.cases.calendars import Jurisdiction, calendar
from sar.cases.deadlines import (
    Clock,
    ClockEvent,
    ClockRules,
    ClockState,
    EndReason,
    PauseMode,
    Regime,
    Rule,
    Wait,
    earliest_due,
    gather,
    make_event,
)
from sar.cases.models import Case, ClockFact, ConflictOfInterest, Note, Refusal
from sar.cases.workflow import Stage
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.ids import parse_reference
from sar.foundation.keys import preload
from sar.foundation.runtime import settings

PAGE_SIZE = 50


def visible_case(actor: Actor, case_id: str, *, lock: bool = False) -> Case:
    """The case, if this actor may see it. Raises NotFound otherwise: hidden and absent look the same.

    `lock` reads it afresh and keeps other writers from it until the transaction ends.
    """
    query = select(Case).where(Case.id == case_id, visible_to(actor))
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    case = db.session.scalar(query)
    if case is None:
        raise NotFound("There is no such case, or it is closed to you.")
    return case


def requester_case(actor: Actor) -> Case | None:
    """The case of the signed-in requester; None in the moment before the case is opened."""
    if actor.kind is not ActorKind.REQUESTER:
        raise NotFound("There is no such request.")
    return db.session.scalar(select(Case).where(Case.reference == actor.id))


def case_by_submission(submission_id: str) -> Case | None:
    return db.session.scalar(select(Case).where(Case.submission_id == submission_id))


def clock_events(case: Case) -> list[ClockEvent]:
    """The raw facts that stand, as the fold takes them."""
    return [make_event(fact.kind, fact.on, number=fact.number, reason=fact.reason_code) for fact in clock_facts(case)]


def clock_facts(case: Case) -> list[ClockFact]:
    query = select(ClockFact).where(ClockFact.case_id == case.id, ClockFact.struck_out_at.is_(None))
    return list(db.session.scalars(query.order_by(ClockFact.on, ClockFact.created_at)))


def clock_rules() -> ClockRules:
    current = settings()
    return ClockRules(
        regime=Regime.LE,
        calendar=calendar(Jurisdiction(current.jurisdiction)),
        pause_mode=PauseMode(current.pause_mode),
        internal_target_days=current.internal_target_days,
    )


def clock_from(case: Case, events: list[ClockEvent]) -> Clock:
    """The clock that these facts would give: the earliest of the regimes that the records fall under."""
    regimes = [Regime(name) for name in case.regimes.split()]
    return earliest_due(events, regimes, clock_rules(), today=london_today())


def clock_of(case: Case) -> Clock:
    return clock_from(case, clock_events(case))


def waits_of(case: Case) -> dict[Rule, Wait]:
    """What the clock could not start without, by rule; `answered` is None while it is still awaited."""
    return {wait.rule: wait for wait in gather(clock_events(case)).waits}


def subject_names(case: Case) -> list[str]:
    """The data subject's names, present and former: never suggested for redaction."""
    return [case.submission.full_name, *(case.submission.former_names or [])]


def notes_of(case: Case) -> list[Note]:
    return list(db.session.scalars(select(Note).where(Note.case_id == case.id).order_by(Note.created_at.desc())))


def open_questions(case: Case) -> list[ClockFact]:
    """Questions that the requester has not answered, oldest first."""
    facts = clock_facts(case)
    answered = {fact.number for fact in facts if fact.kind == "clarification_received"}
    return [fact for fact in facts if fact.kind == "clarification_requested" and fact.number not in answered]


def was_answered(case: Case) -> bool:
    """Whether an answer went out and stands: the last ending that was not taken back is an answer."""
    endings = [fact for fact in clock_facts(case) if fact.kind == "ended"]
    return case.clock_state == ClockState.ENDED and endings[-1].reason_code == EndReason.RESPONDED


def latest_refusal(case: Case) -> Refusal | None:
    query = select(Refusal).where(Refusal.case_id == case.id).order_by(Refusal.created_at.desc(), Refusal.id)
    return db.session.scalars(query.limit(1)).first()


def timeline_of(case: Case, *, leave_out: frozenset[str] = frozenset(), limit: int = 200) -> list[AuditEntry]:
    """What happened to the case and to its request, newest first, from the audit log itself."""
    about = or_(AuditEntry.case_id == case.id, AuditEntry.subject_id.in_((case.id, case.submission_id)))
    query = select(AuditEntry).where(about, AuditEntry.action.not_in(leave_out))
    return list(db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)))


@dataclass(frozen=True)
class WorkListRow:
    case_id: str
    reference: str
    name: str
    stage: Stage
    officer: str | None
    received_on: date
    due_on: date | None
    clock_state: str


@dataclass(frozen=True)
class WorkList:
    rows: list[WorkListRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def work_list(actor: Actor, *, whose: str = "team", search: str = "", show: str = "open", page: int = 1) -> WorkList:
    """One page of cases, those due first on top. A constant number of queries, whatever the size."""
    wanted = and_(visible_to(actor), *_filters(actor, whose, search, show))
    total = db.session.scalar(select(func.count()).select_from(Case).where(wanted)) or 0
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    query: Select[Case] = (
        select(Case)
        .where(wanted)
        .order_by(Case.due_on.is_(None), Case.due_on, Case.received_on, Case.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    cases = list(db.session.scalars(query))
    scopes = preload([case.scope_id for case in cases] + ["system"])
    officers = staff_names({case.officer_id for case in cases if case.officer_id})
    rows = [_row(case, officers) for case in cases]
    del scopes
    return WorkList(rows, total, page)


def _row(case: Case, officers: dict[str, str]) -> WorkListRow:
    return WorkListRow(
        case_id=case.id,
        reference=case.reference,
        name=case.submission.full_name,
        stage=Stage(case.stage),
        officer=officers.get(case.officer_id) if case.officer_id else None,
        received_on=case.received_on,
        due_on=case.due_on,
        clock_state=case.clock_state,
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Staff who may see cases and declared no conflict; the system itself; nobody else."""
    if actor.kind is ActorKind.SYSTEM:
        return Case.id.is_not(None)
    if actor.kind is not ActorKind.STAFF or not allows(actor.roles, Permission.CASE_VIEW):
        return Case.id.is_(None)
    return ~exists().where(ConflictOfInterest.case_id == Case.id, ConflictOfInterest.staff_id == actor.id)


def _filters(actor: Actor, whose: str, search: str, show: str) -> list[ColumnElement[bool]]:
    if search.strip():  # a reference names one case: it is found whatever list one happens to look at
        return [Case.reference == (parse_reference(search) or search.strip())]
    filters: list[ColumnElement[bool]] = []
    if whose == "mine":
        filters.append(Case.officer_id == actor.id)
    elif whose == "unassigned":
        filters.append(Case.officer_id.is_(None))
    if show == "open":
        filters.append(Case.closed_on.is_(None))
    elif show == "overdue":
        filters += [Case.closed_on.is_(None), Case.due_on < london_today()]
    elif show == "closed":
        filters.append(Case.closed_on.is_not(None))
    return filters
