"""The case desk is tested on both engines, on an ordinary day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.integration.cases.september import Travel, september


@pytest.fixture(autouse=True)
def _on_both_engines(ordinary_day: None, database: str) -> None:
    """Asked for by every test here, so that `app` is made on each engine in turn."""


@pytest.fixture
def clock() -> Iterator[Travel]:
    """Stands at the first of September 2026 until it is moved."""
    with time_machine.travel(september(1), tick=False) as travel:
        yield travel
