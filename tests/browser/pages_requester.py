"""What a requester does: ask, look how it stands, collect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from sar.demo.material import IDENTITY_PHOTO, DemoCase
from tests.browser.pages import follow
from tests.browser.pages_look import look


@dataclass(frozen=True)
class Receipt:
    """What the requester writes down."""

    reference: str
    phrase: str


def ask(page: Page, case: DemoCase) -> Receipt:
    """Answer every question of the public form and send it with a photograph of a document."""
    answers = case.answers
    born, last = answers.date_of_birth, answers.last_contact_on
    assert born is not None and last is not None
    page.goto("/")
    look(page, "01-start")
    follow(page.get_by_role("button", name="Start now"))
    page.get_by_label("What is your full name?").fill(answers.full_name)
    _on(page)
    page.get_by_label("Have you had other names?").fill("\n".join(answers.former_names))
    _on(page)
    _date(page, "When were you born?", born.day, born.month, born.year)
    _on(page)
    page.get_by_label("At an address").check()
    _on(page)
    page.get_by_label("What is your address?").fill(answers.address or "")
    _on(page)
    _date(page, "The last day you met, called or wrote", last.day, last.month, last.year)
    _on(page)
    page.get_by_label("Which probation office do you go to?").fill(answers.office or "")
    _on(page)
    _on(page)  # whether anyone of theirs works here: left empty
    page.get_by_label("Only some things").check()
    _on(page)
    page.get_by_label("What are you looking for?").fill(answers.wanted or "")
    _on(page)
    page.get_by_label("By email").check()
    _on(page)
    page.get_by_label("What is your email address?").fill(answers.contact.email or "")
    _on(page)
    page.get_by_label("Choose or take a photo").set_input_files(IDENTITY_PHOTO)
    follow(page.get_by_role("button", name="Send this photo"))
    look(page, "02-check-answers")
    follow(page.get_by_role("button", name="Send my request"))
    look(page, "03-receipt")
    receipt = Receipt(page.locator("#reference").inner_text(), page.locator("#phrase").inner_text())
    follow(page.get_by_role("button", name="I have written them down"))
    return receipt


def sign_in(page: Page, receipt: Receipt) -> None:
    page.goto("/my-request/")
    look(page, "04-requester-sign-in")
    page.get_by_label("Reference").fill(receipt.reference.lower())
    page.get_by_label("six words").fill(receipt.phrase)
    follow(page.get_by_role("button", name="Continue"))


def see_how_it_stands(page: Page, receipt: Receipt, heading: str, name: str) -> None:
    sign_in(page, receipt)
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    look(page, name)


def collect(page: Page, target: Path) -> None:
    """From the page of a released request to the saved file."""
    follow(page.get_by_role("button", name="Get your records"))
    look(page, "71-collect")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    download.value.save_as(target)


def _on(page: Page) -> None:
    follow(page.get_by_role("button", name="Save and go on"))


def _date(page: Page, group: str, day: int, month: int, year: int) -> None:
    boxes = page.get_by_role("group", name=group)
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        boxes.get_by_label(label).fill(str(value))
