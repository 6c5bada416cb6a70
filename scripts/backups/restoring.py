"""Putting a backup back into an empty instance. Until everything was verified, the doors stay closed.

First all of the backup is checked, and nothing is written. Then the mark that closes the doors, the rows, the stored
files, the migrations since, the log followed once more in the restored database, the cases that a newer log says were
destroyed, and last the end of every session. Whatever ends it before that, kill -9 too, leaves the mark.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask_migrate import upgrade
from psycopg import sql
from sqlalchemy import delete, select

from backups import contents, dumps
from backups.checking import Checked, check
from backups.failures import Damaged, Failure, NotEmpty, OtherVersion, plain_words
from backups.logs import Log
from backups.manifest import FileFacts, Manifest, measured, new_file, pieces, sync_folder, synced
from backups.taking import BLOBS, copy_blob, require_apart
from sar.access import service as access
from sar.access.models import Staff, WebSession
from sar.access.permissions import Role
from sar.application import create_app
from sar.foundation import audit, restoring
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM
from sar.foundation.audit import Head
from sar.foundation.blob_store import FolderStore
from sar.foundation.db import db, write_transaction
from sar.foundation.key_ring import KeyRing
from sar.oversight.retention import ledger
from sar.oversight.retention.ledger import Reapplied
from sar.settings import Settings

_ANY_TABLE = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() LIMIT 1"
_POINTERS = (
    "SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint"
    " JOIN pg_class ON pg_class.oid = conrelid"
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
)


@dataclass(frozen=True)
class Restored:
    """`staff`: how many were stopped or given other roles again. `since` counts what is only in the newer log."""

    manifest: Manifest
    reapplied: Reapplied
    staff: int
    sessions_ended: int
    since: Counter[str]


def restore(settings: Settings, backup: Path, ring: KeyRing, newer: Log | None) -> Restored:
    """Raises Failure. Before the check is over nothing was written; after it the doors are closed."""
    require_empty(settings)
    require_apart(backup, settings.instance, "The backup must lie outside of the instance")
    checked = check(backup, ring)
    stated = checked.manifest
    if stated.engine != dumps.engine_of(settings):
        raise OtherVersion(
            f"This backup is of {_name(stated.engine)}. Look at SAR_DATABASE_URL: it names another kind."
        )
    since = newer.since(Head(stated.entries, stated.head)) if newer else Counter[str]()
    try:
        with plain_words("The backup could not be restored"):
            reapplied, staff, sessions_ended = _put_back(settings, checked, newer)
    except Failure as failure:
        raise type(failure)(f"{failure} {_what_to_empty(settings)}") from failure
    return Restored(stated, reapplied, staff, sessions_ended, since)


def _put_back(settings: Settings, checked: Checked, newer: Log | None) -> tuple[Reapplied, int, int]:
    """Returns which cases were destroyed again, how many staff lost access again, and how many sessions were ended."""
    app, stated = create_app(settings), checked.manifest
    _close(settings)
    with app.app_context():
        try:
            _load(settings, checked)
            _require_log(stated)
            reapplied = ledger.reapply(newer.lines()) if newer else Reapplied(0, 0, 0)
            staff = _limit_staff_again(newer.after(Head(stated.entries, stated.head))) if newer else 0
            sessions_ended = _finish(stated, reapplied)
        finally:
            db.session.remove()
            db.engine.dispose()
    restoring.mark_of(settings).unlink()
    sync_folder(settings.instance)
    return reapplied, staff, sessions_ended


def require_empty(settings: Settings) -> None:
    """Raises NotEmpty: a restore never writes over, or between, what is there."""
    if restoring.under_way(settings):
        raise NotEmpty(f"An earlier restore did not finish. {_what_to_empty(settings)}")
    if settings.is_postgresql:
        with plain_words("The database does not answer"), dumps.connected(settings) as connection:
            full = connection.execute(_ANY_TABLE).fetchone() is not None
    else:
        path = dumps.sqlite_path(settings)
        full = any(path.with_name(path.name + end).exists() for end in ("", "-wal", "-journal"))
    if full:
        raise NotEmpty("There is a database already. A backup is restored into an empty one: name another, or move it.")
    if any((settings.instance / BLOBS).glob("*")):
        raise NotEmpty(f"There are stored files in {settings.instance / BLOBS} already. Move them away first.")


def _what_to_empty(settings: Settings) -> str:
    database = "the database" if settings.is_postgresql else dumps.sqlite_path(settings)
    return (
        f"Nothing is served from {settings.instance} until a restore is over. Empty {database}, remove "
        f"{settings.instance / BLOBS} and last {restoring.mark_of(settings)}. Then begin again."
    )


def _close(settings: Settings) -> None:
    with new_file(restoring.mark_of(settings)) as file:
        file.write(b"A backup is being restored here. While this file is here, nothing is served.\n")
        synced(file)
    sync_folder(settings.instance)


def _load(settings: Settings, checked: Checked) -> None:
    """Rows, stored files, then the migrations since the backup. Needs the application's context."""
    if settings.is_postgresql:
        upgrade(revision=checked.manifest.revision)
        _load_tables(settings, checked)
    else:
        _load_file(dumps.sqlite_path(settings), checked)
    source, target = FolderStore(checked.folder / BLOBS), FolderStore(settings.instance / BLOBS)
    for name, facts in checked.manifest.blobs.items():
        _require_same(name, copy_blob(source, target, name), facts)
    upgrade()


