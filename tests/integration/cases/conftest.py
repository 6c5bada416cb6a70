"""The case desk is tested on both engines, on an ordinary day."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _on_both_engines(ordinary_day: None, database: str) -> None:
    """Asked for by every test here, so that `app` is made on each engine in turn."""
