"""What stands in someone's daily digest: a reference and what it asks for. Never a name of a requester."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, not_, or_, select

from sar.access.models import Staff
from sar.access.permissions import Permission, allows
from sar.cases.complaints.models import OutsideComplaint
from sar.cases.conflicts.queries import open_to_all
from sar.cases.conflicts.said import CONNECTION
from sar.cases.deadlines import ClockState
from sar.cases.letter_names import name_of
from sar.cases.models import Case, ConflictOfInterest, Waiting
from sar.cases.outbox import WAITING
from sar.cases.queries import visible_to
from sar.cases.refusals.queries import waiting as proposals_waiting
from sar.cases.timeline import PROPOSED
from sar.cases.waiting import Whom, letter_words, owed_words, waits_for
from sar.consultation.models import UNDECIDED, Consultation, State
from sar.consultation.queries import unasked
from sar.foundation.clock import LONDON
from sar.foundation.db import db
from sar.foundation.messages import Message
from sar.foundation.runtime import settings
from sar.foundation.wording import date_words
from sar.oversight.reminders.models import SentDigest
from sar.oversight.reminders.queries import (
    RUNNING,
    DueCase,
    actor_of,
    calendar_complaints,
    cases_by_day,
    concerns,
    due_case,
    tasks_given,
)
from sar.oversight.reminders.steps import FARTHEST
from sar.oversight.retention import queries as retention
from sar.records.searches.models import Search, SearchArea, SearchRequest, SearchState

MOST_LINES: Final = 50
_ANSWERS: Final = tuple(
    f"letter.{name}"
    for name in (
        "rejection",
        "ncnd",
        "not_valid",
        "referral",
        "closed_no_reply",
        "closed_no_reply_by_name",
        "withdrawal",
        "ready_to_collect",
        "ready_to_hand_over",
        "part_ready",
        "part_ready_to_hand_over",
        "passphrase",
    )
)
# Searches and consultations are named so many days before their answer is wanted.
NAMED_BEFORE: Final = timedelta(days=2)


@dataclass(frozen=True)
class Digest:
    """The lines of one person's digest, by what they ask for. Whatever waits for a decision is with `complaints`."""

    overdue: list[str]
    due_soon: list[str]
    waiting: list[str]
    letters: list[str]
    searches: list[str]
    consultations: list[str]
    complaints: list[str]
    tasks: list[str]

    @property
    def is_empty(self) -> bool:
        cases = self.overdue or self.due_soon or self.waiting or self.letters
        return not (cases or self.searches or self.consultations or self.complaints or self.tasks)


def digest_of(staff: Staff, today: date) -> Digest:
    """What someone's own open cases ask for today, and what others left to them."""
    own = [visible_to(actor_of(staff)), Case.officer_id == staff.id, Case.closed_on.is_(None)]
    dated = [due_case(row) for row in db.session.execute(cases_by_day([*own, *RUNNING]))]
    soon = today + timedelta(days=FARTHEST)
    return Digest(
        overdue=_lines(
            f"{_named(case)}, was due on {date_words(case.due_on)}" for case in dated if case.due_on < today
        ),
        due_soon=_lines(
            f"{_named(case)}, due on {date_words(case.due_on)}" for case in dated if today <= case.due_on <= soon
        ),
        waiting=_lines(_waiting(own)),
        letters=_lines([*_letters(own), *_answers_to_go(staff)]),
        searches=_lines(_searches(own, today)),
        consultations=_lines(_consultations(own, today)),
        complaints=_lines(
            [*_complaints(staff, today), *_conflicts(staff), *_proposals(staff), *_kept(staff), *_checks(staff)]
        ),
        tasks=_lines(_tasks(staff, today)),
    )


def _waiting(own: list[ColumnElement[bool]]) -> Iterable[str]:
    """What the clock waits for: something that the requester owes."""
    query = (
        select(Case.reference, Waiting.source_id)
        .join(Waiting, Waiting.case_id == Case.id)
        .where(*own, Waiting.whom == Whom.REQUESTER.value, Case.clock_state != ClockState.RUNNING.value)
    )
    for reference, source_id in db.session.execute(query.order_by(Case.received_on, Case.id, Waiting.source_id)):
        yield f"{reference}: waiting for {owed_words(source_id)}"


