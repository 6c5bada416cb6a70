"""What auditors take away can be worked out again, cannot be forged, and names nobody."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from contextvars import Context
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.complaints import acknowledging, receipt
from sar.cases.complaints import service as complaints
from sar.cases.complaints.queries import figures as complaint_figures
from sar.cases.conflicts import service as conflicts
from sar.cases.deadline_table import recompute, run_deadlines
from sar.cases.deadlines import ExtensionReason
from sar.cases.disclosures import Part, keep
from sar.cases.holidays import service as holidays
from sar.cases.lateness import Lateness
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Case
from sar.cases.refusals import service as refusals
from sar.foundation import spreadsheets
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import NotAllowed, Refused
from sar.oversight import compliance, queries, service
from sar.settings import PROJECT_ROOT
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import EMAIL, NAME, STREET, ago, browser_of, caseworker, dpo, opened, parts
from tests.integration.intake.walk import csrf_of, rows

pytestmark = pytest.mark.usefixtures("in_app")
VERIFY = PROJECT_ROOT / "scripts" / "verify_audit.py"
CANARIES = (NAME, "Marchbanks", STREET, EMAIL.email, "Fennimore", "Quillon")


def test_those_who_wait_with_part_of_an_answer_are_counted_apart_from_those_with_none(in_app: Flask) -> None:
    silent, part = opened(days_ago=50), opened(days_ago=60)
    with write_transaction():
        keep(SYSTEM, case_for(SYSTEM, part.id), Part.INTERIM, sent="Notes", still_to_come="The rest")
    found = queries.measures(ago(400), ago(0))
    assert (found.overdue_now, found.overdue_part) == (2, 1)
    lines = "".join(compliance.export(SYSTEM, ago(100), ago(0)))
    response = {row["id"]: row["response"] for row in csv.DictReader(io.StringIO(lines))}
    assert response == {silent.reference: "none", part.reference: "partial"}
    page = browser_of(in_app, auditor()).get("/staff/oversight/").text
    assert "Overdue with part of an answer" in page and "Acknowledged within 30 days" in page


def test_whoever_distrusts_a_figure_on_complaints_works_it_out_again_from_the_export(in_app: Flask) -> None:
    """Also where a holiday was added, and where the day of receipt was corrected."""
    with time_machine.travel(datetime(2026, 9, 10, 12, tzinfo=UTC), tick=False) as clock:
        lead, case = dpo(), opened(days_ago=100)
        holidays.add_holiday(lead, date(2026, 10, 8), "Day of mourning")
        received = (date(2026, 9, 8), date(2026, 9, 9), date(2026, 9, 10), date(2026, 6, 18))
        log = [complaints.log(SYSTEM, case.id, f"Late, {day}.", day, complaints.Channel.POST) for day in received]
        receipt.correct(lead, log[1].id, date(2026, 9, 1), "The stamp", version=1)
        clock.move_to(datetime(2026, 10, 9, 12, tzinfo=UTC))
        with write_transaction() as session:
            for found in log[:2]:
                acknowledging.acknowledged(SYSTEM, session.get_one(complaints.Complaint, found.id), london_today())
        lines = "".join(service.complaints_export(auditor(), date(2026, 1, 1), date(2026, 12, 31)))
        figures = complaint_figures(date(2026, 1, 1), date(2026, 12, 31))
    again, differences = recompute(io.StringIO(lines))
    table = {row["id"].rpartition("/")[2]: row for row in csv.DictReader(io.StringIO(again))}
    due = {name: (row["received"], row["computed_due"], row["acknowledged_in_time"]) for name, row in table.items()}
    assert differences == [] and due == {
        "C1": ("2026-09-08", "2026-10-09", "yes"),
        "C2": ("2026-09-01", "2026-10-01", "no"),
        "C3": ("2026-09-10", "2026-10-12", "open"),
        "C4": ("2026-06-18", "", "not counted"),
    }
    assert "complaint (DPA 2018 s.164A(3)) 2026-09-08 to 2026-10-08" in table["C1"]["derivation"]
    assert "Day of mourning" in table["C1"]["derivation"] and "Late" not in lines
    counted = [row["acknowledged_in_time"] for row in table.values() if row["acknowledged_in_time"] in ("yes", "no")]
    assert (figures.to_acknowledge, figures.acknowledged_in_time) == (len(counted), counted.count("yes")) == (2, 1)


def test_the_backlog_report_says_what_the_cases_say_and_is_kept_in_the_log(in_app: Flask) -> None:
    opened(days_ago=50)
    browser = browser_of(in_app, auditor())
    typed = {"causes": "Two posts were empty.", "plan": "Oldest first.", "expected": "By March."}
    assert "Say what you are doing" in browser.post("/staff/oversight/backlog", typed | {"plan": ""}).text
    seen = browser.post("/staff/oversight/backlog", typed | {"preview": "yes"}).text
    assert "1 of them are past their due date" in seen and "1 to 30 days: 1" in seen
    paper = browser.post("/staff/oversight/backlog", typed | {"submit": "yes"})
    text = PdfReader(io.BytesIO(paper.data)).pages[0].extract_text()
    assert "Two posts were empty." in text and NAME not in text
    exported = [entry for entry in rows(AuditEntry) if entry.action == "oversight.report_exported"]
    assert [json.loads(entry.facts)["report"] for entry in exported] == ["backlog_recovery"]


def auditor() -> Actor:
    return staff_actor(Role.AUDITOR, name="Audrey Tor")


def put(case: Case, *facts: Fact) -> None:
    for fact in facts:
        with write_transaction():
            store_fact(SYSTEM, case_for(SYSTEM, case.id), fact)


def a_year_of_cases() -> None:
    """Every way in which a clock can have gone."""
    asked, answered = "clarification_requested", "clarification_received"
    opened(days_ago=1)
    put(opened(days_ago=30), Fact("id_requested", ago(28)), Fact("id_received", ago(20)))
    put(opened(days_ago=12), Fact("id_requested", ago(10)))
    put(
        opened(days_ago=45),
        Fact(asked, ago(40), 1, detail="Which Fennimore?"),
        Fact(asked, ago(30), 2),
        Fact(answered, ago(25), 1),
        Fact(answered, ago(22), 2),
    )
    put(opened(days_ago=20), Fact(asked, ago(15), 1), Fact(asked, ago(9), 2), Fact(answered, ago(8), 2))
    put(opened(days_ago=20), Fact(asked, ago(15), 1), Fact(asked, ago(9), 2), Fact(answered, ago(8), 1))
    extended = opened(days_ago=14)
    cases.extend(SYSTEM, extended.id, ExtensionReason.COMPLEXITY, "Forty volumes about Fennimore")
    letters_go(extended)
    corrected = opened(days_ago=9)
    cases.correct_received_date(SYSTEM, corrected.id, ago(27))
    late_extension = opened(days_ago=8)
    cases.extend(SYSTEM, late_extension.id, ExtensionReason.NUMBER, "Many")
    letters_go(late_extension)
    cases.correct_received_date(SYSTEM, late_extension.id, ago(70))
    put(opened(days_ago=300), Fact(asked, ago(290), 1), Fact(answered, ago(280), 1))  # under the earlier rules
    refused = opened(days_ago=5)
    cases.reject(dpo(), refused.id, "N-NOTYOURS", "These are about Fennimore.")
    put(opened(days_ago=13), Fact("authority_requested", ago(12)))
    put(opened(days_ago=13), Fact("authority_requested", ago(12)), Fact("authority_received", ago(3)))
    asked_twice = (Fact("id_requested", ago(20)), Fact("id_received", ago(15)), Fact("id_requested", ago(12)))
    put(opened(days_ago=21), *asked_twice, Fact("id_received", ago(5)))
    put(opened(days_ago=9), Fact("fee_requested", ago(8)))
    withdrawn = opened(days_ago=6)
    cases.withdraw(SYSTEM, withdrawn.id, ago(1))
    cases.reopen(SYSTEM, withdrawn.id, "Changed their mind")


def exported() -> list[dict[str, str]]:
    text = "".join(service.compliance_export(auditor(), ago(400), london_today()))
    return list(csv.DictReader(io.StringIO(text)))


def test_every_exported_date_can_be_worked_out_again_from_the_export_alone() -> None:
    a_year_of_cases()
    text = "".join(service.compliance_export(auditor(), ago(400), london_today()))
    table, differences = recompute(io.StringIO(text, newline=""))
    assert differences == []
    again = list(csv.DictReader(io.StringIO(table)))
    assert len(again) == len(rows(Case)) == 16
    for row in again:  # what is left open in the one is open in the other
        for name in ("clock_start", "nominal_end", "paused_days", "extension_notice_by", "due"):
            assert row[f"expected_{name}"] == row[f"computed_{name}"], (row["id"], name)


def test_the_export_tells_what_became_of_each_request() -> None:
    a_year_of_cases()
    found = exported()
    outcomes = [(row["outcome"], row["refusal_code"]) for row in found if row["outcome"]]
    assert outcomes == [("REFUSED", "N-NOTYOURS")]
    assert [row["extended"] for row in found].count("Y") == 1
    [extended] = [row for row in found if row["extended"] == "Y"]
    assert extended["original_due"] < extended["expected_due"] and extended["extension_reason"] == "COMPLEXITY"
    assert {row["in_time"] for row in found} == {"open", "overdue", "yes"}
    assert all(row["derivation"].startswith("receipt (") and row["calendar_version"] for row in found)


def test_the_export_names_nobody() -> None:
    a_year_of_cases()
    text = "".join(service.compliance_export(auditor(), ago(400), london_today()))
    assert not [canary for canary in CANARIES if canary and canary in text]


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"])
def test_no_cell_is_a_formula_to_a_spreadsheet(cell: str) -> None:
    assert spreadsheets.safe_cell(cell) == "'" + cell


def test_an_export_is_itself_in_the_log_with_its_period_and_size() -> None:
    opened(days_ago=3)
    reader = auditor()
    list(service.compliance_export(reader, ago(10), london_today()))
    [entry] = [entry for entry in rows(AuditEntry) if entry.action == "oversight.report_exported"]
    assert (entry.actor_id, json.loads(entry.facts)) == (
        reader.id,
        {
            "report": "deadline_compliance",
            "from": ago(10).isoformat(),
            "to": london_today().isoformat(),
            "rows": 1,
        },
    )
    with pytest.raises(Refused):
        service.compliance_export(reader, london_today(), ago(1))


def test_only_those_who_may_take_exports() -> None:
    officer = caseworker()
    for command in (
        lambda: service.compliance_export(officer, ago(10), london_today()),
        lambda: service.audit_export(officer),
        lambda: service.sign_checkpoint(officer),
        lambda: service.retry_job(auditor(), "x"),
    ):
        with pytest.raises(NotAllowed):
            command()


def verify(log: Path, checkpoint: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(VERIFY), str(log), "--checkpoint", str(checkpoint)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_exported_log_verifies_against_its_checkpoint_and_a_changed_byte_is_found(tmp_path: Path) -> None:
    a_year_of_cases()
    reader = auditor()
    checkpoint, log, forged = tmp_path / "checkpoint.json", tmp_path / "log.jsonl", tmp_path / "forged.jsonl"
    checkpoint.write_text(json.dumps(service.sign_checkpoint(reader)), "utf-8")
    cases.add_note(SYSTEM, rows(Case)[0].id, "After the checkpoint")
    log.write_text("".join(service.audit_export(reader)), "utf-8")
    intact = verify(log, checkpoint)
    assert intact.returncode == 0 and "Intact" in intact.stdout, intact.stderr
    text = log.read_text("utf-8")
    assert not [canary for canary in CANARIES if canary and canary in text]
    at = text.index("N-NOTYOURS")
    forged.write_text(text[:at] + "M" + text[at + 1 :], "utf-8")
    assert verify(forged, checkpoint).returncode == 1
    forged.write_text("".join(text.splitlines(keepends=True)[:-4]), "utf-8")
    assert verify(forged, checkpoint).returncode == 1


def test_the_downloads_work_in_the_browser(in_app: Flask, tmp_path: Path) -> None:
    opened(days_ago=3)
    browser = browser_of(in_app, auditor())
    browser.csrf = csrf_of(browser.get("/staff/oversight/"))

    def download(name: str, data: dict[str, object] | None = None) -> TestResponse:
        # Read to its end where it was begun: a stream belongs to its own context.
        given = {"csrf_token": browser.csrf, **(data or {})}
        return Context().run(browser.client.post, f"/staff/oversight/{name}", data=given, buffered=True)

    period = {"start": parts(ago(30)), "end": parts(london_today())}
    table = download("compliance.csv", period)
    assert table.mimetype == "text/csv" and table.text.count("\n") == 2
    assert table.headers["Content-Disposition"].startswith("attachment")
    wrong = download("compliance.csv", {"start": parts(london_today()), "end": parts(ago(3))})
    assert "must not be before the first" in wrong.text
    (tmp_path / "c.json").write_text(download("checkpoint.json").text, "utf-8")
    (tmp_path / "l.jsonl").write_text(download("audit.jsonl").text, "utf-8")
    assert verify(tmp_path / "l.jsonl", tmp_path / "c.json").returncode == 0


def test_an_auditor_meets_no_personal_data_on_any_page_they_can_open(in_app: Flask) -> None:
    a_year_of_cases()
    case = opened(EMAIL, days_ago=2, wanted="the letters about Fennimore")
    cases.acknowledge(SYSTEM, case.id, case.version)
    cases.add_note(SYSTEM, case.id, "He rang about Fennimore.")
    browser = browser_of(in_app, auditor())
    seen = []
    for rule in in_app.url_map.iter_rules():
        if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
            continue
        values = dict.fromkeys(rule.arguments, case.id) | ({"number": 1} if "number" in rule.arguments else {})
        values |= {name: 1 for name in rule.arguments if name in ("page", "width")}
        page = browser.get(in_app.url_map.bind("localhost").build(rule.endpoint, values))
        if page.status_code == 200:
            seen.append(rule.endpoint)
        found = [canary for canary in CANARIES if canary and canary in page.text]
        assert not found, f"{rule.endpoint} shows {found}"
        assert page.status_code < 500, rule.endpoint
    assert "oversight.dashboard" in seen and "cases.work_list" not in seen


def test_the_measures_count_a_cohort_so_that_a_backlog_cannot_hide() -> None:
    late, refused, withdrawn = opened(days_ago=60), opened(days_ago=61), opened(days_ago=62)
    cases.reject(dpo(), refused.id, "MUE", "too late, but an answer", lateness=Lateness.STAFFING)
    lines = "".join(compliance.export(SYSTEM, ago(100), ago(0)))
    assert {row["id"]: row["lateness_reason"] for row in csv.DictReader(io.StringIO(lines))} == {
        late.reference: "",
        refused.reference: "staffing",
        withdrawn.reference: "",
    }
    cases.withdraw(SYSTEM, withdrawn.id, ago(1))
    opened(days_ago=1)
    measured = queries.measures(ago(365), london_today())
    # The one that was taken back had been late by then.
    assert (measured.received, measured.fell_due, measured.answered_in_time) == (4, 3, 0)
    assert (measured.open_now, measured.overdue_now, measured.in_time_percent) == (2, 1, 0.0)
    assert late.due_on is not None and measured.oldest_overdue_days == (london_today() - late.due_on).days
    assert dict(measured.overdue_bands)["1 to 30 days"] + dict(measured.overdue_bands)["31 to 90 days"] == 1


def test_a_period_before_anything_happened_is_empty() -> None:
    measured = queries.measures(date(2019, 1, 1), date(2019, 1, 1) + timedelta(days=1))
    assert (measured.received, measured.fell_due, measured.in_time_percent) == (0, 0, None)


def test_a_case_counted_with_a_holiday_of_our_own_can_be_worked_out_again_and_is_pointed_out(tmp_path: Path) -> None:
    first = opened(days_ago=3)
    assert first.due_on is not None
    day = first.due_on
    holidays.add_holiday(dpo(), day, "Day of mourning")
    opened(days_ago=3, name="Someone Else")
    table, out, errors = tmp_path / "export.csv", io.StringIO(), io.StringIO()
    table.write_text("".join(service.compliance_export(auditor(), ago(4), london_today())), "utf-8")
    assert run_deadlines(table, out, errors) == 0
    kept, counted = sorted(csv.DictReader(io.StringIO(out.getvalue())), key=lambda row: row["computed_due"])
    assert kept["computed_due"] == day.isoformat() < counted["computed_due"]
    assert f"{day} counts as a public holiday, but is not in the packaged list" in errors.getvalue()
    assert errors.getvalue().count("\n") == 1 and counted["id"] in errors.getvalue()
    assert f"to {counted['computed_due']}: Rolled forward" in counted["derivation"]


def test_a_case_closed_to_somebody_is_not_named_as_the_one_that_a_repeat_repeats() -> None:
    worker, boss, third = caseworker(), dpo(), dpo("Third Officer")
    first, again = opened(EMAIL, days_ago=10), opened(EMAIL, days_ago=5)
    proposal = refusals.propose_set_aside(worker, again.id, "REPEATED", "The same", earlier=first.reference)
    refusals.decide(boss, proposal.id, True, version=proposal.version)
    conflicts.close_to(boss, first.id, [third.id])
    exports = {actor: "".join(compliance.export(actor, ago(90), ago(0))) for actor in (boss, third)}
    assert exports[boss].count(first.reference) == 2 and again.reference in exports[third]
    assert first.reference not in exports[third]
