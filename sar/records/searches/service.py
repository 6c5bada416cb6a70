"""Commands on the searches of a case: choose where to look, ask, chase, say what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import update

from sar.cases.ledger import case_for
from sar.cases.models import Case
from sar.cases.queries import clock_rules
from sar.cases.waiting import Whom, wait_for, wait_no_more
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.runtime import settings
from sar.records.queries import changeable
from sar.records.searches import mail, queries
from sar.records.searches.directory import (
    CHANGED_MEANWHILE,
    add_area,
    add_contact,
    change_area,
    change_contact,
    person,
)
from sar.records.searches.models import (
    OPEN,
    OUTCOMES,
    ResponsibleOfficer,
    Search,
    SearchRecord,
    SearchRequest,
    SearchState,
)

__all__ = [
    "add_area",
    "add_contact",
    "ask",
    "change_area",
    "change_contact",
    "chase_due",
    "choose",
    "finish",
    "name_responsible_officer",
    "reopen",
]
MAX_REASON: Final = 2_000
MOST_PAGES: Final = 1_000_000
# Outcomes that need words: what stood in the way, or the schedule under which the records were destroyed.
_NEED_REASON = {
    SearchState.NOT_SEARCHED: "Write why we did not look there.",
    SearchState.NOT_PRODUCED: "Write why the records could not be produced.",
    SearchState.DESTROYED: "Write which line of the retention schedule the records were destroyed under.",
}


def choose(actor: Actor, case_id: str, area_ids: Collection[str], reason: str = "") -> list[Search]:
    """Put the areas that are not on the checklist yet on it: those named are searched, the others are left out.

    Raises Refused when an area is left out without a reason, or when nothing would be searched at all.
    """
    with write_transaction() as session:
        case = _workable(actor, case_id)
        left = queries.areas_left(case)
        if not set(area_ids) <= {area.id for area in left}:
            raise Conflict("The list of areas changed meanwhile. Look at it again.")
        out = [area for area in left if area.id not in area_ids]
        if out and not reason.strip():
            raise Refused(f"Write why we do not look in: {', '.join(area.name for area in out)}.")
        if not area_ids and not queries.searches_of(case):
            raise Refused("Choose at least one area to search.")
        for area in left:
            search = Search(scope_id=case.scope_id, case_id=case.id, area_id=area.id, state=SearchState.TO_DO.value)
            if area in out:
                _end(actor, search, SearchState.NOT_SEARCHED, reason)
            session.add(search)
        session.flush()
        record(actor, Action.SEARCHES_CHOSEN, case.id, case_id=case.id, areas=len(area_ids), left_out=len(out))
        return queries.searches_of(case)


def ask(actor: Actor, search_id: str, keys: Sequence[str], look_for: str = "") -> list[SearchRequest]:
    """Ask people by mail to look into an area; `keys` are those of `queries.to_ask`.

    `look_for` is what to look for, beyond what finds the person. Raises Refused, Conflict when one was asked before.
    """
    with write_transaction() as session:
        search = queries.visible_search(actor, search_id)
        case = _workable(actor, search.case_id)
        session.refresh(search)
        _require_open(search)
        people = {one.key: one for one in queries.to_ask(case, search)}
        if not keys:
            raise Refused("Choose whom to ask.")
        if not set(keys) <= people.keys():
            raise Conflict("One of them was asked already, or is no longer a contact. Look at the list again.")
        today = london_today()
        due_on = clock_rules().calendar.roll(today + timedelta(days=search.area.usual_days)).day
        made = []
        for key in dict.fromkeys(keys):
            request = SearchRequest(
                scope_id=case.scope_id, search_id=search.id, asked_on=today, due_on=due_on, chases=0, over=False
            )
            request.contact, request.email = people[key].name, people[key].email
            request.manager_email = people[key].manager_email
            session.add(request)
            session.flush()
            facts = {"case_id": case.id, "area_id": search.area_id, "due_on": due_on}
            record(actor, Action.SEARCH_ASKED, search.id, **facts)
            mail.ask(actor, case, search, request, look_for.strip()[:MAX_REASON])
            made.append(request)
        search.state, search.due_on = SearchState.ASKED.value, max(search.due_on or due_on, due_on)
        wait_for(case.id, Whom.SEARCH, search.id)
        return made


def finish(
    actor: Actor,
    case_id: str,
    search_ids: Sequence[str],
    outcome: str,
    *,
    pages: int = 0,
    record_ids: Sequence[str] = (),
    reason: str = "",
) -> None:
    """Say what came of one search, or the same of several.

    What was found is said area by area: so many `pages`, or the records it brought. Raises Refused; Conflict for a
    search that has an outcome already.
    """
    if outcome not in OUTCOMES:
        raise Refused("Choose what came of the search.")
    if not search_ids:
        raise Refused("Choose the areas that this is about.")
    state = SearchState(outcome)
    if state in _NEED_REASON and not reason.strip():
        raise Refused(_NEED_REASON[state])
    with write_transaction() as session:
        case = _workable(actor, case_id)
        known = {search.id: search for search in queries.searches_of(case)}
        if not set(search_ids) <= known.keys():
            raise Refused("Choose the areas that this is about.")
        if state is SearchState.FOUND:
            pages = _found(case, search_ids, pages, record_ids)
        for search in (known[search_id] for search_id in dict.fromkeys(search_ids)):
            session.refresh(search)
            _require_open(search)
            _end(actor, search, state, reason)
            if state is SearchState.FOUND:
                search.pages = pages
                session.add_all(SearchRecord(search_id=search.id, record_id=id_) for id_ in dict.fromkeys(record_ids))
            over = update(SearchRequest).where(SearchRequest.search_id == search.id).values(over=True)
            session.execute(over)
            record(
                actor,
                Action.SEARCH_FINISHED,
                search.id,
                case_id=case.id,
                area_id=search.area_id,
                outcome=outcome,
                pages=search.pages,
                records=len(set(record_ids)) if state is SearchState.FOUND else 0,
            )


def reopen(actor: Actor, search_id: str) -> Search:
    """Take an outcome back, to look again or because it was a slip. Raises Conflict when it has none."""
    with write_transaction() as session:
        search = queries.visible_search(actor, search_id)
        case = _workable(actor, search.case_id)
        session.refresh(search)
        if search.is_open:
            raise Conflict("This search is open already.")
        search.state, search.pages, search.due_on = SearchState.TO_DO.value, 0, None
        search.reason = search.finished_on = search.finished_by = None
        for link in session.query(SearchRecord).filter_by(search_id=search.id):
            session.delete(link)
        record(actor, Action.SEARCH_REOPENED, search.id, case_id=case.id, area_id=search.area_id)
        return search


def name_responsible_officer(
    actor: Actor, case_id: str, *, name: str, email: str, manager_email: str = "", version: int | None = None
) -> ResponsibleOfficer:
    """Say who supervises the person. `version` is None where the screen showed that nobody was named."""
    name, email, manager_email = person(name, email, manager_email)
    with write_transaction() as session:
        case = case_for(actor, case_id)
        found = queries.responsible_officer(case)
        if (found.version if found else None) != version:
            raise Conflict(CHANGED_MEANWHILE)
        if found is None:
            found = ResponsibleOfficer(scope_id=case.scope_id, case_id=case.id)
            session.add(found)
        found.name, found.email, found.manager_email = name, email, manager_email
        record(actor, Action.RESPONSIBLE_OFFICER_NAMED, case.id, case_id=case.id)
        return found


def chase_due() -> int:
    """Remind those whose day has passed; some days later tell their manager, or the data protection officer.

    On working days only: a reminder on a Sunday helps nobody. Each step is one commit, so none is taken twice.
    """
    today = london_today()
    if not clock_rules().calendar.is_working_day(today):
        return 0
    return sum(_chase(request_id, today) for request_id in queries.overdue_requests(today))


def _chase(request_id: str, today: date) -> int:
    with write_transaction() as session:
        request = session.get_one(SearchRequest, request_id, with_for_update=True, populate_existing=True)
        search = session.get_one(Search, request.search_id)
        case = session.get_one(Case, search.case_id)
        facts = {"case_id": case.id, "area_id": search.area_id}
        done = request.over or request.chases >= queries.CHASES
        if done or case.closed_on is not None or request.due_on >= today:
            return 0
        # A reminder says whom it is about: where the case was closed to them meanwhile, the next step is taken at once.
        kept_out = queries.is_kept_out(case, request.email)
        if request.chases == 0 and not kept_out:
            record(SYSTEM, Action.SEARCH_CHASED, search.id, **facts)
            mail.chase(case, search, request)
            request.chases = 1
        elif kept_out or _waited(request, today):
            told = mail.escalate(case, search, request)
            record(SYSTEM, Action.SEARCH_ESCALATED, search.id, **facts, to=told)
            request.chases = queries.CHASES
        else:
            return 0
        request.chased_on = today
        return 1


def _waited(request: SearchRequest, today: date) -> bool:
    """A worker that stood still for days must not catch up with the reminder and the next step on one of them."""
    wait = timedelta(days=settings().search_escalate_days)
    return request.chased_on is not None and today >= request.chased_on + wait


def _workable(actor: Actor, case_id: str) -> Case:
    """The case, held, if the actor works on cases and its searches can still change."""
    case = case_for(actor, case_id)
    if not changeable(case):
        raise Refused("Searches can change only while records are gathered or reviewed.")
    return case


def _require_open(search: Search) -> None:
    if search.state not in OPEN:
        raise Conflict(f"Somebody has said already what came of this search: {search.area.name}.")


def _end(actor: Actor, search: Search, state: SearchState, reason: str) -> None:
    search.state, search.reason = state.value, reason.strip()[:MAX_REASON] or None
    search.finished_on, search.finished_by = london_today(), actor.id
    wait_no_more(search.case_id, Whom.SEARCH, search.id)


def _found(case: Case, search_ids: Sequence[str], pages: int, record_ids: Sequence[str]) -> int:
    """How many pages were found. Raises Refused."""
    if len(set(search_ids)) > 1:
        raise Refused("Say what was found one area at a time, so that the pages are those of that area.")
    linkable = {found.id: found for found in queries.records_to_link(case)}
    if not set(record_ids) <= linkable.keys():
        raise Refused("Choose records of this case.")
    pages = pages or sum(linkable[record_id].pages for record_id in record_ids)
    if not (1 <= pages <= MOST_PAGES or record_ids):
        raise Refused("Enter how many pages were found, or choose the records that they came as.")
    return pages
