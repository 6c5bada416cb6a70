"""What browser tests ask of a page: that it is accessible, fits, and does nothing in secret."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, ViewportSize

SCREENSHOTS = Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
# WCAG 2.2 AA and axe's own good practice. Rules of no level yet (experimental) stay off.
_AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}


def assert_axe_clean(page: Page) -> None:
    """Fails with each broken rule and the elements that break it."""
    broken: list[dict[str, Any]] = Axe().run(page, options=_AXE).response["violations"]
    lines = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n"
        + "\n".join(f"    {node['html'][:200]}" for node in rule["nodes"][:5])
        for rule in broken
    ]
    assert not lines, f"{page.url} breaks accessibility rules:\n" + "\n".join(lines)


def assert_fits(page: Page) -> None:
    """Fails when the page must be scrolled sideways, and names what sticks out."""
    found: list[str] = page.evaluate(
        """() => {
            const root = document.documentElement, width = root.clientWidth;
            if (root.scrollWidth <= width) return [];
            const wide = [...document.body.querySelectorAll("*")].filter(
                (element) => element.getBoundingClientRect().right > width + 1 || element.scrollWidth > width);
            const named = wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 150));
            return [`${root.scrollWidth} of ${width} pixels`, ...named];
        }"""
    )
    assert not found, f"{page.url} is wider than the screen: " + "\n".join(found)


def follow(target: Locator) -> None:
    """Click on what leads to another page, and wait for that page: a click alone may come back before it is there."""
    with target.page.expect_navigation():
        target.click()


def screenshot(page: Page, name: str, *, always: bool = False) -> Path | None:
    """The whole page as artifacts/screenshots/NAME-WIDTH.png, if SCREENSHOTS is set: they take a minute."""
    assert page.viewport_size is not None
    if not (always or os.environ.get("SCREENSHOTS")):
        return None
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    target = SCREENSHOTS / f"{name}-{page.viewport_size['width']}.png"
    page.screenshot(path=target, full_page=True, animations="disabled")
    return target


class Watch:
    """Collects what a page should never do: script errors, policy violations, requests elsewhere, failed loads.

    A test that provokes one on purpose says so first: `watch.expect("404")`.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._seen: list[str] = []
        self._expected: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._seen.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)
        # The browser's own report of a broken content security policy. The script itself runs outside the policy.
        context.add_init_script(
            """document.addEventListener("securitypolicyviolation", (event) => {
                console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
            });"""
        )

    def expect(self, pattern: str) -> None:
        """Problems that contain this regular expression are meant by the test."""
        self._expected.append(pattern)

    def problems(self) -> list[str]:
        return [seen for seen in self._seen if not any(re.search(pattern, seen) for pattern in self._expected)]

    def check(self) -> None:
        found = self.problems()
        assert not found, "the browser saw:\n" + "\n".join(found)

    def _console(self, message: ConsoleMessage) -> None:
        # A failed load is in the console as well, without its address: _response tells more.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._seen.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self._seen.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._seen.append(f"status {response.status}: {response.request.method} {response.url}")
