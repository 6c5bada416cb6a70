"""Reads of the import: what was uploaded, what each row came to, the rows to mend as a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases.bulk_import.models import CaseImport, ImportState
from sar.cases.bulk_import.table import load, text_of
from sar.cases.ledger import require
from sar.foundation import blobs
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.jobs import Job, State, latest
from sar.foundation.keys import preload
from sar.foundation.spreadsheets import csv_line

PAGE_SIZE = 50
CHECK: Final = "cases.check_import"
RUN: Final = "cases.run_import"
_WORK: Final = {ImportState.CHECKING: CHECK, ImportState.IMPORTING: RUN}  # the job that each of these states waits for


@dataclass(frozen=True)
class Line:
    """What one row came to: good, bad or already."""

    row: int
    state: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    due: date | None
    sheet_due: date | None
    differs: bool


@dataclass(frozen=True)
class Lines:
    """One page of them."""

    lines: list[Line]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def visible_import(actor: Actor, import_id: str, *, lock: bool = False) -> CaseImport:
    """Raises NotFound; NotAllowed for whoever may not import."""
    require(actor, Permission.CASES_IMPORT)
    query = select(CaseImport).where(CaseImport.id == import_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("This spreadsheet is not here any more.")
    return found


def imports(actor: Actor) -> list[CaseImport]:
    """The newest first."""
    require(actor, Permission.CASES_IMPORT)
    found = list(db.session.scalars(select(CaseImport).order_by(CaseImport.created_at.desc()).limit(PAGE_SIZE)))
    scopes = preload(one.scope_id for one in found)
    for one in found:
        _name = one.file_name  # opened while the keys are at hand
    del scopes
    return found


def work_of(found: CaseImport) -> Job | None:
    """The job that the import waits for, however it ended; None where it waits for none."""
    kind = _WORK.get(ImportState(found.state))
    return latest(kind, found.id) if kind else None


def has_stopped(found: CaseImport) -> bool:
    """The work was given up. What was imported stays; the spreadsheet can be tried again, or destroyed."""
    work = work_of(found)
    return work is not None and work.state == State.FAILED


def is_worked_on(found: CaseImport) -> bool:
    """The work waits or runs: nobody may change or destroy the spreadsheet meanwhile."""
    return found.state in _WORK and not has_stopped(found)


def lines(found: CaseImport, show: str, page: int) -> Lines:
    """What the rows came to: those with problems, with notes, with another due date, or all."""
    wanted = [line for line in _report(found) if _shown(line, show)]
    page = min(max(1, page), max(1, -(-len(wanted) // PAGE_SIZE)))
    return Lines(wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(wanted), page)


def problems_csv(found: CaseImport) -> Iterator[str]:
    """The rows that could not be imported as they were, with what is wrong, to mend and to send again."""
    bad = {line.row: line for line in _report(found) if line.state == "bad"}
    table = load(found.table_blob_id)
    yield csv_line([*table.headings, "Row in the sheet", "What is wrong"])
    for number, cells in table.rows:
        if number in bad:
            padded = [text_of(cell) for cell in cells] + [""] * (len(table.headings) - len(cells))
            yield csv_line([*padded, str(number), " ".join(bad[number].problems)])


def _shown(line: Line, show: str) -> bool:
    return {
        "problems": line.state == "bad",
        "differences": line.differs,
        "notes": bool(line.notes) and line.state != "bad",
        "already": line.state == "already",
    }.get(show, True)


def report_of(found: CaseImport) -> list[dict[str, Any]]:
    """What the dry run wrote down of each row; empty before it."""
    if found.lines_blob_id is None:
        return []
    with blobs.open(found.lines_blob_id) as stream:
        said: list[dict[str, Any]] = json.loads(stream.read())
    return said


def _report(found: CaseImport) -> list[Line]:
    return [
        Line(
            row=one["row"],
            state=one["state"],
            problems=tuple(one["problems"]),
            notes=tuple(one["notes"]),
            due=date.fromisoformat(one["due"]) if one["due"] else None,
            sheet_due=date.fromisoformat(one["sheet_due"]) if one["sheet_due"] else None,
            differs=one["differs"],
        )
        for one in report_of(found)
    ]