def _load_file(path: Path, checked: Checked) -> None:
    growing = path.with_name(f"{path.name}.growing")
    growing.unlink(missing_ok=True)
    with (checked.folder / dumps.SQLITE_FILE).open("rb") as source, new_file(growing) as target:
        _require_same(dumps.SQLITE_FILE, measured(pieces(source), target), checked.manifest.files[dumps.SQLITE_FILE])
        synced(target)
    os.replace(growing, path)
    sync_folder(path.parent)


def _load_tables(settings: Settings, checked: Checked) -> None:
    """Rows into the tables that the migrations made, in one transaction. Who points at whom is asked at its end."""
    try:
        with dumps.connected(settings) as connection:
            pointers = [
                (sql.Identifier(table), sql.Identifier(name), definition)
                for table, name, definition in connection.execute(_POINTERS).fetchall()
            ]
            for table, pointer, _definition in pointers:
                connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, pointer))
            for name, facts in checked.manifest.tables.items():
                if name != dumps.REVISION_TABLE:
                    path = f"{dumps.TABLE_FOLDER}/{dumps.file_name(name)}"
                    loaded = _load_table(connection, checked.folder / path, sql.Identifier(name), facts.columns)
                    _require_same(path, loaded, checked.manifest.files[path])
            for table, pointer, definition in pointers:
                added = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(table, pointer)
                connection.execute((added.as_string(connection) + definition).encode())
    except psycopg.DataError as error:
        raise Damaged(f"The rows of this backup do not fit the database: {type(error).__name__}.") from error
    except psycopg.ProgrammingError as error:
        raise Damaged("The tables of this backup are not those that our migrations make.") from error
    except psycopg.IntegrityError as error:
        raise Damaged("Rows in the database of this backup point at nothing.") from error


def _load_table(connection: psycopg.Connection, path: Path, table: sql.Identifier, columns: Iterable[str]) -> FileFacts:
    if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone():
        # What the migrations put there is in the backup too.
        connection.execute(sql.SQL("DELETE FROM {}").format(table))
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, chosen)
    with path.open("rb") as source, connection.cursor().copy(statement) as copy:
        return measured(pieces(source), copy)


def _require_same(name: str, found: FileFacts, stated: FileFacts) -> None:
    """What was checked a while ago is what was written now."""
    if found != stated:
        raise Damaged(f"A file of this backup was changed while it was restored: {name}.")


def _require_log(stated: Manifest) -> None:
    """The log that will be written on is whole, and ends where the backup says."""
    lines = (audit.canonical(entry.as_dict()) + "\n" for entry in audit.entries())
    contents.require_chain(lines, Head(stated.entries, stated.head))
    db.session.rollback()


def _limit_staff_again(entries: Iterable[dict[str, Any]]) -> int:
    """Take away again what staff lost since the backup. Returns from how many.

    Whose sign-in was reset is stopped too: what was thrown away then, perhaps since somebody else knew it, holds again.
    """
    stopped, roles = set(), {}
    for entry in entries:
        if entry["action"] in (Action.STAFF_DISABLED.label, Action.SIGN_IN_RESET.label):
            stopped.add(entry["subject_id"])
        elif entry["action"] == Action.STAFF_ROLES_CHANGED.label:
            roles[entry["subject_id"]] = frozenset(Role(role) for role in entry["facts"]["roles"])
    known = set(db.session.scalars(select(Staff.id)))
    for staff_id in sorted(known & roles.keys()):
        access.change_roles(SYSTEM, staff_id, roles[staff_id])
    for staff_id in sorted(known & stopped):
        access.disable_staff(SYSTEM, staff_id)
    return len(known & (stopped | roles.keys()))


def _finish(stated: Manifest, reapplied: Reapplied) -> int:
    """Nobody is signed in by a session that was ended since the backup. Returns how many sessions there were."""
    with write_transaction() as session:
        ended = len(session.scalars(delete(WebSession).returning(WebSession.id)).all())
        facts: dict[str, Any] = {"erased_again": reapplied.again, "sessions_ended": ended}
        audit.record(SYSTEM, Action.BACKUP_RESTORED, stated.name, entries=stated.entries, head=stated.head, **facts)
    return ended


def _name(engine: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine]
