"""Columns in which the month stands before the day, as in America, or in a spreadsheet that is set up for it. Pure.

"9/30/2026" is no day in Britain, and is told so. But "9/3/2026" in the same column reads as 9 March without a word, and
gives a deadline that is months off. So a column in which more days can only be read month first than day first is not
guessed at: what could be read both ways is a problem there. Where it is a date already, the spreadsheet that saw it
first may have turned it round, and a note says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sar.cases.bulk_import.columns import BY_CODE
from sar.cases.bulk_import.rows import Cell, Row
from sar.foundation.wording import date_words

_NUMBERS: Final = re.compile(r"(?<!\d)(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})(?!\d)")
_MONTHS: Final = 12
# Besides those whose cells are one day: the columns that hold the days of questions.
_QUESTIONS: Final = frozenset({"clarification_requested", "clarification_received", "questions"})


@dataclass(frozen=True)
class _Days:
    """What one cell says of the order. `either`: the first text in it that could be read both ways."""

    day_first: int = 0
    month_first: int = 0
    either: str | None = None


def turned_columns(rows: Iterable[tuple[int, Sequence[Cell]]], mapping: Mapping[str, int]) -> dict[str, int]:
    """The fields whose column has more days with the month first than with the day first, each with a row that shows
    it."""
    shown: dict[str, int] = {}
    order: Counter[str] = Counter()
    for number, cells in rows:
        for code in _dated(mapping):
            said = _days_in(_text(cells, mapping[code]))
            order[code] += said.month_first - said.day_first
            if said.month_first:
                shown.setdefault(code, number)
    return {code: number for code, number in shown.items() if order[code] > 0}


def tell(row: Row, cells: Sequence[Cell], mapping: Mapping[str, int], turned: Mapping[str, int]) -> None:
    """Add to a row what of its days may have the month first."""
    for code, other in turned.items():
        label, cell = BY_CODE[code].label, cells[mapping[code]] if mapping[code] < len(cells) else None
        if either := _days_in(_text(cells, mapping[code])).either:
            row.problems.append(
                f"{label}: “{either}” can be read in two ways, and row {other} has the month first. Write the month as "
                "a word, or the day first in the whole column."
            )
        elif isinstance(cell, dict) and cell.get("date") and _is_either(date.fromisoformat(str(cell["date"]))):
            day = date.fromisoformat(str(cell["date"]))
            row.notes.append(
                f"{label}: row {other} has the month first. The spreadsheet may have turned this date round: check "
                f"that it is {date_words(day)}, not {date_words(date(day.year, day.day, day.month))}."
            )


def _dated(mapping: Mapping[str, int]) -> list[str]:
    return [code for code in mapping if BY_CODE[code].is_date or code in _QUESTIONS]


def _text(cells: Sequence[Cell], column: int) -> str:
    """What somebody typed; a date that the spreadsheet knows as one has no order."""
    cell = cells[column] if column < len(cells) else None
    return cell if isinstance(cell, str) else ""


def _days_in(text: str) -> _Days:
    found = [
        (int(first), int(second), match) for match in _NUMBERS.finditer(text) for first, second in [match.groups()[:2]]
    ]
    return _Days(
        day_first=sum(first > _MONTHS >= second for first, second, _match in found),
        month_first=sum(second > _MONTHS >= first for first, second, _match in found),
        either=next(
            (match[0] for first, second, match in found if first != second and max(first, second) <= _MONTHS), None
        ),
    )


def _is_either(day: date) -> bool:
    return day.day <= _MONTHS and day.day != day.month
