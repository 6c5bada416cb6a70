"""Someone who lost the six words gets new ones from an officer; the old ones open nothing from then on."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from sar.access import sessions
from sar.access.models import WebSession
from sar.access.permissions import Role
from sar.access.service import issue_phrase, sign_in_requester
from sar.cases import outbox, service
from sar.cases.queries import timeline_of, visible_case
from sar.cases.timeline import in_words
from sar.foundation import blobs, messages
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Gone, NotAllowed, NotFound, Refused
from tests.factories import staff_actor
from tests.integration.cases.desk import EMAIL, NAME, POST, STREET, browser_of, caseworker, opened
from tests.integration.intake.walk import Browser, rows

pytestmark = pytest.mark.usefixtures("in_app")
ADDRESS = "192.0.2.0/24"


def old_words(reference: str) -> str:
    with write_transaction():
        return issue_phrase(SYSTEM, reference)


def opens(reference: str, words: str) -> bool:
    try:
        return bool(sign_in_requester(reference, words, ADDRESS))
    except Refused:
        return False


def stepped_up(app: Flask, actor: Actor) -> Browser:
    browser = browser_of(app, actor)
    with write_transaction() as session:
        for row in session.scalars(select(WebSession).where(WebSession.subject_id == actor.id)):
            row.stepped_up_at = utc_now()
    return browser


def in_pdf(blob_id: str) -> str:
    with blobs.open(blob_id) as paper:
        return " ".join(PdfReader(io.BytesIO(paper.read())).pages[0].extract_text().split())


def test_new_words_open_the_request_and_the_old_ones_do_not() -> None:
    officer, case = caseworker(), opened()
    before = old_words(case.reference)
    token = sign_in_requester(case.reference, before, ADDRESS)
    words = service.give_new_words(officer, case.id, "phone", version=case.version)
    assert words is not None and len(words.split()) == 6 and words != before
    assert not opens(case.reference, before)
    assert sessions.resolve(token) is None
    assert opens(case.reference, words)


def test_who_gave_words_and_how_is_in_the_log_and_the_words_are_not() -> None:
    officer, case = caseworker(), opened()
    words = service.give_new_words(officer, case.id, "in_person", version=case.version)
    assert words is not None
    [entry] = [found for found in rows(AuditEntry) if found.action == "case.new_words_given"]
    assert (entry.actor_id, entry.case_id, "in_person" in entry.facts) == (officer.id, case.id, True)
    told = [item.text for item in in_words(timeline_of(visible_case(officer, case.id)))]
    assert "New six words made, to be given in person" in told
    assert not [found for found in rows(AuditEntry) if words in found.facts or words.split()[0] in found.facts]
    assert messages.about(case.id) == []


def test_by_post_the_words_are_in_the_letter_alone_until_it_is_sent() -> None:
    officer, case = caseworker(), opened(POST)
    before = old_words(case.reference)
    assert service.give_new_words(officer, case.id, "post", version=case.version) is None
    [message] = messages.about(case.id)
    assert (message.kind, message.channel) == ("letter.new_words", "post") and message.letter_blob_id is not None
    body = outbox.open_letter(officer, message.id).message.body
    [words] = [line for line in body.splitlines() if re.fullmatch(r"[a-z]+( [a-z]+){5}", line)]
    paper = in_pdf(message.letter_blob_id)
    for part in (words, NAME, STREET, case.reference, "The old words do not work"):
        assert part in paper
    assert opens(case.reference, words) and not opens(case.reference, before)
    outbox.mark_sent(officer, message.id)
    for look in (outbox.open_letter, outbox.letter_pdf):
        with pytest.raises(Gone):
            look(officer, message.id)


def test_without_an_address_nothing_is_posted_and_the_old_words_stay_good() -> None:
    officer, case = caseworker(), opened(EMAIL)
    before = old_words(case.reference)
    with pytest.raises(Refused, match="Choose another way"):
        service.give_new_words(officer, case.id, "post", version=case.version)
    assert opens(case.reference, before) and messages.about(case.id) == []


def test_a_second_click_does_not_replace_the_words_that_were_just_told() -> None:
    officer, case = caseworker(), opened()
    version = case.version
    words = service.give_new_words(officer, case.id, "phone", version=version)
    with pytest.raises(Conflict):
        service.give_new_words(officer, case.id, "phone", version=version)
    assert words is not None and opens(case.reference, words)


def test_only_those_who_work_on_the_case_give_words() -> None:
    case = opened()
    before = old_words(case.reference)
    for role in (Role.AUDITOR, Role.SECOND_READER, Role.ADMINISTRATOR):
        with pytest.raises((NotAllowed, NotFound)):
            service.give_new_words(staff_actor(role), case.id, "phone")
    closed_to = caseworker()
    service.declare_conflict(closed_to, case.id, closed_to.id)
    with pytest.raises(NotFound):
        service.give_new_words(closed_to, case.id, "phone")
    with pytest.raises(Refused, match="Choose how"):
        service.give_new_words(caseworker("Ada"), case.id, "email")
    assert opens(case.reference, before)


def test_the_officer_proves_who_they_are_again_and_sees_the_words_once(app: Flask) -> None:
    officer, case = caseworker(), opened()
    before, page = old_words(case.reference), f"/staff/cases/{case.id}/new-words"
    form = {"told": "phone", "sure": "y", "version": str(case.version), "submit": "Make new words"}
    unproved = browser_of(app, officer)
    assert f'href="{page}"' in unproved.get(f"/staff/cases/{case.id}").text
    assert unproved.get(page).location.startswith("/staff/step-up")
    unproved.get("/staff/cases/")
    refused = unproved.post(page, form, form_at=f"/staff/cases/{case.id}")
    assert refused.location.startswith("/staff/step-up") and opens(case.reference, before)

    browser = stepped_up(app, officer)
    unsure = browser.post(page, {key: value for key, value in form.items() if key != "sure"})
    assert "Check who is asking before you give new words" in unsure.text and opens(case.reference, before)
    answer = browser.post(page, form)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    found = re.search(r'id="phrase">([^<]+)<', answer.text)
    assert found is not None and opens(case.reference, unescape(found[1])) and not opens(case.reference, before)
    for again in (page, f"/staff/cases/{case.id}", "/staff/outbox"):
        assert found[1] not in browser.get(again).text
    stale = browser.post(page, form)
    assert stale.status_code == 409 and opens(case.reference, found[1])


def test_by_post_the_officer_is_led_back_to_the_case(app: Flask) -> None:
    officer, case = caseworker(), opened(POST)
    browser, page = stepped_up(app, officer), f"/staff/cases/{case.id}/new-words"
    form = {"told": "post", "sure": "y", "version": str(case.version), "submit": "Make new words"}
    assert browser.post(page, form).location == f"/staff/cases/{case.id}"
    assert "waits in the outbox" in browser.get(f"/staff/cases/{case.id}").text
    assert "New six words" in browser.get("/staff/outbox").text
