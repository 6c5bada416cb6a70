"""Fresh, migrated databases for tests: migrated once, then copied for each test.

A copy takes some 20 ms on SQLite; on PostgreSQL, where it takes ten times that, databases are used again.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.postgres_pool import PostgresPool
from tests.routing import compile_addresses_once
from tests.statements import Compiled

if TYPE_CHECKING:
    from flask import Flask


@event.listens_for(Engine, "connect")
def _last_first(connection: Any, _record: object) -> None:
    """Rows that nobody put in an order come last first: on PostgreSQL they may come in any, and no one would see it."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


def _create(instance: Path, url: str, **changes: Any) -> Flask:
    from sar.application import create_app
    from sar.settings import Settings

    values: dict[str, Any] = {
        "environment": "test",
        "instance": instance,
        "database_url": url,
        "public_url": "https://localhost",
    }
    settings = Settings(**{**values, **changes})
    app = create_app(settings)
    # The test client calls as people do: over TLS, unless the test says otherwise.
    app.config.update(TESTING=True, PREFERRED_URL_SCHEME="https" if settings.secure else "http")
    return app


def _engine_of(app: Flask) -> Engine:
    from sar.foundation.db import db

    with app.app_context():
        return db.engine


def let_go(app: Flask) -> None:
    """Close what an application holds open, so that nothing is left for the garbage collector to complain of."""
    from sar.foundation.db import db

    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


class Databases:
    """One per test process. `postgres_url` names a server where databases may be created."""

    def __init__(self, folder: Path, postgres_url: str | None) -> None:
        self._folder = folder
        self._sqlite: Path | None = None
        self._statements: dict[str, Compiled] = {}
        self._postgresql = PostgresPool(postgres_url, self._migrate) if postgres_url else None
        # Each application would compile each page anew, a quarter of a test's time.
        self._compiled = FileSystemBytecodeCache(str(folder))
        compile_addresses_once()

    @contextmanager
    def lease(self, engine: str, folder: Path) -> Iterator[Callable[..., Flask]]:
        """A function that makes applications on one fresh database; all are closed and the database goes at the end."""
        instance = folder / "instance"
        instance.mkdir(mode=0o700, exist_ok=True)
        with self._fresh(engine, instance) as url:
            if (self._folder / "keys").is_dir():  # what the template sealed, its copies can open
                shutil.copytree(self._folder / "keys", instance / "keys", dirs_exist_ok=True)
            made: list[Flask] = []

            def make(**changes: Any) -> Flask:
                made.append(_create(instance, url, **changes))
                made[-1].jinja_env.bytecode_cache = self._compiled
                self._statements[engine].share(_engine_of(made[-1]))
                return made[-1]

            try:
                yield make
            finally:
                for app in made:
                    let_go(app)

    def close(self) -> None:
        if self._postgresql:
            self._postgresql.close()

    def _fresh(self, engine: str, instance: Path) -> AbstractContextManager[str]:
        if engine == "sqlite":
            return nullcontext(self._copy_sqlite(instance))
        assert self._postgresql, "no PostgreSQL server was named"
        return self._postgresql.lease()

    def _copy_sqlite(self, instance: Path) -> str:
        if self._sqlite is None:
            template = self._folder / "template.db"
            self._migrate(f"sqlite:///{template}")
            with closing(sqlite3.connect(template)) as connection:  # so that the file alone is the database
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._sqlite = template
        shutil.copyfile(self._sqlite, instance / "sar.db")
        return f"sqlite:///{instance / 'sar.db'}"

    def _migrate(self, url: str) -> None:
        from flask_migrate import upgrade

        app = _create(self._folder, url)
        with app.app_context():
            upgrade()
        engine = _engine_of(app)
        self._statements[engine.dialect.name] = Compiled.of(engine)
        let_go(app)
