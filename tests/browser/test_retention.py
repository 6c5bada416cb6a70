"""A finished case whose time is over: ticked, proposed, agreed by another, destroyed; every page is looked at."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect
from sqlalchemy import update

from sar.access.models import WebSession
from sar.access.permissions import Role
from sar.cases.links import service as links
from sar.cases.links.service import LinkKind
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
from sar.oversight.retention import service as retention
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, follow
from tests.browser.pages_look import look
from tests.browser.test_case_desk import sign_in
from tests.factories import received_case, staff_actor
from tests.integration.oversight.told import closed

_LIST = "/staff/retention/"


def test_a_case_whose_time_is_over_is_proposed_agreed_and_destroyed(
    live_server: LiveServer, visitors: Visitors
) -> None:
    with live_server.app.app_context():
        lead = staff_actor(Role.DPO, name="Dana Officer")
        second = staff_actor(Role.ADMINISTRATOR, name="Ada Keeper")
        over, longer, linked = (closed(date(2023, month, 1)) for month in (3, 4, 5))
        retention.set_hold(lead, longer.id, "A claim in court, brought by her sister")
        links.link(SYSTEM, received_case("Ida Fenn").id, linked.reference, LinkKind.REPEATS, "Same person")
        case_id, reference, on_hold = over.id, over.reference, longer.reference
    with visitors.at(DESKTOP) as (page, _watch):
        with live_server.app.app_context():
            sign_in(page, live_server.url, ActorKind.STAFF, lead.id)
        page.goto(f"/staff/cases/{case_id}")
        expect(page.get_by_text("Kept until 1 March 2025: two years from 1 March 2023")).to_be_visible()
        page.goto("/staff/settings/")
        follow(page.get_by_role("link", name="How long cases are kept"))
        look(page, "retention-list")
        follow(page.get_by_role("link", name="Time over, on hold"))
        follow(page.get_by_role("link", name=on_hold))
        look(page, "retention-case")
        page.goto(_LIST)
        follow(page.get_by_role("link", name="Change how long"))
        look(page, "retention-rules")
        page.goto(_LIST)
        page.get_by_label(f"Tick {reference}").check()
        follow(page.get_by_role("button", name="Propose to destroy the ticked ones"))
        look(page, "retention-propose")
        page.get_by_label("Its time is over and nobody needs it any more").check()
        follow(page.get_by_role("button", name="Propose to destroy"))
        expect(page.get_by_text("Somebody else must agree before anything is destroyed.")).to_be_visible()
    with visitors.at(DESKTOP, script=False) as (page, _watch):  # without scripts as well
        with live_server.app.app_context():
            sign_in(page, live_server.url, ActorKind.STAFF, second.id)
            with write_transaction() as session:
                session.execute(update(WebSession).values(stepped_up_at=utc_now()))
        page.goto(_LIST)
        follow(page.get_by_role("link", name="1 proposal waits for somebody to agree"))
        page.get_by_label(f"Tick {reference}").check()
        follow(page.get_by_role("button", name="Decide about the ticked ones"))
        page.get_by_label("I agree. Destroy them now").check()
        follow(page.get_by_role("button", name="Decide"))
        live_server.drain()
    with visitors.at(DESKTOP) as (page, _watch):
        with live_server.app.app_context():
            sign_in(page, live_server.url, ActorKind.STAFF, lead.id)
        page.goto(f"/staff/cases/?search={reference}")
        follow(page.get_by_role("link", name="See what is left"))
        look(page, "retention-erased")
        follow(page.get_by_role("link", name="See the certificate"))
        look(page, "retention-certificate")
