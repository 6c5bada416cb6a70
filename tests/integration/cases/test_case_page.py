"""The case page: what waits for someone lies open, what is only read now and then is folded, and counted."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from sar.cases import outbox, service
from sar.cases.tasks import service as tasks
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.messages import Message
from tests.integration.cases.desk import POST, browser_of, caseworker, opened

pytestmark = pytest.mark.usefixtures("in_app")


def page_of(app: Flask, officer: Actor, case_id: str) -> tuple[str, dict[str, str]]:
    """What lies open on a case's page, and what is folded, by its summary."""
    page = browser_of(app, officer).get(f"/staff/cases/{case_id}").text
    fold = re.compile(r"<details[^>]*>\s*<summary[^>]*>(.*?)</summary>(.*?)</details>", re.DOTALL)
    folded = {re.sub(r"<[^>]+>", "", summary).strip(): inside for summary, inside in fold.findall(page)}
    return fold.sub("", page), folded


def test_a_letter_that_waits_lies_open_until_someone_sent_it(in_app: Flask) -> None:
    officer, case = caseworker(), opened(POST)
    service.acknowledge(officer, case.id, case.version)
    still_open, folded = page_of(in_app, officer, case.id)
    assert "A letter waits for someone" in still_open and "To print and post" in still_open
    assert not [summary for summary in folded if summary.startswith("Sent or on its way")]
    letter = db.session.query(Message).one()
    outbox.mark_sent(officer, letter.id)
    still_open, folded = page_of(in_app, officer, case.id)
    assert "waits for someone" not in still_open and "To print and post" not in still_open
    assert "Acknowledgement" in folded["Sent or on its way: 1"]


def test_tasks_to_do_lie_open_and_those_done_are_folded_and_counted(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    tasks.add_task(officer, case.id, "Ring the archive")
    tasks.finish(officer, tasks.add_task(officer, case.id, "Ask the front desk").id)
    still_open, folded = page_of(in_app, officer, case.id)
    assert "Ring the archive" in still_open and "Ask the front desk" not in still_open
    assert "Ask the front desk" in folded["1 task done"]


def test_the_newest_notes_lie_open_and_what_came_before_is_counted(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    for number in range(1, 5):
        service.add_note(officer, case.id, f"Note number {number}.")
    still_open, folded = page_of(in_app, officer, case.id)
    assert "Note number 4." in still_open and "Note number 3." in still_open
    assert "Note number 1." in folded["Older notes: 2"] and "Note number 2." in folded["Older notes: 2"]
    assert "Note added" in still_open
    assert any(summary.startswith("Before that: ") for summary in folded)


def test_the_due_date_comes_before_all_else_but_what_to_do_next(in_app: Flask) -> None:
    still_open, folded = page_of(in_app, caseworker(), opened().id)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", still_open)
    assert headings.index("What to do next") + 1 == headings.index("The clock")
    assert "Log a complaint" in folded["Complaints: none"]
    assert "Propose" in folded["Refusal, fee or setting aside: nothing is proposed"]
