"""Files at rest: what is stored comes back, what is not stored leaves nothing, what is erased stays unreadable."""

from __future__ import annotations

import errno
import io
import os
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from sar.foundation import blob_store, blobs
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone, NotFound, StoreFull
from sar.foundation.keys import KeyScope, new_scope
from sar.foundation.sealing import SealBroken

SECRET = b"Delphine Marlowe lives at 12 Sycamore Close. " * 5000


@pytest.fixture
def scope(context: Flask) -> str:
    with write_transaction():
        return new_scope()


@pytest.fixture
def store(app: Flask) -> Path:
    return Path(app.extensions["sar"].settings.instance) / "blobs"


def stored(scope_id: str, data: bytes = SECRET) -> str:
    return blobs.put(scope_id, io.BytesIO(data), media_type="application/pdf").id


def files(store: Path) -> list[str]:
    return sorted(path.name for path in store.glob("??/*"))


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(blobs.Blob)) or 0


def make_old(store: Path, name: str) -> None:
    then = time.time() - blobs.SWEEP_AFTER.total_seconds() - 60
    os.utime(store / name[:2] / name, (then, then))


@pytest.mark.parametrize("data", [b"", b"x", SECRET])
def test_a_stored_file_comes_back_as_it_was(scope: str, data: bytes) -> None:
    blob = blobs.put(scope, io.BytesIO(data), media_type="text/plain")
    assert (blob.size, blob.media_type) == (len(data), "text/plain")
    with blobs.open(blob.id) as stream:
        assert stream.read() == data
    with blobs.plaintext_path(blob.id) as path:
        assert path.read_bytes() == data
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.exists()


def test_nothing_readable_lies_in_the_store_or_the_database(scope: str, store: Path) -> None:
    stored(scope)
    db.session.rollback()
    for path in store.parent.rglob("*"):
        if path.is_file():
            assert b"Marlowe" not in path.read_bytes()
    assert all(path.stat().st_mode & 0o077 == 0 for path in store.rglob("*"))


def test_the_same_content_twice_is_two_files_that_nobody_can_tell_are_the_same(scope: str, store: Path) -> None:
    first, second = stored(scope), stored(scope)
    assert (store / first[:2] / first).read_bytes() != (store / second[:2] / second).read_bytes()


def test_one_file_does_not_open_in_the_place_of_another(scope: str, store: Path) -> None:
    first, second = stored(scope, b"one"), stored(scope, b"two")
    (store / first[:2] / first).write_bytes((store / second[:2] / second).read_bytes())
    with pytest.raises(SealBroken), blobs.open(first) as stream:
        stream.read()


def test_erasing_the_scope_makes_its_files_unreadable_and_no_others(scope: str) -> None:
    with write_transaction():
        other = new_scope()
    gone, kept = stored(scope), stored(other)
    with write_transaction() as session:
        session.get_one(KeyScope, scope).wrapped_key = None
    with pytest.raises(Gone):
        blobs.open(gone)
    with pytest.raises(Gone):
        stored(scope)
    with blobs.open(kept) as stream:
        assert stream.read() == SECRET


def test_a_deleted_file_leaves_neither_row_nor_bytes_and_can_be_deleted_again(scope: str, store: Path) -> None:
    blob_id = stored(scope)
    blobs.delete(blob_id)
    blobs.delete(blob_id)
    assert (rows(), files(store)) == (0, [])
    with pytest.raises(NotFound):
        blobs.open(blob_id)


def test_a_deletion_that_is_rolled_back_keeps_the_file(scope: str) -> None:
    blob_id = stored(scope)
    with pytest.raises(ZeroDivisionError), write_transaction():
        blobs.delete(blob_id)
        raise ZeroDivisionError
    with write_transaction():
        new_scope()
    with blobs.open(blob_id) as stream:
        assert stream.read() == SECRET


def test_a_full_disk_is_said_in_plain_words_and_leaves_nothing(
    scope: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills at the last moment: all is written, and syncing fails."""
    real = os.fsync

    def full(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            return real(descriptor)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blob_store.os, "fsync", full)
    with pytest.raises(StoreFull) as problem:
        stored(scope)
    assert problem.value.message == "We could not store this file. Nothing was kept. Try again later."
    assert (rows(), files(store)) == (0, [])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_while_writing_leaves_nothing(
    scope: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def onto_a_full_disk(path: os.PathLike[str], flags: int, mode: int = 0o777) -> int:
        return real("/dev/full", os.O_WRONLY) if str(path).endswith(".part") else real(path, flags, mode)

    monkeypatch.setattr(blob_store.os, "open", onto_a_full_disk)
    with pytest.raises(StoreFull):
        stored(scope)
    assert (rows(), files(store)) == (0, [])


def test_a_row_that_cannot_be_written_leaves_an_orphan_that_is_swept_after_a_day(scope: str, store: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_transaction():
        orphan = stored(scope)
        raise ZeroDivisionError
    kept = stored(scope)
    assert blobs.sweep().removed == ()
    make_old(store, orphan)
    make_old(store, kept)
    assert blobs.sweep().removed == (orphan,)
    assert files(store) == [kept]


def test_the_remains_of_an_interrupted_store_are_swept_after_a_day(scope: str, store: Path) -> None:
    blob_id = stored(scope)
    part = f"{'0' * 26}.part"
    (store / "00").mkdir(exist_ok=True)
    (store / "00" / part).write_bytes(b"half")
    assert blobs.sweep().removed == ()
    make_old(store, part)
    assert blobs.sweep().removed == (part,)
    assert files(store) == [blob_id]


def test_a_row_whose_file_is_lost_raises_the_alarm(scope: str, store: Path, caplog: pytest.LogCaptureFixture) -> None:
    lost = stored(scope)
    (store / lost[:2] / lost).unlink()
    assert blobs.sweep().missing == (lost,)
    assert "CRITICAL" in caplog.text
    assert lost in caplog.text
    with pytest.raises(NotFound):
        blobs.open(lost)


def test_files_that_are_not_ours_are_left_alone(scope: str, store: Path) -> None:
    stored(scope)
    stranger = store / "zz" / "lost+found"
    stranger.parent.mkdir()
    stranger.touch()
    then = time.time() - 10 * blobs.SWEEP_AFTER.total_seconds()
    os.utime(stranger, (then, then))
    blobs.sweep()
    assert stranger.exists()
