"""What is drawn under a box that somebody drew by hand: it must be gone, not covered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from redaction.render import render_page
from tests.unit.redaction.made import line, new_pdf
from tests.unit.redaction.readers import content

PAGE = 842
BY_HAND = Plan(redactions=(Redaction(1, (Box(100, PAGE - 640, 200, PAGE - 600),), "P3"),))
# A pen that begins left of the box, and letters of a plotter: only straight lines.
PEN = "1 w 60 610 m 120 630 l 130 605 l 150 635 l 160 605 l 230 625 l S\n"
RULES = "0.9 g 90 590 200 60 re f 0 g 60 620 m 400 620 l S 50 50 500 700 re S 180 610 300 5 re f\n"


def applied(tmp_path: Path, page: str, **resources: Any) -> tuple[Path, list[dict[str, Any]]]:
    source = new_pdf(tmp_path / "in.pdf", page, resources=resources)
    return tmp_path / "out.pdf", apply_plan(source, BY_HAND, tmp_path / "out.pdf").pictured


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(PEN, id="strokes"),
        pytest.param("60 610 m 150 630 l 170 600 l f\n", id="a filled shape"),
        pytest.param("120 560 m 120 610 l 150 610 l 150 560 l 140 560 l 140 600 l 130 600 l 130 560 l f", id="block"),
        pytest.param("60 610 m 150 630 l 170 600 l h W n 0 0 595 842 re f\n", id="a clip in the shape of letters"),
        pytest.param("q 1 0 0 1 0 0 cm 60 500 m 90 520 140 690 210 560 c S Q", id="a curve"),
        pytest.param(PEN + line("typed words", x=110, y=612), id="strokes over typed words"),
    ],
)
def test_drawings_that_run_into_a_box_make_the_page_a_picture(drawn: str, tmp_path: Path) -> None:
    _, pictured = applied(tmp_path, line("Kept words.") + drawn)
    assert pictured == [{"page": 1, "reason": "drawn shapes run through a redacted region"}]


def test_rules_and_bars_are_cut_where_the_box_is_and_grounds_and_frames_stay(tmp_path: Path) -> None:
    out, pictured = applied(tmp_path, line("Kept words.") + RULES)
    assert not pictured
    written = content(out)
    assert b"60 620 m 100 620 l" in written
    assert b"200 620 m 400 620 l" in written
    assert b"50 50 500 700 re" in written
    assert b"90 590 200 60 re" in written
    assert b"180 610 300 5" not in written
    shown = render_page(out, 0, dpi=72).convert("L")
    assert [shown.getpixel((x, PAGE - 620)) < 200 for x in (80, 150, 250)] == [True, True, True]
    assert shown.getpixel((300, PAGE - 612)) < 50, "the bar goes on beside the box"


def test_a_shape_drawn_again_and_again_is_found_by_looking_under_the_box(tmp_path: Path) -> None:
    """The box lies over the second tile of a pattern; its cell is drawn far from there."""
    with pikepdf.new() as pdf:
        cell = pdf.make_stream(b"0 0 m 20 30 l 40 5 l 60 35 l S")
        cell["/Type"], cell["/PatternType"], cell["/PaintType"], cell["/TilingType"] = pikepdf.Name.Pattern, 1, 1, 1
        cell["/BBox"], cell["/XStep"], cell["/YStep"] = pikepdf.Array([0, 0, 60, 40]), 60, 40
        cell["/Resources"] = pikepdf.Dictionary()
        pdf.add_blank_page(page_size=(595, PAGE))
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"/Pattern cs /P0 scn 60 560 300 150 re f")
        pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(Pattern=pikepdf.Dictionary(P0=pdf.make_indirect(cell)))
        pdf.save(tmp_path / "in.pdf")
    report = apply_plan(tmp_path / "in.pdf", BY_HAND, tmp_path / "out.pdf")
    assert report.pictured == [{"page": 1, "reason": "something is left under a box"}]


def test_what_a_clip_hides_stays_hidden_when_a_box_covers_what_it_shows(tmp_path: Path) -> None:
    """The picture goes on below the clip: cut away with the box, the clip would show the rest of it."""
    drawn = "q 110 605 80 30 re W n q 80 0 0 200 110 435 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q Q\n"
    out, _ = applied(tmp_path, line("Kept words.") + drawn)
    assert render_page(out, 0, dpi=72).getpixel((150, PAGE - 500)) == (255, 255, 255)
