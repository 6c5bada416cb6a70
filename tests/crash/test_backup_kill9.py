"""A backup or a restore killed with kill -9 in the middle: nothing that looks like a backup, no door that is open."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from backups.taking import whole_backups
from flask import Flask

from sar.cases.models import Case
from sar.foundation import restoring
from sar.foundation.db import db
from sar.settings import Settings
from tests.crash.forge import Forge, wait_until
from tests.factories import a_record, gathering_case
from tests.integration.backups.services import Commands, an_empty_place, emptied, started
from tests.security.world import PDF


def kill_while_copying(forge: Forge, settings: Settings, command: str, *arguments: str | Path) -> None:
    """Let the command copy one stored file, then kill it."""
    reached = settings.instance.parent / f"reached-{command}"
    of_service = (settings.instance, settings.database_url, settings.key_ring_path, reached)
    running = forge.start("tests.crash.backup_process", command, *map(str, (*of_service, *arguments)))
    try:
        wait_until(reached.exists)
    finally:
        running.kill()


@pytest.mark.usefixtures("database")
def test_neither_a_killed_backup_nor_a_killed_restore_passes_for_a_whole_one(
    app: Flask, forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Settings = app.extensions["sar"].settings
    commands = Commands(monkeypatch, tmp_path)
    with app.app_context():
        case = gathering_case("Quillonella Marchbanks")
        a_record(case, PDF)
        case_id = case.id
        db.session.remove()
    kill_while_copying(forge, settings, "backup", commands.backups)
    [unfinished] = commands.backups.glob(".unfinished-*")
    assert list(unfinished.glob("blobs/??/*")) and whole_backups(commands.backups) == []
    assert commands.restore(settings, unfinished, "--check") == 3
    assert commands.backup(settings) == 0
    assert not unfinished.exists()
    with an_empty_place(settings, tmp_path) as elsewhere:
        kill_while_copying(forge, elsewhere, "restore", commands.newest(), "--no-newer-log")
        assert restoring.under_way(elsewhere)
        with started(elsewhere) as half:
            assert half.test_client().get("/staff/sign-in").status_code == 503
        assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 5
        assert "did not finish" in capsys.readouterr().err
        emptied(elsewhere)
        shutil.rmtree(elsewhere.instance / "blobs")
        restoring.mark_of(elsewhere).unlink()
        assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 0
        with started(elsewhere) as whole:
            assert db.session.get_one(Case, case_id).submission.full_name == "Quillonella Marchbanks"
            assert whole.test_client().get("/staff/sign-in").status_code == 200
