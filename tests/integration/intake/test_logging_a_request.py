"""An officer logs a request that came another way, and copies of identity documents are destroyed in time."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar.access import sessions
from sar.access.permissions import Role
from sar.access.service import add_staff, sign_in_requester
from sar.foundation import blobs
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.intake import identity_copies, service
from sar.intake.answers import Channel, Contact, RequestAnswers, Route
from sar.intake.models import IdentityCopy, Submission
from tests.integration.intake.walk import NAME, STREET, Browser, photograph, receipt_of, rows

pytestmark = pytest.mark.usefixtures("database")
ANSWERS = RequestAnswers(full_name=NAME, contact=Contact(Route.POST, address=STREET))


def officer(app: Flask, role: Role = Role.CASEWORKER) -> Browser:
    staff = add_staff(
        SYSTEM,
        name="Robin Field",
        email="robin@northvale.example",
        password="marble kettle orchard stone",
        roles=frozenset({role}),
    )
    with write_transaction():
        token = sessions.start(ActorKind.STAFF, staff.id)
    browser = Browser(app)
    browser.client.set_cookie("__Host-sar", token, secure=True)
    return browser


def typed(**changes: Any) -> dict[str, Any]:
    day = london_today() - timedelta(days=3)
    form = {"submission_key": "k" * 32, "channel": "post", "full_name": NAME, "route": "post", "address": STREET}
    return form | {"received_on": [str(day.day), str(day.month), str(day.year)]} | changes


def test_a_request_by_post_counts_from_the_day_it_came(in_app: Flask) -> None:
    reference, phrase = receipt_of(officer(in_app).post("/staff/log", typed()))
    [stored] = rows(Submission)
    assert (stored.reference, stored.channel) == (reference, "post")
    assert stored.received_on == london_today() - timedelta(days=3)
    assert stored.contact == {"route": "post", "email": "", "phone": "", "address": STREET}
    assert sign_in_requester(reference, phrase, "10.0.0.1")


def test_logging_the_same_form_twice_makes_one_request(in_app: Flask) -> None:
    browser = officer(in_app)
    first, _ = receipt_of(browser.post("/staff/log", typed()))
    second, _ = receipt_of(browser.post("/staff/log", typed()))
    assert first == second and len(rows(Submission)) == 1


def test_a_home_that_is_typed_beside_a_prison_is_no_address_for_letters(in_app: Flask) -> None:
    browser = officer(in_app)
    inside = {"route": "prison", "prison_name": "HMP Fennimore", "prison_number": "a1234bc"}
    receipt_of(browser.post("/staff/log", typed(**inside)))
    receipt_of(browser.post("/staff/log", typed(**inside, post_address="Wall Road", submission_key="j" * 32)))
    contacts = [one.contact["address"] for one in sorted(rows(Submission), key=lambda one: one.created_at)]
    assert contacts == ["", "Wall Road"] and {one.address for one in rows(Submission)} == {STREET}


def test_a_date_of_receipt_in_the_future_is_refused_and_the_form_stays_filled(in_app: Flask) -> None:
    day = london_today() + timedelta(days=1)
    refused = officer(in_app).post("/staff/log", typed(received_on=[str(day.day), str(day.month), str(day.year)]))
    assert "The date received cannot be in the future" in refused.text and NAME in refused.text
    assert rows(Submission) == []
    with pytest.raises(Refused, match="future"):
        service.log_request(SYSTEM, ANSWERS, channel=Channel.POST, received_on=day)


def test_a_form_without_its_date_boxes_is_answered_with_words(in_app: Flask) -> None:
    tampered = typed()
    del tampered["received_on"]
    refused = officer(in_app).post("/staff/log", tampered)
    assert refused.status_code == 200 and "Enter the date the request was received" in refused.text


def test_only_those_who_work_on_cases_log_requests(in_app: Flask) -> None:
    auditor = officer(in_app, Role.AUDITOR)
    assert auditor.get("/staff/log").status_code == 403
    assert Browser(in_app).get("/staff/log").location.startswith("/staff/sign-in")


def logged(photo_on: date | None = None) -> str:
    receipt = service.log_request(
        SYSTEM,
        ANSWERS,
        channel=Channel.COUNTER,
        received_on=photo_on or london_today(),
        photo=io.BytesIO(photograph()),
        photo_name="licence.jpg",
    )
    return receipt.submission_id


def test_destroying_an_identity_copy_leaves_a_note_of_it_and_nothing_to_read(in_app: Flask) -> None:
    submission_id = logged()
    [blob] = rows(blobs.Blob)
    path = next((in_app_path(in_app) / "blobs").glob(f"*/{blob.id}"))
    identity_copies.destroy(SYSTEM, submission_id, "verified")
    assert rows(blobs.Blob) == [] and not path.exists()
    [stored] = rows(Submission)
    assert (stored.identity_kind, rows(IdentityCopy)) == ("photo", [])
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry and entry.action == "intake.identity_copy_destroyed" and "verified" in entry.facts
    identity_copies.destroy(SYSTEM, submission_id, "verified")  # a repeat changes nothing
    assert rows(AuditEntry)[-1].seq == entry.seq


def in_app_path(app: Flask) -> Any:
    return app.extensions["sar"].settings.instance


def test_no_identity_copy_outlives_the_limit(in_app: Flask) -> None:
    fresh, old = logged(), logged()
    limit = in_app.extensions["sar"].settings.identity_copy_max_days
    with write_transaction() as session:
        of_old = update(IdentityCopy).where(IdentityCopy.submission_id == old)
        session.execute(of_old.values(stored_at=utc_now() - timedelta(days=limit - 1)))
    assert identity_copies.destroy_old() == 1
    assert [copy.submission_id for copy in rows(IdentityCopy)] == [fresh]


def test_a_request_that_cannot_be_answered_is_refused(in_app: Flask) -> None:
    for answers in (
        RequestAnswers(full_name=" ", contact=Contact(Route.POST, address=STREET)),
        RequestAnswers(full_name=NAME, contact=Contact(Route.EMAIL, email="nobody")),
        RequestAnswers(full_name=NAME, contact=Contact(Route.PRISON)),
        RequestAnswers(full_name=NAME, contact=ANSWERS.contact, date_of_birth=london_today()),
    ):
        with pytest.raises(Refused):
            service.submit(SYSTEM, answers, None, "", "key")
    assert rows(Submission) == []
