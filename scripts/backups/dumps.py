"""A database as files: how it is written while the application goes on writing, and how its rows are read again.

SQLite: a copy by its own online backup, one file. PostgreSQL: each table in the text form of COPY, from one snapshot;
its shape is what the migrations make, so that a restore runs no statement that came out of a backup.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from backups.failures import Damaged, Failure
from backups.manifest import FileFacts, TableFacts, facts_of, measured, new_file, synced
from sar.settings import Settings

SQLITE_FILE: Final = "database.sqlite"
TABLE_FOLDER: Final = "tables"
REVISION_TABLE: Final = "alembic_version"
# Procrastinate's own tables say only when to look at our jobs, which it is told anew (`defer_forgotten`).
_TABLES: Final = (
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    " AND tablename NOT LIKE 'procrastinate\\_%' ORDER BY tablename"
)
_COLUMNS: Final = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
# How values are written, whatever the server is set to.
_FORMS: Final = "-c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c extra_float_digits=1"


class Dump(Protocol):
    """The database inside a backup. Values come as the database writes them: see `as_bytes` and `as_instant`."""

    def rows(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Some columns of every row, streamed; entries of the audit log in order. Raises Damaged."""

    def counts(self) -> dict[str, int]:
        """Rows of each table, counted now."""

    def require_sound(self) -> None:
        """Raises Damaged where the database itself finds something broken."""


def sqlite_path(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "").resolve()


def connected(settings: Settings) -> psycopg.Connection:
    """Outside SQLAlchemy: a transaction of our own making, and COPY."""
    url = make_url(settings.database_url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), options=_FORMS, client_encoding="UTF8")


@dataclass(frozen=True)
class Written:
    """What was written of a database: its tables, the files by path, and the version of SQLite or PostgreSQL."""

    tables: dict[str, TableFacts]
    files: dict[str, FileFacts]
    version: str


def write(settings: Settings, folder: Path) -> Written:
    """Write the database into the folder, in the place of an earlier try."""
    if settings.is_postgresql:
        return _write_tables(settings, folder)
    target = folder / SQLITE_FILE
    target.unlink(missing_ok=True)
    new_file(target).close()
    source = f"{sqlite_path(settings).as_uri()}?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)  # in one step: a snapshot, and writers do not wait
        copy.execute("PRAGMA journal_mode=DELETE")  # so that the one file is the whole database
    with target.open("rb") as file:
        synced(file)
    counts = SqliteDump(target).counts()
    tables = {name: TableFacts(rows) for name, rows in counts.items()}
    return Written(tables, {SQLITE_FILE: facts_of(target)}, f"SQLite {sqlite3.sqlite_version}")


def engine_of(settings: Settings) -> str:
    return "postgresql" if settings.is_postgresql else "sqlite"


def opened(folder: Path, engine: str, tables: dict[str, TableFacts]) -> Dump:
    return SqliteDump(folder / SQLITE_FILE) if engine == "sqlite" else CopyDump(folder / TABLE_FOLDER, tables)


def as_bytes(value: Any) -> bytes:
    """PostgreSQL writes bytes as \\x and hexadecimal digits."""
    return value if isinstance(value, bytes) else bytes.fromhex(str(value).removeprefix("\\x"))


def as_instant(value: str) -> datetime:
    """SQLite keeps UTC without saying so."""
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class SqliteDump:
    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(f'"{name}"' for name in columns)
        order = " ORDER BY seq" if table == "audit_entry" else ""
        with self._reading() as connection:
            yield from connection.execute(f'SELECT {names} FROM "{table}"{order}')

    def counts(self) -> dict[str, int]:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        with self._reading() as connection:
            names = [name for (name,) in connection.execute(f"{tables} ORDER BY name")]
            return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}

    def require_sound(self) -> None:
        with self._reading() as connection:
            [(said,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if said != "ok":
                raise Damaged("The database in this backup is damaged.")
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise Damaged("Rows in the database of this backup point at nothing.")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Nothing is written beside the file, not even a lock."""
        try:
            with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            raise Damaged(f"The database in this backup cannot be read: {error}.") from error


class CopyDump:
    def __init__(self, folder: Path, tables: dict[str, TableFacts]) -> None:
        self._folder = folder
        self._tables = tables

    def rows(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        if table not in self._tables:
            raise Damaged(f"This backup has no table {table}.")
        try:
            places = [self._tables[table].columns.index(name) for name in columns]
            for line in self._lines(table):
                values = line.split("\t")
                yield tuple(_value(values[place]) for place in places)
        except (ValueError, IndexError) as error:
            raise Damaged(f"The table {table} of this backup is not in the form it was written in.") from error

    def counts(self) -> dict[str, int]:
        return {name: sum(1 for _line in self._lines(name)) for name in self._tables}

    def require_sound(self) -> None:
        """Whether rows point at what is there is for PostgreSQL to say, when they are restored."""

    def _lines(self, table: str) -> Iterator[str]:
        with (self._folder / file_name(table)).open(encoding="utf-8", newline="\n") as file:
            for line in file:
                yield line.removesuffix("\n")


def file_name(table: str) -> str:
    return f"{table}.copy"


def _value(field: str) -> str | None:
    """One field of COPY's text form (https://www.postgresql.org/docs/current/sql-copy.html)."""
    if field == "\\N":
        return None
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), field) if "\\" in field else field


def _write_tables(settings: Settings, folder: Path) -> Written:
    home = folder / TABLE_FOLDER
    home.mkdir(mode=0o700, exist_ok=True)
    tables: dict[str, TableFacts] = {}
    files: dict[str, FileFacts] = {}
    with connected(settings) as connection:
        names = [name for (name,) in connection.execute(_TABLES).fetchall()]
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        # Locked before the first look: the snapshot is taken after it, and no migration can come between.
        locked = sql.SQL(", ").join(map(sql.Identifier, names))
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(locked))
        if [name for (name,) in connection.execute(_TABLES).fetchall()] != names:
            raise Failure("The tables were changed while the backup was made. Make it again.")
        for name in names:
            path = home / file_name(name)
            path.unlink(missing_ok=True)
            tables[name], files[f"{TABLE_FOLDER}/{path.name}"] = _write_table(connection, name, path)
        version = f"PostgreSQL {connection.info.server_version // 10_000}.{connection.info.server_version % 10_000}"
    return Written(tables, files, version)


def _write_table(connection: psycopg.Connection, name: str, path: Path) -> tuple[TableFacts, FileFacts]:
    columns = [found for (found,) in connection.execute(_COLUMNS, (sql.Identifier(name).as_string(connection),))]
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("SELECT {} FROM {}").format(chosen, sql.Identifier(name))
    if name == "audit_entry":
        query += sql.SQL(" ORDER BY seq")
    rows = 0

    def counted(blocks: Iterator[Any]) -> Iterator[bytes]:
        nonlocal rows
        for block in blocks:
            rows += bytes(block).count(b"\n")  # one for each row: within values it is written as \n
            yield bytes(block)

    with new_file(path) as file:
        with connection.cursor().copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
            facts = measured(counted(iter(copy)), file)
        synced(file)
    return TableFacts(rows, tuple(columns)), facts
