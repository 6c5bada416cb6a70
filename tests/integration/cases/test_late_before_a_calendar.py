"""A new list of holidays gives time to what is late: that is pointed out first, and stays marked."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from sar.cases.complaints import queries as complaint_queries
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Channel
from sar.cases.holidays import queries, service
from sar.cases.models import AddedHoliday
from sar.foundation.actors import SYSTEM
from sar.foundation.db import write_transaction
from sar.foundation.jobs import run_pending
from sar.oversight import complaint_rows, compliance
from sar.oversight.queries import measures
from tests.integration.cases.desk import ago, browser_of, dpo, fresh, opened

pytestmark = pytest.mark.usefixtures("in_app")


def test_what_is_late_today_is_pointed_out_before_and_stays_marked_after_it_got_time(in_app: Flask) -> None:
    """No officer adds a day that is past, but a new list can bring one."""
    lead, late = dpo(), opened(days_ago=45)
    complaint = complaints.log(SYSTEM, opened(days_ago=50, name="A Third").id, "Late.", ago(40), Channel.POST)
    acknowledge_by = complaint_queries.acknowledge_by(complaint)
    before = fresh(late).due_on
    assert acknowledge_by is not None and before is not None
    with write_transaction() as session:
        for day in {before, acknowledge_by}:
            session.add(AddedHoliday(jurisdiction="EW", day=day, title="Day of mourning", added_by="system"))
    found = queries.preview(lead)
    assert found.late >= 2 and found.late == sum(item.late for item in found.moved)
    page = browser_of(in_app, lead).get("/staff/holidays/").text
    assert "that would move are late today. They would get more time." in page and "Late today" in page
    assert measures(ago(60), ago(0)).corrected_late == 0
    service.start_applying(lead, found.newest.version)
    run_pending(in_app)
    due = fresh(late).due_on
    assert due is not None and due > before and measures(ago(60), ago(0)).corrected_late == found.late - 1
    [row] = csv.DictReader(io.StringIO("".join(compliance.export(SYSTEM, ago(45), ago(45)))))
    assert row["late_before_correction"] == "yes"
    [row] = csv.DictReader(io.StringIO("".join(complaint_rows.export(SYSTEM, ago(40), ago(40)))))
    assert row["late_before_correction"] == "yes"
