"""A decision about someone holds everywhere: in every record, in those that come later, and never over a hand's."""

from __future__ import annotations

import json
import time

import pytest
from flask import Flask
from sqlalchemy import select

from sar.access.permissions import Role
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.records import service as records
from sar.records.models import Record
from sar.review import queries, service
from sar.review.grounds import Choice, Decision
from sar.review.models import Mention, Person, PersonKind
from tests.factories import staff_actor
from tests.integration.review.desk import FACTORS, Desk, add_pages, counting, open_desk

PAGE = "Marlon attended. He said that Paulina Nowicka rang on Monday.\nPaulina Nowicka was upset. Mr Dawit Tesfay came."


@pytest.fixture
def desk(in_app: Flask) -> Desk:
    return open_desk(in_app, "Marlon Pryce", PAGE)


def test_the_people_in_a_record_are_suggested_and_the_requester_is_not(desk: Desk) -> None:
    names = {row.person.name: row.mentions for row in queries.people(desk.case)}
    assert names["Paulina Nowicka"] == 2 and names["Dawit Tesfay"] == 1
    assert not any("Marlon" in name or "Pryce" in name for name in names)
    [example, _] = queries.people(desk.case)[0].examples
    assert (example.text, "He said that" in example.before, "rang on" in example.after) == (
        "Paulina Nowicka",
        True,
        True,
    )


def test_a_decision_made_once_reaches_a_record_that_arrives_later(desk: Desk) -> None:
    desk.decide("Paulina Nowicka")
    later = desk.record("A call from Paulina Nowicka at noon. Nowicka hung up.")
    assert desk.hidden(later) == ["Paulina Nowicka", "Nowicka"]
    assert queries.undecided_count(desk.case) == len(desk.mentions("Dawit Tesfay"))


def test_searching_again_changes_nothing(desk: Desk) -> None:
    before = [(m.id, m.person_id) for m in db.session.scalars(select(Mention).order_by(Mention.id))]
    with write_transaction():
        from sar.foundation.jobs import enqueue

        enqueue("review.register", desk.case_id)
    desk.work()
    db.session.rollback()
    assert [(m.id, m.person_id) for m in db.session.scalars(select(Mention).order_by(Mention.id))] == before


def test_a_mention_decided_by_hand_keeps_its_decision_whatever_follows(desk: Desk) -> None:
    first, second = desk.mentions("Paulina Nowicka")
    service.decide_mention(desk.officer, first.id, first.version, Decision.DISCLOSE, reason="He wrote this himself.")
    desk.decide("Paulina Nowicka")
    record_id = second.record_id
    assert [text for text in desk.hidden(record_id) if text == "Paulina Nowicka"] == ["Paulina Nowicka"]
    plan = queries.plan_for(db.session.get_one(Record, record_id))
    assert plan is not None and plan.words == ()  # removing the name everywhere would undo the hand's decision
    desk.record("Paulina Nowicka again.")
    assert db.session.get_one(Mention, first.id).decision == Decision.DISCLOSE
    assert "Paulina Nowicka" not in queries.withheld_strings(desk.case)
    [exception] = [e for e in queries.mentions_of(desk.person("Paulina Nowicka")) if e.mention.decision]
    assert exception.mention.id == first.id


def test_withholding_under_part_3_needs_a_code_and_a_reason(desk: Desk) -> None:
    with pytest.raises(Refused, match="Choose the reason in law"):
        desk.decide("Paulina Nowicka", code="")
    with pytest.raises(Refused, match="Write down why"):
        desk.decide("Paulina Nowicka", reason="  ")
    with pytest.raises(Refused, match="data protection officer"):
        desk.decide("Paulina Nowicka", code="P3-NATSEC")
    assert desk.decide("Paulina Nowicka").review_on is not None


@pytest.mark.parametrize("missing", sorted(FACTORS))
def test_each_of_the_five_factors_is_mandatory_under_the_uk_gdpr(in_app: Flask, missing: str) -> None:
    desk = open_desk(in_app, "Marlon Pryce", PAGE, regime="UKGDPR")
    four = {name: text for name, text in FACTORS.items() if name != missing}
    with pytest.raises(Refused, match="all five questions"):
        desk.decide("Paulina Nowicka", code="G-3P", factors=four)
    with pytest.raises(Refused, match="all five questions"):
        desk.decide("Paulina Nowicka", Decision.DISCLOSE, factors=four)
    desk.decide("Paulina Nowicka", Decision.DISCLOSE, consent=True)
    assert desk.decide("Paulina Nowicka", code="G-3P", factors=FACTORS).factors == FACTORS


def test_a_record_under_another_law_asks_for_what_that_law_needs(desk: Desk) -> None:
    desk.decide("Paulina Nowicka")
    record_id = desk.record("Paulina Nowicka complained.", regime="UKGDPR")
    assert desk.hidden(record_id) == ["Paulina Nowicka"]  # hidden already, though a code is still missing
    row = next(row for row in queries.people(desk.case) if row.person.name == "Paulina Nowicka")
    assert row.open == 1
    desk.decide("Paulina Nowicka", factors=FACTORS)
    person = desk.person("Paulina Nowicka")
    assert (person.code_le, person.code_ukgdpr) == ("P3-OTHERS", "G-3P")


