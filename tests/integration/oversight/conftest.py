"""Oversight is tested on both engines, on an ordinary day."""

from __future__ import annotations

import pytest

from sar.access.permissions import Role
from sar.foundation.actors import Actor
from tests.factories import staff_actor


@pytest.fixture(autouse=True)
def _on_both_engines(ordinary_day: None, database: str) -> None:
    """Asked for by every test here, so that `app` is made on each engine in turn."""


@pytest.fixture
def sam() -> Actor:
    return staff_actor(Role.CASEWORKER, name="Sam Officer")
