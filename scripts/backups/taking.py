"""Taking a backup while the application is used: the database first, then the stored files that its rows name.

It grows under a name that nothing takes for a backup, and gets its own when all of it is on disk. A file that was
deleted in between is looked for in the running database: where its row is gone too, the database is copied once more.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from platform import python_version
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from backups import contents, dumps
from backups.failures import Failure, NotAllowed, WrongKeys, plain_words
from backups.manifest import (
    MANIFEST,
    FileFacts,
    Manifest,
    application_version,
    facts_of,
    measured,
    new_file,
    pieces,
    sync_folder,
    synced,
)
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import Head, record, sign
from sar.foundation.blob_store import BlobStore, FolderStore, Missing
from sar.foundation.blobs import Blob
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.keys import KeyScope, scope_key
from sar.foundation.runtime import runtime, settings
from sar.settings import Settings

BLOBS: Final = "blobs"
LOG: Final = "audit.jsonl"
CHECKPOINT: Final = f"{LOG}.checkpoint.json"
_NAME: Final = re.compile(r"backup-\d{8}T\d{6}\.\d{6}Z")
_UNFINISHED: Final = ".unfinished-"
_LOCK: Final = ".lock"
_ROUNDS: Final = 10  # of copying the database again because stored files were deleted meanwhile


def take(folder: Path) -> tuple[Path, Manifest]:
    """Make one backup below `folder`. Raises Failure, and leaves nothing then."""
    require_apart(folder, settings().instance, "The folder of the backups must lie outside of the instance")
    if folder.resolve() in settings().key_ring_path.resolve().parents:
        raise NotAllowed(f"The key ring must not lie with what it opens: keep backups elsewhere than in {folder}.")
    with plain_words("The backup could not be made"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(folder):
            for left in folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left)
            name = f"backup-{utc_now():%Y%m%dT%H%M%S.%fZ}"
            growing = folder / f"{_UNFINISHED}{name}"
            growing.mkdir(mode=0o700)
            try:
                manifest = _fill(growing, name)
                growing.rename(folder / name)
                sync_folder(folder)
            finally:
                shutil.rmtree(growing, ignore_errors=True)
    return folder / name, manifest


def whole_backups(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(
        path for path in folder.glob("backup-*") if _NAME.fullmatch(path.name) and (path / MANIFEST).is_file()
    )


def keep_newest(folder: Path, count: int) -> list[str]:
    """Destroy the oldest backups, so that `count` are left. Returns the names of those that went."""
    gone = []
    with plain_words("Older backups could not be removed"), _alone_in(folder):
        for path in whole_backups(folder)[:-count]:
            leaving = path.with_name(f"{_UNFINISHED}{path.name}")
            path.rename(leaving)  # half of a backup never looks like one
            shutil.rmtree(leaving)
            gone.append(path.name)
    return gone


def require_keys_apart(backups: Path, folder: Path) -> None:
    """Raises NotAllowed where keys and backups would lie together: who finds one must not have found the other."""
    apart = "The keys must not lie with what they open: give --keys a folder apart, best on another machine"
    for place in (backups, settings().instance):
        require_apart(folder, place, apart)


def copy_keys(of: Settings, folder: Path) -> Path | None:
    """Copy the key ring into a folder of its own, unless the same is there already. Returns the new file."""
    with plain_words("The key ring could not be copied"):
        ring = of.key_ring_path.read_bytes()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(kept.read_bytes() == ring for kept in folder.glob("ring-*.json")):
            return None
        target = folder / f"ring-{utc_now():%Y%m%dT%H%M%S.%fZ}.json"
        growing = folder / f"{_UNFINISHED}{target.name}"
        growing.unlink(missing_ok=True)
        with new_file(growing) as file:
            file.write(ring)
            synced(file)
        growing.rename(target)
        sync_folder(folder)
    return target


def require_apart(folder: Path, other: Path, words: str) -> None:
    """Raises NotAllowed when one lies in the other, by whatever name."""
    one, two = folder.resolve(), other.resolve()
    if one == two or one in two.parents or two in one.parents:
        raise NotAllowed(f"{words} ({one}).")


def _fill(folder: Path, name: str) -> Manifest:
    _require_keys_that_open()
    with write_transaction():
        record(SYSTEM, Action.BACKUP_BEGUN, name)
    made_at = utc_now().isoformat()
    engine, copies = dumps.engine_of(settings()), FolderStore(folder / BLOBS)
    copied: dict[str, FileFacts] = {}
    for _ in range(_ROUNDS):
        written = dumps.write(settings(), folder)
        dump = dumps.opened(folder, engine, written.tables)
        missing = _copy_blobs({stored.id for stored in contents.stored_files(dump)}, copies, copied)
        lost = missing & _blobs_now() if missing else missing
        if missing == lost:
            break
    else:
        raise Failure("Stored files were deleted all the time. Make the backup when less is going on.")
    head = _write_log(folder, dump)
    whole = Manifest(
        name=name,
        made_at=made_at,
        engine=engine,
        revision=contents.revision_of(dump),
        versions={"application": application_version(), "database": written.version, "python": python_version()},
        entries=head.entries,
        head=head.hash,
        ring_keys=tuple(sorted({key.ring_key for key in contents.scope_keys(dump) if key.wrapped})),
        tables=written.tables,
        files=written.files | {path: facts_of(folder / path) for path in (LOG, CHECKPOINT)},
        blobs=copied,
        lost=tuple(sorted(lost)),
    )
    whole.write(folder, runtime().key_ring)
    for made in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(made)
    return whole


def _require_keys_that_open() -> None:
    """With another key ring the backup would be signed by a stranger, and the copy of the ring would open nothing."""
    one = select(KeyScope.id).where(KeyScope.wrapped_key.is_not(None)).order_by(KeyScope.created_at.desc()).limit(1)
    try:
        for scope_id in db.session.scalars(one):
            scope_key(scope_id)
    except (InvalidTag, KeyError):
        raise WrongKeys(
            "This key ring does not open this database. Look at SAR_KEY_RING. No backup was made."
        ) from None
    finally:
        db.session.rollback()


def _copy_blobs(named: set[str], copies: BlobStore, copied: dict[str, FileFacts]) -> set[str]:
    """Bring the copies in line with the rows of the database that was just copied. Returns what is not in the store."""
    store, missing = FolderStore(settings().instance / BLOBS), set()
    for gone in sorted(copied.keys() - named):
        copies.delete(gone)
        del copied[gone]
    for name in sorted(named - copied.keys()):
        try:
            copied[name] = copy_blob(store, copies, name)
        except Missing:
            missing.add(name)
    return missing


def copy_blob(source: BlobStore, target: BlobStore, name: str) -> FileFacts:
    """Raises Missing, OSError."""
    found: list[FileFacts] = []
    with source.open(name) as file:
        target.put(name, lambda copy: found.append(measured(pieces(file), copy)))
    return found[0]


def _blobs_now() -> set[str]:
    try:
        return set(db.session.scalars(select(Blob.id)))
    finally:
        db.session.rollback()


def _write_log(folder: Path, dump: dumps.Dump) -> Head:
    """The log beside the database, as an auditor gets it. It says later what was destroyed by then."""
    head = contents.head_of(dump)
    with new_file(folder / LOG) as file:
        contents.require_chain(_written(contents.log_lines(dump), file), head)
        synced(file)
    with new_file(folder / CHECKPOINT) as file:
        file.write(json.dumps(sign(head, runtime().key_ring)).encode())
        synced(file)
    return head


def _written(lines: Iterator[str], file: BinaryIO) -> Iterator[str]:
    for line in lines:
        file.write(line.encode())
        yield line


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One at a time: what looks unfinished is then known to be left over. The lock dies with its process."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Failure("Another backup is being made here. This one was not begun.") from None
    finally:
        os.close(handle)
