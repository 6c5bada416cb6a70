"""The history of a case: every event in words, by topic, page by page, and who had a hand in it."""

from __future__ import annotations

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.history.queries import PAGE_SIZE, Topic, hands_of, history_of
from sar.cases.history.views import TOPICS
from sar.cases.tasks import service as tasks
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import browser_of, caseworker, opened

pytestmark = pytest.mark.usefixtures("in_app")


def test_every_topic_tells_its_own_part_and_all_of_them_together_tell_everything(in_app: Flask) -> None:
    officer, case = caseworker("Robin Field"), opened(days_ago=3)
    service.acknowledge(officer, case.id, case.version)
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    letters_go(case)
    tasks.add_task(officer, case.id, "Ring")
    service.assign(officer, case.id, officer.id)
    service.view_case(officer, case.id)
    told = {topic: [entry.text for entry in history_of(case, topic).entries] for topic in Topic}
    assert "Task added" in told[Topic.NOTES] and "Officer changed" in told[Topic.PEOPLE]
    assert any("Question sent" in text for text in told[Topic.CLOCK]) and told[Topic.LETTERS]
    assert told[Topic.LOOKED] == ["Case looked at"] and "Case looked at" not in told[Topic.DONE]
    parts = [text for topic in Topic if topic not in (Topic.DONE, Topic.LOOKED) for text in told[topic]]
    assert sorted(parts) == sorted(told[Topic.DONE])
    assert set(TOPICS) == set(Topic)
    browser = browser_of(in_app, officer)
    page = browser.get(f"/staff/cases/{case.id}/history?topic=notes").text
    assert "Task added" in page and "Robin Field" in page and "Officer changed" not in page
    assert browser.get(f"/staff/cases/{case.id}/history?topic=nonsense&page=900").status_code == 200


def test_a_long_history_has_pages_and_loses_nothing() -> None:
    case = opened()
    with write_transaction():
        for number in range(PAGE_SIZE + 10):
            record(SYSTEM, Action.NOTE_ADDED, case.id, note_id=str(number))
    first, second = history_of(case, Topic.NOTES), history_of(case, Topic.NOTES, 2)
    assert (len(first.entries), len(second.entries)) == (PAGE_SIZE, 10)
    assert (first.total, first.pages, history_of(case, Topic.NOTES, 99).page) == (PAGE_SIZE + 10, 2, 2)


def test_those_who_had_a_hand_in_it_are_named_and_lookers_are_not(in_app: Flask) -> None:
    officer, helper, reader, looker = (
        caseworker("Robin Field"),
        caseworker("Ada Other"),
        staff_actor(Role.SECOND_READER, name="Sana Reader"),
        caseworker("Only Looking"),
    )
    case = opened()
    service.assign(officer, case.id, officer.id)
    service.add_note(helper, case.id, "He rang.")
    service.view_case(looker, case.id)
    with write_transaction():
        record(reader, Action.SIGNED_OFF, case.id, case_id=case.id, plan_sha256="0" * 64)
    assert [(hand.name, hand.part) for hand in hands_of(case)] == [
        ("Sana Reader", "Second reader"),
        ("Ada Other", "Worked on it"),
    ]
    db.session.rollback()
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "Sana Reader" in page and "Only Looking" not in page
