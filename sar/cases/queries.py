"""Reads about cases. Staff reach a case only through `visible_case`, or the lists in `worklist`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import aliased

from sar.access.permissions import Permission, allows
from sar.cases.calendars import Calendar
from sar.cases.calendars_in_use import calendar_of_version, newest_calendar
from sar.cases.deadlines import (
    ASKS_FOR,
    Clock,
    ClockEvent,
    ClockRules,
    ClockState,
    Dates,
    EndReason,
    ImpossibleDates,
    PauseMode,
    Regime,
    Rule,
    Unsent,
    Wait,
    earliest_dates,
    earliest_due,
    earliest_if_answered,
    gather,
    make_event,
)
from sar.cases.models import Case, ClockFact, ConflictOfInterest, NamedPerson, Note, Refusal
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Gone, NotFound
from sar.foundation.runtime import settings
from sar.foundation.wording import date_words


class Erased(Gone):
    """The time of this case was over and its records were destroyed; `case` is what is left of it."""

    title = "These records were destroyed"

    def __init__(self, case: Case) -> None:
        assert case.erased_on is not None
        super().__init__(
            f"The time to keep {case.reference} was over, and its records were destroyed on "
            f"{date_words(case.erased_on)}. No names and no contents are left."
        )
        self.case = case


def visible_case(actor: Actor, case_id: str, *, lock: bool = False) -> Case:
    """The case, if this actor may see it. Raises NotFound otherwise: hidden and absent look the same.

    Raises Erased for a case that they could see and whose records were destroyed.

    `lock` reads it afresh and keeps other writers from it until the transaction ends.
    """
    query = select(Case).where(Case.id == case_id, visible_to(actor))
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    case = db.session.scalar(query)
    if case is None:
        left = erased_case(actor, Case.id == case_id)
        if left is not None:
            raise Erased(left)
        raise NotFound("There is no such case, or it is closed to you.")
    return case


def erased_case(actor: Actor, condition: ColumnElement[bool]) -> Case | None:
    """What is left of a case that this actor could see and whose records were destroyed."""
    return db.session.scalar(select(Case).where(condition, _open_to(actor), Case.erased_on.is_not(None)))


def requester_case(actor: Actor) -> Case | None:
    """The case of the signed-in requester; None in the moment before the case is opened."""
    if actor.kind is not ActorKind.REQUESTER:
        raise NotFound("There is no such request.")
    return db.session.scalar(select(Case).where(Case.reference == actor.id, Case.erased_on.is_(None)))


def case_by_submission(submission_id: str) -> Case | None:
    return db.session.scalar(select(Case).where(Case.submission_id == submission_id))


def clock_events(case: Case) -> list[ClockEvent]:
    """The raw facts that stand, as the fold takes them; also of letters that have not gone out."""
    return [event_of(fact) for fact in standing_facts(case)]


def event_of(fact: ClockFact) -> ClockEvent:
    """One stored fact, as the fold takes it."""
    if fact.unsent:
        return Unsent(fact.written_on or fact.on, fact.kind, fact.number)
    return make_event(fact.kind, fact.on, number=fact.number, reason=fact.reason_code, written=fact.written_on)


def clock_facts(case: Case) -> list[ClockFact]:
    """What has happened on the clock and stands, oldest first: without what waits for its letter to go."""
    return [fact for fact in standing_facts(case) if not fact.unsent]


def unsent_facts(case: Case) -> list[ClockFact]:
    """What will have happened when its letter goes, oldest first; without what was answered meanwhile."""
    live = {(letter.what, letter.number) for letter in gather(clock_events(case)).unsent}
    return [fact for fact in standing_facts(case) if fact.unsent and (fact.kind, fact.number) in live]


def standing_facts(case: Case) -> list[ClockFact]:
    """All that was not struck out, oldest first, whether or not its letter has gone."""
    query = select(ClockFact).where(ClockFact.case_id == case.id, ClockFact.struck_out_at.is_(None))
    return list(db.session.scalars(query.order_by(ClockFact.on, ClockFact.created_at)))


def clock_rules(case: Case | None = None, calendar: Calendar | None = None) -> ClockRules:
    """What a case's facts are read under: its own calendar and way of counting pauses.

    The newest calendar and the setting where it has none yet; or the calendar that is given.
    """
    current = settings()
    if calendar is None:
        own = case.calendar_version if case is not None else None
        calendar = calendar_of_version(own) if own else newest_calendar()
    return ClockRules(
        regime=Regime.LE,
        calendar=calendar,
        pause_mode=PauseMode((case.pause_mode if case is not None else None) or current.pause_mode),
        internal_target_days=current.internal_target_days,
    )


def clock_from(case: Case, events: list[ClockEvent], calendar: Calendar | None = None) -> Clock:
    """The clock that these facts would give: the earliest of the regimes that the records fall under.

    With the calendar that the case is counted with, or another one to see what it would change.
    """
    return earliest_due(events, _regimes(case), clock_rules(case, calendar), today=london_today())


def dates_from(case: Case, events: list[ClockEvent], calendar: Calendar | None = None) -> Dates:
    """The dates of `clock_from` alone, for many cases at once."""
    return earliest_dates(events, _regimes(case), clock_rules(case, calendar))


def due_if_answered_today(cases: Sequence[Case]) -> dict[str, date]:
    """When those of these cases would be due whose clock waits for something, had it come today. One query for all."""
    waiting = {case.id: case for case in cases if case.clock_state in (ClockState.PAUSED, ClockState.NOT_STARTED)}
    events: dict[str, list[ClockEvent]] = {case_id: [] for case_id in waiting}
    query = select(ClockFact).where(ClockFact.case_id.in_(waiting), ClockFact.struck_out_at.is_(None))
    for fact in db.session.scalars(query.order_by(ClockFact.on, ClockFact.created_at)):
        events[fact.case_id].append(event_of(fact))
    today = london_today()
    found: dict[str, date] = {}
    rules: dict[tuple[str | None, str | None], ClockRules] = {}  # many cases are counted alike
    for case_id, case in waiting.items():
        # One case says on its own page that its dates cannot be: the others are listed all the same.
        with suppress(ImpossibleDates):
            way = case.calendar_version, case.pause_mode
            rules[way] = rules.get(way) or clock_rules(case)
            if day := earliest_if_answered(events[case_id], _regimes(case), rules[way], today):
                found[case_id] = day
    return found


def _regimes(case: Case) -> list[Regime]:
    return [Regime(name) for name in case.regimes.split()]


def clock_by(case: Case, laws: Iterable[str]) -> Clock:
    """The clock as it would be under other laws: codes of `Regime`."""
    regimes = [Regime(name) for name in sorted(laws)]
    return earliest_due(clock_events(case), regimes, clock_rules(case), today=london_today())


def clock_of(case: Case) -> Clock:
    return clock_from(case, clock_events(case))


def waits_of(case: Case) -> dict[Rule, Wait]:
    """What the clock could not start without, by rule; `answered` is None while it is still awaited."""
    return {wait.rule: wait for wait in gather(clock_events(case)).waits}


def asked_for(case: Case) -> frozenset[Rule]:
    """What we asked for that the clock waits for, or will once the letter that asks for it has gone."""
    unsent = {ASKS_FOR[fact.kind] for fact in unsent_facts(case) if fact.kind in ASKS_FOR}
    return frozenset(unsent | waits_of(case).keys())


def subject_names(case: Case) -> list[str]:
    """The data subject's names, present and former: never suggested for redaction."""
    return [case.submission.full_name, *(case.submission.former_names or [])]


