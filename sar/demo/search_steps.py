"""What the fictional officers do about searches: make the list, ask, and say what came of each."""

from __future__ import annotations

from sar.cases.models import Case
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.records.models import RecordState
from sar.records.queries import records_of
from sar.records.searches import queries, service
from sar.records.searches.models import Search

LEFT_OUT = "Approved premises"
OURS = "Case management system"
PAPER, CAMERAS = "Paper files and archive", "CCTV and body-worn cameras"
DAYS_ON_TAPE = "R7: recordings are kept for 31 days"


def begin(officer: Actor, case_id: str) -> str:
    """Choose where to look, and ask. Returns what happened."""
    areas = [area for area in queries.areas() if area.name != LEFT_OUT]
    searches = service.choose(
        officer, case_id, [area.id for area in areas], "The person never lived in approved premises."
    )
    service.name_responsible_officer(
        officer, case_id, name="Grace Mbeki", email="grace@northvale.example", manager_email="heads@northvale.example"
    )
    asked = 0
    for name in (OURS, PAPER, CAMERAS):
        search = _named(searches, name)
        people = queries.to_ask(db.session.get_one(Case, case_id), search)
        asked += len(service.ask(officer, search.id, [one.key for one in people]))
    return f"{len(areas)} areas to search, one left out with a reason. {asked} people asked by mail."


def finish(officer: Actor, case_id: str) -> str:
    """Say what came of every search. Returns what happened."""
    case = db.session.get_one(Case, case_id)
    still_open = [search for search in queries.searches_of(case) if search.is_open]
    records = [found for found in records_of(case) if found.state in (RecordState.READY, RecordState.DUPLICATE)]
    ours, cameras = _named(still_open, OURS), _named(still_open, CAMERAS)
    service.finish(officer, case_id, [ours.id], "found", record_ids=[found.id for found in records])
    service.finish(officer, case_id, [cameras.id], "destroyed", reason=DAYS_ON_TAPE)
    rest = [search.id for search in still_open if search not in (ours, cameras)]
    service.finish(officer, case_id, rest, "nothing_held")
    pages = sum(found.pages for found in records)
    return f"{pages} pages found in one area, one destroyed under the schedule, nothing in {len(rest)} others."


def _named(searches: list[Search], name: str) -> Search:
    return next(search for search in searches if search.area.name == name)
