"""Intake as officers and requesters see it: every page fits, is accessible and is looked at."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import ViewportSize, expect
from sqlalchemy import select

from sar.access.permissions import Role
from sar.access.service import issue_phrase
from sar.cases import service
from sar.cases.bulk_import import queries as imports
from sar.cases.bulk_import import service as bulk_import
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs import run_pending
from sar.intake import mail
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, follow, screenshot
from tests.browser.test_case_desk import look, sign_in
from tests.factories import DEMO_DATA, staff_actor
from tests.integration.cases.desk import POST, opened
from tests.integration.cases.sheets import BAD, GOOD, HEADINGS, LATE
from tests.integration.cases.test_who_is_asking import RAO
from tests.integration.intake.test_any_channel import BORN, saved_mail
from tests.integration.intake.walk import photograph

LETTER = DEMO_DATA / "case1" / "files" / "contact-log-X417206.pdf"
BOTH = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@BOTH
def test_a_request_by_any_channel(visitors: Visitors, live_server: LiveServer, viewport: ViewportSize) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        officer = staff_actor(Role.DPO, name="Robin Field")
        opened(POST, name="Quillon Marchbanks", date_of_birth=BORN)
        asked_for = opened(POST, name="Quillon Marchbanks", date_of_birth=BORN, representative=RAO, crn="X123456")
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        look(page, "/staff/log", "intake-log")
        look(page, "/staff/log/mail", "intake-mail")
        sent = saved_mail(photograph(), document=LETTER.read_bytes())
        draft = mail.open_mail(officer, io.BytesIO(sent), "request.eml")
        look(page, f"/staff/log?mail={draft}", "intake-log-from-mail")
        page.get_by_label("Full name").fill("Quillon Marchbanks")
        for part, value in zip(("day", "month", "year"), ("27", "3", "1985"), strict=True):
            page.locator(f"#date_of_birth-{part}").fill(value)
        page.get_by_role("group", name="Which of these are copies").get_by_label("None of them").check()
        follow(page.get_by_role("button", name="Log this request"))
        expect(page.get_by_text("this person may have a request already")).to_be_visible()
        assert_axe_clean(page)
        assert_fits(page)
        screenshot(page, "intake-log-warned")
        page.get_by_label("Log it as a request of its own").check()
        follow(page.get_by_role("button", name="Log this request"))
        expect(page.get_by_role("heading", name="Request logged")).to_be_visible()
        reference = page.locator("#reference").inner_text()
        live_server.drain()
        mailed = f"/staff/cases/{db.session.scalars(select(Case.id).where(Case.reference == reference)).one()}/mail"
        look(page, mailed, "mailed")
        look(page, f"{mailed}/1/pages/2", "mailed-words")
        look(page, f"{mailed}/2/pages/1", "mailed-picture")
        look(page, f"/staff/cases/{asked_for.id}", "intake-case-asked-for")
        for path in ("identity", "authority", "ask-authority", "not-valid", "representative"):
            look(page, f"/staff/cases/{asked_for.id}/{path}", f"intake-{path}")
        service.check_authority(officer, asked_for.id, "signed", scope="all records", given_by="Q. Marchbanks")
        service.check_identity(officer, asked_for.id, "known", known_by="Ana Duke", how="his officer since May")
        look(page, f"/staff/cases/{asked_for.id}", "intake-case-settled")
        version = visible_case(officer, asked_for.id).version
        service.set_aside(officer, asked_for.id, "NO_REQUEST", "It asks when we are open.", version=version)
        look(page, f"/staff/cases/{asked_for.id}", "intake-case-set-aside")
        look(page, "/staff/evidence", "intake-evidence")


@BOTH
def test_the_import_of_a_spreadsheet(visitors: Visitors, live_server: LiveServer, viewport: ViewportSize) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        officer = staff_actor(Role.DPO, name="Robin Field")
        sign_in(page, live_server.url, ActorKind.STAFF, officer.id)
        look(page, "/staff/import/", "import")
        sheet = io.StringIO()
        csv.writer(sheet).writerows([HEADINGS, GOOD, LATE, BAD])
        import_id = bulk_import.upload(officer, io.BytesIO(sheet.getvalue().encode()), "cases of 2026.csv")
        look(page, f"/staff/import/{import_id}/columns", "import-columns")
        follow(page.get_by_role("button", name="Look at every row"))
        expect(page.get_by_text("waiting to start")).to_be_visible()
        assert_axe_clean(page)
        live_server.drain()
        look(page, f"/staff/import/{import_id}?show=all", "import-rows")
        follow(page.get_by_role("button", name="Import 2 cases"))
        live_server.drain()
        look(page, f"/staff/import/{import_id}", "import-done")
        assert imports.visible_import(officer, import_id).state == "done"


@BOTH
def test_someone_asks_for_someone_else(visitors: Visitors, live_server: LiveServer, viewport: ViewportSize) -> None:
    with live_server.app.app_context(), visitors.at(viewport) as (page, _watch):
        look(page, "/ask", "ask-start")
        follow(page.get_by_role("button", name="Ask for someone else"))
        assert_axe_clean(page)
        assert_fits(page)
        screenshot(page, "ask-helper")
        page.get_by_label("Your full name").fill("Sunita Rao")
        page.get_by_label("I am the parent or carer of a child").check()
        follow(page.get_by_role("button", name="Save and go on"))
        expect(page.get_by_role("heading", name="What is the full name of the person you ask for?")).to_be_visible()
        assert_axe_clean(page)
        waiting = opened(POST, name="Kwame Osei", representative=RAO)
        service.ask_for_authority(SYSTEM, waiting.id, "a solicitor asks")
        run_pending(live_server.app)
        with write_transaction():
            issue_phrase(SYSTEM, waiting.reference)
        sign_in(page, live_server.url, ActorKind.REQUESTER, waiting.reference)
        look(page, "/my-request/", "status-authority")
