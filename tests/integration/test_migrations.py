"""The migrations make exactly the tables that the models describe, up and down, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Date, column, inspect, select, table, text
from sqlalchemy.exc import DatabaseError

from sar.access.permissions import Role
from sar.cases.complaints import queries
from sar.cases.complaints import service as complaints
from sar.cases.conflicts import service as conflicts
from sar.cases.holidays import service as holidays
from sar.cases.missed import Missed, What
from sar.cases.models import ConflictOfInterest
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.cases.service import declare_conflict, open_case
from sar.demo.material import IDENTITY_PHOTO as DEMO_PHOTO
from sar.foundation import blobs
from sar.foundation.actors import SYSTEM
from sar.foundation.db import Base, db
from sar.intake import service as intake
from sar.intake.answers import Contact, RequestAnswers, Route
from sar.intake.identity_copies import copies_of
from sar.intake.models import Submission
from tests.factories import staff_actor
from tests.integration.cases.desk import ago, caseworker, dpo, opened

pytestmark = pytest.mark.usefixtures("database")


def differences(app: Flask) -> list[object]:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: not (kind == "table" and str(name).startswith("procrastinate_")),
            },
        )
        return list(compare_metadata(context, Base.metadata))


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return {name for name in inspect(db.engine).get_table_names() if not name.startswith("procrastinate_")}


def test_a_migrated_database_is_what_the_models_say(app: Flask) -> None:
    assert differences(app) == []


def test_the_way_down_leaves_nothing_of_ours_and_the_way_up_works_again(app: Flask) -> None:
    with app.app_context():
        downgrade(revision="base")
    assert tables(app) <= {"alembic_version"}
    with app.app_context():
        upgrade()
    assert differences(app) == []


def test_a_table_that_others_point_at_is_made_anew_with_what_is_in_it(app: Flask) -> None:
    with app.app_context():
        with DEMO_PHOTO.open("rb") as photo:
            answers = RequestAnswers(full_name="Ada Example", contact=Contact(Route.EMAIL, email="ada@example.org"))
            receipt = intake.submit(SYSTEM, answers, photo, "id.jpg", "k" * 32)
        open_case(SYSTEM, receipt.submission_id)
        db.session.remove()
        downgrade(revision="0022")
        upgrade()
        [copy] = copies_of(receipt.submission_id)
        assert blobs.get(copy.blob_id).scope_id == db.session.get_one(Submission, receipt.submission_id).scope_id
    assert differences(app) == []


def test_complaints_keep_the_day_they_had_when_it_is_stored_no_more(app: Flask) -> None:
    """On the way down it is worked out for the column, on the way up the calendar that gave it is found again."""
    with app.app_context():
        with time_machine.travel(datetime(2026, 9, 10, 12, tzinfo=UTC), tick=False):
            holidays.add_holiday(staff_actor(Role.DPO), date(2026, 10, 8), "Day of mourning")
            case = opened(days_ago=99)
            logged = complaints.log(SYSTEM, case.id, "Late.", date(2026, 9, 8), complaints.Channel.POST)
            before = complaints.log(SYSTEM, case.id, "Late.", date(2026, 6, 18), complaints.Channel.POST)
        version = logged.calendar_version
        ids = {"logged": logged.id, "before": before.id}
        db.session.rollback()
        downgrade(revision="0023")
        stored = select(column("id"), column("acknowledge_by", Date)).select_from(table("complaint"))
        days = {row.id: row.acknowledge_by for row in db.session.execute(stored)}
        assert (days[ids["logged"]], days[ids["before"]]) == (date(2026, 10, 9), None)
        db.session.rollback()
        upgrade()
        found = db.session.get_one(complaints.Complaint, ids["logged"])
        assert (found.calendar_version, queries.acknowledge_by(found)) == (version, date(2026, 10, 9))
        assert [(item.on, item.recorded_by) for item in queries.receipts_of(found)] == [(date(2026, 9, 8), "system")]
    assert differences(app) == []


def test_who_declared_a_conflict_is_filled_in_from_the_log(app: Flask) -> None:
    with app.app_context():
        boss, own, other, case = dpo(), caseworker(), caseworker("Other Person"), opened()
        conflicts.close_to(boss, case.id, [other.id])
        declare_conflict(own, case.id, own.id)
        expected = {own.id: own.id, other.id: boss.id}
        db.session.remove()
        downgrade(revision="0029")
        upgrade()
        found = db.session.scalars(select(ConflictOfInterest))
        assert {conflict.staff_id: conflict.declared_by for conflict in found} == expected


def test_proposals_that_the_code_before_does_not_know_are_gone_on_the_way_down(app: Flask) -> None:
    with app.app_context():
        worker, (late, aside, refused) = caseworker(), (opened(days_ago=days) for days in (80, 2, 1))
        dpo()
        asked = Missed(What.QUESTION, ago(75), ago(60))
        refusals.propose_missed(worker, late.id, asked, "The phone log")
        refusals.propose_set_aside(worker, aside.id, "TEST", "It was made by mistake.")
        refusals.propose(worker, refused.id, Kind.REFUSE, "These are about somebody else.", code="N-NOTYOURS")
        db.session.rollback()
        kinds = select(column("kind")).select_from(table("refusal_proposal")).order_by("kind")
        for revision, left in (("0030", ["refuse", "set_aside"]), ("0024", ["refuse"])):
            downgrade(revision=revision)
            assert list(db.session.scalars(kinds)) == left
            db.session.rollback()
        upgrade()
    assert differences(app) == []


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET hash = 'x'", "DELETE FROM audit_entry"])
def test_a_migrated_audit_log_cannot_be_changed(app: Flask, statement: str) -> None:
    from sar.foundation.actions import Action
    from sar.foundation.audit import record
    from sar.foundation.db import write_transaction

    with app.app_context():
        with write_transaction():
            record(SYSTEM, Action.SIGNED_OUT, "somebody")
        with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))
