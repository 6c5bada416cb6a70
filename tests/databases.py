"""Fresh, migrated databases for tests: migrated once, then copied for each test.

A copy takes some 20 ms on SQLite and 100 ms on PostgreSQL; append-only tables could not be emptied instead.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, create_engine, make_url, text

if TYPE_CHECKING:
    from flask import Flask


def _create(instance: Path, url: str, **changes: Any) -> Flask:
    from sar import create_app
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


def _migrate(app: Flask) -> None:
    from flask_migrate import upgrade

    with app.app_context():
        upgrade()


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
        self._postgres_url = postgres_url
        self._run = uuid4().hex[:10]
        self._templates: dict[str, str] = {}
        # Each application would compile each page anew, a quarter of a test's time.
        self._compiled = FileSystemBytecodeCache(str(folder))

    @contextmanager
    def lease(self, engine: str, folder: Path) -> Iterator[Callable[..., Flask]]:
        """A function that makes applications on one fresh database; all are closed and the database goes at the end."""
        instance = folder / "instance"
        instance.mkdir(mode=0o700, exist_ok=True)
        url = self._copy_sqlite(instance) if engine == "sqlite" else self._copy_postgresql()
        if (self._folder / "keys").is_dir():  # what the template sealed, its copies can open
            shutil.copytree(self._folder / "keys", instance / "keys", dirs_exist_ok=True)
        made: list[Flask] = []

        def make(**changes: Any) -> Flask:
            made.append(_create(instance, url, **changes))
            made[-1].jinja_env.bytecode_cache = self._compiled
            return made[-1]

        try:
            yield make
        finally:
            for app in made:
                let_go(app)
            if engine == "postgresql":
                self._drop(make_url(url).database)

    def close(self) -> None:
        if "postgresql" in self._templates:
            self._drop(self._templates["postgresql"])

    def _copy_sqlite(self, instance: Path) -> str:
        if "sqlite" not in self._templates:
            template = self._folder / "template.db"
            app = _create(self._folder, f"sqlite:///{template}")
            _migrate(app)
            let_go(app)
            with closing(sqlite3.connect(template)) as connection:  # so that the file alone is the database
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._templates["sqlite"] = str(template)
        shutil.copyfile(self._templates["sqlite"], instance / "sar.db")
        return f"sqlite:///{instance / 'sar.db'}"

    def _copy_postgresql(self) -> str:
        if "postgresql" not in self._templates:
            name = f"sar_template_{self._run}_{uuid4().hex[:10]}"
            with self._server() as connection:
                connection.execute(text(f'CREATE DATABASE "{name}"'))
            app = _create(self._folder, self._url(name))
            _migrate(app)
            let_go(app)
            self._templates["postgresql"] = name
        name = f"sar_{self._run}_{uuid4().hex[:10]}"
        with self._server() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{self._templates["postgresql"]}"'))
        return self._url(name)

    def _drop(self, name: str | None) -> None:
        with self._server() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def _url(self, database: str) -> str:
        return make_url(self._postgres_url or "").set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def _server(self) -> Iterator[Connection]:
        engine = create_engine(self._postgres_url or "", isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
