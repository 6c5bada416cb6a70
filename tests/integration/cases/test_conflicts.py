"""A case about someone who works here, a relative or a colleague: who notes it, who closes it to whom, who lifts it."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from sar.access.models import Staff
from sar.access.permissions import Role
from sar.cases import service
from sar.cases.conflicts import service as conflicts
from sar.cases.conflicts.queries import left_alone
from sar.cases.models import Case, ConflictOfInterest, NamedPerson, Note, Task
from sar.cases.queries import visible_case
from sar.cases.tasks import service as tasks
from sar.cases.waiting import Whom
from sar.cases.worklist.queries import work_list
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.jobs import run_pending
from sar.intake.answers import StaffConnection
from sar.oversight import queries as measures
from sar.oversight.service import compliance_export
from tests.factories import staff_actor
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, fresh, opened
from tests.integration.intake.test_logging_a_request import typed
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def seen_now(case_id: str) -> dict[str, int]:
    """What a form made now would send: of a fresh snapshot, and none is kept."""
    db.session.rollback()
    version = visible_case(SYSTEM, case_id).version
    db.session.rollback()
    return {"version": version}


def test_a_connection_is_noted_by_whoever_works_on_the_case_and_stays_out_of_the_log(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    conflicts.mark_about_staff(officer, case.id, "lived_experience", version=case.version)
    [row] = work_list(officer).rows
    assert [flag.text for flag in row.flags] == ["Conflict: colleague"]
    assert not any("lived" in entry.facts for entry in rows(AuditEntry))
    with pytest.raises(Refused):
        conflicts.mark_about_staff(officer, case.id, "neighbour")
    with pytest.raises(NotAllowed):
        conflicts.mark_about_staff(staff_actor(Role.SECOND_READER), case.id, "relative")
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "Conflict: colleague" in page
    # Until somebody is kept from it, the page says so to each according to what they can do about it.
    assert "Name those who must not see it" in page
    lead, other = dpo(), caseworker("Other Person")
    address = f"/staff/cases/{case.id}"
    assert "Close it to those who must not see it." in browser_of(in_app, lead).get(address).text
    conflicts.close_to(lead, case.id, [other.id])
    assert "is open to everyone who works on cases" not in browser_of(in_app, lead).get(address).text
    conflicts.mark_about_staff(officer, case.id, "")
    assert work_list(officer).rows[0].flags == []


def test_whoever_notes_a_connection_names_those_the_case_is_closed_to_at_once() -> None:
    officer, relative, case = caseworker(), caseworker("Related Person"), opened()
    service.assign(relative, case.id, relative.id)
    for link, people in (("", [relative.id]), ("relative", [officer.id]), ("relative", [relative.id, "nobody"])):
        with pytest.raises(Refused):
            conflicts.mark_about_staff(officer, case.id, link, staff_ids=people)
    assert rows(ConflictOfInterest) == [] and visible_case(relative, case.id).staff_link is None
    conflicts.mark_about_staff(officer, case.id, "relative")
    for _ in range(2):  # named once the connection stands, and named again
        conflicts.mark_about_staff(officer, case.id, "relative", staff_ids=[relative.id])
    assert [row.staff_id for row in rows(ConflictOfInterest)] == [relative.id]
    assert visible_case(officer, case.id).officer_id is None
    with pytest.raises(NotFound):
        visible_case(relative, case.id)
    told = [json.loads(entry.facts) for entry in rows(AuditEntry) if entry.action == "case.conflict_declared"]
    assert told == [{"officer_id": relative.id}]


def test_a_caseworker_names_people_on_the_page(in_app: Flask) -> None:
    officer, relative, case = caseworker(), caseworker("Related Person"), opened()
    browser, there = browser_of(in_app, officer), f"/staff/cases/{case.id}"
    sent = {"version": case.version, "people": relative.id}
    assert "before you close the case to anyone" in browser.post(f"{there}/about-staff", {**sent, "link": "none"}).text
    assert browser.post(f"{there}/about-staff", {**sent, "link": "relative"}).location == there
    assert browser_of(in_app, relative).get(there).status_code == 404
    assert "Related Person" not in browser.get(f"{there}/about-staff").text, "not to be named again"


def test_the_dpo_closes_a_case_to_several_and_takes_from_them_what_they_had_of_it() -> None:
    boss, first, second, case = dpo(), caseworker("First Person"), caseworker("Second Person"), opened()
    service.assign(boss, case.id, first.id)
    task = tasks.add_task(boss, case.id, "Ring", staff_id=second.id)
    with pytest.raises(NotAllowed):
        conflicts.close_to(first, case.id, [second.id])
    with pytest.raises(Refused):
        conflicts.close_to(boss, case.id, [])
    with pytest.raises(Refused):
        conflicts.close_to(boss, case.id, [boss.id])
    with pytest.raises(Refused):
        conflicts.close_to(boss, case.id, [first.id, "nobody"])
    assert rows(ConflictOfInterest) == []
    for _ in range(2):
        conflicts.close_to(boss, case.id, [first.id, second.id])
    assert len(rows(ConflictOfInterest)) == 2
    assert visible_case(boss, case.id).officer_id is None and db.session.get_one(Task, task.id).staff_id is None
    for person in (first, second):
        assert work_list(person).total == work_list(person).counts.team == 0
        with pytest.raises(NotFound):
            visible_case(person, case.id)


def test_lifting_a_conflict_takes_the_dpo_and_a_reason_that_is_kept() -> None:
    boss, person, case = dpo(), caseworker("Torn Person"), opened()
    service.declare_conflict(person, case.id, person.id)
    with pytest.raises(NotAllowed):
        conflicts.lift(caseworker("Ada Other"), case.id, person.id, "Fine")
    with pytest.raises(Refused):
        conflicts.lift(boss, case.id, person.id, " ")
    conflicts.lift(boss, case.id, person.id, "Another person of the same name")
    with pytest.raises(NotFound):
        conflicts.lift(boss, case.id, person.id, "Again")
    assert [note.text for note in rows(Note)] == [
        "Conflict of interest of Torn Person lifted: Another person of the same name"
    ]
    assert visible_case(person, case.id)
    lifted = [entry for entry in rows(AuditEntry) if entry.action == "case.conflict_lifted"]
    assert [json.loads(entry.facts) for entry in lifted] == [{"officer_id": person.id}]


def test_a_restricted_case_is_there_for_those_named_and_for_nobody_who_comes_later() -> None:
    boss, named, other, case = dpo(), caseworker("Named Person"), caseworker("Ada Other"), opened()
    service.assign(boss, case.id, other.id)
    with pytest.raises(NotAllowed):
        conflicts.restrict(named, case.id, [named.id])
    with pytest.raises(Refused):
        conflicts.restrict(boss, case.id, [staff_actor(Role.AUDITOR).id])
    conflicts.restrict(boss, case.id, [named.id], version=case.version)
    assert {row.staff_id for row in rows(NamedPerson)} == {boss.id, named.id}
    assert visible_case(named, case.id).officer_id is None
    for person in (other, caseworker("Newly Hired"), dpo("Another Officer")):
        assert work_list(person).total == 0
        with pytest.raises(NotFound):
            visible_case(person, case.id)
    with pytest.raises(Refused):
        service.assign(boss, case.id, other.id)
    seen = visible_case(boss, case.id).version
    conflicts.restrict(boss, case.id, [other.id], version=seen)
    with pytest.raises(Conflict):
        conflicts.restrict(boss, case.id, [named.id], version=seen)
    with pytest.raises(NotFound):
        visible_case(named, case.id)


def test_a_restriction_is_lifted_with_a_reason_and_a_declared_conflict_outlasts_it() -> None:
    boss, other, torn, case = dpo(), caseworker("Ada Other"), caseworker("Torn Person"), opened()
    conflicts.close_to(boss, case.id, [torn.id])
    conflicts.restrict(boss, case.id, [torn.id])
    with pytest.raises(NotFound):  # named or not: a conflict is a conflict
        visible_case(torn, case.id)
    with pytest.raises(Refused):
        conflicts.lift_restriction(boss, case.id, "")
    conflicts.lift_restriction(boss, case.id, "The colleague has left")
    with pytest.raises(Conflict):
        conflicts.lift_restriction(boss, case.id, "Again")
    assert visible_case(other, case.id) and rows(NamedPerson) == []
    with pytest.raises(NotFound):
        visible_case(torn, case.id)


def test_reports_count_a_closed_case_and_list_it_only_for_those_who_may_know_of_it() -> None:
    boss, torn, auditor, case = dpo(), dpo("Torn Officer"), staff_actor(Role.AUDITOR), opened(days_ago=3)
    conflicts.close_to(boss, case.id, [torn.id])
    conflicts.restrict(boss, case.id, [])
    assert measures.measures(ago(9), london_today()).received == 1
    for actor, there in ((boss, True), (auditor, True), (torn, False), (dpo("Unnamed Officer"), False)):
        table = "".join(compliance_export(actor, ago(9), london_today()))
        assert (case.reference in table) is there
    exported = [json.loads(entry.facts) for entry in rows(AuditEntry) if entry.action == "oversight.report_exported"]
    assert [facts["rows"] for facts in exported] == [1, 1, 0, 0]
    conflicts.close_to(boss, case.id, [auditor.id])
    assert case.reference not in "".join(compliance_export(auditor, ago(9), london_today()))


def test_the_pages_close_a_case_and_open_it_again(in_app: Flask) -> None:
    boss, person, case = dpo(), caseworker("Torn Person"), opened()
    browser, there = browser_of(in_app, boss), f"/staff/cases/{case.id}"
    version = {"version": case.version}
    assert browser.post(f"{there}/about-staff", {**version, "link": "relative"}).location == there
    page = browser.get(f"{there}/closed-to").text
    assert "Torn Person" in page and "Dana Officer" not in page.split('name="people"', 1)[1].split("</form>")[0]
    now = seen_now(case.id)
    assert "Choose whom the case is closed to" in browser.post(f"{there}/closed-to", now).text
    assert browser.post(f"{there}/closed-to", {**now, "people": person.id}).location == there
    assert "let them see it again" in browser.get(f"{there}/closed-to").text
    assert browser_of(in_app, person).get(there).status_code == 404
    lift = f"{there}/closed-to/{person.id}/lift"
    assert browser.post(lift, {**now, "reason": "Another of that name"}).location == there
    assert browser.post(f"{there}/named-people", now).location == there
    assert browser_of(in_app, person).get(there).status_code == 404
    now = seen_now(case.id)
    assert "Let the whole team see it again" in browser.get(f"{there}/named-people").text
    assert browser.post(f"{there}/named-people/lift", {**now, "reason": "It was nothing"}).location == there
    assert browser_of(in_app, person).get(there).status_code == 200


def test_who_says_that_they_are_connected_with_us_is_seen_by_the_dpo_alone_until_the_dpo_said_who_may(
    in_app: Flask,
) -> None:
    boss, relative, officer = dpo(), caseworker("Related Person"), caseworker()
    browser, lead = browser_of(in_app, officer), browser_of(in_app, boss)
    logged = browser.post(
        "/staff/log", typed(channel="telephone", staff_said="yes", staff_name="A cousin"), form_at="/staff/log"
    )
    assert "Only the data protection officers see the case" in logged.text
    run_pending(in_app)
    [case] = rows(Case)
    there = f"/staff/cases/{case.id}"
    assert case.stage == "received" and case.due_on is not None, "a request like any other, and its clock runs"
    for person in (officer, relative):
        assert work_list(person).total == 0 and browser_of(in_app, person).get(there).status_code == 404
    [row] = work_list(boss).rows
    assert row.waiting == [Whom.DPO] and [flag.text for flag in row.flags][0] == "Conflict: look at it"
    page = lead.get(there).text
    assert "they, or someone in their family, work here: A cousin." in page and "Say who must not see it" in page
    assert "A cousin" in lead.get(f"{there}/about-staff").text
    given = {**seen_now(case.id), "link": "relative", "people": relative.id}
    assert "Choose who may see this case from now on" in lead.post(f"{there}/about-staff", given).text
    assert lead.post(f"{there}/about-staff", {**given, "audience": "team"}).location == there
    assert browser.get(there).status_code == 200 and browser_of(in_app, relative).get(there).status_code == 404
    assert work_list(boss).rows[0].waiting == [] and "Say who must not see it" not in lead.get(there).text


def test_a_case_stays_with_those_it_is_kept_to_if_the_dpo_says_so() -> None:
    boss, officer = dpo(), caseworker()
    case = opened(staff_connection=StaffConnection())
    with pytest.raises(NotFound):
        conflicts.settle_connection(officer, case.id, "", for_the_team=True)
    conflicts.settle_connection(boss, case.id, "employee", for_the_team=False)
    assert (fresh(case).staff_link, fresh(case).restricted) == ("employee", True)
    with pytest.raises(NotFound):
        visible_case(officer, case.id)


def test_no_case_is_lost_where_only_whoever_was_named_could_see_it(in_app: Flask) -> None:
    named, officer = dpo("Dana  Officer"), caseworker()
    case = opened(staff_connection=StaffConnection("dana officer"))
    with pytest.raises(NotFound):
        visible_case(named, case.id)
    assert not visible_case(officer, case.id).restricted
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert "work here: dana officer." in page and "Only a data protection officer" not in page
    conflicts.mark_about_staff(officer, case.id, "relative")
    assert work_list(officer).rows[0].waiting == []


def test_a_case_is_not_closed_to_the_only_officer_who_can_decide_about_it(in_app: Flask) -> None:
    officer, boss, case = caseworker(), dpo(), opened()
    words = "name another data protection officer first"
    for command in (
        lambda: service.declare_conflict(boss, case.id, boss.id),
        lambda: conflicts.mark_about_staff(officer, case.id, "relative", staff_ids=[boss.id]),
    ):
        with pytest.raises(Refused, match=words):
            command()
    page = browser_of(in_app, boss).post(f"/staff/cases/{case.id}/conflict", seen_now(case.id))
    assert page.status_code == 200 and words in page.text
    assert rows(ConflictOfInterest) == []
    deputy = dpo("Bela Stone")
    with pytest.raises(Refused, match=words):  # not to both at once either
        conflicts.mark_about_staff(officer, case.id, "relative", staff_ids=[boss.id, deputy.id])
    service.declare_conflict(boss, case.id, boss.id)
    with pytest.raises(Refused, match=words):
        service.declare_conflict(deputy, case.id, deputy.id)
    assert [row.staff_id for row in rows(ConflictOfInterest)] == [boss.id]


def test_a_restricted_case_whose_people_left_can_be_taken_over_and_by_nobody_whom_it_is_closed_to(
    in_app: Flask,
) -> None:
    first, case, other = dpo(), opened(), opened(name="Priya Ashdown")
    conflicts.restrict(first, case.id, [caseworker().id])
    new, kept_out = dpo("New Officer"), dpo("Kept Out")
    service.declare_conflict(first, case.id, kept_out.id)
    browser = browser_of(in_app, new)
    assert left_alone(new) == [] and "no data protection officer" not in browser.get("/staff/cases/").text
    with pytest.raises(NotFound):
        conflicts.take_over(new, case.id, "I want to see it.")
    with write_transaction() as session:
        session.get_one(Staff, first.id).disabled = True
    assert left_alone(kept_out) == left_alone(caseworker("Some Body")) == []
    assert "A restricted case has no data protection officer" in browser.get("/staff/cases/").text
    page = browser.get("/staff/left-alone").text
    assert case.reference in page and other.reference not in page and case.submission.full_name not in page
    address = f"/staff/left-alone/{case.id}"
    assert "Say why you take it over" in browser.post(address, {"reason": ""}).text
    assert browser_of(in_app, kept_out).get(address).status_code == 404
    assert browser.post(address, {"reason": "Both have left."}).status_code == 302
    assert visible_case(new, case.id).restricted and left_alone(new) == []
    assert any(note.text == "Taken over: Both have left." for note in rows(Note))
    logged = [json.loads(entry.facts) for entry in rows(AuditEntry) if entry.action == "case.taken_over"]
    assert logged == [{"officer_id": new.id}]
    assert browser.get(f"/staff/cases/{case.id}").status_code == 200
