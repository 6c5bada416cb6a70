"""The one command of the work list: take a list away as a file."""

from __future__ import annotations

from collections.abc import Iterator

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.cases.waiting import WHOM_NAMES
from sar.cases.workflow import STAGE_NAMES
from sar.cases.worklist import queries
from sar.cases.worklist.filters import Filters, Whose
from sar.cases.worklist.queries import Row
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import write_transaction
from sar.foundation.spreadsheets import csv_line

# What the page shows, and what it can be narrowed by, and nothing more.
COLUMNS = (
    "reference",
    "name",
    "flags",
    "received",
    "due",
    "days_left",
    "clock",
    "stage",
    "waiting_for",
    "tasks_to_do",
    "officer",
    "office",
    "regimes",
    "channel",
)


def export(actor: Actor, filters: Filters) -> Iterator[str]:
    """The whole of a list as CSV lines, streamed. That it was taken is in the log, with how many cases it held."""
    require(actor, Permission.CASE_VIEW)
    with write_transaction():
        counts = queries.count(actor, filters)
        record(
            actor,
            Action.LIST_EXPORTED,
            actor.id,
            whose=filters.whose.value,
            show=filters.show.value,
            narrowed_by=filters.narrowed_by(),
            rows=counts.of(Whose.TEAM if filters.reference else filters.whose),
        )
    return _lines(actor, filters)


def _lines(actor: Actor, filters: Filters) -> Iterator[str]:
    yield "\ufeff" + csv_line(COLUMNS)  # else a spreadsheet takes the letters of names for others
    for row in queries.every_row(actor, filters):
        yield csv_line(_cells(row))


def _cells(row: Row) -> list[object]:
    return [
        row.reference,
        row.name,
        "; ".join(flag.text for flag in row.flags),
        row.received_on,
        row.due_on,
        # Safe as it is: a minus sign before a number would be taken for a formula and get an apostrophe.
        f"{-row.days_left} late" if row.days_left is not None and row.days_left < 0 else row.days_left,
        row.clock_state.replace("_", " "),
        STAGE_NAMES[row.stage],
        "; ".join(WHOM_NAMES[whom] for whom in row.waiting),
        row.tasks,
        row.officer,
        row.office,
        row.regimes,
        row.channel,
    ]
