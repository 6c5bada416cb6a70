"""Small things to do on a case, and cases that belong together."""

from __future__ import annotations

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.links import queries as link_queries
from sar.cases.links import service as links
from sar.cases.links.models import CaseLink
from sar.cases.links.service import LinkKind
from sar.cases.models import Task
from sar.cases.queries import visible_case
from sar.cases.tasks import service as tasks
from sar.cases.tasks.queries import open_counts, tasks_of
from sar.foundation import keys
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotAllowed, NotFound, Refused
from sar.foundation.ids import random_id
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import ago, browser_of, caseworker, dpo, opened, parts
from tests.integration.intake.walk import rows

pytestmark = pytest.mark.usefixtures("in_app")


def test_tasks_are_added_done_and_put_back_and_those_due_first_stand_on_top() -> None:
    officer, case = caseworker(), opened()
    later = tasks.add_task(officer, case.id, "Scan the paper file", due_on=ago(-9))
    some_day = tasks.add_task(officer, case.id, "  Thank   the archive ")
    sooner = tasks.add_task(officer, case.id, "Ring the prison", due_on=ago(-2), staff_id=officer.id)
    assert [task.id for task in tasks_of(case)] == [sooner.id, later.id, some_day.id]
    assert some_day.text == "Thank the archive" and open_counts([case.id]) == {case.id: 3}
    tasks.finish(officer, sooner.id)
    assert [task.id for task in tasks_of(case)] == [later.id, some_day.id, sooner.id]
    with pytest.raises(Conflict):
        tasks.finish(caseworker("Ada Other"), sooner.id)
    tasks.put_back(officer, sooner.id)
    with pytest.raises(Conflict):
        tasks.put_back(officer, sooner.id)
    assert open_counts([case.id]) == {case.id: 3} and db.session.get_one(Task, sooner.id).done_by is None


def test_a_task_sent_twice_is_kept_once_and_an_empty_or_endless_one_never() -> None:
    officer, case, key = caseworker(), opened(), random_id()
    first = tasks.add_task(officer, case.id, "Ring", key=key)
    assert tasks.add_task(officer, case.id, "Ring", key=key).id == first.id
    for text in (" ", "x" * 501):
        with pytest.raises(Refused):
            tasks.add_task(officer, case.id, text)
    with pytest.raises(Refused, match="That day has passed"):
        tasks.add_task(officer, case.id, "Ring", due_on=ago(1))
    with pytest.raises(Conflict):
        tasks.add_task(caseworker("Ada Other"), case.id, "Ring", key=key)
    with pytest.raises(NotAllowed):
        tasks.add_task(staff_actor(Role.SECOND_READER), case.id, "Ring")
    assert len(rows(Task)) == 1


def test_a_task_goes_only_to_someone_who_may_see_the_case() -> None:
    officer, torn, case = caseworker(), caseworker("Torn Person"), opened()
    service.declare_conflict(dpo(), case.id, torn.id)
    for person in (torn.id, staff_actor(Role.AUDITOR).id, "nobody"):
        with pytest.raises(Refused):
            tasks.add_task(officer, case.id, "Ring", staff_id=person)


def test_what_a_task_says_is_not_in_the_log() -> None:
    officer, case = caseworker(), opened()
    tasks.finish(officer, tasks.add_task(officer, case.id, "Ask Fennimore").id)
    assert {"case.task_added", "case.task_done"} <= {entry.action for entry in rows(AuditEntry)}
    assert not any("Fennimore" in entry.facts for entry in rows(AuditEntry))


def test_an_officer_adds_a_task_and_ticks_it_off_on_the_page(in_app: Flask) -> None:
    officer, case = caseworker(), opened()
    browser, add = browser_of(in_app, officer), f"/staff/cases/{case.id}/tasks/add"
    assert "Write what is to be done" in browser.post(add, {"text": "", "due_on": ["", "", ""]}).text
    sent = {"text": "Ring the prison", "due_on": parts(ago(2)), "staff_id": officer.id}
    again = browser.post(add, sent).text
    assert "That day has passed" in again and "Ring the prison" in again
    assert browser.post(add, {**sent, "due_on": parts(ago(0))}).location == f"/staff/cases/{case.id}"
    with write_transaction():
        rows(Task)[0].due_on = ago(2)
    page = browser.get(f"/staff/cases/{case.id}").text
    assert "Ring the prison" in page and ">Late<" in page
    [task] = rows(Task)
    browser.post(f"/staff/tasks/{task.id}/done", {}, form_at=f"/staff/cases/{case.id}")
    assert "1 task done" in browser.get(f"/staff/cases/{case.id}").text
    browser.post(f"/staff/tasks/{task.id}/done", {}, form_at=f"/staff/cases/{case.id}")
    assert "Somebody ticked this task off already" in browser.get(f"/staff/cases/{case.id}").text


