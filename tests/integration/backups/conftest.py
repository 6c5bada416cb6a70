"""What the tests of backups start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from sar.settings import Settings
from tests.integration.backups.services import Commands, an_empty_place


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["sar"].settings
    return found


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Commands:
    return Commands(monkeypatch, tmp_path)


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    with an_empty_place(settings, tmp_path) as empty:
        yield empty
