"""The foundation by itself: what it promises must hold before any stage stands on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from flask import Flask

from sar.foundation import audit, blobs, jobs, keys, messages, throttle, word_index
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs.models import PeriodicRun
from sar.foundation.key_ring import open_ring
from sar.foundation.runtime import Runtime
from sar.settings import Settings
from tests.postgres_pool import PostgresPool

TABLES = [
    part.__table__
    for part in (
        keys.KeyScope,
        word_index.WordFingerprint,
        audit.AuditEntry,
        jobs.Job,
        PeriodicRun,
        throttle.ThrottleTry,
        blobs.Blob,
        messages.Message,
    )
]


def foundation_app(instance: Path, url: str, **changes: Any) -> Flask:
    """An application of foundation tables only, on a database that is there already."""
    settings = Settings(environment="test", instance=instance, database_url=url, **changes)
    app = Flask("foundation", instance_path=str(instance.resolve()))
    app.extensions["sar"] = Runtime(settings=settings, key_ring=open_ring(settings))
    app.config.update(SQLALCHEMY_DATABASE_URI=url, TESTING=True)
    db.init_app(app)
    return app


def create_tables(app: Flask) -> None:
    with app.app_context():
        _create_all()
        with write_transaction():
            keys.ensure_system_scope()


def let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def foundation_pool(folder: Path) -> Iterator[PostgresPool | None]:
    """PostgreSQL databases with the foundation's tables and nothing in them; None where no server is named."""
    url = os.environ.get("SAR_TEST_POSTGRES_URL")
    pool = PostgresPool(url, lambda template: _fill(foundation_app(folder, template))) if url else None
    yield pool
    if pool:
        pool.close()


def fresh_database(engine: str, folder: Path, pool: PostgresPool | None) -> AbstractContextManager[str]:
    """The URL of an empty database on SQLite, or of one with the foundation's empty tables on PostgreSQL."""
    if engine == "sqlite":
        return nullcontext(f"sqlite:///{folder / 'sar.db'}")
    assert pool, "no PostgreSQL server was named"
    return pool.lease()


def _fill(app: Flask) -> None:
    with app.app_context():
        _create_all()
    let_go(app)


def _create_all() -> None:
    with db.engine.connect().execution_options(sar_write=True) as connection:
        db.metadata.create_all(connection, tables=TABLES)
        connection.commit()
