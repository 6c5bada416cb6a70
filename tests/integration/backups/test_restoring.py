"""A restored service is the one that was backed up, without what was destroyed since; until then it is closed."""

from __future__ import annotations

import io
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import verify_audit
from alembic.script import ScriptDirectory
from backups.taking import whole_backups
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, text

from sar.access import service as access
from sar.access.models import Staff
from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.models import Case
from sar.foundation import audit, blobs, jobs, restoring
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone
from sar.foundation.key_ring import KeyRing
from sar.foundation.keys import scope_key
from sar.settings import PROJECT_ROOT, Settings
from tests.factories import PASSWORD, a_record, gathering_case, received_case
from tests.integration.backups.services import Commands, started
from tests.integration.cases.desk import browser_of, caseworker, dpo
from tests.security.test_erasure import destroy
from tests.security.world import PDF
from tests.unit.scripts.test_verify_audit import entries, head_of

FILE = b"The contact log of one day.\n" * 5_000


@contextmanager
def somebody_working(app: Flask) -> Iterator[list[str]]:
    """A colleague opens cases with a file each, one after another, until the block ends. Their ids."""
    made: list[str] = []
    first, stop = threading.Event(), threading.Event()

    def work() -> None:
        with app.app_context():
            while not stop.is_set():
                case = received_case(f"Ida Fenn {len(made)}")
                blobs.put(case.scope_id, io.BytesIO(FILE), media_type="text/plain")
                made.append(case.id)
                first.set()
            db.session.remove()

    colleague = threading.Thread(target=work)
    colleague.start()
    try:
        assert first.wait(60), "nothing was stored"
        yield made
    finally:
        stop.set()
        colleague.join()


