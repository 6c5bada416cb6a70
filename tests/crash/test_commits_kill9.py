"""Killed with kill -9 while storing: each command is there whole or not at all, and what was said to be stored is."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import verify_audit
from flask import Flask
from sqlalchemy import select

from sar.foundation import audit
from sar.foundation.db import db
from sar.foundation.keys import KeyScope
from sar.foundation.throttle import ThrottleTry
from sar.settings import PROJECT_ROOT
from tests.crash.writer_process import AT_ONCE
from tests.foundation_app import create_tables, foundation_app, fresh_database, let_go

KILLS = 40


def check_whole(app: Flask) -> int:
    """Every command left its key, its row and its entry. Returns how many there are."""
    with app.app_context():
        scopes = set(db.session.scalars(select(KeyScope.id).where(KeyScope.id != "system")))
        rows = list(db.session.scalars(select(ThrottleTry.bucket)))
        entries = [entry.subject_id for entry in audit.entries()]
        db.session.remove()
    assert len(rows) == len(entries) == len(scopes)
    assert set(rows) == scopes == set(entries)
    return len(entries)


def test_forty_kills_leave_no_half_command_and_lose_none(tmp_path: Path) -> None:
    instance, stored = tmp_path / "instance", 0
    instance.mkdir(mode=0o700)
    with fresh_database("sqlite", instance, None) as url:
        app = foundation_app(instance, url)
        create_tables(app)
        command = [sys.executable, "-m", "tests.crash.writer_process", str(instance), url]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, cwd=PROJECT_ROOT, text=True, **pipes) as killer:
            assert killer.stdin is not None and killer.stdout is not None
            for _ in range(KILLS // AT_ONCE):
                killer.stdin.write("go\n")
                killer.stdin.flush()
                said = int(killer.stdout.readline())
                before, stored = stored, check_whole(app)
                # At most the one command that each writer had in hand may be stored without having been said.
                assert said <= stored - before <= said + AT_ONCE
            killer.stdin.close()
        assert stored >= KILLS
        with closing(sqlite3.connect(instance / "sar.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with app.app_context():
            lines = [f"{audit.canonical(entry.as_dict())}\n" for entry in audit.entries()]
            checkpoint = audit.sign(audit.head(), app.extensions["sar"].key_ring)
            db.session.remove()
        let_go(app)
    (tmp_path / "audit.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "checkpoint.json").write_text(json.dumps(checkpoint), encoding="utf-8")
    assert verify_audit.main([str(tmp_path / "audit.jsonl"), "--checkpoint", str(tmp_path / "checkpoint.json")]) == 0
