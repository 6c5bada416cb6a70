"""Reads of the work list: a constant number of queries, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, asc, case, desc, func, select
from sqlalchemy.sql.elements import OrderByList

from sar.access.queries import staff_names
from sar.cases.flags import Flag, flags_of
from sar.cases.models import Case
from sar.cases.queries import due_if_answered_today, erased_case, still_owed, visible_to
from sar.cases.tasks.queries import open_counts
from sar.cases.waiting import Whom, waiting_of
from sar.cases.workflow import Stage
from sar.cases.worklist.filters import SOON_DAYS, Filters, Show, Whose, conditions
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.keys import SYSTEM_SCOPE, preload

PAGE_SIZE = 50
_AT_ONCE = 500


@dataclass(frozen=True)
class Row:
    """One case in a list. `regimes`, `channel`: codes, as the case has them; `office`: as the requester named it.

    `days_left` is negative when it is late, none without a due date or when it has ended. `due_if_answered`: when it
    would be due, had what its clock waits for come today; on a page alone."""

    case_id: str
    reference: str
    name: str
    stage: Stage
    officer: str | None
    office: str
    regimes: str
    channel: str
    received_on: date
    due_on: date | None
    days_left: int | None
    closed_on: date | None
    clock_state: str
    flags: list[Flag]
    waiting: list[Whom]
    tasks: int
    due_if_answered: date | None = None


@dataclass(frozen=True)
class Counts:
    """How many cases the filters leave: of the team, mine, nobody's yet; and of the list shown, late, soon, open."""

    team: int
    mine: int
    unassigned: int
    overdue: int
    soon: int
    open: int

    def of(self, whose: Whose) -> int:
        return {Whose.TEAM: self.team, Whose.MINE: self.mine, Whose.UNASSIGNED: self.unassigned}[whose]


@dataclass(frozen=True)
class WorkList:
    rows: list[Row]
    counts: Counts
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def work_list(actor: Actor, filters: Filters | None = None, page: int = 1) -> WorkList:
    """One page of a list, in its order."""
    filters = filters or Filters()
    counts = count(actor, filters)
    total = counts.of(Whose.TEAM if filters.reference else filters.whose)
    page = min(max(1, page), max(1, -(-total // PAGE_SIZE)))
    skip = (page - 1) * PAGE_SIZE
    if filters.show is not Show.ALL or filters.search:
        ids = _ids_on(actor, filters, skip, PAGE_SIZE, total)
    else:  # the open ones, then those that ended: each part in the order of its own index
        ids = _ids_on(actor, replace(filters, show=Show.OPEN), skip, PAGE_SIZE, counts.open)
        skip, room = max(0, skip - counts.open), PAGE_SIZE - len(ids)
        ids += _ids_on(actor, replace(filters, show=Show.CLOSED), skip, room, total - counts.open)
    return WorkList(_rows(ids, for_page=True), counts, total, page)


def _ids_on(actor: Actor, filters: Filters, before: int, most: int, total: int) -> list[str]:
    """At most so many ids after the first ones. Beyond the middle they are read from the end, which costs the same."""
    wanted = min(most, total - before)
    if wanted <= 0:
        return []
    after = total - before - wanted
    backwards = after < before
    query = select(Case.id).where(_wanted(actor, filters)).order_by(*_order(filters, backwards=backwards))
    found = list(db.session.scalars(query.limit(wanted).offset(min(before, after))))
    return found[::-1] if backwards else found


def erased(actor: Actor, filters: Filters) -> Case | None:
    """What is left of the case that was asked for by its reference, where its records were destroyed."""
    return erased_case(actor, Case.reference == filters.reference) if filters.reference else None


def every_row(actor: Actor, filters: Filters) -> Iterator[Row]:
    """All rows of a list, in its order, read in portions: memory holds the ids and one portion."""
    ids = list(db.session.scalars(select(Case.id).where(_wanted(actor, filters)).order_by(*_order(filters))))
    for start in range(0, len(ids), _AT_ONCE):
        yield from _rows(ids[start : start + _AT_ONCE])
        db.session.expunge_all()


def count(actor: Actor, filters: Filters) -> Counts:
    """All counts of a page in one query."""
    today = london_today()
    mine, nobodys = Case.officer_id == actor.id, Case.officer_id.is_(None)
    # Late and due soon are told of the list that is shown, mine or everyone's.
    of_list = {Whose.MINE: mine, Whose.UNASSIGNED: nobodys}.get(filters.whose)
    late = and_(Case.closed_on.is_(None), Case.due_on < today, still_owed())
    still_open = Case.closed_on.is_(None)
    near = Case.due_on.between(today, today + timedelta(days=SOON_DAYS))
    soon = and_(Case.closed_on.is_(None), near, still_owed())
    counted = db.session.execute(
        select(
            func.count(),
            _how_many(mine),
            _how_many(nobodys),
            _how_many(late if of_list is None else and_(of_list, late)),
            _how_many(soon if of_list is None else and_(of_list, soon)),
            _how_many(still_open if of_list is None else and_(of_list, still_open)),
        )
        .select_from(Case)
        .where(_wanted(actor, filters.everyones()))
    ).one()
    return Counts(*(number or 0 for number in counted))


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _wanted(actor: Actor, filters: Filters) -> ColumnElement[bool]:
    return and_(visible_to(actor), *conditions(filters, actor))


def _order(filters: Filters, *, backwards: bool = False) -> tuple[UnaryExpression[Any] | OrderByList, ...]:
    """Due first on top; what has ended, last on top. Each has its index.

    Everything together: what is open, then what has ended, each in its order. A page of it is read in two parts.
    """
    up, down = (desc, asc) if backwards else (asc, desc)
    ended = (down(Case.closed_on), down(Case.id))
    if filters.show is Show.CLOSED:
        return ended
    due = up(Case.due_on)
    by_day = (due.nulls_first() if backwards else due.nulls_last(), up(Case.received_on), up(Case.id))
    if filters.show is Show.ALL:
        # The day it ended is empty for all that are open, so that these are told apart by when they are due.
        is_closed = up(case((Case.closed_on.is_(None), 0), else_=1))
        ended_last = down(case((Case.closed_on.is_(None), None), else_=Case.id))
        return is_closed, down(Case.closed_on), ended_last, *by_day
    return by_day


def _rows(ids: list[str], *, for_page: bool = False) -> list[Row]:
    by_id = {one.id: one for one in db.session.scalars(select(Case).where(Case.id.in_(ids)))}
    cases = [by_id[id_] for id_ in ids if id_ in by_id]
    scopes = preload([*(one.scope_id for one in cases), SYSTEM_SCOPE])
    officers = staff_names({one.officer_id for one in cases if one.officer_id})
    waiting, tasks, today = waiting_of(cases), open_counts(ids), london_today()
    if_answered = due_if_answered_today(cases) if for_page else {}
    rows = [
        Row(
            case_id=one.id,
            reference=one.reference,
            name=one.submission.full_name,
            stage=Stage(one.stage),
            officer=officers.get(one.officer_id) if one.officer_id else None,
            office=one.submission.office,
            regimes=one.regimes,
            channel=one.submission.channel,
            received_on=one.received_on,
            due_on=one.due_on,
            days_left=(one.due_on - today).days if one.due_on and one.closed_on is None else None,
            closed_on=one.closed_on,
            clock_state=one.clock_state,
            flags=flags_of(one, today),
            waiting=waiting[one.id],
            tasks=tasks.get(one.id, 0),
            due_if_answered=if_answered.get(one.id),
        )
        for one in cases
    ]
    del scopes
    return rows
