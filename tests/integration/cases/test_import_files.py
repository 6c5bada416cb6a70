"""Spreadsheets as programs write them, and what cannot be read as one."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from openpyxl import Workbook

from sar.cases.bulk_import import queries
from sar.cases.bulk_import.models import CaseImport
from sar.cases.bulk_import.table import load
from sar.foundation.errors import Refused
from tests.integration.cases.desk import browser_of, dpo
from tests.integration.cases.sheets import looked_at, uploaded
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def workbook() -> bytes:
    book = Workbook()
    front = book.active
    front.title = "Cases"
    front.append(["SAR log of the office"])
    front.merge_cells("A1:F1")
    front.append([])
    front.append(["Surname", "First name", "Received on", "Deadline", "Colour", "Notes"])
    front.append(["Pemberton", "Delroy", datetime(2026, 9, 2, tzinfo=UTC).replace(tzinfo=None), "=C4+30", "blue", None])
    front.append([None, None, None, None, None, None])
    front.append(["Osei", "Kwame", date(2026, 9, 3), date(2026, 10, 5), "red", None])
    front.append(["Ashdown", "Priya", "=B1", None, None, None])
    front.merge_cells("E6:E7")
    other = book.create_sheet("Old")
    other.append(["not read"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_real_workbook_with_titles_formulas_merged_cells_and_blank_rows(in_app: Flask) -> None:
    actor = dpo()
    found = looked_at(in_app, actor, workbook(), "cases.xlsx")
    first, second, third = queries.lines(found, "all", 1).lines
    assert [line.row for line in (first, second, third)] == [4, 6, 7]
    assert "Due date in the sheet: the cell is a formula without a value" in first.problems[0]
    assert second.state == "good" and (second.due, second.sheet_due) == (date(2026, 10, 5), date(2026, 10, 5))
    assert "merged cells" in second.notes[0]
    assert "a formula without a value" in third.problems[0]
    page = browser_of(in_app, actor).get(f"/staff/import/{found.id}/columns").text
    assert "These sheets are not read: Old" in page and "Colour, Notes" in page


def with_extra(content: bytes, rows_more: bytes, also: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose first sheet has more rows, written as no library would write them; and other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", rows_more + b"</sheetData>")
            new.writestr(name, part)
        for name, part in (also or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def small_workbook() -> bytes:
    book = Workbook()
    book.active.append(["Name", "Date received"])
    book.active.append(["Delroy Pemberton", "2/9/2026"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("place", ["A1048576", "XFD1048576"])
def test_a_sheet_whose_last_cell_was_once_coloured_is_read_like_any_other(in_app: Flask, place: str) -> None:
    coloured = f'<row r="1048576"><c r="{place}" s="0"/></row>'.encode()
    found = looked_at(in_app, dpo(), with_extra(small_workbook(), coloured), "cases.xlsx")
    assert (found.rows, found.good) == (1, 1)


def test_an_array_formula_is_a_formula(in_app: Flask) -> None:
    formula = b'<c r="A3"><f t="array" ref="A3:A3">B2&amp;""</f></c>'
    array = b'<row r="3">' + formula + b'<c r="B3" t="str"><v>3/9/2026</v></c></row>'
    found = looked_at(in_app, dpo(), with_extra(small_workbook(), array), "cases.xlsx")
    [line] = queries.lines(found, "problems", 1).lines
    assert "Full name: the cell is a formula without a value" in line.problems[0]


def test_a_file_that_unpacks_to_far_more_than_its_size_is_refused() -> None:
    bomb = with_extra(small_workbook(), b"", {"xl/media/image1.png": bytes(301_000_000)})
    assert len(bomb) < 1_000_000
    with pytest.raises(Refused, match="unpacks to far more"):
        uploaded(dpo(), bomb, "a.xlsx")
    assert rows(CaseImport) == []


def test_a_sheet_with_a_million_empty_cells_that_have_a_colour_is_refused_before_it_is_read() -> None:
    coloured = b'<row r="3">' + b'<c s="1"/>' * 500_000 + b"</row>"
    sheet = with_extra(small_workbook(), coloured, {"xl/worksheets/sheet2.xml": coloured})
    assert len(sheet) < 100_000
    with pytest.raises(Refused, match="more than 1,000,000 cells, among them empty ones .* save the sheet as CSV"):
        uploaded(dpo(), sheet, "a.xlsx")
    assert rows(CaseImport) == []


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"PK\x03\x04 nothing", "a.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 locked", "a.xlsx", "does not match"),
        (b"Name,Received\n", "a.csv", "nothing below it"),
        (b"\x00\x01", "a.csv", "not a plain text file"),
        (b"x", "a.ods", "We cannot take this kind of file"),
        ((",".join(["c"] * 101) + "\n").encode() * 2, "a.csv", "more than 100 columns"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, name: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        uploaded(dpo(), content, name)
    assert rows(CaseImport) == []


def test_quotes_and_commas_in_a_cell_do_not_move_the_others_however_late_they_come(in_app: Flask) -> None:
    address = 'The house called "The Elms", Northvale, by "The Oak"'
    plain = [f'"Ada Example {number}","2/9/2026","1 Mill Lane, Northvale"' for number in range(600)]
    last = f'"Bo Example","3/9/2026","{address.replace(chr(34), chr(34) * 2)}"'
    content = "\r\n".join(['"Name","Date received","Address"', *plain, last]).encode()
    found = looked_at(in_app, dpo(), content)
    assert load(found.table_blob_id).rows[-1][1] == ["Bo Example", "3/9/2026", address]
