"""The watch over the browser sees what it must: a harness that misses a fault would pass every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser

from tests.browser.conftest import Visitors
from tests.browser.live import listen, serve
from tests.browser.pages import PHONE, assert_axe_clean, assert_fits, screenshot

POLICY = "default-src 'none'; script-src 'nonce-good'; style-src 'self'; connect-src 'self'; img-src data:"
GOOD = "<main><h1>Heading</h1><p>Words.</p></main>"

Served = Callable[[str], Visitors]


@pytest.fixture
def served(browser: Browser) -> Iterator[Served]:
    """Visitors of a server whose one page has the given body, under a strict policy."""
    app = Flask(__name__)
    body = ""

    @app.get("/")
    def page() -> Response:
        html = f"<!doctype html><html lang=en><title>Page</title><link rel=icon href=data:,><body>{body}"
        return Response(html, headers={"Content-Security-Policy": POLICY}, mimetype="text/html")

    def with_body(text: str) -> Visitors:
        nonlocal body
        body = text
        return visitors

    listener, url = listen()
    with serve(app, listener):
        visitors = Visitors(browser, url)
        yield with_body


def test_a_plain_page_passes_every_check(served: Served) -> None:
    with served(GOOD).at(PHONE) as (page, _watch):
        page.goto("/")
        assert_axe_clean(page)
        assert_fits(page)
        taken = screenshot(page, "harness", always=True)
        assert taken is not None and taken.stat().st_size > 1000


@pytest.mark.parametrize(
    ("fault", "report"),
    [
        ("<script>document.title = 'inline'</script>", "content security policy: script-src"),
        ("<p style='color: red'>x</p>", "content security policy: style-src"),
        ("<img alt='' src='https://elsewhere.example/x.png'>", "content security policy: img-src"),
        ("<script nonce=good>missing.method()</script>", "script error"),
        ("<script nonce=good>fetch('/nowhere')</script>", "status 404"),
    ],
)
def test_a_fault_on_the_page_fails_the_test(served: Served, fault: str, report: str) -> None:
    with pytest.raises(AssertionError, match=report), served(GOOD + fault).at(PHONE) as (page, _watch):
        page.goto("/", wait_until="networkidle")


def test_a_fault_that_the_test_expects_does_not_fail_it(served: Served) -> None:
    with served(GOOD).at(PHONE) as (page, watch):
        watch.expect("status 404")
        page.goto("/nowhere")


def test_an_image_without_words_breaks_an_accessibility_rule(served: Served) -> None:
    with served(GOOD + "<img src='data:,'>").at(PHONE) as (page, _watch):
        page.goto("/")
        with pytest.raises(AssertionError, match="image-alt"):
            assert_axe_clean(page)


def test_a_page_wider_than_a_phone_is_noticed(served: Served) -> None:
    with served(GOOD + "<pre>" + "x" * 500 + "</pre>").at(PHONE) as (page, _watch):
        page.goto("/")
        with pytest.raises(AssertionError, match="wider than the screen"):
            assert_fits(page)
