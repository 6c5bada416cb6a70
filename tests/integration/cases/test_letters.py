"""Letters go the way the person asked for, once, and the outbox desk shows what waits for someone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from sar.access.permissions import Role
from sar.cases import letters, outbox, service
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation import blobs, messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Gone, NotAllowed, NotFound, Refused
from sar.foundation.messages import Delivery, Message
from sar.intake.answers import Contact, Route
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import EMAIL, NAME, PHONE, POST, PRISON, STREET, browser_of, caseworker, opened
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def acknowledged(contact: Contact = POST, **answers: Any) -> tuple[Case, Message]:
    case = opened(contact, days_ago=1, **answers)
    service.acknowledge(SYSTEM, case.id, case.version)
    [message] = messages.about(case.id)
    return visible_case(SYSTEM, case.id), message


def passphrase(case: Case, channel: str) -> Message:
    with write_transaction():
        return letters.send(SYSTEM, case, "passphrase", channel=channel, passphrase="amber tulip gravel")


@pytest.mark.parametrize(
    ("contact", "channel", "to", "delivery"),
    [
        (EMAIL, "email", EMAIL.email, Delivery.QUEUED),
        (PHONE, "sms", PHONE.phone, Delivery.TO_DO),
        (POST, "post", POST.address, Delivery.TO_DO),
    ],
)
def test_a_letter_goes_by_the_route_the_person_asked_for(
    contact: Contact, channel: str, to: str, delivery: Delivery
) -> None:
    case, message = acknowledged(contact)
    assert (message.channel, message.to, message.delivery) == (channel, to, delivery)
    assert case.reference in message.subject and message.kind == "letter.acknowledgement"


def test_a_letter_to_prison_carries_the_prison_and_the_number() -> None:
    _case, message = acknowledged(PRISON, prison_name="HMP Fennimore", prison_number="a1234bc")
    assert (message.channel, message.to) == ("post", "A1234BC\nHMP Fennimore")


def test_a_letter_to_prison_never_carries_the_address_of_a_home() -> None:
    """Where it stands as the address for letters too, as it did from the form and does from old lists."""
    inside = {"address": STREET, "prison_name": "HMP Fennimore", "prison_number": "a1234bc"}
    _case, message = acknowledged(Contact(Route.PRISON, address=f"{STREET} "), **inside)
    assert message.to == "A1234BC\nHMP Fennimore"
    _case, message = acknowledged(Contact(Route.PRISON, address="Wall Road\nFennimore"), **inside)
    assert message.to == "A1234BC\nHMP Fennimore\nWall Road\nFennimore"


def test_a_letter_by_post_is_a_printable_pdf_with_name_address_and_reference() -> None:
    case, message = acknowledged(POST)
    assert message.letter_blob_id is not None
    with blobs.open(message.letter_blob_id) as paper:
        text = PdfReader(io.BytesIO(paper.read())).pages[0].extract_text()
    for words in (NAME, STREET, "Northvale", case.reference, "We have your request"):
        assert words in text


def test_acknowledging_twice_makes_one_letter() -> None:
    officer, case = caseworker(), opened()
    version = case.version
    service.acknowledge(officer, case.id, version)
    with pytest.raises(Conflict):
        service.acknowledge(officer, case.id, version)
    with pytest.raises(Refused, match="cannot acknowledge"):
        service.acknowledge(officer, case.id, visible_case(officer, case.id).version)
    assert len(messages.about(case.id)) == 1


def test_an_acknowledgement_promises_no_date_while_the_clock_waits() -> None:
    case = opened()
    service.ask_for_identity(SYSTEM, case.id, "the name differs")
    letters_go(case)
    service.acknowledge(SYSTEM, case.id, visible_case(SYSTEM, case.id).version)
    kinds = [message.kind for message in messages.about(case.id)]
    assert kinds == ["letter.id_request", "letter.acknowledgement_waiting"]


def test_nothing_is_posted_to_nobody_and_the_case_stays_as_it_was() -> None:
    case, _message = acknowledged(EMAIL)
    with pytest.raises(Refused, match="no address"):
        passphrase(case, "post")
    with pytest.raises(Refused, match="no address or number"):
        passphrase(case, "sms")


def test_the_desk_lists_what_waits_and_marking_it_sent_takes_it_off() -> None:
    officer = caseworker()
    _case, message = acknowledged(POST)
    acknowledged(EMAIL, name="Somebody Else")
    [waiting] = outbox.waiting(officer)
    assert (waiting.message.id, waiting.state, waiting.name) == (message.id, "To print and post", "Acknowledgement")
    outbox.mark_sent(officer, message.id)
    with pytest.raises(Conflict):
        outbox.mark_sent(officer, message.id)
    assert outbox.waiting(officer) == []


def test_failed_mail_waits_on_the_desk_and_can_be_sent_again() -> None:
    officer = caseworker()
    _case, message = acknowledged(EMAIL)
    with write_transaction():
        message.delivery, message.error_code = Delivery.FAILED.value, "smtp_recipient_refused"
    [waiting] = outbox.waiting(officer)
    assert waiting.state == "Could not be sent"
    outbox.send_again(officer, message.id)
    assert outbox.waiting(officer) == [] and db.session.get_one(Message, message.id).delivery == Delivery.QUEUED


def test_a_conflict_of_interest_hides_the_messages_of_a_case_too() -> None:
    officer = caseworker()
    case, message = acknowledged(POST)
    service.declare_conflict(officer, case.id, officer.id)
    assert outbox.waiting(officer) == []
    for command in (outbox.open_letter, outbox.letter_pdf, outbox.mark_sent, outbox.send_again):
        with pytest.raises(NotFound):
            command(officer, message.id)


def test_only_those_who_work_on_cases_open_or_send_letters() -> None:
    reader, (_case, message) = staff_actor(Role.SECOND_READER), acknowledged(POST)
    for command in (outbox.open_letter, outbox.letter_pdf, outbox.mark_sent, outbox.send_again):
        with pytest.raises(NotAllowed):
            command(reader, message.id)


def test_the_words_that_open_a_reply_are_shown_only_until_they_are_sent() -> None:
    officer, (case, _message) = caseworker(), acknowledged(POST)
    secret = passphrase(case, "in_person")
    assert "amber tulip gravel" in outbox.open_letter(officer, secret.id).message.body
    outbox.mark_sent(officer, secret.id)
    with pytest.raises(Gone):
        outbox.open_letter(officer, secret.id)


def test_a_link_for_an_originator_is_never_shown_to_staff() -> None:
    officer, (case, _message) = caseworker(), acknowledged(EMAIL)
    with write_transaction():
        asked = messages.send(
            SYSTEM,
            scope_id=case.scope_id,
            channel="email",
            to="sar@police.example",
            subject="Your view",
            body="https://localhost/originator/secret-token",
            kind="consultation_request",
            subject_id="c" * 26,
        )
        asked.delivery = Delivery.UNSURE.value
    [waiting] = outbox.waiting(officer)
    assert (waiting.case_id, waiting.name, waiting.readable) == (case.id, "Originator asked for a view", False)
    with pytest.raises(Gone):
        outbox.open_letter(officer, asked.id)


def test_the_desk_and_the_letter_in_the_browser(in_app: Flask) -> None:
    officer, (case, message) = caseworker(), acknowledged(POST)
    browser = browser_of(in_app, officer)
    page = browser.get("/staff/outbox").text
    assert case.reference in page and "To print and post" in page and STREET not in page
    assert STREET in browser.get(f"/staff/outbox/{message.id}").text
    browser.get(f"/staff/cases/{case.id}")
    paper = browser.post(f"/staff/outbox/{message.id}/letter.pdf", form_at=f"/staff/cases/{case.id}")
    assert paper.data.startswith(b"%PDF-") and paper.mimetype == "application/pdf"
    assert paper.headers["Content-Disposition"].startswith("attachment")
    assert browser.post(f"/staff/outbox/{message.id}/sent").location == "/staff/outbox"
    assert "Marked as sent" in browser.get("/staff/outbox").text
    assert browser.post(f"/staff/outbox/{message.id}/sent").status_code == 302
    assert "dealt with already" in browser.get("/staff/outbox").text
    assert "Sent" in browser.get(f"/staff/cases/{case.id}").text
    opened_by = [entry for entry in rows(AuditEntry) if entry.action == "case.letter_opened"]
    assert [(entry.actor_id, entry.case_id) for entry in opened_by] == [(officer.id, case.id)] * 2


def test_letters_say_the_dates_of_the_case() -> None:
    case, message = acknowledged(EMAIL)
    assert case.due_on is not None
    assert f"{case.due_on.day} {case.due_on:%B %Y}" in message.body
    service.withdraw(SYSTEM, case.id, london_today())
    assert "you no longer want" in messages.about(case.id)[-1].body


def test_a_letter_that_waits_and_is_no_longer_true_is_looked_at_before_it_is_sent(in_app: Flask) -> None:
    case, settled, true = opened(days_ago=1), opened(name="Someone Else"), opened(name="Third Person")
    service.acknowledge(SYSTEM, true.id, true.version)
    service.acknowledge(SYSTEM, case.id, case.version)
    service.ask_for_identity(SYSTEM, case.id, "the date of birth differs")
    acknowledgement, asking = messages.about(case.id)
    messages.mark_sent(SYSTEM, asking.id)
    service.ask_for_identity(SYSTEM, settled.id, "the date of birth differs")
    service.check_identity(SYSTEM, settled.id, "two_letters")
    found = {letter.reference: letter.look_again for letter in outbox.waiting(SYSTEM)}
    assert found == {
        case.reference: "It says by when we answer, and there is no due date now.",
        settled.reference: "What it asks for has come, or is settled.",
        true.reference: None,
    }
    browser = browser_of(in_app, caseworker())
    desk = browser.get("/staff/outbox").text
    assert desk.count("Mark as sent today") == 1 and desk.count("Look at it before it goes") == 2
    page = browser.get(f"/staff/outbox/{acknowledgement.id}").text
    assert "there is no due date now. Send it only if it is right" in page and "Mark as sent today" in page


def test_what_cannot_be_printed_is_told_before_a_letter_is_posted(in_app: Flask) -> None:
    officer = browser_of(in_app, caseworker())
    for name, said in (
        ("王小明", "We cannot print these, and on paper each stands in brackets by its name: 王 小 明"),
        (NAME, ""),
    ):
        _case, message = acknowledged(POST, name=name)
        page = officer.get(f"/staff/outbox/{message.id}").text
        assert said in page and ("cannot print" in page) is bool(said)
