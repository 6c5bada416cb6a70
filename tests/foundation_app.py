"""The foundation by itself: what it promises must hold before any stage stands on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from sar.foundation import audit, blobs, jobs, keys, messages, throttle, word_index
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs.models import PeriodicRun
from sar.foundation.key_ring import open_ring
from sar.foundation.runtime import Runtime
from sar.settings import Settings

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
        with db.engine.connect().execution_options(sar_write=True) as connection:
            db.metadata.create_all(connection, tables=TABLES)
            connection.commit()
        with write_transaction():
            keys.ensure_system_scope()


def let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def fresh_database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database; a PostgreSQL one is dropped afterwards."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'sar.db'}"
        return
    server, name = make_url(os.environ["SAR_TEST_POSTGRES_URL"]), f"foundation_{uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    engine = create_engine(os.environ["SAR_TEST_POSTGRES_URL"], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
