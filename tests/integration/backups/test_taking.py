"""A backup is one moment of a service that goes on, lies apart from its keys, and says when it is not what it was."""

from __future__ import annotations

import base64
import io
import json
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from backups import taking
from backups.manifest import MANIFEST, FileFacts
from backups.taking import whole_backups
from flask import Flask
from sqlalchemy import text

from sar.foundation import blobs, keys, restoring
from sar.foundation.audit import entries
from sar.foundation.blob_store import BlobStore
from sar.foundation.db import db, write_transaction
from sar.foundation.key_ring import KeyRing
from sar.foundation.keys import ensure_system_scope
from sar.settings import Settings
from tests.factories import a_record, gathering_case
from tests.integration.backups.services import Commands
from tests.security.world import PDF


@pytest.fixture
def in_use(in_app: Flask) -> Flask:
    """A service with one case and its record."""
    a_record(gathering_case(), PDF)
    db.session.rollback()
    return in_app


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def stored_file(content: bytes) -> str:
    """A file of the system's own."""
    with write_transaction():
        scope = ensure_system_scope()
    return blobs.put(scope, io.BytesIO(content), media_type="text/plain").id


@pytest.mark.usefixtures("in_use", "database")
def test_a_backup_is_only_its_owners_and_its_begin_is_in_the_log(settings: Settings, commands: Commands) -> None:
    assert commands.backup(settings) == 0
    made = commands.newest()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (made, *made.rglob("*")))
    [begun] = [entry for entry in entries() if entry.action == "backup.begun"]
    assert begun.subject_id == made.name
    stated = json.loads((made / MANIFEST).read_text())
    assert (stated["entries"], stated["head"]) == (begun.seq, begun.hash)
    assert stated["tables"]["case"]["rows"] == 1
    assert stated["blobs"].keys() == {path.name for path in settings.instance.glob("blobs/??/*")} != set()
    assert commands.restore(settings, made, "--check") == 0