@pytest.mark.usefixtures("database")
def test_what_was_backed_up_while_somebody_worked_is_a_service_again(
    in_app: Flask, settings: Settings, elsewhere: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    officer = caseworker()
    old = browser_of(in_app, officer)
    cookie = old.client.get_cookie("__Host-sar", domain="localhost")
    case_id = received_case("Quillonella Marchbanks").id
    assert old.get(f"/staff/cases/{case_id}").status_code == 200
    with somebody_working(in_app) as made:
        before = after = 0
        while before == after:  # until something was stored while the backup was made
            before = len(made)
            assert commands.backup(settings) == 0
            after = len(made)
    assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 0, capsys.readouterr().err
    assert "The service may be started." in capsys.readouterr().out
    with started(elsewhere) as restored:
        count = db.session.scalar(select(func.count()).select_from(Case)) or 0
        assert before + 1 <= count <= after + 2
        of_ours = select(blobs.Blob.id).where(blobs.Blob.media_type == "text/plain").order_by(blobs.Blob.id)
        files = list(db.session.scalars(of_ours))
        assert count - 2 <= len(files) <= count - 1  # one may have had its case and not yet its file
        for blob_id in files:
            with blobs.open(blob_id) as content:
                assert content.read() == FILE
        browser = browser_of(restored, officer)
        page = browser.get(f"/staff/cases/{case_id}")
        assert page.status_code == 200 and "Quillonella Marchbanks" in page.text
        browser.client.set_cookie("__Host-sar", cookie.value if cookie else "", secure=True)
        assert browser.get(f"/staff/cases/{case_id}").status_code != 200  # whoever was signed in is no more
        received_case("Somebody New")
        [told] = [entry for entry in audit.entries() if entry.action == "backup.restored"]
        begun = db.session.get_one(audit.AuditEntry, json.loads(told.facts)["entries"])
        assert told.subject_id == commands.newest().name and json.loads(told.facts)["head"] == begun.hash
        chain_is_whole()
        assert jobs.run_pending(restored)  # what waited is done here


def chain_is_whole() -> None:
    head = audit.head()
    lines = (f"{audit.canonical(entry.as_dict())}\n" for entry in audit.entries())
    assert verify_audit.check_chain(lines, {"entries": head.entries, "head": head.hash}) == head.entries


@pytest.fixture
def ended(in_app: Flask, settings: Settings, commands: Commands) -> str:
    """A case that is in the first backup, was destroyed since, and is told of by the log of the second. Its id."""
    case, kept = gathering_case("Quillonella Marchbanks"), received_case("Ida Fenn")
    a_record(case, PDF)
    for one in (case, kept):
        cases.withdraw(SYSTEM, one.id, london_today(), version=one.version)
    case_id = case.id
    db.session.rollback()
    assert commands.backup(settings) == 0
    destroy(in_app, case_id, london_today() + timedelta(days=3 * 366), dpo(), dpo("Bela Stone"))
    with pytest.raises(Gone):
        scope_key(db.session.get_one(Case, case_id).scope_id)
    db.session.rollback()
    assert commands.backup(settings) == 0
    return case_id


def test_a_case_that_was_destroyed_since_stays_gone(
    ended: str, settings: Settings, elsewhere: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = whole_backups(commands.backups)
    with pytest.raises(SystemExit):  # whether there is a newer log is never left unsaid
        commands.restore(elsewhere, older)
    assert commands.restore(elsewhere, newer, "--log", older / "audit.jsonl") == 2
    assert "is older than the backup" in capsys.readouterr().err
    assert commands.restore(elsewhere, older, "--log", newer / "audit.jsonl") == 0
    said = capsys.readouterr().out
    assert "Destroyed again: 1 cases" in said and "1 retention.case_erased" in said
    with started(elsewhere) as restored:
        case = db.session.get_one(Case, ended)
        assert case.erased_on is not None and not case.submission.full_name
        with pytest.raises(Gone):
            scope_key(case.scope_id)
        of_others = set(db.session.scalars(select(blobs.Blob.id).where(blobs.Blob.scope_id != case.scope_id)))
        assert {path.name for path in elsewhere.instance.glob("blobs/??/*")} == of_others
        page = browser_of(restored, dpo("Anna Third")).get(f"/staff/cases/{ended}")
        assert "These records were destroyed" in page.text and "Quillonella" not in page.text
        [kept] = db.session.scalars(select(Case).where(Case.id != ended))
        assert kept.submission.full_name == "Ida Fenn"
        chain_is_whole()


def test_staff_who_lost_access_since_lose_it_again(
    in_app: Flask, settings: Settings, elsewhere: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    left, moved, phished, stays = (caseworker(name) for name in ("Left Us", "Moved On", "Was Phished", "Still Here"))
    assert commands.backup(settings) == 0
    access.disable_staff(SYSTEM, left.id)
    access.change_roles(SYSTEM, moved.id, frozenset({Role.AUDITOR}))
    access.reset_sign_in(SYSTEM, phished.id, PASSWORD)
    access.disable_staff(SYSTEM, caseworker("Came Later").id)
    db.session.rollback()
    assert commands.backup(settings) == 0
    older, newer = whole_backups(commands.backups)
    assert commands.restore(elsewhere, older, "--log", newer / "audit.jsonl") == 0
    assert "Staff: 3 stopped" in capsys.readouterr().out
    with started(elsewhere):
        staff = {one.id: (one.disabled, one.role_set) for one in db.session.scalars(select(Staff).order_by(Staff.id))}
        assert staff == {
            left.id: (True, {Role.CASEWORKER}),
            moved.id: (False, {Role.AUDITOR}),
            phished.id: (True, {Role.CASEWORKER}),
            stays.id: (False, {Role.CASEWORKER}),
        }


def test_a_log_of_another_history_or_another_signer_is_not_believed(
    in_app: Flask,
    settings: Settings,
    elsewhere: Settings,
    commands: Commands,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert commands.backup(settings) == 0
    backup, log = commands.newest(), tmp_path / "other.jsonl"
    shutil.copy(backup / "audit.jsonl", log)
    assert commands.restore(elsewhere, backup, "--log", log) == 7  # no checkpoint beside it
    checkpoint, ring = tmp_path / "other.jsonl.checkpoint.json", in_app.extensions["sar"].key_ring
    invented, stranger = entries(), KeyRing.create(tmp_path / "ring.json", demo=True)
    for lines, signer, code, words in (
        ([*invented, *invented], ring, 3, "not intact"),
        (invented, stranger, 3, "signed with another key"),
        (invented, ring, 2, "tells another history"),
    ):
        log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        checkpoint.write_text(json.dumps(audit.sign(head_of(lines), signer)))
        assert commands.restore(elsewhere, backup, "--log", log) == code
        assert words in capsys.readouterr().err
    nothing_was_begun(elsewhere)


def nothing_was_begun(place: Settings) -> None:
    assert not restoring.under_way(place)
    assert [path.name for path in place.instance.iterdir()] == ["keys"]


def test_what_is_there_is_never_written_over(
    in_app: Flask, settings: Settings, elsewhere: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = received_case().id
    assert commands.backup(settings) == 0
    assert commands.restore(settings, commands.newest(), "--no-newer-log") == 5
    assert "There is a database already" in capsys.readouterr().err
    (elsewhere.instance / "blobs" / "ab").mkdir(parents=True)
    assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 5
    assert "stored files" in capsys.readouterr().err
    db.session.rollback()
    assert db.session.get(Case, case_id) is not None and not restoring.under_way(settings)


def test_a_backup_that_this_version_cannot_restore_is_refused_before_anything_is_written(
    database: str,
    in_app: Flask,
    settings: Settings,
    elsewhere: Settings,
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = {"sqlite": "postgresql+psycopg://nobody@/nowhere?host=/nowhere", "postgresql": "sqlite:///{}/sar.db"}
    assert commands.backup(settings) == 0
    of_another_kind = replace(elsewhere, database_url=other[database].format(elsewhere.instance))
    expected = {"sqlite": 7, "postgresql": 6}[database]  # nothing answers at nowhere
    assert commands.restore(of_another_kind, commands.newest(), "--no-newer-log") == expected
    with write_transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert commands.backup(settings) == 0
    assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 6
    assert "newer (migration 9999)" in capsys.readouterr().err
    nothing_was_begun(elsewhere)
    with write_transaction() as session:  # so that the database can be used again by other tests
        session.execute(text("UPDATE alembic_version SET version_num = :was"), {"was": head_revision()})


@pytest.mark.usefixtures("database")
def test_a_backup_from_before_an_upgrade_is_restored_and_upgraded(
    in_app: Flask, settings: Settings, elsewhere: Settings, commands: Commands
) -> None:
    case_id = received_case("Quillonella Marchbanks").id
    db.session.remove()
    downgrade(revision="-1")
    assert commands.backup(settings) == 0
    upgrade()
    assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 0
    with started(elsewhere):
        assert db.session.get_one(Case, case_id).submission.full_name == "Quillonella Marchbanks"
        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == head_revision()


def head_revision() -> str:
    return str(ScriptDirectory(str(PROJECT_ROOT / "sar" / "migrations")).get_current_head())


def test_nobody_is_let_in_and_no_work_is_begun_until_a_restore_is_over(app: Flask, settings: Settings) -> None:
    with app.app_context():
        received_case()
        waiting = db.session.scalar(select(func.count()).select_from(jobs.Job))
    assert app.test_client().get("/ask").status_code == 200
    mark = restoring.mark_of(settings)
    mark.touch()
    for address in ("/ask", "/staff/cases/", "/staff/sign-in"):
        answer = app.test_client().get(address)
        assert answer.status_code == 503 and "closed for now" in answer.text
    assert app.test_client().get("/brand.css").status_code == 200
    assert jobs.run_pending(app) == 0
    mark.unlink()
    assert app.test_client().get("/ask").status_code == 200
    assert waiting and jobs.run_pending(app) >= waiting
