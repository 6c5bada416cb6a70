"""A reply that is made and proved takes half a minute: it is made once, and each test works on a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.integration.release.office import Office, Staffing, signed_off_office


@pytest.fixture(scope="session")
def _made_reply(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Staffing]:
    folder = tmp_path_factory.mktemp("made-reply")
    with databases.lease("sqlite", folder) as make_app:
        app = make_app()
        with app.app_context():
            office = signed_off_office(app)
            assert office.build().state == "ready"
            staffing = office.staffing
    return folder / "instance", staffing


@pytest.fixture
def ready(_made_reply: tuple[Path, Staffing], databases: Databases, tmp_path: Path) -> Iterator[Office]:
    """The application's context, with a case whose reply is ready to go out. On SQLite."""
    made, staffing = _made_reply
    with databases.lease("sqlite", tmp_path) as make_app:
        shutil.rmtree(tmp_path / "instance")
        shutil.copytree(made, tmp_path / "instance")
        app = make_app()
        with app.app_context():
            yield Office(app, *staffing)