def test_a_decision_on_two_thousand_mentions_is_one_row_and_quick(in_app: Flask) -> None:
    line = "Paulina Nowicka rang about the meeting on Monday morning.\n"
    small = open_desk(in_app, "Marlon Pryce", line * 2)
    large = open_desk(in_app, "Marlon Pryce", *[line * 50] * 40)
    seen, reset = counting(in_app)
    counts = []
    for desk in (small, large):
        person = desk.person("Paulina Nowicka")
        person_id, version = person.id, person.version
        reset()
        began = time.process_time()  # other work on this machine is not counted
        service.decide_person(
            desk.officer, person_id, version, Decision.WITHHOLD, "P3-OTHERS", "It would put her at risk."
        )
        assert time.process_time() - began < 1
        counts.append(seen())
    assert counts[0] == counts[1]
    assert json.loads(large.log()[-1].facts)["mentions"] == 2000
    assert queries.undecided_count(large.case) == 0


def test_the_list_of_people_takes_the_same_number_of_queries_however_many_there_are(in_app: Flask) -> None:
    few = open_desk(in_app, "Marlon Pryce", PAGE)
    many = open_desk(in_app, "Marlon Pryce", *[f"{PAGE} Ring {n:03} {n * 7919 % 9000 + 1000}." for n in range(12)])
    seen, reset = counting(in_app)
    counts = []
    for desk in (few, many):
        case = desk.case
        reset()
        assert queries.people(case)
        counts.append(seen())
    assert counts[0] == counts[1]


def test_two_officers_who_decide_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    person = desk.person("Paulina Nowicka")
    seen = person.version
    desk.decide("Paulina Nowicka")
    with pytest.raises(Conflict):
        service.decide_person(desk.officer, person.id, seen, Decision.DISCLOSE)
    mention = desk.mentions("Paulina Nowicka")[0]
    at = mention.version
    service.decide_mention(desk.officer, mention.id, at, Decision.DISCLOSE)
    with pytest.raises(Conflict):
        service.decide_mention(desk.officer, mention.id, at, Decision.NOT_A_PERSON)


def test_several_are_decided_together_or_not_at_all(desk: Desk) -> None:
    paulina, dawit = desk.person("Paulina Nowicka"), desk.person("Dawit Tesfay")
    choice = Choice(Decision.WITHHOLD, ("P3-OTHERS",), "At risk.")
    with pytest.raises(Conflict):
        service.decide_people(desk.officer, desk.case_id, {paulina.id: paulina.version, dawit.id: 99}, choice)
    assert desk.person("Paulina Nowicka").decision == Decision.PENDING
    paulina, dawit = desk.person("Paulina Nowicka"), desk.person("Dawit Tesfay")
    wanted = {paulina.id: paulina.version, dawit.id: dawit.version}
    assert service.decide_people(desk.officer, desk.case_id, wanted, choice) == 2
    assert queries.undecided_count(desk.case) == 0


def test_somebody_added_by_hand_is_found_in_every_record(desk: Desk) -> None:
    record_id = desk.record("They met Parking there. Later PARKING left.")
    service.add_person(desk.officer, desk.case_id, "Parking", ["Big Park"])
    desk.work()
    desk.decide("Parking")
    assert desk.hidden(record_id) == ["Parking", "PARKING"]
    with pytest.raises(Conflict):
        service.add_person(desk.officer, desk.case_id, "PARKING")


def test_two_joined_into_one_share_the_decision_and_later_records_know_both_names(desk: Desk) -> None:
    desk.decide("Paulina Nowicka")
    keep, other = desk.person("Paulina Nowicka"), desk.person("Dawit Tesfay")
    service.merge_people(desk.officer, keep.id, other.id, other.version)
    desk.work()
    record_id = desk.record("Dawit Tesfay rang. Paulina Nowicka did not.")
    assert desk.hidden(record_id) == ["Dawit Tesfay", "Paulina Nowicka"]
    assert desk.person("Paulina Nowicka").aliases == ["Dawit Tesfay"]


def test_a_name_put_right_keeps_its_mentions_and_its_decision(desk: Desk) -> None:
    desk.decide("Paulina Nowicka")
    person = desk.person("Paulina Nowicka")
    service.change_person(desk.officer, person.id, person.version, "Paulina Nowicka-Lis", [], "victim")
    desk.work()
    record_id = desk.record("Paulina Nowicka rang.")
    assert desk.hidden(record_id) == ["Paulina Nowicka"]
    assert desk.person("Paulina Nowicka-Lis").relationship == "victim"


