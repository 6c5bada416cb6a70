"""The page desk without JavaScript: everything that can be drawn can also be typed."""

from __future__ import annotations

from playwright.sync_api import expect

from sar.access.permissions import Role
from sar.foundation.actors import SYSTEM
from sar.review import service as review
from tests.browser import pages_review, pages_staff
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, assert_fits
from tests.factories import DEMO_DATA, a_record, gathering_case


def test_a_box_is_added_without_javascript(visitors: Visitors, live_server: LiveServer) -> None:
    officer = pages_staff.hire(live_server, Role.CASEWORKER, "Sam Whitlock")
    with live_server.app.app_context():
        case = gathering_case("Reece Daniel Hartley-Moon")
        record = a_record(case, DEMO_DATA / "case1" / "files" / "FIB_CB24003318.pdf")
        address = f"/staff/review/records/{record.id}/pages/1"
        live_server.drain()
        review.start_review(SYSTEM, case.id)
        live_server.drain()
    with visitors.at(DESKTOP, script=False) as (page, _watch):
        pages_staff.sign_in(page, officer, "Cases")
        page.goto(address)
        expect(page.get_by_role("button", name="Draw")).to_have_count(0)
        page.get_by_text("Or give the box in points").click()
        for label, value in (("Left", "72"), ("Top", "100"), ("Right", "200"), ("Bottom", "120.5")):
            page.get_by_label(label, exact=True).fill(value)
        pages_review.keep_box(page, "A name that nobody marked.")
        expect(page.get_by_text("The box is added.")).to_be_visible()
        expect(page.get_by_role("button", name="Take the box away")).to_have_count(1)
        assert_fits(page)  # axe itself is a script: test_review looks at this page with it
        pages_staff.press(page, "Take the box away", "The box is gone")
        expect(page.get_by_role("button", name="Take the box away")).to_have_count(0)