def _letters(own: list[ColumnElement[bool]]) -> Iterable[str]:
    """What was written and has not gone: whoever it is for was not asked or told yet."""
    query = (
        select(Case.reference, Waiting.source_id, Waiting.since)
        .join(Waiting, Waiting.case_id == Case.id)
        .where(*own, Waiting.whom == Whom.LETTER.value)
    )
    for reference, source_id, written in db.session.execute(query.order_by(Waiting.since, Case.id, Waiting.source_id)):
        yield f"{reference}: {letter_words(source_id)}, written on {date_words(written)}"


def _answers_to_go(staff: Staff) -> Iterable[str]:
    """Letters with an answer or what opens it, or that say why the work ended, that wait in the outbox: until they go
    the person has nothing, and cannot say that it is wrong."""
    whose = Case.officer_id == staff.id
    if allows(staff.role_set, Permission.CASE_ASSIGN):
        whose = or_(whose, Case.officer_id.is_(None))
    theirs = (visible_to(actor_of(staff)), whose)
    query = select(Case.reference, Message.kind).join(Message, Message.scope_id == Case.scope_id)
    waiting = query.where(*theirs, Message.kind.in_(_ANSWERS), Message.delivery.in_([state.value for state in WAITING]))
    for reference, kind in db.session.execute(waiting.order_by(Message.created_at, Message.id)):
        yield f"{reference}: {name_of(kind).lower()}, still in the outbox"


def _searches(own: list[ColumnElement[bool]], today: date) -> Iterable[str]:
    """Answers that are wanted soon or late, then areas where nobody was asked, so that nobody is reminded either."""
    query = (
        select(Case.reference, SearchArea.name, SearchRequest.due_on)
        .join(Search, Search.id == SearchRequest.search_id)
        .join(SearchArea, SearchArea.id == Search.area_id)
        .join(Case, Case.id == Search.case_id)
        .where(*own, SearchRequest.over.is_(False), SearchRequest.due_on <= today + NAMED_BEFORE)
    )
    for reference, area, due_on in db.session.execute(query.order_by(SearchRequest.due_on, Case.reference)):
        yield f"{reference}: {area}, answer wanted by {date_words(due_on)}"
    listed_before = datetime.combine(today - NAMED_BEFORE, time(), LONDON)
    idle = select(Case.reference, func.count()).join(Search, Search.case_id == Case.id)
    idle = idle.where(*own, Search.state == SearchState.TO_DO.value, Search.created_at < listed_before)
    for reference, count in db.session.execute(idle.group_by(Case.reference).order_by(Case.reference)):
        yield f"{reference}: {count} {'area' if count == 1 else 'areas'} to search where nobody was asked yet"


def _consultations(own: list[ColumnElement[bool]], today: date) -> Iterable[str]:
    """Answered ones wait for the officer; the others for an originator, who may be a person and is not named."""
    near = (Consultation.state == State.ANSWERED.value) | (Consultation.due_on <= today + NAMED_BEFORE)
    query = (
        select(Case.reference, Consultation.state, Consultation.due_on)
        .join(Case, Case.id == Consultation.case_id)
        .where(*own, Consultation.state.in_(UNDECIDED), near)
    )
    for reference, state, due_on in db.session.execute(query.order_by(Consultation.due_on, Case.reference)):
        said = "answered, decide about it" if state == State.ANSWERED else f"answer wanted by {date_words(due_on)}"
        yield f"{reference}: {said}"
    came_before = datetime.combine(today - timedelta(days=settings().consultation_send_day - 1), time(), LONDON)
    for reference, count in unasked(own, came_before):
        what = "record came from somebody else" if count == 1 else "records came from others"
        yield f"{reference}: {count} {what} who {'was' if count == 1 else 'were'} not asked for a view"


