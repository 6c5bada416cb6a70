"""Reads about searches. Staff reach one through its case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select

from sar.access.queries import staff_by_email
from sar.cases.models import Case
from sar.cases.moves import count_for_guards
from sar.cases.queries import may_see, visible_case
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.keys import SYSTEM_SCOPE, preload
from sar.records.models import Record, RecordState
from sar.records.queries import records_of
from sar.records.searches.models import (
    LOOKED,
    OPEN,
    ResponsibleOfficer,
    Search,
    SearchArea,
    SearchContact,
    SearchRequest,
)

OFFICER = "officer"
CHASES = 2


@dataclass(frozen=True)
class Asked:
    """Someone who can be asked to look. `key` names them in a form."""

    key: str
    name: str
    role: str
    email: str
    manager_email: str


# The directory


def areas(*, retired: bool = False) -> list[SearchArea]:
    """The directory in the order of the checklist; with `retired`, those no longer searched as well."""
    wanted = select(SearchArea) if retired else select(SearchArea).where(SearchArea.retired.is_(False))
    return list(db.session.scalars(wanted.order_by(SearchArea.position, SearchArea.name)))


def area(area_id: str) -> SearchArea:
    """Raises NotFound."""
    found = db.session.get(SearchArea, area_id)
    if found is None:
        raise NotFound("There is no such area.")
    return found


def contact(contact_id: str) -> SearchContact:
    """Raises NotFound."""
    found = db.session.get(SearchContact, contact_id)
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def contacts_of(area_id: str, *, retired: bool = False) -> list[SearchContact]:
    """Who can be asked in an area, by name."""
    query = select(SearchContact).where(SearchContact.area_id == area_id)
    if not retired:
        query = query.where(SearchContact.retired.is_(False))
    scopes = preload([SYSTEM_SCOPE])
    found = sorted(db.session.scalars(query), key=lambda one: one.name.casefold())
    del scopes
    return found


def contact_counts() -> dict[str, int]:
    """How many people can be asked, by area."""
    query = select(SearchContact.area_id, func.count()).where(SearchContact.retired.is_(False))
    return {area_id: count for area_id, count in db.session.execute(query.group_by(SearchContact.area_id))}


# A case


def searches_of(case: Case) -> list[Search]:
    """The checklist of a case, in the order of the directory."""
    query = select(Search).join(SearchArea).where(Search.case_id == case.id)
    return list(db.session.scalars(query.order_by(SearchArea.position, SearchArea.name)))


def visible_search(actor: Actor, search_id: str) -> Search:
    """The search of a case this actor may see. Raises NotFound."""
    found = db.session.get(Search, search_id)
    if found is None:
        raise NotFound("There is no such search.")
    visible_case(actor, found.case_id)
    return found


def areas_left(case: Case) -> list[SearchArea]:
    """Areas of the directory that the checklist of the case does not mention yet."""
    chosen = set(db.session.scalars(select(Search.area_id).where(Search.case_id == case.id)))
    return [found for found in areas() if found.id not in chosen]


def responsible_officer(case: Case) -> ResponsibleOfficer | None:
    return db.session.scalar(select(ResponsibleOfficer).where(ResponsibleOfficer.case_id == case.id))


def to_ask(case: Case, search: Search) -> list[Asked]:
    """Who can be asked for a search: the contacts of its area, and the Responsible Officer.

    None is asked twice, and nobody to whom the case is closed: the mail says whom it is about.
    """
    officer = responsible_officer(case)
    found = [Asked(one.id, one.name, one.role, one.email, one.manager_email) for one in contacts_of(search.area_id)]
    if officer is not None:
        found.append(Asked(OFFICER, officer.name, "Responsible Officer", officer.email, officer.manager_email))
    asked = {request.email for request in search.requests if not request.over}
    return [one for one in found if one.email not in asked and not is_kept_out(case, one.email)]


def is_kept_out(case: Case, email: str) -> bool:
    """Whether this is the address of a colleague with an account to whom the case is closed."""
    found = staff_by_email(email)
    return found is not None and not may_see(case, found.id)


def records_to_link(case: Case) -> list[Record]:
    """Records of the case that a search may have brought."""
    return [found for found in records_of(case) if found.state != RecordState.WITHDRAWN]


@count_for_guards("searches_open")
def open_count(case: Case) -> int:
    """Searches without an outcome, which hold up the second check, sign-off, release and closing.

    A checklist that says of no area that anybody looked there counts as one: somebody has to say where we looked.
    """
    by_state = _by_state(case)
    still = sum(by_state.get(state, 0) for state in OPEN)
    return still or (0 if any(by_state.get(state) for state in LOOKED) else 1)


@count_for_guards("searches_running")
def running_count(case: Case) -> int:
    """Searches that were begun and have no outcome, which hold up closing a case whose requester does not answer."""
    by_state = _by_state(case)
    return sum(by_state.get(state, 0) for state in OPEN)


def _by_state(case: Case) -> dict[str, int]:
    query = select(Search.state, func.count()).where(Search.case_id == case.id).group_by(Search.state)
    return {state: count for state, count in db.session.execute(query)}


def answers_due(case: Case) -> list[date]:
    """The days by which those who were asked to search are to answer, for searches without a result."""
    query = select(SearchRequest.due_on).join(Search, Search.id == SearchRequest.search_id)
    return list(db.session.scalars(query.where(Search.case_id == case.id, SearchRequest.over.is_(False))))


def told_searches(case: Case) -> list[str]:
    """Where we looked, as the reply says it (law.md section 6); never whether anything was there."""
    told = (found.area.told_as for found in searches_of(case) if found.state in LOOKED)
    return list(dict.fromkeys(told))


def totals(case_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many searches of each state the cases have, for exports: one query for all of them."""
    query = select(Search.case_id, Search.state, func.count()).where(Search.case_id.in_(case_ids))
    found: dict[str, dict[str, int]] = {}
    for case_id, state, count in db.session.execute(query.group_by(Search.case_id, Search.state)):
        found.setdefault(case_id, {})[state] = count
    return found


def is_complete(by_state: dict[str, int]) -> bool:
    """Whether a checklist with so many searches of each state says of every area what came of it."""
    return not any(by_state.get(state) for state in OPEN) and any(by_state.get(state) for state in LOOKED)


def searches_complete() -> ColumnElement[bool]:
    """The same as a condition on Case, for counting."""
    of_case = exists().where(Search.case_id == Case.id)
    return ~of_case.where(Search.state.in_(OPEN)) & of_case.where(Search.state.in_(LOOKED))


def overdue_requests(today: date) -> list[str]:
    """Ids of requests past their day whose search has no outcome, in cases that are still worked on; oldest first."""
    query = (
        select(SearchRequest.id)
        .join(Search, Search.id == SearchRequest.search_id)
        .join(Case, Case.id == Search.case_id)
        .where(
            SearchRequest.due_on < today,
            SearchRequest.chases < CHASES,
            SearchRequest.over.is_(False),
            Case.closed_on.is_(None),
        )
    )
    return list(db.session.scalars(query.order_by(SearchRequest.due_on, SearchRequest.id)))