def notes_of(case: Case) -> list[Note]:
    return list(db.session.scalars(select(Note).where(Note.case_id == case.id).order_by(Note.created_at.desc())))


def questions_of(case: Case) -> list[ClockFact]:
    """Every question that was written to the requester, oldest first, whether or not its letter has gone."""
    return [fact for fact in standing_facts(case) if fact.kind == "clarification_requested"]


def unanswered_questions(case: Case) -> list[ClockFact]:
    """Those that the requester has not answered."""
    answered = {fact.number for fact in clock_facts(case) if fact.kind == "clarification_received"}
    return [fact for fact in questions_of(case) if fact.number not in answered]


def open_questions(case: Case) -> list[ClockFact]:
    """Those that were asked and not answered: our letter has gone, and we wait."""
    return [fact for fact in unanswered_questions(case) if not fact.unsent]


def fee_awaited(case: Case) -> ClockFact | None:
    """The fee that was asked for and is not paid, whose `detail` begins with the amount where it was asked for here."""
    facts = clock_facts(case)
    paid = any(fact.kind == "fee_paid" for fact in facts)
    return None if paid else next((fact for fact in facts if fact.kind == "fee_requested"), None)


def was_answered(case: Case) -> bool:
    """Whether a whole answer went out, once: it stays an answer while the case is open again."""
    return any(fact.kind == "ended" and fact.reason_code == EndReason.RESPONDED for fact in clock_facts(case))


