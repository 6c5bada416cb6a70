"""Here the application is the foundation alone, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.foundation_app import create_tables, foundation_app, fresh_database, let_go
from tests.postgres_pool import PostgresPool


@pytest.fixture
def make_app(
    database: str, tmp_path: Path, foundation_databases: PostgresPool | None
) -> Iterator[Callable[..., Flask]]:
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    made: list[Flask] = []
    with fresh_database(database, instance, foundation_databases) as url:

        def make(**changes: Any) -> Flask:
            app = foundation_app(instance, url, **changes)
            if not made:
                create_tables(app)
            made.append(app)
            return app

        yield make
        for app in made:
            let_go(app)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application with its context open."""
    with app.app_context():
        yield app
