"""Integration tests: real services, real database, real job handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The application with its context open, for tests that call services directly."""
    with app.app_context():
        yield app


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """Do all the background work that is waiting; returns how many jobs were done."""
    from sar.foundation.jobs import run_pending

    return lambda: run_pending(app)