def _complaints(staff: Staff, today: date) -> Iterable[str]:
    """Complaints to acknowledge and answers that the regulator or a court wants, also of cases that ended."""
    soon = today + timedelta(days=FARTHEST)
    for due in calendar_complaints(staff):
        if due.due_on <= soon:
            late = ", which has passed" if due.due_on < today else ""
            yield f"{due.reference}: say that we have the complaint, by {date_words(due.due_on)}{late}"
    asked = select(OutsideComplaint.answer_by, Case.reference).join(Case, Case.id == OutsideComplaint.case_id)
    asked = asked.where(concerns(staff), OutsideComplaint.outcome.is_(None), OutsideComplaint.answer_by <= soon)
    for answer_by, reference in db.session.execute(asked.order_by(OutsideComplaint.answer_by, Case.reference)):
        if answer_by is not None:  # the query asks for one
            yield f"{reference}: the regulator or a court wants our answer by {date_words(answer_by)}"


def _tasks(staff: Staff, today: date) -> Iterable[str]:
    """Tasks given to this person, also in cases of others. Their words are personal and stay in the service."""
    for task in tasks_given(staff, today + NAMED_BEFORE):
        late = ", which has passed" if task.due_on < today else ""
        yield f"{task.reference}: a task of yours, by {date_words(task.due_on)}{late}"


def _checks(staff: Staff) -> Iterable[str]:
    """Reviews that wait for somebody who may sign off; not those of one's own cases."""
    if not allows(staff.role_set, Permission.CASE_SIGN_OFF):
        return
    theirs = (visible_to(actor_of(staff)), waits_for(Whom.SECOND_READER), Case.officer_id.is_distinct_from(staff.id))
    for reference in db.session.scalars(select(Case.reference).where(*theirs).order_by(Case.due_on, Case.id)):
        yield f"{reference}: waits for a second check"


def _conflicts(staff: Staff) -> Iterable[str]:
    """Cases about someone connected with us: each day until somebody said who may see them and while they are open to
    everyone, once when somebody is kept out.

    For whoever may close them to more people, or open them again. Open cases that are not closed to themselves.
    """
    if not allows(staff.role_set, Permission.CASE_ASSIGN):
        return
    there = select(Case.reference).where(visible_to(actor_of(staff)), Case.closed_on.is_(None)).order_by(Case.reference)
    said = waits_for(Whom.DPO, CONNECTION)
    for reference in db.session.scalars(there.where(said)):
        yield f"{reference}: the requester says that they or their family work here, say who may see it"
    for reference in db.session.scalars(there.where(open_to_all(), not_(said))):
        yield f"{reference}: about someone connected with us, say who must not see it"
    last = db.session.scalar(select(func.max(SentDigest.day)).where(SentDigest.staff_id == staff.id))
    closed = select(ConflictOfInterest.case_id)
    if last is not None:  # from the start of that day: what was written down meanwhile is told twice, and never missed
        closed = closed.where(ConflictOfInterest.created_at >= datetime.combine(last, time(), LONDON))
    for reference in db.session.scalars(there.where(Case.id.in_(closed))):
        yield f"{reference}: closed to somebody with a conflict of interest, check that this is enough"


def _proposals(staff: Staff) -> Iterable[str]:
    """What the data protection officer is to decide. The clock runs on meanwhile."""
    if allows(staff.role_set, Permission.CASE_REJECT):
        for item in proposals_waiting(actor_of(staff)):
            yield f"{item.case.reference}: a proposal {PROPOSED[item.proposal.kind]} waits for a decision"


def _kept(staff: Staff) -> Iterable[str]:
    """Finished cases whose time is over, and proposals to destroy some that somebody else made. Numbers alone."""
    actor = actor_of(staff)
    if allows(staff.role_set, Permission.RETENTION_MANAGE) and (due := retention.due_count(actor)):
        yield f"{due:,} finished case{' is' if due == 1 else 's are'} due for review: the time to keep them is over"
    if allows(staff.role_set, Permission.RETENTION_AGREE) and (waiting := retention.to_agree(actor)):
        what = "proposal to destroy a case waits" if waiting == 1 else "proposals to destroy a case wait"
        yield f"{waiting:,} {what} for somebody to agree"


def _named(case: DueCase) -> str:
    return f"{case.reference}: {case.stage}"


def _lines(found: Iterable[str]) -> list[str]:
    lines = list(found)
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"and {more} more"] if more > 0 else lines
