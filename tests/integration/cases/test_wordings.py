"""The data protection officer words the letters: what is saved is used everywhere, what is broken is refused."""

from __future__ import annotations

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.wordings import queries
from sar.cases.wordings import service as wordings_service
from sar.foundation import messages, wording, wordings
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.foundation.wordings import WordingVersion
from tests.factories import staff_actor
from tests.integration.cases.desk import EMAIL, browser_of, caseworker, dpo, opened
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
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
            WordingVersion(
                name="acknowledgement", number=1, text=OURS.replace("{name}", "{old_field}"), changed_by="x"
            )
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
