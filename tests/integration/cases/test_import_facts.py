"""Everything that moves a clock can be in a spreadsheet, and rows that may double something say so in the dry run."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from sar.cases import service
from sar.cases.bulk_import import queries
from sar.cases.models import Case, ClockFact, Note
from sar.cases.queries import clock_of, open_questions
from sar.foundation import messages
from sar.foundation.clock import london_today
from sar.intake.answers import Contact, Route
from sar.oversight.queries import measures
from tests.integration.cases.desk import browser_of, caseworker, dpo, opened
from tests.integration.cases.sheets import as_csv, looked_at, taken_over
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
HEADINGS = [
    "Full name",
    "Date received",
    "Who asks for the person",
    "Relationship",
    "Their email address",
    "Written authority asked for on",
    "Written authority came on",
    "Fee asked for on",
    "Fee paid on",
    "Questions",
    "Extended on",
    "Why it was extended",
]
FULL = ["Rosalind Quayle", "1/9/2026", "Sunita Rao", "Solicitor", "s.rao@raohart.example", "2/9/2026", "7/9/2026"]
FULL += ["3/9/2026", "8/9/2026", "10/9/2026-17/9/2026; 20/9/2026-22/9/2026; 25/9/2026-", "28/9/2026", "number"]


def test_all_that_moves_a_clock_is_taken_over_and_counted_in_the_dry_run(in_app: Flask) -> None:
    nobody = ["Kwame Osei", "1/9/2026", "", "", "", "2/9/2026", "", "", "8/9/2026", "12/9/2026-1/9/2026", "", ""]
    old = ["Ada Brown", "1/9/2026", "Lee Brown", "uncle", "", "", "3/9/2026", "", "", "3/9 | 20/9", "", ""]
    found = taken_over(in_app, dpo(), as_csv(FULL, nobody, old, headings=HEADINGS))
    good, bad, without_year = queries.lines(found, "all", 1).lines
    assert good.state == "good" and good.due is None  # a question waits for its answer
    said = " ".join(bad.problems)
    assert "nobody who asks for the person" in said and "none on which it was asked" in said
    assert "“3/9” is not a date" in without_year.problems[0] and "3/9/2026-10/9/2026" in without_year.problems[0]
    [case] = rows(Case)
    assert (case.authority, case.submission.representative["gets_letters"]) == ("settled", True)
    assert [question.on for question in open_questions(case)] == [date(2026, 9, 25)]
    assert clock_of(case).start == date(2026, 9, 8)  # the fee was the last to come
    extended = next(fact for fact in rows(ClockFact) if fact.kind == "extended")
    assert extended.reason_code == "NUMBER"


def test_what_was_asked_for_when_the_answer_was_due_gives_no_time_and_is_a_note(in_app: Flask) -> None:
    headings = ["Name", "Date received", "ID asked", "ID received", "Fee asked for on", "Fee paid on"]
    late = ["Rosalind Quayle", "2/3/2026", "20/5/2026", "", "20/5/2026", "21/5/2026"]
    settled = ["Ada Brown", "2/3/2026", "20/5/2026", "22/5/2026", "", ""]
    waited = ["Kwame Osei", "2/3/2026", "4/3/2026", "", "20/5/2026", ""]
    found = taken_over(in_app, dpo(), as_csv(late, settled, waited, headings=headings))
    lines = queries.lines(found, "all", 1).lines
    said = " ".join(lines[0].notes)
    for words in ("Proof of identity: it was asked for on 20 May 2026", "The fee: it was", "due on 2 April 2026"):
        assert words in said, words
    cases = {case.submission.full_name: case for case in rows(Case)}
    first, second, third = (cases[row[0]] for row in (late, settled, waited))
    due = date(2026, 4, 2)
    assert [case.due_on for case in (first, second, third)] == [due, due, None]  # the last one's clock never started
    assert [case.identity for case in (first, second, third)] == ["unchecked", "verified", "asked"]
    assert measures(date(2026, 1, 1), london_today()).overdue_now == 2
    noted = {note.case_id: note.text for note in rows(Note)}
    assert "The fee was asked for on 20 May 2026, after the answer was due" in noted[first.id]
    assert "The fee came on 21 May 2026" in noted[first.id] and "Proof of identity came on" in noted[second.id]


def test_a_row_is_counted_by_the_law_that_the_sheet_names(in_app: Flask) -> None:
    """Before 5 February 2026 one law knew an extension and the other did not."""
    headings = ["Name", "Date received", "Law", "Extended on", "Due date", "Date closed"]
    told = ["2/1/2026", "20/1/2026", "2/4/2026", "1/4/2026"]
    lines = [
        [name, told[0], law, *told[1:]]
        for name, law in {"Ada Brown": "UK GDPR", "Bo Brown": "Part 3", "Cy Brown": "", "Di Brown": "FOI"}.items()
    ]
    found = taken_over(in_app, dpo(), as_csv(*lines, headings=headings))
    ada, bo, _cy, di = queries.lines(found, "all", 1).lines
    assert [line.differs for line in (ada, bo)] == [False, True] and "we do not know “FOI”" in " ".join(di.notes)
    stored = {case.submission.full_name: (case.regimes, case.due_on) for case in rows(Case)}
    month, extended = date(2026, 2, 2), date(2026, 4, 2)
    assert stored == {
        "Ada Brown": ("UKGDPR", extended),
        "Bo Brown": ("LE", month),
        "Cy Brown": ("LE UKGDPR", month),
        "Di Brown": ("LE UKGDPR", month),
    }
    assert {case.submission.full_name: clock_of(case).done_in_time() for case in rows(Case)}["Ada Brown"]


def test_somebody_without_an_address_can_take_the_request_back(in_app: Flask) -> None:
    actor = dpo()
    taken_over(in_app, actor, as_csv(["Ada Brown", f"{london_today():%d/%m/%Y}"], headings=["Name", "Date received"]))
    [case] = rows(Case)
    assert service.withdraw(actor, case.id, london_today()).stage == "withdrawn" and messages.about(case.id) == []


def test_a_row_of_somebody_who_is_here_or_in_the_sheet_twice_says_so_and_hinders_nothing(in_app: Flask) -> None:
    born, actor = date(1981, 5, 4), dpo()
    known = opened(Contact(Route.POST, address="1 Road"), name="Rosalind Quayle", date_of_birth=born)
    headings = ["Name", "Date received", "DOB", "What they want"]
    quayle, brown = ["ROSALIND  Quayle", "2/9/2026", "4/5/1981"], ["Ada Brown", "2/9/2026", "1/2/1990"]
    sheet = as_csv([*quayle, ""], [*brown, "My file"], [*brown, "All"], headings=headings)
    found = looked_at(in_app, actor, sheet)
    first, second, third = queries.lines(found, "notes", 1).lines
    assert any("may have an open case here already: the same name and date of birth" in note for note in first.notes)
    assert known.reference not in str(first)
    assert any(note.startswith("Row 4: the same name, date of birth") for note in second.notes)
    assert any(note.startswith("Row 3: the same name, date of birth") for note in third.notes)
    assert found.good == 3
    browser = browser_of(in_app, actor)
    assert 'data-label="Row">2<' in browser.get(f"/staff/import/{found.id}?show=all").text
    empty = browser.get("/staff/import/headings.csv").text
    assert "Questions, each with the day it was asked and answered" in empty and len(empty.splitlines()) == 1
    assert "3/9/2026-10/9/2026; 20/9/2026-" in browser.get("/staff/import/").text
    assert browser_of(in_app, caseworker()).get("/staff/import/headings.csv").status_code == 403
