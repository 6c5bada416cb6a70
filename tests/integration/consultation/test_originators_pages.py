"""What an originator meets behind its link: a code, its own records, one answer, and nothing of anyone else's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from werkzeug.test import TestResponse

from sar.consultation import queries, service
from sar.consultation.models import Consultation, State
from sar.foundation import audit, messages
from sar.foundation.actions import Action
from sar.foundation.clock import utc_now
from sar.foundation.db import db
from tests.integration.consultation.conftest import (
    OWN_TITLE,
    POLICE_TITLE,
    REQUESTER,
    SCHOOL_TITLE,
    Office,
    Others,
)
from tests.integration.consultation.outbox import newest_code, token_in
from tests.integration.intake.walk import Browser, csrf_of

ANSWER = {"view": "release_in_part", "reason": "The third paragraph names a source.", "name": "DS Hale, disclosure"}


class Visit:
    """An originator's browser, from the link on."""

    def __init__(self, office: Office, asked: Consultation) -> None:
        self.consultation_id = asked.id
        self.token = token_in(messages.about(asked.id)[-1])
        self.browser = Browser(office.app)

    @property
    def link(self) -> str:
        return f"/originator/{self.token}"

    def open(self) -> TestResponse:
        return self.browser.get(self.link)

    def ask_for_code(self) -> str:
        assert self.browser.post(f"{self.link}/code", form_at=self.link).status_code == 302
        db.session.rollback()
        return newest_code(self.consultation_id)

    def enter(self, code: str) -> TestResponse:
        return self.browser.post(self.link, {"code": code}, form_at=self.link)

    def sign_in(self) -> None:
        assert self.enter(self.ask_for_code()).status_code == 302
        self.browser.csrf = csrf_of(self.browser.get("/originator/records/answer"))


@pytest.fixture
def visit(office: Office) -> Visit:
    return Visit(office, office.ask())


def test_opening_the_link_changes_nothing_and_shows_no_record(office: Office, visit: Visit) -> None:
    response = visit.open()
    assert response.status_code == 200 and POLICE_TITLE not in response.text
    assert queries.consultations_of(office.case)[0].state == State.SENT
    assert visit.browser.get("/originator/records/answer").status_code == 403


def test_a_link_that_was_never_made_is_not_found(office: Office) -> None:
    stranger = Browser(office.app)
    assert stranger.get("/originator/" + "A" * 43).status_code == 404
    assert stranger.post("/originator/" + "A" * 43 + "/code", form_at="/ask").status_code == 404


def test_a_link_that_has_run_out_or_ended_says_so(office: Office, visit: Visit) -> None:
    with time_machine.travel(utc_now() + timedelta(days=22)):
        assert visit.open().status_code == 410
    assert visit.open().status_code == 200
    service.withdraw(office.officer, visit.consultation_id)
    response = visit.open()
    assert response.status_code == 410 and "new one" in response.text


def test_only_the_mailed_code_opens_the_records_and_only_once(visit: Visit) -> None:
    code = visit.ask_for_code()
    wrong = "000000" if code != "000000" else "111111"
    assert "not right" in visit.enter(wrong).text
    assert visit.enter(code).status_code == 302
    other = Browser(visit.browser.client.application)
    response = other.post(visit.link, {"code": code}, form_at=visit.link)
    assert response.status_code == 200 and "not right" in response.text


def test_a_code_runs_out_after_a_quarter_of_an_hour(visit: Visit) -> None:
    code = visit.ask_for_code()
    with time_machine.travel(utc_now() + timedelta(minutes=16)):
        assert "not right" in visit.enter(code).text
        visit.sign_in()


def test_guessing_a_code_spoils_it(visit: Visit) -> None:
    code = visit.ask_for_code()
    for number in range(5):
        visit.enter(f"{(int(code) + 1 + number) % 10**6:06}")
    assert "not right" in visit.enter(code).text


def test_an_originator_sees_nothing_but_its_own_record(office: Office, others: Others, visit: Visit) -> None:
    visit.sign_in()
    shown = [visit.open().text, visit.browser.get("/originator/records/answer").text]
    read = f"/originator/records/{office.police_record}/pages/1"
    assert visit.browser.post(read).status_code == 302
    shown.append(visit.browser.get(read).text)
    image = visit.browser.get(f"{read}.png")
    assert image.mimetype == "image/png" and "no-store" in image.headers["Cache-Control"]
    assert POLICE_TITLE in shown[1] and POLICE_TITLE in shown[2]
    shown += [mail.subject + mail.body for mail in messages.about(visit.consultation_id)]
    db.session.rollback()
    case = office.case
    everything = "\n".join(shown)
    for secret in (
        REQUESTER, *REQUESTER.split(), "Marlon Reid", "4 Mill Lane", case.reference, case.id, case.submission_id,
        OWN_TITLE, SCHOOL_TITLE, "St Swithin", others.own, others.school,
    ):  # fmt: skip
        assert secret.casefold() not in everything.casefold(), secret


def test_records_that_were_not_sent_are_not_found(office: Office, others: Others, visit: Visit) -> None:
    visit.sign_in()
    for foreign in (others.school, others.own, "none"):
        path = f"/originator/records/{foreign}/pages/1"
        assert visit.browser.post(path).status_code == 404
        assert visit.browser.get(path).status_code == 404
        assert visit.browser.get(f"{path}.png").status_code == 404
    for number in (0, 2, 99):
        path = f"/originator/records/{office.police_record}/pages/{number}"
        assert visit.browser.post(path).status_code == 404
        assert visit.browser.get(path).status_code == 404
        assert visit.browser.get(f"{path}.png").status_code == 404


def test_reading_a_page_is_kept_in_the_log_however_it_was_reached(office: Office, visit: Visit) -> None:
    visit.sign_in()
    visit.browser.get(f"/originator/records/{office.police_record}/pages/1.png")
    db.session.rollback()
    read = [entry for entry in audit.entries() if entry.action == Action.PAGE_VIEWED.label]
    assert [(entry.subject_id, entry.actor_kind, json.loads(entry.facts)["page"]) for entry in read] == [
        (office.police_record, "originator", 1)
    ]


def test_an_answer_thanks_and_shuts_the_door(office: Office, visit: Visit) -> None:
    visit.sign_in()
    silent = visit.browser.post("/originator/records/answer", {**ANSWER, "reason": ""})
    assert "Tell us why" in silent.text
    response = visit.browser.post("/originator/records/answer", ANSWER)
    assert response.status_code == 302 and response.location.endswith("/originator/records/thanks")
    assert "We have your answer" in visit.browser.get(response.location).text
    assert visit.browser.get("/originator/records/answer").status_code == 403
    assert visit.open().status_code == 410
    db.session.rollback()
    found = queries.consultations_of(office.case)[0]
    assert (found.state, found.answer, found.answered_by) == (State.ANSWERED, ANSWER["view"], ANSWER["name"])
