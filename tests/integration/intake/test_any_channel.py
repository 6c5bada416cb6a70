"""A request by any channel: a mail fills the form, a representative asks, and whoever asked before is found."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.foundation import blobs
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.foundation.keys import KeyScope
from sar.intake import likeness, mail, service
from sar.intake.answers import Channel, Contact, Relationship, Representative, RequestAnswers, Route
from sar.intake.models import IdentityCopy, MailDraft, Submission
from tests.factories import staff_actor
from tests.integration.cases.desk import browser_of, parts
from tests.integration.intake.walk import NAME, STREET, Browser, photograph, receipt_of, rows
from tests.outlook import Inner, outlook_message

BORN = date(1985, 3, 27)
POST = Contact(Route.POST, address=STREET)
MAIL_CAME = date(2026, 3, 3)
OUTLOOK_CAME = date(2026, 3, 2)
SAID = "Please send me everything you hold about me.\nI was at Wexcombe Magna."


def saved_mail(*pictures: bytes, document: bytes = b"%PDF-1.4 a signed authority") -> bytes:
    message = EmailMessage()
    message["Received"] = "from mx.example by mail.northvale.example; Mon, 2 Mar 2026 23:30:00 -0500"
    message["From"] = f'"{NAME}" <quillon@example.org>'
    message["To"] = "records@northvale.example"
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    message["Subject"] = "My records – please"
    message.set_content(SAID)
    message.add_attachment(document, "application", "pdf", filename="authority.pdf")
    for picture in pictures:
        message.add_attachment(picture, "image", "jpeg", filename="licence.jpg")
    message.set_boundary("the-same-each-time")
    return message.as_bytes()


def typed(**changes: Any) -> dict[str, Any]:
    form = {"submission_key": "k" * 32, "channel": "post", "full_name": NAME, "route": "post", "address": STREET}
    day = MAIL_CAME if "mail_draft" in changes else london_today()
    return form | {"received_on": parts(day)} | changes


@pytest.fixture
def officer(in_app: Flask) -> Browser:
    return browser_of(in_app, staff_actor(Role.CASEWORKER, name="Robin Field"))


def upload(officer: Browser, content: bytes, name: str = "request.eml") -> Any:
    return officer.post("/staff/log/mail", {"mail": (io.BytesIO(content), name)})


def test_a_saved_mail_fills_the_form_and_is_kept_sealed_with_the_case(in_app: Flask, officer: Browser) -> None:
    sent = upload(officer, saved_mail())
    assert sent.status_code == 302, sent.text
    page = officer.get(sent.location).text
    # Our server took it in at 04:30 on the 3rd, London time; what the sender wrote about the day does not count.
    shown = re.findall(r'name="received_on"[^>]*value="(\d+)"', page)
    assert shown == ["03", "03", "2026"], page
    for words in (NAME, "quillon@example.org", "Please send me everything", "authority.pdf"):
        assert words in page
    draft = sent.location.rpartition("=")[2]
    form = typed(channel="email", route="email", email="quillon@example.org", mail_draft=draft, wanted="everything")
    form |= {"mail_copies": "none"}
    reference, _ = receipt_of(officer.post("/staff/log", form))
    [stored] = rows(Submission)
    assert (stored.reference, stored.mail["text"], stored.mail["sender"]) == (reference, SAID, "quillon@example.org")
    with blobs.open(stored.mail_blob_id) as kept:
        assert kept.read() == saved_mail()
    assert blobs.get(stored.mail_blob_id).scope_id == stored.scope_id
    assert rows(MailDraft) == []
    case = cases.open_case(SYSTEM, stored.id)
    shown = officer.get(f"/staff/cases/{case.id}/mail").text
    assert "I was at Wexcombe Magna" in shown and "authority.pdf" in shown


def test_a_request_is_not_logged_as_later_than_its_mail_came_nor_moved_later_alone(in_app: Flask) -> None:
    with time_machine.travel(datetime(2026, 3, 5, 10, tzinfo=UTC), tick=False):
        actor, answers = staff_actor(Role.CASEWORKER), RequestAnswers(full_name=NAME, contact=POST)
        draft_id = mail.open_mail(actor, io.BytesIO(saved_mail()), "request.eml")

        def log(on: date) -> service.Receipt:
            return service.log_request(
                actor, answers, channel=Channel.EMAIL, received_on=on, mail_draft_id=draft_id, submission_key="k"
            )

        with pytest.raises(Refused, match="This email reached us on 3 March 2026"):
            log(date(2026, 3, 4))
        case = cases.open_case(SYSTEM, log(date(2026, 3, 2)).submission_id)
        with pytest.raises(Refused, match="two people"):  # though it is the same day
            cases.correct_received_date(actor, case.id, date(2026, 3, 4), reason="A slip")


def test_whether_a_picture_in_a_mail_is_a_copy_of_a_document_must_be_said(officer: Browser) -> None:
    draft_id = upload(officer, saved_mail(photograph()), "request.eml").location.rpartition("=")[2]
    unsaid = officer.post("/staff/log", typed(mail_draft=draft_id))
    assert "say which are copies of an identity document, or none" in unsaid.text and rows(Submission) == []
    receipt_of(officer.post("/staff/log", typed(mail_draft=draft_id, mail_copies="none")))
    [stored] = rows(Submission)
    assert rows(IdentityCopy) == [] and stored.mail_blob_id is not None


def test_a_mail_that_an_earlier_version_read_is_logged_all_the_same(officer: Browser) -> None:
    there = upload(officer, saved_mail()).location
    with write_transaction() as session:
        draft = session.get_one(MailDraft, there.rpartition("=")[2])
        attached = [{name: one[name] for name in one if name != "document"} for one in draft.read["attachments"]]
        draft.read = draft.read | {"attachments": attached}
        draft_id = draft.id
    assert "Which of these are copies of an identity document?" in officer.get(there).text
    receipt_of(officer.post("/staff/log", typed(mail_draft=draft_id, mail_copies="none")))
    [stored] = rows(Submission)
    assert [one.name for one in mail.attachments(stored)] == ["authority.pdf"]


def test_an_outlook_message_is_read_too(in_app: Flask) -> None:
    actor = staff_actor(Role.CASEWORKER)
    attached = {"id.jpg": photograph()}
    content = outlook_message(
        sender=NAME, address="quillon@example.org", subject="My records", body=SAID, attachments=attached
    )
    draft = mail.find(actor, mail.open_mail(actor, io.BytesIO(content), "request.msg"))
    read = draft.read
    assert (read["sender_name"], read["sender"], read["subject"]) == (NAME, "quillon@example.org", "My records")
    assert read["text"].splitlines() == SAID.splitlines() and read["received_on"] == "2026-03-02"
    assert mail.possible_copies(draft) == [(0, "id.jpg")]
    copy = mail.copy_in(draft, 0)
    assert copy is not None and copy[0].read() == photograph()


def test_a_mail_inside_an_outlook_message_is_read_with_what_it_holds(in_app: Flask) -> None:
    """A colleague forwards a request as an attachment, from an address that only their own server knows."""
    actor = staff_actor(Role.CASEWORKER)
    first = Inner(NAME, "quillon@example.org", "My records, please", SAID, {"authority.pdf": b"%PDF-1.4 I sign."})
    content = outlook_message(
        sender="Jo Bloggs",
        address="/O=EXCHANGELABS/OU=GROUP/CN=RECIPIENTS/CN=JB",
        smtp="jo.bloggs@office.example",
        subject="FW: request",
        body="See attached.",
        attachments={"": first},
    )
    draft = mail.find(actor, mail.open_mail(actor, io.BytesIO(content), "request.msg"))
    assert (draft.read["sender_name"], draft.read["sender"]) == ("Jo Bloggs", "jo.bloggs@office.example")
    assert mail.possible_copies(draft) == [(0, "My records, please.eml")]
    answers = RequestAnswers(full_name=NAME, contact=POST)
    receipt = service.log_request(
        actor, answers, channel=Channel.COLLEAGUE, received_on=OUTLOOK_CAME, mail_draft_id=draft.id, mail_copies=[]
    )
    case = cases.open_case(SYSTEM, receipt.submission_id)
    page = browser_of(in_app, actor).get(f"/staff/cases/{case.id}/mail/1/pages/1").text
    assert "I was at Wexcombe Magna" in page and "authority.pdf" in page


def test_who_sent_an_outlook_message_is_known_by_name_where_no_address_can_be_written_to(in_app: Flask) -> None:
    actor = staff_actor(Role.CASEWORKER)
    content = outlook_message(
        sender="Jo Bloggs", address="/O=EXCHANGELABS/CN=JB", subject="FW: request", body="Hello.", attachments={}
    )
    read = mail.find(actor, mail.open_mail(actor, io.BytesIO(content), "request.msg")).read
    assert (read["sender_name"], read["sender"]) == ("Jo Bloggs", "")


def test_a_picture_taken_as_identity_leaves_the_mail_and_goes_when_identity_is_settled(in_app: Flask) -> None:
    actor, picture = staff_actor(Role.CASEWORKER), photograph("taken at Gooseberry Passage")
    draft_id = mail.open_mail(actor, io.BytesIO(saved_mail(picture)), "request.eml")
    answers = RequestAnswers(full_name=NAME, contact=POST)
    service.log_request(
        actor,
        answers,
        channel=Channel.EMAIL,
        received_on=MAIL_CAME,
        submission_key="k",
        mail_draft_id=draft_id,
        mail_copies=[1],
    )
    # Pressed twice: the draft is gone, the request is there.
    again = service.log_request(
        actor,
        answers,
        channel=Channel.EMAIL,
        received_on=MAIL_CAME,
        submission_key="k",
        mail_draft_id=draft_id,
        mail_copies=[1],
    )
    assert again.repeated
    [stored] = rows(Submission)
    with blobs.open(stored.mail_blob_id) as kept:
        kept_mail = kept.read()
    assert b"a signed authority" in kept_mail or b"JVBERi0xLjQg" in kept_mail  # the other attachment stays
    assert b"image/jpeg" not in kept_mail and b"[Left out: the picture licence.jpg" in kept_mail
    case = cases.open_case(SYSTEM, stored.id)
    [kept_copy] = rows(IdentityCopy)
    copy = blobs.get(kept_copy.blob_id)
    blob_id, sha256 = copy.id, copy.sha256
    cases.check_identity(actor, case.id, "photo_id")
    assert not [blob for blob in rows(blobs.Blob) if blob.media_type == "image/jpeg"]
    [certificate] = [entry for entry in rows(AuditEntry) if entry.action == "intake.identity_copy_destroyed"]
    assert json.loads(certificate.facts) == {
        "blob_id": blob_id,
        "sha256": sha256,
        "stored_on": london_today().isoformat(),
        "destroyed_on": london_today().isoformat(),
        "reason": "verified",
    }


def test_both_sides_of_a_licence_are_copies_and_each_goes_with_a_certificate(in_app: Flask, officer: Browser) -> None:
    sides = [photograph("the front"), photograph("the back of it")]
    draft_id = upload(officer, saved_mail(*sides)).location.rpartition("=")[2]
    both = typed(mail_draft=draft_id, mail_copies=["1", "2", "none"])
    assert "Choose the copies, or “None of them”, not both" in officer.post("/staff/log", both).text
    receipt_of(officer.post("/staff/log", both | {"mail_copies": ["1", "2"]}))
    [stored] = rows(Submission)
    assert [one.is_kept for one in mail.attachments(stored)] == [True, False, False]
    case = cases.open_case(SYSTEM, stored.id)
    there = f"/staff/cases/{case.id}"
    assert "They sent copies of documents" in officer.get(there).text
    page = officer.get(f"{there}/identity").text
    for number in (1, 2):
        assert f"{there}/identity-copies/{number}" in page
        assert officer.get(f"{there}/identity-copies/{number}").data.startswith(b"\xff\xd8")
    assert officer.get(f"{there}/identity-copies/3").status_code == 404
    kept = {copy.blob_id for copy in rows(IdentityCopy)}
    cases.check_identity(SYSTEM, case.id, "photo_id")
    gone = [json.loads(one.facts) for one in rows(AuditEntry) if one.action == "intake.identity_copy_destroyed"]
    assert len(kept) == 2 and {facts["blob_id"] for facts in gone} == kept
    assert rows(IdentityCopy) == [] and not {blob.id for blob in rows(blobs.Blob)} & kept


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"hello", "request.eml", "not a saved email"),
        (
            b"From: a@b.example\nDate: Mon, 2 Nov 2026 09:00\n\n\x00",
            "request.eml",
            "could not be read: the file is broken",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "request.msg", "not a saved email"),
        (b"%PDF-1.4", "request.pdf", "We cannot take this kind of file"),
        (b"", "request.eml", "empty"),
    ],
)
def test_what_is_no_mail_is_refused_in_words(officer: Browser, content: bytes, name: str, words: str) -> None:
    refused = upload(officer, content, name)
    assert refused.status_code == 200 and words in refused.text
    assert rows(MailDraft) == []


def test_a_mail_belongs_to_the_officer_who_sent_it_and_is_destroyed_after_a_day(in_app: Flask) -> None:
    actor, other = staff_actor(Role.CASEWORKER), staff_actor(Role.CASEWORKER, name="Ana Duke")
    draft_id = mail.open_mail(actor, io.BytesIO(saved_mail()), "request.eml")
    assert "for a day" in browser_of(in_app, other).get(f"/staff/log?mail={draft_id}").text
    scope_id = mail.find(actor, draft_id).scope_id
    with write_transaction() as session:
        session.get_one(MailDraft, draft_id).expires_at = utc_now() - timedelta(minutes=1)
    assert mail.destroy_expired() == 1
    assert rows(MailDraft) == [] and rows(blobs.Blob) == []
    assert db.session.get_one(KeyScope, scope_id).wrapped_key is None
    refused = browser_of(in_app, actor).post("/staff/log", typed(mail_draft=draft_id))
    assert refused.status_code == 410 and "Send the file again" in refused.text and NAME in refused.text


def test_a_solicitor_asks_for_someone_and_the_officer_says_where_letters_go(officer: Browser) -> None:
    for through in ("solicitor", "relative"):  # whose request nobody would then be asked to show that they may make
        unsaid = officer.post("/staff/log", typed(channel=through, relationship=""))
        assert "Choose what they are to the person" in unsaid.text and rows(Submission) == []
    missing = officer.post("/staff/log", typed(channel="solicitor", relationship="solicitor", route=""))
    assert "Enter the name of whoever asks" in missing.text and "Choose how to reach whoever asks" in missing.text
    form = typed(
        channel="solicitor",
        relationship="solicitor",
        route="",
        rep_name="Sunita Rao",
        rep_organisation="Rao and Hart",
        rep_route="email",
        rep_email="s.rao@raohart.example",
    )
    receipt_of(officer.post("/staff/log", form))
    [stored] = rows(Submission)
    assert (stored.channel, stored.representative_kind) == ("solicitor", "solicitor")
    assert stored.representative["email"] == "s.rao@raohart.example" and stored.representative["gets_letters"]


def logged(name: str = NAME, **answers: Any) -> str:
    given = {"contact": POST, "date_of_birth": BORN} | answers
    receipt = service.log_request(
        SYSTEM, RequestAnswers(full_name=name, **given), channel=Channel.POST, received_on=london_today()
    )
    cases.open_case(SYSTEM, receipt.submission_id)
    return receipt.reference


def found(person: likeness.Person) -> list[tuple[str, str]]:
    actor = staff_actor(Role.CASEWORKER, name=f"Reader {len(rows(AuditEntry))}")
    return [(one.reference, one.words) for one in likeness.alike(actor, person)]


def test_the_same_person_is_found_by_each_thing_that_tells_people_apart(in_app: Flask) -> None:
    reference = logged(
        former_names=("Quillon Thistlewood",),
        prison_number="A1234BC",
        crn="x123456",
        contact=Contact(Route.PHONE, phone="07700 900 321", email="quillon@example.org"),
    )
    logged("Somebody Else", date_of_birth=date(1970, 1, 1))
    nobody = likeness.Person(names=())
    for person, words in (
        (likeness.Person(("QUILLON  MARCHBANKS",), BORN), "the same name and date of birth"),
        (likeness.Person(("Quillon Z. Thistlewood",), BORN), "the same name and date of birth"),
        (likeness.Person(("Marchbanks Quillon",), BORN), "the same name and date of birth"),
        (likeness.Person(("Quillon MARCHBANKS",)), "the same name, no date of birth given"),
        (likeness.Person((), prison_number="a1234bc"), "the same prison number"),
        (likeness.Person((), crn="X123456"), "the same CRN"),
        (likeness.Person((), email="Quillon@Example.org"), "the same email address"),
        (likeness.Person((), phone="+44 7700 900321"), "the same phone number"),
    ):
        assert found(person) == [(reference, words)]
    for person in (nobody, likeness.Person(("Quillon",)), likeness.Person((NAME,), date(1985, 3, 28))):
        assert found(person) == []


def test_a_solicitors_address_does_not_make_two_clients_one_person(in_app: Flask) -> None:
    for name in ("Marlon Pryce", "Priya Ashdown"):
        contact = Contact(Route.EMAIL, email="s.rao@raohart.example")
        someone = Representative(Relationship.SOLICITOR, "Sunita Rao", contact)
        logged(name, date_of_birth=None, contact=Contact(Route.POST), representative=someone)
    assert found(likeness.Person((), email="s.rao@raohart.example")) == []


def test_an_officer_is_told_before_logging_and_on_the_case_and_may_go_on(in_app: Flask, officer: Browser) -> None:
    reference = logged()
    born = {"date_of_birth": ["27", "3", "1985"]}
    warned = officer.post("/staff/log", typed(**born))
    assert "may have a request already" in warned.text and reference in warned.text
    assert len(rows(Submission)) == 1
    second, _ = receipt_of(officer.post("/staff/log", typed(go_on="y", **born)))
    case = cases.open_case(SYSTEM, next(one.id for one in rows(Submission) if one.reference == second))
    assert reference in officer.get(f"/staff/cases/{case.id}").text
    third = officer.post(
        "/staff/log", typed(submission_key="m" * 32)
    )  # the same name alone: nothing is held up, and it is said
    assert "Request logged" in third.text and reference in third.text and "of the same name" in third.text
    page = officer.get(f"/staff/cases/{case.id}").text
    assert "Others of the same name, who may be somebody else: 1" in page


def test_whoever_logs_an_old_request_hears_at_once_when_it_was_due(in_app: Flask, officer: Browser) -> None:
    came = london_today() - timedelta(days=300)
    late = officer.post("/staff/log", typed(received_on=[str(came.day), str(came.month), str(came.year)])).text
    case = cases.open_case(SYSTEM, rows(Submission)[0].id)
    assert case.due_on is not None and f'due by <time datetime="{case.due_on}"' in late
    assert f"This is {(london_today() - case.due_on).days} days late. Check the day it came." in late


def test_neither_a_requester_nor_someone_with_a_conflict_hears_of_the_other_request(in_app: Flask) -> None:
    reference = logged()
    actor = staff_actor(Role.CASEWORKER, name="Ana Duke")
    person = likeness.Person((NAME,), BORN)
    assert [one.reference for one in likeness.alike(actor, person)] == [reference]
    case = cases.open_case(SYSTEM, rows(Submission)[0].id)
    cases.declare_conflict(actor, case.id, actor.id)
    assert likeness.alike(actor, person) == []
    assert likeness.alike(staff_actor(Role.AUDITOR), person) == []
    browser = Browser(in_app)
    browser.fill_in()  # the same name and date of birth, online
    assert reference not in browser.send().text


def test_a_representative_without_a_name_or_a_way_to_reach_them_is_refused(in_app: Flask) -> None:
    for someone in (
        Representative(Relationship.PARENT, " ", POST),
        Representative(Relationship.PARENT, "Ana", Contact(Route.EMAIL, email="nobody")),
        Representative(Relationship.PARENT, "Ana", Contact(Route.POST)),
    ):
        with pytest.raises(Refused):
            logged(representative=someone)
    assert rows(Submission) == []