@pytest.mark.usefixtures("in_use")
def test_the_keys_are_copied_to_a_place_apart_and_to_no_other(
    settings: Settings, commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apart, link = tmp_path / "safe", tmp_path / "link"
    link.symlink_to(commands.backups)
    commands.backups.mkdir()
    for together in (commands.backups, commands.backups / "keys", link, settings.instance / "copies"):
        assert commands.backup(settings, "--keys", together) == 2
        assert "must not lie with what they open" in capsys.readouterr().err
        assert whole_backups(commands.backups) == []
    for _ in range(2):  # the same ring is not copied twice
        assert commands.backup(settings, "--keys", apart) == 0
        [copy] = apart.iterdir()
        assert copy.read_bytes() == settings.key_ring_path.read_bytes()
        assert copy.stat().st_mode & 0o077 == 0
    ring, made = KeyRing.load(copy), bytes_of(commands.backups)
    assert len(made) > 100_000
    for key in (*ring.keys.values(), ring.root, ring.signing_seed):
        assert key not in made and base64.b64encode(key) not in made and key.hex().encode() not in made


def test_backups_are_not_kept_inside_what_they_back_up_nor_beside_its_keys(
    in_app: Flask, settings: Settings, commands: Commands
) -> None:
    commands.backups = settings.instance / "backups"
    assert commands.backup(settings) == 2
    assert not commands.backups.exists()
    commands.backups = settings.instance.parent / "backups"
    beside = replace(settings, key_ring=str(commands.backups / "ring.json"))
    shutil.copytree(settings.key_ring_path.parent, commands.backups)
    assert commands.backup(beside) == 2
    assert whole_backups(commands.backups) == []


@pytest.mark.usefixtures("in_use")
def test_the_oldest_whole_backups_go_and_nothing_else(settings: Settings, commands: Commands) -> None:
    unfinished, others = commands.backups / ".unfinished-backup-left", commands.backups / "notes"
    for folder in (unfinished, others):
        folder.mkdir(parents=True)
    for _ in range(3):
        assert commands.backup(settings) == 0
    before = whole_backups(commands.backups)
    assert commands.backup(settings, "--keep", "2") == 0
    after = whole_backups(commands.backups)
    assert len(before) == 3 and len(after) == 2 and after[0] == before[-1]
    assert others.is_dir() and not unfinished.exists()
    assert commands.backup(settings, "--keep", "0") == 2
    assert whole_backups(commands.backups) == after


@pytest.mark.usefixtures("in_use", "database")
def test_a_file_that_is_deleted_between_database_and_files_leaves_no_row_behind(
    settings: Settings, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes, stays, copy_one = stored_file(b"goes"), stored_file(b"stays"), taking.copy_blob

    def meanwhile(source: BlobStore, target: BlobStore, name: str) -> FileFacts:
        if name == goes:
            blobs.delete(goes)
            db.session.rollback()
        return copy_one(source, target, name)

    monkeypatch.setattr(taking, "copy_blob", meanwhile)
    assert commands.backup(settings) == 0
    stated = json.loads((commands.newest() / MANIFEST).read_text())
    assert goes not in stated["blobs"] and stays in stated["blobs"] and stated["lost"] == []
    assert commands.restore(settings, commands.newest(), "--check") == 0


@pytest.mark.usefixtures("in_use")
def test_a_file_that_was_lost_before_is_told_and_stops_no_backup(
    settings: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = stored_file(b"lost")
    (settings.instance / "blobs" / lost[:2] / lost).unlink()
    assert commands.backup(settings) == 8
    assert lost in capsys.readouterr().err
    assert commands.restore(settings, commands.newest(), "--check") == 0


@pytest.mark.usefixtures("in_use")
def test_a_full_disk_leaves_no_backup_and_no_door_open(
    settings: Settings, elsewhere: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    stored_file(b"x" * 9_000_000)
    with no_file_larger_than(8_000_000):
        assert commands.backup(settings) == 7
    assert "the disk is full" in capsys.readouterr().err
    assert [path.name for path in commands.backups.iterdir()] == [".lock"]
    assert commands.backup(settings) == 0
    with no_file_larger_than(8_000_000):
        assert commands.restore(elsewhere, commands.newest(), "--no-newer-log") == 7
    said = capsys.readouterr().err
    assert "the disk is full" in said and "Nothing is served" in said
    assert restoring.under_way(elsewhere)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As near to a full disk as a test gets without one: writing fails in the middle of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.usefixtures("in_use")
def test_a_backup_that_was_touched_anywhere_is_refused_with_the_name_of_the_file(
    database: str, settings: Settings, commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.backup(settings) == 0
    rows = "database.sqlite" if database == "sqlite" else "tables/audit_entry.copy"
    stored = next((commands.newest() / "blobs").glob("??/*"))
    for number, name in enumerate((rows, "audit.jsonl", MANIFEST, stored.relative_to(commands.newest()))):
        for change in (damage, Path.unlink):
            copy = tmp_path / f"{change.__name__}-{number}"
            shutil.copytree(commands.newest(), copy)
            change(copy / name)
            assert commands.restore(settings, copy, "--check") == 3
            assert Path(name).name in capsys.readouterr().err
    assert commands.restore(settings, commands.newest(), "--check") == 0


@pytest.mark.usefixtures("in_use")
def test_another_key_ring_and_an_older_one_are_told_apart_from_damage(
    in_app: Flask, settings: Settings, commands: Commands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, other = (replace(settings, key_ring=str(tmp_path / name)) for name in ("older.json", "other.json"))
    shutil.copy(settings.key_ring_path, older.key_ring_path)
    KeyRing.create(other.key_ring_path, demo=True)
    keys.rotate()
    db.session.rollback()
    assert commands.backup(other) == 4
    assert "No backup was made" in capsys.readouterr().err
    assert commands.backup(settings) == 0
    made = commands.newest()
    for ring, words in ((other, "another key ring"), (older, "lacks the master key k2")):
        assert commands.restore(ring, made, "--check") == 4
        assert words in capsys.readouterr().err
    none = replace(settings, key_ring=str(tmp_path / "none.json"))
    assert commands.restore(none, made, "--check") == 0
    assert "NOT checked" in capsys.readouterr().out
    assert not none.key_ring_path.exists()


@pytest.mark.usefixtures("in_use")
def test_a_log_that_was_rewritten_in_the_database_is_noticed_before_it_is_backed_up(
    settings: Settings, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    with write_transaction() as session:
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(text("UPDATE audit_entry SET actor_id = 'nobody' WHERE seq = 2"))
    assert commands.backup(settings) == 3
    assert "line 2 was changed" in capsys.readouterr().err
    assert whole_backups(commands.backups) == []
