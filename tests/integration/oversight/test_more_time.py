"""Where we got more time by an act of our own: counted on the overview, and listed by case for who answers for it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine
from flask import Flask

from sar.access.permissions import Role
from sar.cases import corrections, letters, outbox, service
from sar.cases.corrections import Correction
from sar.cases.ledger import Fact
from sar.cases.missed import Missed, What
from sar.cases.refusals.models import Kind
from sar.cases.refusals.service import decide, propose, propose_missed
from sar.foundation import messages
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import LONDON, london_today
from sar.foundation.db import write_transaction
from sar.foundation.wording import date_words
from sar.oversight.more_time import asked_late, told_late, without_letter
from sar.oversight.queries import measures
from tests.factories import staff_actor
from tests.integration.cases.desk import browser_of, caseworker, dpo, fresh, opened, put

pytestmark = pytest.mark.usefixtures("in_app")


def on(day: int) -> datetime:
    return datetime(2026, 9, day, 10, tzinfo=LONDON)


def test_proof_asked_for_late_and_dates_moved_by_two_are_counted_and_listed(in_app: Flask) -> None:
    with time_machine.travel(on(1), tick=False) as clock:
        officer, chief, auditor = caseworker(), dpo(), staff_actor(Role.AUDITOR, name="Ola Audit")
        soon, late, moved, unsent = (opened(name=name) for name in ("Al Soon", "Bo Late", "Cy Moved", "Di Unsent"))
        clock.move_to(on(4))  # the third working day
        service.ask_for_identity(officer, soon.id, "the name differs")
        outbox.mark_sent(officer, messages.about(soon.id)[-1].id)
        clock.move_to(on(29))
        for case in (late, unsent):
            service.ask_for_identity(officer, case.id, "the name differs")
        outbox.mark_sent(officer, messages.about(late.id)[-1].id)
        meant = Missed(What.QUESTION, date(2026, 9, 2), date(2026, 9, 9))
        proposal = propose_missed(officer, moved.id, meant, "The phone log")
        start, end = date(2026, 9, 1), date(2026, 9, 30)
        assert (measures(start, end).asked_late, measures(start, end).by_two) == (1, 0)
        decide(chief, proposal.id, True, version=proposal.version)
        assert (measures(start, end).asked_late, measures(start, end).by_two) == (1, 1)
        assert measures(date(2026, 9, 2), end).asked_late == 0  # of those received in the period
        [found] = asked_late(start, end)
        assert (found.reference, found.asked_on, found.days) == (late.reference, date(2026, 9, 29), 28)

        lead, outside = browser_of(in_app, chief), browser_of(in_app, auditor)
        assert "/staff/oversight/more-time" in lead.get("/staff/oversight/").text
        page = lead.get("/staff/oversight/more-time").text
        for words in (late.reference, moved.reference, officer_name := "Robin Field", date_words(date(2026, 9, 29))):
            assert words in page
        assert soon.reference not in page and unsent.reference not in page
        assert f'href="/staff/cases/{late.id}"' in page and "Add what was missed on the clock" in page
        seen = outside.get("/staff/oversight/more-time").text
        assert late.reference in seen and officer_name in seen and "/staff/cases/" not in seen
        assert browser_of(in_app, officer).get("/staff/oversight/more-time").status_code == 403
        # A case that is closed to somebody by a conflict of interest is not listed for them.
        dpo("Dee Other")
        service.declare_conflict(chief, moved.id, chief.id)
        assert moved.reference not in lead.get("/staff/oversight/more-time").text


def test_what_no_letter_shows_is_counted_until_it_is_struck_out() -> None:
    with time_machine.travel(on(1), tick=False):
        officer, chief, case, asked = caseworker(), dpo(), opened(), opened(name="Al Asked")
        service.ask_question(officer, asked.id, "Which office?", "You named none.")
        outbox.mark_sent(officer, messages.about(asked.id)[-1].id)
        proposal = propose_missed(officer, case.id, Missed(What.QUESTION, date(2026, 9, 1)), "I rang them")
        decide(chief, proposal.id, True, version=proposal.version)
        start, end = date(2026, 9, 1), date(2026, 9, 30)
        assert [found.reference for found in without_letter(start, end)] == [case.reference]
        assert measures(start, end).no_letter == 1
        [fact] = corrections.correctable(fresh(case))
        corrections.correct(officer, case.id, Correction(fact.id, None), "It was another case")
        assert measures(start, end).no_letter == 0


def test_an_answer_in_time_whose_letter_goes_late_is_counted_apart(in_app: Flask) -> None:
    with time_machine.travel(on(1), tick=False) as clock:
        officer, chief = caseworker(), dpo()
        late, soon, never, refused = (opened(name=name) for name in ("Bo Late", "Al Soon", "Cy Never", "Di Refused"))
        clock.move_to(on(30))  # the day before they are due
        for case in (late, soon, never):
            put(case, Fact("ended", london_today(), reason_code="RESPONDED"))
            with write_transaction():
                letters.send(SYSTEM, fresh(case), "ready_to_collect")
        proposal = propose(officer, refused.id, Kind.REFUSE, "The tenth this year.")
        decide(chief, proposal.id, True, version=proposal.version)
        outbox.mark_sent(officer, messages.about(soon.id)[-1].id)
        start, end = date(2026, 9, 1), date(2026, 12, 31)
        assert measures(start, end).told_late == 0  # there is still time
        clock.move_to(datetime(2026, 10, 5, 10, tzinfo=LONDON))
        assert measures(start, end).told_late == 3
        outbox.mark_sent(officer, messages.about(late.id)[-1].id)
        outbox.mark_sent(officer, messages.about(refused.id)[-1].id)  # from now on it was answered late
        found = {one.reference: one.went_on for one in told_late(start, end)}
        assert found == {late.reference: date(2026, 10, 5), never.reference: None}
        assert (measures(start, end).fell_due, measures(start, end).answered_in_time) == (4, 3)
        page = browser_of(in_app, chief).get("/staff/oversight/more-time").text
        assert never.reference in page and "Not yet" in page and soon.reference not in page
