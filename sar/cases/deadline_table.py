"""Recomputing deadlines from a CSV file, so that nobody need trust an export (`flask deadlines FILE`).

The format is that of tests/fixtures/vectors/deadlines.csv, described in the README beside it. Each row is
printed as it came, with the `computed_*` columns after it. Nothing depends on today's date.

Two more columns may be there. `authority_requested`: without it, authority that came was asked for. `holidays`: the
public holidays, parted by |, that the row was counted with; where they differ from the packaged list, a note says so.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TextIO, TypeVar

from sar.cases import deadlines as dl
from sar.cases.calendars import Calendar, Jurisdiction, calendar
from sar.cases.deadlines.facts import gather
from sar.cases.deadlines.fold import read

RESPONSE, COMPLAINT = "response_due", "complaint_ack_due"
INPUTS = (
    "vector_type",
    "regime",
    "jurisdiction",
    "pause_mode",
    "received",
    "id_requested",
    "id_received",
    "authority_received",
    "fee_requested",
    "fee_paid",
    "clarification_requested",
    "clarification_received",
    "extended",
)
OPTIONAL = ("authority_requested", "holidays")
RESULTS = ("clock_start", "nominal_end", "paused_days", "extension_notice_by", "due")
COMPUTED = tuple(f"computed_{name}" for name in RESULTS)
EXPECTED = tuple(f"expected_{name}" for name in RESULTS)
EXIT_SAME, EXIT_DIFFERENT, EXIT_MALFORMED = 0, 1, 2
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Outside these years a date is a slip of the keyboard.
_YEARS = range(1990, 2200)
_Choice = TypeVar("_Choice", bound=StrEnum)


class MalformedTable(Exception):
    """The file cannot be read as a deadline table. The message names the row (the heading is row 1)."""


@dataclass(frozen=True)
class Difference:
    """An expected value that was given and differs from the computed one."""

    row: int
    case: str
    column: str
    expected: str
    computed: str

    def __str__(self) -> str:
        name = f" ({self.case})" if self.case else ""
        return f"Row {self.row}{name}: {self.column} is {self.expected}, computed {self.computed or 'nothing'}"


@dataclass(frozen=True)
class _Line:
    """One line to print, what differs from what was expected, and what a reader should know besides."""

    cells: Sequence[str]
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


def recompute(lines: Iterable[str]) -> tuple[str, list[Difference]]:
    """The whole table with its computed columns as CSV text, and every difference. Raises MalformedTable."""
    out = StringIO()
    differences: list[Difference] = []
    writer = csv.writer(out, lineterminator="\n")
    for line in _recomputed(lines):
        writer.writerow(line.cells)
        differences.extend(line.differences)
    return out.getvalue(), differences


def run_deadlines(path: str | Path, out: TextIO, errors: TextIO) -> int:
    """Print the recomputed table to `out`, differences and faults to `errors`; return the exit code.

    0 all given expectations hold; 1 some differ; 2 the file cannot be read as a deadline table. Rows are
    written as they are read, so memory does not grow with the file.
    """
    different = False
    writer = csv.writer(out, lineterminator="\n")
    try:
        with open(path, encoding="utf-8-sig", newline="") as lines:
            for line in _recomputed(lines):
                writer.writerow(line.cells)
                for difference in line.differences:
                    different = True
                    print(difference, file=errors)
                for note in line.notes:
                    print(note, file=errors)
    except MalformedTable as fault:
        print(f"{path}: {fault}", file=errors)
        return EXIT_MALFORMED
    except UnicodeDecodeError:
        print(f"{path}: this is not UTF-8 text.", file=errors)
        return EXIT_MALFORMED
    except OSError as fault:
        print(f"{path}: {fault.strerror}.", file=errors)
        return EXIT_MALFORMED
    return EXIT_DIFFERENT if different else EXIT_SAME


def _recomputed(lines: Iterable[str]) -> Iterator[_Line]:
    rows = _rows(lines)
    heading = next(rows, None)
    if heading is None:
        raise MalformedTable("The file is empty.")
    names = [name.strip() for name in heading[1]]
    _check_heading(names)
    # A table that was recomputed before is recomputed afresh.
    kept = [index for index, name in enumerate(names) if name not in COMPUTED]
    yield _Line([*(names[index] for index in kept), *COMPUTED])
    for number, cells in rows:
        if len(cells) != len(names):
            raise MalformedTable(f"Row {number}: has {len(cells)} cells; the heading has {len(names)}.")
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
        try:
            results = _compute(row)
            differences, notes = tuple(_differences(number, row, results)), tuple(_notes(number, row, results))
        except (ValueError, dl.ImpossibleDates) as fault:
            raise MalformedTable(f"Row {number}: {fault}") from fault
        yield _Line([*(cells[index] for index in kept), *results.values()], differences, notes)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for cells in csv.reader(lines, strict=True):
            number += 1
            if cells:
                yield number, cells
    except csv.Error as fault:
        raise MalformedTable(f"Row {number + 1}: not valid CSV ({fault}).") from fault


def _check_heading(names: Sequence[str]) -> None:
    missing = [name for name in INPUTS if name not in names]
    if missing:
        raise MalformedTable(f"Row 1: missing columns: {', '.join(missing)}.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MalformedTable(f"Row 1: columns that appear twice: {', '.join(twice)}.")
    # An expectation under a misspelt name would never be compared: that must not pass for agreement.
    unknown = [name for name in names if name.startswith("expected_") and name not in EXPECTED]
    if unknown:
        raise MalformedTable(f"Row 1: unknown expectations: {', '.join(unknown)}.")


def _compute(row: Mapping[str, str]) -> dict[str, str]:
    jurisdiction = _one_of("jurisdiction", row["jurisdiction"], Jurisdiction)
    received = _required_day(row, "received")
    if row["vector_type"] == COMPLAINT:
        day = dl.complaint_ack_due(received, _calendar(row, jurisdiction))
        return {**dict.fromkeys(COMPUTED, ""), "computed_due": _text(day)}
    if row["vector_type"] != RESPONSE:
        raise ValueError(f"vector_type is {row['vector_type']!r}; it must be {RESPONSE} or {COMPLAINT}.")
    rules = dl.ClockRules(
        regime=_one_of("regime", row["regime"], dl.Regime),
        calendar=_calendar(row, jurisdiction),
        pause_mode=_one_of("pause_mode", row["pause_mode"] or dl.PauseMode.CONSERVATIVE, dl.PauseMode),
    )
    # The dates alone: the worded derivation would treble the time that a long export takes.
    reading = read(gather(_events(row, received)), rules)
    paused = "" if reading.paused_days is None else str(reading.paused_days)
    values = (
        _text(reading.start),
        _text(reading.nominal_end),
        paused,
        _text(reading.notice_by),
        _text(reading.due),
    )
    return dict(zip(COMPUTED, values, strict=True))


def _calendar(row: Mapping[str, str], jurisdiction: Jurisdiction) -> Calendar:
    """The holidays that the row names, else the packaged list."""
    if "holidays" not in row:
        return calendar(jurisdiction)
    return Calendar(jurisdiction, dict.fromkeys(_holidays(row), "public holiday"), _YEARS.start, _YEARS.stop - 1)


def _holidays(row: Mapping[str, str]) -> list[date]:
    return [_parse("holidays", text) for text in row["holidays"].split("|") if text.strip()]


def _notes(number: int, row: Mapping[str, str], results: Mapping[str, str]) -> Iterator[str]:
    """Where the row was counted with other holidays than the packaged list, for whoever reads it to look into."""
    last = max(results["computed_due"], results["computed_extension_notice_by"])
    if "holidays" not in row or not last:
        return
    first, end = _required_day(row, "received"), date.fromisoformat(last)
    packaged = set(calendar(Jurisdiction(row["jurisdiction"])).between(first, end))
    named, case = {day for day in _holidays(row) if first <= day <= end}, row.get("id", "")
    for day in sorted(packaged ^ named):
        counts = "counts as a public holiday, but is not"
        which = counts if day in named else "does not count as a public holiday, but is"
        yield f"Row {number} ({case}): {day} {which} in the packaged list."


def _events(row: Mapping[str, str], received: date) -> Iterator[dl.ClockEvent]:
    yield dl.Received(received)
    for asked, given, ask, give in (
        ("id_requested", "id_received", dl.IdRequested, dl.IdReceived),
        ("fee_requested", "fee_paid", dl.FeeRequested, dl.FeePaid),
    ):
        first, last = _day(row, asked), _day(row, given)
        if first is not None and last is not None and last < first:
            raise ValueError(f"{given} ({last}) is before {asked} ({first}).")
        if first is not None:
            yield ask(first)
        if last is not None:
            yield give(last)
    needed = _day({"authority_requested": "", **row}, "authority_requested")
    authority = _day(row, "authority_received")
    if needed is not None and authority is not None and authority < needed:
        raise ValueError(f"authority_received ({authority}) is before authority_requested ({needed}).")
    if needed is not None:
        yield dl.AuthorityRequested(needed)
    elif authority is not None:
        # Where the format holds no day on which it was asked for, it was: that day never matters to the clock.
        yield dl.AuthorityRequested(min(received, authority))
    if authority is not None:
        yield dl.AuthorityReceived(authority)
    yield from _questions(row)
    if row["extended"] not in ("", "Y", "N"):
        raise ValueError(f"extended is {row['extended']!r}; it must be Y or N.")
    if row["extended"] == "Y":
        # The format holds no day of notice: Y says that it was given in time.
        yield dl.Extended(received, dl.ExtensionReason.COMPLEXITY)


def _questions(row: Mapping[str, str]) -> Iterator[dl.ClockEvent]:
    asked = row["clarification_requested"].split("|") if row["clarification_requested"] else []
    answered = row["clarification_received"].split("|") if row["clarification_received"] else []
    if len(answered) > len(asked):
        raise ValueError("clarification_received has more dates than clarification_requested.")
    for number, text in enumerate(asked, start=1):
        yield dl.ClarificationRequested(_parse("clarification_requested", text), number)
    for number, text in enumerate(answered, start=1):
        # An empty place among several is a question still open.
        if text.strip():
            yield dl.ClarificationReceived(_parse("clarification_received", text), number)


def _differences(number: int, row: Mapping[str, str], results: Mapping[str, str]) -> Iterator[Difference]:
    for expected, computed in zip(EXPECTED, COMPUTED, strict=True):
        given = row.get(expected, "")
        if not given:
            continue
        if expected == "expected_paused_days":
            if not given.isdecimal():
                raise ValueError(f"{expected} is {given!r}; it must be a whole number.")
            same = results[computed] != "" and int(given) == int(results[computed])
        else:
            same = _text(_parse(expected, given)) == results[computed]
        if not same:
            yield Difference(number, row.get("id", ""), expected, given, results[computed])


def _required_day(row: Mapping[str, str], column: str) -> date:
    day = _day(row, column)
    if day is None:
        raise ValueError(f"{column} is empty.")
    return day


def _day(row: Mapping[str, str], column: str) -> date | None:
    return _parse(column, row[column]) if row[column] else None


def _parse(column: str, text: str) -> date:
    text = text.strip()
    fault = f"{column} is {text!r}; it must be a date such as 2026-09-01."
    if not _ISO_DATE.fullmatch(text):
        raise ValueError(fault)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(fault) from error
    if day.year not in _YEARS:
        raise ValueError(f"{column} is {text}; the year must be from {_YEARS.start} to {_YEARS.stop - 1}.")
    return day


def _one_of(column: str, text: str, allowed: type[_Choice]) -> _Choice:
    try:
        return allowed(text)
    except ValueError as error:
        names = ", ".join(member.value for member in allowed)
        raise ValueError(f"{column} is {text!r}; it must be one of {names}.") from error


def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()
