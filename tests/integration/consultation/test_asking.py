"""An originator is asked about its own records, reminded, and taken off the list when it is over."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from sar.access.service import open_link
from sar.cases import service as cases
from sar.consultation import queries, service
from sar.consultation.models import Consultation, State, View
from sar.foundation import audit, messages
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db
from sar.foundation.errors import Conflict, Gone, NotFound, Problem, Refused
from sar.records.models import Originator
from tests.factories import a_record, gathering_case
from tests.integration.cases.desk import browser_of
from tests.integration.consultation.conftest import POLICE_TITLE, REQUESTER, Office, Others, originator_of
from tests.integration.consultation.outbox import kinds, token_in
from tests.integration.consultation.paper import paper

REASON = "The source could be worked out from the third paragraph."


def again(consultation: Consultation) -> Consultation:
    db.session.rollback()
    return db.session.get_one(Consultation, consultation.id, populate_existing=True)


def entries(consultation: Consultation) -> list[AuditEntry]:
    return [entry for entry in audit.entries() if entry.subject_id == consultation.id]


def test_an_originator_is_asked_about_its_own_records_by_mail(office: Office, others: Others) -> None:
    asked = office.ask()
    assert [found.id for found in asked.records] == [office.police_record]
    assert (asked.state, asked.due_on - asked.sent_on) == (State.SENT, timedelta(days=14))
    [mail] = messages.about(asked.id)
    assert (mail.to, mail.kind) == ("sar@police.example", "consultation_request")
    assert open_link(token_in(mail), service.PURPOSE).subject_id == asked.id
    assert [group.originator.name for group in queries.to_ask(office.case)] == ["St Swithin School"]
    assert queries.undecided_count(office.case) == 1


def test_where_no_record_came_from_elsewhere_it_is_said_that_there_is_nobody_to_ask(office: Office) -> None:
    empty = gathering_case("Someone Else")
    desk = browser_of(office.app, office.officer)
    assert "There is nobody to ask." in desk.get(f"/staff/cases/{empty.id}/consultation").text
    assert "There is nobody to ask." not in desk.get(f"/staff/cases/{office.case_id}/consultation").text


def test_no_record_of_anyone_else_is_ever_sent(office: Office, others: Others) -> None:
    elsewhere = a_record(gathering_case("Someone Else"), paper("Theirs"), "theirs.pdf").id
    for foreign in (others.school, others.own, elsewhere, "no-such-record"):
        for wanted in ([foreign], [office.police_record, foreign]):
            with pytest.raises(Refused):
                service.send(office.officer, office.case_id, office.police_id, wanted)
    with pytest.raises(Refused):
        service.send(office.officer, office.case_id, office.police_id, [])
    assert queries.consultations_of(office.case) == [] and len(queries.to_ask(office.case)) == 2


def test_an_originator_without_an_address_is_not_asked(office: Office, no_mail: Originator) -> None:
    with pytest.raises(Refused, match="no email address"):
        office.ask()
    assert queries.consultations_of(office.case) == []


def test_the_same_records_are_not_asked_about_twice(office: Office) -> None:
    asked = office.ask()
    with pytest.raises(Conflict):
        office.ask()
    assert [found.id for found in queries.consultations_of(office.case)] == [asked.id]
    service.withdraw(office.officer, asked.id)
    assert office.ask().id != asked.id


def test_an_answer_counts_once_and_takes_a_reason(office: Office) -> None:
    asked = office.ask()
    originator = originator_of(asked)
    for view in (View.RELEASE_IN_PART, View.WITHHOLD, View.NOT_OURS):
        with pytest.raises(Refused, match="why"):
            service.answer(originator, view, "  ", "DS Hale")
    with pytest.raises(Refused, match="name"):
        service.answer(originator, View.RELEASE, "", " ")
    service.opened(originator)
    service.answer(originator, View.RELEASE_IN_PART, REASON, "DS Hale")
    with pytest.raises(Gone):
        service.answer(originator, View.RELEASE, "", "DS Hale")
    found = again(asked)
    assert (found.state, found.answer, found.answer_reason, found.answered_by) == (
        State.ANSWERED,
        View.RELEASE_IN_PART,
        REASON,
        "DS Hale",
    )
    assert queries.undecided_count(office.case) == 1


def test_of_two_answers_at_the_same_moment_one_is_kept(office: Office) -> None:
    asked = office.ask()
    originator, started = originator_of(asked), threading.Barrier(2)
    outcome: dict[View, Problem | None] = {}

    def reply(view: View) -> None:
        with office.app.app_context():
            queries.own_consultation(originator)  # both see it waiting before either answers
            started.wait(timeout=60)
            try:
                service.answer(originator, view, REASON, "DS Hale")
            except (Conflict, Gone) as problem:
                outcome[view] = problem
            else:
                outcome[view] = None

    replies = [threading.Thread(target=reply, args=(view,)) for view in (View.RELEASE, View.WITHHOLD)]
    for thread in replies:
        thread.start()
    for thread in replies:
        thread.join(timeout=90)
    [kept] = [view for view, problem in outcome.items() if problem is None]
    assert len(outcome) == 2 and again(asked).answer == kept
    assert Counter(entry.action for entry in entries(asked))["consultation.answered"] == 1


def test_deciding_without_an_answer_takes_a_reason(office: Office) -> None:
    asked = office.ask()
    with pytest.raises(Refused, match="reason"):
        service.decide(office.officer, asked.id, View.RELEASE, "")
    service.decide(office.officer, asked.id, View.RELEASE, "We know of no harm.")
    assert again(asked).state == State.DECIDED and queries.undecided_count(office.case) == 0
    with pytest.raises(Conflict):
        service.decide(office.officer, asked.id, View.WITHHOLD, "Changed our mind.")
    with pytest.raises(Gone):
        service.answer(originator_of(asked), View.WITHHOLD, REASON, "DS Hale")


def test_deciding_against_the_originators_view_takes_a_reason_and_is_in_the_log(office: Office) -> None:
    asked = office.ask()
    service.answer(originator_of(asked), View.WITHHOLD, REASON, "DS Hale")
    with pytest.raises(Refused, match="reason"):
        service.decide(office.officer, asked.id, View.RELEASE, " ")
    service.decide(office.officer, asked.id, View.RELEASE, "It is public already.")
    [entry] = [entry for entry in entries(asked) if entry.action == "consultation.decided"]
    assert json.loads(entry.facts)["against_view"] is True


def test_deciding_with_the_originators_view_to_release_needs_no_reason(office: Office) -> None:
    asked = office.ask()
    service.answer(originator_of(asked), View.RELEASE, "", "DS Hale")
    service.decide(office.officer, asked.id, View.RELEASE, "")
    [entry] = [entry for entry in entries(asked) if entry.action == "consultation.decided"]
    assert json.loads(entry.facts)["against_view"] is False


def test_withdrawing_ends_the_link_at_once(office: Office) -> None:
    asked = office.ask()
    token = token_in(messages.about(asked.id)[0])
    service.withdraw(office.officer, asked.id)
    with pytest.raises(Gone):
        open_link(token, service.PURPOSE)
    with pytest.raises(Gone):
        queries.own_consultation(originator_of(asked))
    assert queries.undecided_count(office.case) == 0


def test_a_silent_originator_is_reminded_on_day_7_and_on_day_10(office: Office) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with time_machine.travel(start) as clock:
        asked = office.ask()
        first = token_in(messages.about(asked.id)[0])
        for day, reminders in ((0, 0), (6, 0), (7, 1), (8, 1), (9, 1), (10, 2), (11, 2), (20, 2)):
            clock.move_to(start + timedelta(days=day))
            service.chase_due()
            assert service.chase_due() == 0
            assert again(asked).chases == reminders, f"day {day}"
            letters = ["consultation_request", "consultation_chase", "consultation_escalation"]
            assert kinds(asked) == letters[: reminders + 1]
        # Each reminder has a link of its own; the one sent first goes on working.
        tokens = {token_in(mail) for mail in messages.about(asked.id)}
        assert len(tokens) == 3
        assert {open_link(token, service.PURPOSE).subject_id for token in tokens | {first}} == {asked.id}


def test_after_a_pause_of_the_worker_no_two_reminders_come_at_once(office: Office) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with time_machine.travel(start) as clock:
        asked = office.ask()
        clock.move_to(start + timedelta(days=10))
        assert service.chase_due() == 1
        clock.move_to(start + timedelta(days=10, hours=1))
        assert service.chase_due() == 0
        clock.move_to(start + timedelta(days=13))
        assert service.chase_due() == 1
        assert again(asked).chases == 2


@pytest.mark.parametrize("over", ["answered", "decided", "withdrawn", "request taken back"])
def test_nobody_is_reminded_of_what_is_over(office: Office, over: str) -> None:
    start = utc_now()  # the request came before it was taken back
    with time_machine.travel(start) as clock:
        asked = office.ask()
        if over == "answered":
            service.answer(originator_of(asked), View.RELEASE, "", "DS Hale")
        elif over == "decided":
            service.decide(office.officer, asked.id, View.RELEASE, "We know of no harm.")
        elif over == "withdrawn":
            service.withdraw(office.officer, asked.id)
        else:
            cases.withdraw(office.officer, office.case_id, london_today())
            with pytest.raises(Gone):
                queries.own_consultation(originator_of(asked))
        clock.move_to(start + timedelta(days=12))
        assert service.chase_due() == 0
        assert kinds(asked) == ["consultation_request"]


def test_whoever_declared_a_conflict_decides_nothing(office: Office) -> None:
    from sar.cases.service import declare_conflict

    asked = office.ask()
    declare_conflict(office.officer, office.case_id, office.officer.id)
    with pytest.raises(NotFound):
        service.decide(office.officer, asked.id, View.RELEASE, REASON)
    with pytest.raises(NotFound):
        service.withdraw(office.officer, asked.id)


def test_the_letter_to_an_originator_is_seen_before_it_goes(office: Office) -> None:
    browser = browser_of(office.app, office.officer)
    address = f"/staff/cases/{office.case_id}/consultation/{office.police_id}"
    seen = browser.post(address, {"records": [office.police_record], "preview": "yes"}).text
    assert "Nothing is sent yet" in seen and POLICE_TITLE in seen and "(a link for them alone)" in seen
    assert REQUESTER not in seen.split("Nothing is sent yet")[1]
    db.session.rollback()
    assert db.session.scalars(select(Consultation)).all() == []
