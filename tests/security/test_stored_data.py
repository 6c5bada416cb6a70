"""What a thief of the database gets: nothing that tells who asked for what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import MetaData

from sar.foundation.db import db
from sar.settings import PROJECT_ROOT
from tests.integration.intake.walk import csrf_of
from tests.security.world import CANARIES, World, build


def dump(app: Flask) -> bytes:
    """Every byte of every table: the files of SQLite, or what COPY gives on PostgreSQL (as pg_dump takes it)."""
    with app.app_context():
        if not app.extensions["sar"].settings.is_postgresql:
            folder: Path = app.extensions["sar"].settings.instance
            # Mail that was sent has left us: the demonstration's post box (a folder of files) is not what is stored.
            kept = [*folder.glob("sar.db*"), *(path for path in (folder / "blobs").rglob("*") if path.is_file())]
            return b"".join(path.read_bytes() for path in kept)
        metadata, out = MetaData(), bytearray()
        metadata.reflect(db.engine)
        raw = db.engine.raw_connection()
        try:
            for name in sorted(metadata.tables):
                with raw.cursor() as cursor, cursor.copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as copy:
                    for block in copy:
                        out += bytes(block)
        finally:
            raw.close()
        return bytes(out)


@pytest.mark.usefixtures("database")
def test_no_personal_word_of_a_whole_case_can_be_read_in_what_is_stored(app: Flask) -> None:
    world = build(app)
    stored = dump(app)
    assert world.references[0].encode() in stored  # the dump is a real one
    words = {word for text in CANARIES.values() for word in text.split() if len(word) > 5}
    # What a record says is as personal as who asked for it.
    readable = [word for word in words for form in (word, word.upper(), word.lower()) if form.encode() in stored]
    assert not readable
    utf16 = [word for word in words if word.encode("utf-16-le") in stored]
    assert not utf16


def test_only_the_owner_of_the_service_can_look_into_its_folder(world: World) -> None:
    folder: Path = world.app.extensions["sar"].settings.instance
    assert folder.stat().st_mode & 0o077 == 0
    ring = world.app.extensions["sar"].settings.key_ring_path
    assert ring.stat().st_mode & 0o077 == 0


def test_an_auditor_can_check_the_exported_log_with_the_script_alone(world: World, tmp_path: Path) -> None:
    auditor = world.browser("auditor")
    pressed = {"audit.jsonl": "/staff/oversight/audit.jsonl", "checkpoint.json": "/staff/oversight/checkpoint.json"}
    form = {"csrf_token": csrf_of(auditor.get("/staff/oversight/"))}
    for name, url in pressed.items():
        answer = auditor._open(url, method="POST", data=form, buffered=True)
        assert answer.status_code == 200
        (tmp_path / name).write_bytes(answer.data)
    script = PROJECT_ROOT / "scripts" / "verify_audit.py"
    fingerprint = world.app.extensions["sar"].key_ring.fingerprint()

    def verify(*more: str) -> int:
        command = [sys.executable, "-I", str(script), "audit.jsonl", "--checkpoint", "checkpoint.json", *more]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    export = (tmp_path / "audit.jsonl").read_bytes()
    assert verify("--key-fingerprint", fingerprint) == 0
    assert verify("--key-fingerprint", "0" * 64) == 1
    for word in CANARIES.values():
        assert word.encode() not in export
    place = export.index(b"caseworker") if b"caseworker" in export else len(export) // 2
    (tmp_path / "audit.jsonl").write_bytes(export[:place] + b"X" + export[place + 1 :])
    assert verify() == 1
