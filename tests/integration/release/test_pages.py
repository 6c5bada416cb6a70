"""The release page and the requester's: who sees what in each state, and what needs a fresh code."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from redaction.geometry import Box
from sar.cases.exemptions import exemption
from sar.consultation.models import Consultation
from sar.foundation.actors import ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.records.models import Record, RecordState
from sar.records.queries import records_of
from sar.release import service
from sar.release.models import Bundle, BundleState, Route
from sar.release.queries import latest_bundle
from sar.review import service as reviewing
from sar.review.models import Person
from tests.factories import an_originator, received_case
from tests.integration.intake.walk import Browser
from tests.integration.release.office import (
    CODE,
    CONTACT,
    PLAIN,
    Office,
    latest,
    now,
    office_in_review,
    paper,
    paper_with_picture,
    signed_off_office,
)
from tests.security.people import browser_of


def officer(office: Office, *, stepped_up: bool = True) -> Browser:
    return browser_of(office.app, ActorKind.STAFF, office.officer.id, stepped_up=stepped_up)


def text_of(browser: Browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def release_page(office: Office) -> str:
    return f"/staff/cases/{office.case_id}/release"


def test_nothing_is_released_without_a_fresh_code(ready: Office) -> None:
    bundle = latest(ready)
    browser = officer(ready, stepped_up=False)
    assert "Confirm that it is you" in text_of(browser, release_page(ready))
    choices = {"route": "online", "passphrase_route": "post"}
    for step in ("release", "hand-over", "words"):
        answer = browser.post(f"/staff/replies/{bundle.id}/{step}", choices, form_at=release_page(ready))
        assert answer.status_code == 302 and "/step-up" in answer.location
    assert now(bundle).state == BundleState.READY


def test_pages_that_show_how_long_a_hidden_name_is_are_named_before_the_reply_goes(in_app: Flask) -> None:
    office = office_in_review(in_app, ("Contact log", paper(CONTACT)), ("Photo", paper_with_picture(PLAIN, "House 7")))
    log, photo = records_of(office.case)
    office.decide_all()
    reviewing.draw_box(office.officer, photo.id, 1, Box(60, 80, 150, 100), CODE, "A house can be seen.")
    office.sign_off()
    bundle = office.build()
    assert bundle.proof is not None and bundle.proof["width_shows"] == {photo.id: [1]}
    page = text_of(officer(office), release_page(office))
    assert "the length of a hidden name may show" in page and "Draw a wider box" in page
    assert f'href="/staff/review/records/{photo.id}/pages/1"' in page and f"records/{log.id}/pages" not in page
    service.release(office.officer, bundle.id, Route.ONLINE, Route.POST)
    assert "the length of a hidden name may show" not in text_of(officer(office), release_page(office))


def test_a_page_withheld_whole_shows_nothing_of_what_is_under_it(in_app: Flask) -> None:
    office = office_in_review(in_app, ("Photo", paper_with_picture(PLAIN, "House 7")))
    [photo] = records_of(office.case)
    office.decide_all()
    reviewing.withhold_page(office.officer, photo.id, 1, CODE, "A house can be seen.")
    office.sign_off()
    bundle = office.build()
    assert bundle.proof is not None and bundle.proof["width_shows"] == {}


def test_the_letter_of_a_reply_is_looked_at_before_the_reply_is_made(in_app: Flask) -> None:
    office = signed_off_office(in_app, ("Contact log", paper(CONTACT)))
    browser, page = officer(office), release_page(office)
    assert "Look at its letter first" in text_of(browser, page)
    part = {"part": "partial", "still_to_come": ""}
    unsaid = browser.post(f"{page}/letter", part, form_at=page).get_data(as_text=True)
    assert "Say what is still to come" in unsaid and "app-sheet" not in unsaid
    whole = browser.post(f"{page}/letter", {"part": "", "still_to_come": ""}, form_at=page).get_data(as_text=True)
    assert exemption(CODE).text in html.unescape(whole) and "Nothing is made or sent yet" in whole
    typed = {"still_to_come": "The police file.", "rest_by": ["3", "2", "2099"]}
    some = browser.post(f"{page}/letter", part | typed, form_at=page)
    shown = some.get_data(as_text=True)
    assert "not the whole of it yet" in shown and "the rest by 3 February 2099" in shown
    assert shown.count("The police file.") == 2, "in the letter and in the form"
    sheets = [html.unescape(found) for found in re.findall(r'<img class="app-sheet" src="([^"]+)"', shown)]
    assert sheets and "police" not in sheets[0] and browser.get(sheets[0]).data.startswith(b"\x89PNG")
    assert browser.get(sheets[0].replace("/1.png", "/99.png")).status_code == 404
    assert browser.get(f"{page}/letter/1.png").status_code == 404
    assert latest_bundle(office.case) is None


def test_an_officer_lets_a_reply_go_and_its_requester_saves_it(ready: Office) -> None:
    bundle = latest(ready)
    browser, page = officer(ready), release_page(ready)
    shown = text_of(browser, page)
    assert "The reply is made and proved" in shown and "Why is it late?" not in shown
    assert bundle.passphrase not in shown
    url = f"/staff/replies/{bundle.id}/release"
    same = browser.post(url, {"route": "in_person", "passphrase_route": "in_person"}, form_at=page)
    assert "another way than the records" in same.get_data(as_text=True)
    answer = browser.post(url, {"route": "online", "passphrase_route": "post"}, form_at=page)
    assert answer.status_code == 302
    shown = text_of(browser, page)
    assert "Not yet" in shown and bundle.passphrase not in shown
    requester = browser_of(ready.app, ActorKind.REQUESTER, ready.case.reference)
    collect = text_of(requester, "/my-request/records/")
    assert "We sent them by post." in collect and bundle.passphrase not in collect
    saved = requester.post("/my-request/records/download", form_at="/my-request/records/")
    assert saved.data.startswith(b"%PDF-")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Cache-Control"] == "no-store"
    assert "sandbox" in saved.headers["Content-Security-Policy"]
    assert now(bundle).collected_at is not None


def test_another_requester_and_an_originator_find_nothing_to_collect(ready: Office) -> None:
    service.release(ready.officer, latest(ready).id, Route.ONLINE, Route.POST)
    other = received_case("Ida Brandt")
    stranger = browser_of(ready.app, ActorKind.REQUESTER, other.reference)
    assert "not ready yet" in text_of(stranger, "/my-request/records/")
    assert stranger.post("/my-request/records/download", form_at="/my-request/records/").status_code == 404
    anonymous = Browser(ready.app)
    assert anonymous.get("/my-request/records/").status_code == 302
    assert ready.audit("release.collected") == 0


def test_words_told_in_person_are_on_a_page_of_their_own(ready: Office) -> None:
    bundle = latest(ready)
    service.release(ready.officer, bundle.id, Route.ONLINE, Route.IN_PERSON)
    browser, page = officer(ready), release_page(ready)
    assert bundle.passphrase not in text_of(browser, page)
    shown = browser.post(f"/staff/replies/{bundle.id}/words", form_at=page)
    assert bundle.passphrase in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert ready.audit("release.passphrase_shown") == 1


def test_a_reply_handed_over_in_person_is_not_offered_online(ready: Office) -> None:
    service.release(ready.officer, latest(ready).id, Route.IN_PERSON, Route.POST)
    requester = browser_of(ready.app, ActorKind.REQUESTER, ready.case.reference)
    assert "We will give them to you in person" in text_of(requester, "/my-request/records/")
    assert "Save the locked file" in text_of(officer(ready), release_page(ready))


def _a_record(state: RecordState) -> None:
    record = db.session.query(Record).first()
    assert record is not None
    record.state = state.value


def _an_open_consultation() -> None:
    record = db.session.query(Record).first()
    assert record is not None
    record.originator_id = an_originator().id
    asked = Consultation(
        scope_id=record.scope_id,
        case_id=record.case_id,
        originator_id=record.originator_id,
        state="sent",
        sent_on=london_today(),
        due_on=london_today(),
        link_ends_on=london_today(),
    )
    db.session.add(asked)


def _undecide() -> None:
    person = next(found for found in db.session.query(Person) if found.decision == "withhold")
    person.decision, person.settles_le, person.settles_ukgdpr = "pending", False, False


CHANGES = {
    "2 mentions still need a decision.": _undecide,
    "1 consultation has no reply.": _an_open_consultation,
    "1 record is not ready, or could not be shown.": lambda: _a_record(RecordState.UNREADABLE),
    "Something changed after sign-off.": lambda: _a_record(RecordState.WITHDRAWN),
}


@pytest.mark.parametrize("words", CHANGES)
def test_what_came_after_sign_off_stops_the_release_and_says_why(words: str, ready: Office) -> None:
    bundle = latest(ready)
    with write_transaction():
        CHANGES[words]()
    page = text_of(officer(ready), release_page(ready))
    assert words in page and "may not go out" in page
    choices = {"route": "online", "passphrase_route": "post"}
    url = f"/staff/replies/{bundle.id}/release"
    refused = officer(ready).post(url, choices, form_at=release_page(ready))
    assert refused.status_code == 200 and words in refused.get_data(as_text=True)
    assert now(bundle).state == BundleState.READY
    with pytest.raises(Refused, match=re.escape(words)):
        service.request_bundle(ready.officer, ready.case_id)
    assert [found.state for found in db.session.query(Bundle)] == ["ready"]
