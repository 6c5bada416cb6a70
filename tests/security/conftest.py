"""One office for all the tests that look and do not touch; it takes seconds to set up, so it is set up once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Databases
from tests.security.world import World, build


@pytest.fixture(scope="session")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with databases.lease("sqlite", tmp_path_factory.mktemp("office")) as make:
        yield build(make())
