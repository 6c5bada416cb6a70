"""An answer that is not whole: it goes out, it is counted apart, and the clock runs on until the rest is there."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from sar.cases import service as cases
from sar.cases.disclosures import Part, disclosures_of
from sar.cases.lateness import Lateness
from sar.cases.queries import clock_of, was_answered
from sar.cases.writing import service as writing
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today
from sar.foundation.errors import NotFound, Refused
from sar.foundation.wording import date_words
from sar.oversight import compliance
from sar.oversight.queries import measures
from sar.release import queries, service
from sar.release.models import Route
from tests.integration.cases.desk import browser_of
from tests.integration.release.office import Office, latest, now


def test_part_of_an_answer_goes_out_and_is_no_whole_answer(ready: Office) -> None:
    with pytest.raises(Refused, match="still to come"):
        service.request_bundle(ready.officer, ready.case_id, Part.PARTIAL, " ")
    soon = london_today() + timedelta(days=9)
    bundle = service.request_bundle(ready.officer, ready.case_id, Part.PARTIAL, "The records of the police.", soon)
    ready.work()
    assert now(bundle).state == "ready"
    service.release(ready.officer, bundle.id, Route.ONLINE, Route.POST)
    case = ready.case
    assert (case.stage, case.clock_state, case.closed_on) == ("released", "running", None)
    assert not was_answered(case)
    assert [found.kind for found in messages.about(case.id)].count("letter.part_ready") == 1
    [part] = disclosures_of(case)
    assert (part.part, part.on, part.still_to_come) == ("partial", london_today(), "The records of the police.")
    file = io.BytesIO(service.collect(ready.requester).read())
    letter = PdfReader(file, password=bundle.passphrase).pages[0].extract_text()
    assert "The records of the police." in letter and "not the whole of it yet" in " ".join(letter.split())
    assert f"We hope to send you the rest by {date_words(soon)}." in " ".join(letter.split())
    with pytest.raises(Refused, match="Something is still to come"):
        cases.close(ready.officer, ready.case_id)
    desk = browser_of(ready.app, ready.officer)
    assert f'/staff/cases/{ready.case_id}/close"' not in desk.get(f"/staff/cases/{ready.case_id}").text
    assert "Only a part of the answer is out" in desk.get(f"/staff/cases/{ready.case_id}/close").text
    typed = {"still_to_come": "The records of the police.", "expected_date": soon.isoformat()}
    told = writing.write(ready.officer, case.id, "interim_disclosure", typed, channel="post")
    said = writing.send(ready.officer, told.id, version=told.version).body
    assert (
        f"What we let you have on {date_words(london_today())}\n\n- {now(bundle).pages} pages of your records" in said
    )
    assert len(disclosures_of(case)) == 1
    ready.reopen()
    assert ready.case.clock_state == "running" and queries.stands(ready.case, latest(ready))
    assert service.collect(ready.requester).read(4) == b"%PDF"
    day = clock_of(ready.case).received
    lines = "".join(compliance.export(SYSTEM, day - timedelta(days=1), day))
    [row] = csv.DictReader(io.StringIO(lines))
    assert (row["response"], row["part_kind"], row["answered"]) == ("partial", "partial", "")


@pytest.mark.parametrize("part", Part)
def test_a_late_part_needs_its_reason_and_is_handed_over_only_then(ready: Office, part: Part) -> None:
    bundle = service.request_bundle(ready.officer, ready.case_id, part, "The records of the police.")
    ready.work()
    cases.correct_received_date(ready.officer, ready.case_id, london_today() - timedelta(days=60))
    with pytest.raises(Refused, match="This answer is late"):
        service.release(ready.officer, bundle.id, Route.IN_PERSON, Route.POST)
    with pytest.raises(NotFound):
        service.hand_over(ready.officer, bundle.id)
    released = service.release(ready.officer, bundle.id, Route.IN_PERSON, Route.POST, Lateness.CONSULTATION)
    assert released.lateness == "consultation"
    assert service.hand_over(ready.officer, bundle.id).read(4) == b"%PDF"


def test_a_part_says_when_the_rest_comes_by_the_due_date_unless_another_day_is_given(ready: Office) -> None:
    what = (Part.INTERIM, "The records of the police.")
    with pytest.raises(Refused, match="when you expect"):
        service.request_bundle(ready.officer, ready.case_id, *what, london_today() - timedelta(days=1))
    assert service.request_bundle(ready.officer, ready.case_id, *what).rest_by == clock_of(ready.case).due
    cases.correct_received_date(ready.officer, ready.case_id, london_today() - timedelta(days=60))
    ready.work()
    with pytest.raises(Refused, match="when you expect"):
        service.request_bundle(ready.officer, ready.case_id, *what)


def test_a_part_that_was_stopped_before_anybody_got_it_was_no_part(ready: Office) -> None:
    part = service.request_bundle(ready.officer, ready.case_id, Part.PARTIAL, "The records of the police.").id
    ready.work()
    service.release(ready.officer, part, Route.ONLINE, Route.POST)
    cases.correct_received_date(SYSTEM, ready.case_id, london_today() - timedelta(days=60))
    day = clock_of(ready.case).received

    def counted() -> tuple[int, int, str, str]:
        [row] = csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, day, day))))
        found = measures(day, london_today())
        return found.overdue_now, found.overdue_part, row["response"], row["part_sent"]

    assert counted() == (1, 1, "partial", london_today().isoformat())
    service.stop(ready.officer, part, "Page 3 names a neighbour")
    assert counted() == (1, 0, "none", "") and disclosures_of(ready.case) == []
    page = browser_of(ready.app, ready.officer).get(f"/staff/cases/{ready.case_id}").text
    assert "It had reached nobody, so it does not count as part of an answer." in page


def test_a_part_that_somebody_got_stays_one_when_it_is_stopped(ready: Office) -> None:
    bundle = service.request_bundle(ready.officer, ready.case_id, Part.PARTIAL, "The records of the police.")
    ready.work()
    service.release(ready.officer, bundle.id, Route.ONLINE, Route.POST)
    service.collect(ready.requester).read(4)
    service.stop(ready.officer, bundle.id, "Page 3 names a neighbour")
    assert [part.part for part in disclosures_of(ready.case)] == ["partial"]
