"""Letters, wordings, complaints and proposals as people see them: every page fits, is accessible and looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from sar.access.permissions import Role
from sar.cases.complaints import service as complaints
from sar.cases.complaints.models import Body, Channel, Complaint
from sar.cases.complaints.queries import acknowledge_by
from sar.cases.holidays import service as holidays
from sar.cases.ledger import Fact
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.cases.wordings import service as wordings
from sar.cases.writing import service as writing
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.db import db
from sar.foundation.jobs import run_pending
from sar.foundation.wording import text_of
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, follow, screenshot
from tests.browser.test_case_desk import look, sign_in
from tests.factories import staff_actor
from tests.integration.cases.desk import EMAIL, ago, opened, put

BOTH = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


def _checked(page: Page, name: str) -> None:
    assert_axe_clean(page)
    assert_fits(page)
    screenshot(page, name)


@BOTH
def test_letters_and_wordings(visitors: Visitors, live_server: LiveServer, viewport: ViewportSize) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        boss = staff_actor(Role.DPO, name="Robin Field")
        late, silent = opened(days_ago=50), opened(EMAIL, days_ago=40, name="Siân Llewellyn")
        put(silent, Fact("clarification_requested", ago(30), detail="Which office did you go to in 2019?"))
        run_pending(live_server.app)
        reminder = writing.write(SYSTEM, silent.id, "reminder", {}, channel="email")
        writing.send(SYSTEM, reminder.id, version=reminder.version)
        sign_in(page, live_server.url, ActorKind.STAFF, boss.id)
        look(page, f"/staff/cases/{silent.id}", "letters-case-silent")
        look(page, f"/staff/cases/{late.id}/letters", "letters-choose")
        follow(page.get_by_role("link", name="Apology for delay"))
        follow(page.get_by_role("button", name="Look at the letter"))
        expect(page.get_by_role("alert")).to_contain_text("Fill in: Why is the answer late?")
        _checked(page, "letters-fill-in-wrong")
        page.get_by_label("Why is the answer late?").fill("Forty volumes of paper files had to be read.\nTwo of us.")
        for part, value in zip(("Day", "Month", "Year"), ago(-9).strftime("%d %m %Y").split(), strict=True):
            page.get_by_label(part, exact=True).fill(value)
        follow(page.get_by_role("button", name="Look at the letter"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Look at the letter")
        expect(page.get_by_role("img", name="Page 1 of")).to_be_visible()
        _checked(page, "letters-look")
        follow(page.get_by_role("button", name="Send this letter"))
        expect(page.get_by_text("The letter is in the outbox")).to_be_visible()
        look(page, f"/staff/cases/{late.id}/question", "letters-question")
        page.get_by_label("What do you need to know?").fill("Which office did you go to in 2019?")
        page.get_by_label("Why do you need to know?").fill("You named none.")
        follow(page.get_by_role("button", name="Look at the letter first"))
        expect(page.get_by_text("Nothing is sent yet.")).to_be_visible()
        _checked(page, "letters-question-preview")
        wordings.change(boss, "extension", text_of("extension") + "\nThank you for your patience.\n", version=0)
        look(page, "/staff/wordings/", "wordings")
        look(page, "/staff/wordings/extension/versions/0", "wordings-version")
        look(page, "/staff/wordings/extension", "wordings-edit")
        page.get_by_label("Wording", exact=True).fill("Subject: More time ({reference})\n\nDear {nickname}\n")
        follow(page.get_by_role("button", name="Save this wording"))
        expect(page.get_by_role("alert")).to_contain_text("There is no field {nickname} in this letter.")
        _checked(page, "wordings-edit-wrong")
        page.get_by_label("Wording", exact=True).fill(text_of("extension") + "\nSorry once more.\n")
        follow(page.get_by_role("button", name="Preview"))
        expect(page.get_by_text("Sorry once more.").first).to_be_visible()
        _checked(page, "wordings-preview")


@BOTH
def test_complaints_and_proposals(visitors: Visitors, live_server: LiveServer, viewport: ViewportSize) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        boss = staff_actor(Role.DPO, name="Robin Field")
        case = opened(EMAIL, days_ago=50)
        words = "Nobody told me why it takes so long, and when I rang nobody knew about my request."
        found = complaints.log(SYSTEM, case.id, words, ago(33), Channel.PHONE)
        outside = complaints.record_outside(SYSTEM, case.id, Body.REGULATOR, "IC-4471", ago(2), "Late answer", ago(-12))
        proposal = refusals.propose(
            SYSTEM,
            opened(EMAIL, days_ago=5).id,
            Kind.FEE,
            "it is the tenth this month",
            amount="10",
            how_to_pay="Call us to pay by card.",
        )
        sign_in(page, live_server.url, ActorKind.STAFF, boss.id)
        for address, name in (
            (f"/staff/cases/{case.id}", "complaints-case"),
            ("/staff/complaints", "complaints-list"),
            (f"/staff/complaints/{found.id}", "complaints-one"),
            (f"/staff/complaints/{found.id}/letters/complaint_outcome", "complaints-outcome"),
            (f"/staff/cases/{case.id}/complaints/log", "complaints-log"),
            (f"/staff/cases/{case.id}/complaints/outside", "complaints-outside"),
            (f"/staff/outside-complaints/{outside.id}", "complaints-outside-one"),
            ("/staff/proposals", "proposals"),
            (f"/staff/proposals/{proposal.id}", "proposals-one"),
            (f"/staff/cases/{case.id}/propose/neither", "proposals-neither"),
            ("/staff/oversight/", "complaints-oversight"),
            (f"/staff/complaints/{found.id}/reopen", "complaints-reopen"),
            (f"/staff/complaints/{found.id}/received", "complaints-received"),
        ):
            look(page, address, name)
        for label, value in (("Day", ago(30).day), ("Month", ago(30).month), ("Year", ago(30).year)):
            page.get_by_label(label, exact=True).fill(str(value))
        page.get_by_label("How do you know?").fill("The stamp on the letter")
        follow(page.get_by_role("button", name="See what changes"))
        expect(page.get_by_text("Acknowledge by, after this")).to_be_visible()
        _checked(page, "complaints-received-preview")
        follow(page.get_by_role("button", name="Confirm and record it"))
        expect(page.get_by_text("Days of receipt that were written down")).to_be_visible()
        _checked(page, "complaints-corrected")
        db.session.rollback()
        day = acknowledge_by(db.session.get_one(Complaint, found.id))
        assert day is not None
        holidays.add_holiday(boss, day, "Day of mourning")
        look(page, "/staff/holidays/", "complaints-holidays")
        expect(page.get_by_text("(complaint to acknowledge)")).to_be_visible()
        page.context.clear_cookies()
        sign_in(page, live_server.url, ActorKind.REQUESTER, case.reference)
        look(page, "/my-request/", "complaints-requester-status")
        follow(page.get_by_role("link", name="Tell us what went wrong"))
        page.get_by_label("What went wrong?").fill("Nobody calls me back.")
        _checked(page, "complaints-requester")
        follow(page.get_by_role("button", name="Send"))
        expect(page.get_by_text("Thank you. We have your complaint.")).to_be_visible()
