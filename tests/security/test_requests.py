"""What holds for every page: its headers, that reading writes nothing, that nobody else can press our buttons."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from sar.access.guards import is_local
from sar.access.permissions import Role
from sar.foundation.db import db
from sar.foundation.key_ring import KeyRing
from sar.foundation.web import client_address
from tests.conftest import AppFactory
from tests.integration.intake.walk import Browser
from tests.security.addresses import addresses
from tests.security.people import COOKIE, PASSWORD, browser_with, code_for, hire
from tests.security.world import PERSONAS, World, everything_stored

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
# Reading that is itself evidence: who looked at which case and page (security.md 24).
WRITTEN_BY_READING = {"case.viewed", "case.mail_attachment_viewed", "record.page_viewed"}


def faults(response: TestResponse) -> list[str]:
    """What is missing from the headers of an answer."""
    found = [name for name, value in HEADERS.items() if response.headers.get(name) != value]
    policy = response.headers.get("Content-Security-Policy", "")
    needed = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
    if any(part not in policy for part in needed) or "unsafe" in policy or "*" in policy:
        found.append(f"Content-Security-Policy: {policy}")
    if "Server" in response.headers or "X-Powered-By" in response.headers:
        found.append("says what it is made of")
    return found


@pytest.mark.parametrize("persona", ["dpo", "originator", "anonymous"])
def test_every_answer_carries_the_headers_that_protect_it(world: World, persona: str) -> None:
    browser, wrong = world.browser(persona), {}
    for address in addresses(world.app, world.values(), safe=True):
        response = browser.get(address.url)
        if missing := faults(response):
            wrong[str(address)] = missing
    assert not wrong


def test_refusals_and_failures_carry_them_too(world: World) -> None:
    browser = world.browser("dpo")
    for url, method, status in (
        ("/nowhere", "GET", 404),
        ("/staff/oversight/", "DELETE", 405),
        ("/check", "POST", 400),
        ("/staff/people", "GET", 403),
    ):
        response = browser._open(url, method=method)
        assert (response.status_code, faults(response)) == (status, []), url


def test_a_failure_of_ours_is_a_plain_page_even_when_the_database_is_gone(make_app: AppFactory) -> None:
    app = make_app()
    with app.app_context(), db.engine.connect().execution_options(sar_write=True) as connection:
        connection.exec_driver_sql("DROP TABLE web_session")
        connection.commit()
    response = browser_with(app, "someone's token").get("/check")
    assert response.status_code == 503
    assert "Nothing was changed" in response.text
    assert faults(response) == []


def test_pages_hold_no_inline_script_or_style_without_the_nonce(world: World) -> None:
    browser, wrong = world.browser("dpo"), []
    for address in addresses(world.app, world.values(), safe=True):
        response = browser.get(address.url)
        if response.mimetype != "text/html":
            continue
        nonce = re.search(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
        assert nonce
        for tag in re.findall(r"<script\b[^>]*>", response.text):
            if "src=" not in tag and f'nonce="{nonce[1]}"' not in tag:
                wrong.append(f"{address}: {tag}")
        wrong += [f"{address}: {found}" for found in re.findall(r"<style\b|\sstyle=|\son[a-z]+=\"", response.text)]
    assert not wrong, "\n".join(wrong)


def test_a_nonce_is_used_once(world: World) -> None:
    browser = world.browser("anonymous")
    policies = {browser.get("/check").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_over_plain_http_nothing_promises_tls(make_app: AppFactory) -> None:
    response = make_app(public_url="http://127.0.0.1:8000").test_client().get("/check")
    assert "Strict-Transport-Security" not in response.headers


# Reading writes nothing


@pytest.mark.parametrize("persona", PERSONAS)
def test_reading_changes_nothing(world: World, persona: str) -> None:
    """Links are followed by scanners and by browsers ahead of time: none of that may have an effect."""
    browser = world.browser(persona)
    before = everything_stored(world.app)
    for address in addresses(world.app, world.values(), safe=True):
        browser.get(address.url)
    after = everything_stored(world.app)
    new_entries = after.pop("audit_entry") - before.pop("audit_entry")
    assert not [row for row in new_entries if not any(f"'{name}'" in row for name in WRITTEN_BY_READING)]
    assert {name for name in after if after[name] != before[name]} == set()


# Buttons pressed by someone else


def test_no_form_is_taken_without_its_token(world: World) -> None:
    browser, wrong = world.browser("dpo"), []
    before = everything_stored(world.app)
    for address in addresses(world.app, world.values(), safe=False):
        for data in ({}, {"csrf_token": "made-up"}):
            response = browser._open(address.url, method=address.method, data=data)
            if response.status_code != 400:
                wrong.append(f"{address}: {response.status_code}")
    assert not wrong, "\n".join(wrong)
    assert everything_stored(world.app) == before


def test_the_token_of_another_browser_is_not_taken(world: World) -> None:
    mine, theirs = world.browser("dpo"), world.browser("caseworker")
    mine.post("/staff/step-up", {}, form_at="/staff/step-up")
    theirs.get("/staff/step-up")
    assert theirs._open("/staff/step-up", method="POST", data={"csrf_token": mine.csrf}).status_code == 400


def test_a_form_sent_from_another_site_is_refused_even_with_its_token(world: World) -> None:
    browser = world.browser("dpo")
    browser.post("/staff/step-up", {}, form_at="/staff/step-up")
    before = everything_stored(world.app)
    for address in addresses(world.app, world.values(), safe=False):
        response = browser._open(
            address.url,
            method=address.method,
            data={"csrf_token": browser.csrf},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert response.status_code == 403, str(address)
    assert everything_stored(world.app) == before


# Led elsewhere

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n//evil.example",
    "\r\n//evil.example",
    "%2f%2fevil.example",
    "evil.example",
    "@evil.example",
    " //evil.example",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site_after_signing_in(target: str) -> None:
    assert not is_local(target)


def test_a_path_of_ours_is_gone_back_to() -> None:
    assert is_local("/staff/cases/?page=2")


def test_signing_in_by_a_poisoned_link_ends_on_our_own_page(app: Flask) -> None:
    with app.app_context():
        staff = hire("someone@northvale.example", Role.CASEWORKER)
        code, later = code_for(staff), code_for(staff, 1)
    form = {"email": "someone@northvale.example", "password": PASSWORD}
    away = Browser(app).post(f"/staff/sign-in?next={quote('//evil.example/staff')}", {**form, "code": code})
    back = Browser(app).post(f"/staff/sign-in?next={quote('/staff/password')}", {**form, "code": later})
    assert (away.status_code, away.location) == (302, "/")
    assert (back.status_code, back.location) == (302, "/staff/password")


def test_in_production_a_made_up_host_name_gets_no_answer(make_app: AppFactory, tmp_path: Path) -> None:
    """A redirect or a cached page never carries a name that a caller chose."""
    ring = tmp_path / "ring.json"
    KeyRing.create(ring, demo=False)
    client = make_app(
        environment="production", key_ring=str(ring), public_url="https://records.example.org"
    ).test_client()
    ours = client.get("/my-request", base_url="https://records.example.org")
    other = client.get("/my-request", base_url="https://evil.example")
    assert ours.status_code in (301, 302, 308)
    assert other.status_code == 400
    assert "evil" not in other.text + str(other.headers)


def test_the_address_a_caller_claims_is_believed_only_behind_our_own_proxy(make_app: AppFactory) -> None:
    seen = []
    for hops in (0, 1):
        app = make_app(trusted_proxy_hops=hops)
        app.add_url_rule("/whoami", "whoami", lambda: client_address())
        said = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
        seen.append(app.test_client().get("/whoami", headers=said).text)
    assert seen == ["127.0.0.1/32", "198.51.100.9/32"]


def test_one_household_cannot_pass_for_many_callers(app: Flask) -> None:
    """A telephone is given 2^64 addresses of IPv6; tries from all of them count as one caller's."""
    seen = set()
    for address in ("2001:db8::1", "2001:db8::2:1", "2001:db8:0:0:9::"):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            seen.add(client_address())
    assert seen == {"2001:db8::/64"}


def test_cookies_are_locked_to_this_host_and_hidden_from_scripts(app: Flask) -> None:
    with app.app_context():
        staff = hire("someone@northvale.example", Role.CASEWORKER)
        code = code_for(staff)
    browser = Browser(app)
    form = {"email": "someone@northvale.example", "password": PASSWORD, "code": code}
    cookies = [*browser.get("/staff/sign-in").headers.getlist("Set-Cookie")]
    cookies += browser.post("/staff/sign-in", form).headers.getlist("Set-Cookie")
    browser.csrf = None
    cookies += browser.post("/staff/sign-out", form_at="/staff/sign-in").headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {COOKIE, f"{COOKIE}-form"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts, cookie
        assert "domain" not in cookie.lower()
