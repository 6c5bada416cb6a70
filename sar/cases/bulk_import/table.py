"""A spreadsheet as rows of cells: read in the sandbox once, kept sealed, and taken apart under a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sar.cases.bulk_import.columns import heading_row
from sar.cases.bulk_import.rows import Cell, Row, read_row
from sar.cases.bulk_import.turned import tell, turned_columns
from sar.cases.deadlines import ClockRules, Regime
from sar.cases.queries import clock_rules
from sar.foundation import blobs
from sar.foundation.admission import Kind
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.foundation.sandbox import Limits, SandboxFailed, run_task

MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 100
MAX_CELLS: Final = 1_000_000
MAX_BYTES: Final = 20_000_000
REGIMES: Final = (Regime.LE, Regime.UKGDPR)  # as a case that has just been opened
_MAX_UNPACKED: Final = 300_000_000
_LIMITS: Final = Limits(memory=1536 * 1024 * 1024, cpu=120, wall=240.0)
_SAY: Final = {
    "damaged": "We could not read this file. Open it, save it again as .xlsx or .csv, and send that.",
    "locked": "This file is locked with a password. Save it without one, and send that.",
    "rows": f"This sheet has more than {MAX_ROWS:,} rows. Split it, and import the parts one by one.",
    "columns": f"This sheet has more than {MAX_COLUMNS} columns. Leave out those that no case needs.",
    "cells": f"This file has more than {MAX_CELLS:,} cells, among them empty ones that only have a colour or a border. "
    "Copy the rows and columns that matter into a new file, or save the sheet as CSV, and send that.",
    "bomb": "This file unpacks to far more than its size, which we do not accept. Save it as CSV, and send that.",
    "empty": "There is nothing in this file.",
    "work": "This file takes too long to read. Copy the rows that matter into a new sheet, or save it as CSV.",
}


@dataclass(frozen=True)
class Table:
    """`headings`, and the rows below them as (number in the sheet, cells). `other_sheets` hold something too."""

    headings: list[str]
    rows: list[tuple[int, list[Cell]]]
    merged: frozenset[int]
    sheet: str
    other_sheets: list[str]

    def samples(self, column: int) -> list[str]:
        """What stands in a column, for choosing: the first three that are not empty."""
        shown = (text_of(cells[column]) for _number, cells in self.rows[:50] if column < len(cells))
        return [text[:40] for text in shown if text][:3]


def read(path: Path, kind: Kind) -> bytes:
    """What the sandbox reads in an admitted file, as JSON to keep. Raises Refused with words for the officer."""
    options = {
        "csv": kind is Kind.CSV,
        "max_rows": MAX_ROWS + 10,
        "max_columns": MAX_COLUMNS,
        "max_cells": MAX_CELLS,
        "max_unpacked": _MAX_UNPACKED,
    }
    try:
        answer = run_task("sheet.read", path, options, limits=_LIMITS)
    except SandboxFailed:
        raise Refused(_SAY["work"]) from None
    if "error" in answer.facts or not answer.output:
        raise Refused(_SAY.get(str(answer.facts.get("error")), _SAY["damaged"]))
    if len(taken_apart(answer.output).rows) == 0:
        raise Refused("There is a row of headings and nothing below it.")
    return answer.output


def load(blob_id: str) -> Table:
    with blobs.open(blob_id) as stream:
        return taken_apart(stream.read())


def taken_apart(content: bytes) -> Table:
    said: dict[str, Any] = json.loads(content)
    rows = [(one["row"], one["cells"]) for one in said["rows"]]
    place = heading_row([[text_of(cell) for cell in cells] for _number, cells in rows])
    return Table(
        headings=[text_of(cell) for cell in rows[place][1]],
        rows=rows[place + 1 :],
        merged=frozenset(said["merged"]),
        sheet=said["sheet"],
        other_sheets=[name for name in said["sheets"] if name != said["sheet"]],
    )


def read_rows(table: Table, mapping: Mapping[str, int]) -> Iterator[Row]:
    """Each row under a mapping. One that says the same as an earlier one is a problem: it is imported once."""
    rules: ClockRules = clock_rules()
    today, seen, turned = london_today(), dict[str, int](), turned_columns(table.rows, mapping)
    for number, cells in table.rows:
        row = read_row(
            number,
            cells,
            mapping,
            merged=number in table.merged,
            rules=rules,
            regimes=REGIMES,
            today=today,
        )
        tell(row, cells, mapping, turned)
        if not row.problems:
            first = seen.setdefault(row.identity(), number)
            if first != number:
                row.problems.append(f"This says the same as row {first}. It is imported once.")
        yield row


def text_of(cell: Cell) -> str:
    """A cell as text, for the screen and for the sheet of problems."""
    if isinstance(cell, dict):
        return str(cell.get("date") or cell.get("formula") or "")
    return cell or ""
