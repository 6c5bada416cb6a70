"""Whether a backup could be restored: every fingerprint, the database, the log, the stored files, the keys.

Nothing is written. What needs the key ring is left out without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from cryptography.exceptions import InvalidTag

from backups import contents, dumps, manifest
from backups.failures import Damaged, OtherVersion, WrongKeys, plain_words
from backups.logs import read_log
from backups.manifest import FileFacts, Manifest, measured, pieces
from backups.taking import BLOBS, CHECKPOINT, LOG
from sar.foundation.audit import Head
from sar.foundation.blob_store import FolderStore, Missing
from sar.foundation.blobs import open_stored
from sar.foundation.key_ring import KeyRing
from sar.foundation.keys import unwrap
from sar.foundation.sealing import SealBroken
from sar.settings import PROJECT_ROOT


@dataclass(frozen=True)
class Checked:
    """A backup that can be restored."""

    folder: Path
    manifest: Manifest
    dump: dumps.Dump


def check(folder: Path, ring: KeyRing | None) -> Checked:
    """Raises Damaged, WrongKeys, OtherVersion: the first thing that is wrong."""
    with plain_words("The backup could not be read"):
        stated, signed_by = manifest.read(folder)
        if ring is not None and signed_by != ring.fingerprint():
            raise WrongKeys(
                "This backup was made with another key ring. Put the copy of that one where SAR_KEY_RING is."
            )
        _require_known(stated.revision)
        for path, facts in stated.files.items():
            _require_same(path, facts, folder / path)
        dump = dumps.opened(folder, stated.engine, stated.tables)
        _require_database(dump, stated)
        _require_log(folder, dump, stated, signed_by)
        _require_stored_files(folder, dump, stated)
        if ring is not None:
            _require_keys(folder, dump, stated, ring)
    return Checked(folder, stated, dump)


def _require_known(revision: str) -> None:
    known = {script.revision for script in ScriptDirectory(str(PROJECT_ROOT / "sar" / "migrations")).walk_revisions()}
    if revision not in known:
        raise OtherVersion(
            f"The database of this backup is newer (migration {revision}) than this version of the application knows. "
            "Restore it with the version that made it, or a later one."
        )


def _require_same(name: str, facts: FileFacts, path: Path) -> None:
    try:
        found = manifest.facts_of(path)
    except FileNotFoundError:
        raise Damaged(f"A file of this backup is missing: {name}.") from None
    if found != facts:
        raise Damaged(f"A file of this backup is damaged: {name}.")


def _require_database(dump: dumps.Dump, stated: Manifest) -> None:
    dump.require_sound()
    expected = {name: table.rows for name, table in stated.tables.items()}
    if dump.counts() != expected or contents.revision_of(dump) != stated.revision:
        raise Damaged("The database of this backup is not the one that its manifest tells of.")


def _require_log(folder: Path, dump: dumps.Dump, stated: Manifest, signed_by: str) -> None:
    """The chain in the database is whole and ends where the manifest says, and so does the one that lies beside it."""
    contents.require_chain(contents.log_lines(dump), Head(stated.entries, stated.head))
    if read_log(folder / LOG, folder / CHECKPOINT, signed_by).head != Head(stated.entries, stated.head):
        raise Damaged(f"{LOG} is not the log of this backup.")


def _require_stored_files(folder: Path, dump: dumps.Dump, stated: Manifest) -> None:
    named = {stored.id for stored in contents.stored_files(dump)}
    if absent := sorted(named - stated.blobs.keys() - set(stated.lost)):
        raise Damaged(f"This backup has no copy of {len(absent)} stored files, for example {absent[0]}.")
    store = FolderStore(folder / BLOBS)
    for name, facts in stated.blobs.items():
        try:
            with store.open(name) as file:
                found = measured(pieces(file))
        except Missing:
            raise Damaged(f"A stored file is missing from this backup: {name}.") from None
        if found != facts:
            raise Damaged(f"A stored file in this backup is damaged: {name}.")


def _require_keys(folder: Path, dump: dumps.Dump, stated: Manifest, ring: KeyRing) -> None:
    """Every key of a case opens, and with it every stored file, to the content that its row tells of."""
    if lacking := sorted(set(stated.ring_keys) - ring.keys.keys()):
        raise WrongKeys(f"The key ring is older than this backup: it lacks the master key {lacking[0]}.")
    opened: dict[str, bytes] = {}
    for key in contents.scope_keys(dump):
        if key.wrapped is not None:
            try:
                opened[key.id] = unwrap(ring, key.ring_key, key.id, key.wrapped)
            except (InvalidTag, KeyError):
                raise WrongKeys(f"The key ring does not open the key {key.id} in this backup.") from None
    store = FolderStore(folder / BLOBS)
    for stored in contents.stored_files(dump):
        # Without a key: the case was being destroyed when the backup was made. Its files go with the restore.
        if stored.id in stated.blobs and stored.scope_id in opened:
            _require_opens(store, opened[stored.scope_id], stored)


def _require_opens(store: FolderStore, of_scope: bytes, stored: contents.StoredFile) -> None:
    try:
        with open_stored(store, of_scope, stored.id, stored.wrapped_key) as plain:
            found = measured(pieces(plain))
    except SealBroken:
        raise Damaged(f"A stored file in this backup does not open: {stored.id}.") from None
    if (found.size, found.sha256) != (stored.size, stored.sha256):
        raise Damaged(f"A stored file in this backup is not the one that its row tells of: {stored.id}.")
