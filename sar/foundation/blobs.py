"""Files at rest: ciphertext in a store, one row for each in the database (security.md 18, 26).

Each file has a key of its own, wrapped by its scope's key and kept in its row: destroying the scope's key, or the
row, makes the file unreadable wherever copies of it lie. The file is on disk, synced, before its row exists; a crash
between the two leaves a file without a row, which the sweeper removes after a day.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import BigInteger, LargeBinary, String, event, select
from sqlalchemy.orm import Mapped, Session

from sar.foundation.blob_store import BlobStore, FolderStore, Missing
from sar.foundation.clock import utc_now
from sar.foundation.db import ScopedRow, db, plain, write_transaction
from sar.foundation.errors import NotFound, StoreFull
from sar.foundation.jobs import periodic
from sar.foundation.keys import scope_key
from sar.foundation.runtime import settings
from sar.foundation.sealing import new_key, open_sealed, seal_stream, unwrap_key, wrap_key
from sar.foundation.workroom import private_folder

SWEEP_AFTER: Final = timedelta(hours=24)
_COPY_BYTES: Final = 1024 * 1024
_TO_DELETE: Final = "blobs_to_delete"
_log = logging.getLogger(__name__)


class Blob(ScopedRow):
    """One stored file. `sha256` and `size` (bytes) are of the plaintext; the store knows it by the row's id."""

    __tablename__ = "blob"

    media_type: Mapped[str] = plain(String(100), nullable=False)
    sha256: Mapped[str] = plain(String(64), nullable=False, index=True)
    size: Mapped[int] = plain(BigInteger, nullable=False)
    wrapped_key: Mapped[bytes] = plain(LargeBinary, nullable=False)


@dataclass(frozen=True)
class SweepReport:
    """What the sweeper found: files it removed, and rows whose file is gone (an alarm: data was lost)."""

    removed: tuple[str, ...]
    missing: tuple[str, ...]


def put(scope_id: str, stream: BinaryIO, *, media_type: str) -> Blob:
    """Seal and store what `stream` holds; returns its row, in the caller's write transaction or one of its own.

    Large files are better put outside a write transaction, which on SQLite keeps every other writer waiting.
    Raises StoreFull when the store cannot take it (nothing is kept), Gone when the scope was erased.
    """
    blob = seal(scope_id, stream, media_type=media_type)
    keep(blob)
    return blob


def keep(blob: Blob) -> None:
    """Write down the row of a file that `seal` stored."""
    with write_transaction() as session:
        session.add(blob)
        session.flush()


def seal(scope_id: str, stream: BinaryIO, *, media_type: str) -> Blob:
    """The first half of `put`: the file is in the store, its row (and with it the file's key) only in memory.

    For a large file whose row must come into being together with a change. Without `keep` within a day the sweeper
    takes the file. Raises as `put` does.
    """
    key = new_key()
    blob = Blob(scope_id=scope_id, media_type=media_type, size=0, sha256="")
    blob.wrapped_key = wrap_key(scope_key(scope_id), key, _context(blob.id))
    source = _Measured(stream)
    try:
        _store().put(blob.id, lambda target: _seal(key, source, target, blob.id))
    except OSError as error:
        raise StoreFull("We could not store this file. Nothing was kept. Try again later.") from error
    blob.size, blob.sha256 = source.size, source.digest.hexdigest()
    return blob


def open(blob_id: str) -> BinaryIO:
    """A plaintext stream. Raises NotFound; SealBroken while reading if the file was touched (see open_sealed)."""
    blob = get(blob_id)
    try:
        return open_stored(_store(), scope_key(blob.scope_id), blob.id, blob.wrapped_key)
    except Missing:
        raise NotFound("This file is not in the store.") from None


def open_stored(store: BlobStore, of_scope: bytes, blob_id: str, wrapped_key: bytes) -> BinaryIO:
    """The same for a store and a row that may lie elsewhere, in a backup. Raises Missing, SealBroken."""
    key = unwrap_key(of_scope, wrapped_key, _context(blob_id))
    return open_sealed(key, store.open(blob_id), _context(blob_id))


@contextmanager
def plaintext_path(blob_id: str) -> Iterator[Path]:
    """The whole plaintext as a file in a private folder (0700) that is gone after the block."""
    with private_folder("blob") as folder:
        path = folder / "plaintext"
        with open(blob_id) as source, path.open("xb") as target:
            while part := source.read(_COPY_BYTES):
                target.write(part)
        yield path


def get(blob_id: str) -> Blob:
    """The row. Raises NotFound."""
    blob = db.session.get(Blob, blob_id)
    if blob is None:
        raise NotFound("This file is no longer kept.")
    return blob


def delete(blob_id: str) -> None:
    """Remove the row, and with it the file's key, in a write transaction; the file itself goes once that is committed.

    A blob that is gone already is no error: a command that is repeated after a crash must be able to finish.
    """
    with write_transaction() as session:
        blob = session.get(Blob, blob_id)
        if blob is None:
            return
        session.delete(blob)
        session.flush()
        session.info.setdefault(_TO_DELETE, []).append(blob_id)


def sweep() -> SweepReport:
    """Remove files without a row that are older than a day; report rows without a file."""
    store = _store()
    known = set(db.session.scalars(select(Blob.id)))
    oldest_kept = utc_now() - SWEEP_AFTER
    present, removed = set(), []
    for name, stored_at in store.list():
        present.add(name)
        if name not in known and stored_at < oldest_kept:
            store.delete(name)
            removed.append(name)
    # Asked anew: what was put or deleted while the store was listed is neither an orphan nor lost.
    db.session.rollback()
    still_known = set(db.session.scalars(select(Blob.id)))
    missing = sorted((known & still_known) - present)
    if missing:
        _log.critical("%d stored files are missing from the store: %s", len(missing), ", ".join(missing))
    return SweepReport(tuple(removed), tuple(missing))


@periodic("blobs.sweep", every=timedelta(hours=24))
def _sweep_daily() -> None:
    sweep()


class _Measured:
    """Reads through to the plaintext, counting and hashing what passes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int) -> bytes:
        part = self._stream.read(size)
        self.digest.update(part)
        self.size += len(part)
        return part


def _seal(key: bytes, source: _Measured, target: BinaryIO, blob_id: str) -> None:
    seal_stream(key, source, target, _context(blob_id))


def _store() -> BlobStore:
    return FolderStore(settings().instance / "blobs")


def _context(blob_id: str) -> bytes:
    return f"blob|{blob_id}".encode()


@event.listens_for(Session, "after_commit")
def _delete_files(session: Session) -> None:
    for blob_id in session.info.pop(_TO_DELETE, ()):
        try:
            _store().delete(blob_id)
        except OSError:
            # The row and the key are gone for good; the sweeper takes the ciphertext.
            _log.warning("stored file %s could not be removed yet", blob_id)


@event.listens_for(Session, "after_rollback")
def _keep_files(session: Session) -> None:
    session.info.pop(_TO_DELETE, None)
