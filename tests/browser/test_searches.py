"""Where we look, who is asked and what staff are told: the pages at both widths, read by axe."""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize, expect

from sar.access.permissions import Role
from sar.foundation.actors import ActorKind
from sar.records.searches import queries, service
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, screenshot
from tests.browser.test_case_desk import sign_in
from tests.factories import gathering_case, staff_actor


def look(page: Page, address: str, name: str) -> None:
    page.goto(address)
    _seen(page, name)


def _seen(page: Page, name: str) -> None:
    assert_axe_clean(page)
    for viewport in (PHONE, DESKTOP):
        page.set_viewport_size(ViewportSize(width=viewport["width"], height=viewport["height"]))
        assert_fits(page)
        screenshot(page, f"searches-{name}")


def test_the_pages_of_searches_and_reminders(visitors: Visitors, live_server: LiveServer) -> None:
    with live_server.app.app_context(), visitors.at(DESKTOP) as (page, _watch):
        keeper = staff_actor(Role.DPO, name="Robin Field")
        case = gathering_case()
        areas = queries.areas()
        service.add_contact(
            keeper, areas[0].id, name="Maud Trevelyan", role="Archive keeper", email="maud@northvale.example"
        )
        out = "He was never there, as his licence shows."
        searches = service.choose(keeper, case.id, [area.id for area in areas[:4]], out)
        service.ask(keeper, searches[0].id, [queries.contacts_of(areas[0].id)[0].id])
        service.finish(keeper, case.id, [searches[1].id], "destroyed", reason="R7: after six years")
        service.finish(keeper, case.id, [searches[2].id], "found", pages=1204)
        sign_in(page, live_server.url, ActorKind.STAFF, keeper.id)
        look(page, "/staff/search-areas", "areas")
        look(page, f"/staff/search-areas/{areas[0].id}", "area")
        look(page, f"/staff/search-areas/{areas[0].id}/contacts", "contact")
        look(page, f"/staff/cases/{case.id}/searches", "list")
        look(page, f"/staff/searches/{searches[3].id}/ask", "ask-nobody")
        look(page, f"/staff/cases/{case.id}/responsible-officer", "responsible-officer")
        page.get_by_label("Name", exact=True).fill("Grace Mbeki")
        page.get_by_label("Email address", exact=True).fill("grace@northvale.example")
        page.get_by_role("button", name="Save").click()
        look(page, f"/staff/searches/{searches[3].id}/ask", "ask")
        page.get_by_role("button", name="Ask them").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose whom to ask")
        _seen(page, "ask-refused")
        look(page, f"/staff/cases/{case.id}/searches/result?search={searches[0].id}", "result")
        look(page, f"/staff/cases/{case.id}", "case-panel")
        look(page, "/staff/reminders", "reminders")
        page.get_by_role("button", name="Make an address").click()
        expect(page.get_by_text("Copy it now")).to_be_visible()
        _seen(page, "reminders-address")
