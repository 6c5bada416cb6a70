"""Cases of an existing spreadsheet: a dry run that shows every problem, then one import that is never done twice."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sar.cases.bulk_import import queries, service
from sar.cases.bulk_import.models import CaseImport
from sar.cases.bulk_import.rows import Row
from sar.cases.models import Case, ClockFact, Note
from sar.cases.queries import clock_of
from sar.foundation import blobs, messages
from sar.foundation.actors import Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.jobs import GiveUp, run_pending
from sar.foundation.keys import KeyScope
from sar.intake.models import Submission
from tests.integration.cases.desk import browser_of, caseworker, dpo
from tests.integration.cases.sheets import BAD, GOOD, LATE, again, as_csv, looked_at, taken_over, uploaded
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def test_the_dry_run_shows_each_row_and_makes_no_case(in_app: Flask) -> None:
    found = looked_at(in_app, dpo(), as_csv(GOOD, LATE, BAD, [], GOOD))
    assert (found.state, found.rows, found.good, found.bad, found.differing) == ("checked", 4, 2, 2, 1)
    good, late, bad, twice = queries.lines(found, "all", 1).lines
    assert (good.due, good.sheet_due, good.differs) == (date(2026, 10, 2), date(2026, 10, 2), False)
    assert (late.due, late.sheet_due, late.differs) == (date(2026, 9, 14), date(2026, 9, 30), True)
    assert "There is no day 31/9/2026" in bad.problems[0]
    assert twice.problems == ("This says the same as row 2. It is imported once.",)
    assert (rows(Case), rows(Submission)) == ([], [])


def test_each_good_row_becomes_a_real_case_with_its_clock_and_its_audit(in_app: Flask) -> None:
    actor = dpo()
    found = taken_over(in_app, actor, as_csv(GOOD, LATE, BAD))
    assert (found.state, found.imported, found.bad) == ("done", 2, 1)
    cases = {case.submission.full_name: case for case in rows(Case)}
    open_one, closed_one = cases["Delroy Pemberton"], cases["Priya Ashdown"]
    assert (open_one.stage, open_one.clock_state, open_one.due_on) == ("received", "running", date(2026, 10, 2))
    assert (closed_one.stage, closed_one.clock_state, closed_one.closed_on) == ("closed", "ended", date(2026, 9, 10))
    assert clock_of(closed_one).done_in_time()
    assert {fact.kind for fact in rows(ClockFact)} == {"received", "ended"}
    assert any("25/1" in note.text for note in rows(Note))
    entries = [entry for entry in rows(AuditEntry) if entry.actor_id == actor.id]
    assert [json.loads(one.facts)["row"] for one in entries if one.action == "case.imported"] == [2, 3]
    assert len([one for one in entries if one.action == "case.opened"]) == 2
    assert messages.about(open_one.id) == []  # nobody is written to


def test_the_same_file_twice_and_a_mended_one_import_nothing_twice(in_app: Flask) -> None:
    actor = dpo()
    taken_over(in_app, actor, as_csv(GOOD, LATE, BAD))
    second = looked_at(in_app, actor, as_csv(GOOD, LATE, BAD))
    assert (second.good, second.already) == (0, 2)
    with pytest.raises(Refused, match="no row"):
        service.start(actor, second.id, version=second.version)
    mended = [*BAD]
    mended[2] = "30/9/26"
    third = taken_over(in_app, actor, as_csv(GOOD, LATE, mended))
    assert (third.imported, len(rows(Case))) == (1, 3)


def test_an_import_that_was_killed_goes_on_and_takes_no_row_twice(in_app: Flask) -> None:
    actor = dpo()
    found = looked_at(in_app, actor, as_csv(GOOD, LATE))
    first = next(row for row in service.read_rows(service.load(found.table_blob_id), found.mapping))
    service.start(actor, found.id, version=found.version)
    with write_transaction():  # what a worker had done before it died
        service.take_over(actor, first, found.sha256)
    run_pending(in_app)
    assert again(found.id).state == "done" and len(rows(Case)) == 2
    with pytest.raises(Conflict):
        service.start(actor, found.id, version=again(found.id).version)


def test_a_row_that_the_clock_would_refuse_is_a_problem_and_holds_up_no_other(in_app: Flask) -> None:
    headings = ["Name", "Date received", "ID requested", "ID received"]
    lines = [["Delroy Pemberton", "2/9/2026", "10/9/2026", "4/9/2026"], ["Kwame Osei", "2/9/2026", "4/9/2026", ""]]
    actor = dpo()
    found = taken_over(in_app, actor, as_csv(*lines, headings=headings))
    assert (found.state, found.good, found.bad, found.imported) == ("done", 1, 1, 1)
    [line] = queries.lines(found, "problems", 1).lines
    assert line.problems == ("The proof cannot have come before the day we asked for it.",)
    assert [case.submission.full_name for case in rows(Case)] == ["Kwame Osei"]


def test_proof_of_identity_that_nobody_asked_for_is_kept_with_the_case(in_app: Flask) -> None:
    taken_over(
        in_app, dpo(), as_csv(["Kwame Osei", "2/9/2026", "4/9/2026"], headings=["Name", "Received", "ID received"])
    )
    [case], [note] = rows(Case), rows(Note)
    assert (case.identity, case.due_on) == ("verified", date(2026, 10, 2))
    assert note.text == "Taken over from a spreadsheet, row 2. Proof of identity came on 4 September 2026"


def test_a_row_that_is_refused_after_all_is_left_out_whole_and_comes_back_to_be_mended(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_over = service.take_over

    def refusing(actor: Actor, row: Row, sha256: str) -> Case | None:
        made = take_over(actor, row, sha256)
        if row.number == 3:
            raise Refused("That cannot be.")
        return made

    monkeypatch.setattr(service, "take_over", refusing)
    third = ["25/4", "Ada Brown", "3/9/26", "", "", "5 Mill Lane", "", "", ""]
    found = taken_over(in_app, dpo(), as_csv(GOOD, LATE, third))
    assert (found.state, found.good, found.bad, found.imported) == ("done", 2, 1, 2)
    assert sorted(case.submission.full_name for case in rows(Case)) == ["Ada Brown", "Delroy Pemberton"]
    [back] = csv.DictReader(io.StringIO("".join(queries.problems_csv(found))))
    assert (back["Requester"], back["What is wrong"]) == ("Priya Ashdown", "That cannot be.")


def test_an_import_that_was_given_up_can_go_on_and_its_spreadsheet_can_be_destroyed(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_actor: Actor, _row: Row, _sha256: str) -> None:
        raise GiveUp("broken")

    actor = dpo()
    with monkeypatch.context() as patched:
        patched.setattr(service, "take_over", broken)
        found = taken_over(in_app, actor, as_csv(GOOD, LATE))
    assert found.state == "importing"
    browser, address = browser_of(in_app, actor), f"/staff/import/{found.id}"
    page = browser.get(address).text
    assert "Go on with the import" in page and "Destroy the spreadsheet now" in page
    browser.post(f"{address}/start", {"version": found.version})
    waiting = again(found.id)
    with pytest.raises(Conflict, match="being worked on"):
        service.remove(actor, found.id, version=waiting.version)
    run_pending(in_app)
    assert again(found.id).state == "done" and len(rows(Case)) == 2


@pytest.mark.parametrize("state", ["checking", "importing"])
def test_a_spreadsheet_whose_work_was_given_up_is_destroyed_when_its_time_is_over(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    def broken(*_given: object) -> None:
        raise GiveUp("broken")

    monkeypatch.setattr(service, "take_over" if state == "importing" else "_line", broken)
    actor = dpo()
    found = looked_at(in_app, actor, as_csv(GOOD))
    if state == "importing":
        service.start(actor, found.id, version=found.version)
    with write_transaction() as session:
        session.get_one(CaseImport, found.id).expires_at = datetime.now(UTC) - timedelta(days=1)
    if state == "importing":
        assert service.destroy_expired() == 0  # its work still waits
        run_pending(in_app)
    assert again(found.id).state == state
    assert service.destroy_expired() == 1 and rows(CaseImport) == []


def test_a_dry_run_that_was_given_up_can_be_had_again(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise GiveUp("broken")

    actor = dpo()
    with monkeypatch.context() as patched:
        patched.setattr(service, "_line", broken)
        found = looked_at(in_app, actor, as_csv(GOOD))
    assert "Choose the columns again" in browser_of(in_app, actor).get(f"/staff/import/{found.id}").text
    assert browser_of(in_app, actor).get(f"/staff/import/{found.id}/columns").status_code == 200
    service.choose_columns(actor, found.id, found.mapping, version=found.version)
    run_pending(in_app)
    assert (again(found.id).state, again(found.id).good) == ("checked", 1)


def test_on_a_slow_machine_other_writers_need_not_wait_for_ten_rows(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed, take_over = [], service.take_over

    def watched(actor: Actor, row: Row, sha256: str) -> Case | None:
        with db.engine.connect() as other:
            committed.append(other.scalar(select(func.count()).select_from(Submission)))
        return take_over(actor, row, sha256)

    monkeypatch.setattr(service, "take_over", watched)
    monkeypatch.setattr(service, "HELD_AT_MOST", -1.0)
    assert taken_over(in_app, dpo(), as_csv(GOOD, LATE)).imported == 2
    assert committed == [0, 1]


def test_the_rows_with_a_problem_come_back_as_a_sheet_to_mend(in_app: Flask) -> None:
    actor = dpo()
    bad = [*BAD]
    bad[1] = "=HYPERLINK(1)"
    found = looked_at(in_app, actor, as_csv(GOOD, bad))
    answer = browser_of(in_app, actor).get(f"/staff/import/{found.id}/problems.csv")
    assert answer.mimetype == "text/csv"
    [row] = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row["Row in the sheet"] == "3" and "There is no day" in row["What is wrong"]
    assert row["Requester"].startswith("'=")  # no spreadsheet runs it
    assert row["File colour"] == ""


def test_columns_that_cannot_work_are_refused_and_can_be_chosen_anew(in_app: Flask) -> None:
    actor = dpo()
    import_id = uploaded(actor, as_csv(GOOD, headings=[f"Column {n}" for n in range(9)]))
    browser, address = browser_of(in_app, actor), f"/staff/import/{import_id}/columns"
    form: dict[str, Any] = {"version": queries.visible_import(actor, import_id).version}
    assert "which column holds the name" in browser.post(address, form).text
    chosen = form | {"column_full_name": "1", "column_received_on": "2"}
    assert browser.post(address, chosen).status_code == 302
    assert browser.post(address, chosen).status_code in (302, 409)
    run_pending(in_app)
    assert again(import_id).good == 1


def test_only_the_dpo_imports_and_a_spreadsheet_is_destroyed_with_its_key(in_app: Flask) -> None:
    actor, officer = dpo(), caseworker()
    with pytest.raises(NotAllowed):
        uploaded(officer, as_csv(GOOD))
    found = looked_at(in_app, actor, as_csv(GOOD))
    assert browser_of(in_app, officer).get(f"/staff/import/{found.id}").status_code == 403
    scope_id = found.scope_id
    with write_transaction() as session:
        session.get_one(CaseImport, found.id).expires_at = datetime.now(UTC) - timedelta(days=1)
    assert service.destroy_expired() == 1
    assert (rows(CaseImport), rows(blobs.Blob)) == ([], [])
    assert db.session.scalar(select(KeyScope.wrapped_key).where(KeyScope.id == scope_id)) is None


def test_the_pages_from_the_upload_to_the_last_button(in_app: Flask) -> None:
    browser = browser_of(in_app, dpo())
    sent = browser.post("/staff/import/", {"sheet": (io.BytesIO(as_csv(GOOD, LATE, BAD)), "cases.csv")})
    assert sent.status_code == 302, sent.text
    page = browser.get(sent.location).text
    assert "Columns that nothing is taken from: File colour" in page
    [found] = rows(CaseImport)
    chosen = {f"column_{code}": str(column) for code, column in found.mapping.items()}
    browser.post(sent.location, chosen | {"version": found.version})
    address = f"/staff/import/{found.id}"
    assert "waiting to start" in browser.get(address).text
    run_pending(in_app)
    page = browser.get(f"{address}?show=differences").text
    assert "1 row has another due date" in page and "Differs" in page
    browser.post(f"{address}/start", {"version": again(found.id).version})
    run_pending(in_app)
    assert "Imported" in browser.get(address).text and len(rows(Case)) == 2
    assert browser.post(f"{address}/remove", {"version": again(found.id).version}).location == "/staff/import/"
    assert rows(CaseImport) == [] and len(rows(Case)) == 2
