"""Asking for one's records on a phone, and logging a request at a desk."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from sar.access import totp
from sar.access.permissions import Role
from sar.access.service import add_staff
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import london_today, utc_now
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, assert_axe_clean, assert_fits, follow, screenshot
from tests.integration.intake.walk import EMAIL, FORMER, NAME, OFFICE, STREET, WANTED, photograph

PASSWORD = "marble kettle orchard stone"


def look(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    assert_axe_clean(page)
    assert_fits(page)
    screenshot(page, f"intake-{name}")


def go_on(page: Page) -> None:
    follow(page.get_by_role("button", name="Save and go on"))


def fill_date(page: Page, group: str, day: str, month: str, year: str) -> None:
    boxes = page.get_by_role("group", name=group)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        boxes.get_by_label(label).fill(value)


def answer_up_to_photo(page: Page) -> None:
    page.goto("/ask")
    look(page, "01-start")
    follow(page.get_by_role("button", name="Start now"))
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Write your full name")
    look(page, "02-name-missing")
    page.get_by_label("What is your full name?").fill(NAME)
    go_on(page)
    look(page, "03-other-names")
    page.get_by_label("Have you had other names?").fill(FORMER)
    go_on(page)
    fill_date(page, "When were you born?", "27", "March", "1985")
    look(page, "04-date-of-birth")
    go_on(page)
    look(page, "05-where")
    page.get_by_label("At an address").check()
    go_on(page)
    page.get_by_label("What is your address?").fill(f"{STREET}\nNorthvale")
    look(page, "06-address")
    go_on(page)
    fill_date(page, "The last day you met, called or wrote", "31", "6", "2025")
    go_on(page)
    look(page, "07-last-contact-wrong")
    fill_date(page, "The last day you met, called or wrote", "14", "6", "2025")
    go_on(page)
    page.get_by_label("Which probation office do you go to?").fill(OFFICE)
    look(page, "08-office")
    go_on(page)
    page.get_by_label("Yes").check()
    look(page, "08-staff")
    go_on(page)
    look(page, "09-wanted")
    page.get_by_label("Only some things").check()
    go_on(page)
    page.get_by_label("What are you looking for?").fill(WANTED)
    look(page, "10-details")
    go_on(page)
    look(page, "11-contact")
    page.get_by_label("By email").check()
    go_on(page)
    page.get_by_label("What is your email address?").fill(EMAIL)
    look(page, "12-email")
    go_on(page)


def test_a_requester_asks_on_a_phone_and_writes_down_six_words(visitors: Visitors, tmp_path: Path) -> None:
    picture, words = tmp_path / "id.jpg", tmp_path / "holiday.jpg"
    picture.write_bytes(photograph())
    words.write_text("this is not a picture")
    with visitors.at(PHONE) as (page, _watch):
        answer_up_to_photo(page)
        look(page, "13-photo")
        page.get_by_label("Choose or take a photo").set_input_files(words)
        follow(page.get_by_role("button", name="Send this photo"))
        expect(page.get_by_role("alert")).to_contain_text("does not match")
        look(page, "14-photo-refused")
        page.get_by_label("Choose or take a photo").set_input_files(picture)
        follow(page.get_by_role("button", name="Send this photo"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
        look(page, "15-check")
        follow(page.get_by_role("link", name="Change photo of id"))
        look(page, "16-photo-sent")
        follow(page.get_by_role("button", name="Use this photo"))
        follow(page.get_by_role("link", name="Change full name"))
        follow(page.get_by_role("link", name="Back"))
        follow(page.get_by_role("button", name="Send my request"))
        look(page, "17-done")
        assert re.fullmatch(r"SAR-\w{4}-\w{4}", page.locator("#reference").inner_text())
        assert len(page.locator("#phrase").inner_text().split()) == 6
        follow(page.get_by_role("button", name="I have written them down"))
        expect(page.get_by_text("We have cleared your answers")).to_be_visible()
        assert "sar-ask" not in {cookie["name"] for cookie in page.context.cookies()}


def test_someone_in_prison_without_id_asks_at_a_desk(visitors: Visitors) -> None:
    with visitors.at(DESKTOP) as (page, _watch):
        page.goto("/ask")
        look(page, "01-start")
        follow(page.get_by_role("button", name="Start now"))
        page.get_by_label("What is your full name?").fill(NAME)
        look(page, "02-name")
        for _ in range(3):
            go_on(page)
        page.get_by_label("In prison").check()
        go_on(page)
        page.get_by_label("Name of the prison").fill("HMP Fennimore")
        look(page, "06-prison")
        go_on(page)
        page.get_by_label("I do not know").check()
        look(page, "07-last-contact")
        go_on(page)
        go_on(page)
        go_on(page)  # whether anyone works here need not be answered
        page.get_by_label("Everything you hold about me").check()
        go_on(page)
        page.get_by_label("By letter, to me in prison").check()
        look(page, "11-contact")
        go_on(page)
        follow(page.get_by_role("button", name="I cannot send a photo"))
        look(page, "14-no-photo")
        page.get_by_label("I can answer questions about my records").check()
        go_on(page)
        look(page, "15-check")
        follow(page.get_by_role("button", name="Send my request"))
        look(page, "17-done")


def test_the_notices_that_every_page_links_to_can_be_read(visitors: Visitors) -> None:
    for viewport in (PHONE, DESKTOP):
        with visitors.at(viewport) as (page, _watch):
            for link in ("Accessibility", "Privacy"):
                page.goto("/check")
                look(page, "20-check-on-request")
                follow(page.get_by_role("link", name=link))
                expect(page.get_by_role("heading", level=1)).to_have_text(link)
                look(page, f"21-{link.lower()}")


def sign_in(page: Page, server: LiveServer, role: Role, heading: str) -> str:
    """Signs a new member of staff in through the real page; returns the seed of their second factor."""
    with server.app.app_context():
        email = f"{role.value}@northvale.example"
        name = f"Robin {role.name.title()}"
        staff = add_staff(SYSTEM, name=name, email=email, password=PASSWORD, roles=frozenset({role}))
        seed = staff.totp_seed
    page.goto("/staff/sign-in")
    look(page, "30-sign-in")
    page.get_by_label("Work email address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code from your authenticator app").fill(totp.code_at(seed, utc_now()))
    follow(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    return seed


def test_an_officer_logs_a_request_that_came_by_post(visitors: Visitors, live_server: LiveServer) -> None:
    with visitors.at(DESKTOP) as (page, _watch):
        sign_in(page, live_server, Role.CASEWORKER, "Cases")
        follow(page.get_by_role("link", name="Log a request"))
        look(page, "31-log")
        follow(page.get_by_role("button", name="Log this request"))
        expect(page.get_by_role("alert")).to_contain_text("Choose how the request arrived")
        look(page, "32-log-missing")
        page.get_by_role("group", name="How did the request arrive?").get_by_label("By post").check()
        yesterday = london_today() - timedelta(days=1)
        fill_date(page, "Date received", str(yesterday.day), str(yesterday.month), str(yesterday.year))
        page.get_by_label("Full name").fill(NAME)
        page.get_by_label("Address", exact=True).fill(STREET)
        page.get_by_role("group", name="How to reach the requester").get_by_label("By letter", exact=True).check()
        follow(page.get_by_role("button", name="Log this request"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Request logged")
        look(page, "33-logged")


def test_an_administrator_looks_after_accounts(visitors: Visitors, live_server: LiveServer) -> None:
    with visitors.at(DESKTOP) as (page, _watch):
        seed = sign_in(page, live_server, Role.ADMINISTRATOR, "Staff")
        look(page, "40-staff")
        follow(page.get_by_role("link", name="Add someone"))
        look(page, "41-step-up")
        page.get_by_label("Code from your authenticator app").fill(totp.code_at(seed, utc_now(), 1))
        follow(page.get_by_role("button", name="Continue"))
        look(page, "42-add-staff")
        page.get_by_label("Full name").fill("Sam Newcome")
        page.get_by_label("Work email address").fill("sam@northvale.example")
        page.get_by_label("Caseworker").check()
        follow(page.get_by_role("button", name="Add this person"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Sign-in details")
        look(page, "43-sign-in-details")
        follow(page.get_by_role("link", name="Back to staff"))
        follow(page.get_by_role("link", name="Change roles of Sam Newcome"))
        look(page, "44-change-roles")
        page.get_by_label("Auditor").check()
        follow(page.get_by_role("button", name="Save roles"))
        look(page, "45-roles-changed")
        follow(page.get_by_role("link", name="Stop account of Sam Newcome"))
        look(page, "46-stop")
        follow(page.get_by_role("button", name="Stop this account"))
        expect(page.get_by_text("Sam Newcome can no longer sign in.")).to_be_visible()


def test_the_receipt_fits_one_sheet_of_paper(visitors: Visitors, tmp_path: Path) -> None:
    with visitors.at(DESKTOP) as (page, _watch):
        page.goto("/ask")
        follow(page.get_by_role("button", name="Start now"))
        page.get_by_label("What is your full name?").fill(NAME)
        for _ in range(3):
            go_on(page)
        page.get_by_label("I have no fixed address").check()
        go_on(page)
        page.get_by_label("I do not know").check()
        for _ in range(3):
            go_on(page)
        page.get_by_label("Everything you hold about me").check()
        go_on(page)
        page.get_by_label("By email").check()
        go_on(page)
        page.get_by_label("What is your email address?").fill(EMAIL)
        go_on(page)
        follow(page.get_by_role("button", name="I cannot send a photo"))
        page.get_by_label("I am not sure").check()
        go_on(page)
        follow(page.get_by_role("button", name="Send my request"))
        words = page.locator("#phrase").inner_text().split()
        paper = tmp_path / "receipt.pdf"
        page.pdf(path=paper, format="A4")
        printed = PdfReader(paper)
        assert len(printed.pages) == 1
        text = printed.pages[0].extract_text()
        assert all(word in text for word in words) and "Clear this device" not in text
