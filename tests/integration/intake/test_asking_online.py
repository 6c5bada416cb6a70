"""A requester asks online, on both databases."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from sar.access.models import RequesterAccess
from sar.access.service import sign_in_requester
from sar.foundation import blobs
from sar.foundation.actors import PUBLIC
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone, Refused
from sar.foundation.keys import KeyScope, scope_key
from sar.intake import drafts, service
from sar.intake.answers import Contact, RequestAnswers, Route
from sar.intake.models import Draft, IdentityCopy, Submission
from tests.integration.intake.walk import (
    EMAIL,
    FORMER,
    NAME,
    PAGES,
    STREET,
    WANTED,
    Browser,
    photograph,
    receipt_of,
    rows,
)
from tests.security.hostile_files import archive

pytestmark = pytest.mark.usefixtures("database")


def test_every_answer_arrives_as_it_was_given(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    reference, phrase = receipt_of(browser.send())

    [stored] = rows(Submission)
    assert stored.reference == reference
    assert (stored.channel, stored.received_on) == ("online", london_today())
    assert (stored.full_name, stored.former_names) == (NAME, [FORMER])
    assert (stored.date_of_birth, stored.last_contact_on) == ("1985-03-27", "2025-06-14")
    assert stored.address == f"{STREET}\nNorthvale"
    assert (stored.wanted, stored.wanted_from, stored.wanted_to) == (WANTED, "2020-01-01", None)
    assert stored.contact == {"route": "email", "email": EMAIL, "phone": "", "address": ""}
    assert len(phrase.split()) == 6


def test_the_six_words_open_the_request_and_are_stored_only_hashed(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    reference, phrase = receipt_of(browser.send())
    assert sign_in_requester(reference, phrase.upper(), "10.0.0.1")
    assert phrase not in rows(RequesterAccess)[0].phrase_hash
    with pytest.raises(Refused):
        sign_in_requester(reference, "six words that are not right", "10.0.0.1")


def test_the_photo_is_kept_sealed_without_what_the_phone_wrote_into_it(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in(photograph("taken at Gooseberry Passage"))
    browser.send()
    [stored] = rows(Submission)
    [copy] = rows(IdentityCopy)
    assert (stored.identity_kind, copy.submission_id) == ("photo", stored.id)
    with blobs.open(copy.blob_id) as stream:
        kept = stream.read()
    assert b"Gooseberry" not in kept and b"Exif" not in kept
    assert Image.open(io.BytesIO(kept)).size == (320, 200)
    assert blobs.get(copy.blob_id).scope_id == stored.scope_id


def test_the_draft_its_photo_and_its_key_are_gone_once_it_is_sent(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    [draft] = rows(Draft)
    scope, photo = draft.scope_id, draft.photo_blob_id
    browser.send()
    assert len(rows(Draft)) == 0
    assert photo not in [blob.id for blob in rows(blobs.Blob)]
    with pytest.raises(Gone):
        scope_key(scope)


def test_pressing_send_twice_makes_one_request_with_fresh_words(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    first, old_words = receipt_of(browser.send())
    # The page that was already open is sent again: same form, same cookie.
    again = browser.post("/ask/check", form_at="/ask")
    second, new_words = receipt_of(again)
    assert first == second and len(rows(Submission)) == 1
    assert new_words != old_words and "These are new words" in again.text
    assert sign_in_requester(second, new_words, "10.0.0.1")
    with pytest.raises(Refused):
        sign_in_requester(first, old_words, "10.0.0.1")


def test_an_hour_later_the_same_browser_gets_no_new_words(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    reference, phrase = receipt_of(browser.send())
    with write_transaction() as session:
        session.scalars(select(Submission)).one().created_at = utc_now() - timedelta(hours=1)
    late = browser.post("/ask/check", form_at="/ask")
    assert reference in late.text and 'id="phrase"' not in late.text
    assert sign_in_requester(reference, phrase, "10.0.0.1")


def test_a_request_without_any_proof_of_identity_is_taken(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    browser.answer()
    assert browser.post("/ask/photo", {"without": "yes"}).location == "/ask/no-photo"
    browser.post("/ask/no-photo", {"kind": "worker", "worker": "Ms Okafor"})
    receipt_of(browser.send())
    [stored] = rows(Submission)
    assert (stored.identity_kind, stored.identity_note, rows(IdentityCopy)) == ("worker", "Ms Okafor", [])


def test_a_name_and_a_way_to_answer_are_all_that_is_needed(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    browser.answer(
        {
            "name": {"full_name": NAME},
            "other-names": {"names": ""},
            "date-of-birth": {"date_of_birth": ["", "", ""]},
            "where": {"living": "none"},
            "last-contact": {"on": ["", "", ""], "unknown": "y"},
            "office": {"office": ""},
            "staff": {},
            "wanted": {"all": "all"},
            "contact": {"route": "phone"},
            "phone": {"phone": "07700 900 123"},
        }
    )
    browser.post("/ask/photo", {"without": "yes"})
    browser.post("/ask/no-photo", {"kind": "unsure"})
    receipt_of(browser.send())
    [stored] = rows(Submission)
    assert (stored.date_of_birth, stored.last_contact_on, stored.address) == (None, None, "")
    assert stored.wanted == "Everything you hold about me"


def browser_in_prison_can_be_answered_through_the_prison(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    pages = {page: PAGES[page] for page in ("name", "other-names", "date-of-birth")}
    pages |= {"where": {"living": "prison"}, "prison": {"prison_name": "HMP Fennimore", "prison_number": "a1234bc"}}
    pages |= {"last-contact": PAGES["last-contact"], "office": PAGES["office"], "staff": {}, "wanted": {"all": "all"}}
    browser.answer(pages | {"contact": {"route": "prison"}})
    browser.post("/ask/photo", {"without": "yes"})
    browser.post("/ask/no-photo", {"kind": "questions"})
    receipt_of(browser.send())
    [stored] = rows(Submission)
    assert (stored.prison_name, stored.prison_number) == ("HMP Fennimore", "A1234BC")
    assert stored.contact["route"] == "prison"


def test_moving_out_of_prison_asks_again_how_to_reach_the_requester(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    pages = {page: PAGES[page] for page in ("name", "other-names", "date-of-birth")}
    pages |= {"where": {"living": "prison"}, "prison": {"prison_name": "HMP Fennimore"}}
    pages |= {"last-contact": PAGES["last-contact"], "office": PAGES["office"], "staff": {}, "wanted": {"all": "all"}}
    browser.answer(pages | {"contact": {"route": "prison"}})
    browser.post("/ask/where", {"living": "none"})
    assert browser.get("/ask/check").location == "/ask/contact"
    assert browser.post("/ask/check").location == "/ask/contact"  # sent from a page that was open before


def test_a_hostile_photo_is_refused_with_words_and_the_answers_are_kept(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    browser.answer()
    for content, name in ((archive(), "id.jpg"), (b"", "id.jpg"), (b"MZ\x90", "id.exe"), (photograph()[:900], "a.jpg")):
        refused = browser.send_photo(content, name)
        assert refused.status_code == 200 and "There is a problem" in refused.text, name
    assert len(rows(blobs.Blob)) == 0
    assert rows(Draft)[0].answers["name"] == {"full_name": NAME}
    assert browser.send_photo(photograph()).status_code == 302


def test_a_new_photo_replaces_the_old_and_deleting_it_leaves_none(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    browser.send_photo(photograph("second"))
    assert len(rows(blobs.Blob)) == 1
    assert browser.get("/ask/photo/image").mimetype == "image/jpeg"
    browser.post("/ask/photo", {"without": "yes"})
    assert len(rows(blobs.Blob)) == 0
    assert browser.get("/ask/photo/image").status_code == 404


def test_no_page_can_be_skipped_and_none_is_shown_before_its_turn(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    assert browser.get("/ask/email").location == "/ask/name"
    assert browser.get("/ask/check").location == "/ask/name"
    assert browser.get("/ask/photo").location == "/ask/name"
    assert browser.get("/ask/nothing").status_code == 404


def test_without_a_draft_every_question_leads_to_the_start(in_app: Flask) -> None:
    assert Browser(in_app).get("/ask/name").location == "/ask"
    assert Browser(in_app).get("/ask/photo").location == "/ask"


def test_answers_of_one_browser_are_out_of_reach_of_another(in_app: Flask) -> None:
    first, second = Browser(in_app), Browser(in_app)
    first.fill_in()
    second.begin()
    assert NAME not in second.get("/ask/name").text
    assert second.get("/ask/photo/image").status_code == 404


def test_after_a_day_a_draft_is_no_longer_good_and_its_key_is_destroyed(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    with write_transaction() as session:
        draft = session.scalars(select(Draft)).one()
        draft.expires_at = utc_now() - timedelta(seconds=1)
        scope = draft.scope_id
    assert browser.get("/ask/name").location == "/ask"
    assert drafts.destroy_expired() == 1
    assert (len(rows(Draft)), len(rows(blobs.Blob))) == (0, 0)
    assert db.session.get_one(KeyScope, scope).wrapped_key is None


def test_leaving_clears_the_answers_and_the_cookie(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    response = browser.post("/ask/leave", form_at="/ask/name")
    assert "sar-ask=;" in response.headers["Set-Cookie"]
    assert len(rows(Draft)) == 0
    assert browser.get("/ask/name").location == "/ask"


def test_receiving_is_in_the_audit_log_without_a_word_of_the_request(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    reference, phrase = receipt_of(browser.send())
    db.session.rollback()
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    actions = [entry.action for entry in entries]
    assert {"intake.submission_received", "intake.identity_copy_stored", "access.phrase_issued"} <= set(actions)
    told = " ".join(entry.facts for entry in entries)
    assert reference in told
    for secret in (NAME, STREET, EMAIL, phrase, "1985"):
        assert secret not in told


def test_two_that_send_the_same_request_at_the_same_moment_make_one(in_app: Flask) -> None:
    answers = RequestAnswers(full_name=NAME, contact=Contact(Route.EMAIL, email=EMAIL))
    both_ready = threading.Barrier(4)

    def send() -> str:
        with in_app.app_context():
            both_ready.wait()
            return service.submit(PUBLIC, answers, io.BytesIO(photograph()), "id.jpg", "the same key").reference

    with ThreadPoolExecutor(4) as senders:
        references = {future.result() for future in [senders.submit(send) for _ in range(4)]}
    assert len(references) == 1
    assert (len(rows(Submission)), len(rows(RequesterAccess)), len(rows(blobs.Blob))) == (1, 1, 1)


def test_looking_at_any_page_writes_nothing(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.fill_in()
    tables = db.metadata.sorted_tables

    def everything() -> list[list[object]]:
        db.session.rollback()
        return [list(db.session.execute(select(table))) for table in tables]

    before = everything()
    pages = [f"/ask/{page}" for page in (*PAGES, "photo", "photo/image", "check", "nothing")]
    for page in ("/", "/ask", "/check", "/accessibility", "/privacy", *pages):
        browser.get(page)
    assert everything() == before
