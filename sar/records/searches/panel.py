"""The panel about searches on the page of a case."""

from __future__ import annotations

from flask import url_for

from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink
from sar.cases.workflow import Stage
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.records.queries import changeable
from sar.records.searches.models import SearchState
from sar.records.searches.queries import searches_of

_ENDED = (Stage.REJECTED, Stage.WITHDRAWN, Stage.NOT_VALID)


def searches_panel(actor: Actor, case: Case) -> Panel | None:
    """How many searches have a result, and which answers are late. Nothing before there is anything to search for."""
    searches, today = searches_of(case), london_today()
    if case.stage in (Stage.RECEIVED, Stage.ACKNOWLEDGED) or (case.stage in _ENDED and not searches):
        return None
    late = [
        search.area.name
        for search in searches
        if search.state == SearchState.ASKED and search.due_on and search.due_on < today
    ]
    done = sum(not search.is_open for search in searches)
    summary = f"{done} of {len(searches)} searches have a result." if searches else "Nobody has said yet where we look."
    warnings = (f"An answer is late: {', '.join(late)}.",) if late and changeable(case) else ()
    link = PanelLink("See the searches", url_for("searches.list_searches", case_id=case.id))
    return Panel("Searches", summary, warnings=warnings, links=(link,))
