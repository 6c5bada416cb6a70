"""What takes two people, as both see it: setting aside a repeat, and a date of a late case."""

from __future__ import annotations

from sar.access.permissions import Role
from sar.cases.refusals import service as refusals
from sar.foundation.actors import ActorKind
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import PHONE, follow
from tests.browser.pages_look import look
from tests.browser.test_case_desk import sign_in
from tests.factories import staff_actor
from tests.integration.cases.desk import ago, opened


def test_what_takes_two_people_is_proposed_and_decided(visitors: Visitors, live_server: LiveServer) -> None:
    with live_server.app.app_context(), visitors.at(PHONE) as (page, _watch):
        officer, boss = staff_actor(Role.CASEWORKER, name="Robin Field"), staff_actor(Role.DPO, name="Dana Officer")
        late, first, repeat = opened(days_ago=60), opened(days_ago=9), opened(days_ago=2)
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        page.goto(f"/staff/cases/{repeat.id}/propose/set_aside")
        look(page, "propose-set-aside")
        page.goto(f"/staff/cases/{late.id}/received")
        for part, value in zip(("day", "month", "year"), (ago(5).day, ago(5).month, ago(5).year), strict=True):
            page.locator(f"#on-{part}").fill(str(value))
        page.get_by_label("How do you know?").fill("The stamp on the letter.")
        follow(page.get_by_role("button", name="See what changes"))
        look(page, "propose-received")
        follow(page.get_by_role("button", name="Propose it"))
        look(page, "proposed-case")
        words = "The same letter came by post."
        aside = refusals.propose_set_aside(officer, repeat.id, "REPEATED", words, earlier=first.reference)
        sign_in(page, live_server.url, ActorKind.STAFF, boss.id)
        page.goto("/staff/proposals")
        look(page, "proposals")
        follow(page.get_by_role("link", name=late.reference))
        look(page, "decide-correction")
        page.goto(f"/staff/proposals/{aside.id}")
        look(page, "decide-set-aside")
        page.get_by_label("I agree. The letter goes to the person now").check()
        follow(page.get_by_role("button", name="Decide"))
        look(page, "set-aside-case")
        page.goto("/staff/oversight/")
        look(page, "oversight-set-aside")
        page.goto("/staff/cases/?show=all")
        look(page, "work-list-all")
        page.goto(f"/staff/cases/{late.id}/conflict")
        follow(page.get_by_role("button", name="Close this case to me"))
        look(page, "conflict-of-the-only-officer")
