"""Workbooks and messages of Outlook as text for pages of ours: read in the sandbox, and only text comes back."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from sar.foundation.errors import Refused
from sar.foundation.sandbox import Limits, SandboxFailed, run_task
from sar.foundation.wording import date_words, moment_words

_LIMITS: Final = Limits(memory=1536 * 1024 * 1024, cpu=60, wall=120.0)
_SHEETS: Final = {
    "max_rows": 2_000,
    "max_columns": 100,
    "max_cells": 100_000,
    "max_unpacked": 100_000_000,
}
_SAY: Final = {
    "rows": "This workbook has more rows than we set on pages.",
    "columns": "This workbook has more columns than we set on pages.",
    "cells": "This workbook has more cells than we set on pages.",
    "bomb": "This file unpacks to far more than its size, so it is not opened.",
    "empty": "There is nothing in this workbook.",
    "locked": "This file is locked with a password.",
}
_DAMAGED: Final = "This file is damaged and could not be shown."
# Characters: what a page on its side holds in the smallest type that can be read, and the widest column of a table.
_LINE: Final = 160
_COLUMN: Final = 40
_GAP: Final = "   "


@dataclass(frozen=True)
class Message:
    """A message of Outlook. `is_cut`: `text` is only its beginning."""

    header: list[tuple[str, str]]
    subject: str
    text: str
    attachments: list[str]
    is_cut: bool


def outlook_message(path: Path) -> Message:
    """What is in an admitted .msg. Raises Refused with words for the screen."""
    said = _read("mail.read", path, {"outlook": True})
    try:
        sender = " ".join(part for part in (said["sender_name"], said["sender"] and f"<{said['sender']}>") if part)
        came = moment_words(datetime.fromisoformat(said["received"])) if said["received"] else ""
        header = [("From", sender), ("To", said["to"]), ("Date", came), ("Subject", said["subject"])]
        return Message(
            header=[(name, _clean(value)) for name, value in header if value],
            subject=_clean(said["subject"]),
            text=_clean(said["text"]),
            attachments=[_clean(one["name"]) for one in said["attachments"]],
            is_cut=bool(said["cut"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Refused(_DAMAGED) from None


def workbook_text(path: Path) -> str:
    """Every sheet of an admitted .xlsx, hidden ones too, as columns of text. Raises Refused."""
    said = _read("sheet.all", path, _SHEETS)
    try:
        return "\n\n".join(_sheet_text(one) for one in said["sheets"])
    except (KeyError, TypeError, ValueError):
        raise Refused(_DAMAGED) from None


def _read(task: str, path: Path, options: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = run_task(task, path, options, limits=_LIMITS)
        said: Any = json.loads(answer.output) if answer.output else None
    except (SandboxFailed, ValueError, RecursionError):
        raise Refused(_DAMAGED) from None
    if "error" in answer.facts or not isinstance(said, dict):
        raise Refused(_SAY.get(str(answer.facts.get("error")), _DAMAGED))
    return said


def _sheet_text(sheet: dict[str, Any]) -> str:
    title = f"Sheet: {_clean(sheet['sheet'])}{' (hidden in the workbook)' if sheet['hidden'] else ''}"
    rows = [(int(one["row"]), [_cell_text(cell) for cell in one["cells"]]) for one in sheet["rows"]]
    longest = [
        max(len(text) for text in column) for column in zip_longest(*(cells for _n, cells in rows), fillvalue="")
    ]
    used = {place: min(length, _COLUMN) for place, length in enumerate(longest) if length}
    if sum(used.values()) + len(_GAP) * (len(used) - 1) <= _LINE:
        lines = [line for _number, cells in rows for line in _table_lines(cells, used)]
    else:
        lines = [line for number, cells in rows for line in _listed(number, cells)]
    return "\n".join([title, "", *lines])


def _table_lines(cells: list[str], widths: dict[int, int]) -> list[str]:
    """One row under its columns; what is too long for its column goes on below."""
    wrapped = [textwrap.wrap(cells[place], width) or [""] for place, width in widths.items()]
    padded = zip_longest(*wrapped, fillvalue="")
    return [_GAP.join(text.ljust(w) for text, w in zip(line, widths.values(), strict=True)).rstrip() for line in padded]


def _listed(number: int, cells: list[str]) -> list[str]:
    """A row of a sheet too wide for a page: each of its cells on a line."""
    return [f"Row {number}", *(f"  {_column_name(place)}: {text}" for place, text in enumerate(cells) if text), ""]


def _column_name(place: int) -> str:
    """As a spreadsheet names a column, counted from 0: A, ..., Z, AA."""
    name = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        name, place = chr(ord("A") + letter) + name, place - 1
    return name


def _cell_text(cell: object) -> str:
    if isinstance(cell, dict) and "date" in cell:
        return date_words(date.fromisoformat(cell["date"]))
    if isinstance(cell, dict):
        return _clean(cell["formula"] or "(a formula without a value)")
    return " ".join(_clean(cell or "").split())


def _clean(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value.encode("utf-8", "replace").decode()
