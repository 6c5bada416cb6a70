"""A process serves the public, the staff or both; on no door does a sign-in page lead nowhere."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.conftest import AppFactory
from tests.integration.intake.walk import Browser

SIGN_IN = {"staff": "/staff/sign-in", "public": "/check", "both": "/staff/sign-in"}


def links_of(html: str) -> list[str]:
    found = re.findall(r'(?:href|src|action)="([^"]*)"', html)
    return sorted({unescape(link) for link in found if not link.startswith(("#", "mailto:", "tel:"))})


@pytest.mark.parametrize("surface", ["public", "staff", "both"])
def test_every_link_of_the_sign_in_page_leads_somewhere(make_app: AppFactory, surface: str) -> None:
    browser = Browser(make_app(surface=surface))
    page = browser.get(SIGN_IN[surface])
    assert page.status_code == 200
    links = links_of(page.text)
    assert len(links) > 5
    for link in links:
        answer = browser.get(link, follow=True)
        answer.close()  # a static file stays open until then
        assert answer.status_code == 200, link


def test_the_foot_of_a_page_offers_only_what_its_door_serves(make_app: AppFactory) -> None:
    staff = Browser(make_app(surface="staff"))
    for page in ("/staff/sign-in", "/nowhere"):
        assert "/privacy" not in staff.get(page).text and "About this service" not in staff.get(page).text
    assert staff.get("/privacy").status_code == 404


@pytest.mark.parametrize("surface", ["public", "both"])
def test_the_public_finds_privacy_and_accessibility_at_the_foot_of_every_page(
    make_app: AppFactory, surface: str
) -> None:
    public = Browser(make_app(surface=surface))
    for page in ("/check", "/ask", "/nowhere", "/privacy"):
        assert {"/privacy", "/accessibility"} <= set(links_of(public.get(page).text)), page


def test_neither_door_answers_for_the_other(make_app: AppFactory) -> None:
    assert Browser(make_app(surface="public")).get("/staff/sign-in").status_code == 404
    assert Browser(make_app(surface="staff")).get("/check").status_code == 404
