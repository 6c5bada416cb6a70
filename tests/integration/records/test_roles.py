"""What we are for a record: said by whom, undone, and what follows for the reply, the copies and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.outbox import mark_sent, take_back
from sar.cases.queries import timeline_of, visible_case
from sar.cases.timeline import in_words
from sar.consultation.queries import to_ask
from sar.foundation import blobs, messages
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.oversight.forecasting import forecast_of
from sar.records.models import Record
from sar.records.queries import disclosable_records, pending_count, records_of, unsettled_count
from sar.records.roles import queries, service
from sar.records.roles.controllers import Named
from sar.records.roles.service import Reach
from sar.review.queries import preparers, undecided_count
from tests.factories import DEMO_DATA, a_record, an_originator, gathering_case, staff_actor

RunJobs = Callable[[], int]
FILES = DEMO_DATA / "case1" / "files"
COUNCIL = Named(name="Calder Council")


def to_pass_on(case: Case) -> int:
    return cases.facts_of(SYSTEM, case).to_pass_on


def only_held(case: Case) -> queries.Held:
    [held] = queries.held_for_others(case)
    return held


def test_a_record_that_is_not_ours_leaves_the_reply_and_comes_back_as_it_was(in_app: Flask, run_jobs: RunJobs) -> None:
    case, police = gathering_case(), an_originator()
    officer = staff_actor(Role.CASEWORKER)
    ours = a_record(case, b"Nothing about anybody.", "note.txt", regime="UKGDPR")
    theirs = a_record(case, FILES / "contact-log-X417206.pdf", originator=police)
    run_jobs()
    case = visible_case(SYSTEM, case.id)
    assert (theirs.role, theirs.role_set_by, to_pass_on(case)) == ("controller", None, 0)
    before, due = (undecided_count(case), forecast_of(case)), case.due_on
    assert before[0] > 0 and before[1] is not None and before[1][0].pages_left > 0

    assert service.set_role(officer, theirs.id, "processor", Named(police.id)) == [theirs]
    assert [found.id for found in disclosable_records(case)] == [ours.id] and to_ask(case) == []
    assert undecided_count(case) == 0
    left = forecast_of(case)
    assert left is not None and (left[0].pages_left, left[0].pages, left[0].records) == (0, 0, 1)
    assert (case.regimes, case.due_on, to_pass_on(case)) == ("UKGDPR", due, 1)
    assert only_held(case).records == [theirs] and only_held(case).controller.name == "Calder Police"
    assert officer.id in preparers(case)  # who kept a record from the reply does not sign it off
    assert service.set_role(officer, theirs.id, "processor", Named(name="calder  POLICE")) == []  # the same: no news

    service.set_role(officer, theirs.id, "joint_controller", COUNCIL)
    assert (theirs.role_set_by, to_pass_on(case), case.regimes) == (officer.id, 0, "LE UKGDPR")
    run_jobs()
    db.session.rollback()
    assert (undecided_count(case), forecast_of(case)) == before
    said = [entry.text for entry in in_words(timeline_of(case)) if "Our role" in entry.text]
    assert said == [
        "Our role for a record: we decide with others (joint controller), not we hold it for others (processor)",
        "Our role for a record: we hold it for others (processor), not we decide about it (controller)",
    ]


def test_what_is_not_ours_need_not_be_read_or_settled_and_sets_no_due_date(in_app: Flask, run_jobs: RunJobs) -> None:
    case = gathering_case()
    waiting = a_record(case, b"Their words.", "theirs.txt", regime="LE")
    assert pending_count(case) == 1
    service.set_role(SYSTEM, waiting.id, "processor", COUNCIL)
    # The regime of a case with nothing of ours is not theirs but the earliest of all, as before any record came.
    assert (pending_count(case), unsettled_count(case), case.regimes) == (0, 0, "LE UKGDPR")
    run_jobs()
    odd = b"From: a@b.example\nDate: Thu, 16 May 2024 17:48:00 +0100\nContent-Type: application/x-thing\n\nbytes\n"
    mail = a_record(case, odd, "odd.eml")
    service.set_role(SYSTEM, mail.id, "processor", COUNCIL)
    run_jobs()  # what comes out of a mail is whose the mail is
    [_first, _mail, inside] = records_of(case)
    assert (inside.role, inside.controller_id, inside.state) == ("processor", mail.controller_id, "unreadable")
    assert unsettled_count(case) == 0
    service.set_role(SYSTEM, mail.id, "controller", reach=Reach.FAMILY)
    assert (unsettled_count(case), inside.controller_id) == (1, None)
    service.set_role(SYSTEM, waiting.id, "joint_controller", COUNCIL, reach=Reach.SAME_ORIGIN)
    assert {found.role for found in records_of(case)} == {"joint_controller"}


def test_what_cannot_be_said_is_refused_in_plain_words(in_app: Flask) -> None:
    case, police = gathering_case(), an_originator()
    found, officer = a_record(case, b"Words.", "words.txt"), staff_actor(Role.CASEWORKER)
    for role, named, words in (
        ("processor", Named(), "Say for which organisation we hold this"),
        ("joint_controller", Named(name="  "), "Say which organisation decides with us"),
        ("processor", Named(police.id, "Calder Council"), "not both"),
        ("processor", Named(name=in_app.extensions["sar"].settings.organisation_name), "That is us"),
        ("owner", COUNCIL, "Choose what we are"),
    ):
        with pytest.raises(Refused, match=words):
            service.set_role(officer, found.id, role, named)
    with pytest.raises(NotAllowed):
        service.set_role(staff_actor(Role.SECOND_READER), found.id, "processor", COUNCIL)
    seen = case.version
    service.set_role(officer, found.id, "processor", COUNCIL, version=seen)
    with pytest.raises(Conflict, match="This case was changed"):
        service.set_role(officer, found.id, "controller", version=seen)
    assert (found.role, queries.controllers_of(case)[found.controller_id or ""].name) == ("processor", "Calder Council")


def test_a_copy_of_our_own_is_given_although_another_copy_is_not_ours(in_app: Flask, run_jobs: RunJobs) -> None:
    case, police = gathering_case(), an_originator()
    theirs = a_record(case, b"One and the same.", "a.txt", originator=police)
    copy = a_record(case, b"One and the same.", "b.txt")
    run_jobs()

    def given() -> list[Record]:
        db.session.rollback()
        assert sum(found.state == "ready" and found.is_ours for found in records_of(case)) <= 1
        return disclosable_records(case)

    assert given() == [theirs] and copy.state == "duplicate"
    service.set_role(SYSTEM, theirs.id, "processor", Named(police.id))
    run_jobs()
    assert given() == [copy] and copy.pages == 1
    service.set_role(SYSTEM, theirs.id, "controller")
    assert given() == [copy] and theirs.duplicate_of_id == copy.id
    service.set_role(SYSTEM, theirs.id, "processor", Named(police.id))
    service.set_role(SYSTEM, copy.id, "processor", Named(police.id))
    assert given() == []
    late = a_record(case, b"One and the same.", "c.txt")  # stands for itself: what is not ours stands for nothing
    run_jobs()
    assert given() == [late]


def test_the_request_counts_as_passed_on_when_our_letter_has_gone(in_app: Flask, run_jobs: RunJobs) -> None:
    case, police = gathering_case(), an_originator()
    found, officer = a_record(case, b"Words.", "words.txt", originator=police), staff_actor(Role.CASEWORKER)
    service.set_role(officer, found.id, "processor", Named(police.id))
    controller = only_held(case).controller
    assert queries.address_of(controller) == "sar@police.example"
    asked = {"information": "What the police wrote about me.", "channel": "post", "to": "1 High Street\nCalder"}
    for changes, words in (
        ({"information": " "}, "Say what the person asked for"),
        ({"to": ""}, "Say where the letter goes"),
        ({"channel": "sms"}, "Choose email or post"),
        ({"channel": "email"}, "email address in the correct format"),
    ):
        with pytest.raises(Refused, match=words):
            service.pass_on(officer, controller.id, **(asked | changes))
    seen = case.version
    row = service.pass_on(officer, controller.id, **asked, version=seen)
    with pytest.raises(Conflict, match="waits already"):
        service.pass_on(officer, controller.id, **asked)
    held = only_held(case)
    assert held.passed_on is None and held.waiting_letter is not None and to_pass_on(case) == 1
    text = " ".join(held.waiting_letter.body.split())
    assert "Marlon Pryce" in text and "What the police wrote about me." in text and case.reference in text
    assert "Mill Lane" not in text and "1987" not in text and "words.txt" not in text
    assert held.waiting_letter.letter_blob_id is not None
    with blobs.open(held.waiting_letter.letter_blob_id) as letter:
        assert letter.read(4) == b"%PDF"
    take_back(officer, str(row.message_id))
    assert only_held(case).waiting_letter is None and to_pass_on(case) == 1
    row = service.pass_on(officer, controller.id, **asked)
    mark_sent(officer, str(row.message_id))
    assert only_held(case).passed_on == london_today() and to_pass_on(case) == 0
    with pytest.raises(Conflict, match="passed on to them already"):
        service.record_passed_on(officer, controller.id, way="phone", on=london_today())
    with pytest.raises(Refused, match="letter of ours"):
        service.strike_out(officer, row.id)
    assert [one.kind for one in messages.about(case.id)].count("letter.request_passed_on") == 2


def test_passing_on_done_elsewhere_is_recorded_with_its_day_and_can_be_struck_out(in_app: Flask) -> None:
    today = london_today()
    case = gathering_case(received_on=today - timedelta(days=5))
    found, officer = a_record(case, b"Words.", "words.txt"), staff_actor(Role.CASEWORKER)
    service.set_role(officer, found.id, "processor", COUNCIL)
    controller = only_held(case).controller
    for on in (today + timedelta(days=1), today - timedelta(days=6)):
        with pytest.raises(Refused, match="Check the day"):
            service.record_passed_on(officer, controller.id, way="phone", on=on)
    with pytest.raises(Refused, match="how the request was passed on"):
        service.record_passed_on(officer, controller.id, way="pigeon", on=today)
    with pytest.raises(Refused, match="Say why the person must not be told"):
        service.say_what_is_told(officer, controller.id, contact="", told=False)
    due, seen = case.due_on, case.version
    row = service.record_passed_on(officer, controller.id, way="phone", on=today - timedelta(days=1), version=seen)
    with pytest.raises(Conflict, match="This case was changed"):
        service.strike_out(officer, row.id, version=seen)
    assert (only_held(case).passed_on, case.due_on) == (today - timedelta(days=1), due)
    service.strike_out(officer, row.id)
    assert only_held(case).passed_on is None and to_pass_on(case) == 1
    with pytest.raises(Conflict, match="struck out already"):
        service.strike_out(officer, row.id)
