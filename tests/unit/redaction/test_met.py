"""Redactions that do nothing are told of: somebody believes that something is gone."""

from __future__ import annotations

from pathlib import Path

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from tests.unit.redaction.made import line, new_pdf

PAGE = 842
BLANK = Box(300, 300, 400, 320)
PALE_PICTURE = "0.93 g 100 500 60 10 re f 1 g 120 502 5 5 re f 0 g\n"


def test_a_text_that_is_not_there_and_a_box_off_the_page_are_told_of_and_others_are_not(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Seen by Ann Lee today.") + PALE_PICTURE)
    redactions = {
        "stands there": Redaction(1, (Box(115, PAGE - 712, 160, PAGE - 698),), "P3", "Ann Lee"),
        "stands nowhere, on blank paper": Redaction(1, (BLANK,), "P3", "Nobody There"),
        "was read in a picture": Redaction(1, (Box(105, PAGE - 510, 155, PAGE - 500),), "P3", "Somebody Else"),
        "on blank paper by hand": Redaction(1, (BLANK,), "P3"),
        "off the page": Redaction(1, (Box(5000, 5000, 5100, 5100),), "P3"),
    }
    report = apply_plan(source, Plan(tuple(redactions.values())), tmp_path / "out.pdf")
    missed = [list(redactions)[number] for number in report.not_met]
    assert missed == ["stands nowhere, on blank paper", "off the page"]
