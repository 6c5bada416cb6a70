"""The data protection officer words the letters: what is saved is used everywhere, what is broken is refused."""

from __future__ import annotations

import hashlib
import html
import re

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.code_texts import texts_of
from sar.cases.exemptions import EXEMPTIONS
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.cases.wordings import queries
from sar.cases.wordings import service as wordings_service
from sar.foundation import messages, wording, wordings
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.runtime import settings
from sar.foundation.wordings import WordingVersion
from tests.factories import staff_actor
from tests.integration.cases.desk import EMAIL, browser_of, caseworker, dpo, opened
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
NEUTRAL = "neutral_sentence"
OURS = "Subject: Thank you, we have it ({reference})\n\nHello {name}. We answer by {due_date}.\n\nTo ask, {contact}.\n"


def test_an_edited_wording_is_what_the_next_letter_says() -> None:
    case = opened(EMAIL, days_ago=1)
    wordings_service.change(dpo(), "acknowledgement", OURS, version=0)
    service.acknowledge(SYSTEM, case.id, case.version)
    [letter] = messages.about(case.id)
    assert letter.subject == f"Thank you, we have it ({case.reference})"
    assert "Hello Quillon" in letter.body


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OURS.replace("{name}", "{nickname}"), "There is no field {nickname}"),
        (OURS.replace("{due_date}", "soon"), "{due_date} must stay"),
        (OURS.replace("{name}", "{name"), "brace"),
        (OURS.removeprefix("Subject: "), "must begin with a line"),
    ],
)
def test_a_broken_wording_is_refused_before_it_is_saved(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        wordings_service.change(dpo(), "acknowledgement", text, version=0)
    assert rows(WordingVersion) == []


def test_the_sentence_every_reply_shares_cannot_be_dropped_or_replaced() -> None:
    boss = dpo()
    text = wording.text_of("rejection")
    with pytest.raises(Refused, match=r"\{neutral_sentence\} must stay"):
        wordings_service.change(boss, "rejection", text.replace("{neutral_sentence}", "Nothing was hidden."), version=0)


def test_a_wording_that_has_become_broken_is_refused_before_anything_is_sent() -> None:
    """As after an update of the software, when a letter has other fields than the edited wording names."""
    case = opened(EMAIL, days_ago=1)
    with write_transaction():
        db.session.add(
            WordingVersion(name="acknowledgement", number=1, text=OURS.replace("{name}", "{old_field}"), changed_by="x")
        )
    with pytest.raises(Refused, match=r"Nothing was sent.*\{old_field\}"):
        service.acknowledge(SYSTEM, case.id, case.version)
    assert messages.about(case.id) == []
    listed = [row for found in queries.letters().values() for row in found if row.name == "acknowledgement"]
    assert listed[0].problem is not None and "{old_field}" in listed[0].problem


def test_each_version_is_kept_with_who_and_when_and_can_be_put_back() -> None:
    boss, name = dpo(), "acknowledgement"
    wordings_service.change(boss, name, OURS, version=0)
    wordings_service.change(boss, name, OURS.replace("Hello", "Dear"), version=1)
    wordings_service.restore(boss, name, 1, version=2)
    assert "Hello" in wordings.text_of(name)
    wordings_service.restore(boss, name, 0, version=3)
    assert wordings.text_of(name) == wording.text_of(name)
    assert [(found.number, found.what, found.who) for found in queries.history(name)] == [
        (4, "Put back as delivered", "Dana Officer"),
        (3, "Version 1 put back", "Dana Officer"),
        (2, "Changed", "Dana Officer"),
        (1, "Changed", "Dana Officer"),
    ]
    assert len([entry for entry in rows(AuditEntry) if entry.action == "wording.changed"]) == 4


def test_two_who_edit_at_once_do_not_overwrite_each_other() -> None:
    boss = dpo()
    wordings_service.change(boss, "extension", wording.text_of("extension") + "\nThank you.\n", version=0)
    with pytest.raises(Conflict):
        wordings_service.change(boss, "extension", wording.text_of("extension") + "\nSorry.\n", version=0)


def test_only_the_dpo_words_the_letters() -> None:
    for actor in (caseworker(), staff_actor(Role.SECOND_READER), staff_actor(Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            wordings_service.change(actor, "acknowledgement", OURS, version=0)


def test_the_pages_preview_save_and_put_back(in_app: Flask) -> None:
    browser, address = browser_of(in_app, dpo()), "/staff/wordings/acknowledgement"
    assert "As delivered" in browser.get("/staff/wordings/").text
    assert "You asked for the information we hold about you." in browser.get(address).text
    seen = browser.post(address, {"version": "0", "text": OURS, "preview": "Preview"})
    assert "Hello Alex Sample" in seen.text and "Nothing is saved yet" in seen.text and rows(WordingVersion) == []
    [sheet] = re.findall(r'<img class="app-sheet" src="([^"]+)"', seen.text)
    assert browser.get(html.unescape(sheet)).data.startswith(b"\x89PNG")
    for other in ("acknowledgement/example/2.png", "extension/example/1.png"):
        assert browser.get(html.unescape(sheet).replace("acknowledgement/example/1.png", other)).status_code == 404
    assert browser.get(f"{address}/example/1.png?text=made-up").status_code == 404
    refused = browser.post(address, {"version": "0", "text": OURS.replace("{name}", "{nickname}"), "submit": "Save"})
    assert "There is no field {nickname}" in refused.text and "Hello {nickname}" in refused.text
    db.session.rollback()
    assert browser.post(address, {"version": "0", "text": OURS, "submit": "Save"}).location == address
    assert "Changed by Dana Officer" in browser.get("/staff/wordings/").text
    assert "Hello {name}" in browser.get(f"{address}/versions/1").text
    back = browser.post(f"{address}/restore", {"version": "1", "number": "0"}, form_at=f"{address}/versions/0")
    assert back.location == address and "is in use again" in browser.get(address).text
    assert browser.get("/staff/wordings/no_such_letter").status_code == 404
    assert browser.get("/staff/wordings/consultation.code").status_code == 404


def test_the_sentence_in_every_reply_is_worded_once_for_all_of_them(in_app: Flask) -> None:
    boss, officer, before, after = dpo(), caseworker(), opened(EMAIL), opened(EMAIL, name="A Second")
    refuse(officer, boss, before.id)
    wordings_service.change(boss, NEUTRAL, "{organisation} puts this sentence in every reply.", version=0)
    refuse(officer, boss, after.id)
    neither = refusals.propose(officer, opened(EMAIL, name="A Third").id, Kind.NEITHER, "An inquiry", code="P3-CRIME")
    refusals.decide(boss, neither.id, True, version=1)
    sentence = f"{settings().organisation_name} puts this sentence in every reply."
    sent = [messages.about(case_id)[0].body for case_id in (before.id, after.id, neither.case_id)]
    assert [sentence in body for body in sent] == [False, True, True]
    assert [wording.shared_part(NEUTRAL) in body for body in sent] == [True, False, False]
    wordings_service.restore(boss, NEUTRAL, 0, version=1)
    assert wordings.text_of(NEUTRAL) == wording.shared_part(NEUTRAL)
    assert [found.what for found in queries.history(NEUTRAL)] == ["Put back as delivered", "Changed"]


def test_what_a_code_says_to_the_person_is_worded_and_completed_by_the_reasons() -> None:
    boss, officer, case = dpo(), caseworker(), opened(EMAIL)
    wordings_service.change(boss, "code_mue", "We do not answer it, since {reasons}", version=0)
    wordings_service.change(boss, "code_p3_court", "Only the court may give you this.", version=0)
    refuse(officer, boss, case.id)
    assert "We do not answer it, since it is the tenth" in messages.about(case.id)[0].body
    assert texts_of(["P3-COURT", "P3-INQ"]) == {
        "P3-COURT": "Only the court may give you this.",
        "P3-INQ": EXEMPTIONS["P3-INQ"].text,
    }


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("neutral_sentence", "About {name} we say nothing.", "There is no field {name}"),
        ("neutral_sentence", "One.\n\nTwo.", "one paragraph"),
        ("neutral_sentence", "- One.", "one paragraph"),
        ("neutral_sentence", "{organisation", "brace"),
        ("neutral_sentence", "   ", "no text"),
        ("neutral_sentence", "We say the same to all. " * 50, "too long"),
        ("code_p3_court", "It is about {reasons}", "There is no field {reasons}"),
        ("code_mue", "It is excessive.", "{reasons} must stay"),
    ],
)
def test_a_broken_sentence_is_refused_before_it_is_saved(name: str, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        wordings_service.change(dpo(), name, text, version=0)
    assert rows(WordingVersion) == []


def test_a_code_that_is_never_told_has_no_text_to_word(in_app: Flask) -> None:
    with pytest.raises(NotFound):
        wordings_service.change(dpo(), "code_p3_natsec", "To protect the nation.", version=0)
    listed = browser_of(in_app, dpo("Bela Stone")).get("/staff/wordings/").text
    assert (
        "P3-COURT: This was made by or for the court." in listed
        and "DPA 2018 s.43(3)" in listed
        and "P3-NATSEC" not in listed
        and "P3-PUBSEC" not in listed
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [("neutral_sentence", "We say the same to everybody."), ("code_mue", "No, because {reasons}")],
)
def test_a_sentence_is_previewed_within_a_letter(in_app: Flask, name: str, text: str) -> None:
    browser, address = browser_of(in_app, dpo()), f"/staff/wordings/{name}"
    seen = browser.post(address, {"version": "0", "text": text, "preview": "Preview"}).text
    assert text.partition("{")[0] in seen.partition("<textarea")[0] and rows(WordingVersion) == []
    assert "app-sheet" in seen and wordings.delivered(name).partition("{")[0] in browser.get(address).text


def test_a_wording_too_long_for_an_address_is_previewed_in_words_alone(in_app: Flask) -> None:
    words = " ".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(150))
    browser, address = browser_of(in_app, dpo()), "/staff/wordings/acknowledgement"
    seen = browser.post(address, {"version": "0", "text": f"{OURS}\n{words}", "preview": "Preview"}).text
    assert "Hello Alex Sample" in seen and "app-sheet" not in seen


def refuse(officer: Actor, boss: Actor, case_id: str) -> None:
    proposal = refusals.propose(officer, case_id, Kind.REFUSE, "it is the tenth")
    refusals.decide(boss, proposal.id, True, version=proposal.version)
