"""One request in a real browser: asked on a telephone, worked on at a desk, collected on the telephone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from sar.access.permissions import Role
from sar.demo.material import FOLDER, load_case
from sar.settings import PROJECT_ROOT
from tests.browser import pages_originator, pages_requester, pages_review, pages_staff
from tests.browser.conftest import Visitors
from tests.browser.live import LiveServer
from tests.browser.pages import DESKTOP, PHONE, follow
from tests.browser.pages_look import look
from tests.browser.pages_staff import Member
from tests.browser.reply import Reply, passage, withheld_names

FILES = FOLDER / "case1" / "files"
OWN = FILES / "contact-log-X417206.pdf"
POLICE = FILES / "FIB_CB24003318.pdf"
POLICE_COPY = FILES / "FIB_CB24003318_copy.pdf"
SCAN = FILES / "st-chads-referral-scan.pdf"
# The requester's own, which stay in.
OWN_NUMBERS = ("X417206", "2008/0417362A", "07700 900142")
WORK_MS = 120_000  # how long the background work may take on a machine that has much else to do
POLICE_NAME, SCHOOL_NAME = "Calder & Aire Police", "St Chad's C of E Primary School"


def test_a_request_is_asked_for_worked_on_and_collected(
    visitors: Visitors, live_server: LiveServer, tmp_path: Path
) -> None:
    officer = pages_staff.hire(live_server, Role.CASEWORKER, "Sam Whitlock")
    reader = pages_staff.hire(live_server, Role.SECOND_READER, "Priya Raman")
    auditor = pages_staff.hire(live_server, Role.AUDITOR, "Alex Byrne")
    officer_in_charge = pages_staff.hire(live_server, Role.DPO, "Dana Ofori")
    with visitors.at(PHONE) as (page, _watch):
        receipt = pages_requester.ask(page, load_case(1))
    live_server.drain()
    with visitors.at(DESKTOP) as (page, _watch):
        _keep_directory(page, officer_in_charge)
    with visitors.at(DESKTOP) as (desk, _watch):
        _begin(desk, officer, receipt.reference)
        pages_staff.choose_searches(desk, "Approved premises")
        _gather(desk, live_server)
        _ask_originator(desk)
        with visitors.at(PHONE) as (page, _watch):
            _answer_as_originator(page, live_server)
        _decide_on_answer(desk)
        with visitors.at(PHONE) as (page, _watch):
            pages_requester.see_how_it_stands(page, receipt, "We are finding your records", "05-requester-status")
        _review(desk, live_server)
        with visitors.at(DESKTOP) as (page, _watch):
            _second_check(page, reader, receipt.reference)
        _make_and_release(desk, officer, live_server)
    reply = tmp_path / "reply.pdf"
    with visitors.at(PHONE) as (page, _watch):
        pages_requester.see_how_it_stands(page, receipt, "Your records are ready", "70-requester-released")
        pages_requester.collect(page, reply)
    _read_reply(reply, live_server)
    with visitors.at(DESKTOP) as (page, _watch):
        _audit(page, auditor, tmp_path)


def _work(page: Page, server: LiveServer) -> None:
    """Do what waits. Nobody reloads the page: it looks again by itself, and loads itself anew when all is done."""
    with page.expect_navigation(timeout=WORK_MS):
        server.drain()


def _keep_directory(page: Page, officer: Member) -> None:
    pages_staff.sign_in(page, officer, "Cases")
    pages_staff.add_originator(page, POLICE_NAME, "Police", "information.rights@calder-aire-police.example")
    pages_staff.add_originator(page, SCHOOL_NAME, "School or college", "information.rights@stchads.example")
    look(page, "10-originators")


def _begin(page: Page, officer: Member, reference: str) -> None:
    page.goto("/staff/sign-in")
    look(page, "11-staff-sign-in")
    pages_staff.sign_in(page, officer, "Cases")
    look(page, "12-work-list")
    pages_staff.open_case(page, reference)
    look(page, "13-case-received")
    pages_staff.press(page, "Take this case", "yours now")
    pages_staff.press(page, "Acknowledge the request", "acknowledged")
    look(page, "14-case-acknowledged")
    follow(page.get_by_role("link", name="Settle who is asking"))
    look(page, "15-identity")
    page.get_by_label(re.compile("passport or driving licence", re.IGNORECASE)).check()
    pages_staff.press(page, "Identity is settled", "Identity is settled")
    pages_staff.press(page, "Start gathering records", "add records")
    look(page, "16-case-gathering")


def _gather(page: Page, server: LiveServer) -> None:
    pages_staff.part_of_case(page, "Records")
    look(page, "20-records-none")
    follow(page.get_by_role("button", name="Add records"))
    look(page, "21-add-records")
    follow(page.get_by_role("link", name="Back to the records"))
    pages_staff.add_records(page, [OWN], "Our own records")
    pages_staff.add_records(page, [POLICE, POLICE_COPY], POLICE_NAME)
    expect(page.get_by_text("marked as a duplicate")).to_be_visible()
    pages_staff.add_records(page, [SCAN], SCHOOL_NAME)
    expect(page.get_by_text("waiting to start").first).to_be_visible()
    look(page, "22-records-waiting")
    _work(page, server)
    expect(page.get_by_text("Ready", exact=True)).to_have_count(3)
    expect(page.get_by_text("Duplicate", exact=True)).to_have_count(1)
    look(page, "23-records-ready")
    follow(page.get_by_role("link", name="st-chads-referral-scan"))
    expect(page.get_by_text("1 page", exact=True)).to_be_visible()
    look(page, "24-record-scan")
    follow(page.get_by_role("button", name="Look at its pages"))
    look(page, "25-record-page")
    follow(page.get_by_role("link", name="Back to the record"))
    follow(page.get_by_role("link", name="Back to the records"))
    pages_staff.finish_searches(page, "Case management system", [OWN.stem])


def _ask_originator(page: Page) -> None:
    pages_staff.part_of_case(page, "Consultation")
    look(page, "31-consultation-none")
    pages_staff.ask_for_view(page, POLICE_NAME, ["FIB_CB24003318"])
    look(page, "32-consultation-sent")


def _answer_as_originator(page: Page, server: LiveServer) -> None:
    pages_originator.enter(page, server)
    look(page, "43-originator-records")
    shown = page.content()
    for other in ("Hartley", "Reece", "contact-log", "st-chads", "SAR-"):
        assert other.casefold() not in shown.casefold(), f"the originator is shown {other}"
    pages_originator.read_first_page(page)
    pages_originator.answer(
        page, "Release part of it", "The paragraph headed SEPARATE TEXT would expose a source.", "DS Hale, FIB"
    )


def _decide_on_answer(page: Page) -> None:
    page.reload()
    expect(page.get_by_text("Answered: decide")).to_be_visible()
    look(page, "33-consultation-answered")
    follow(page.get_by_role("button", name=re.compile(f"^Decide.*{re.escape(POLICE_NAME)}")))
    look(page, "34-consultation-decide")
    page.get_by_label("Release part of it").check()
    page.get_by_label("Why?").fill("We agree: the separate text is withheld.")
    pages_staff.press(page, "Save the decision", "Your decision is saved")
    look(page, "35-consultation-decided")


def _review(page: Page, server: LiveServer) -> None:
    pages_staff.part_of_case(page, "Review")
    look(page, "50-review-not-begun")
    pages_staff.press(page, "Start the review", "begun")
    server.drain()
    page.reload()
    look(page, "51-review-people")
    follow(page.get_by_role("link", name="Callum Hartley", exact=True))
    look(page, "52-person")
    follow(page.get_by_role("button", name="Decide", exact=True))
    look(page, "53-decide")
    follow(page.get_by_role("button", name="Save the decision"))
    expect(page.get_by_role("alert")).to_contain_text("Choose what you decide")
    look(page, "54-decide-missing")
    pages_review.withhold(page)
    pages_review.tick(page, ["Faith Adeyemi-Cole", "Shafiq"])
    look(page, "55-decide-several")
    pages_review.disclose(page)
    if wrong := pages_review.listed(page, ("May",)):  # the month, should it be taken for a name
        pages_review.tick(page, wrong)
        pages_review.decide(page, "This is not about anyone")
    pages_review.show(page, "Numbers and addresses")
    if own := pages_review.listed(page, OWN_NUMBERS):
        pages_review.tick(page, own)
        pages_review.decide(page, "This is the requester")
    pages_review.settle_unclear(page)
    pages_review.decide_the_rest(page)
    look(page, "57-nothing-left")
    _carry_out_view(page, server)
    follow(page.get_by_role("link", name="Back to the records"))
    look(page, "59-hand-over")
    pages_staff.press(page, "Send for the second check", "Sent for the second check")


def _carry_out_view(page: Page, server: LiveServer) -> None:
    """Draw over the passage that the police asked us to hold back, and say that their view is carried out."""
    follow(page.get_by_role("link", name="Carry that out on its pages"))
    look(page, "58-page-desk")
    pages_review.drag_box(page, *passage(server, "FIB_CB24003318", "SEPARATE", "ACTIONS"))
    look(page, "58-page-desk-drawn")
    pages_review.keep_box(page, "The police showed that it exposes someone.")
    expect(page.get_by_text("The box is added.")).to_be_visible()
    pages_staff.press(page, "This has been carried out on the pages", "carried out")
    look(page, "58-page-desk-done")


def _second_check(page: Page, reader: Member, reference: str) -> None:
    pages_staff.sign_in(page, reader, "Cases")
    pages_staff.open_case(page, reference)
    pages_staff.part_of_case(page, "Review")
    look(page, "60-second-reader-people")
    follow(page.get_by_role("link", name="Look through the records"))
    look(page, "61-second-check")
    follow(page.get_by_role("link", name="contact-log-X417206.pdf", exact=True))
    look(page, "62-second-reader-page")
    follow(page.get_by_role("link", name="Back to the records"))
    pages_staff.press(page, "Sign off: this may go out", "You signed this case off")
    look(page, "63-signed-off")


def _make_and_release(page: Page, officer: Member, server: LiveServer) -> None:
    pages_staff.part_of_case(page, "Release")
    look(page, "64-release")
    pages_staff.press(page, "Make the reply", "being made")
    look(page, "65-reply-being-made")
    _work(page, server)
    expect(page.get_by_text("The reply is made and proved")).to_be_visible()
    follow(page.get_by_role("button", name="Confirm that it is you"))
    look(page, "66-step-up")
    pages_staff.step_up(page, officer, 1)
    look(page, "67-release-ready")
    page.get_by_label("They collect it online").check()
    page.get_by_label("By post").check()
    pages_staff.press(page, "Release the reply", "The reply is released")
    look(page, "68-released")


def _read_reply(path: Path, server: LiveServer) -> None:
    reply = Reply(path, server)
    assert [title for title, _page in reply.outline[:2]] == ["Letter", "What was taken out, and why"]
    assert len(reply.outline) == 5 and all(page is not None for _title, page in reply.outline)
    for number, text in enumerate(reply.pages, start=1):
        assert f"page {number} of {len(reply.pages)}" in text
    schedule = reply.pages[reply.outline[1][1] or 0]
    assert "What was taken out, and why" in schedule and "P3-OTHERS" in schedule
    everything = "\n".join(reply.pages)
    for kept in ("Reece", "Adeyemi-Cole", *OWN_NUMBERS):
        assert kept in everything, f"{kept} was to be left in"
    withheld = withheld_names(server)
    assert {"Callum Hartley", "Stuart Kershaw"} <= withheld
    for name in withheld | {"UDDIN", "sister-in-law"}:
        # As a name: "I bear in mind" is not Bear.
        spelled = rf"(?<!\w)(?:{re.escape(name)}|{re.escape(name.upper())})(?!\w)"
        assert not re.search(spelled, everything), f"{name} can still be read"


def _audit(page: Page, auditor: Member, folder: Path) -> None:
    pages_staff.sign_in(page, auditor, "Oversight")
    look(page, "80-oversight")
    table = pages_staff.save_file(page, "Download deadline compliance (CSV)", folder / "compliance.csv")
    assert table.read_text(encoding="utf-8").count("\n") >= 2
    checkpoint = pages_staff.save_file(page, "Download a signed checkpoint", folder / "checkpoint.json")
    log = pages_staff.save_file(page, "Download the audit log", folder / "audit.jsonl")
    script = PROJECT_ROOT / "scripts" / "verify_audit.py"
    command = [sys.executable, str(script), str(log), "--checkpoint", str(checkpoint)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr
