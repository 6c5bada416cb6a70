"""Days, headings and rows of spreadsheets that were kept by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sar.cases.bulk_import.columns import guess, heading_row, why_not
from sar.cases.bulk_import.days import NotADay, day_from
from sar.cases.bulk_import.facts import find_facts
from sar.cases.bulk_import.rows import Row, read_row
from sar.cases.bulk_import.turned import tell, turned_columns
from sar.cases.calendars import Jurisdiction, calendar
from sar.cases.deadlines import ClockRules, EndReason, Regime
from sar.intake.answers import Channel, Route

TODAY = date(2026, 11, 23)
RULES = ClockRules(regime=Regime.LE, calendar=calendar(Jurisdiction.EW))
HEADINGS = ["Ref", "Full name", "Date received", "Due date", "DOB", "Email", "Date closed", "Status", "How received"]


@pytest.mark.parametrize(
    "text",
    [
        "3/9/2026",
        "03/09/26",
        "3.9.26",
        "03-09-2026",
        "2026-09-03",
        "3 Sep 2026",
        "3rd September 2026",
        "Thu 3-Sep-26",
        "Sept 3, 2026",
    ],
)
def test_a_day_is_read_as_it_is_written_in_britain(text: str) -> None:
    assert day_from(text) == date(2026, 9, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("9/30/2026", "There is no day 9/30/2026. Write the day first"),
        ("31/6/2026", "There is no day"),
        ("46268", "how Excel counts days"),
        ("46268.75", "how Excel counts days"),
        ("soon", "is not a date"),
        ("3 Septembre x", "is not a date"),
        ("3 Foo 2026", "how the month is spelt"),
        ("", "is not a date"),
    ],
)
def test_what_is_no_day_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(NotADay, match=words):
        day_from(text)


def test_a_year_of_birth_with_two_numbers_is_not_guessed() -> None:
    with pytest.raises(NotADay, match="could be 1926 or 2026"):
        day_from("3/9/26", birth=True)
    assert day_from("3/9/1985", birth=True) == date(1985, 9, 3)


def test_headings_are_found_below_a_title_and_known_by_what_people_call_them() -> None:
    rows = [["SAR log 2026"], ["", ""], HEADINGS, ["1", "Ada Example"]]
    assert heading_row(rows) == 2
    found = guess([*HEADINGS, "Colour of file"])
    assert found["received_on"] == 2 and found["due_on"] == 3 and found["date_of_birth"] == 4
    assert found["closed_on"] == 6 and found["outcome"] == 7 and found["channel"] == 8
    assert 9 not in found.values()
    assert why_not(found) is None
    assert "holds the name" in str(why_not({"received_on": 1}))
    assert "date received" in str(why_not({"full_name": 1}))
    assert "chosen twice" in str(why_not({"full_name": 1, "received_on": 1}))


def row(*cells: Any, merged: bool = False) -> Row:
    padded = [*cells, *[None] * (len(HEADINGS) - len(cells))]
    return read_row(
        7, padded, guess(HEADINGS), merged=merged, rules=RULES, regimes=[Regime.LE, Regime.UKGDPR], today=TODAY
    )


def test_a_good_row_is_a_request_with_the_deadline_of_the_rules() -> None:
    due = {"date": "2026-12-02"}
    found = row("2025/4", "Ada  Example", "2/11/26", due, "1/2/1980", "a@b.example", None, "", "Email")
    assert found.problems == [] and not found.differs
    assert (found.received_on, found.due) == (date(2026, 11, 2), date(2026, 12, 2))
    assert found.answers is not None and found.answers.full_name == "Ada Example"
    assert (found.answers.contact.route, found.channel, found.reference) == (Route.EMAIL, Channel.EMAIL, "2025/4")


def test_another_due_date_in_the_sheet_is_flagged() -> None:
    assert row("", "Ada", "2/11/26", "12/12/2026").differs


def test_a_closed_row_ends_its_clock() -> None:
    for word, reason in (("Completed", EndReason.RESPONDED), ("Withdrawn", EndReason.WITHDRAWN)):
        assert row("", "Ada", "2/9/26", "", "", "", "30/9/26", word).ended == (date(2026, 9, 30), reason)
    unknown = row("", "Ada", "2/9/26", "", "", "", "30/9/26", "Filed")
    assert unknown.ended and "“Filed”" in unknown.notes[-1]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("", "", "2/11/26"), "The name is missing"),
        (("", "Ada"), "The date received is missing"),
        (("", "Ada", "2/13/26"), "Date received: There is no day"),
        (("", "Ada", "24/11/26"), "in the future"),
        (("", "Ada", "2/11/16"), "too long ago"),
        (("", "Ada", {"formula": None}), "a formula without a value"),
        (("", "Ada", "2/11/26", "", "1/2/80"), "could be 1980 or 2080"),
        (("", "Ada", "2/11/26", "", "", "nobody"), "Email address"),
        (("", "Ada", "2/11/26", "", "", "", "1/11/26"), "before the date received"),
        (("", "Ada", "2/11/26", "", "", "", "", "Completed"), "but not on which day"),
    ],
)
def test_each_problem_of_a_row_is_told_in_words(cells: tuple[Any, ...], words: str) -> None:
    assert words in " ".join(row(*cells).problems)


def test_a_value_of_a_formula_is_taken_and_told_and_a_merged_row_says_so() -> None:
    found = row("", "Ada", {"formula": "2026-11-02"}, merged=True)
    assert found.problems == [] and found.received_on == date(2026, 11, 2)
    assert "merged cells" in " ".join(found.notes) and "We took its value, 2026-11-02" in " ".join(found.notes)


def test_the_mark_of_our_own_sheet_of_problems_is_taken_off_again() -> None:
    headings = [*HEADINGS, "Phone"]
    cells = ["", "Ada", "2/11/26", *[None] * 6, "'+44 7700 900321"]
    found = read_row(2, cells, guess(headings), merged=False, rules=RULES, regimes=[Regime.LE], today=TODAY)
    assert found.answers is not None and found.answers.contact.phone == "+44 7700 900321"


def test_what_the_rules_make_of_a_row_is_explained_beside_another_due_date() -> None:
    headings = ["Name", "Date received", "Due date", "Extended"]
    cells = ["Ada", "2/6/26", "2/9/26", "20/7/26"]
    found = read_row(2, cells, guess(headings), merged=False, rules=RULES, regimes=[Regime.LE], today=TODAY)
    assert found.differs and found.due == date(2026, 7, 2)
    notes = " ".join(found.notes)
    assert "The extension was notified after the last day for it. It has no effect." in notes
    assert "How the rules count: One calendar month" in notes and "2 July 2026 is a working day" in notes


def test_proof_that_the_sheet_does_not_say_was_asked_for_is_told_and_moves_nothing() -> None:
    headings = ["Name", "Date received", "ID received"]
    cells = ["Ada", "2/11/26", "9/11/26"]
    found = read_row(2, cells, guess(headings), merged=False, rules=RULES, regimes=[Regime.LE], today=TODAY)
    assert (found.problems, found.facts, found.due) == ([], [], date(2026, 12, 2))
    assert found.unasked == {"id_received": date(2026, 11, 9)} and "came on 9 November 2026, but the sheet" in " ".join(
        found.notes
    )


@pytest.mark.parametrize(
    ("given", "pairs"),
    [
        ({"questions": "3/9/2026-10/9/2026; 20/9/2026-"}, [(3, 10), (20, None)]),
        ({"questions": "2026-09-20 – 2026-09-22 | 3 Sept 2026 to 10 September 2026"}, [(3, 10), (20, 22)]),
        ({"questions": "03-09-2026"}, [(3, None)]),
        ({"clarification_requested": "3/9/26; 20/9/26", "clarification_received": "10/9/26;"}, [(3, 10), (20, None)]),
        ({"clarification_requested": "3/9/26", "clarification_received": "10/9/26", "questions": ""}, [(3, 10)]),
    ],
)
def test_several_questions_are_read_from_one_cell(given: dict[str, str], pairs: list[tuple[int, int | None]]) -> None:
    found = find_facts(given, {}, for_another=False)
    asked = {fact.number: fact.on.day for fact in found.facts if fact.kind == "clarification_requested"}
    came = {fact.number: fact.on.day for fact in found.facts if fact.kind == "clarification_received"}
    assert [(day, came.get(number)) for number, day in asked.items()] == pairs and found.problems == []


TURNED = ["Name", "Date received", "Questions"]


def turned(*lines: tuple[Any, ...]) -> list[Row]:
    rows, mapping = list(enumerate(lines, 2)), guess(TURNED)
    columns, found = turned_columns(rows, mapping), []
    for number, cells in rows:
        found.append(
            read_row(number, cells, mapping, merged=False, rules=RULES, regimes=[Regime.LE], today=date(2026, 12, 31))
        )
        tell(found[-1], cells, mapping, columns)
    return found


def test_a_day_that_can_be_read_two_ways_is_not_guessed_where_the_column_has_the_month_first() -> None:
    wrong, either, word, same, known = turned(
        ("Ada", "9/30/2026"),
        ("Bo", "9/3/2026"),
        ("Cy", "3 Sep 2026"),
        ("Di", "9/9/2026"),
        ("Ed", {"date": "2026-03-09"}),
    )
    assert "There is no day" in wrong.problems[0]
    assert "Date received: “9/3/2026” can be read in two ways, and row 2 has the month first." in either.problems[0]
    assert word.problems == same.problems == known.problems == []
    assert not any("month first" in note for row in (word, same) for note in row.notes)
    assert "check that it is 9 March 2026, not 3 September 2026" in " ".join(known.notes)


def test_one_slip_in_a_column_with_the_day_first_holds_up_no_other_row() -> None:
    slip, *others = turned(("Ada", "9/30/2026"), ("Bo", "9/3/2026"), ("Cy", "30/9/2026"), ("Di", "2026-09-03"))
    assert slip.problems and not any(row.problems for row in others)


def test_the_days_of_questions_are_not_guessed_either() -> None:
    _first, second = turned(("Ada", "2026-09-01", "9/14/2026-9/20/2026"), ("Bo", "2026-03-02", "9/3/2026-9/10/2026"))
    assert "“9/3/2026” can be read in two ways" in " ".join(second.problems)
