"""Someone asks online for someone else: a child, a relative, a client. They are asked only what is needed."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask

from sar.cases import service as cases
from sar.foundation.actors import SYSTEM
from sar.intake.models import Submission
from tests.integration.intake.walk import NAME, Browser, photograph, receipt_of, rows

PAGES: dict[str, dict[str, Any]] = {
    "helper": {"helper_name": "Sunita Rao", "relationship": "parent", "organisation": ""},
    "name": {"full_name": NAME},
    "other-names": {"names": ""},
    "date-of-birth": {"date_of_birth": ["27", "3", "2013"]},
    "where": {"living": "prison"},
    "prison": {"prison_name": "HMP Fennimore", "prison_number": "a1234bc"},
    "office": {"office": ""},
    "staff": {"said": "no", "staff_name": ""},
    "wanted": {"all": "all"},
    "contact": {"route": "email"},
    "email": {"email": "sunita@example.org"},
    "authority": {"shows": "parental"},
}


def begin(app: Flask) -> Browser:
    browser = Browser(app)
    assert browser.post("/ask", {"other": "yes"}).location == "/ask/helper"
    return browser


def test_a_parent_asks_for_a_child_and_the_case_waits_for_authority(in_app: Flask) -> None:
    browser = begin(in_app)
    for page, words in (("helper", "Who are you?"), ("name", "full name of the person you ask for")):
        assert words in browser.get(f"/ask/{page}").text
        browser.answer({page: PAGES[page]})
    browser.answer(PAGES)
    checked = browser.get("/ask/check").text
    for words in ("Sunita Rao", "Their full name", "you may ask for this person", "Everything we hold"):
        assert words in checked
    receipt_of(browser.send())
    [stored] = rows(Submission)
    assert (stored.full_name, stored.prison_number, stored.representative_kind) == (NAME, "A1234BC", "parent")
    assert (stored.representative["email"], stored.identity_kind) == ("sunita@example.org", "none")
    assert stored.contact["email"] == ""  # the parent's address is not the child's
    case = cases.open_case(SYSTEM, stored.id)
    assert case.authority == "unchecked"


def test_the_questions_are_about_the_other_person_and_fewer(in_app: Flask) -> None:
    browser = begin(in_app)
    browser.answer({page: PAGES[page] for page in ("helper", "name", "other-names", "date-of-birth")})
    page = browser.get("/ask/where").text
    assert "Where do they live now?" in page and "No fixed address" in page
    browser.answer(PAGES)
    for skipped in ("last-contact", "no-photo", "photo"):
        assert browser.get(f"/ask/{skipped}").status_code == 302
    # Letters to whoever asks never go through the prison of the other.
    refused = browser.post("/ask/contact", {"route": "prison"})
    assert refused.status_code == 200
    sent = browser.post("/ask/photo", {"photo": (io.BytesIO(photograph()), "id.jpg")})
    assert sent.status_code == 302


def test_whoever_asks_for_themselves_sees_no_question_of_this(in_app: Flask) -> None:
    browser = Browser(in_app)
    browser.begin()
    assert browser.get("/ask/helper").location.endswith("/ask/name")
    browser.answer()
    assert browser.get("/ask/authority").location.endswith("/ask/photo")
    assert "a passport or driving licence" in browser.get("/ask/photo").text
