"""Here hashing is quick: the same algorithm with little memory. What it costs for real is a test of its own."""

from __future__ import annotations

import pytest

from sar.access import passwords


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "_ITERATIONS", 1)
    passwords._nobody.cache_clear()
