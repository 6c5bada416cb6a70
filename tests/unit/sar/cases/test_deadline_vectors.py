"""The published and derived examples, and the command that recomputes a table of them."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from sar.cases.deadline_table import COMPUTED, INPUTS, MalformedTable, recompute, run_deadlines

VECTORS = Path(__file__).parents[3] / "fixtures" / "vectors" / "deadlines.csv"
TEXT = VECTORS.read_text("utf-8")
ROWS = list(csv.DictReader(StringIO(TEXT)))
HEADING = ",".join(("id", *INPUTS, "expected_due"))


def table(**cells: str) -> list[str]:
    row = {"id": "T1", "vector_type": "response_due", "regime": "UKGDPR", "jurisdiction": "EW"}
    row |= {"received": "2026-09-01", "extended": "N", **cells}
    return [HEADING + "\n", ",".join(row.get(name, "") for name in HEADING.split(",")) + "\n"]


def computed(**cells: str) -> list[str]:
    text, _ = recompute(table(**cells))
    row = next(csv.DictReader(StringIO(text)))
    return [row[name] for name in COMPUTED]


def refusal(lines: list[str]) -> str:
    with pytest.raises(MalformedTable) as caught:
        recompute(lines)
    return str(caught.value)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_each_example_comes_out_as_published(row: dict[str, str]) -> None:
    text, differences = recompute([",".join(ROWS[0]) + "\n", _line(row)])
    assert differences == []
    result = next(csv.DictReader(StringIO(text)))
    for name in COMPUTED:
        assert result[name] == row[name.replace("computed", "expected")]


def test_the_whole_table_comes_back_with_five_columns_more(tmp_path: Path) -> None:
    out, errors = StringIO(), StringIO()
    assert run_deadlines(VECTORS, out, errors) == 0
    assert errors.getvalue() == ""
    printed = list(csv.DictReader(StringIO(out.getvalue())))
    assert [{name: row[name] for name in ROWS[0]} for row in printed] == ROWS
    assert list(printed[0]) == [*ROWS[0], *COMPUTED]


@pytest.mark.parametrize(
    "column",
    ["expected_clock_start", "expected_nominal_end", "expected_extension_notice_by", "expected_due"],
)
def test_a_wrong_date_in_any_expected_column_is_found(column: str) -> None:
    row = {**ROWS[0], column: "2024-02-07"}
    _, differences = recompute([",".join(ROWS[0]) + "\n", _line(row)])
    assert [(d.row, d.case, d.column, d.expected) for d in differences] == [(2, "O01", column, "2024-02-07")]


def test_a_wrong_number_of_paused_days_is_found_and_the_exit_code_says_so(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(",".join(ROWS[0]) + "\n" + _line({**ROWS[0], "expected_paused_days": "1"}), "utf-8")
    out, errors = StringIO(), StringIO()
    assert run_deadlines(file, out, errors) == 1
    assert errors.getvalue() == "Row 2 (O01): expected_paused_days is 1, computed 0\n"
    assert out.getvalue().count("\n") == 2


def test_a_due_date_is_expected_where_there_is_none() -> None:
    _, differences = recompute(table(id_requested="2026-09-02", expected_due="2026-10-01"))
    assert str(differences[0]) == "Row 2 (T1): expected_due is 2026-10-01, computed nothing"


def test_an_empty_expectation_is_not_compared() -> None:
    assert recompute(table(expected_due=""))[1] == []


def test_a_file_from_a_spreadsheet_with_a_byte_order_mark_and_windows_lines_is_read(tmp_path: Path) -> None:
    file = tmp_path / "excel.csv"
    file.write_bytes(b"\xef\xbb\xbf" + "".join(table()).replace("\n", "\r\n").encode())
    assert run_deadlines(file, StringIO(), StringIO()) == 0


def test_recomputing_a_recomputed_table_changes_nothing() -> None:
    once, _ = recompute(TEXT.splitlines(keepends=True))
    assert recompute(once.splitlines(keepends=True))[0] == once


def test_id_asked_for_and_never_sent_gives_no_dates_at_all() -> None:
    assert computed(id_requested="2026-09-02") == ["", "", "", "", ""]


def test_a_fee_asked_for_and_never_paid_gives_no_dates_at_all() -> None:
    assert computed(fee_requested="2026-09-02") == ["", "", "", "", ""]


def test_id_sent_without_being_asked_for_does_not_delay_the_start() -> None:
    assert computed(id_received="2026-09-20")[0] == "2026-09-01"


def test_an_open_question_leaves_the_due_date_empty() -> None:
    expected = ["2026-09-01", "2026-10-01", "", "", ""]
    assert computed(clarification_requested="2026-09-07") == expected
    assert computed(clarification_requested="2026-09-07|2026-09-10", clarification_received="2026-09-08|") == expected


def test_of_two_questions_the_first_may_be_the_open_one() -> None:
    assert computed(clarification_requested="2026-09-07|2026-09-10", clarification_received="|2026-09-12")[4] == ""


def test_a_question_still_open_after_the_first_month_leaves_the_notice_date() -> None:
    assert computed(clarification_requested="2026-11-02", extended="Y") == [
        "2026-09-01",
        "2026-12-01",
        "",
        "2026-10-01",
        "",
    ]


@pytest.mark.parametrize(
    ("cells", "due"),
    [
        ({"received": "2026-05-15", "jurisdiction": "SC"}, "2026-06-16"),
        ({"received": "2026-05-15", "jurisdiction": "EW"}, "2026-06-15"),
        ({"received": "2026-02-17", "jurisdiction": "NI"}, "2026-03-18"),
        ({"received": "2026-06-12", "jurisdiction": "NI"}, "2026-07-14"),
        ({"received": "2026-03-06", "jurisdiction": "SC"}, "2026-04-06"),
        ({"received": "2026-07-31", "jurisdiction": "SC"}, "2026-08-31"),
        ({"received": "2025-10-31", "jurisdiction": "SC"}, "2025-12-02"),
        ({"received": "2026-11-25", "jurisdiction": "NONE"}, "2026-12-25"),
    ],
)
def test_the_same_month_ends_on_different_days_by_jurisdiction(cells: dict[str, str], due: str) -> None:
    assert computed(**cells)[4] == due


@pytest.mark.parametrize(
    ("asked", "answered", "paused", "due"),
    [
        ("2026-09-07", "2026-09-07", "1", "2026-10-02"),
        ("2026-09-01", "2026-09-11", "10", "2026-10-12"),
        ("2026-10-01", "2026-10-05", "5", "2026-10-06"),
        ("2026-10-02", "2026-10-05", "0", "2026-10-01"),
        ("2026-09-03|2026-09-08", "2026-09-08|2026-09-10", "8", "2026-10-09"),
        ("2026-09-20|2026-09-03", "2026-09-29|2026-09-25", "27", "2026-10-28"),
    ],
)
def test_the_literal_statute_counts_both_end_days_once(asked: str, answered: str, paused: str, due: str) -> None:
    found = computed(pause_mode="statutory", clarification_requested=asked, clarification_received=answered)
    assert (found[2], found[4]) == (paused, due)


def test_no_acknowledgement_of_complaints_was_due_before_19_june_2026() -> None:
    assert computed(vector_type="complaint_ack_due", received="2026-06-18") == ["", "", "", "", ""]
    assert computed(vector_type="complaint_ack_due", received="2026-06-19")[4] == "2026-07-20"


def with_columns(**cells: str) -> list[str]:
    """The table with columns more than the published ones."""
    heading, row = table()
    return [f"{heading.rstrip()},{','.join(cells)}\n", f"{row.rstrip()},{','.join(cells.values())}\n"]


def test_a_row_that_names_its_holidays_is_counted_with_those(tmp_path: Path) -> None:
    file, errors = tmp_path / "export.csv", StringIO()
    file.write_text("".join(with_columns(holidays="2026-10-01|2026-10-02")), "utf-8")
    out = StringIO()
    assert run_deadlines(file, out, errors) == 0
    assert next(csv.DictReader(StringIO(out.getvalue())))["computed_due"] == "2026-10-05"
    assert errors.getvalue().splitlines() == [
        f"Row 2 (T1): 2026-10-0{day} counts as a public holiday, but is not in the packaged list." for day in (1, 2)
    ]
    file.write_text("".join(with_columns(holidays="")).replace("2026-09-01", "2026-11-25"), "utf-8")
    assert run_deadlines(file, StringIO(), errors) == 0
    assert "2026-12-25 does not count as a public holiday, but is in the packaged list." in errors.getvalue()
    assert "holidays is 'soon'" in refusal(with_columns(holidays="soon"))


def test_authority_that_was_asked_for_and_never_came_gives_no_dates() -> None:
    text, _ = recompute(with_columns(authority_requested="2026-09-03"))
    assert next(csv.DictReader(StringIO(text)))["computed_due"] == ""
    lines = with_columns(authority_requested="2026-09-03")
    early = [line.replace("-09-01,,,", "-09-01,,,2026-09-02") for line in lines]
    assert "is before authority_requested" in refusal(early)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"received": ""}, "Row 2: received is empty"),
        ({"received": "01/09/2026"}, "Row 2: received is '01/09/2026'; it must be a date"),
        ({"received": "2026-02-30"}, "Row 2: received is '2026-02-30'; it must be a date"),
        ({"received": "20260901"}, "Row 2: received is '20260901'; it must be a date"),
        ({"received": "0026-09-01"}, "the year must be from 1990"),
        ({"regime": "GDPR"}, "regime is 'GDPR'; it must be one of UKGDPR, LE"),
        ({"jurisdiction": ""}, "jurisdiction is ''; it must be one of EW, SC, NI, NONE"),
        ({"pause_mode": "lenient"}, "pause_mode is 'lenient'"),
        ({"vector_type": "due"}, "vector_type is 'due'"),
        ({"extended": "yes"}, "extended is 'yes'; it must be Y or N"),
        ({"id_requested": "2026-09-05", "id_received": "2026-09-04"}, "is before id_requested"),
        ({"fee_requested": "2026-09-05", "fee_paid": "2026-09-04"}, "is before fee_requested"),
        ({"clarification_received": "2026-09-04"}, "has more dates than"),
        ({"clarification_requested": "2026-09-05", "clarification_received": "2026-09-04"}, "Question 1 cannot"),
        ({"clarification_requested": "2026-09-05|", "clarification_received": "2026-09-06"}, "must be a date"),
        ({"expected_due": "soon"}, "Row 2: expected_due is 'soon'"),
    ],
)
def test_a_row_that_makes_no_sense_is_named_with_its_fault(cells: dict[str, str], words: str) -> None:
    assert words in refusal(table(**cells))


def test_a_heading_that_could_hide_a_fault_is_refused() -> None:
    assert "The file is empty" in refusal([])
    assert "missing columns: id_received" in refusal([HEADING.replace("id_received,", "") + "\n"])
    assert "unknown expectations: expected_dew" in refusal([HEADING.replace("expected_due", "expected_dew") + "\n"])
    assert "appear twice: id" in refusal([HEADING + ",id\n"])


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    lines = table()
    assert "Row 3: has 3 cells; the heading has 15" in refusal([*lines, "a,b,c\n"])


def test_broken_quotes_are_refused() -> None:
    assert "Row 2: not valid CSV" in refusal([HEADING + "\n", '"unfinished\n'])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"id\n"])
def test_a_malformed_file_exits_with_2_and_names_itself(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    errors = StringIO()
    assert run_deadlines(file, StringIO(), errors) == 2
    assert errors.getvalue().startswith(f"{file}: ")


def test_a_file_that_is_not_there_exits_with_2(tmp_path: Path) -> None:
    assert run_deadlines(tmp_path / "none.csv", StringIO(), StringIO()) == 2


def _line(row: dict[str, str]) -> str:
    out = StringIO()
    csv.DictWriter(out, list(row), lineterminator="\n").writerow(row)
    return out.getvalue()
