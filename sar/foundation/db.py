"""The database: SQLite in WAL mode by default, PostgreSQL by URL.

Writes go through `write_transaction`, which takes SQLite's write lock at once: with a
deferred BEGIN two writers can both read, then one loses its work (security.md 22, 25).
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, ForeignKey, LargeBinary, MetaData, String, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from sar.foundation.clock import utc_now
from sar.foundation.ids import random_id

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
ID = String(26)
_POSTGRESQL_LOCK = 7_320_001
BUSY_SECONDS = 30
_PATIENT = f"busy_timeout={BUSY_SECONDS * 1000}"
_LOOK_AGAIN_SECONDS = 0.01


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


# What a failed statement carried (hashes, sealed bytes) stays out of error messages and so out of logs.
db = SQLAlchemy(model_class=Base, engine_options={"hide_parameters": True})


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant, in and out; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("store aware times only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def plain(type_: Any, *args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A column that holds nothing personal: ids, codes, dates of ours, counts, hashes."""
    return mapped_column(type_, *args, info={"personal": False}, **kwargs)


def sealed_column() -> MappedColumn[Any]:
    """A column that holds personal data, encrypted; read and written through `columns.Sealed`."""
    return mapped_column(LargeBinary, nullable=True, info={"personal": True})


def where(condition: str, postgresql: str | None = None) -> dict[str, Any]:
    """For `Index`: only the rows for which this holds. PostgreSQL's words for it, where they are others."""
    return {"sqlite_where": text(condition), "postgresql_where": text(postgresql or condition)}


class Row(Base):
    """A row with a random id that is known before it is stored (sealed columns are bound to it)."""

    __abstract__ = True

    id: Mapped[str] = plain(ID, primary_key=True)
    created_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or random_id()
        self.created_at = values.pop("created_at", None) or utc_now()
        if "scope_id" in values:
            self.scope_id = values.pop("scope_id")
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


class ScopedRow(Row):
    """A row whose personal columns are sealed with the key of one scope (one case, mostly)."""

    __abstract__ = True

    scope_id: Mapped[str] = plain(ID, ForeignKey("key_scope.id"), nullable=False, index=True)


@contextmanager
def write_transaction() -> Iterator[Session]:
    """One unit of work. Joins the outer one when nested; the outermost commits or rolls back.

    A nested block that failed dooms the whole: half a command is never stored.
    """
    session: Session = db.session()
    if session.info.get("writing"):
        try:
            yield session
        except BaseException:
            session.info["doomed"] = True
            raise
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside write_transaction()")
    session.rollback()  # end the read snapshot, so that what follows sees the latest state
    session.info.update(writing=True, doomed=False)
    try:
        connection = session.connection(execution_options={"sar_write": True})
        if connection.dialect.name == "postgresql":
            # One writer at a time there too: the audit chain has one end, and two commands that reach for it and
            # for each other's rows in another order would block each other for good.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK})
        yield session
        if session.info["doomed"]:
            raise RuntimeError("a failed part of this command was swallowed")
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)
        session.info.pop("doomed", None)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    cursor = connection.cursor()
    # secure_delete: an erased key is overwritten in the file, not only unlinked from its row.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", _PATIENT, "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("sar_write"):
        _wait_for_write_lock(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _wait_for_write_lock(connection: Connection) -> None:
    """Begin to write, waiting for others as long as any statement would.

    SQLite's writers do not queue. Each looks again after a while, which SQLite lets grow to a tenth of a second: longer
    than the gaps that a busy writer leaves, so that one can wait in vain. We look again within a hundredth of a second.
    """
    waiting_until = time.monotonic() + BUSY_SECONDS
    raw = connection.connection.cursor()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < waiting_until:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(random.uniform(0, _LOOK_AGAIN_SECONDS))
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for the error as everybody knows it
    finally:
        raw.execute(f"PRAGMA {_PATIENT}")
        raw.close()
