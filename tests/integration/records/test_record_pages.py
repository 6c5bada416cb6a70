"""What members of staff see of records in the browser, and what they do not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask

from sar.access import sessions
from sar.access.permissions import Role
from sar.cases.models import Case
from sar.foundation.actors import ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.records import queries
from tests.factories import DEMO_DATA, a_record, an_originator, gathering_case, staff_actor
from tests.integration.intake.walk import Browser
from tests.security import hostile_files

FILES = DEMO_DATA / "case1" / "files"

RunJobs = Callable[[], int]


def browser_of(app: Flask, *roles: Role) -> Browser:
    with write_transaction():
        token = sessions.start(ActorKind.STAFF, staff_actor(*roles).id)
    browser = Browser(app)
    browser.client.set_cookie("__Host-sar", token, secure=True)
    return browser


def form(**changes: object) -> dict[str, object]:
    today = london_today()
    known = {
        "originator": "own",
        "regime": "LE",
        "received_on": [str(today.day), str(today.month), str(today.year)],
        "document_date": ["9", "5", "2024"],
        "title": "",
        "role": "controller",
        "controller": "",
    }
    return {**known, **changes}


def test_several_files_are_added_at_once_and_a_bad_one_does_not_lose_the_others(
    in_app: Flask, run_jobs: RunJobs
) -> None:
    case, police = gathering_case(), an_originator()
    officer = browser_of(in_app, Role.CASEWORKER)
    answer = officer.post(
        f"/staff/cases/{case.id}/records/add",
        form(
            files=[
                (io.BytesIO((FILES / "FIB_CB24003318.pdf").read_bytes()), "log.pdf"),
                (io.BytesIO(hostile_files.archive()), "trick.pdf"),
                (io.BytesIO((FILES / "duty-to-refer.eml").read_bytes()), "mail.eml"),
                (io.BytesIO((FILES / "FIB_CB24003318_copy.pdf").read_bytes()), "copy.pdf"),
            ],
            originator=police.id,
        ),
    )
    assert answer.status_code == 200
    assert "trick.pdf was not added." in answer.text
    assert "3 records were added. 1 of them is in this case already" in answer.text
    run_jobs()
    page = officer.get(f"/staff/cases/{case.id}/records").text
    assert "trick.pdf" not in page and "Calder Police" in page and "Part 3 (law enforcement)" in page
    assert page.count("Ready") == 2 and re.search(r"Duplicate.*of log.pdf", page, re.DOTALL)


def test_sending_the_form_twice_makes_a_duplicate_not_a_second_record(in_app: Flask) -> None:
    case, officer = gathering_case(), browser_of(in_app, Role.CASEWORKER)
    for _ in range(2):
        answer = officer.post(
            f"/staff/cases/{case.id}/records/add",
            form(files=(io.BytesIO((FILES / "FIB_CB24003318.pdf").read_bytes()), "log.pdf"), title="Intelligence log"),
        )
        assert answer.status_code == 302
    db.session.rollback()  # what the browser did is in transactions after ours
    assert [(found.title, found.state) for found in queries.records_of(case)] == [
        ("Intelligence log", "waiting"),
        ("Intelligence log", "duplicate"),
    ]


def test_an_incomplete_form_says_what_is_missing(in_app: Flask) -> None:
    case, officer = gathering_case(), browser_of(in_app, Role.CASEWORKER)
    text = officer.post(f"/staff/cases/{case.id}/records/add", form(regime="", received_on=["", "", ""])).text
    for words in ("Choose at least one file", "Choose the law", "Enter the date you received them"):
        assert words in text
    assert queries.records_of(case) == []


def test_a_page_is_shown_as_an_image_with_its_words_and_a_way_on(in_app: Flask, run_jobs: RunJobs) -> None:
    record = a_record(gathering_case(), FILES / "contact-log-X417206.pdf", title="Contact log")
    run_jobs()
    officer = browser_of(in_app, Role.CASEWORKER)
    page = officer.get(f"/staff/records/{record.id}/pages/1").text
    assert 'rel="next"' in page and 'rel="prev"' not in page and "Reece" in page
    image = officer.get(f"/staff/records/{record.id}/pages/1/image?width=600")
    assert image.data.startswith(b"\x89PNG") and image.mimetype == "image/png"
    assert image.headers["Cache-Control"] == "no-store"
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert officer.get(f"/staff/records/{record.id}/pages/3").status_code == 404
    assert officer.get(f"/staff/records/{record.id}/pages/0/image").status_code == 404


def test_the_officer_settles_what_cannot_be_shown_and_takes_out_what_is_not_theirs(
    in_app: Flask, run_jobs: RunJobs
) -> None:
    case, officer = gathering_case(), browser_of(in_app, Role.CASEWORKER)
    mail = b"From: a@b.example\nDate: Thu, 16 May 2024 17:48:00 +0100\nContent-Type: application/x-thing\n\nbytes\n"
    a_record(case, mail, "odd.eml", title="Odd mail")
    run_jobs()
    _mail, odd = queries.records_of(case)
    assert "Nothing can be released" in officer.get(f"/staff/cases/{case.id}/records").text
    assert "Settle this record" in officer.get(f"/staff/records/{odd.id}").text
    settle = f"/staff/records/{odd.id}/settle"
    assert "Choose what becomes" in officer.post(settle, {"reason": "x"}).text
    assert officer.post(settle, {"outcome": "not_relevant", "reason": "A signature file."}).status_code == 302
    assert "A signature file." in officer.get(f"/staff/records/{odd.id}").text
    assert "settled it already" in officer.post(settle, {"outcome": "withheld", "reason": "y"}).text
    assert officer.post(f"/staff/records/{odd.id}/withdraw", {"reason": "better_copy"}).status_code == 302
    assert "Taken out" in officer.get(f"/staff/cases/{case.id}/records").text


PLACES = ("/staff/cases/{case}/records", "/staff/records/{record}", "/staff/records/{record}/pages/1")
CHANGES = ("/staff/cases/{case}/records/add", "/staff/records/{record}/settle", "/staff/records/{record}/withdraw")


@pytest.mark.parametrize(
    ("role", "reading", "changing"),
    [
        (Role.CASEWORKER, 200, 200),
        (Role.DPO, 200, 200),
        (Role.SECOND_READER, 200, 403),
        (Role.AUDITOR, 403, 403),
        (Role.ADMINISTRATOR, 403, 403),
        (None, 302, 302),
    ],
)
def test_only_those_who_may_see_records_and_change_them(
    in_app: Flask, run_jobs: RunJobs, role: Role | None, reading: int, changing: int
) -> None:
    case, record = _case_with_a_record(run_jobs)
    browser = browser_of(in_app, role) if role else Browser(in_app)
    for place in (*PLACES, "/staff/records/{record}/pages/1/image"):
        answer = browser.get(place.format(case=case.id, record=record))
        assert answer.status_code == reading, place
        if reading != 200:
            assert "Zanzibarquux" not in answer.text
    for place in CHANGES:
        assert browser.get(place.format(case=case.id, record=record)).status_code == changing, place


def test_a_record_that_is_not_there_or_hidden_looks_the_same(in_app: Flask, run_jobs: RunJobs) -> None:
    case, record = _case_with_a_record(run_jobs)
    officer = browser_of(in_app, Role.CASEWORKER)
    seen = {"version": case.version}
    assert officer.post(f"/staff/cases/{case.id}/conflict", seen, form_at="/staff/cases/").status_code == 302
    answers = [officer.get(f"/staff/records/{found}") for found in (record, "0" * 26)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert [re.sub(r"nonce=\S+|value=\S+", "", answer.text) for answer in answers][0].count("Zanzibarquux") == 0
    assert officer.get(f"/staff/records/{record}/pages/1/image").status_code == 404


def test_only_the_data_protection_officer_keeps_the_directory(in_app: Flask) -> None:
    assert browser_of(in_app, Role.CASEWORKER).get("/staff/originators").status_code == 403
    dpo = browser_of(in_app, Role.DPO)
    entry = {"name": "Calder Police", "kind": "police", "email": "sar@police.example", "contact_name": "Desk 4"}
    assert dpo.post("/staff/originators", entry).status_code == 302
    assert "There is an entry of this name" in dpo.post("/staff/originators", entry).text
    [found] = queries.originators()
    changed = {**entry, "name": "Calder and Aire Police", "retired": "y"}
    assert dpo.post(f"/staff/originators/{found.id}", changed).status_code == 302
    page = dpo.get("/staff/originators").text
    assert "Calder and Aire Police" in page and "No longer in use" in page


def _case_with_a_record(run_jobs: RunJobs) -> tuple[Case, str]:
    case = gathering_case()
    record = a_record(case, b"The words of this record.", "note.txt", title="Zanzibarquux")
    run_jobs()
    return case, record.id


def test_the_officer_says_who_decides_about_records_and_passes_the_request_on(in_app: Flask) -> None:
    case, police = gathering_case(), an_originator()
    first, second = (a_record(case, words, f"{words.decode()}.txt", originator=police) for words in (b"one", b"two"))
    officer, reader = browser_of(in_app, Role.CASEWORKER), browser_of(in_app, Role.SECOND_READER)
    page = f"/staff/records/{first.id}/role"
    assert "We decide about it (controller)" in officer.get(f"/staff/records/{first.id}").text
    assert reader.get(page).status_code == 403
    version = case.version
    said = {"version": version, "role": "processor", "controller": "", "controller_name": "", "reach": "same_origin"}
    assert "Say for which organisation we hold this" in officer.post(page, said).text
    assert officer.post(page, said | {"controller": police.id}).status_code == 302
    stale = officer.post(page, said | {"role": "controller"})
    assert stale.status_code == 409 and "This case was changed after you opened the page" in stale.text
    db.session.rollback()
    assert {found.role for found in queries.records_of(case)} == {"processor"}
    listed = officer.get(f"/staff/cases/{case.id}/records").text
    assert "Records that we hold for others" in listed and listed.count("we are the processor") == 2
    seen = officer.get(f"/staff/cases/{case.id}").text
    assert "Pass the request on: Calder Police. The reply cannot go out before that." in seen
    assert "Pass the request on to Calder Police: they decide" in seen
    assert "Pass the request on to Calder Police: they decide" not in reader.get(f"/staff/cases/{case.id}").text
    assert "Set by Sam Officer" in officer.get(f"/staff/records/{second.id}").text

    pass_on = f"/staff/controllers/{first.controller_id}/pass-on"
    assert "sar@police.example" in officer.get(pass_on).text
    letter = {"version": case.version, "information": "all of it", "channel": "email", "to": "sar@police.example"}
    assert "You decide about these records" in officer.post(pass_on, letter | {"preview": "yes"}).text
    assert officer.post(pass_on, letter).status_code == 302
    assert "Letter waits" in officer.get(f"/staff/cases/{case.id}/records").text


def test_records_can_come_as_what_we_only_hold(in_app: Flask) -> None:
    case, officer = gathering_case(), browser_of(in_app, Role.CASEWORKER)
    add = f"/staff/cases/{case.id}/records/add"

    def filled(**changes: object) -> dict[str, object]:
        return form(files=(io.BytesIO(b"Their words."), "theirs.txt"), role="processor", **changes)

    assert "Say for which organisation we hold this" in officer.post(add, filled(controller_name="")).text
    assert officer.post(add, filled(controller_name="Calder Council")).status_code == 302
    db.session.rollback()
    [found] = queries.records_of(case)
    assert (found.role, found.is_ours) == ("processor", False)
