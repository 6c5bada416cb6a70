"""Reads about how long cases are kept: a constant number of queries for a list, whatever its length. No names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, func, or_, select
from sqlalchemy.orm import aliased, lazyload

from sar.access.permissions import Permission, allows
from sar.cases.complaints.models import Complaint, OutsideComplaint
from sar.cases.complaints.models import State as ComplaintState
from sar.cases.deadlines import EndReason
from sar.cases.links.models import CaseLink
from sar.cases.models import Case, ClockFact
from sar.cases.queries import listed_for
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.oversight.retention.filters import UNDER_WAY, Filters, Show, conditions, is_due
from sar.oversight.retention.models import Erasure, Hold, LongerTime, RetentionRules, State
from sar.oversight.retention.rules import Kept, Rule, Since, Years

PAGE_SIZE = 50
_AT_ONCE = 500
# What holds a case, as a code of the log, and in words.
HOLD_WORDS = {
    "open": "The case is open again",
    "complaint": "A complaint is open",
    "outside": "A complaint to the regulator or a court is open",
    "linked": "A linked case is still open and may need it",
    "by_hand": "Somebody put a hold on it",
}


@dataclass(frozen=True)
class Row:
    """One finished case in a list. `holds`: codes of HOLD_WORDS. `erasure`: what is proposed or was done."""

    case: Case
    kept: Kept
    holds: tuple[str, ...]
    erasure: Erasure | None

    @property
    def is_overtaken(self) -> bool:
        """Whether a proposal to destroy it waits that nobody can agree to any more (see `overtaken`)."""
        waits = self.erasure is not None and self.erasure.state == State.PROPOSED
        return waits and self.erasure is not None and overtaken(self.erasure, self.kept)


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def rules_in_force() -> Years:
    """The newest rules; those that come with the tool while nobody changed them."""
    newest = db.session.scalars(select(RetentionRules).order_by(RetentionRules.number.desc()).limit(1)).first()
    return Years(newest.number, newest.answered, newest.not_answered, newest.complaint) if newest else Years()


def listed(actor: Actor, filters: Filters, page: int = 1) -> Page:
    """One page of a list, what ended first on top; of those destroyed the last on top."""
    total = count(actor, filters)
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    query = select(Case.id).where(_wanted(actor, filters)).order_by(*_order(filters))
    ids = list(db.session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    return Page(rows_of(ids), total, page)


def count(actor: Actor, filters: Filters) -> int:
    query = select(func.count()).select_from(Case).where(_wanted(actor, filters))
    return db.session.scalar(query) or 0


def due_count(actor: Actor) -> int:
    """How many cases wait for somebody to look at them."""
    waiting = and_(listed_for(actor), is_due(rules_in_force(), london_today()))
    return db.session.scalar(select(func.count()).select_from(Case).where(waiting)) or 0


def to_agree(actor: Actor) -> int:
    """How many proposals wait for somebody else than whoever made them."""
    query = select(func.count()).select_from(Erasure).join(Case, Case.id == Erasure.case_id)
    waiting = (Erasure.state == State.PROPOSED.value, Erasure.proposed_by != actor.id, Case.closed_on.is_not(None))
    return db.session.scalar(query.where(*waiting, _may_agree(actor))) or 0


def every_row(actor: Actor, filters: Filters) -> Iterator[Row]:
    """All rows of a list, in its order, read in portions: memory holds the ids and one portion."""
    ids = list(db.session.scalars(select(Case.id).where(_wanted(actor, filters)).order_by(*_order(filters))))
    for start in range(0, len(ids), _AT_ONCE):
        yield from rows_of(ids[start : start + _AT_ONCE])
        db.session.expunge_all()


def rows_of(ids: Collection[str]) -> list[Row]:
    """Finished cases, in the order of the ids."""
    query = select(Case).where(Case.id.in_(ids), Case.closed_on.is_not(None)).options(lazyload(Case.submission))
    by_id = {case.id: case for case in db.session.scalars(query)}
    cases = [by_id[id_] for id_ in ids if id_ in by_id]
    kept, holds, erasures = kept_of(cases), holds_of(cases), _erasures_of(ids)
    return [Row(case, kept[case.id], holds[case.id], erasures.get(case.id)) for case in cases]


def case_for_retention(actor: Actor, case_id: str, *, lock: bool = False, agreeing: bool = False) -> Case:
    """A case that a report lists for this actor, or what is left of it. Raises NotFound.

    `agreeing`: also one that it is proposed to destroy, which is closed to them. `lock` reads it afresh and keeps other
    writers from it until the transaction ends.
    """
    query = select(Case).where(Case.id == case_id, _may_agree(actor) if agreeing else listed_for(actor))
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    case = db.session.scalar(query)
    if case is None:
        raise NotFound("There is no such case, or it is closed to you.")
    return case


def kept_of(cases: Iterable[Case]) -> dict[str, Kept]:
    """How long each of these finished cases is kept."""
    ended = {case.id: case.closed_on for case in cases if case.closed_on is not None}
    years = rules_in_force()
    endings = select(ClockFact.case_id, ClockFact.reason_code).where(
        ClockFact.case_id.in_(ended), ClockFact.kind == "ended", ClockFact.struck_out_at.is_(None)
    )
    in_order = endings.order_by(ClockFact.number, ClockFact.created_at)
    how = {case_id: reason for case_id, reason in db.session.execute(in_order)}  # the last of each case stays
    decided = {Since.COMPLAINT: _last_decided(Complaint, ended), Since.OUTSIDE: _last_decided(OutsideComplaint, ended)}
    last_longer = select(LongerTime.case_id, func.max(LongerTime.until)).where(LongerTime.case_id.in_(ended))
    longer = {case_id: day for case_id, day in db.session.execute(last_longer.group_by(LongerTime.case_id))}
    found = {}
    for case_id, closed_on in ended.items():
        rule = Rule.ANSWERED if how.get(case_id) == EndReason.RESPONDED else Rule.NOT_ANSWERED
        since, event = closed_on, Since.CLOSED
        for what, days in decided.items():
            if case_id in days:
                rule = Rule.COMPLAINT
                if (day := days[case_id]) is not None and day > since:
                    since, event = day, what
        found[case_id] = Kept(rule, years.of(rule), since, event, longer.get(case_id))
    return found


def holds_of(cases: Collection[Case]) -> dict[str, tuple[str, ...]]:
    """What keeps each of these cases from being destroyed, whatever its day: codes of HOLD_WORDS."""
    ids = [case.id for case in cases]
    by_code: dict[str, set[str]] = {
        "open": {case.id for case in cases if case.closed_on is None},
        "complaint": set(
            db.session.scalars(
                select(Complaint.case_id).where(
                    Complaint.case_id.in_(ids), Complaint.state != ComplaintState.DECIDED.value
                )
            )
        ),
        "outside": set(
            db.session.scalars(
                select(OutsideComplaint.case_id).where(
                    OutsideComplaint.case_id.in_(ids), OutsideComplaint.outcome.is_(None)
                )
            )
        ),
        "linked": _with_open_links(ids),
        "by_hand": set(db.session.scalars(select(Hold.case_id).where(Hold.case_id.in_(ids), Hold.lifted_at.is_(None)))),
    }
    return {id_: tuple(code for code, held in by_code.items() if id_ in held) for id_ in ids}


def standing_hold(case: Case) -> Hold | None:
    return db.session.scalar(select(Hold).where(Hold.case_id == case.id, Hold.lifted_at.is_(None)))


def longer_times(case: Case) -> list[LongerTime]:
    """Newest first."""
    query = select(LongerTime).where(LongerTime.case_id == case.id)
    return list(db.session.scalars(query.order_by(LongerTime.created_at.desc(), LongerTime.id)))


def erasure_of(case: Case) -> Erasure | None:
    """The newest proposal to destroy a case."""
    return _erasures_of([case.id]).get(case.id)


def erasure_under_way(case: Case) -> Erasure | None:
    return db.session.scalar(select(Erasure).where(Erasure.case_id == case.id, Erasure.state.in_(UNDER_WAY)))


def overtaken(erasure: Erasure, kept: Kept) -> bool:
    """Whether a case is kept by another rule or until another day than when it was proposed to destroy it.

    A complaint, a case that was open again in between, or new rules: what somebody looked at is not what is there.
    """
    return (erasure.rule, erasure.kept_until) != (kept.rule, kept.until) or not kept.is_over(london_today())


def certificate_of(case: Case) -> AuditEntry | None:
    """The entry of the log that says that the case was destroyed."""
    certified = (AuditEntry.action == Action.CASE_ERASED.label, AuditEntry.case_id == case.id)
    return db.session.scalars(select(AuditEntry).where(*certified).order_by(AuditEntry.seq).limit(1)).first()


def listed_among(actor: Actor, cases: Iterable[Case]) -> set[str]:
    """Those of some cases, by id, that are not closed to the actor."""
    query = select(Case.id).where(Case.id.in_([case.id for case in cases]), listed_for(actor))
    return set(db.session.scalars(query))


def _may_agree(actor: Actor) -> ColumnElement[bool]:
    """Cases that are listed for the actor, and those to destroy: who agrees reads nothing of a case but its reference.

    So nobody makes themselves the only one who could agree by closing a case to the others.
    """
    if not allows(actor.roles, Permission.RETENTION_AGREE):
        return listed_for(actor)
    return or_(listed_for(actor), Case.id.in_(select(Erasure.case_id).where(Erasure.state == State.PROPOSED.value)))


def _wanted(actor: Actor, filters: Filters) -> ColumnElement[bool]:
    heard_of = _may_agree(actor) if filters.show is Show.PROPOSED and not filters.search else listed_for(actor)
    return and_(heard_of, *conditions(filters, rules_in_force(), london_today()))


def _order(filters: Filters) -> tuple[UnaryExpression[Any], ...]:
    if filters.show is Show.DESTROYED:
        return Case.erased_on.desc(), Case.id.desc()
    return Case.closed_on.asc(), Case.id.asc()


def _last_decided(table: type[Complaint] | type[OutsideComplaint], ids: Collection[str]) -> dict[str, date | None]:
    """Of each case that had one; None while none is decided."""
    query = select(table.case_id, func.max(table.decided_on)).where(table.case_id.in_(ids))
    return {case_id: day for case_id, day in db.session.execute(query.group_by(table.case_id))}


def _with_open_links(ids: Collection[str]) -> set[str]:
    """Those that an open case is linked with, in whichever direction: it may use what was decided in them."""
    other = aliased(Case)
    ends = (
        (CaseLink.case_id, CaseLink.other_id),
        (CaseLink.other_id, CaseLink.case_id),
    )
    found: set[str] = set()
    for mine, theirs in ends:
        query = select(mine).join(other, other.id == theirs)
        open_ones = query.where(mine.in_(ids), CaseLink.ended_at.is_(None), other.closed_on.is_(None))
        found |= set(db.session.scalars(open_ones))
    return found


def _erasures_of(ids: Collection[str]) -> dict[str, Erasure]:
    """The newest of each case."""
    query = select(Erasure).where(Erasure.case_id.in_(ids)).order_by(Erasure.created_at, Erasure.id)
    return {erasure.case_id: erasure for erasure in db.session.scalars(query)}
