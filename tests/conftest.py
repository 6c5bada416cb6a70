"""What every test stands on: how far each kind may reach, and the real application on a database of its own.

A test's kind is its folder. Unit tests reach neither a database nor the network and are quick; every other kind runs
the real application, on SQLite and, when asked for by the `database` fixture, on PostgreSQL too.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

if TYPE_CHECKING:
    from flask import Flask

    from tests.databases import Databases
    from tests.postgres_pool import PostgresPool

KINDS = ("unit", "integration", "security", "crash", "browser")
UNIT_CPU_SECONDS = 4.0  # coverage doubles what a test takes on its own, and a busy neighbour nearly does
UNIT_WALL_SECONDS = 120.0  # generous: a busy machine is not the test's fault, a wait for something is
# A Tuesday under the law of today, with months of thirty days and no holiday about it.
ORDINARY_DAY = datetime(2026, 10, 6, 12, tzinfo=UTC)
HERE = Path(__file__).parent

AppFactory = Callable[..., "Flask"]


def _kind(path: Path) -> str | None:
    parts = path.relative_to(HERE).parts if path.is_relative_to(HERE) else ()
    return parts[0] if parts and parts[0] in KINDS else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kind = _kind(item.path)
        if kind is None:
            raise pytest.UsageError(f"{item.path} lies in none of the folders {', '.join(KINDS)}")
        item.add_marker(kind)


def _measured(item: pytest.Item) -> bool:
    """Coverage is of the unit tests and of the integration tests on SQLite; those of the foundation on both engines.

    Measuring doubles what a test takes, and the other tests walk through the same lines again for another reason.
    """
    kind = _kind(item.path)
    engine = getattr(getattr(item, "callspec", None), "params", {}).get("database")
    return kind == "unit" or (kind == "integration" and (engine != "postgresql" or "foundation" in item.path.parts))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    coverage = sys.modules.get("coverage")
    measuring = coverage.Coverage.current() if coverage and not _measured(item) else None
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test of any kind reaches another machine; unit tests open no internet socket at all."""
    if _kind(item.path) == "unit":
        disable_socket(allow_unix_socket=True)
    else:
        enable_socket()
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A unit test that takes long is a failure, so that the whole suite stays something one runs while writing."""
    cpu, wall = time.process_time(), time.monotonic()
    yield
    if _kind(item.path) != "unit" or item.get_closest_marker("slow"):
        return
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    if cpu > UNIT_CPU_SECONDS or wall > UNIT_WALL_SECONDS:
        pytest.fail(f"too slow for a unit test: {cpu:.1f} s of the processor, {wall:.1f} s by the clock", pytrace=False)


@pytest.fixture(autouse=True)
def _unit_tests_touch_no_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if _kind(request.path) != "unit":
        return
    from sqlalchemy.engine.default import DefaultDialect

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("a unit test opened a database: move it to tests/integration")

    monkeypatch.setattr(DefaultDialect, "connect", refuse)


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same algorithm with little memory: nearly every test hires people or gives out words, at 0.15 s each.

    What a hash costs for real is a test of its own, which asks for `real_hashes`; the browser's tests are as in life.
    """
    if _kind(request.path) in ("unit", "browser") or "real_hashes" in request.fixturenames:
        yield
        return
    from sar.access import passwords

    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "_ITERATIONS", 1)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def real_hashes() -> None:
    """Passwords and phrases cost what they do in life."""


@pytest.fixture
def ordinary_day() -> Iterator[None]:
    """Today is a day of the calendar that is always the same: what falls due in a month does so after as many days."""
    with time_machine.travel(ORDINARY_DAY):
        yield


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SAR_ variable of whoever runs the tests changes no test."""
    for name in [name for name in os.environ if name.startswith("SAR_") and name != "SAR_TEST_POSTGRES_URL"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    from tests.databases import Databases

    made = Databases(tmp_path_factory.mktemp("templates"), os.environ.get("SAR_TEST_POSTGRES_URL"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def foundation_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresPool | None]:
    """Databases on PostgreSQL for tests of the foundation alone."""
    from tests.foundation_app import foundation_pool

    with foundation_pool(tmp_path_factory.mktemp("foundation")) as pool:
        yield pool


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Ask for this one to run a test on both engines."""
    if request.param == "postgresql" and not os.environ.get("SAR_TEST_POSTGRES_URL"):
        pytest.skip("no PostgreSQL server: SAR_TEST_POSTGRES_URL is not set (scripts/test starts one)")
    return str(request.param)


@pytest.fixture
def make_app(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[AppFactory]:
    """The real application on a fresh, migrated database. Keywords are fields of Settings.

    On SQLite, or on each engine in turn where the test (or its module) uses `database`.
    """
    engine = request.getfixturevalue("database") if "database" in request.fixturenames else "sqlite"
    with databases.lease(engine, tmp_path) as make:
        yield make


@pytest.fixture
def app(make_app: AppFactory) -> Flask:
    """The real application with the settings of a test."""
    return make_app()


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
