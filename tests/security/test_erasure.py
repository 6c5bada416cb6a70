"""A case that was destroyed: nothing of it can be read, its figures stand, and every page says so in plain words."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import MetaData, func, select

from sar.cases import service as cases
from sar.cases.complaints import queries as complaint_queries
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Complaint, Outcome, OutsideComplaint, OutsideOutcome
from sar.cases.links import service as links
from sar.cases.models import Case, ClockFact
from sar.cases.person.service import change_person
from sar.cli import register_commands
from sar.foundation import blobs, keys
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone
from sar.foundation.jobs import enqueue, run_pending
from sar.foundation.keys import KeyScope
from sar.intake.details import details_of
from sar.oversight import compliance
from sar.oversight import queries as oversight
from sar.oversight import service as overseeing
from sar.oversight.retention import service as retention
from sar.oversight.retention.destroying import DESTROY
from sar.oversight.retention.models import Erasure
from sar.oversight.retention.remains import STAYS
from sar.oversight.retention.rules import Why
from sar.records.models import Record
from sar.release.models import Bundle
from sar.review.models import Person, SignOff
from sar.settings import PROJECT_ROOT
from tests.conftest import AppFactory
from tests.databases import let_go
from tests.factories import letters_go, received_case
from tests.integration.cases.desk import dpo
from tests.integration.oversight.told import at
from tests.security.addresses import addresses
from tests.security.people import actor_of
from tests.security.test_stored_data import dump
from tests.security.test_who_may_see_what import may
from tests.security.world import CANARIES, PDF, World, build, everything_stored

VERIFY = PROJECT_ROOT / "scripts" / "verify_audit.py"
WORDS = "Quillonella rang about Gooseberry"


def finish(world: World, day: date) -> None:
    """The first request ends, with all that can lie in a case by then; nothing holds it any more."""
    case_id = world.cases[0]
    case = db.session.get_one(Case, case_id)
    with write_transaction() as session:
        complaint = session.get_one(Complaint, world.complaints[0])
        complaints.decided(SYSTEM, complaint, Outcome.UPHELD, WORDS, [WORDS])
        outside = session.get_one(OutsideComplaint, world.outside[0])
        complaints.decide_outside(SYSTEM, outside.id, OutsideOutcome.FOR_US, day, WORDS, version=outside.version)
        links.unlink(SYSTEM, world.link, WORDS)
        cases.add_note(SYSTEM, case_id, WORDS)
        cases.ask_question(SYSTEM, case_id, WORDS, WORDS)
        told = details_of(case.submission)
        change_person(SYSTEM, case_id, replace(told, former_names=(WORDS,)), WORDS)
        scope = {"scope_id": case.scope_id, "case_id": case_id}
        signed = SignOff(**scope, plan_sha256="0" * 64, prepared_by="system", requested_at=case.created_at)
        session.add(signed)
        session.flush()
        with PDF.open("rb") as content:
            reply = blobs.put(case.scope_id, content, media_type="application/pdf")
        bundle = Bundle(**scope, state="released", sign_off_id=signed.id, plan_sha256="0" * 64, requested_by="system")
        bundle.blob_id, bundle.passphrase, bundle.released_at = reply.id, WORDS, case.created_at
        session.add(bundle)
    letters_go(case)
    assert db.session.scalars(select(ClockFact.id).where(ClockFact.message_id.is_not(None))).first()
    cases.withdraw(SYSTEM, case_id, day, version=db.session.get_one(Case, case_id).version)


def figures(start: date, end: date) -> tuple[object, ...]:
    db.session.rollback()
    return (
        list(compliance.export(SYSTEM, start, end)),
        oversight.measures(start, end),
        complaint_queries.figures(start, end),
    )


def destroy(app: Flask, case_id: str, day: date, lead: Actor, second: Actor) -> None:
    """Proposed by one and agreed by another on a day when the time is over; so does the job."""
    with at(day):
        [proposed] = retention.propose(lead, [case_id], Why.TIME_OVER, WORDS)
        retention.decide(second, [case_id], True)
    with write_transaction():  # brought forward: the database has a clock of its own
        enqueue(DESTROY, proposed.id)
    with at(day):
        run_pending(app)
    db.session.rollback()


def sealed_left(app: Flask, scope_id: str, case_id: str) -> list[str]:
    """Tables that still hold something sealed with the key of the case, or rows of it that should be gone."""
    metadata, found = MetaData(), []
    metadata.reflect(db.engine)
    with db.engine.connect() as connection:
        for name, table in metadata.tables.items():
            for column, wanted in (("scope_id", scope_id), ("case_id", case_id)):
                if column not in table.c or name == "audit_entry":
                    continue
                for row in connection.execute(select(table).where(table.c[column] == wanted)).mappings():
                    sealed = [key for key, value in row.items() if key.endswith("_sealed") and value is not None]
                    found += [f"{name}.{key}" for key in sealed] if name in STAYS else [name]
    return found


@pytest.mark.usefixtures("database")
def test_nothing_of_a_destroyed_case_can_be_read_and_everything_else_is_as_it_was(app: Flask, tmp_path: Path) -> None:
    world, today = build(app), london_today()
    later = today + timedelta(days=7 * 366)
    with app.app_context():
        finish(world, today)
        run_pending(app)
        case = db.session.get_one(Case, world.cases[0])
        scope_id, other_scope = case.scope_id, db.session.get_one(Case, world.cases[1]).scope_id
        wrapped = db.session.get_one(KeyScope, scope_id).wrapped_key
        assert wrapped is not None and wrapped in dump(app)
        files = set(db.session.scalars(select(blobs.Blob.id).where(blobs.Blob.scope_id == scope_id)))
        assert len(files) >= 3
        records = db.session.scalar(select(func.count()).select_from(Record).where(Record.case_id == case.id))
        people = db.session.scalar(select(func.count()).select_from(Person).where(Person.case_id == case.id))
        before = everything_stored(app)
        counted = figures(date(2025, 1, 1), later)
        destroy(app, case.id, later, actor_of(world.staff["dpo"]), actor_of(world.staff["administrator"]))
        with pytest.raises(Gone):
            keys.scope_key(scope_id)
        assert sealed_left(app, scope_id, world.cases[0]) == []
        stored = {path.name for path in (app.extensions["sar"].settings.instance / "blobs").rglob("*")}
        assert not files & stored and stored
        assert figures(date(2025, 1, 1), later) == counted
        checkpointed(app)
        assert wrapped not in dump(app) or app.extensions["sar"].settings.is_postgresql
        others = {row for name, found in everything_stored(app).items() for row in found}
        for name, found in before.items():  # what went was of this case alone
            if name not in ("web_session", "job", "case_link", "periodic_run"):
                assert not [row for row in found - others if world.cases[1] in row or other_scope in row], name
        [certificate] = certificates()
        facts = json.loads(certificate.facts)
        assert (facts["records"], facts["people"], facts["alone"]) == (records, people, False)
        assert records and people and facts["rows"] > 20
        assert (facts["proposed_by"], facts["decided_by"]) == (world.staff["dpo"], world.staff["administrator"])
        with write_transaction():  # done again, it is done once
            enqueue(DESTROY, certificate.subject_id)
        run_pending(app)
        assert len(certificates()) == 1
        export_is_whole(tmp_path)
    pages_say_so(world)


def checkpointed(app: Flask) -> None:
    """What SQLite keeps beside its file until the next checkpoint is in it."""
    db.session.rollback()
    if not app.extensions["sar"].settings.is_postgresql:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")


def certificates() -> list[AuditEntry]:
    db.session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == Action.CASE_ERASED.label)
    return list(db.session.scalars(query.order_by(AuditEntry.seq)))


def export_is_whole(folder: Path) -> None:
    """The log is checked by the script alone, as an auditor does it."""
    log, checkpoint = folder / "audit.jsonl", folder / "checkpoint.json"
    log.write_text("".join(overseeing.audit_export(SYSTEM)), encoding="utf-8")
    checkpoint.write_text(json.dumps(overseeing.sign_checkpoint(SYSTEM)), encoding="utf-8")
    command = [sys.executable, "-I", str(VERIFY), str(log), "--checkpoint", str(checkpoint)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def pages_say_so(world: World) -> None:
    """Every address, with the ids of what was destroyed: never a failure of ours, and no word of it."""
    gone = set(CANARIES.values()) - {CANARIES[name] for name in ("other name", "other title", "contact")}
    for persona in ("dpo", "auditor", "administrator", "requester", "originator"):
        browser = world.browser(persona)
        for address in addresses(world.app, world.values(0), safe=True):
            if may(persona, address.guard):
                answer = browser.get(address.url)
                assert answer.status_code < 500, f"{persona}: {address}"
                assert not [word for word in gone if word in answer.get_data(as_text=True)], f"{persona}: {address}"
    browser, reference = world.browser("dpo"), world.references[0]
    page = browser.get(f"/staff/cases/{world.cases[0]}")
    assert page.status_code == 200 and "These records were destroyed" in page.text
    history = browser.get(f"/staff/cases/{world.cases[0]}/history")
    assert history.status_code == 410 and "No names and no contents are left." in history.text
    assert "were destroyed" in browser.get(f"/staff/cases/?search={reference}").text
    assert reference not in browser.get("/staff/cases/?show=all").text
    assert reference in world.browser("auditor").get("/staff/retention/?show=destroyed").text
    certificate = world.browser("auditor").get(f"/staff/retention/cases/{world.cases[0]}").text
    assert "Certificate of destruction" in certificate and "What went" in certificate


@pytest.fixture
def destroyed_and_restored(make_app: AppFactory, tmp_path: Path) -> Iterator[tuple[Flask, str, Path]]:
    """A database as it was before a case was destroyed, and the log that was exported since."""
    app = make_app()
    instance: Path = app.extensions["sar"].settings.instance
    with app.app_context():
        case, kept = received_case("Quillonella Marchbanks"), received_case("Ida Fenn")
        for one in (case, kept):
            cases.withdraw(SYSTEM, one.id, london_today(), version=one.version)
        case_id = case.id
    let_go(app)
    shutil.copytree(instance, tmp_path / "backup")
    with app.app_context():
        destroy(app, case_id, london_today() + timedelta(days=3 * 366), dpo(), dpo("Bela Stone"))
        log = tmp_path / "audit.jsonl"
        log.write_text("".join(overseeing.audit_export(SYSTEM)), encoding="utf-8")
    let_go(app)
    shutil.rmtree(instance)
    shutil.copytree(tmp_path / "backup", instance)
    yield make_app(), case_id, log


def test_a_restored_backup_is_rid_again_of_what_the_log_says_was_destroyed(
    destroyed_and_restored: tuple[Flask, str, Path],
) -> None:
    app, case_id, log = destroyed_and_restored
    register_commands(app)
    runner = app.test_cli_runner()
    with app.app_context():
        scope_id = db.session.get_one(Case, case_id).scope_id
        assert keys.scope_key(scope_id)
    damaged = log.with_name("damaged.jsonl")
    damaged.write_text(log.read_text(encoding="utf-8").replace('"alone":false', '"alone":true'), encoding="utf-8")
    refused = runner.invoke(args=["erasures", "reapply", str(damaged)])
    assert refused.exit_code == 1 and "Nothing was destroyed" in refused.output
    done = runner.invoke(args=["erasures", "reapply", str(log)])
    assert done.output == "1 destroyed again, 0 destroyed already, 0 not in this database.\n"
    assert "0 destroyed again, 1 destroyed already" in runner.invoke(args=["erasures", "reapply", str(log)]).output
    with app.app_context():
        with pytest.raises(Gone):
            keys.scope_key(scope_id)
        [erasure] = db.session.scalars(select(Erasure))
        assert (erasure.state, erasure.reapplied, erasure.case_id) == ("done", True, case_id)
        assert json.loads(certificates()[0].facts)["reapplied"] is True
        [still] = db.session.scalars(select(Case).where(Case.id != case_id))
        assert still.erased_on is None and still.submission.full_name == "Ida Fenn"
