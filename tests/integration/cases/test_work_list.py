"""The work list: every filter, search by a name, counts, the file, and how often it asks the database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, event

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.deadlines import ClockState
from sar.cases.models import Case, ClockFact
from sar.cases.queries import clock_of
from sar.cases.tasks import service as tasks
from sar.cases.waiting import Whom, wait_for, wait_no_more
from sar.cases.workflow import Stage
from sar.cases.worklist import queries
from sar.cases.worklist import service as files
from sar.cases.worklist.filters import NOBODY, Filters, Show, Whose
from sar.cases.worklist.queries import work_list
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import NotAllowed
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import NAME, ago, browser_of, caseworker, dpo, fresh, opened
from tests.integration.intake.walk import csrf_of, rows

pytestmark = pytest.mark.usefixtures("in_app")


def listed(actor: Actor, **given: str) -> list[str]:
    return [row.case_id for row in work_list(actor, Filters.read(given)).rows]


def set_on(case: Case, **values: object) -> Case:
    with write_transaction():
        for name, value in values.items():
            setattr(case, name, value)
    return case


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_each_filter_finds_what_it_says_and_nothing_else() -> None:
    officer = caseworker()
    review = set_on(opened(office="Calder Street"), stage=Stage.REVIEWING.value, regimes="LE")
    check = set_on(opened(office="Northvale"), stage=Stage.SECOND_CHECK.value, regimes="UKGDPR")
    service.assign(officer, check.id, officer.id)
    paused = opened(days_ago=3)
    service.ask_question(SYSTEM, paused.id, "Which office?", "You named none.")
    letters_go(paused)
    assert listed(officer, stage="reviewing") == [review.id]
    assert listed(officer, regime="LE") == listed(officer, regime="LE", stage="reviewing") + [paused.id]
    assert set(listed(officer, regime="UKGDPR")) == {check.id, paused.id}
    assert listed(officer, office="calder") == listed(officer, office="street CALDER") == [review.id]
    assert listed(officer, clock="paused") == listed(officer, awaiting="requester") == [paused.id]
    assert listed(officer, awaiting="second_reader") == listed(officer, whose="mine") == [check.id]
    assert listed(officer, awaiting="nobody", whose="unassigned") == [review.id]
    assert listed(officer, awaiting="nobody", office="northvale") == []


def test_whom_a_case_waits_for_follows_what_is_asked_and_answered() -> None:
    officer, case = caseworker(), opened(days_ago=3)
    assert listed(officer, awaiting=NOBODY) == [case.id]
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    letters_go(case)
    service.ask_question(officer, case.id, "Which year?", "You named none.")
    letters_go(case)
    service.record_answer(officer, case.id, 1, london_today(), "Calder Street")
    with write_transaction():
        for _ in range(2):
            wait_for(case.id, Whom.ORIGINATOR, "first")
        wait_for(case.id, Whom.SEARCH, "second")
    [row] = work_list(officer).rows
    assert row.waiting == [Whom.REQUESTER, Whom.ORIGINATOR, Whom.SEARCH]
    assert listed(officer, awaiting="search") == [case.id] and listed(officer, awaiting=NOBODY) == []
    service.record_answer(officer, case.id, 2, london_today(), "2019")
    with write_transaction():
        wait_no_more(case.id, Whom.ORIGINATOR, "first")
        wait_no_more(case.id, Whom.ORIGINATOR, "first")
    assert work_list(officer).rows[0].waiting == [Whom.SEARCH]
    service.withdraw(officer, case.id, london_today())
    assert listed(officer, awaiting="search", show="all") == []
    assert work_list(officer, Filters(show=Show.CLOSED)).rows[0].waiting == []


def test_that_an_answer_came_does_not_make_an_open_form_stale() -> None:
    case = opened()
    seen = case.version
    with write_transaction():
        wait_for(case.id, Whom.ORIGINATOR, "first")
        wait_no_more(case.id, Whom.ORIGINATOR, "first")
    service.assign(dpo(), case.id, caseworker().id, version=seen)


def test_a_person_is_found_by_any_name_among_all_cases() -> None:
    officer = caseworker()
    case = opened(name="Siobhán O'Brien-Marsh", former_names=("Siobhán Reid",))
    ended = opened(name="Otis Marsh")
    service.withdraw(officer, ended.id, london_today())
    assert listed(officer, search="OBRIEN marsh") == listed(officer, search="reid") == [case.id]
    assert set(listed(officer, search="marsh")) == {case.id, ended.id}
    assert listed(officer, search="marsh", show="open") == [case.id]
    assert listed(officer, search="mar") == listed(officer, search="%") == []


def test_the_counts_of_each_list_are_those_of_its_pages() -> None:
    officer = caseworker()
    mine, _nobodys, late = opened(days_ago=26), opened(), opened(days_ago=60)
    for case in (mine, late):
        service.assign(officer, case.id, officer.id)
    theirs = opened(days_ago=90)
    service.assign(dpo(), theirs.id, caseworker("Ada Other").id)
    for whose in Whose:
        found = work_list(officer, Filters(whose=whose))
        assert (found.counts.team, found.counts.mine, found.counts.unassigned) == (4, 2, 1)
        assert found.total == len(found.rows) == found.counts.of(whose)
    assert (work_list(officer).counts.overdue, work_list(officer).counts.soon) == (2, 1)
    of_mine = work_list(officer, Filters(whose=Whose.MINE)).counts
    assert (of_mine.overdue, of_mine.soon) == (1, 1)
    assert listed(officer, show="soon") == [mine.id]


def test_cases_without_a_due_date_come_last_and_ended_ones_latest_first() -> None:
    officer = caseworker()
    paused, later, sooner = opened(days_ago=29), opened(days_ago=1), opened(days_ago=20)
    service.ask_question(officer, paused.id, "Which office?", "You named none.")
    letters_go(paused)
    assert listed(officer) == [sooner.id, later.id, paused.id]
    shown = [row.due_if_answered for row in work_list(officer).rows]
    assert shown == [None, None, clock_of(fresh(paused)).due_if_answered_today] and shown[2] is not None
    service.withdraw(officer, sooner.id, ago(3))
    service.withdraw(officer, later.id, london_today())
    assert listed(officer, show="closed") == [later.id, sooner.id]
    assert listed(officer, show="all") == [paused.id, later.id, sooner.id]
    assert listed(officer, show="all", whose="unassigned") == [paused.id, later.id, sooner.id]
    assert listed(officer, show="all", whose="mine") == []
    due = opened(days_ago=4)
    assert listed(officer, show="all") == [due.id, paused.id, later.id, sooner.id]
    lines = [line.split(",")[0] for line in files.export(officer, Filters(show=Show.ALL))][1:]
    assert lines == [one.reference for one in (due, paused, later, sooner)]


def test_a_second_reader_goes_straight_to_what_waits_for_one(in_app: Flask) -> None:
    reader, waits, other = staff_actor(Role.SECOND_READER), opened(), opened()
    set_on(waits, stage=Stage.SECOND_CHECK.value)
    page = browser_of(in_app, reader).get("/staff/cases/").text
    assert "/staff/cases/?stage=second_check" in page and "Cases that wait for a second reader" in page
    found = browser_of(in_app, reader).get("/staff/cases/?stage=second_check").text
    assert waits.reference in found and other.reference not in found
    mine = browser_of(in_app, reader).get("/staff/cases/?whose=mine").text
    assert "There are no cases here." in mine and "log a request" not in mine
    assert "Cases that wait for a second reader" not in browser_of(in_app, caseworker()).get("/staff/cases/").text


def test_an_address_keeps_the_list_and_nonsense_in_it_is_left_out(in_app: Flask) -> None:
    given = {"whose": "mine", "show": "soon", "stage": "gathering", "awaiting": NOBODY, "office": "Calder"}
    assert Filters.read(given).as_words() == given
    odd = Filters.read({"whose": "x", "show": "'", "stage": "no", "clock": "no", "regime": "no", "awaiting": "no"})
    assert odd == Filters()
    browser = browser_of(in_app, caseworker())
    assert browser.get("/staff/cases/?page=99999999999999999999&show=all").status_code == 200
    page = browser.get("/staff/cases/?stage=gathering&show=soon&office=Calder").text
    assert 'value="gathering" selected' in page and 'name="show" value="soon"' in page and 'value="Calder"' in page


def test_a_row_shows_how_urgent_it_is_in_words_and_what_waits(in_app: Flask) -> None:
    officer = caseworker()
    late = opened(days_ago=60, prison_name="HMP Calder", prison_number="A1234AB", date_of_birth=date(2015, 1, 1))
    tasks.add_task(officer, late.id, "Ring the prison")
    page = browser_of(in_app, officer).get("/staff/cases/").text
    for words in ("days late", "In prison", "Child", "1 task to do", "1 late"):
        assert words in page, words


def test_the_page_asks_as_often_for_5_cases_as_for_50_whatever_the_filter(in_app: Flask) -> None:
    officer = caseworker()
    browser = browser_of(in_app, officer)
    narrow, named = "?awaiting=originator&regime=LE&office=calder", f"?search={NAME.split()[0]}"
    wanted = ("", "?whose=mine", "?show=all", narrow, named)
    found = []
    for cases in (5, 45):
        for number in range(cases):
            made = opened(office="Calder")
            with write_transaction():
                wait_for(made.id, Whom.ORIGINATOR, "x")
            service.assign(officer, made.id, officer.id)
            if number % 3 == 0:
                tasks.add_task(officer, made.id, "Ring")
        counts = []
        for query in wanted:
            browser.get("/staff/cases/")
            with counted() as statements:
                assert browser.get(f"/staff/cases/{query}").text.count('scope="row"') == min(50, 5 if not found else 50)
            counts.append(len(statements))
        found.append(counts)
    assert found[0] == found[1] and max(found[0]) <= 15, found


def test_the_file_holds_the_whole_list_as_shown_and_no_formula(in_app: Flask) -> None:
    officer = caseworker("Robin Field")
    hostile = opened(name="=HYPERLINK(1) Marsh", days_ago=60)
    opened(name="Złata O’Máršh-Marsh 王", days_ago=1)
    opened(name="Otis Marsh", days_ago=2, wanted="The letters about my curfew", office="Calder Street")
    opened(name="Ada Reid")
    service.assign(officer, hostile.id, officer.id)
    browser = browser_of(in_app, officer)
    # Read to its end where it was begun: a stream belongs to its own context.
    given = {"search": "marsh", "csrf_token": csrf_of(browser.get("/staff/cases/"))}
    answer = Context().run(browser.client.post, "/staff/cases/list.csv", data=given, buffered=True)
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    table = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [line["name"] for line in table] == ["'=HYPERLINK(1) Marsh", "Otis Marsh", "Złata O’Máršh-Marsh 王"]
    assert answer.data.startswith(b"\xef\xbb\xbf"), "else a spreadsheet reads the letters of names as others"
    assert table[0]["officer"] == "Robin Field" and table[0]["days_left"].endswith(" late")
    assert table[1]["due"] and table[1]["days_left"].isdigit()
    where_from = {name: table[1][name] for name in ("office", "regimes", "channel")}
    assert where_from == {"office": "Calder Street", "regimes": "LE UKGDPR", "channel": "post"}
    assert "curfew" not in answer.text and set(table[0]) == set(files.COLUMNS)


def test_taking_a_list_away_is_logged_with_its_size_and_no_name() -> None:
    officer = caseworker()
    opened(name="Otis Marsh", office="Calder")
    lines = list(files.export(officer, Filters.read({"search": "marsh", "office": "calder", "stage": "received"})))
    assert len(lines) == 2
    [entry] = [one for one in rows(AuditEntry) if one.action == "desk.list_exported"]
    assert entry.actor_id == officer.id and "marsh" not in entry.facts.lower() and "calder" not in entry.facts.lower()
    facts = json.loads(entry.facts)
    assert (facts["rows"], facts["narrowed_by"]) == (1, ["stage=received", "office", "search"])
    with pytest.raises(NotAllowed):
        files.export(staff_actor(Role.AUDITOR), Filters())


def test_a_search_shows_what_is_due_first_and_what_has_ended_last(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = caseworker()
    ended = [opened(name="Otis Marsh", days_ago=days) for days in (1, 50)]
    soon, late = opened(name="Ada Marsh", days_ago=10), opened(name="Bea Marsh", days_ago=40)
    undated = opened(name="Cy Marsh", days_ago=5)
    service.ask_for_identity(officer, undated.id, "The date of birth differs.")
    letters_go(undated)
    for case, days in zip(ended, (0, 3), strict=True):
        service.withdraw(officer, case.id, ago(days))
    wanted = [late.id, soon.id, undated.id, *(case.id for case in ended)]
    assert listed(officer, search="marsh") == wanted
    monkeypatch.setattr("sar.cases.worklist.queries.PAGE_SIZE", 2)
    pages = [work_list(officer, Filters.read({"search": "marsh"}), page).rows for page in (1, 2, 3)]
    assert [row.case_id for rows_ in pages for row in rows_] == wanted, "from whichever end they are read"


def test_a_long_file_comes_in_the_order_of_the_list() -> None:
    officer = caseworker()
    for number in range(7):
        opened(days_ago=number * 3)
    whole = [line.split(",")[0] for line in files.export(officer, Filters())][1:]
    assert whole == [row.reference for row in work_list(officer).rows]


def test_the_pages_of_a_list_make_up_the_list_from_whichever_end_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = caseworker()
    cases = [opened(days_ago=number // 2 * 3) for number in range(9)]  # some on the same day
    service.ask_question(officer, cases[0].id, "Which office?", "You named none.")
    letters_go(cases[0])
    for case in cases[5:]:
        service.withdraw(officer, case.id, ago(1))
    for show, size in ((Show.OPEN, 5), (Show.CLOSED, 4), (Show.ALL, 9)):
        filters = Filters(show=show)
        whole = listed(officer, show=show.value)
        assert len(whole) == size
        with monkeypatch.context() as patched:
            patched.setattr(queries, "PAGE_SIZE", 2)
            pages = [work_list(officer, filters, number) for number in range(1, size // 2 + size % 2 + 1)]
        assert [row.case_id for page in pages for row in page.rows] == whole


def test_the_clock_filter_knows_every_state() -> None:
    officer, waiting = caseworker(), opened(days_ago=2)
    service.ask_for_identity(officer, waiting.id, "the date of birth differs")
    letters_go(waiting)
    gone = opened()
    service.withdraw(officer, gone.id, london_today())
    assert listed(officer, clock=ClockState.NOT_STARTED.value) == [waiting.id]
    assert listed(officer, clock=ClockState.RUNNING.value) == []
    assert listed(officer, clock=ClockState.ENDED.value, show="all") == [gone.id]


def test_a_case_whose_facts_cannot_be_true_does_not_hide_the_others(in_app: Flask) -> None:
    officer, broken, other = caseworker(), opened(days_ago=9), opened(name="Someone Else", days_ago=9)
    for case in (broken, other):
        service.ask_question(officer, case.id, "Which office?", "They named none.")
        letters_go(case)
    with write_transaction() as session:
        session.execute(delete(ClockFact).where(ClockFact.case_id == broken.id))
    page = browser_of(in_app, officer).get("/staff/cases/?clock=paused&whose=team")
    assert page.status_code == 200
    assert broken.reference in page.text and other.reference in page.text and "if answered today" in page.text
