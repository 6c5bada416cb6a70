"""Looking at a page of the walk: at its own width with every check, and at the other width that it must fit."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, screenshot


def look(page: Page, name: str) -> None:
    """Fails on anything that is not accessible or does not fit a telephone or a desk."""
    page.wait_for_load_state("load")
    own = page.viewport_size
    assert own is not None
    assert_axe_clean(page)
    for viewport in (PHONE, DESKTOP):
        page.set_viewport_size(viewport)
        assert_fits(page)
        screenshot(page, f"walk-{name}")
    page.set_viewport_size(own)


def visit(page: Page, address: str, name: str) -> None:
    """Go there, and look."""
    page.goto(address)
    look(page, name)
