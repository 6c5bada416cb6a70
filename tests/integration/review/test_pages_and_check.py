"""What is marked on the pages, and a second person's check that stands only while nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.verify import verify_file
from sar.access.permissions import Role
from sar.cases.workflow import NotPossible, Stage
from sar.consultation import service as consultation
from sar.consultation.models import View
from sar.foundation import blobs
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.events import Event, announce
from sar.foundation.typesetting import typeset
from sar.records.models import Record
from sar.review import queries, service
from sar.review.grounds import Decision
from sar.review.models import SignOff
from tests.factories import a_record, an_originator, gathering_case, staff_actor
from tests.integration.review.desk import FACTORS, Desk, open_desk

PAGE = "Marlon attended. He said that Paulina Nowicka rang on Monday.\nPaulina Nowicka was upset."


@pytest.fixture
def desk(in_app: Flask) -> Desk:
    return open_desk(in_app, "Marlon Pryce", PAGE, "A second page. Nothing about anyone.")


def record_of(desk: Desk) -> Record:
    return queries.disclosable_records(desk.case)[0]


def checked(desk: Desk) -> SignOff:
    """Everything decided, and handed over."""
    desk.decide("Paulina Nowicka")
    desk.decide_rest()
    return service.request_second_check(desk.officer, desk.case_id)


def test_a_box_and_a_page_and_a_record_are_withheld_and_shown_again(desk: Desk) -> None:
    record_id = record_of(desk).id
    box = service.draw_box(desk.officer, record_id, 2, Box(300, 90, 50, 40), "P3-CRIME", "Names a method.")
    assert desk.hidden(record_id)[-1] == "box"
    words = service.cover_words(desk.officer, record_id, 1, 2, 4, "P3-CRIME", "Names a method.")
    assert len(words.boxes) == 1 and words.boxes[0][0] < words.boxes[0][2]
    service.remove_box(desk.officer, box.id)
    with pytest.raises(NotFound):
        service.remove_box(desk.officer, box.id)
    service.withhold_page(desk.officer, record_id, 1, "P3-OTHERS", "All about her.")
    assert desk.hidden(record_id) == ["box"] and queries.undecided_count(desk.case) == 0
    with pytest.raises(Conflict):
        service.withhold_page(desk.officer, record_id, 1, "P3-OTHERS", "All about her.")
    service.release_page(desk.officer, record_id, 1)
    service.withhold_record(desk.officer, record_id, "P3-COURT", "Made for the court.")
    assert queries.plan_for(record_of(desk)) is None and queries.undecided_count(desk.case) == 0
    [row] = queries.schedule_rows(desk.case)
    assert (row.page, row.code, row.count) == (None, "P3-COURT", 1)
    service.release_record(desk.officer, record_id)
    assert queries.undecided_count(desk.case) == 2


@pytest.mark.parametrize(
    ("box", "code", "reason"),
    [
        (Box(10, 10, 10.5, 40), "P3-CRIME", "x"),
        (Box(700, 10, 800, 40), "P3-CRIME", "x"),
        (Box(float("nan"), 10, 80, 40), "P3-CRIME", "x"),
        (Box(10, 10, 80, 40), "P3-CRIME", " "),
        (Box(10, 10, 80, 40), "G-3P", "x"),
        (Box(10, 10, 80, 40), "NONSENSE", "x"),
    ],
)
def test_a_box_off_the_page_or_without_ground_is_refused(desk: Desk, box: Box, code: str, reason: str) -> None:
    with pytest.raises(Refused):
        service.draw_box(desk.officer, record_of(desk).id, 1, box, code, reason)
    with pytest.raises(NotFound):
        service.draw_box(desk.officer, record_of(desk).id, 3, Box(10, 10, 80, 40), "P3-CRIME", "x")


def test_a_mention_withheld_here_only_needs_the_factors_under_the_uk_gdpr(in_app: Flask) -> None:
    desk = open_desk(in_app, "Marlon Pryce", PAGE, regime="UKGDPR")
    mention = desk.mentions("Paulina Nowicka")[0]
    with pytest.raises(Refused, match="all five"):
        service.decide_mention(desk.officer, mention.id, mention.version, Decision.WITHHOLD, "G-3P", "Hers.")
    service.decide_mention(desk.officer, mention.id, mention.version, Decision.WITHHOLD, "G-3P", "Hers.", FACTORS)
    assert queries.undecided_count(desk.case) == 1


def test_nothing_is_handed_over_while_anything_is_undecided(desk: Desk) -> None:
    with pytest.raises(NotPossible, match="still need"):
        service.request_second_check(desk.officer, desk.case_id)
    assert checked(desk).prepared_by == desk.officer.id
    assert desk.case.stage == Stage.SECOND_CHECK


def test_a_record_not_searched_yet_holds_the_case_up(desk: Desk) -> None:
    desk.decide("Paulina Nowicka")
    desk.decide_rest()
    from sar.review.models import SearchedRecord

    with write_transaction() as session:
        session.delete(session.scalars(select(SearchedRecord)).one())
    with pytest.raises(NotPossible, match="not ready"):
        service.request_second_check(desk.officer, desk.case_id)


def test_whoever_prepared_any_of_it_cannot_sign_it_off(desk: Desk) -> None:
    helper = staff_actor(Role.DPO, name="Dee Pio")
    box = service.draw_box(helper, record_of(desk).id, 1, Box(10, 10, 80, 40), "P3-CRIME", "x")
    service.remove_box(helper, box.id)  # what was undone was still done
    checked(desk)
    for actor in (helper, staff_actor(Role.DPO, name="Fresh Dpo")):
        if actor is helper:
            with pytest.raises(NotPossible, match="somebody else must sign"):
                service.sign_off(actor, desk.case_id)
    signed = service.sign_off(desk.reader, desk.case_id)
    assert (signed.signed_by, desk.case.stage) == (desk.reader.id, Stage.SIGNED_OFF)
    facts = queries.case_facts(desk.officer, desk.case)
    assert facts.signed_off_by_other and facts.plan_unchanged


def test_decisions_are_refused_while_the_case_is_checked(desk: Desk) -> None:
    checked(desk)
    with pytest.raises(Refused, match="being checked"):
        desk.decide("Paulina Nowicka")
    with pytest.raises(Refused, match="being checked"):
        service.draw_box(desk.officer, record_of(desk).id, 1, Box(10, 10, 80, 40), "P3-CRIME", "x")


@pytest.mark.parametrize("signed", [False, True])
def test_a_record_that_arrives_overtakes_the_check_and_the_signature(desk: Desk, signed: bool) -> None:
    checked(desk)
    if signed:
        service.sign_off(desk.reader, desk.case_id)
    desk.record("Paulina Nowicka rang again.")
    assert desk.case.stage == Stage.REVIEWING and queries.current_sign_off(desk.case) is None
    assert not queries.case_facts(desk.officer, desk.case).signed_off_by_other


def test_a_record_that_changes_overtakes_the_signature(desk: Desk) -> None:
    checked(desk)
    service.sign_off(desk.reader, desk.case_id)
    with write_transaction():
        announce(Event.RECORD_CHANGED, record_of(desk).id)
    desk.work()
    assert desk.case.stage == Stage.REVIEWING and queries.current_sign_off(desk.case) is None


def test_what_changed_after_it_was_handed_over_cannot_be_signed(desk: Desk) -> None:
    asked = checked(desk)
    with write_transaction() as session:  # as if a decision slipped in by another road
        session.get_one(SignOff, asked.id).plan_sha256 = "0" * 64
    with pytest.raises(Refused, match="Something changed"):
        service.sign_off(desk.reader, desk.case_id)
    assert desk.case.stage == Stage.SECOND_CHECK


def test_a_returned_case_says_why_and_is_handed_over_anew(desk: Desk) -> None:
    checked(desk)
    with pytest.raises(Refused):
        service.return_for_changes(desk.reader, desk.case_id, "  ")
    service.return_for_changes(desk.reader, desk.case_id, "Page 1: the neighbour.", "missed")
    returned = queries.last_return(desk.case)
    assert returned is not None and returned.return_reason == "Page 1: the neighbour."
    assert desk.case.stage == Stage.REVIEWING and "neighbour" not in "".join(entry.facts for entry in desk.log())
    service.request_second_check(desk.officer, desk.case_id)
    service.reopen_review(desk.officer, desk.case_id)
    assert queries.current_sign_off(desk.case) is None


def test_the_digest_follows_every_decision_and_nothing_else(desk: Desk) -> None:
    before = queries.plan_digest(desk.case)
    assert queries.plan_digest(desk.case) == before
    desk.decide("Paulina Nowicka")
    decided = queries.plan_digest(desk.case)
    desk.decide("Paulina Nowicka", code="P3-CRIME")
    assert len({before, decided, queries.plan_digest(desk.case)}) == 3
    desk.decide("Paulina Nowicka")
    assert queries.plan_digest(desk.case) == decided


def test_a_decision_to_withhold_after_consultation_hides_the_record_and_asks_for_a_code(desk: Desk) -> None:
    record = consulted(desk, View.WITHHOLD)
    assert queries.plan_for(record) is None
    assert queries.undecided_count(desk.case) == 2 + 1
    service.withhold_record(desk.officer, record.id, "P3-OTHERS", "As the police asked.")
    assert queries.undecided_count(desk.case) == 0
    with pytest.raises(Refused, match="Consult again"):
        service.release_record(desk.officer, record.id)


def test_a_decision_to_release_in_part_waits_until_it_was_carried_out(desk: Desk) -> None:
    record = consulted(desk, View.RELEASE_IN_PART)
    assert queries.undecided_count(desk.case) == 2 + 1
    [view] = queries.page_marks(desk.officer, record.id, 1).views
    assert not view.settled
    service.weigh_view(desk.officer, view.consultation.id, record.id)
    assert queries.undecided_count(desk.case) == 2


def consulted(desk: Desk, decision: View) -> Record:
    police = an_originator()
    with write_transaction() as session:
        record = session.get_one(Record, record_of(desk).id)
        record.originator_id = police.id
        record_id = record.id
    asked = consultation.send(desk.officer, desk.case_id, police.id, [record_id])
    consultation.decide(desk.officer, asked.id, decision, "Paragraph three names a source.")
    return db.session.get_one(Record, record_id)


def test_a_real_pdf_is_read_decided_redacted_and_found_clean(in_app: Flask, tmp_path: Path) -> None:
    """The whole road of this stage on a real file: its plan removes the withheld, and keeps the requester."""
    case = gathering_case("Marlon Pryce")
    body = "Marlon Pryce attended. Paulina Nowicka rang. Later paulina nowicka called again. Nowicka was upset."
    page = typeset("record_conversion", {"date": london_today(), "title": "Contact log", "header": [], "body": body})
    record = a_record(case, page, title="Contact log")
    desk = Desk(in_app, case.id, staff_actor(Role.CASEWORKER, name="Ona Officer"), staff_actor(Role.SECOND_READER))
    desk.work()
    service.start_review(desk.officer, case.id)
    desk.work()
    desk.decide("Paulina Nowicka")
    found = db.session.get_one(Record, record.id)
    plan = queries.plan_for(found)
    assert plan is not None and found.pdf_blob_id is not None
    target = tmp_path / "out.pdf"
    with blobs.plaintext_path(found.pdf_blob_id) as source:
        apply_plan(source, plan, target)
    needles = queries.withheld_strings(desk.case)
    assert "Paulina Nowicka" in needles and not any("Pryce" in needle for needle in needles)
    assert verify_file(target, needles) == []
    assert verify_file(target, ["Marlon Pryce"]) != []


def test_time_passes_between_request_and_signature(desk: Desk) -> None:
    asked = checked(desk)
    signed = service.sign_off(desk.reader, desk.case_id)
    assert signed.signed_at is not None and asked.requested_at <= signed.signed_at <= utc_now()
