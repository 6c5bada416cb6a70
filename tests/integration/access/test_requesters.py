"""Requesters come back with a reference and six words: kind to those who mistype, closed to those who guess."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from sar.access import service, sessions
from sar.access.identities import RequesterIdentity
from sar.foundation.actors import SYSTEM
from sar.foundation.errors import Refused, TooManyTries
from sar.foundation.ids import new_reference
from tests.integration.intake.walk import Browser
from tests.security.people import COOKIE

pytestmark = pytest.mark.usefixtures("database")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REFERENCE = "SAR-FCTD-JD4P"
OTHER = "SAR-66N9-9M4G"


@pytest.fixture
def phrase(in_app: Flask) -> str:
    return service.issue_phrase(SYSTEM, REFERENCE)


def sign_in(reference: str, phrase: str, address: str = "192.0.2.1") -> str:
    return service.sign_in_requester(reference, phrase, address)


@pytest.mark.parametrize("reference", [REFERENCE, "sar fctd jd4p", " SARFCTDJD4P ", "sar-fctd-jd4p"])
def test_a_reference_may_be_typed_in_any_case_and_spacing(phrase: str, reference: str) -> None:
    found = sessions.resolve(sign_in(reference, phrase))
    assert isinstance(found, RequesterIdentity)
    assert found.reference == REFERENCE


def test_the_six_words_may_be_typed_in_any_case_spacing_and_with_commas(phrase: str) -> None:
    for typed in (phrase.upper(), f"  {phrase.replace(' ', '   ')}\n", phrase.replace(" ", ", "), phrase.title()):
        assert sign_in(REFERENCE, typed)


def test_five_of_the_words_or_another_order_are_not_enough(phrase: str) -> None:
    words = phrase.split()
    for wrong in (words[:5], words[::-1], [*words, "more"], []):
        with pytest.raises(Refused) as refusal:
            sign_in(REFERENCE, " ".join(wrong))
        assert refusal.value.message == service.WRONG_PHRASE


def test_the_words_of_one_request_do_not_open_another(phrase: str) -> None:
    service.issue_phrase(SYSTEM, OTHER)
    for reference in (OTHER, new_reference(), "SAR-0000-0000", ""):
        with pytest.raises(Refused) as refusal:
            sign_in(reference, phrase)
        assert refusal.value.message == service.WRONG_PHRASE  # never which of the two was wrong


def test_new_words_replace_the_old_ones(phrase: str) -> None:
    fresh = service.issue_phrase(SYSTEM, REFERENCE)
    with pytest.raises(Refused):
        sign_in(REFERENCE, phrase)
    assert sign_in(REFERENCE, fresh)


def test_guessing_the_words_is_stopped_and_the_page_says_for_how_long(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        with app.app_context():
            right = service.issue_phrase(SYSTEM, REFERENCE)
        browser = Browser(app)
        wrong = {"reference": REFERENCE, "phrase": "one two three four five six"}
        assert [browser.post("/check", wrong).status_code for _ in range(10)] == [200] * 10
        answer = browser.post("/check", {**wrong, "phrase": right})
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1800"
        assert "Wait 30 minutes" in answer.text
        clock.shift(timedelta(minutes=30, seconds=1))
        assert browser.post("/check", {**wrong, "phrase": right}).status_code == 302


def test_someones_slips_do_not_stop_others_from_trying(phrase: str) -> None:
    """References that cannot be one are counted by what was typed, not all together."""
    for _ in range(10):
        with pytest.raises(Refused):
            sign_in("SAR-XXXX", phrase)
    with pytest.raises(TooManyTries):
        sign_in("SAR-XXXX", phrase)
    with pytest.raises(Refused):
        sign_in("SAR-YYYY", phrase, address="192.0.2.2")


def test_one_address_cannot_guess_at_many_requests(phrase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "verify_secret", lambda *_: False)
    for _ in range(60):
        with pytest.raises(Refused):
            sign_in(new_reference(), phrase)
    with pytest.raises(TooManyTries):
        sign_in(new_reference(), phrase)


def test_the_words_are_in_no_cookie_address_or_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with app.app_context():
        phrase = service.issue_phrase(SYSTEM, REFERENCE)
    browser = Browser(app)
    with caplog.at_level(logging.DEBUG):
        answer = browser.post("/check", {"reference": REFERENCE, "phrase": phrase})
        assert answer.status_code == 302
        wrong = browser.post("/check", {"reference": REFERENCE, "phrase": f"{phrase} more"})
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    for word in phrase.split():
        assert word not in cookie.value
        assert word not in (answer.location or "")
        assert not [line for line in caplog.text.splitlines() if f" {word} " in line]
    assert phrase not in wrong.text
    assert phrase not in caplog.text
