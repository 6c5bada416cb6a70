"""Where we look, who is asked and what staff are told: the pages at both widths, read by axe."""

from __future__ import annotations

from playwright.sync_api import expect

from sar.access.permissions import Role
from sar.foundation.actors import ActorKind
from sar.records.searches import queries, service
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, follow
from tests.browser.pages_look import look, visit
from tests.browser.test_case_desk import sign_in
from tests.factories import gathering_case, staff_actor


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
        visit(page, "/staff/search-areas", "searches-areas")
        visit(page, f"/staff/search-areas/{areas[0].id}", "searches-area")
        visit(page, f"/staff/search-areas/{areas[0].id}/contacts", "searches-contact")
        visit(page, f"/staff/cases/{case.id}/searches", "searches-list")
        visit(page, f"/staff/searches/{searches[3].id}/ask", "searches-ask-nobody")
        visit(page, f"/staff/cases/{case.id}/responsible-officer", "searches-responsible-officer")
        page.get_by_label("Name", exact=True).fill("Grace Mbeki")
        page.get_by_label("Email address", exact=True).fill("grace@northvale.example")
        follow(page.get_by_role("button", name="Save"))
        visit(page, f"/staff/searches/{searches[3].id}/ask", "searches-ask")
        follow(page.get_by_role("button", name="Ask them"))
        expect(page.get_by_role("alert")).to_contain_text("Choose whom to ask")
        look(page, "searches-ask-refused")
        visit(page, f"/staff/cases/{case.id}/searches/result?search={searches[0].id}", "searches-result")
        visit(page, f"/staff/cases/{case.id}", "searches-case-panel")
        visit(page, "/staff/reminders", "searches-reminders")
        follow(page.get_by_role("button", name="Make an address"))
        expect(page.get_by_text("Copy it now")).to_be_visible()
        look(page, "searches-reminders-address")
