"""A service that is backed up and one that it is restored to, as the commands find them: by settings from outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import backup
import psycopg
import pytest
import restore
from backups.taking import whole_backups
from flask import Flask
from sqlalchemy import make_url

from sar.application import create_app
from sar.settings import Settings
from tests.databases import let_go


class Commands:
    """`scripts/backup.py` and `scripts/restore.py`, in this process: each call answers its exit code."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self.backups = folder / "backups"

    def backup(self, settings: Settings, *arguments: str | Path) -> int:
        return self._run(backup.main, settings, self.backups, *arguments)

    def restore(self, settings: Settings, folder: Path, *arguments: str | Path) -> int:
        return self._run(restore.main, settings, folder, *arguments)

    def newest(self) -> Path:
        return whole_backups(self.backups)[-1]

    def _run(self, main: Callable[[list[str]], int], settings: Settings, *arguments: str | Path) -> int:
        for name, value in environment(settings).items():
            self._monkeypatch.setenv(name, value)
        return main([str(argument) for argument in arguments])


def environment(settings: Settings) -> dict[str, str]:
    return {
        "SAR_ENVIRONMENT": "test",
        "SAR_INSTANCE": str(settings.instance),
        "SAR_DATABASE_URL": settings.database_url,
        "SAR_KEY_RING": str(settings.key_ring_path),
        "SAR_PUBLIC_URL": settings.public_url,
    }


@contextmanager
def an_empty_place(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Settings for an instance with nothing in it but a copy of the key ring, on a database of the same kind."""
    instance = folder / "elsewhere"
    (instance / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy(settings.key_ring_path, instance / "keys" / "ring.json")
    if not settings.is_postgresql:
        yield replace(settings, instance=instance, database_url=f"sqlite:///{instance / 'sar.db'}")
        return
    server = make_url(os.environ["SAR_TEST_POSTGRES_URL"])
    name = f"sar_{uuid4().hex[:10]}_empty"
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            url = server.set(database=name).render_as_string(hide_password=False)
            yield replace(settings, instance=instance, database_url=url)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def emptied(settings: Settings) -> None:
    """What whoever runs the service does after a restore that was killed: an empty database again."""
    if not settings.is_postgresql:
        for path in settings.instance.glob("sar.db*"):
            path.unlink()
        return
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


@contextmanager
def started(settings: Settings) -> Iterator[Flask]:
    """The application on what was restored."""
    app = create_app(settings)
    app.config.update(TESTING=True, PREFERRED_URL_SCHEME="https")
    try:
        with app.app_context():
            yield app
    finally:
        let_go(app)