def test_a_link_shows_on_both_cases_each_from_its_own_side(in_app: Flask) -> None:
    officer, first, second = caseworker(), opened(days_ago=40), opened()
    links.link(officer, second.id, first.reference, LinkKind.EARLIER, "Same date of birth", version=second.version)
    assert [(one.words, one.reference) for one in link_queries.links_of(officer, second)] == [
        ("Earlier request of this person", first.reference)
    ]
    assert [(one.words, one.reference) for one in link_queries.links_of(officer, first)] == [
        ("Later request of this person", second.reference)
    ]
    browser = browser_of(in_app, officer)
    for case, other in ((first, second), (second, first)):
        page = browser.get(f"/staff/cases/{case.id}").text
        assert other.reference in page and "Same date of birth" in page and "Linked to another request" in page


def test_a_link_needs_another_case_one_can_see_a_reason_and_no_link_before_it() -> None:
    officer, case, other, hidden = caseworker(), opened(), opened(), opened()
    service.declare_conflict(officer, hidden.id, officer.id)
    for reference in (case.reference, "SAR-0000-0000", "nonsense", hidden.reference):
        with pytest.raises(Refused):
            links.link(officer, case.id, reference, LinkKind.REPEATS, "Same words")
    with pytest.raises(Refused):
        links.link(officer, case.id, other.reference, LinkKind.REPEATS, " ")
    links.link(officer, case.id, other.reference.lower(), LinkKind.REPEATS, "Same words")
    with pytest.raises(Conflict):
        links.link(officer, other.id, case.reference, LinkKind.EARLIER, "Same person")


def test_a_link_is_taken_back_with_a_reason_and_can_be_made_again() -> None:
    officer, case, other = caseworker(), opened(), opened()
    made = links.link(officer, case.id, other.reference, LinkKind.RELATED, "Brothers")
    with pytest.raises(Refused):
        links.unlink(officer, made.id, "")
    links.unlink(officer, made.id, "Not brothers")
    with pytest.raises(Conflict):
        links.unlink(officer, made.id, "Not brothers")
    assert link_queries.links_of(officer, case) == link_queries.links_of(officer, other) == []
    assert db.session.get_one(CaseLink, made.id).end_reason == "Not brothers"
    links.link(officer, other.id, case.reference, LinkKind.RELATED, "Brothers after all")
    assert len(link_queries.links_of(officer, case)) == 1
    told = [entry.action for entry in rows(AuditEntry) if entry.subject_id == other.id]
    assert told.count("case.linked") == 2 and told.count("case.unlinked") == 1


def test_a_linked_case_that_is_closed_to_the_reader_is_not_there(in_app: Flask) -> None:
    officer, case, other = caseworker(), opened(), opened(name="Otis Marsh")
    made = links.link(dpo(), case.id, other.reference, LinkKind.RELATED, "Brothers")
    service.declare_conflict(officer, other.id, officer.id)
    page = browser_of(in_app, officer).get(f"/staff/cases/{case.id}").text
    assert other.reference not in page and "Brothers" not in page and "Linked to another request" not in page
    for topic in ("done", "people"):
        assert "Linked to" not in browser_of(in_app, officer).get(f"/staff/cases/{case.id}/history?topic={topic}").text
    assert (
        "Linked to another request"
        in browser_of(in_app, caseworker("Jo Other")).get(f"/staff/cases/{case.id}/history").text
    )
    with pytest.raises(NotFound):
        links.unlink(officer, made.id, "No")
    assert browser_of(in_app, officer).get(f"/staff/links/{made.id}/end").status_code == 404


def test_a_link_outlives_the_erasure_of_the_case_that_gave_the_reason() -> None:
    officer, case, other = caseworker(), opened(), opened()
    links.link(officer, case.id, other.reference, LinkKind.RELATED, "Brothers")
    with write_transaction():
        keys.erase_scope(case.scope_id)
    assert [one.reason for one in link_queries.links_of(officer, visible_case(officer, other.id))] == [""]


def test_the_page_that_links_offers_others_of_the_same_name(in_app: Flask) -> None:
    officer, case = caseworker(), opened(name="Otis Marsh")
    same, hidden, another = opened(name="Marsh, Otis"), opened(name="Otis Marsh"), opened(name="Ada Reid")
    service.declare_conflict(officer, hidden.id, officer.id)
    browser, address = browser_of(in_app, officer), f"/staff/cases/{case.id}/link"
    page = browser.get(address).text
    assert same.reference in page and another.reference not in page and hidden.reference not in page
    sent = {"reference": same.reference, "kind": "repeats", "reason": "Same words", "version": case.version}
    assert browser.post(address, sent).location == f"/staff/cases/{case.id}"
    [made] = rows(CaseLink)
    browser.post(f"/staff/links/{made.id}/end", {"reason": "A mistake"})
    db.session.rollback()  # what was read above is an old snapshot
    assert link_queries.links_of(officer, case) == []


def test_a_paused_clock_stands_in_the_way_of_neither_notes_nor_tasks_nor_links() -> None:
    officer, case, other = caseworker(), opened(days_ago=3), opened()
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    letters_go(case)
    assert visible_case(officer, case.id).clock_state == "paused"
    service.add_note(officer, case.id, "He rang.")
    tasks.finish(officer, tasks.add_task(officer, case.id, "Ring back", due_on=london_today()).id)
    links.link(officer, case.id, other.reference, LinkKind.RELATED, "Brothers")
    assert visible_case(officer, case.id).clock_state == "paused"
