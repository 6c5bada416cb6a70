"""The panel about documents on the page of a case."""

from __future__ import annotations

from typing import Final

from flask import url_for
from jinja2.filters import do_filesizeformat as filesizeformat
from sqlalchemy import func, select

from sar.access.permissions import Permission, allows
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink, PanelRow
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.records.laws import held_back, laws_in_words, laws_of_records
from sar.records.mailed.queries import attachments_of
from sar.records.models import Record, RecordState
from sar.records.queries import NOT_READ_YET, ours

MOST_ROWS: Final = 10


def documents_panel(actor: Actor, case: Case) -> Panel | None:
    """How many records there are and what became of them, and what came with the mail that the request came in.

    Nothing before the first of either comes.
    """
    query = select(Record.state, func.count(), func.sum(Record.pages)).where(Record.case_id == case.id)
    query = query.where(ours())  # what we hold for others has a panel of its own
    found = {state: (count, pages or 0) for state, count, pages in db.session.execute(query.group_by(Record.state))}
    mailed = _mailed_rows(actor, case)
    if not found and not mailed:
        return None
    pages = found.get(RecordState.READY, (0, 0))[1]
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
    if total > 1:  # a copy that is left out and one that was settled or taken out wait for nobody
        waiting = reading + unshown
        summary = f"{_records(total)}, {f'{waiting} of them not ready' if waiting else 'all ready'}."
    else:
        summary = ("No records yet.", "One record.")[total]
    held_up = f"{_records(unshown)} could not be shown. Decide about each: they hold up the reply."
    warnings = (held_up,) if unshown else ()
    links = (PanelLink("See the records", url_for("records.list_records", case_id=case.id)),) if total else ()
    if held_back(case) is not None:
        warnings = (*warnings, _late_by_other_laws(case))
        if allows(actor.roles, Permission.CASE_REJECT):
            links = (
                *links,
                PanelLink("Settle by which laws it is counted", url_for("records.count_by_laws", case_id=case.id)),
            )
    return Panel("Documents", summary, warnings=warnings, rows=(*rows, *mailed), links=links)


def _late_by_other_laws(case: Case) -> str:
    of_records, so_far = laws_in_words(laws_of_records(case)), laws_in_words(case.regimes.split())
    return (
        f"The records fall under {of_records}, which would give this case more time. It is late, so it is still "
        f"counted by {so_far}. The data protection officer settles it, from a link in this part of the page."
    )


def _mailed_rows(actor: Actor, case: Case) -> list[PanelRow]:
    """A line for each attachment of the mail, for those who work on the case; many are counted, and listed with it."""
    every = attachments_of(case) if allows(actor.roles, Permission.CASE_WORK) else []
    if len(every) > MOST_ROWS:
        return [PanelRow("Came with the email", len(every), url_for("cases.mail", case_id=case.id), "See what")]
    return [
        PanelRow(
            one.name,
            f"Came with the email. {one.kind}, {filesizeformat(one.size)}"
            + ("" if one.is_kept else ". Left out: it may be a copy of an identity document"),
            url_for("mailed.show", case_id=case.id, number=number, page=1) if one.is_kept else None,
            "Look at",
        )
        for number, one in enumerate(every, 1)
    ]


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"
