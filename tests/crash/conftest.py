"""Processes to be killed, for every test here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask

from tests.crash.forge import Forge, Worker

StartWorker = Callable[..., AbstractContextManager[Worker]]


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    made = Forge()
    yield made
    made.close()


@pytest.fixture
def worker(app: Flask, forge: Forge, request: pytest.FixtureRequest) -> StartWorker:
    """`with worker(ARGUMENT...) as first:` a worker of this application, by the module named in WORKER of the tests.

    It ends with the block.
    """
    settings = app.extensions["sar"].settings

    @contextmanager
    def started(*more: str) -> Iterator[Worker]:
        first = forge.start(request.module.WORKER, str(settings.instance), settings.database_url, *more)
        try:
            yield first
        finally:
            first.kill()

    return started
