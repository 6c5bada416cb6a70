"""A late request that was taken back before it was due leaves the figures only by two people, and is marked."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from sar.access.queries import staff_member
from sar.cases import service
from sar.cases.models import Note
from sar.cases.refusals import service as refusals
from sar.foundation import messages
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.oversight.queries import measures
from sar.oversight.reminders.digest import digest_of
from tests.integration.cases.desk import EMAIL, ago, browser_of, caseworker, dpo, fresh, opened, parts
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def test_one_person_proposes_the_day_with_how_they_know_and_the_dpo_agrees(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened(EMAIL, days_ago=60)
    for actor in (officer, boss):
        with pytest.raises(Refused, match="takes two people"):
            service.withdraw(actor, case.id, ago(40))
    with pytest.raises(Refused, match="Only you could decide"):
        refusals.propose_withdrawal(boss, case.id, ago(40), "They rang.")
    with pytest.raises(Refused, match="how you know"):
        refusals.propose_withdrawal(officer, case.id, ago(40), " ")
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/withdraw"
    assert "This request is late." in browser.get(address).text
    form = {"version": str(fresh(case).version), "on": parts(ago(40)), "reason": "They rang on that day."}
    assert browser.post(address, form).status_code == 302
    page = browser.get(f"/staff/cases/{case.id}").text
    assert "It is proposed to record that the person took it back in time." in page
    assert (fresh(case).stage, messages.about(case.id), measures(ago(90), ago(0)).overdue_now) == ("received", [], 1)
    lead = browser_of(in_app, boss)
    [decide] = set(re.findall(r"/staff/proposals/\w{26}", lead.get("/staff/proposals").text))
    page = lead.get(decide).text
    assert "They rang on that day." in page and "The letter that would go" in page
    version = re.findall(r'name="version"[^>]*value="(\d+)"', page)[0]
    assert lead.post(decide, {"version": version, "agree": "yes", "words": ""}).status_code == 302
    ended = fresh(case)
    assert (ended.stage, ended.closed_on) == ("withdrawn", ago(40))
    assert any("They rang on that day." in note.text for note in rows(Note))
    found = measures(ago(90), ago(0))
    assert (found.fell_due, found.overdue_now, found.corrected_late) == (0, 0, 1)


def test_one_that_is_taken_back_late_is_recorded_by_one_and_stays_in_the_figures(in_app: Flask) -> None:
    officer, case, own = caseworker(), opened(EMAIL, days_ago=60), opened(days_ago=3)
    dpo()
    browser, address = browser_of(in_app, officer), f"/staff/cases/{own.id}/withdraw"
    form = {"version": str(own.version), "on": parts(ago(0))}
    assert "Say how you know" in browser.post(address, form).text and fresh(own).stage == "received"
    assert browser.post(address, form | {"reason": "They rang me."}).status_code == 302
    assert (fresh(own).stage, measures(ago(90), ago(0)).taken_back) == ("withdrawn", 1)
    assert any("They rang me." in note.text for note in rows(Note))
    service.assign(officer, own.id, officer.id)
    told = digest_of(staff_member(officer.id), london_today()).letters
    assert told == [f"{own.reference}: withdrawal, still in the outbox"]
    service.withdraw(officer, case.id, london_today())
    found = measures(ago(90), ago(0))
    assert (found.fell_due, found.answered_in_time, found.corrected_late) == (1, 0, 0)
