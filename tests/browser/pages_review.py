"""What an officer does at the review desk."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from redaction.geometry import Box
from tests.browser.pages import follow
from tests.browser.pages_look import look

CODE = re.compile("^P3-OTHERS")
REASON = "It is about someone else, who was not asked."


def show(page: Page, kind: str) -> None:
    """The list of what is still to be decided of one kind."""
    follow(page.get_by_role("link", name=re.compile(f"^{kind}")))
    expect(page.get_by_role("heading", level=2, name=f"{kind}: to decide")).to_be_visible()


def tick(page: Page, names: list[str]) -> None:
    for name in names:
        page.get_by_label(f"Tick {name}", exact=True).check()
    follow(page.get_by_role("button", name="Decide about those ticked"))


def listed(page: Page, names: tuple[str, ...]) -> list[str]:
    """Those of the names that are still to be decided: some are known to be the requester's without being asked."""
    return [name for name in names if page.get_by_label(f"Tick {name}", exact=True).count()]


def tick_all(page: Page) -> None:
    boxes = page.get_by_role("checkbox", name=re.compile("^Tick "))
    count = boxes.count()
    for number in range(count):
        boxes.nth(number).check()
    follow(page.get_by_role("button", name="Decide about those ticked"))


def choose_code(page: Page, label: str) -> None:
    """The first choice of a list of codes that begins with P3-OTHERS."""
    codes = page.get_by_label(label)
    codes.wait_for()  # it comes up when a box is drawn
    words = next(text for text in codes.get_by_role("option").all_inner_texts() if CODE.match(text))
    codes.select_option(label=words)


def withhold(page: Page) -> None:
    choose_code(page, "Code for records under Part 3")
    page.get_by_label("Why?").fill(REASON)
    decide(page, "Withhold: hide them everywhere")


def decide(page: Page, choice: str) -> None:
    page.get_by_label(choice).check()
    follow(page.get_by_role("button", name="Save the decision"))
    _done(page)


def disclose(page: Page) -> None:
    page.get_by_label("Why?").fill("Named in their job.")
    decide(page, "Disclose: leave them in")


def decide_the_rest(page: Page) -> None:
    """Withhold whatever is left, kind by kind, page of the list by page."""
    for kind in ("People", "Numbers and addresses", "Words that point at someone"):
        show(page, kind)
        while page.get_by_role("checkbox", name=re.compile("^Tick ")).count():
            tick_all(page)
            withhold(page)


def settle_unclear(page: Page) -> None:
    """Say that what fits several people means the first of them that is offered."""
    link = page.get_by_role("link", name="Say who is meant")
    if not link.count():
        return
    follow(link)
    look(page, "56-unclear")
    while boxes := page.get_by_role("checkbox").all():
        for box in boxes:
            box.check()
        # Somebody: after "Choose", the requester, and nobody.
        page.get_by_label("Whom do the ticked words mean?").select_option(index=3)
        follow(page.get_by_role("button", name="Save"))
        _done(page)
    follow(page.get_by_role("link", name="Back to the list").first)


def drag_box(page: Page, box: Box, width: float, height: float) -> None:
    """Draw over part of a page with the mouse. Box, width and height in points."""
    page.get_by_role("button", name="Draw", exact=True).click()
    sheet = page.locator("#sheet")
    sheet.scroll_into_view_if_needed()
    bounds = sheet.bounding_box()
    assert bounds is not None
    across, down = bounds["width"] / width, bounds["height"] / height
    page.mouse.move(bounds["x"] + box.x0 * across, bounds["y"] + box.y0 * down)
    page.mouse.down()
    page.mouse.move(bounds["x"] + box.x1 * across, bounds["y"] + box.y1 * down, steps=5)
    page.mouse.up()


def keep_box(page: Page, reason: str) -> None:
    choose_code(page, "Why in law?")
    page.get_by_label("Why here?").fill(reason)
    follow(page.get_by_role("button", name="Add the box"))


def _done(page: Page) -> None:
    """The page says that it is done."""
    expect(page.get_by_role("alert", name="Done")).to_be_visible()
