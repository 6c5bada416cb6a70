"""The daily digest: what someone's own cases, and those of others, ask of them. Nothing twice, no names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from sar.access.permissions import Role
from sar.access.queries import staff_member
from sar.cases import service as cases
from sar.cases.complaints import acknowledging
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Complaint
from sar.cases.conflicts import service as conflicts
from sar.cases.models import Case
from sar.cases.refusals import service as refusals
from sar.cases.tasks import service as tasks
from sar.cases.workflow import Stage
from sar.consultation import service as consultation
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs import run_pending
from sar.intake import service as intake
from sar.intake.answers import Channel, Contact, RequestAnswers, Route, StaffConnection
from sar.oversight.reminders import service
from sar.oversight.reminders.models import SentDigest
from sar.records.searches import queries as search_queries
from sar.records.searches import service as searching
from tests.factories import a_record, an_originator, gathering_case, letters_go, received_case, staff_actor
from tests.integration.cases.desk import ago
from tests.integration.oversight.told import TUESDAY, at, due, events, mailed
from tests.integration.release.office import PLAIN, paper

pytestmark = pytest.mark.usefixtures("in_app")


def test_a_digest_says_what_each_officers_own_cases_ask_for_and_names_nobody(app: Flask, sam: Actor) -> None:
    with at(TUESDAY):
        late, soon, far = due(sam, date(2026, 6, 1)), due(sam, date(2026, 6, 15)), due(sam, date(2026, 7, 9))
        nobodys = due(None, date(2026, 6, 1))
        waiting, asked = gathering_case("Quillon Thistlewood"), gathering_case("Ozymandias Feather")
        for case in (waiting, asked):
            cases.assign(sam, case.id, sam.id)
        cases.ask_question(sam, waiting.id, "Which office?", "You named none.")
        letters_go(waiting)
        a_record(asked, paper(PLAIN), originator=an_originator("Ada Lovelace", "individual"))
        run_pending(app)
        group = consultation.queries.to_ask(asked)[0]
        consultation.send(sam, asked.id, group.originator.id, [found.id for found in group.records])
        searching.choose(sam, asked.id, [area.id for area in search_queries.areas()])
        searching.name_responsible_officer(sam, asked.id, name="Grace Mbeki", email="grace@northvale.example")
        searching.ask(sam, search_queries.searches_of(asked)[0].id, ["officer"])
    with at(date(2026, 6, 15)):  # the search is to be answered today, the consultation not before the 23rd
        assert service.send_digests() == 1
    [digest] = mailed("staff_digest")
    for line in (
        f"- {late.reference}: received, was due on 1 June 2026",
        f"- {soon.reference}: received, due on 15 June 2026",
        f"- {waiting.reference}: waiting for the answer to a question",
        f"- {asked.reference}: Case management system, answer wanted by 15 June 2026",
        "Consultations\n\n- None",
    ):
        assert line in digest.body
    assert far.reference not in digest.body and nobodys.reference not in digest.body
    areas = len(search_queries.areas()) - 1
    assert f"- {asked.reference}: {areas} areas to search where nobody was asked yet" in digest.body
    with at(date(2026, 6, 22)):
        service.send_digests()
    assert f"- {asked.reference}: answer wanted by 23 June 2026" in mailed("staff_digest")[-1].body
    said = "".join(message.subject + message.body for message in mailed("staff_digest"))
    assert not [name for name in ("Quillon", "Ozymandias", "Lovelace", "Mbeki") if name in said]


def test_records_of_others_that_nobody_asked_about_are_named_from_the_third_day_on(app: Flask, sam: Actor) -> None:
    with at(TUESDAY):
        case = gathering_case("Quillon Thistlewood")
        cases.assign(sam, case.id, sam.id)
        a_record(case, paper(PLAIN), originator=an_originator("Ada Lovelace", "individual"))
        run_pending(app)
    said = f"{case.reference}: 1 record came from somebody else who was not asked for a view"
    for day, told in ((1, False), (3, True)):
        with at(TUESDAY + timedelta(days=day)):
            service.send_digests()
            assert any(said in message.body for message in mailed("staff_digest")) is told, day


def test_a_complaint_to_acknowledge_is_told_and_stands_in_the_calendar_also_of_an_ended_case(
    app: Flask, sam: Actor
) -> None:
    boss, other = staff_actor(Role.DPO, name="Dana Officer"), staff_actor(Role.CASEWORKER, name="Other Officer")
    with at(date(2026, 6, 22)):
        case = due(sam, date(2026, 7, 9))
        cases.withdraw(sam, case.id, date(2026, 6, 22), version=case.version)
        letters_go(case)
        complaint = complaints.log(sam, case.id, "Nobody rang me.", date(2026, 6, 22), complaints.Channel.PHONE)
        body = complaints.Body.REGULATOR
        complaints.record_outside(sam, case.id, body, "IC-1", date(2026, 6, 22), "Late", date(2026, 7, 14))
        assert service.send_digests() == 0
    said = f"{case.reference}/C1: say that we have the complaint, by 22 July 2026"
    with at(date(2026, 7, 13)):
        assert service.send_digests() == 2
        assert sorted(message.to for message in mailed("staff_digest") if said in message.body) == sorted(
            staff_member(one.id).email for one in (sam, boss)
        )
        asked = f"{case.reference}: the regulator or a court wants our answer by 14 July"
        assert asked in mailed("staff_digest")[0].body
        wanted = {f"{case.reference}/C1: acknowledge the complaint": date(2026, 7, 22)}
        assert [events(app, service.make_calendar(one)) for one in (sam, boss, other)] == [wanted, wanted, {}]
    with at(date(2026, 7, 23)):
        proposed = due(sam, date(2026, 9, 9))
        refusals.propose(sam, proposed.id, refusals.Kind.REFUSE, "It is the tenth this month.")
        service.send_digests()
        last = {message.to: message.body for message in mailed("staff_digest")[-2:]}
        assert all(f"{said}, which has passed" in body for body in last.values())
        told = [to for to, body in last.items() if f"{proposed.reference}: a proposal to refuse" in body]
        assert told == [staff_member(boss.id).email]
    with write_transaction():
        acknowledging.acknowledged(sam, db.session.get_one(Complaint, complaint.id), ago(0))
    assert not [words for words in events(app, service.make_calendar(sam)) if "complaint" in words]


def test_a_digest_says_what_exactly_the_requester_owes(sam: Actor) -> None:
    with at(TUESDAY):
        charged, unsure = received_case(), received_case()
        for case in (charged, unsure):
            cases.assign(sam, case.id, sam.id)
        cases.charge_fee(SYSTEM, charged.id, "10", "It is the tenth.", "By post.", proposed=True)
        letters_go(charged)
        cases.ask_for_identity(sam, unsure.id, "The date of birth differs.")
        letters_go(unsure)
        service.send_digests()
    [digest] = mailed("staff_digest")
    for case, owed in ((charged, "the fee"), (unsure, "proof of identity")):
        assert f"- {case.reference}: waiting for {owed}\n" in digest.body


def test_a_task_is_told_to_whoever_was_given_it_and_says_nothing_of_its_words(app: Flask, sam: Actor) -> None:
    reader = staff_actor(Role.SECOND_READER, name="Rae Reader")
    with at(TUESDAY):
        case = due(sam, date(2026, 8, 3))
        near, far, late = date(2026, 6, 11), date(2026, 6, 12), date(2026, 6, 1)
    with at(late):
        tasks.add_task(sam, case.id, "Ring Quillonella's mother", due_on=late, staff_id=reader.id)
    with at(TUESDAY):
        for person, day in ((reader, near), (reader, far), (sam, None)):
            tasks.add_task(sam, case.id, "Ring Quillonella's mother", due_on=day, staff_id=person.id)
        done = tasks.add_task(sam, case.id, "Read it", due_on=TUESDAY, staff_id=sam.id)
        tasks.finish(sam, done.id)
        assert service.send_digests() == 1
        assert list(events(app, service.make_calendar(reader))) == [f"{case.reference}: a task of yours"]
    [digest] = mailed("staff_digest", "rae.reader")
    told = [line for line in digest.body.splitlines() if "a task of yours" in line]
    assert told == [
        f"- {case.reference}: a task of yours, by 1 June 2026, which has passed",
        f"- {case.reference}: a task of yours, by 11 June 2026",
    ]
    assert "mother" not in digest.body
    cases.declare_conflict(reader, case.id, reader.id)
    with at(date(2026, 6, 10)):
        assert service.send_digests() == 0


def test_second_readers_are_told_what_waits_for_them_and_may_turn_it_off(sam: Actor) -> None:
    reader = staff_actor(Role.SECOND_READER, name="Rae Reader")
    both = staff_actor(Role.CASEWORKER, Role.SECOND_READER, name="Bo Both")
    with at(TUESDAY):
        waiting, hidden = due(sam, date(2026, 8, 3)), due(both, date(2026, 8, 3))
        with write_transaction() as session:
            session.execute(update(Case).values(stage=Stage.SECOND_CHECK.value))
        cases.declare_conflict(reader, hidden.id, reader.id)
        assert service.send_digests() == 2, "not to the officer, who prepared it"
    for name in ("rae.reader", "bo.both"):
        [digest] = mailed("staff_digest", name)
        assert f"- {waiting.reference}: waits for a second check" in digest.body
        assert hidden.reference not in digest.body, "closed to one, and the own case of the other"
    service.choose(reader, digest=False, early_alerts=False)
    with at(date(2026, 6, 10)):
        assert service.send_digests() == 1


def test_the_dpo_is_told_of_cases_about_someone_connected_with_us(sam: Actor) -> None:
    staff_actor(Role.DPO, name="Dana Officer")
    involved = staff_actor(Role.DPO, name="Con Flicted")
    with at(TUESDAY):
        service.send_digests()
        unclosed, closed = due(None, date(2026, 8, 3)), due(None, date(2026, 8, 3))
        conflicts.mark_about_staff(sam, unclosed.id, "employee")
        conflicts.mark_about_staff(sam, closed.id, "relative", staff_ids=[involved.id])
        answers = RequestAnswers(
            full_name="Ada Lovelace",
            contact=Contact(Route.POST, address="1 Row"),
            staff_connection=StaffConnection("con  flicted"),
        )
        receipt = intake.log_request(sam, answers, channel=Channel.TELEPHONE, received_on=TUESDAY)
        own_word = cases.open_case(SYSTEM, receipt.submission_id)
    said = (
        f"{own_word.reference}: the requester says that they or their family work here",
        f"{own_word.reference}: closed to somebody",
        f"{unclosed.reference}: about someone connected with us",
        f"{closed.reference}: closed to somebody",
    )
    for day, told in ((10, said), (11, (said[0], said[2]))):
        with at(date(2026, 6, day)):
            assert service.send_digests() == 2
        body = mailed("staff_digest", "dana.officer")[-1].body
        assert [words for words in said if words in body] == list(told), "open to all: daily; closed: once"
        others = mailed("staff_digest", "con.flicted")[-1].body
        assert closed.reference not in others and own_word.reference not in others
    assert mailed("staff_digest", "sam.officer") == []


def test_it_comes_once_a_day_and_not_at_weekends(sam: Actor) -> None:
    due(sam, date(2026, 6, 1))
    sent = []
    for day, hour in ((12, 6), (12, 7), (12, 18), (13, 9), (14, 9), (15, 6)):
        with at(date(2026, 6, day), hour):
            sent.append(service.send_digests())
    assert sent == [1, 0, 0, 0, 0, 1]


def test_without_anything_to_say_or_turned_off_no_digest_is_sent(sam: Actor) -> None:
    off = staff_actor(Role.CASEWORKER, name="Off Duty")
    service.choose(off, digest=False, early_alerts=True)
    due(off, date(2026, 6, 1))
    with at(TUESDAY):
        assert service.send_digests() == 0
    assert db.session.scalar(select(func.count()).select_from(SentDigest)) == 2, "the day is done for both"
