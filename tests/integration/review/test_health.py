"""Health information under the UK GDPR waits for a health professional's opinion, which is good for six months."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from flask import Flask

from sar.access.permissions import Role
from sar.cases.disclosures import Part
from sar.foundation.clock import london_today, utc_now
from sar.foundation.errors import Refused
from sar.records.queries import records_of
from sar.release.queries import rest_of
from sar.review import health, service
from tests.factories import staff_actor
from tests.integration.cases.desk import browser_of, parts
from tests.integration.review.desk import Desk, open_desk

HARM, HOLD, WHY = "G-HEALTH-HARM", "G-HEALTH-HOLD", "The notes of her stay in hospital."


@pytest.fixture
def desk(in_app: Flask) -> Desk:
    return open_desk(in_app, "Marlon Pryce", "Seen by Dr Amadi. She was very low.", "Page two.", regime="UKGDPR")


def record_id(desk: Desk) -> str:
    return records_of(desk.case)[0].id


def says(desk: Desk, *, likely: bool = True, days_ago: int = 0) -> None:
    on = london_today() - timedelta(days=days_ago)
    health.record_opinion(
        desk.officer,
        desk.case.id,
        given_by="Dr Amadi, psychiatrist",
        given_on=on,
        harm_likely=likely,
        words="I fear it.",
    )


def test_nothing_is_withheld_for_harm_without_an_opinion_that_says_so(desk: Desk) -> None:
    says(desk, likely=False)
    with pytest.raises(Refused, match="Write down first what a health professional said"):
        service.withhold_page(desk.officer, record_id(desk), 1, HARM, WHY)
    with pytest.raises(Refused, match="good for six months"):
        says(desk, days_ago=200)
    says(desk, days_ago=20)
    service.withhold_page(desk.officer, record_id(desk), 1, HARM, WHY)
    assert health.codes_in_use(desk.case) == {HARM} and health.out_of_date(desk.case) == ()


def test_an_opinion_that_grew_too_old_stands_in_the_way_of_the_reply(desk: Desk) -> None:
    says(desk)
    service.withhold_page(desk.officer, record_id(desk), 1, HARM, WHY)
    last = london_today() + relativedelta(months=6) - timedelta(days=1)
    for days, words in ((0, ()), (1, ("under six months old any more",))):
        with time_machine.travel(utc_now() + (last - london_today()) + timedelta(days=days)):
            found = health.out_of_date(desk.case)
            assert len(found) == len(words) and all(word in found[0] for word in words)


def test_what_is_held_for_an_opinion_lets_a_part_go_and_not_the_whole(desk: Desk) -> None:
    rest_of(desk.case, None, "", None)
    service.withhold_page(desk.officer, record_id(desk), 1, HOLD, WHY)
    with pytest.raises(Refused, match="not the whole answer yet"):
        rest_of(desk.case, None, "", None)
    assert rest_of(desk.case, Part.INTERIM, "The health notes.", london_today() + timedelta(days=9)) is not None


def test_an_opinion_is_written_down_on_its_page(desk: Desk, in_app: Flask) -> None:
    browser, address = browser_of(in_app, desk.officer), f"/staff/cases/{desk.case.id}/review/health"
    assert address in browser.get(f"/staff/cases/{desk.case.id}/review").text
    sent = {"harm": "likely", "given_by": "Dr Amadi, psychiatrist", "words": "I fear it."}
    assert browser.post(address, {**sent, "given_on": parts(london_today())}).status_code == 302
    page = browser.get(address).text
    assert "Dr Amadi, psychiatrist" in page and "Serious harm is likely" in page and "Good until" in page
    assert "Enter the day on the opinion" in browser.post(address, sent).text
    reader = browser_of(in_app, staff_actor(Role.SECOND_READER))
    assert reader.get(address).status_code == 403
    history = browser.get(f"/staff/cases/{desk.case.id}/history?topic=review").text
    assert "opinion written down: serious harm is likely" in history
