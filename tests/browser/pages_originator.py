"""What an originator does, on a telephone: open the link, enter the mailed code, read, answer."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from sar.foundation.db import db
from sar.foundation.messages import Message
from tests.browser.live import LiveServer
from tests.browser.pages import follow
from tests.browser.pages_look import look


def newest_message(server: LiveServer, kind: str) -> str:
    """The words of the message of this kind that was sent last."""
    with server.app.app_context():
        query = select(Message).where(Message.kind == kind).order_by(Message.created_at.desc()).limit(1)
        found = db.session.scalar(query)
        assert found is not None, f"no message of the kind {kind} was sent"
        return found.body


def link_in(server: LiveServer) -> str:
    found = re.search(r"https?://\S+/originator/\S+", newest_message(server, "consultation_request"))
    assert found
    return found[0]


def enter(page: Page, server: LiveServer) -> None:
    """From the link in the mail to the records."""
    page.goto(link_in(server))
    look(page, "40-originator-link")
    follow(page.get_by_role("button", name="Send me a code"))
    look(page, "41-originator-code")
    page.get_by_label("The code we mailed you").fill("000 000")
    follow(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("alert")).to_contain_text("not right")
    look(page, "42-originator-code-wrong")
    code = re.search(r"\b\d{6}\b", newest_message(server, "consultation.code"))
    assert code
    page.get_by_label("The code we mailed you").fill(code[0])
    follow(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your view on some records")


def read_first_page(page: Page) -> None:
    follow(page.get_by_role("button", name=re.compile("^Read it")))
    image = page.get_by_role("img")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    look(page, "44-originator-page")
    follow(page.get_by_role("link", name="Back to your answer"))


def answer(page: Page, view: str, reason: str, name: str) -> None:
    page.get_by_label(view).check()
    page.get_by_label("Why, and which parts?").fill(reason)
    page.get_by_label("Your name and role").fill(name)
    follow(page.get_by_role("button", name="Send your answer"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    look(page, "45-originator-thanks")
