"""Cells and lines of a CSV file that any spreadsheet opens and none runs (security.md 17)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet runs."""
    text = "" if value is None else str(value)
    # Spreadsheets skip blanks before they look.
    return "'" + text if text.startswith(_FORMULA) or text.replace("\ufeff", "").lstrip().startswith(_FORMULA) else text


def csv_line(cells: Iterable[object]) -> str:
    """One line of a file, with safe cells and its line end."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()
