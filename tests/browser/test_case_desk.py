"""The case desk as officers, requesters and auditors see it: every page fits, is accessible and looked at."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from sar.access import sessions
from sar.access.permissions import Role
from sar.cases import service
from sar.cases.deadlines import ExtensionReason
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.db import write_transaction
from sar.foundation.jobs import run_pending
from sar.foundation.wording import date_words
from sar.intake.answers import StaffConnection
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, follow, screenshot
from tests.factories import letters_go, staff_actor
from tests.integration.cases.desk import EMAIL, ago, opened
from tests.integration.cases.desk import PHONE as BY_PHONE

BOTH = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


def sign_in(page: Page, url: str, kind: ActorKind, who: str) -> None:
    with write_transaction():
        token = sessions.start(kind, who)
    page.context.add_cookies([{"name": "sar", "value": token, "url": url}])


def look(page: Page, address: str, name: str) -> None:
    page.goto(address)
    assert_axe_clean(page)
    assert_fits(page)
    screenshot(page, name)


def a_busy_desk(officer: Actor) -> dict[str, Case]:
    """One case in each state of the clock, with letters that wait."""
    late = opened(days_ago=47, name="Delroy Pemberton-Hythe")
    fresh = opened(BY_PHONE, days_ago=2, name="Priya Ashdown", office="Calder Street", wanted="My licence conditions")
    paused = opened(days_ago=12, name="Kwame Osei")
    waiting = opened(EMAIL, days_ago=9, name="Siân Llewellyn")
    extended = opened(days_ago=20, name="Marlon Pryce")
    for case in (late, paused, extended):
        service.acknowledge(officer, case.id, case.version)
        service.assign(officer, case.id, officer.id)
    with write_transaction():
        asked = Fact("clarification_requested", ago(5), detail="Which office did you go to in 2019?")
        store_fact(officer, case_for(officer, paused.id), asked)
    service.ask_for_identity(officer, waiting.id, "the date of birth differs from the one we know")
    service.extend(officer, extended.id, ExtensionReason.COMPLEXITY, "There are forty volumes of paper files.")
    service.check_identity(officer, extended.id, "officer_letter")
    service.start_gathering(officer, extended.id)
    service.add_note(officer, extended.id, "Rang on Tuesday. Prefers letters in large print.")
    return {"late": late, "fresh": fresh, "paused": paused, "waiting": waiting, "extended": extended}


@BOTH
def test_the_officers_desk(visitors: Visitors, live_server: LiveServer, viewport: ViewportSize) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        officer = staff_actor(Role.DPO, name="Robin Field")
        cases = a_busy_desk(officer)
        run_pending(live_server.app)
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        look(page, "/staff/cases/", "cases-list")
        look(page, "/staff/cases/?search=SAR-0000-0000", "cases-list-nothing")
        for name, case in cases.items():
            look(page, f"/staff/cases/{case.id}", f"case-{name}")
        for name, case, form in (
            ("identity", cases["fresh"], "identity"),
            ("identity-asked", cases["waiting"], "identity"),
            ("ask-identity", cases["fresh"], "ask-identity"),
            ("question", cases["late"], "question"),
            ("answer", cases["paused"], "answer/1"),
            ("extend", cases["fresh"], "extend"),
            ("extend-late", cases["late"], "extend"),
            ("received", cases["fresh"], "received"),
            ("ask-authority", cases["fresh"], "ask-authority"),
            ("fee", cases["fresh"], "fee"),
            ("refuse", cases["fresh"], "refuse"),
            ("withdraw", cases["fresh"], "withdraw"),
            ("conflict", cases["fresh"], "conflict"),
            ("correct-clock", cases["paused"], "correct-clock"),
            ("person", cases["fresh"], "person"),
            ("missed", cases["late"], "missed"),
        ):
            look(page, f"/staff/cases/{case.id}/{form}", f"case-form-{name}")
        connected = opened(staff_connection=StaffConnection("Ada Other"), name="Otis Hythe")
        look(page, f"/staff/cases/{connected.id}", "case-connected")
        look(page, f"/staff/cases/{connected.id}/about-staff", "case-form-connected")
        gone = opened(name="Ada Gone")
        service.acknowledge(SYSTEM, gone.id, gone.version)
        letters_go(gone)
        look(page, f"/staff/cases/{gone.id}/came-back", "case-form-came-back")
        look(page, "/staff/holidays/", "holidays-none")
        look(page, "/staff/outbox", "outbox")
        look(page, "/staff/oversight/", "oversight")
        look(page, "/staff/oversight/more-time", "oversight-more-time")
        look(page, "/staff/oversight/jobs", "oversight-jobs")


@BOTH
def test_a_date_is_looked_at_before_it_is_recorded_and_a_holiday_before_it_moves_anything(
    visitors: Visitors, live_server: LiveServer, viewport: ViewportSize
) -> None:
    """Without JavaScript: the preview is a page like any other."""
    with live_server.app.app_context(), visitors.at(viewport, script=False) as (page, _watch):
        officer = staff_actor(Role.DPO, name="Robin Field")
        case, other = opened(days_ago=10), opened(days_ago=10, name="Priya Ashdown")
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        page.goto(f"/staff/cases/{case.id}/received")
        fill_date(page, ago(24))
        page.get_by_label("How do you know?").fill("The stamp on the letter")
        follow(page.get_by_role("button", name="See what changes"))
        expect(page.get_by_role("heading", name=f"What {date_words(ago(24))} does to the due date")).to_be_visible()
        assert_fits(page)
        screenshot(page, "case-form-received-preview")
        follow(page.get_by_role("button", name="Confirm and record it"))
        expect(page.get_by_text("The date is corrected.")).to_be_visible()
        page.goto("/staff/holidays/")
        day = visible_case(SYSTEM, other.id).due_on
        assert day is not None
        fill_date(page, day)
        page.get_by_label("What is it called?").fill("Day of national mourning")
        follow(page.get_by_role("button", name="Add the holiday"))
        expect(page.get_by_role("link", name=other.reference)).to_be_visible()
        assert_fits(page)
        screenshot(page, "holidays")
        follow(page.get_by_role("button", name="Count these with the newest calendar"))
        expect(page.get_by_text("waiting to start")).to_be_visible()
        assert_fits(page)
        live_server.drain()
        follow(page.get_by_role("link", name="Check again"))
        expect(page.get_by_text("the due date of 1 case moved")).to_be_visible()


def fill_date(page: Page, day: date) -> None:
    for name, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(name, exact=True).fill(str(value))


def test_an_officer_refuses_a_request_and_finds_the_letter_to_print(
    visitors: Visitors, live_server: LiveServer
) -> None:
    with live_server.app.app_context(), visitors.at(DESKTOP) as (page, _watch):
        officer = staff_actor(Role.DPO, name="Robin Field")
        case = opened(days_ago=3)
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        page.goto(f"/staff/cases/{case.id}")
        follow(page.get_by_role("link", name="Refuse the request"))
        follow(page.get_by_role("button", name="Refuse the request and send the letter"))
        expect(page.get_by_role("alert")).to_contain_text("Choose why you refuse this request")
        assert_axe_clean(page)
        page.get_by_label("It is not about the person who asks.").check()
        page.get_by_label("Explain it to the person").fill("The records are about someone with the same name.")
        follow(page.get_by_role("button", name="Refuse the request and send the letter"))
        expect(page.get_by_text("The request is refused and the letter is on its way.")).to_be_visible()
        look(page, f"/staff/cases/{case.id}", "case-refused")
        follow(page.get_by_role("link", name="Refusal", exact=True))
        expect(page.get_by_text("The records are about someone with the same name.")).to_be_visible()
        assert_axe_clean(page)
        screenshot(page, "letter")
        follow(page.get_by_role("link", name="Outbox"))
        with page.expect_download() as download:
            page.get_by_role("button", name="Download to print").click()
        assert download.value.suggested_filename == f"{case.reference}-rejection.pdf"
        follow(page.get_by_role("link", name="It went on another day"))
        expect(page.get_by_role("group", name="On which day did it go?")).to_be_visible()
        assert_axe_clean(page)
        assert_fits(page)
        screenshot(page, "letter-went")
        follow(page.get_by_role("button", name="Mark as sent on this day"))
        expect(page.get_by_text("Nothing waits to be printed")).to_be_visible()


@BOTH
def test_the_requester_sees_where_the_request_stands(
    visitors: Visitors, live_server: LiveServer, viewport: ViewportSize
) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        cases = a_busy_desk(staff_actor(Role.DPO, name="Robin Field"))
        run_pending(live_server.app)
        service.withdraw(SYSTEM, cases["fresh"].id, ago(0))
        for name, case in cases.items():
            page.context.clear_cookies()
            sign_in(page, live_server.url, ActorKind.REQUESTER, visible_case(SYSTEM, case.id).reference)
            look(page, "/my-request/", f"requester-{name}")
