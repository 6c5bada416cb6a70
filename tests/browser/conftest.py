"""A real browser (Debian's Chromium, or the one named in CHROMIUM) against the real application on a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.live import LiveServer, listen, serve
from tests.browser.pages import DESKTOP, PHONE, Watch
from tests.conftest import AppFactory

PATIENCE_MS = 30_000  # for a machine that has much else to do
expect.set_options(timeout=PATIENCE_MS)
# Nothing but the page under test may cause traffic; a container has neither a sandbox for root nor a GPU.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _chromium() -> str:
    named = os.environ.get("CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium: install Debian's package chromium, or name one in CHROMIUM", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=_chromium(), headless=True, args=_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def live_server(make_app: AppFactory) -> Iterator[LiveServer]:
    """The application on SQLite; its background work is done when the test calls `live_server.drain()`."""
    listener, url = listen()
    app = make_app(public_url=url)
    with serve(app, listener):
        yield LiveServer(app, url)


@contextmanager
def _open(browser: Browser, url: str, viewport: ViewportSize, *, script: bool = True) -> Iterator[tuple[Page, Watch]]:
    context = browser.new_context(
        base_url=url,
        viewport=viewport,
        java_script_enabled=script,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context, url)
    try:
        yield context.new_page(), watch
    finally:
        context.close()
    watch.check()


class Visitors:
    """Opens a browser of their own for each person of one test, and checks what it saw when it closes."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url

    @contextmanager
    def at(self, viewport: ViewportSize, *, script: bool = True) -> Iterator[tuple[Page, Watch]]:
        with _open(self._browser, self._url, viewport, script=script) as opened:
            yield opened


@pytest.fixture
def visitors(browser: Browser, live_server: LiveServer) -> Visitors:
    """For tests with more than one person: `with visitors.at(PHONE) as (page, watch):`."""
    return Visitors(browser, live_server.url)


@pytest.fixture
def phone(visitors: Visitors) -> Iterator[Page]:
    """A page of 360 by 740 pixels."""
    with visitors.at(PHONE) as (page, _watch):
        yield page


@pytest.fixture
def desktop(visitors: Visitors) -> Iterator[Page]:
    """A page of 1280 by 900 pixels."""
    with visitors.at(DESKTOP) as (page, _watch):
        yield page
