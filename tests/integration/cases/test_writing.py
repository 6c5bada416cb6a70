"""Letters that officers write: chosen by where the case stands, looked at before they go, sent once, logged."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.models import Case, Disclosure
from sar.cases.queries import clock_of, visible_case
from sar.cases.writing import queries
from sar.cases.writing import service as writing
from sar.cases.writing.kinds import LETTERS, Entry
from sar.cases.writing.models import LetterDraft
from sar.foundation import blobs, messages
from sar.foundation.actors import SYSTEM
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.wording import date_words
from sar.foundation.wordings import WordingVersion
from tests.conftest import ORDINARY_DAY
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import EMAIL, NAME, POST, ago, browser_of, caseworker, opened, parts
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")
BREACH = {
    "happened": "A letter for you went to another house.",
    "found_date": (ORDINARY_DAY.date() - timedelta(days=1)).isoformat(),
    "information": "Your name and the date of a visit.",
    "consequences": "The people there may have read it.",
    "done": "We have the letter back.",
    "advice": "Tell us if anyone gets in touch about it.",
}


def breach(case: Case, channel: str = "post", **changes: Any) -> LetterDraft:
    return writing.write(SYSTEM, case.id, "breach_notice", {**BREACH, **changes}, channel=channel)


def names(case: Case) -> set[str]:
    return {letter.name for letter in queries.fitting(visible_case(SYSTEM, case.id))}


def test_only_letters_that_fit_the_case_are_offered() -> None:
    fresh, late = opened(days_ago=1), opened(days_ago=50)
    assert "delay_apology" not in names(fresh) and "delay_apology" in names(late)
    assert not {"reminder", "closure_warning", "clock_restarted"} & names(fresh)
    service.ask_question(SYSTEM, fresh.id, "Which office?", "You named none.")
    letters_go(fresh)
    assert not {"reminder", "closure_warning"} & names(fresh)  # they have four weeks to reply
    service.record_answer(SYSTEM, fresh.id, 1, ago(0), "Calder Street")
    assert "reminder" not in names(fresh) and "clock_restarted" in names(fresh)
    service.withdraw(SYSTEM, fresh.id, ago(0))
    assert names(fresh) == {"referral", "breach_notice", "regulator_chronology"}
    with pytest.raises(NotFound):
        writing.write(SYSTEM, fresh.id, "delay_apology", {}, channel="post")


def test_a_letter_is_kept_as_filled_in_and_sent_once_as_it_was_seen() -> None:
    case = opened(POST)
    draft = breach(case)
    assert messages.about(case.id) == []
    sent = writing.send(SYSTEM, draft.id, version=draft.version)
    assert sent.letter_blob_id is not None and sent.kind == "letter.breach_notice"
    with blobs.open(sent.letter_blob_id) as paper:
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.read())).pages)
    assert NAME in text and "We have the letter back." in text
    with pytest.raises(Conflict, match="has been sent"):
        writing.send(SYSTEM, draft.id, version=draft.version)
    with pytest.raises(Conflict, match="has been sent"):
        writing.discard(SYSTEM, draft.id)
    assert len(messages.about(case.id)) == 1 and queries.unsent(case) == []


def test_what_was_changed_after_someone_looked_is_not_sent_unseen() -> None:
    case = opened(EMAIL)
    draft = breach(case, "email")
    seen = draft.version
    writing.write(SYSTEM, case.id, "breach_notice", {**BREACH, "done": "Nothing."}, channel="email", draft=draft)
    with pytest.raises(Conflict, match="Look at it again"):
        writing.send(SYSTEM, draft.id, version=seen)
    assert messages.about(case.id) == []


def test_a_letter_with_a_hole_in_it_or_nowhere_to_go_is_refused() -> None:
    case = opened(EMAIL)
    with pytest.raises(Refused, match="What have we done"):
        breach(case, "email", done="")
    with pytest.raises(Refused, match="no address"):
        breach(case, "post")
    with pytest.raises(Refused, match="who the letter goes to"):
        writing.write(SYSTEM, case.id, "consent_request", {"information": "A visit."}, channel="email")
    assert rows(LetterDraft) == []


def test_a_wording_that_broke_after_the_letter_was_filled_in_stops_it() -> None:
    case = opened(EMAIL)
    draft = breach(case, "email")
    with write_transaction():
        db.session.add(WordingVersion(name="breach_notice", number=1, text="Subject: S\n\n{gone}\n", changed_by="x"))
    with pytest.raises(Refused, match=r"\{gone\}"):
        writing.send(SYSTEM, draft.id, version=draft.version)
    assert messages.about(case.id) == []


def test_a_letter_to_another_person_goes_to_them_and_never_names_who_asked() -> None:
    case = opened(POST)
    draft = writing.write(
        SYSTEM,
        case.id,
        "consent_request",
        {"information": "A note of a visit in May that names you."},
        channel="post",
        addressee={"name": "Ada Neighbour", "to": "9 Mill Lane\nNorthvale"},
    )
    sent = writing.send(SYSTEM, draft.id, version=draft.version)
    assert sent.to == "9 Mill Lane\nNorthvale" and sent.letter_blob_id is not None
    with blobs.open(sent.letter_blob_id) as paper:
        text = PdfReader(io.BytesIO(paper.read())).pages[0].extract_text()
    assert "Ada Neighbour" in text and "9 Mill Lane" in text
    assert not any(word in text + sent.body for word in NAME.split())


def test_the_regulator_is_told_what_happened_what_was_decided_and_how_the_date_was_reached() -> None:
    case = opened(days_ago=5)
    service.acknowledge(SYSTEM, case.id, case.version)
    service.ask_question(SYSTEM, case.id, "Which office was it?", "You named none.")
    letters_go(case)
    service.check_identity(SYSTEM, case.id, "officer_letter")
    draft = writing.write(
        SYSTEM,
        case.id,
        "regulator_chronology",
        {"regulator_reference": "IC-77", "summary": "We wait for an answer."},
        channel="email",
        addressee={"name": "Casework team", "to": "cases@regulator.example"},
    )
    body = writing.send(SYSTEM, draft.id, version=draft.version).body
    came = f"{date_words(ago(5))}: the request reached us"
    happened = [body.index(words) for words in (came, "Case opened", "Question sent", "Identity settled")]
    assert happened == sorted(happened)
    for step in clock_of(visible_case(SYSTEM, case.id)).derivation:
        assert step.source in body and (step.after is None or date_words(step.after) in body)
    assert "We asked: Which office was it?" in body and "on headed paper" in body


def test_no_letter_says_that_a_part_went_out_where_none_was_released() -> None:
    case = opened(EMAIL, days_ago=5)
    assert "interim_disclosure" not in names(case)
    typed = {"still_to_come": "Police records", "expected_date": ago(-9).isoformat()}
    with pytest.raises(NotFound):
        writing.write(SYSTEM, case.id, "interim_disclosure", typed, channel="email")
    assert rows(Disclosure) == []


def test_no_letter_goes_with_a_day_that_cannot_be(in_app: Flask) -> None:
    case, late = opened(POST), opened(POST, days_ago=50)
    with pytest.raises(Refused, match=r"When did we find out\? Give today or an earlier day"):
        breach(case, found_date=ago(-1).isoformat())
    sorry = {"reasons": ["We were ill."], "expected_date": ago(-3).isoformat()}
    with pytest.raises(Refused, match=r"When do you expect to send it\? Give a day in the future"):
        writing.write(SYSTEM, late.id, "delay_apology", {**sorry, "expected_date": "2020-01-01"}, channel="post")
    browser, form = browser_of(in_app, caseworker()), f"/staff/cases/{late.id}/letters/delay_apology"
    typed = {"reasons": "We were ill.", "expected_date": ["1", "1", "2020"], "channel": "post"}
    assert "Give a day in the future" in browser.post(form, typed).text
    assert rows(LetterDraft) == []
    draft = writing.write(SYSTEM, late.id, "delay_apology", sorry, channel="post")
    with time_machine.travel(timedelta(days=4), tick=False):  # it lay about meanwhile
        with pytest.raises(Refused, match="Give a day in the future"):
            writing.send(SYSTEM, draft.id, version=draft.version)
    assert messages.about(late.id) == []


@pytest.mark.parametrize("to", ["9 Mill Lane\nNorthvale", "ada@example.org\nBcc: all@example.org"])
def test_a_letter_to_another_person_by_email_needs_one_email_address(to: str) -> None:
    case, typed = opened(POST), {"information": "A note of a visit."}
    with pytest.raises(Refused, match="no email address"):
        writing.write(
            SYSTEM, case.id, "consent_request", typed, channel="email", addressee={"name": "Ada Neighbour", "to": to}
        )
    assert rows(LetterDraft) == []


def test_an_officer_is_warned_when_a_letter_to_another_person_names_who_asked(in_app: Flask) -> None:
    case, browser = opened(POST, former_names=("Li 王小明",)), browser_of(in_app, caseworker())

    def page(information: str) -> str:
        someone = {"name": "Ada Neighbour", "to": "9 Mill Lane\nNorthvale"}
        typed = {"information": information}
        draft = writing.write(SYSTEM, case.id, "consent_request", typed, channel="post", addressee=someone)
        return browser.get(f"/staff/letters/{draft.id}").text

    assert "has a name of the person who asked: Marchbanks." in page("A row with a MARCHBANKS in May.")
    assert "has a name of the person who asked: Li, 王小明." in page("A row with Li, 我认识王小明吗")
    assert "has a name of the person" not in page("A row in May, li by li.")


def test_only_those_who_work_on_the_case_write_letters() -> None:
    case, reader, officer = opened(), staff_actor(Role.SECOND_READER), caseworker()
    draft = breach(case)
    with pytest.raises(NotAllowed):
        writing.send(reader, draft.id, version=draft.version)
    service.declare_conflict(officer, case.id, officer.id)
    for command in (
        lambda: writing.send(officer, draft.id, version=draft.version),
        lambda: writing.discard(officer, draft.id),
        lambda: writing.write(officer, case.id, "breach_notice", BREACH, channel="post"),
    ):
        with pytest.raises(NotFound):
            command()


def test_the_pages_choose_fill_in_show_the_paper_and_send(in_app: Flask) -> None:
    case = opened(POST)
    browser = browser_of(in_app, caseworker())
    assert "Notice of a breach" in browser.get(f"/staff/cases/{case.id}/letters").text
    form = f"/staff/cases/{case.id}/letters/breach_notice"
    typed = {**BREACH, "channel": "post", "found_date": parts(ago(1))}
    assert "Fill in: What have we done?" in browser.post(form, {**typed, "done": ""}).text
    look = browser.post(form, typed).location
    assert look is not None
    page = browser.get(look).text
    assert "We have the letter back." in page and "Page 1 of 1" in page
    [source] = re.findall(r'src="([^"]+\.png)"', page)
    picture = browser.get(source)
    assert picture.data.startswith(b"\x89PNG") and browser.get(source.replace("1.png", "9.png")).status_code == 404
    assert "Not sent yet" in browser.get(f"/staff/cases/{case.id}").text
    assert "We have the letter back." in browser.get(f"{look}/change").text
    changed = browser.post(f"{look}/change", {**typed, "done": "We have said sorry."})
    assert changed.location == look and "We have said sorry." in browser.get(look).text
    version = re.findall(r'name="version"[^>]*value="(\d+)"', browser.get(look).text)[0]
    assert browser.post(f"{look}/send", {"version": version}, form_at=look).location == f"/staff/cases/{case.id}"
    assert "print it or hand it over" in browser.get(f"/staff/cases/{case.id}").text
    assert "has been sent" in browser.get(look).text


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_put_away_leaves_nothing_behind(name: str) -> None:
    case = opened(days_ago=50)
    service.ask_question(SYSTEM, case.id, "Which office?", "You named none.")
    letters_go(case)
    letter = LETTERS[name]
    if letter not in queries.fitting(visible_case(SYSTEM, case.id)):
        return
    day = {Entry.DAY_TO_COME: ago(-1).isoformat(), Entry.DAY_THAT_WAS: ago(0).isoformat()}
    filled = {blank.name: day.get(blank.entry, "words") for blank in letter.blanks}
    who = {"name": "Somebody", "to": "1 Some Street"} if letter.to_other else None
    draft = writing.write(SYSTEM, case.id, name, filled, channel="post", addressee=who)
    assert queries.pages(case, draft)[0].startswith(b"\x89PNG")
    assert writing.discard(SYSTEM, draft.id) == case.id
    assert rows(LetterDraft) == []
