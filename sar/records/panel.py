"""The panel about documents on the page of a case."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select

from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink, PanelRow
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.records.models import Record, RecordState
from sar.records.queries import NOT_READ_YET


def documents_panel(actor: Actor, case: Case) -> Panel | None:
    """How many records there are, and what became of them. Nothing before the first one comes."""
    query = select(Record.state, func.count(), func.sum(Record.pages)).where(Record.case_id == case.id)
    found = {state: (count, pages or 0) for state, count, pages in db.session.execute(query.group_by(Record.state))}
    if not found:
        return None
    ready, pages = found.get(RecordState.READY, (0, 0))
    reading = sum(found.get(state, (0, 0))[0] for state in NOT_READ_YET)
    unshown = found.get(RecordState.UNREADABLE, (0, 0))[0]
    rows = [
        PanelRow(key, count)
        for key, count in (
            ("Pages to disclose or withhold", pages),
            ("Still being read", reading),
            ("Exact copies, left out", found.get(RecordState.DUPLICATE, (0, 0))[0]),
        )
        if count
    ]
    total = sum(count for count, _ in found.values())
    summary = f"{_records(total)}, {ready} of them ready." if total != 1 else "One record."
    held_up = f"{_records(unshown)} could not be shown. Decide about each: they hold up the reply."
    link = PanelLink("See the records", url_for("records.list_records", case_id=case.id))
    return Panel("Documents", summary, warnings=(held_up,) if unshown else (), rows=tuple(rows), links=(link,))


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"
