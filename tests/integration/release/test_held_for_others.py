"""Records that we only hold, or decide about with others: what the reply has of them, and what it waits for."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.records.queries import records_of
from sar.records.roles import queries as roles
from sar.records.roles import service as keeping
from sar.records.roles.controllers import Named
from sar.release import queries, service
from sar.release.models import Route
from sar.review import service as reviewing
from tests.integration.release.office import Office


def text_of(file: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in file.pages).split())


def test_what_is_not_ours_is_not_in_the_reply_which_waits_until_the_request_is_passed_on(ready: Office) -> None:
    log, licence = records_of(ready.case)
    with pytest.raises(Refused, match="being checked"):
        keeping.set_role(ready.officer, licence.id, "processor", Named(name="Calder Council"))
    ready.reopen()
    keeping.set_role(ready.officer, licence.id, "processor", Named(name="Calder Council"))
    keeping.set_role(ready.officer, log.id, "joint_controller", Named(name="Calder Housing"))
    controller = roles.held_for_others(ready.case)[0].controller
    keeping.say_what_is_told(ready.officer, controller.id, contact="write to Town Hall, Calder.", told=True)
    ready.sign_off()
    for asked in (service.request_bundle, lambda *them: queries.letter_to_look_at(*them, None, "", None)):
        with pytest.raises(Refused, match="1 organisation that decides about records we hold has not got the request"):
            asked(ready.officer, ready.case_id)
    passed_on = london_today()
    keeping.record_passed_on(ready.officer, controller.id, way="phone", on=passed_on)

    bundle = ready.build()
    assert (bundle.state, bundle.findings) == ("ready", None)
    assert len(bundle.proof["records"] if bundle.proof else []) == 1
    service.release(ready.officer, bundle.id, Route.ONLINE, Route.POST)
    file = io.BytesIO(service.collect(ready.requester).read())
    text = text_of(PdfReader(file, password=bundle.passphrase))
    assert "We hold some records on behalf of Calder Council. They decide what happens to them" in text
    assert f"We passed your request on to them on {date_words(passed_on)}." in text
    assert "How to reach them: write to Town Hall, Calder." in text
    assert "We decide about some of these records together with Calder Housing." in text
    assert "Calder Housing" in text and "2. Licence" not in text
    with pytest.raises(Refused, match="answered or ended"):
        keeping.set_role(ready.officer, licence.id, "controller")


def test_a_reply_of_nothing_but_what_others_decide_about_says_so_and_names_none_who_must_not_be(ready: Office) -> None:
    ready.reopen()
    for record, name in zip(records_of(ready.case), ("Calder Council", "Calder Police"), strict=True):
        keeping.set_role(ready.officer, record.id, "processor", Named(name=name))
    council, police = (held.controller for held in roles.held_for_others(ready.case))
    keeping.say_what_is_told(ready.officer, police.id, contact="", told=False, reason="They look into a tip.")
    reviewing.request_second_check(ready.officer, ready.case_id)
    reviewing.sign_off(ready.second, ready.case_id)
    for controller in (council, police):
        keeping.record_passed_on(ready.officer, controller.id, way="email", on=london_today())
    letter = queries.letter_to_look_at(ready.officer, ready.case_id, None, "", None)
    text = text_of(PdfReader(io.BytesIO(letter.pdf())))
    assert letter.words().subject.startswith("We found nothing to send you")
    assert "on behalf of Calder Council" in text and "ask us, and we will tell you" in text
    assert "Calder Police" not in text and "tip" not in text
