"""The day a complaint reached us is put right, with its effect shown first; what stood before is kept."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.complaints import acknowledging, queries, receipt
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Channel, Complaint
from sar.cases.deadlines import Rule
from sar.cases.models import Case
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from tests.factories import staff_actor
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, opened, parts
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)


def logged(case: Case, on: date) -> Complaint:
    return complaints.log(SYSTEM, case.id, "You sent it too late.", on, Channel.POST)


def again(found: Complaint) -> Complaint:
    db.session.rollback()
    return db.session.get_one(Complaint, found.id, populate_existing=True)


def test_a_corrected_day_gives_the_same_as_if_it_had_been_entered_so_and_the_day_before_is_kept() -> None:
    with time_machine.travel(NOON, tick=False):
        officer, case = caseworker(), opened(days_ago=40)
        found, right = logged(case, ago(3)), logged(case, ago(10))
        effect = receipt.look(officer, found.id, ago(10))
        assert (effect.before, effect.after) == (date(2026, 10, 7), date(2026, 9, 30))
        assert [(change.rule, change.to_date) for change in effect.changes] == [
            (Rule.COMPLAINT, date(2026, 9, 30)),
            (Rule.ROLL, date(2026, 9, 30)),
        ]
        assert again(found).received_on == ago(3), "looking changes nothing"
        receipt.correct(officer, found.id, ago(10), "The stamp on the envelope", version=1)
        after = again(found)
        assert queries.derivation(after) == queries.derivation(again(right))
        kept = [(item.on, item.reason, item.struck_out_at is None) for item in queries.receipts_of(after)]
        assert kept == [(ago(3), None, False), (ago(10), "The stamp on the envelope", True)]
        [entry] = [entry for entry in rows(AuditEntry) if entry.action == "complaint.date_corrected"]
        assert json.loads(entry.facts) == {
            "case_id": case.id,
            "number": 1,
            "was": "2026-09-07",
            "on": "2026-08-31",
            "acknowledge_before": "2026-10-07",
            "acknowledge_after": "2026-09-30",
        }
        with pytest.raises(Conflict):
            receipt.correct(officer, found.id, ago(9), "Again", version=1)
        # Back again: the order of what was written down never matters.
        receipt.correct(officer, found.id, ago(3), "It was another letter", version=after.version)
        assert queries.acknowledge_by(again(found)) == effect.before and len(queries.receipts_of(found)) == 3


def test_what_cannot_be_true_is_refused() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        officer, found = caseworker(), logged(opened(days_ago=40), ago(3))
        clock.shift(5 * 86_400)
        wrong = {ago(-1): "future", ago(4): "written down here", ago(60): "before the request", ago(8): "already"}
        for day, words in wrong.items():
            with pytest.raises(Refused, match=words):
                receipt.look(officer, found.id, day)
            with pytest.raises(Refused, match=words):
                receipt.correct(officer, found.id, day, "I know", version=1)
        with pytest.raises(Refused, match="how you know"):
            receipt.correct(officer, found.id, ago(9), " ", version=1)
        with pytest.raises(NotAllowed):
            receipt.correct(staff_actor(Role.SECOND_READER), found.id, ago(9), "I know", version=1)
        assert again(found).received_on == ago(8)


def test_a_later_day_is_a_slip_on_the_day_it_was_logged_and_the_dpos_to_say_after_that() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        officer, lead = caseworker(), dpo()
        case = opened(days_ago=100)
        found, before_the_duty = logged(case, ago(9)), logged(case, ago(8))
        receipt.correct(officer, found.id, ago(7), "I read the wrong stamp", version=1)
        clock.shift(86_400)
        for one, day in ((found, ago(6)), (before_the_duty, date(2026, 6, 18))):
            version = again(one).version
            with pytest.raises(Refused, match="gives us more time"):
                receipt.look(officer, one.id, day)
            with pytest.raises(Refused, match="gives us more time"):
                receipt.correct(officer, one.id, day, "I know", version=version)
            receipt.correct(lead, one.id, day, "The post book", version=version)
            assert again(one).received_on == day
        receipt.correct(officer, found.id, ago(20), "The envelope", version=again(found).version)


def test_what_is_late_is_made_late_no_more_only_by_the_dpo() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        officer, lead = caseworker(), dpo()
        case = opened(days_ago=100)
        waits, answered, before_the_duty = logged(case, ago(33)), logged(case, ago(34)), logged(case, ago(35))
        clock.shift(86_400)
        with write_transaction():
            acknowledging.acknowledged(SYSTEM, db.session.get_one(Complaint, answered.id), ago(0))
        for found, day in ((waits, ago(20)), (answered, ago(20)), (before_the_duty, date(2026, 6, 18))):
            version = again(found).version
            with pytest.raises(Refused, match="data protection officer"):
                receipt.correct(officer, found.id, day, "I know", version=version)
            receipt.correct(lead, found.id, day, "The stamp", version=version)
        assert queries.acknowledge_by(again(before_the_duty)) is None
        assert queries.figures(date(2026, 1, 1), date(2026, 12, 31)).in_time_percent == 100.0
        # One person said so: whoever reads the figures sees for which.
        assert queries.figures(date(2026, 1, 1), date(2026, 12, 31)).corrected_late == 3
        # What was in time is made late by anybody: it is the earlier date that binds us.
        receipt.correct(officer, answered.id, ago(80), "An earlier letter", version=again(answered).version)
        assert queries.figures(date(2026, 1, 1), date(2026, 12, 31)).in_time_percent == 0.0


def test_the_page_shows_the_old_and_the_new_day_and_why_before_it_records_it(in_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False):
        officer, case = caseworker(), opened(days_ago=40)
        found, browser = logged(case, ago(3)), browser_of(in_app, officer)
        address = f"/staff/complaints/{found.id}/received"
        assert address in browser.get(f"/staff/complaints/{found.id}").text
        typed = {"version": "1", "on": parts(ago(10)), "reason": "The stamp on the <envelope>"}
        assert "Say how you know the day" in browser.post(address, typed | {"reason": ""}).text
        page = browser.post(address, typed).text
        assert "Confirm and record it" in page and again(found).received_on == ago(3)
        assert "7 October 2026" in page and "30 September 2026" in page and "30 days, counted" in page
        hidden = dict(re.findall(r'name="(shown_on|version)"[^>]*value="([^"]*)"', page))
        assert hidden == {"shown_on": "2026-08-31", "version": "1"}
        assert "What 1 September 2026" in browser.post(address, typed | hidden | {"on": parts(ago(9))}).text
        assert browser.post(address, typed | hidden).location == f"/staff/complaints/{found.id}"
        page = browser.get(f"/staff/complaints/{found.id}").text
        assert "The stamp on the &lt;envelope&gt;" in page and "(corrected)" in page and "7 September 2026" in page
        assert "Complaint 1 received on 31 August 2026" in browser.get(f"/staff/cases/{case.id}/history").text
        meanwhile = browser.post(address, typed | hidden | {"on": parts(ago(9)), "shown_on": ago(9).isoformat()})
        assert meanwhile.status_code == 409 and "Someone else changed this" in meanwhile.text


def test_a_complaint_about_a_case_that_is_closed_to_somebody_is_not_theirs_to_correct() -> None:
    officer, case = caseworker(), opened(days_ago=9)
    found = logged(case, ago(1))
    cases.declare_conflict(officer, case.id, officer.id)
    with pytest.raises(NotFound):
        receipt.look(officer, found.id, ago(2))
