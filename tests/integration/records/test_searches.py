"""Where we look for records: the list of a case, who is asked, who is reminded, what came of it, what it holds up."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.workflow import Event, NotPossible
from sar.foundation import messages
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import LONDON, london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.jobs import enqueue
from sar.records.searches import queries, service
from sar.records.searches.models import Search
from sar.release.papers import Cover
from sar.review import service as review
from tests.factories import a_record, gathering_case, searches_done, staff_actor
from tests.integration.release.office import PLAIN, paper

pytestmark = pytest.mark.usefixtures("in_app")
MONDAY, FRIDAY = date(2026, 6, 8), date(2026, 6, 12)


def at(day: date) -> time_machine.travel:
    return time_machine.travel(datetime(day.year, day.month, day.day, 10, tzinfo=LONDON), tick=False)


def officer() -> Actor:
    return staff_actor(Role.CASEWORKER, name="Olu Officer")


def dpo() -> Actor:
    return staff_actor(Role.DPO, name="Dana Officer")


def listed(case: Case, actor: Actor = SYSTEM) -> dict[str, Search]:
    """A list of every area of the directory, by name."""
    made = service.choose(actor, case.id, [area.id for area in queries.areas()])
    return {search.area.name: search for search in made}


def a_contact(area: str, email: str = "archive@northvale.example", manager: str = "") -> str:
    found = next(one for one in queries.areas() if one.name == area)
    added = service.add_contact(
        SYSTEM, found.id, name="Maud Trevelyan", role="Archive", email=email, manager_email=manager
    )
    return added.id


def mailed(kind: str) -> list[messages.Message]:
    db.session.rollback()
    query = select(messages.Message).where(messages.Message.kind == kind)
    return list(db.session.scalars(query.order_by(messages.Message.created_at)))


def logged(action: str) -> int:
    db.session.rollback()
    return len(list(db.session.scalars(select(AuditEntry.seq).where(AuditEntry.action == action))))


# What it holds up


@pytest.mark.parametrize("done", ["no list", "one open", "all left out later"])
def test_a_case_goes_no_further_while_nobody_said_what_was_searched(app: Flask, done: str) -> None:
    case, actor = gathering_case(), officer()
    if done != "no list":
        searches = [search.id for search in listed(case).values()]
        service.finish(actor, case.id, searches[1:], "not_searched", reason="Never there.")
        if done == "all left out later":
            service.finish(actor, case.id, searches[:1], "not_searched", reason="Never there.")
    review.start_review(actor, case.id)
    with pytest.raises(NotPossible, match=r"1 search has no outcome yet"):
        review.request_second_check(actor, case.id)
    if done == "no list":
        searches_done(case.id, actor)
    else:
        search = queries.searches_of(case)[0]
        if not search.is_open:
            service.reopen(actor, search.id)
        service.finish(actor, case.id, [search.id], "nothing_held")
    review.request_second_check(actor, case.id)
    assert visible_case(SYSTEM, case.id).stage == "second_check"


def test_what_was_searched_is_asked_again_at_sign_off_release_and_closing() -> None:
    """Whoever asks for the facts of a case is told of its searches: no stage can forget them."""
    case = gathering_case()
    assert cases.facts_of(SYSTEM, case).searches_open == 1
    searches_done(case.id)
    assert cases.facts_of(SYSTEM, case).searches_open == 0
    with write_transaction():
        case.stage = "released"
        db.session.execute(select(Search).where(Search.case_id == case.id)).scalars().first().state = "to_do"  # type: ignore[union-attr]
    with pytest.raises(NotPossible, match="no outcome yet"):
        cases.advance(SYSTEM, case.id, Event.CLOSE, cases.facts_of(SYSTEM, case))


def test_nobody_goes_on_looking_for_a_case_that_is_closed_because_no_reply_came() -> None:
    case = gathering_case()
    searches = [search.id for search in listed(case).values()]

    def close() -> None:
        cases.advance(SYSTEM, case.id, Event.CLOSE, replace(cases.facts_of(SYSTEM, case), closure_warned=True))

    with pytest.raises(NotPossible, match=f"{len(searches)} searches are still going on"):
        close()
    service.finish(officer(), case.id, searches, "not_searched", reason="They never answered.")
    close()
    assert visible_case(SYSTEM, case.id).stage == "closed"


# The list


def test_the_directory_comes_with_the_usual_places() -> None:
    assert {"Case management system", "Risk assessments", "CCTV and body-worn cameras"} <= {
        area.name for area in queries.areas()
    }


def test_an_area_is_left_out_with_a_reason_and_the_reply_does_not_name_it() -> None:
    case, actor = gathering_case(), officer()
    areas = queries.areas()
    with pytest.raises(Refused, match="Write why we do not look in: Approved premises"):
        service.choose(actor, case.id, [area.id for area in areas if area.name != "Approved premises"])
    with pytest.raises(Refused, match="at least one area"):
        service.choose(actor, case.id, [], "Nothing is ours.")
    assert queries.searches_of(case) == []
    service.choose(actor, case.id, [areas[0].id, areas[1].id], "He was seen once, at the office.")
    left_out = queries.searches_of(case)[-1]
    assert (left_out.state, left_out.reason) == ("not_searched", "He was seen once, at the office.")
    service.finish(actor, case.id, [search.id for search in queries.searches_of(case)[:2]], "nothing_held")
    assert queries.told_searches(case) == [areas[0].told_as, areas[1].told_as]
    letter = PdfReader(io.BytesIO(Cover(case, [], [], 3).pdf()))
    said = " ".join(" ".join(page.extract_text() for page in letter.pages).split())
    assert areas[0].told_as in said and areas[2].told_as not in said


def test_a_new_area_can_be_added_to_a_list_and_a_retired_one_is_offered_no_more() -> None:
    case, actor, keeper = gathering_case(), officer(), dpo()
    listed(case)
    assert queries.areas_left(case) == []
    added = service.add_area(keeper, name="Drones", told_as="pictures from the air", usual_days=3)
    assert queries.areas_left(case) == [added]
    service.choose(actor, case.id, [added.id])
    service.change_area(keeper, added.id, added.version, name="Drones", told_as="pictures", usual_days=3, retired=True)
    assert added not in queries.areas()
    assert "Drones" in [search.area.name for search in queries.searches_of(case)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "risk  Assessments"}, "of this name"),
        ({"name": " "}, "Enter the name"),
        ({"told_as": ""}, "how the reply names"),
        ({"usual_days": 0}, "from 1 to 60"),
    ],
)
def test_an_area_that_makes_no_sense_is_refused(values: dict[str, object], words: str) -> None:
    entry: dict[str, object] = {"name": "Drones", "told_as": "pictures", "usual_days": 3, **values}
    with pytest.raises((Refused, Conflict), match=words):
        service.add_area(dpo(), **entry)  # type: ignore[arg-type]


def test_the_directory_is_kept_by_the_data_protection_officer_alone() -> None:
    area = queries.areas()[0]
    for command in (
        lambda: service.add_area(officer(), name="Drones", told_as="pictures", usual_days=3),
        lambda: service.add_contact(
            staff_actor(Role.CASEWORKER), area.id, name="Maud", role="", email="maud@northvale.example"
        ),
    ):
        with pytest.raises(NotAllowed):
            command()


def test_of_two_who_change_an_entry_the_second_is_told() -> None:
    keeper, area = dpo(), queries.areas()[0]
    seen = area.version
    service.change_area(keeper, area.id, seen, name=area.name, told_as="our files", usual_days=4)
    with pytest.raises(Conflict, match="Someone else changed"):
        service.change_area(keeper, area.id, seen, name=area.name, told_as="files", usual_days=4)


# Asking


def test_whoever_is_asked_is_told_only_what_finds_the_person() -> None:
    with at(MONDAY):
        case = gathering_case()
        with write_transaction():
            visible_case(SYSTEM, case.id).submission.crn = "X417206"
        search = listed(case)["Paper files and archive"]
        a_contact("Paper files and archive")
        service.name_responsible_officer(SYSTEM, case.id, name="Grace Mbeki", email="grace@northvale.example")
        people = queries.to_ask(case, search)
        assert [one.name for one in people] == ["Maud Trevelyan", "Grace Mbeki"]
        asked = service.ask(SYSTEM, search.id, [one.key for one in people], "The blue folder of 2019.")
    # Ten days on is a Thursday; no weekend to step over.
    assert {request.due_on for request in asked} == {date(2026, 6, 18)}
    to_archive, to_officer = mailed("search_request")
    assert {to_archive.to, to_officer.to} == {"archive@northvale.example", "grace@northvale.example"}
    body = to_archive.body
    found_by = ("Marlon Pryce", "Marlon Reid", "12 April 1987", "X417206", case.reference)
    for needed in (*found_by, "18 June 2026", "The blue folder"):
        assert needed in body
    assert "Mill Lane" not in body
    assert queries.to_ask(visible_case(SYSTEM, case.id), search) == []
    with pytest.raises(Conflict, match="asked already"), at(MONDAY):
        service.ask(SYSTEM, search.id, [people[0].key])
    assert len(mailed("search_request")) == 2


def test_a_due_date_on_a_weekend_is_the_monday_after() -> None:
    with at(date(2026, 6, 10)):
        search = listed(gathering_case())["Paper files and archive"]
        a_contact("Paper files and archive")
        asked = service.ask(SYSTEM, search.id, [queries.contacts_of(search.area_id)[0].id])
    assert asked[0].due_on == date(2026, 6, 22)


# Reminders


def asked_case(manager: str = "") -> tuple[Case, Search]:
    with at(MONDAY):
        case = gathering_case()
        search = listed(case)["CCTV and body-worn cameras"]
        a_contact("CCTV and body-worn cameras", "cctv@northvale.example", manager)
        service.ask(SYSTEM, search.id, [queries.contacts_of(search.area_id)[0].id])
    return case, search


def on(day: date) -> int:
    with at(day):
        return service.chase_due()


def test_silence_is_followed_by_one_reminder_then_the_manager_then_nothing_more() -> None:
    asked_case("boss@northvale.example")  # the answer is due on Monday 15 June
    assert [on(date(2026, 6, day)) for day in (15, 16, 16, 17, 18, 19, 19, 22, 30)] == [0, 1, 0, 0, 0, 1, 0, 0, 0]
    assert [message.to for message in mailed("search_chase")] == ["cctv@northvale.example"]
    taken_further = mailed("search_escalation")
    assert [message.to for message in taken_further] == ["boss@northvale.example"]
    assert "Marlon" not in taken_further[0].body and "We have reminded them." in taken_further[0].body
    assert (logged("search.chased"), logged("search.escalated")) == (1, 1)


def test_without_a_manager_the_data_protection_officer_is_told_but_not_one_with_a_conflict() -> None:
    keeper, conflicted = dpo(), staff_actor(Role.DPO, name="Con Flicted")
    case, _search = asked_case()
    cases.declare_conflict(keeper, case.id, conflicted.id)
    assert on(date(2026, 6, 16)) + on(date(2026, 6, 19)) == 2
    assert [message.to for message in mailed("search_escalation")] == ["dana.officer.dpo@northvale.example"]


def test_nobody_to_whom_the_case_is_closed_is_asked_reminded_or_told() -> None:
    insider, keeper = staff_actor(Role.CASEWORKER, name="In Sider"), dpo()
    address = "In.Sider.caseworker@northvale.example"
    with at(MONDAY):
        case = gathering_case()
        search = listed(case)["Email and messages"]
        a_contact("Email and messages", address, "boss@northvale.example")
        a_contact("Email and messages", "second@northvale.example", address)
        service.ask(SYSTEM, search.id, [one.key for one in queries.to_ask(case, search)])
        other = gathering_case("Priya Ashdown")
        cases.declare_conflict(keeper, case.id, insider.id)
        cases.declare_conflict(keeper, other.id, insider.id)
        offered = queries.to_ask(other, listed(other)["Email and messages"])
        assert [one.email for one in offered] == ["second@northvale.example"]
    assert on(date(2026, 6, 30)) == 2
    assert [message.to for message in mailed("search_chase")] == ["second@northvale.example"]
    assert [message.to for message in mailed("search_escalation")] == ["boss@northvale.example"]
    assert on(date(2026, 7, 6)) == 1
    about_insider, about_second = mailed("search_escalation")
    assert about_second.to == "dana.officer.dpo@northvale.example"
    assert "We have sent them no reminder. Please have someone else look" in " ".join(about_insider.body.split())
    assert "We have reminded them." in about_second.body and "someone else" not in about_second.body


def test_a_worker_that_stood_still_catches_up_with_one_step_and_rests_at_weekends() -> None:
    asked_case("boss@northvale.example")
    assert on(date(2026, 7, 4)) == 0, "a Saturday"
    assert on(date(2026, 7, 6)) == 1
    assert on(date(2026, 7, 6)) == 0
    assert on(date(2026, 7, 9)) == 1


@pytest.mark.parametrize("why", ["answered", "case ended"])
def test_nobody_is_reminded_of_what_is_over(why: str) -> None:
    case, search = asked_case()
    with at(FRIDAY):
        if why == "answered":
            service.finish(SYSTEM, case.id, [search.id], "nothing_held")
        else:
            case = visible_case(SYSTEM, case.id)
            cases.withdraw(SYSTEM, case.id, london_today(), version=case.version)
    assert on(date(2026, 6, 16)) == 0


def test_the_worker_sends_reminders_by_itself(app: Flask) -> None:
    from sar.foundation.jobs import run_pending
    from sar.foundation.jobs.registry import intervals

    assert "searches.chase" in intervals
    asked_case()
    with time_machine.travel(datetime(2026, 6, 16, 10, tzinfo=LONDON)):
        with write_transaction():
            enqueue("searches.chase", "-")
        run_pending(app)
    assert len(mailed("search_chase")) == 1


# Results


def test_what_was_found_is_counted_and_linked_to_its_records(app: Flask) -> None:
    from sar.foundation.jobs import run_pending

    case, actor = gathering_case(), officer()
    searches = listed(case, actor)
    record = a_record(case, paper(PLAIN, PLAIN), title="Licence")
    run_pending(app)
    ours = searches["Case management system"]
    service.finish(actor, case.id, [ours.id], "found", record_ids=[record.id])
    again = queries.visible_search(actor, ours.id)
    assert (again.pages, [found.title for found in again.records], again.is_open) == (2, ["Licence"], False)
    service.reopen(actor, ours.id)
    service.finish(actor, case.id, [ours.id], "found", pages=40)
    db.session.expire_all()
    again = queries.visible_search(actor, ours.id)
    assert (again.pages, again.records) == (40, [])


@pytest.mark.parametrize(
    ("outcome", "more", "words"),
    [
        ("lost", {}, "Choose what came"),
        ("found", {}, "how many pages"),
        ("found", {"record_ids": ["z" * 26]}, "records of this case"),
        ("not_searched", {"reason": " "}, "Write why we did not look"),
        ("not_produced", {}, "Write why the records"),
        ("destroyed", {}, "retention schedule"),
    ],
)
def test_a_result_that_says_too_little_is_refused(outcome: str, more: dict[str, object], words: str) -> None:
    case = gathering_case()
    search = listed(case)["Risk assessments"]
    with pytest.raises(Refused, match=words):
        service.finish(officer(), case.id, [search.id], outcome, **more)  # type: ignore[arg-type]
    assert queries.visible_search(SYSTEM, search.id).is_open


def test_what_was_found_is_said_area_by_area_and_only_once() -> None:
    case, actor = gathering_case(), officer()
    one, two, *_ = listed(case, actor).values()
    with pytest.raises(Refused, match="one area at a time"):
        service.finish(actor, case.id, [one.id, two.id], "found", pages=3)
    service.finish(actor, case.id, [one.id], "destroyed", reason="R7")
    with pytest.raises(Conflict, match="said already"):
        service.finish(actor, case.id, [two.id, one.id], "nothing_held")
    assert queries.visible_search(SYSTEM, two.id).is_open, "all of it or nothing"


def test_nothing_changes_once_a_second_person_checks() -> None:
    case, actor = gathering_case(), officer()
    searches_done(case.id, actor)
    review.start_review(actor, case.id)
    review.request_second_check(actor, case.id)
    with pytest.raises(Refused, match="only while records are gathered or reviewed"):
        service.reopen(actor, queries.searches_of(case)[0].id)


# Who may see it


def test_the_searches_of_a_case_are_hidden_from_someone_with_a_conflict() -> None:
    case, actor = gathering_case(), officer()
    search = listed(case)["Risk assessments"]
    cases.declare_conflict(actor, case.id, actor.id)
    with pytest.raises(NotFound):
        service.ask(actor, search.id, ["officer"])
