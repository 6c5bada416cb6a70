"""Reads a table out of a spreadsheet (.xlsx) or a CSV.

Loaded by `sandbox_tasks.py` in the child; imports nothing of ours.

    sheet.read      output: JSON {sheets, sheet, rows, merged}
    sheet.all       output: JSON {sheets: [{sheet, hidden, rows}]}, of a workbook: every sheet that holds something

`rows` is a list of {row, cells}; a cell is null, a text, {"date": ISO} or {"formula": its value as text or null}. Only
the first sheet that holds anything is read, and `sheets` names all that do. Blank rows are left out. A merged block
has its value in its first cell alone; `merged` lists the numbers of the rows that such blocks touch.
`options`: csv, max_rows, max_columns, max_cells (that are named, empty ones and rows too, in all sheets of a workbook),
max_unpacked (bytes). Errors: damaged, locked, rows, columns, cells, bomb, empty.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

Facts = dict[str, Any]
Cell = None | str | dict[str, Any]

MAX_CELL = 5_000
_CELL_OR_ROW = re.compile(rb"<(?:\w+:)?(?:c|row)[\s/>]")


class Unfit(Exception):
    """It cannot be read; the argument is a code."""


def read(source: Path, output: Path, options: Facts) -> Facts:
    try:
        said = _csv(source, options) if options["csv"] else _workbook(source, options)
    except Unfit as unfit:
        return {"error": str(unfit)}
    if not said["rows"]:
        return {"error": "empty"}
    output.write_bytes(json.dumps(said).encode())
    return {"rows": len(said["rows"])}


# CSV


def _csv(source: Path, options: Facts) -> Facts:
    text = _decoded(source.read_bytes())
    csv.field_size_limit(1_000_000)
    rows = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), 1):
            _refuse_wide(cells, options)
            if any(cell.strip() for cell in cells):
                rows.append({"row": number, "cells": [_text(cell) for cell in cells]})
            _refuse_long(rows, options)
    except csv.Error:
        raise Unfit("damaged") from None
    return {"sheets": [], "sheet": "", "rows": rows, "merged": []}


def _delimiter(text: str) -> str:
    """What parts the cells. How they are quoted is not guessed: a quote in a cell is written twice, later on too."""
    try:
        return csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|").delimiter
    except csv.Error:
        return ","


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Unfit("damaged")


# XLSX


def _workbook(source: Path, options: Facts) -> Facts:
    _refuse_large(source, options["max_unpacked"], options["max_cells"])
    formulas, values = _loaded(source, False), _loaded(source, True)
    cells_of = {sheet.title: _filled(sheet) for sheet in formulas.worksheets}
    filled = [title for title, cells in cells_of.items() if cells]
    if not filled:
        raise Unfit("empty")
    sheet = formulas[filled[0]]
    rows = _rows(cells_of[filled[0]], values[filled[0]], options)
    merged = {row for block in sheet.merged_cells.ranges for row in range(block.min_row, block.max_row + 1)}
    return {"sheets": filled, "sheet": filled[0], "rows": rows, "merged": sorted(merged)}


def read_every_sheet(source: Path, output: Path, options: Facts) -> Facts:
    """`max_rows` is that of all sheets together."""
    try:
        _refuse_large(source, options["max_unpacked"], options["max_cells"])
        formulas, values = _loaded(source, False), _loaded(source, True)
        said: list[Facts] = []
        for sheet in formulas.worksheets:
            left = options["max_rows"] - sum(len(one["rows"]) for one in said)
            if cells := _filled(sheet):
                rows = _rows(cells, values[sheet.title], {**options, "max_rows": left})
                said.append({"sheet": sheet.title, "hidden": sheet.sheet_state != "visible", "rows": rows})
    except Unfit as unfit:
        return {"error": str(unfit)}
    if not any(one["rows"] for one in said):
        return {"error": "empty"}
    output.write_bytes(json.dumps({"sheets": said}).encode())
    return {"sheets": len(said)}


def _rows(cells: dict[tuple[int, int], Any], shown: Any, options: Facts) -> list[Facts]:
    """The rows of a sheet that hold something, with the values that its formulas had, as in `shown`."""
    width = max(column for _row, column in cells)
    if width > options["max_columns"]:
        raise Unfit("columns")
    rows: list[Facts] = []
    for number in sorted({row for row, _column in cells}):
        line: list[Cell] = [None] * width
        for column in range(1, width + 1):
            if (number, column) in cells:
                line[column - 1] = _cell(cells[number, column], shown.cell(number, column))
        if any(cell is not None for cell in line):
            rows.append({"row": number, "cells": line})
        _refuse_long(rows, options)
    return rows


def _loaded(source: Path, values: bool) -> Any:
    from openpyxl import load_workbook

    try:
        with source.open("rb") as file:  # by name, it would be judged by its ending, and ours has none
            return load_workbook(file, data_only=values, keep_links=False)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever the parser says of a hostile file, it is no spreadsheet to us
        raise Unfit("damaged") from None


def _filled(sheet: Any) -> dict[tuple[int, int], Any]:
    """The cells that hold something, by row and column from 1.

    Only cells that the file names are looked at. A sheet whose last cell was ever coloured ends at row 1,048,576, and
    walking over it by row and column would make every empty cell before that one.
    """
    return {place: cell for place, cell in sheet._cells.items() if cell.value is not None}


def _cell(raw: Any, shown: Any) -> Cell:
    if raw.data_type == "f":  # of an array too, whose value is an object
        value = _plain(shown.value)
        return {"formula": value["date"] if isinstance(value, dict) else value}
    return _plain(raw.value)


def _plain(value: Any) -> Cell:
    if value is None or isinstance(value, time):
        return None if value is None else value.isoformat()
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _text(str(value))


def _text(text: str) -> str | None:
    return text.strip()[:MAX_CELL] or None


def _refuse_large(source: Path, most: int, most_cells: int) -> None:
    """Unpack each part piece by piece and count: what a zip or a sheet declares of its own size may be untrue.

    A cell that is cut in two between pieces is missed, which does not matter. The reader takes 10 microseconds and
    hundreds of bytes for each, also where it only has a colour: it must not be what finds out that there are millions.
    """
    if source.read_bytes()[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unfit("locked")  # a password makes an .xlsx an encrypted compound file
    try:
        with zipfile.ZipFile(source) as archive:
            total = cells = 0
            for name in archive.namelist():
                with archive.open(name) as part:
                    for piece in _pieces(part):
                        total += len(piece)
                        if total > most:
                            raise Unfit("bomb")
                        cells += sum(1 for _ in _CELL_OR_ROW.finditer(piece))
                        if cells > most_cells:
                            raise Unfit("cells")
            if "xl/workbook.xml" not in archive.namelist():
                raise Unfit("damaged")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        raise Unfit("damaged") from None


def _pieces(part: Any) -> Iterator[bytes]:
    while piece := part.read(1024 * 1024):
        yield piece


def _refuse_long(rows: list[Facts], options: Facts) -> None:
    if len(rows) > options["max_rows"]:
        raise Unfit("rows")


def _refuse_wide(cells: list[str], options: Facts) -> None:
    if len(cells) > options["max_columns"]:
        raise Unfit("columns")


TASKS = {"read": read, "all": read_every_sheet}