def latest_refusal(case: Case) -> Refusal | None:
    query = select(Refusal).where(Refusal.case_id == case.id).order_by(Refusal.created_at.desc(), Refusal.id)
    return db.session.scalars(query.limit(1)).first()


def timeline_of(
    case: Case,
    *,
    leave_out: frozenset[str] = frozenset(),
    closed: ColumnElement[bool] | None = None,
    limit: int = 200,
) -> list[AuditEntry]:
    """What happened to the case and to its request, newest first, from the audit log itself.

    `closed`: the condition on entries that are not for whoever reads it.
    """
    about = or_(AuditEntry.case_id == case.id, AuditEntry.subject_id.in_((case.id, case.submission_id)))
    shown = ~(false() if closed is None else closed)
    query = select(AuditEntry).where(about, AuditEntry.action.not_in(leave_out), shown)
    return list(db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Cases that staff who see cases may see, if not closed to them; to the system all; to nobody else any.

    Never what is left of a case whose records were destroyed: no list or page meets it unprepared.
    """
    return and_(_open_to(actor), Case.erased_on.is_(None))


def _open_to(actor: Actor) -> ColumnElement[bool]:
    if actor.kind is ActorKind.SYSTEM:
        return Case.id.is_not(None)
    if actor.kind is not ActorKind.STAFF or not allows(actor.roles, Permission.CASE_VIEW):
        return Case.id.is_(None)
    return not_closed_to(actor.id)


def not_closed_to(staff_id: str) -> ColumnElement[bool]:
    """Cases without a conflict of interest of this person and, where restricted, that name them. Says nothing of roles.

    Few cases are closed to anyone: they are looked up once for a query, not for each row of a list.
    """
    hidden, named = aliased(Case), select(NamedPerson.case_id).where(NamedPerson.staff_id == staff_id)
    return and_(
        Case.id.not_in(select(ConflictOfInterest.case_id).where(ConflictOfInterest.staff_id == staff_id)),
        Case.id.not_in(select(hidden.id).where(hidden.restricted, hidden.id.not_in(named))),
    )


def still_owed() -> ColumnElement[bool]:
    """Cases of which no answer went out yet: one that is open again after its answer is not late a second time."""
    return Case.clock_state != ClockState.REOPENED.value


def listed_for(actor: Actor) -> ColumnElement[bool]:
    """Cases that a report lists one by one for this actor; in its totals every case counts.

    Auditors, who open no case, find restricted ones in it as they do the others, unless closed to them by name.
    """
    if actor.kind is not ActorKind.STAFF:
        return Case.id.is_not(None)
    if allows(actor.roles, Permission.CASE_VIEW):
        return not_closed_to(actor.id)
    return Case.id.not_in(select(ConflictOfInterest.case_id).where(ConflictOfInterest.staff_id == actor.id))


def may_see(case: Case, staff_id: str) -> bool:
    """Whether a case is not closed to someone who, by their role, may see cases."""
    return db.session.scalar(select(Case.id).where(Case.id == case.id, not_closed_to(staff_id))) is not None
