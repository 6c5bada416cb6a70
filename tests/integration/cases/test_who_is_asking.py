"""Who is asking: identity, a representative's authority, the list of proofs, and what is no valid request."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from sar.access.permissions import Role
from sar.access.service import issue_phrase
from sar.cases import letters, service
from sar.cases.conflicts import service as conflicts
from sar.cases.letter_names import GROUPS, TO_STAFF
from sar.cases.letters import address_for, reach_words
from sar.cases.models import Case, ProofCheck
from sar.cases.not_valid import REASONS, REPEATED
from sar.cases.queries import clock_of, visible_case
from sar.cases.workflow import Event
from sar.foundation import blobs, messages, wording, wordings
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.jobs import run_pending
from sar.intake import evidence
from sar.intake.answers import Contact, Relationship, Representative, Route
from sar.oversight import compliance
from sar.oversight.queries import measures
from sar.release.papers import Cover
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import NAME, POST, ago, browser_of, caseworker, dpo, opened
from tests.integration.intake.walk import Browser, rows

pytestmark = pytest.mark.usefixtures("in_app")
RAO = Representative(
    Relationship.SOLICITOR, "Sunita Rao", Contact(Route.EMAIL, email="s.rao@raohart.example"), "Rao and Hart"
)


def fresh(case: Case) -> Case:
    db.session.rollback()
    return visible_case(SYSTEM, case.id)


def facts(action: str) -> list[dict[str, Any]]:
    return [json.loads(entry.facts) for entry in rows(AuditEntry) if entry.action == action]


def test_known_to_staff_is_recorded_with_who_knows_them_and_how(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    for missing in ({}, {"known_by": "Ana Duke"}, {"how": "since May"}):
        with pytest.raises(Refused, match="Say who knows the person"):
            service.check_identity(officer, case.id, "known", **missing)
    service.check_identity(officer, case.id, "known", known_by="Ana Duke, officer", how="has seen him weekly since May")
    [check] = rows(ProofCheck)
    assert (check.who, check.detail, check.checked_by) == (
        "Ana Duke, officer",
        "has seen him weekly since May",
        officer.id,
    )
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "Ana Duke, officer, has seen him weekly since May" in page and "Robin Field" in page


@pytest.mark.parametrize("typed", ["passport 533401372", "MORGA657054SM9IJ", "12 34 56 78"])
def test_the_number_of_a_document_is_never_written_down(typed: str) -> None:
    officer, case = caseworker(), opened(representative=RAO)
    with pytest.raises(Refused, match="number of the document"):
        service.check_identity(officer, case.id, "known", known_by="Ana Duke", how=typed)
    with pytest.raises(Refused, match="number of the document"):
        service.check_authority(officer, case.id, "signed", scope=typed)
    assert rows(ProofCheck) == []


@pytest.mark.parametrize("scope", ["all records 2019-2024", "from 01 02 2019 to 03-04-2024", "2023, 2024 and 2025"])
def test_years_and_dates_in_what_an_authority_covers_are_no_number_of_a_document(scope: str) -> None:
    officer, case = caseworker(), opened(representative=RAO)
    service.check_authority(officer, case.id, "signed", scope=scope)
    assert fresh(case).authority == "settled"


def test_a_late_request_for_proof_is_warned_of_before_it_is_made(in_app: Flask) -> None:
    officer = browser_of(in_app, caseworker())
    late, fresh_one = opened(days_ago=12), opened(name="Priya Ashdown")
    warning = "3 working days"
    assert warning in officer.get(f"/staff/cases/{late.id}/ask-identity").text
    assert warning not in officer.get(f"/staff/cases/{fresh_one.id}/ask-identity").text


def test_nothing_is_released_while_authority_is_not_settled(in_app: Flask) -> None:
    officer, case = caseworker(), opened(representative=RAO)
    assert case.authority == "unchecked"
    service.check_identity(officer, case.id, "officer_letter")
    assert not service.facts_of(officer, fresh(case)).identity_settled
    service.ask_for_authority(officer, case.id, "a solicitor asks")
    run_pending(in_app)
    assert not service.facts_of(officer, fresh(case)).identity_settled
    assert fresh(case).clock_state == "not_started"
    service.check_authority(
        officer, case.id, "signed", scope="all records", given_by="Mr Marchbanks", dated=ago(2), on=london_today()
    )
    assert service.facts_of(officer, fresh(case)).identity_settled
    assert clock_of(fresh(case)).start == london_today()
    with pytest.raises(Conflict):
        service.check_authority(officer, case.id, "signed", scope="all records")
    assert facts("case.authority_checked") == [{"document": "signed", "dated": ago(2).isoformat()}]
    check = next(one for one in rows(ProofCheck) if one.about == "authority")
    assert (check.document, check.who, check.detail) == ("signed", "Mr Marchbanks", "all records")


def test_authority_that_came_with_the_request_moves_no_clock_and_nobody_needs_it_for_themselves() -> None:
    officer = caseworker()
    case, own = opened(representative=RAO, days_ago=9), opened(name="Priya Ashdown")
    service.check_authority(officer, case.id, "attorney", scope="all records")
    assert clock_of(fresh(case)).start == case.received_on
    with pytest.raises(Refused, match="their own"):
        service.check_authority(officer, own.id, "signed", scope="all records")
    with pytest.raises(Refused, match="what the authority covers"):
        service.check_authority(officer, opened(representative=RAO).id, "signed", scope=" ")


def test_someone_who_asks_later_is_written_down_and_must_show_that_they_may(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/representative"
    form = {"name": "Sunita Rao", "relationship": "solicitor", "route": "email", "gets_letters": "y"}
    form |= {"version": case.version}
    assert "Give an email address" in browser.post(address, form).text
    assert browser.post(address, form | {"email": "s.rao@raohart.example"}).status_code == 302
    assert fresh(case).authority == "unchecked"
    service.check_authority(officer, case.id, "signed", scope="all records")
    service.set_representative(officer, case.id, RAO)
    assert fresh(case).authority == "settled"  # the same person, with an organisation now
    page = browser.get(address).text
    assert "Rao and Hart" in page and "s.rao@raohart.example" in page
    service.set_representative(officer, case.id, Representative(RAO.relationship, "Priya Ashdown", RAO.contact))
    assert fresh(case).authority == "unchecked"
    with pytest.raises(Refused, match="was settled before"):  # a new name gives no new time
        service.ask_for_authority(officer, case.id, "Somebody else asks")


def test_letters_go_to_whoever_asks_where_that_was_chosen() -> None:
    to_rao = opened(representative=RAO)
    at_home = opened(POST, representative=Representative(RAO.relationship, RAO.name, RAO.contact, gets_letters=False))
    for case in (to_rao, at_home):
        service.acknowledge(SYSTEM, case.id, case.version)
    [to_solicitor] = messages.about(to_rao.id)
    assert (to_solicitor.channel, to_solicitor.to) == ("email", "s.rao@raohart.example")
    assert "we hold about Quillon Zebedee Marchbanks" in to_solicitor.body
    [to_person] = messages.about(at_home.id)
    assert to_person.channel == "post" and "Gooseberry" in to_person.to and "we hold about you" in to_person.body


def test_a_letter_for_whoever_asks_never_goes_to_the_persons_own_address() -> None:
    by_post = Contact(Route.POST, address="Rao and Hart\n9 Bridge Chambers")
    case = opened(POST, address="12 Mill Lane", representative=Representative(RAO.relationship, RAO.name, by_post))
    service.acknowledge(SYSTEM, case.id, case.version)
    [letter] = messages.about(case.id)
    assert (letter.channel, letter.to) == ("post", "Rao and Hart\n9 Bridge Chambers")
    assert reach_words(case) == "Letter: Rao and Hart, 9 Bridge Chambers"
    # Where their post address is not known, a letter on paper is refused, not sent to the person.
    by_mail = opened(POST, address="12 Mill Lane", representative=RAO)
    with pytest.raises(Refused, match="no address"):
        address_for(by_mail, "post")


def test_the_list_of_proofs_is_one_for_letters_requesters_and_officers_and_the_dpo_edits_it(in_app: Flask) -> None:
    lead, officer = dpo(), caseworker()
    before = evidence.in_force()
    assert "a signed letter from your probation officer on headed paper" in evidence.documents()
    assert evidence.choices()["officer_letter"] == "A signed letter from their probation officer on headed paper"
    assert evidence.name_of("two_letters").startswith("Two letters to them from the council")
    items = [(item.code, item.words) for item in before.items if item.code != "two_letters"]
    with pytest.raises(NotAllowed):
        evidence.change(officer, items, number=before.number)
    evidence.change(lead, [*items, ("", "a letter from the Salvation Army.")], number=before.number)
    with pytest.raises(Conflict):
        evidence.change(lead, items, number=before.number)
    assert "a letter from the Salvation Army" in evidence.documents()
    assert not any(words.startswith("two letters") for words in evidence.documents())
    asked = opened(name="Kwame Osei")
    service.ask_for_identity(officer, asked.id, "the name differs")
    letters_go(asked)
    assert "- a letter from the Salvation Army" in messages.about(asked.id)[0].body
    requester = Browser(in_app)
    for path in (f"/staff/cases/{asked.id}/identity", f"/staff/cases/{asked.id}"):
        page = browser_of(in_app, officer).get(path).text
        assert path.endswith(asked.id) or "A letter from the Salvation Army" in page
    requester.begin()
    new_code = evidence.in_force().items[-1].code
    service.check_identity(officer, asked.id, new_code, on=london_today())
    assert evidence.name_of(new_code) == "A letter from the Salvation Army"
    assert evidence.name_of("two_letters").startswith("Two letters")


def test_the_page_of_proofs_saves_and_says_what_is_wrong(in_app: Flask) -> None:
    lead = browser_of(in_app, dpo())
    assert "a passport or driving licence" in lead.get("/staff/evidence").text
    empty = {"number": "0", "lines-0-code": "photo_id", "lines-0-words": " "}
    assert "Leave at least one thing" in lead.post("/staff/evidence", empty).text
    twice = {"number": "0", "lines-0-words": "a bus pass", "lines-1-words": "A bus pass", "lines-1-code": ""}
    assert "on the list twice" in lead.post("/staff/evidence", twice).text
    assert lead.post("/staff/evidence", {"number": "0", "lines-0-words": "a bus pass"}).status_code == 302
    assert evidence.documents() == ("a bus pass",)
    stale = lead.post("/staff/evidence", {"number": "0", "lines-0-words": "a library card"})
    assert stale.status_code == 409 and "a bus pass" in stale.text
    assert browser_of(in_app, caseworker()).get("/staff/evidence").status_code == 403


@pytest.mark.parametrize("code", REASONS)
def test_what_is_no_request_is_set_aside_with_its_reason_and_can_be_opened_again(code: str) -> None:
    lead, case = dpo(), opened()
    earlier = opened(days_ago=2).reference if code == REPEATED else ""
    words = "Ask Calder Council, Town Hall, Calder."
    service.set_aside(lead, case.id, code, words, earlier=earlier, version=case.version)
    assert (fresh(case).stage, fresh(case).clock_state) == ("not_valid", "ended")
    sent = [message.kind for message in messages.about(case.id)]
    expected = {"TEST": [], "CONTROLLER": ["letter.referral"]}.get(code, ["letter.not_valid"])
    assert sent == expected
    if expected:
        assert "Ask Calder Council" in messages.about(case.id)[0].body
    service.reopen(lead, case.id, "It was a request after all")
    assert (fresh(case).stage, fresh(case).clock_state) == ("received", "running")
    [logged] = facts("case.not_valid")
    assert (logged["code"], logged["told"], logged["proposed_by"]) == (code, bool(expected), lead.id)
    assert (logged["due_on"], logged["lateness_code"]) == (case.due_on.isoformat() if case.due_on else "", None)


def test_setting_aside_is_the_dpos_needs_words_and_destroys_a_copy_of_an_id() -> None:
    officer, lead, case = caseworker(), dpo(), opened()
    with pytest.raises(NotAllowed):
        service.set_aside(officer, case.id, "TEST", "A test")
    with pytest.raises(Refused, match="must propose this first"):
        service.set_aside(lead, case.id, "TEST", "A test")
    conflicts.close_to(lead, case.id, [officer.id])
    # Whoever closes a case to the others is not alone by that, nor who keeps it to themselves.
    with pytest.raises(Refused, match="No colleague who works on cases can see"):
        service.set_aside(lead, case.id, "TEST", "A test")
    conflicts.lift(lead, case.id, officer.id, "To declare it themselves")
    conflicts.restrict(lead, case.id, [lead.id])
    with pytest.raises(Refused, match="Let one of them see it again"):
        service.set_aside(lead, case.id, "TEST", "A test")
    conflicts.lift_restriction(lead, case.id, "To declare it themselves")
    service.declare_conflict(officer, case.id, officer.id)  # from here on the officer in charge is alone with it
    for code, words in (("TEST", " "), ("WEATHER", "It rained")):
        with pytest.raises(Refused):
            service.set_aside(lead, case.id, code, words)
    with pytest.raises(NotFound):
        service.set_aside(staff_actor(Role.AUDITOR), case.id, "TEST", "A test")
    nobody = opened(Contact(Route.PHONE, phone="07700 900 321"), name="Priya Ashdown")
    service.declare_conflict(officer, nobody.id, officer.id)
    service.set_aside(lead, nobody.id, "EMPTY", "Nothing in it", tell=False)
    assert messages.about(nobody.id) == [] and rows(blobs.Blob) == []


def test_the_letter_is_seen_before_something_is_set_aside(in_app: Flask) -> None:
    case, lead = opened(), browser_of(in_app, dpo())
    form = {"code": "NO_REQUEST", "words": "It is about a bus stop.", "tell": "y", "preview": "y"}
    form |= {"version": case.version}
    page = lead.post(f"/staff/cases/{case.id}/not-valid", form).text
    assert "It is about a bus stop." in page and "does not ask for records" in page
    assert fresh(case).stage == "received" and messages.about(case.id) == []
    assert "Nobody is written to" in lead.post(f"/staff/cases/{case.id}/not-valid", form | {"code": "TEST"}).text


def test_what_is_set_aside_is_counted_apart(in_app: Flask) -> None:
    lead, case, valid = dpo(), opened(), opened(name="Priya Ashdown")
    service.set_aside(lead, case.id, "TEST", "A test")
    table = list(csv.DictReader(io.StringIO("".join(compliance.export(lead, london_today(), london_today())))))
    by_reference = {row["id"]: row for row in table}
    aside, counted = by_reference[case.reference], by_reference[valid.reference]
    days = [aside[f"set_aside_{name}"] for name in ("on", "reason", "proposed_by", "decided_by", "days_late", "told")]
    assert days == [str(london_today()), "TEST", lead.id, lead.id, "0", "no"]
    assert (aside["valid"], aside["not_valid_reason"], aside["in_time"]) == ("N", "TEST", "not counted")
    assert (counted["valid"], counted["not_valid_reason"], counted["in_time"]) == ("Y", "", "open")
    found = measures(london_today(), london_today())
    assert (found.received, found.not_valid, found.set_aside) == (1, 1, (("TEST", 1, 0),))


def test_the_requester_reads_plain_and_true_words_in_each_state(in_app: Flask) -> None:
    lead = dpo()
    waiting, aside = opened(representative=RAO, name="Kwame Osei"), opened()
    service.ask_for_authority(lead, waiting.id, "a solicitor asks")
    run_pending(in_app)
    service.set_aside(lead, aside.id, "DECEASED", "We were sorry to hear it.")

    def read(case: Case) -> str:
        with write_transaction():
            phrase = issue_phrase(SYSTEM, case.reference)
        visitor = Browser(in_app)
        visitor.post("/check", {"reference": case.reference, "phrase": phrase})
        return visitor.get("/my-request/").text

    told = read(waiting)
    assert "We need to be sure that they may" in told and "Our time starts when we have what we asked for" in told
    assert "know that it is you" not in told
    told = read(aside)
    assert "This is not a request for records" in told and "copy of your ID, we destroyed that copy" in told
    assert "When you will hear from us" not in told


def test_the_stages_that_can_be_set_aside_and_no_others() -> None:
    lead, case = dpo(), opened()
    service.acknowledge(lead, case.id, case.version)
    service.start_gathering(lead, case.id)
    service.advance(lead, case.id, Event.START_REVIEW, service.facts_of(lead, fresh(case)))
    with pytest.raises(Refused, match="at the stage"):
        service.set_aside(lead, case.id, "TEST", "A test")
    assert facts("case.not_valid") == []


def test_whoever_needs_no_authority_is_not_asked_for_it() -> None:
    officer, case = caseworker(), opened(representative=replace(RAO, gets_letters=False))
    with pytest.raises(Refused, match="for whoever asks for them"):
        service.ask_for_authority(officer, case.id, "a solicitor asks")
    assert (fresh(case).authority, messages.about(case.id)) == ("unchecked", [])


def test_letters_greet_whoever_reads_them_and_speak_of_the_person_by_name() -> None:
    mother = Representative(Relationship.PARENT, "Ana Two", Contact(Route.POST, address="7 Mill Lane\nNorthvale"))
    child, client, own = (
        opened(representative=mother, name="Sol Two"),
        opened(representative=RAO),
        opened(name="Al Own"),
    )
    said = service.acknowledgement_of(child).as_text()
    assert said.startswith("Dear Ana Two,\n\nYou asked for the information we hold about Sol Two.")
    assert "about you" not in said and "In this letter" not in said
    proof = letters.compose(child, "authority_request", reason="We have not met.").as_text()
    assert proof.startswith("Dear Ana Two,") and "If Sol Two is your child" in proof
    assert "is your child" not in letters.compose(client, "authority_request", reason="We have not met.").as_text()
    question = letters.compose(child, "clarification", question="Which school?", reason="There are two.").as_text()
    assert question.startswith("Dear Ana Two,\n\nWe write to you because you act for Sol Two.\n\nWe want")
    doubt = letters.compose(own, "id_request", reason=letters.sentence("the date of birth differs")).as_text()
    assert doubt.startswith("Dear Al Own,") and "Why we ask\n\nThe date of birth differs.\n" in doubt


def test_where_nobody_acts_for_the_person_no_authority_is_asked_for_and_the_clock_runs(in_app: Flask) -> None:
    officer, case = caseworker(), opened(days_ago=3)
    with pytest.raises(Refused, match="Nobody acts for this person"):
        service.ask_for_authority(officer, case.id, "a solicitor asks")
    found = fresh(case)
    assert (found.clock_state, found.authority, messages.about(case.id)) == ("running", "not_needed", [])
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}/ask-authority").text
    assert "Nobody acts for this person" in page and "<textarea" not in page


def test_the_letter_on_top_of_a_reply_says_to_a_representative_whose_records_these_are(in_app: Flask) -> None:
    theirs, own = opened(representative=RAO), opened()
    said = {}
    for case in (theirs, own):
        paper = PdfReader(io.BytesIO(Cover(case, [], [], 3).pdf()))
        said[case.id] = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert f"no information about {NAME} that we can send" in said[theirs.id]
    assert f"that a court gave {NAME}" in said[theirs.id] and f"our contact with {NAME}" in said[theirs.id]
    assert not re.search(r"about you\b", said[theirs.id]), said[theirs.id]
    assert "no information about you that we can send" in said[own.id] and "our contact with you" in said[own.id]


def test_no_letter_to_a_representative_says_you_of_the_person() -> None:
    """Each that speaks of "your records" has a wording beside it that speaks of the person by name."""
    of_the_person = re.compile(r"about you\b|your (own )?(records|information)|court gave you\b|that know you")
    to_others = wordings.TO_OTHERS | set(GROUPS[TO_STAFF])
    for name in wording.names():
        if name in to_others or name.endswith(("_by_name", "_family")) or f"{name}_by_name" in wording.names():
            continue
        assert not of_the_person.search(wording.text_of(name)), name
    for name in wording.names():
        if name.endswith("_by_name"):
            said = wording.text_of(name).replace('Choose "Get your records".', "")
            assert not of_the_person.search(said) and "{name}" in said, name
