"""A code that a box prints may hold a withheld word: there it is nobody's, anywhere else it is a leak."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.opening import open_pdf
from redaction.plan import Plan, Redaction
from redaction.verify import verify_file
from redaction.verify.printed import Codes
from redaction.words import Word
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import content, pdfium_text

CODE = "P3-OTHERS"
SPOKEN = f"redacted, reason {CODE}"
START = "Present: "


def box_around(text: str) -> Box:
    """Of the words after START on the line at 700."""
    left = 72 + width(START)
    return Box(left, 842 - 712, left + width(text), 842 - 697)


@pytest.mark.parametrize(
    ("words", "text"), [(("others",), "Ann Lee"), ((), "others"), (("P3", SPOKEN), "Ann Lee"), (("reason",), None)]
)
def test_a_word_that_the_code_holds_can_be_withheld(tmp_path: Path, words: tuple[str, ...], text: str | None) -> None:
    source = new_pdf(tmp_path / "in.pdf", line(f"{START}{text or 'Ann Lee'} came.") + line("All others left.", y=650))
    plan = Plan((Redaction(1, (box_around(text or "Ann Lee"),), CODE, text),), words)
    report = apply_plan(source, plan, tmp_path / "out.pdf")
    said = pdfium_text(tmp_path / "out.pdf")
    assert report.pictured == [] and SPOKEN in said
    assert ("All others left" in said) == ("others" not in words)
    assert (text or "Ann Lee") not in said.replace("All others", "")


@pytest.fixture
def redacted(tmp_path: Path) -> Path:
    source = new_pdf(tmp_path / "in.pdf", line(f"{START}Ann Lee came."))
    apply_plan(source, Plan((Redaction(1, (box_around("Ann Lee"),), CODE, "Ann Lee"),)), tmp_path / "out.pdf")
    return tmp_path / "out.pdf"


def test_the_code_in_a_box_is_no_leak_and_only_if_it_was_to_be_printed(redacted: Path) -> None:
    assert verify_file(redacted, ["others"], printed=[CODE]) == []
    assert {leak.where for leak in verify_file(redacted, ["others"])} == {"text", "bytes"}
    assert verify_file(redacted, ["others"], printed=["P3-OTHER"]) != []


def test_what_only_looks_like_a_box_is_a_leak(redacted: Path, tmp_path: Path) -> None:
    imitation = f" BT /RedactionCode 12 Tf 72 500 Td ({SPOKEN}) Tj ET"
    with pikepdf.open(redacted) as pdf:
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(content(redacted) + imitation.encode("ascii"))
        pdf.save(tmp_path / "imitation.pdf")
    found = verify_file(tmp_path / "imitation.pdf", ["others"], printed=[CODE])
    assert {leak.where for leak in found} == {"text", "bytes"}


def test_a_code_that_is_seen_in_its_box_is_told_from_the_same_word_elsewhere(redacted: Path) -> None:
    codes = Codes([CODE])
    with open_pdf(redacted) as opened:
        page = opened.page(0)
        (place,) = places = codes.places(page, opened.frame(0, page))
        page.close()
    assert codes.are_seen(Word("OTHERS", place), places)
    assert not codes.are_seen(Word("Lee", place), places)
    assert not codes.are_seen(Word("OTHERS", Box(place.x0, 500, place.x1, 512)), places)
