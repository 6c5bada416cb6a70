"""Other people's programs that these tests need: missing is a failure where everything is said to be installed."""

from __future__ import annotations

import os

import pytest

from tests.integration.redaction.checker import PYTHON


def miss(message: str) -> None:
    """Skips the test; fails it in CI, where nothing may be left out silently."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def checker() -> None:
    if not PYTHON.exists():
        miss("the independent checker IS NOT INSTALLED: run scripts/checker")
