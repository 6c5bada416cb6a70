"""A late case gets no more time by what one person says of its records: the DPO settles it, and it is marked."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from sar.cases import service as cases
from sar.cases.ledger import Fact
from sar.cases.queries import visible_case
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today
from sar.foundation.errors import Conflict, NotAllowed, Refused
from sar.oversight.queries import measures
from sar.records import laws, service
from tests.factories import a_record
from tests.integration.cases.desk import EMAIL, browser_of, caseworker, dpo, fresh, opened, put


def test_a_late_case_stays_counted_as_it_was_until_the_dpo_settles_its_laws(in_app: Flask) -> None:
    """By the law enforcement rules of before February 2026 no question pauses the clock; by the UK GDPR it does."""
    officer, boss = caseworker(), dpo()
    came = date(2026, 1, 20)
    case = opened(EMAIL, days_ago=(london_today() - came).days)
    put(case, Fact("clarification_requested", date(2026, 1, 25), detail="Which years?"))
    cases.acknowledge(SYSTEM, case.id, fresh(case).version)
    cases.start_gathering(SYSTEM, case.id)
    due = fresh(case).due_on
    assert due is not None and due < london_today()

    def counted() -> tuple[str, date | None, int]:
        found = fresh(case)
        return found.regimes, found.due_on, measures(came, london_today()).overdue_now

    ours = a_record(case, b"Nothing about anybody.", "note.txt", regime="UKGDPR")
    assert counted() == ("LE UKGDPR", due, 1)
    second = a_record(case, b"Nothing else.", "other.txt", regime="LE")
    assert counted() == ("LE UKGDPR", due, 1) and laws.held_back(fresh(case)) is None
    service.withdraw_record(boss, second.id, "outside_request")  # not even the DPO does it in passing
    assert counted() == ("LE UKGDPR", due, 1)
    address = f"/staff/cases/{case.id}"
    page = browser_of(in_app, officer).get(address).text
    assert "It is late, so it is still counted by" in page and f"{address}/laws" not in page
    assert browser_of(in_app, officer).get(f"{address}/laws").status_code == 403
    lead = browser_of(in_app, boss)
    assert f"{address}/laws" in lead.get(address).text
    asked = lead.get(f"{address}/laws").text
    assert "The records fall under the UK GDPR." in asked and "no date until the answer comes" in asked
    with pytest.raises(NotAllowed):
        laws.settle(officer, case.id, "It is about a complaint.")
    with pytest.raises(Refused):
        laws.settle(boss, case.id, " ")
    form = {"version": str(fresh(case).version), "reason": "It is about a complaint."}
    assert lead.post(f"{address}/laws", form).status_code == 302
    assert counted() == ("UKGDPR", None, 0) and measures(came, london_today()).corrected_late == 1
    with pytest.raises(Conflict):
        laws.settle(boss, case.id, "Again")
    assert visible_case(SYSTEM, ours.case_id).clock_state == "paused"
