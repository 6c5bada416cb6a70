"""How Alembic reaches this project's tables (called by `flask db ...`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from sar.foundation.db import Base

MANAGED_BY_PROCRASTINATE = "procrastinate_"


def include(name: str | None, kind: str, _parents: object) -> bool:
    """Procrastinate keeps its own tables in step by itself."""
    return not (kind == "table" and (name or "").startswith(MANAGED_BY_PROCRASTINATE))


@contextmanager
def _tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and the old one cannot go while other rows point at it.

    So nobody looks at who points at whom meanwhile, which can be said outside a transaction only, and all is looked at
    before it is committed (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.close()


def _require_whole(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"this migration would leave rows that point at nothing: {broken[:5]}")


def run() -> None:
    extension = current_app.extensions["migrate"]
    engine = extension.db.engine
    with engine.connect().execution_options(sar_write=True) as connection, _tables_may_be_made_anew(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            _require_whole(connection)
        connection.commit()


run()
