"""The work list and what surrounds a case, as officers see and use them: at both widths, with every check."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import ViewportSize, expect

from sar.access.permissions import Role
from sar.cases import service
from sar.cases.conflicts import service as conflicts
from sar.cases.links import service as links
from sar.cases.links.service import LinkKind
from sar.cases.queries import visible_case
from sar.cases.tasks import service as tasks
from sar.foundation.actors import SYSTEM, ActorKind
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, follow
from tests.browser.test_case_desk import a_busy_desk, look, sign_in
from tests.factories import staff_actor
from tests.integration.cases.desk import ago, opened


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_list_and_a_case_with_everything_on_them(
    visitors: Visitors, live_server: LiveServer, viewport: ViewportSize
) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        officer, colleague = staff_actor(Role.DPO, name="Robin Field"), staff_actor(Role.CASEWORKER, name="Ada Other")
        cases = a_busy_desk(officer)
        child = opened(
            days_ago=26,
            name="Otis Pemberton-Hythe",
            date_of_birth=date(2014, 5, 1),
            prison_name="HMP Calder",
            prison_number="A1234AB",
        )
        tasks.add_task(officer, child.id, "Ring the prison about the visit", due_on=ago(-2), staff_id=colleague.id)
        tasks.finish(officer, tasks.add_task(officer, child.id, "Thank the archive for the volumes they found").id)
        links.link(officer, child.id, cases["late"].reference, LinkKind.RELATED, "Father and son, the same address")
        service.add_note(colleague, child.id, "The mother rang.")
        conflicts.mark_about_staff(officer, child.id, "relative")
        conflicts.restrict(officer, child.id, [colleague.id])
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        look(page, "/staff/settings/", "settings")
        look(page, "/staff/cases/", "work-list")
        look(page, "/staff/cases/?whose=mine&show=all&awaiting=requester&office=calder", "work-list-narrowed")
        look(page, "/staff/cases/?search=hythe", "work-list-search")
        there = f"/staff/cases/{child.id}"
        look(page, there, "case-full")
        for part in ("tasks/add", "link", "history", "about-staff", "closed-to", "named-people", "named-people/lift"):
            look(page, f"{there}/{part}", f"case-{part.replace('/', '-')}")


def test_an_officer_narrows_the_list_finds_a_person_and_ticks_off_a_task(
    visitors: Visitors, live_server: LiveServer
) -> None:
    with live_server.app.app_context(), visitors.at(DESKTOP) as (page, _watch):
        officer = staff_actor(Role.DPO, name="Robin Field")
        cases = a_busy_desk(officer)
        tasks.add_task(officer, cases["late"].id, "Ring the archive")
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        page.goto("/staff/cases/")
        follow(page.get_by_role("link", name="Mine"))
        page.get_by_text("Show fewer").click()
        page.get_by_label("Waiting for").select_option(label="The requester")
        follow(page.get_by_role("button", name="Show these"))
        expect(page.get_by_role("row")).to_have_count(2)
        expect(page.get_by_role("row").nth(1)).to_contain_text("Kwame Osei")
        assert "awaiting=requester" in page.url and "whose=mine" in page.url
        with page.expect_download() as download:
            page.get_by_role("button", name="Download this list").click()
        assert "Kwame Osei" in download.value.path().read_text("utf-8")
        page.get_by_label("Find a case by its reference or by a name").fill("pemberton")
        follow(page.get_by_role("button", name="Find"))
        follow(page.get_by_role("link", name=visible_case(SYSTEM, cases["late"].id).reference))
        follow(page.get_by_role("button", name="Done with: Ring the archive"))
        expect(page.get_by_text("1 task done")).to_be_visible()
        assert_axe_clean(page)
