"""What staff do outside the review: sign in, acknowledge, gather, consult, release, hand an auditor the log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from sar.access import totp
from sar.access.permissions import Role
from sar.access.service import add_staff
from sar.foundation.actors import SYSTEM
from sar.foundation.clock import utc_now
from tests.browser.live import LiveServer
from tests.browser.pages import follow
from tests.browser.pages_look import look

PASSWORD = "marble kettle orchard stone"


@dataclass(frozen=True)
class Member:
    """A member of staff with an authenticator."""

    email: str
    seed: str

    def code(self, offset: int = 0) -> str:
        """What the authenticator shows. Each code works once: the next use of a test takes the next one."""
        return totp.code_at(self.seed, utc_now(), offset)


def hire(server: LiveServer, role: Role, name: str) -> Member:
    with server.app.app_context():
        email = f"{role.value}@northvale.example"
        added = add_staff(SYSTEM, name=name, email=email, password=PASSWORD, roles=frozenset({role}))
        return Member(email, added.totp_seed)


def sign_in(page: Page, member: Member, heading: str) -> None:
    page.goto("/staff/sign-in")
    page.get_by_label("Work email address").fill(member.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code from your authenticator app").fill(member.code())
    follow(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)  # some have a caption before it


def add_originator(page: Page, name: str, kind: str, email: str) -> None:
    follow(page.get_by_role("link", name="Settings", exact=True))
    follow(page.get_by_role("link", name="Originators"))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Kind").select_option(label=kind)
    page.get_by_label("Email address").fill(email)
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text(f"{name} is in the directory.")).to_be_visible()


def open_case(page: Page, reference: str) -> None:
    follow(page.get_by_role("link", name="Cases", exact=True))
    follow(page.get_by_role("link", name=reference))
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)


def part_of_case(page: Page, name: str) -> None:
    follow(page.get_by_role("navigation", name="This case").get_by_role("link", name=name, exact=True))


def press(page: Page, name: str, said: str) -> None:
    """Press a button, and see what is said at the top of the page after it."""
    follow(page.get_by_role("button", name=name))
    expect(page.get_by_role("alert").or_(page.get_by_role("region", name="Done"))).to_contain_text(said)


def add_records(page: Page, files: list[Path], where_from: str) -> None:
    follow(page.get_by_role("button", name="Add records"))
    page.get_by_label("Choose files").set_input_files(files)
    page.get_by_label("Where did they come from?").select_option(label=where_from)
    page.get_by_label("Part 3 (law enforcement)").check()
    follow(page.get_by_role("button", name="Add records"))


def choose_searches(page: Page, left_out: str) -> None:
    """Look everywhere but in one area."""
    part_of_case(page, "Searches")
    look(page, "17-searches-none")
    follow(page.get_by_role("button", name="Choose where to look"))
    page.get_by_label(left_out).uncheck()
    page.get_by_label("Why not in the others?").fill("Nobody of ours ever lived there.")
    look(page, "18-choose-searches")
    press(page, "Save the list", "The list of searches is saved")


def finish_searches(page: Page, area: str, titles: list[str]) -> None:
    """Records came out of one area; the others hold nothing."""
    part_of_case(page, "Searches")
    follow(page.get_by_role("link", name=re.compile(f"Say what came of it.*{re.escape(area)}")))
    page.get_by_label("Records were found").check()
    for title in titles:
        page.get_by_label(title).check()
    look(page, "26-search-result")
    press(page, "Save the result", "The result is saved")
    follow(page.get_by_role("button", name="Say what came of a search"))
    for box in page.get_by_role("group", name="Which areas is this about?").get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Nothing is held there").check()
    press(page, "Save the result", "The result is saved")
    expect(page.get_by_text("Every search has a result.")).to_be_visible()
    look(page, "27-searches-done")


def ask_for_view(page: Page, originator: str, titles: list[str]) -> None:
    follow(page.get_by_role("link", name=re.compile(f"Ask for their view.*{re.escape(originator)}")))
    for title in titles:
        page.get_by_label(title).check()
    look(page, "30-ask-for-a-view")
    follow(page.get_by_role("button", name="Ask for their view"))
    expect(page.get_by_text(f"{originator} has been asked.")).to_be_visible()


def step_up(page: Page, member: Member, offset: int) -> None:
    page.get_by_label("Code from your authenticator app").fill(member.code(offset))
    follow(page.get_by_role("button", name="Continue"))


def save_file(page: Page, button: str, target: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(target)
    return target
