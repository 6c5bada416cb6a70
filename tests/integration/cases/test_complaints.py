"""Complaints: logged however they come, acknowledged by their own clock, answered, and the case opened again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from sar.access import sessions
from sar.access.permissions import Role
from sar.cases import service
from sar.cases.complaints import acknowledging, queries
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Body, Channel, Complaint, OutsideComplaint, OutsideOutcome
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.writing import service as writing
from sar.foundation import messages
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.ids import random_id
from sar.foundation.jobs import run_pending
from sar.foundation.messages import Message
from tests.factories import staff_actor
from tests.integration.cases.desk import EMAIL, ago, browser_of, caseworker, dpo, opened, parts
from tests.integration.cases.test_case import released
from tests.integration.intake.walk import Browser, rows

pytestmark = pytest.mark.usefixtures("in_app")
NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)
DECIDED = {"outcome": "partly", "findings": "Page 3 was missing.", "actions": ["We send you page 3."]}


def logged(case: Case | None = None, days_ago: int = 0) -> Complaint:
    case = case or opened(EMAIL, days_ago=days_ago + 1)
    return complaints.log(SYSTEM, case.id, "You sent it too late.", ago(days_ago), Channel.PHONE)


def write(actor: Actor, found: Complaint, name: str, **filled: str | list[str]) -> Message:
    """A letter that is handed over at once."""
    message = waiting(actor, found, name, **filled)
    return messages.mark_sent(actor, message.id)


def waiting(actor: Actor, found: Complaint, name: str, channel: str = "in_person", **filled: Any) -> Message:
    draft = writing.write(actor, found.case_id, name, filled, channel=channel, about=found.id)
    return writing.send(actor, draft.id, version=draft.version)


def again(found: Complaint) -> Complaint:
    return db.session.get_one(Complaint, found.id)


def test_a_complaint_has_thirty_days_to_be_acknowledged_and_says_how_that_was_reached() -> None:
    with time_machine.travel(NOON, tick=False):
        found = logged(days_ago=2)
        assert queries.acknowledge_by(found) == date(2026, 10, 8)
        counted, rolled = queries.derivation(found)
        assert "s.164A" in counted.source and (counted.before, rolled.after) == (ago(2), date(2026, 10, 8))


def test_before_the_duty_began_there_is_no_last_day() -> None:
    with time_machine.travel(NOON, tick=False):
        case = opened(EMAIL, days_ago=120)
        found = complaints.log(SYSTEM, case.id, "Too late.", date(2026, 6, 18), Channel.POST)
        assert queries.acknowledge_by(found) is None and queries.derivation(found) == ()


def test_acknowledged_kept_informed_and_decided_each_by_a_letter() -> None:
    boss, found = dpo(), logged()
    letter = write(SYSTEM, found, "complaint_acknowledgement")
    assert again(found).acknowledged_on == ago(0) and "You sent it too late." in letter.body
    assert "/C1" in letter.subject
    with pytest.raises(NotFound):
        write(SYSTEM, found, "complaint_acknowledgement")
    write(SYSTEM, found, "complaint_progress", done="Read it.", next_steps="We ask.", expected_date=ago(-7).isoformat())
    letter = write(boss, found, "complaint_outcome", **DECIDED)
    decided = again(found)
    assert (decided.outcome, decided.decided_on, decided.decided_by) == ("partly", ago(0), boss.id)
    assert decided.actions == ["We send you page 3."]
    assert "You were right about part of it." in letter.body and "We send you page 3." in letter.body
    with pytest.raises(NotFound):
        write(boss, found, "complaint_outcome", **DECIDED)


def test_a_complaint_is_acknowledged_when_its_letter_goes_and_not_when_it_is_written(in_app: Flask) -> None:
    officer, found = caseworker(), logged()
    letter = waiting(officer, found, "complaint_acknowledgement")
    assert (again(found).acknowledged_on, again(found).state) == (None, "received")
    shown = browser_of(in_app, officer).get(f"/staff/complaints/{found.id}").text
    assert "has not gone out" in shown and "letters/complaint_acknowledgement" not in shown
    with pytest.raises(NotFound):
        waiting(officer, found, "complaint_acknowledgement")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        messages.mark_sent(officer, letter.id)
        assert (again(found).acknowledged_on, again(found).state) == (ago(0), "acknowledged")
        assert "has not gone out" not in browser_of(in_app, officer).get(f"/staff/complaints/{found.id}").text


def test_an_acknowledgement_that_comes_back_was_none_and_an_answer_counts_when_it_goes(in_app: Flask) -> None:
    found, boss = logged(), dpo()
    mail = waiting(SYSTEM, found, "complaint_acknowledgement", channel="email")
    run_pending(in_app)
    assert again(found).acknowledged_on == ago(0)
    messages.came_back(SYSTEM, mail.id)
    assert (again(found).acknowledged_on, again(found).state) == (None, "received")
    page = browser_of(in_app, boss).get(f"/staff/cases/{found.case_id}/history?topic=complaints").text
    assert "The letter came back, so the complaint counts as not acknowledged" in page
    answer = waiting(boss, found, "complaint_outcome", **DECIDED)
    assert (again(found).acknowledged_on, again(found).state) == (None, "decided")
    messages.mark_sent(boss, answer.id)
    assert (again(found).acknowledged_on, again(found).state) == (ago(0), "decided")


def test_nobody_alone_makes_a_late_acknowledgement_one_in_time() -> None:
    officer, boss = caseworker(), dpo()
    with time_machine.travel(NOON, tick=False) as clock:
        found = logged()
        letter = waiting(officer, found, "complaint_acknowledgement")
        last_day = queries.acknowledge_by(found)
        assert last_day is not None
        clock.move_to(datetime(last_day.year, last_day.month, last_day.day, 12, tzinfo=UTC) + timedelta(days=1))
        with pytest.raises(Refused, match="Mark the letter as sent today, or have your data protection officer"):
            messages.mark_sent(officer, letter.id, last_day)
        assert again(found).acknowledged_on is None
        messages.mark_sent(boss, letter.id, last_day)
        assert again(found).acknowledged_on == last_day and queries.standing_receipt(again(found)).late_before


def test_only_the_dpo_decides_a_complaint() -> None:
    found = logged()
    with pytest.raises(NotAllowed):
        write(caseworker(), found, "complaint_outcome", **DECIDED)
    assert again(found).outcome is None and messages.about(found.case_id) == []


def test_a_complaint_letter_is_about_a_complaint_and_no_other_letter_is() -> None:
    found = logged()
    with pytest.raises(NotFound):
        writing.write(SYSTEM, found.case_id, "complaint_acknowledgement", {}, channel="email")
    with pytest.raises(NotFound):
        write(SYSTEM, found, "breach_notice")


@pytest.mark.parametrize(
    ("words", "days_ago", "said"),
    [(" ", 0, "Write what"), ("Late.", -1, "future"), ("Late.", 400, "before the request")],
)
def test_a_complaint_that_says_nothing_or_cannot_be_from_that_day_is_refused(
    words: str, days_ago: int, said: str
) -> None:
    case = opened(days_ago=3)
    with pytest.raises(Refused, match=said):
        complaints.log(SYSTEM, case.id, words, ago(days_ago), Channel.POST)
    assert rows(Complaint) == []


def test_a_requester_complains_once_however_often_the_button_is_pressed() -> None:
    case, other = opened(), opened(name="Somebody Else")
    requester, key = Actor(ActorKind.REQUESTER, case.reference), random_id()
    first = complaints.complain(requester, "Nobody calls me back.", key)
    assert complaints.complain(requester, "Nobody calls me back.", key).id == first.id
    with pytest.raises(Refused):
        complaints.complain(Actor(ActorKind.REQUESTER, other.reference), "Mine", key)
    assert len(rows(Complaint)) == 1 and first.channel == "online"


def test_an_answered_case_goes_on_after_a_complaint_from_where_it_stood() -> None:
    officer, case = caseworker(), released()
    found = logged(case)
    with pytest.raises(Refused):
        complaints.reopen_case(officer, found.id, " ")
    complaints.reopen_case(officer, found.id, "Page 3 is missing.")
    again_open = visible_case(officer, case.id)
    assert (again_open.stage, again_open.clock_state) == ("reviewing", "reopened")
    closed = released()
    service.close(officer, closed.id)
    complaints.reopen_case(officer, logged(closed).id, "A file was found.")
    assert visible_case(officer, closed.id).stage == "gathering"


def test_a_button_pressed_twice_keeps_one_complaint_and_one_to_the_regulator(in_app: Flask) -> None:
    case, officer = opened(EMAIL, days_ago=3), browser_of(in_app, caseworker())
    typed = {"received_on": parts(ago(1)), "channel": "phone", "words": "You sent it too late."}
    assert officer.post(f"/staff/cases/{case.id}/complaints/log", typed).status_code == 302
    assert "logged already" in officer.post(f"/staff/cases/{case.id}/complaints/log", typed).text
    complaints.record_outside(SYSTEM, case.id, Body.COURT, "C-1", ago(1), "Late")
    with pytest.raises(Conflict, match="already"):
        complaints.record_outside(SYSTEM, case.id, Body.COURT, "C-1", ago(1), "Late ")
    assert (len(rows(Complaint)), len(rows(OutsideComplaint))) == (1, 1)


def test_what_the_regulator_and_the_court_decide_is_kept_with_its_dates() -> None:
    case = opened(days_ago=9)
    found = complaints.record_outside(SYSTEM, case.id, Body.REGULATOR, "IC-9", ago(3), "Late answer", ago(-20))
    with pytest.raises(Refused, match="before the complaint was made"):
        complaints.decide_outside(SYSTEM, found.id, OutsideOutcome.FOR_US, ago(4), "", version=found.version)
    complaints.decide_outside(SYSTEM, found.id, OutsideOutcome.IN_PART, ago(0), "Answer soon", version=found.version)
    with pytest.raises(Conflict):
        complaints.decide_outside(SYSTEM, found.id, OutsideOutcome.FOR_US, ago(0), "", version=1)
    [kept] = rows(OutsideComplaint)
    assert (kept.outcome, kept.decided_on, kept.reference) == ("in_part", ago(0), "IC-9")
    assert kept.result == "Answer soon"


def test_the_figures_count_what_auditors_ask_for() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        boss = dpo()
        in_time, late = logged(), logged()
        write(SYSTEM, in_time, "complaint_acknowledgement")
        clock.shift(40 * 86_400)
        logged()
        write(boss, late, "complaint_outcome", **DECIDED)
        complaints.record_outside(SYSTEM, late.case_id, Body.CHECK, "", ago(0), "A restriction")
        found = queries.figures(date(2026, 1, 1), date(2026, 12, 31))
    assert (found.received, found.to_acknowledge, found.acknowledged_in_time, found.in_time_percent) == (3, 2, 1, 50.0)
    assert (found.decided, found.days_to_outcome, found.upheld) == (1, 40.0, 1)
    assert (found.regulator, found.checks, found.courts) == (0, 1, 0)


def test_every_complaint_is_on_some_page_of_the_list(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    boss, found = dpo(), [logged(days_ago=days) for days in (5, 3, 1)]
    waiting(SYSTEM, found[0], "complaint_progress", done="Read it.", next_steps="We ask.", expected_date=f"{ago(-7)}")
    references = [f"{one.id}" for one in found]
    pages = [queries.listed(boss, decided=False, page=page) for page in (1, 2, 99)]
    assert [(page.page, page.pages, page.total) for page in pages] == [(1, 2, 3), (2, 2, 3), (2, 2, 3)]
    assert [item.complaint.id for page in pages[:2] for item in page.complaints] == references
    page = browser_of(in_app, boss).get("/staff/complaints?page=2").text
    assert "Page 2 of 2" in page and references[2] in page and references[0] not in page


def test_someone_with_a_conflict_finds_no_complaint_either() -> None:
    boss, found = dpo(), logged()
    dpo("Bela Stone")
    service.declare_conflict(boss, found.case_id, boss.id)
    assert queries.listed(boss, decided=False).complaints == []
    with pytest.raises(NotFound):
        queries.visible_complaint(boss, found.id)


def test_the_pages_of_staff(in_app: Flask) -> None:
    case, boss = opened(EMAIL, days_ago=3), dpo()
    browser = browser_of(in_app, boss)
    address = f"/staff/cases/{case.id}/complaints/log"
    typed = {"received_on": parts(ago(1)), "channel": "phone", "words": "You sent it too late."}
    assert "Enter the day it reached us" in browser.post(address, typed | {"received_on": ["", "", ""]}).text
    shown = browser.post(address, typed).location
    assert shown is not None and "You sent it too late." in browser.get(shown).text
    assert "days left" in browser.get("/staff/complaints").text
    form = f"{shown}/letters/complaint_outcome"
    look = browser.post(form, DECIDED | {"actions": "We send you page 3.", "channel": "email"}).location
    assert look is not None
    page = browser.get(look).text
    assert "You were right about part of it." in page
    version = re.findall(r'name="version"[^>]*value="(\d+)"', page)[0]
    browser.post(f"{look}/send", {"version": version}, form_at=look)
    assert "Partly upheld" in browser.get(shown).text and "We send you page 3." in browser.get(shown).text
    assert f"{case.reference}/C1" in browser.get("/staff/complaints?show=decided").text
    outside = f"/staff/cases/{case.id}/complaints/outside"
    made = {"body": "regulator", "reference": "IC-7", "raised_on": parts(ago(0)), "about": "Late"}
    assert browser.post(outside, made | {"answer_by": ["", "", ""]}).location == f"/staff/cases/{case.id}"
    links = re.findall(r"/staff/outside-complaints/\w+", browser.get(f"/staff/cases/{case.id}").text)
    assert "IC-7" in browser.get(links[0]).text
    ended = browser.post(links[0], {"version": "1", "outcome": "for_us", "decided_on": parts(ago(0)), "result": ""})
    assert ended.location == f"/staff/cases/{case.id}"
    assert "for us" in browser.get(f"/staff/cases/{case.id}").text
    reader = browser_of(in_app, staff_actor(Role.SECOND_READER))
    assert "Log a complaint" not in reader.get(f"/staff/cases/{case.id}").text


def test_a_requester_complains_in_plain_words_and_sees_what_comes_of_it(in_app: Flask) -> None:
    case = opened()
    with write_transaction():
        token = sessions.start(ActorKind.REQUESTER, case.reference)
    browser = Browser(in_app)
    browser.client.set_cookie("__Host-sar", token, secure=True)
    assert "Tell us what went wrong" in browser.get("/my-request/").text
    page = browser.get("/my-request/complaint").text
    key = re.findall(r'name="key"[^>]*value="(\w+)"', page)[0]
    assert "Tell us what went wrong" in browser.post("/my-request/complaint", {"key": key, "words": " "}).text
    sent = browser.post("/my-request/complaint", {"key": key, "words": "Nobody calls me back."})
    assert sent.location == "/my-request/"
    assert "We have it. We will write to you by" in browser.get("/my-request/").text
    [found] = rows(Complaint)
    assert found.words == "Nobody calls me back."
    with write_transaction():
        acknowledging.acknowledged(SYSTEM, db.session.get_one(Complaint, found.id), ago(0))
    assert "We are looking into it." in browser.get("/my-request/").text
    answer = waiting(dpo(), found, "complaint_outcome", **DECIDED)
    assert "We are looking into it." in browser.get("/my-request/").text, "nobody has told them yet"
    messages.mark_sent(SYSTEM, answer.id)
    assert "We wrote to you about it on" in browser.get("/my-request/").text
