"""Who the person is and how to reach them, put right: a transfer, a new name, and letters that wait meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from sar.cases import letters, outbox, service
from sar.cases.contact_changes import Checked
from sar.cases.disclosures import Part, keep
from sar.cases.ledger import Fact, case_for
from sar.cases.models import Case
from sar.cases.person.models import PersonChange
from sar.cases.person.service import change_person
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.jobs import run_pending
from sar.foundation.jobs.models import Job
from sar.intake import likeness
from sar.intake.answers import Contact, Details, Relationship, Representative, Route
from sar.intake.details import details_of
from sar.intake.search_words import named
from tests.integration.cases.desk import (
    EMAIL,
    NAME,
    PHONE,
    STREET,
    ago,
    browser_of,
    caseworker,
    dpo,
    fresh,
    opened,
    put,
)
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
PRISON = {"route": "prison", "prison_name": "HMP Northvale", "prison_number": "a4321bc", "post_address": "Wall Road"}


def found(words: str) -> list[str]:
    return list(db.session.scalars(select(Case.reference).where(named(Case.scope_id, words))))


def test_a_transfer_to_prison_moves_what_is_written_next_and_marks_the_letter_that_waits(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    service.check_identity(officer, case.id, "officer_letter")
    service.acknowledge(officer, case.id, fresh(case).version)
    browser, address, seen = browser_of(in_app, officer), f"/staff/cases/{case.id}/person", fresh(case).version
    assert f'href="{address}"' in browser.get(f"/staff/cases/{case.id}").text
    assert STREET in browser.get(address).text and NAME in browser.get(address).text
    form = {"full_name": NAME, "route": "prison", "reason": "The wing rang us.", "version": seen}
    assert "Give the name of the prison" in browser.post(address, form).text
    assert browser.post(address, form | PRISON).status_code == 302
    page = browser.get(f"/staff/cases/{case.id}").text
    assert "A message that waits carries the old address" in page and "Carries an old address" in page
    assert "how to reach them was changed: address for letters, prison, prison number, how to reach" in page
    now = fresh(case)
    assert letters.address_for(now, "post") == "A4321BC\nHMP Northvale\nWall Road"
    assert now.identity == "verified" and "Gooseberry" in outbox.waiting(officer)[0].message.to
    assert [one.reasons for one in likeness.alike_to(officer, opened(EMAIL, prison_number="A4321BC").submission)] == [
        ("the same prison number",)
    ]
    late = browser.post(address, form | PRISON | {"phone": "07700 900 555"})
    assert late.status_code == 409 and "07700 900 555" in late.text
    before = browser.get(address).text
    assert "What stood here before: 1 change" in before and STREET in before and "The wing rang us." in before
    [logged] = [json.loads(one.facts) for one in rows(AuditEntry) if one.action == "case.details_changed"]
    assert logged["fields"] == ["post_address", "prison_name", "prison_number", "route"]
    [kept] = rows(PersonChange)
    assert b"Gooseberry" not in kept.before_sealed and b"wing" not in kept.reason_sealed
    with write_transaction() as session:
        session.get_one(Case, case.id).submission.contact = {}  # as an old list may leave it
    numbered = replace(details_of(fresh(case).submission), crn="X123456")
    change_person(officer, case.id, numbered, "the file")  # it is not made worse
    assert "no address yet" in letters.reach_words(fresh(case))


def test_another_name_takes_back_the_proof_and_a_mail_that_failed_goes_to_the_new_address(in_app: Flask) -> None:
    officer, case = caseworker(), opened(EMAIL, date_of_birth=date(1980, 2, 3))
    service.check_identity(officer, case.id, "officer_letter")
    service.acknowledge(officer, case.id, fresh(case).version)
    [mail] = messages.about(case.id)
    with write_transaction():
        mail.delivery = messages.Delivery.FAILED.value
    old = details_of(fresh(case).submission)
    with pytest.raises(Refused, match="Nothing is different"):
        change_person(officer, case.id, old, "I looked.")
    with pytest.raises(Conflict):
        change_person(officer, case.id, old, "I looked.", version=0)
    moved = Contact(Route.EMAIL, email="quill@example.org")
    louder = Details(NAME.upper(), moved, date_of_birth=old.date_of_birth)
    assert not change_person(officer, case.id, louder, "They wrote.").identity_again
    assert messages.about(case.id)[0].to == "quill@example.org" and fresh(case).identity == "verified"
    renamed = Details("Quillon Ashgrove", moved, (NAME,), old.date_of_birth)
    assert change_person(officer, case.id, renamed, "Marriage certificate.").identity_again
    assert fresh(case).identity == "unchecked"
    assert found("Ashgrove") == found("Marchbanks") == [case.reference]
    # A letter of the name changed by hand would else give the whole time again, as often as somebody likes.
    with pytest.raises(Refused, match="identity was settled, before"):
        service.ask_for_identity(officer, case.id, "The name is another one")
    asked = [job.subject_id for job in rows(Job) if job.kind == "review.person_changed"]
    assert asked and set(asked) == {case.id}
    run_pending(in_app)
    ours = [job.state for job in rows(Job) if job.kind.startswith("review.")]
    assert ours and set(ours) == {"done"}
    service.check_identity(SYSTEM, case.id, "officer_letter")
    assert fresh(case).identity == "verified"


def test_a_clock_that_waited_for_proof_once_is_not_started_again_by_a_change_of_the_name(in_app: Flask) -> None:
    officer, case = caseworker(), opened(EMAIL, days_ago=28)
    put(case, Fact("id_requested", ago(27)), Fact("id_received", ago(26)))
    service.check_identity(officer, case.id, "officer_letter")
    due = fresh(case).due_on
    change_person(officer, case.id, Details(f"{NAME}e", EMAIL), "Misspelt.")
    with pytest.raises(Refused, match="no more time"):
        service.ask_for_identity(officer, case.id, "The name differs")
    browser = browser_of(in_app, officer)
    page = browser.get(f"/staff/cases/{case.id}/ask-identity").text
    assert "call or write to the person" in page and 'name="reason"' not in page
    service.check_identity(officer, case.id, "officer_letter")  # and no clock waited for it
    assert (fresh(case).identity, fresh(case).due_on) == ("verified", due)


def test_while_a_reply_is_out_a_new_address_needs_the_officer_or_a_check_and_the_old_one_is_told(in_app: Flask) -> None:
    boss, worker, case = dpo(), caseworker(), opened(EMAIL)
    browser, page = browser_of(in_app, worker), f"/staff/cases/{case.id}/person"
    assert "How did you check" not in browser.get(page).text
    with write_transaction():
        keep(SYSTEM, case_for(SYSTEM, case.id), Part.INTERIM, sent="Notes", still_to_come="The rest")
    assert "How did you check" in browser.get(page).text and fresh(case)
    moved = Contact(Route.EMAIL, email="other@example.org", address="9 Elsewhere")  # and a way to have new words posted
    with_post = Contact(Route.EMAIL, email=str(EMAIL.email), address="9 Elsewhere")
    for redirected in (moved, with_post):
        with pytest.raises(Refused, match="Say how you checked"):
            change_person(worker, case.id, Details(NAME, redirected), "They rang.")
    assert details_of(fresh(case).submission).contact.email == EMAIL.email
    change_person(worker, case.id, Details(NAME, EMAIL, crn="X123456"), "The file.")  # reached as before
    assert messages.about(case.id) == []
    assert change_person(worker, case.id, Details(NAME, moved), "They rang.", checked=Checked.CALLED_BACK).told
    [told] = messages.about(case.id)
    assert (told.kind, told.to, told.channel) == ("letter.contact_changed", EMAIL.email, "email")
    assert NAME not in told.body and "other@example.org" not in told.body and "your records" not in told.body
    [*_, logged] = [json.loads(one.facts) for one in rows(AuditEntry) if one.action == "case.details_changed"]
    assert logged["checked"] == "called_back"
    history = browser.get(f"/staff/cases/{case.id}/history").text
    assert "Who asked was checked: we called or wrote back" in history
    solicitor = Representative(Relationship.SOLICITOR, "Ann Court", PHONE)
    with pytest.raises(Refused, match="let the data protection officer"):
        service.set_representative(worker, case.id, solicitor)
    service.set_representative(boss, case.id, solicitor)
    assert [message.to for message in messages.about(case.id)][-2:].count("other@example.org") == 1
    assert change_person(boss, case.id, Details(NAME, EMAIL), "The file.").told is False  # letters go to the solicitor
