"""How Alembic reaches this project's tables (called by `flask db ...`)."""

from __future__ import annotations

from alembic import context
from flask import current_app

from sar.foundation.db import Base

MANAGED_BY_PROCRASTINATE = "procrastinate_"


def include(name: str | None, kind: str, _parents: object) -> bool:
    """Procrastinate keeps its own tables in step by itself."""
    return not (kind == "table" and (name or "").startswith(MANAGED_BY_PROCRASTINATE))


def run() -> None:
    extension = current_app.extensions["migrate"]
    engine = extension.db.engine
    with engine.connect().execution_options(sar_write=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