def test_a_surname_shared_with_the_requester_waits_for_a_person_to_say_who_is_meant(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce", "Mrs Pryce rang. Marlon Pryce attended. Gloria Pryce is his mother.")
    [unclear] = queries.unclear_mentions(desk.case)
    assert unclear.text == "Pryce"
    desk.decide("Gloria Pryce")
    service.assign_mentions(desk.officer, desk.case_id, [unclear.mention.id], desk.person("Gloria Pryce").id)
    record_id = unclear.mention.record_id
    assert desk.hidden(record_id)[:1] == ["Pryce"]
    plan = queries.plan_for(db.session.get_one(Record, record_id))
    assert plan is not None and "Gloria Pryce" in plan.words and not {"Pryce", "pryce"} & set(plan.words)
    with pytest.raises(Conflict):
        service.keep_mentions(desk.officer, desk.case_id, [unclear.mention.id], Decision.IS_SUBJECT)


def test_the_requesters_own_number_is_theirs_and_anothers_is_decided_once(in_app: Flask) -> None:
    page = "Marlon Pryce DOB 12/04/1987. Her mobile 07700 900611. Ring 07700900611 or +44 7700 900611."
    desk = open_desk(in_app, "Marlon Pryce", page)
    found = {row.person.detail: row for row in queries.people(desk.case, kind=PersonKind.IDENTIFIER)}
    assert found["date_of_birth"].person.decision == Decision.IS_SUBJECT
    assert found["phone"].mentions == 3 and found["phone"].person.decision == Decision.PENDING
    person = found["phone"].person
    service.decide_person(desk.officer, person.id, person.version, Decision.WITHHOLD, "P3-OTHERS", "Hers.")
    assert any("900611" in text for text in queries.withheld_strings(desk.case))


def test_another_cases_people_are_not_there(desk: Desk, in_app: Flask) -> None:
    person = desk.person("Paulina Nowicka")
    declared = staff_actor(Role.CASEWORKER, name="Con Flicted")
    from sar.cases.service import declare_conflict

    declare_conflict(declared, desk.case_id, declared.id)
    with pytest.raises(NotFound):
        queries.person(declared, person.id)
    with pytest.raises(NotFound):
        service.decide_person(declared, person.id, person.version, Decision.DISCLOSE)
    with pytest.raises(NotFound):
        queries.mention(declared, desk.mentions("Paulina Nowicka")[0].id)
    other = open_desk(in_app, "Someone Else", PAGE)
    stranger = desk.person("Dawit Tesfay")
    with pytest.raises(Refused):
        service.decide_people(other.officer, other.case_id, {stranger.id: 1}, Choice(Decision.DISCLOSE))


def test_decisions_are_refused_outside_the_review(in_app: Flask) -> None:
    from tests.factories import gathering_case

    case = gathering_case("Marlon Pryce")
    add_pages(in_app, case.id, PAGE)
    officer = staff_actor(Role.CASEWORKER, name="Early Officer")
    person = db.session.scalars(select(Person).where(Person.case_id == case.id)).first()
    assert person is not None
    with pytest.raises(Refused, match="during the review"):
        service.decide_person(officer, person.id, person.version, Decision.DISCLOSE)


def test_a_duplicate_that_takes_over_keeps_what_was_decided_on_its_pages(desk: Desk) -> None:
    first = desk.mentions("Paulina Nowicka")[0]
    record = db.session.get_one(Record, first.record_id)
    record_id, sha256, words = record.id, record.sha256, record.words_blob_id
    service.decide_mention(desk.officer, first.id, first.version, Decision.DISCLOSE)
    with write_transaction() as session:
        copy = Record(
            scope_id=record.scope_id, case_id=record.case_id, title="Copy", file_name="c.pdf", kind="pdf", regime="LE",
            received_on=record.received_on, sha256=sha256, size=record.size, state="duplicate",
            duplicate_of_id=record_id, original_blob_id=words,
        )  # fmt: skip
        session.add(copy)
        session.flush()
        copy_id = copy.id
    records.withdraw_record(desk.officer, record_id, "better_copy")
    desk.work()
    db.session.rollback()
    assert db.session.get_one(Mention, first.id).record_id == copy_id
    assert len(desk.mentions("Paulina Nowicka")) == 2


def test_no_name_stands_in_the_audit_log(desk: Desk) -> None:
    desk.decide("Paulina Nowicka", reason="Canary Reason")
    service.add_person(desk.officer, desk.case_id, "Quillon Canary")
    desk.work()
    text = " ".join(entry.facts for entry in desk.log())
    assert "review.person_decided" in {entry.action for entry in desk.log()}
    assert not any(word in text for word in ("Paulina", "Nowicka", "Canary", "Quillon", "Tesfay"))


def test_who_somebody_may_be_is_guessed_from_words_that_are_kept_until_an_officer_says(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce", "Victim: Paulina Nowicka\nHe came with his mum Julie Pryce at noon.")
    assert (desk.person("Paulina Nowicka").relationship, desk.person("Julie Pryce").relationship) == (
        "victim",
        "parent",
    )
    assert desk.person("Julie Pryce").guess == ["his mum Julie Pryce"]
    julie = desk.person("Julie Pryce")
    service.change_person(desk.officer, julie.id, julie.version, "Julie Pryce", [], "witness")
    desk.record("Later his mum Julie Pryce rang.")
    assert (desk.person("Julie Pryce").relationship, desk.person("Julie Pryce").guess) == ("witness", None)
