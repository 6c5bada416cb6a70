"""The officer's and the second reader's pages, as a browser without JavaScript uses them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases.service import declare_conflict
from sar.cases.workflow import Stage
from sar.foundation.db import db
from sar.review import queries, service
from sar.review.grounds import Decision
from sar.review.models import DrawnBox, Mention, Person
from tests.factories import staff_actor
from tests.integration.cases.desk import browser_of
from tests.integration.intake.walk import Browser
from tests.integration.review.desk import FACTORS, Desk, add_pages, open_desk

PAGE = "Marlon attended. He said that Paulina Nowicka rang on Monday.\nMr Dawit Tesfay came. Mrs Pryce did not."


@pytest.fixture
def desk(in_app: Flask) -> Desk:
    return open_desk(in_app, "Marlon Pryce", PAGE, "A second page.", regime="UKGDPR")


@pytest.fixture
def officer(in_app: Flask, desk: Desk) -> Browser:
    return browser_of(in_app, desk.officer)


def record_id(desk: Desk) -> str:
    return queries.disclosable_records(desk.case)[0].id


def page_of(desk: Desk, page: int = 1) -> str:
    return f"/staff/review/records/{record_id(desk)}/pages/{page}"


def test_the_list_shows_each_person_in_a_sentence_with_what_to_do(desk: Desk, officer: Browser) -> None:
    shown = officer.get(f"/staff/cases/{desk.case_id}/review").text
    assert "Paulina Nowicka" in shown and "He said that" in shown and "1 mention on 1 page of 1 record" in shown
    assert "may mean more than one person" in shown and "still to decide" in shown
    assert officer.get(f"/staff/cases/{desk.case_id}/review?show=nonsense").status_code == 404


def test_a_person_is_decided_by_a_form_and_a_missing_factor_is_said(desk: Desk, officer: Browser) -> None:
    person = desk.person("Paulina Nowicka")
    url = f"/staff/cases/{desk.case_id}/review/decide?person={person.id}"
    answers = {
        "seen": f"{person.id}:{person.version}",
        "decision": "withhold",
        "code_ukgdpr": "G-3P",
        "reason": "At risk.",
    }
    refused = officer.post(url, {**answers, **FACTORS, "express_refusal": ""})
    assert "Answer all five questions" in refused.text and "At risk." in refused.text
    done = officer.post(url, {**answers, **FACTORS})
    assert done.status_code == 302
    assert desk.person("Paulina Nowicka").code_ukgdpr == "G-3P"
    late = officer.post(url, {**answers, **FACTORS})
    assert "Someone else changed this" in late.text


def test_several_ticked_people_are_decided_at_once(desk: Desk, officer: Browser) -> None:
    people = [desk.person("Paulina Nowicka"), desk.person("Dawit Tesfay")]
    url = f"/staff/cases/{desk.case_id}/review/decide?" + "&".join(f"person={person.id}" for person in people)
    usual = officer.get(url + "&usual=staff").text
    assert "Decide about 2 entries" in usual and "Not asked: people expect to be named for their work." in usual
    seen = " ".join(f"{person.id}:{person.version}" for person in people)
    assert officer.post(url, {"seen": seen, "decision": "disclose", "consent": "y"}).status_code == 302
    assert {desk.person(name).decision for name in ("Paulina Nowicka", "Dawit Tesfay")} == {"disclose"}


def test_a_page_names_every_mark_in_words(desk: Desk, officer: Browser) -> None:
    desk.decide("Paulina Nowicka", code="G-3P", factors=FACTORS)
    shown = officer.get(page_of(desk)).text
    assert 'aria-label="Paulina Nowicka, withheld, G-3P"' in shown
    assert 'aria-label="Dawit Tesfay, needs a decision"' in shown
    assert "it is not clear who is meant" in shown
    assert "style=" not in shown and "onclick" not in shown
    assert officer.get(page_of(desk, 3)).status_code == 404


def test_a_number_is_named_with_what_it_is_and_a_name_with_why_it_was_found_in_words(in_app: Flask) -> None:
    desk = open_desk(
        in_app, "Marlon Pryce", "He said that Paulina Nowicka rang on Monday. NI no. JR 41 82 07 B checked."
    )
    browser = browser_of(in_app, desk.officer)
    assert "National Insurance number" in browser.get(page_of(desk)).text
    why = browser.get(f"/staff/review/people/{desk.person('Paulina Nowicka').id}").text
    assert "Found by:" in why and "model ." not in why


def test_a_box_is_added_around_words_or_by_numbers_and_taken_away(desk: Desk, officer: Browser) -> None:
    url = f"{page_of(desk)}/boxes"
    ground = {"code": "G-CRIME", "reason": "Names a method."}
    assert officer.post(url, {**ground, "first": "2", "last": "4"}, form_at=page_of(desk)).status_code == 302
    sides = {"first": "", "last": "", "x0": "10", "y0": "20", "x1": "90", "y1": "44.5"}
    assert officer.post(url, {**ground, **sides}, form_at=page_of(desk)).status_code == 302
    db.session.rollback()
    boxes = list(db.session.scalars(select(DrawnBox).order_by(DrawnBox.created_at)))
    assert [len(box.boxes) for box in boxes] == [1, 1] and boxes[1].boxes == [[10, 20, 90, 44.5]]
    refused = officer.post(url, {**ground, "first": "4", "last": "2"}, form_at=page_of(desk))
    assert refused.status_code == 200 and "first and the last word" in refused.text
    assert officer.post(f"/staff/review/boxes/{boxes[0].id}/remove", {}, form_at=page_of(desk)).status_code == 302
    db.session.rollback()
    assert len(list(db.session.scalars(select(DrawnBox)))) == 1


def test_on_a_scan_it_is_said_that_a_box_shows_how_long_a_name_is(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce", "He said that Paulina Nowicka rang on Monday.")
    scan = add_pages(in_app, desk.case_id, "Paulina Nowicka rang.", "Nothing else.", scanned=True)
    browser = browser_of(in_app, desk.officer)
    pages = f"/staff/review/records/{scan}/pages"
    assert "This page is a scan" not in browser.get(f"{pages}/1").text, "nothing is hidden there yet"
    desk.decide("Paulina Nowicka")
    desk.decide_rest()
    assert "add a wider box over the words around it" in browser.get(f"{pages}/1").text
    assert "This page is a scan" not in browser.get(f"{pages}/2").text
    assert "This page is a scan" not in browser.get(page_of(desk)).text
    assert "Scanned: boxes as wide as the words" in browser.get(f"/staff/cases/{desk.case_id}/review/check").text
    service.request_second_check(desk.officer, desk.case_id)
    reader = browser_of(in_app, desk.reader)
    assert "return the case and say so" in reader.get(f"{pages}/1").text
    assert "ask for a wider box" in reader.get(f"/staff/cases/{desk.case_id}/review/check").text


def test_without_records_the_second_check_says_that_there_are_none(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce")
    page = browser_of(in_app, desk.officer).get(f"/staff/cases/{desk.case_id}/review/check").text
    assert "There are no records in the reply yet." in page and "<table" not in page


def test_one_mention_is_decided_alone_and_given_back(desk: Desk, officer: Browser) -> None:
    [mention] = desk.mentions("Dawit Tesfay")
    url, mention_id = f"/staff/review/mentions/{mention.id}", mention.id
    assert "Everywhere else" in officer.get(url).text
    done = officer.post(url, {"version": mention.version, "decision": "disclose", "reason": "His own words."})
    assert done.status_code == 302
    db.session.rollback()
    again = db.session.get_one(Mention, mention_id)
    assert again.decision == Decision.DISCLOSE
    assert officer.post(url, {"version": again.version, "decision": ""}).status_code == 302
    db.session.rollback()
    assert db.session.get_one(Mention, mention_id).decision is None


def test_unclear_words_are_ticked_and_given_to_someone(desk: Desk, officer: Browser) -> None:
    url = f"/staff/cases/{desk.case_id}/review/unclear"
    [example] = queries.unclear_mentions(desk.case)
    assert "Could be Marlon Pryce" in officer.get(url).text
    nothing = officer.post(url, {"meaning": "is_subject"})
    assert "Tick at least one mention" in nothing.text
    assert officer.post(url, {"meaning": "not_a_person", "mention": example.mention.id}).status_code == 302
    assert queries.unclear_mentions(desk.case) == []


def test_pages_and_records_are_withheld_by_forms(desk: Desk, officer: Browser) -> None:
    ground = {"code": "N-NOTYOURS", "reason": ""}
    assert officer.post(f"{page_of(desk)}/withhold", ground).status_code == 302
    assert "All of this page is withheld" in officer.get(page_of(desk)).text
    assert officer.post(f"{page_of(desk)}/show", {}, form_at=page_of(desk)).status_code == 302
    assert officer.post(f"/staff/review/records/{record_id(desk)}/withhold", ground).status_code == 302
    assert "All of it" in officer.get(f"/staff/cases/{desk.case_id}/review/check").text
    shown = officer.post(f"/staff/review/records/{record_id(desk)}/show", {}, form_at=page_of(desk))
    assert shown.status_code == 302


def test_people_are_added_renamed_and_joined_by_forms(desk: Desk, officer: Browser) -> None:
    added = officer.post(
        f"/staff/cases/{desk.case_id}/review/add", {"name": "Chopper", "aliases": "Big Chop\n", "relationship": ""}
    )
    assert added.status_code == 302 and desk.person("Chopper").aliases == ["Big Chop"]
    person, other = desk.person("Paulina Nowicka"), desk.person("Dawit Tesfay")
    change = {"version": person.version, "name": "Paulina Lis", "aliases": "", "relationship": "victim"}
    assert officer.post(f"/staff/review/people/{person.id}/change", change).status_code == 302
    assert "Victim" in officer.get(f"/staff/review/people/{person.id}").text
    join = f"/staff/review/people/{person.id}/join"
    assert officer.post(join, {"other": f"{other.id}:{other.version}"}).status_code == 302
    db.session.rollback()  # on SQLite this session still reads from before the two were joined
    left = {row.name for row in db.session.scalars(select(Person).where(Person.case_id == desk.case_id))}
    assert left == {"Chopper", "Paulina Lis"}


def test_the_second_reader_sees_the_same_pages_and_can_change_nothing(desk: Desk, in_app: Flask) -> None:
    desk.decide("Paulina Nowicka", code="G-3P", factors=FACTORS)
    service.keep_mentions(
        desk.officer, desk.case_id, [queries.unclear_mentions(desk.case)[0].mention.id], Decision.IS_SUBJECT
    )
    desk.decide_rest()
    reader, officer = browser_of(in_app, desk.reader), browser_of(in_app, desk.officer)
    check = f"/staff/cases/{desk.case_id}/review/check"
    assert officer.post(f"{check}/request", {}, form_at=check).status_code == 302
    shown = reader.get(page_of(desk)).text
    assert "Paulina Nowicka, withheld, G-3P" in shown and "Add a box" not in shown and "Decide everywhere" not in shown
    assert reader.post(f"{page_of(desk)}/withhold", {"code": "G-3P"}, form_at=check).status_code == 403
    assert officer.post(f"{check}/sign", {}).status_code == 403
    returned = reader.post(f"{check}/return", {"code": "missed", "reason": "Page 2: the neighbour."})
    assert returned.status_code == 302
    assert "Page 2: the neighbour." in officer.get(f"/staff/cases/{desk.case_id}/review").text
    officer.post(f"{check}/request", {})
    assert reader.post(f"{check}/sign", {}).status_code == 302
    assert desk.case.stage == Stage.SIGNED_OFF
    assert officer.post(f"/staff/cases/{desk.case_id}/review/reopen", {}).status_code == 302
    assert desk.case.stage == Stage.REVIEWING


def test_whoever_may_not_see_the_case_finds_nothing_and_other_roles_are_refused(desk: Desk, in_app: Flask) -> None:
    person, mention = desk.person("Dawit Tesfay"), desk.mentions("Dawit Tesfay")[0]
    addresses = (
        f"/staff/cases/{desk.case_id}/review",
        f"/staff/cases/{desk.case_id}/review/check",
        f"/staff/cases/{desk.case_id}/review/unclear",
        f"/staff/cases/{desk.case_id}/review/decide?person={person.id}",
        f"/staff/review/people/{person.id}",
        f"/staff/review/mentions/{mention.id}",
        page_of(desk),
    )
    conflicted = staff_actor(Role.CASEWORKER, name="Con Flicted")
    declare_conflict(conflicted, desk.case_id, conflicted.id)
    browser = browser_of(in_app, conflicted)
    assert {browser.get(address).status_code for address in addresses} == {404}
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        other = browser_of(in_app, staff_actor(role, name=f"Some {role.value}"))
        assert {other.get(address).status_code for address in addresses} == {403}


def test_looking_at_a_page_is_written_down_and_changes_nothing_else(desk: Desk, officer: Browser) -> None:
    before = (queries.plan_digest(desk.case), len(desk.log()))
    officer.get(page_of(desk))
    officer.get(f"/staff/cases/{desk.case_id}/review")
    assert queries.plan_digest(desk.case) == before[0]
    assert [entry.action for entry in desk.log()[before[1] :]] == ["record.page_viewed"]


def test_the_page_before_and_the_page_after_lead_through_the_whole_case(desk: Desk, officer: Browser) -> None:
    desk.record("A third page, of another record.")
    records = queries.disclosable_records(desk.case)
    first, seen = f"/staff/review/records/{records[0].id}/pages/1", []
    url: str | None = first
    while url:
        seen.append(url)
        following = re.search(r'rel="next" href="([^"]+)"', officer.get(url).text)
        url = following.group(1) if following else None
    assert len(seen) == 3 and records[1].id in seen[-1]


def test_a_guess_at_who_somebody_is_is_shown_with_its_words_wherever_one_decides(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce", "He came with his mum Julie Pryce at noon.")
    person, officer = desk.person("Julie Pryce"), browser_of(in_app, desk.officer)
    review = f"/staff/cases/{desk.case_id}/review"
    for address in (review, f"/staff/review/people/{person.id}", f"{review}/decide?person={person.id}"):
        shown = officer.get(address).text
        assert "Parent (a guess)" in shown and "Guessed from “his mum Julie Pryce”" in shown, address
    assert "Saving says that it is right" in officer.get(f"/staff/review/people/{person.id}/change").text
