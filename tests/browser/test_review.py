"""The review in a browser: deciding, drawing a box with the mouse, single keys that can be switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sar.access import sessions
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.db import write_transaction
from sar.review import queries
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, follow, screenshot
from tests.factories import DEMO_DATA, a_record
from tests.integration.review.desk import Desk, open_desk


@pytest.fixture
def desk(live_server: LiveServer) -> Desk:
    """A case under review with one real PDF of the demonstration."""
    with live_server.app.app_context():
        made = open_desk(live_server.app, "Reece Daniel Hartley-Moon")
        a_record(made.case, DEMO_DATA / "case1" / "files" / "contact-log-X417206.pdf", title="Contact log")
        made.work()
    return made


def sign_in(page: Page, server: LiveServer, actor: Actor) -> None:
    with server.app.app_context(), write_transaction():
        token = sessions.start(ActorKind.STAFF, actor.id)
    page.context.add_cookies([{"name": "sar", "value": token, "url": server.url}])


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    assert_axe_clean(page)
    assert_fits(page)
    screenshot(page, f"review-{name}")


def test_an_officer_decides_draws_a_box_and_uses_keys(visitors: Visitors, live_server: LiveServer, desk: Desk) -> None:
    with visitors.at(DESKTOP) as (page, _watch):
        sign_in(page, live_server, desk.officer)
        page.goto(f"/staff/cases/{desk.case_id}/review")
        look(page, "01-people")
        follow(page.get_by_role("button", name="Decide about Faith Adeyemi-Cole"))
        look(page, "02-decide")
        page.get_by_label("Withhold: hide them everywhere").check()
        page.get_by_label("Why?").fill("She asked not to be named.")
        follow(page.get_by_role("button", name="Save the decision"))
        expect(page.get_by_text("Faith Adeyemi-Cole: withheld")).to_be_visible()
        page.goto(f"/staff/cases/{desk.case_id}/review/check")
        follow(page.get_by_role("link", name="Contact log", exact=True))
        look(page, "03-page")
        first = page.get_by_label("withheld, P3-OTHERS").first
        expect(first).to_be_visible()
        page.keyboard.press("n")
        expect(page.locator(".review-shape--open:focus")).to_have_count(1)
        page.get_by_text("Keys", exact=True).click()
        page.get_by_label("Single keys work on this page").uncheck()
        page.locator("h1").click()
        page.keyboard.press("b")
        expect(page.locator("#draw")).to_have_attribute("aria-pressed", "false")
        page.locator("#draw").click()
        page.evaluate("window.scrollTo(0, 0)")  # the mouse reaches only what the window shows
        sheet = page.locator("#sheet").bounding_box()
        assert sheet is not None
        page.mouse.move(sheet["x"] + 60, sheet["y"] + 40)
        page.mouse.down()
        page.mouse.move(sheet["x"] + 260, sheet["y"] + 90, steps=4)
        page.mouse.up()
        page.get_by_label("Why in law?").select_option("P3-CRIME")
        page.get_by_label("Why here?").fill("Names a method.")
        follow(page.get_by_role("button", name="Add the box"))
        expect(page.get_by_text("The box is added.")).to_be_visible()
        look(page, "04-box")


def test_the_pages_of_the_review_fit_a_phone_and_need_no_script(
    visitors: Visitors, live_server: LiveServer, desk: Desk
) -> None:
    with live_server.app.app_context():
        [record] = queries.disclosable_records(desk.case)
        record_id = record.id
    with visitors.at(PHONE) as (page, _watch):
        sign_in(page, live_server, desk.officer)
        for name, url in (
            ("01-people", f"/staff/cases/{desk.case_id}/review"),
            ("03-page", f"/staff/review/records/{record_id}/pages/1"),
            ("05-check", f"/staff/cases/{desk.case_id}/review/check"),
            ("06-unclear", f"/staff/cases/{desk.case_id}/review/unclear"),
        ):
            page.goto(url)
            look(page, name)
    with visitors.at(PHONE, script=False) as (page, _watch):
        sign_in(page, live_server, desk.officer)
        page.goto(f"/staff/review/records/{record_id}/pages/1")
        page.get_by_label("First word").select_option(index=3)
        page.get_by_label("Last word").select_option(index=5)
        page.get_by_label("Why in law?").select_option("P3-CRIME")
        page.get_by_label("Why here?").fill("Names a method.")
        follow(page.get_by_role("button", name="Add the box"))
        expect(page.get_by_text("The box is added.")).to_be_visible()
