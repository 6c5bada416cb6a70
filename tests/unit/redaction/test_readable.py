"""Lines set anew stay fit to be read: nothing lies over anything else, nothing is squeezed or runs together."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import content, left_edges, pdfium_text, squeezed

NAMES = ("Ann Lee", "Zebedee Quillfeather", "Wilhelmina Wommersley-Hoggart")


def footnoted(name: str) -> str:
    """A mark behind the name, and a lowered figure before it."""
    low = 72 + width("H")
    begin = low + width("2", 7)
    after = begin + width(f"O given to {name}")
    return (
        line("H")
        + line("2", x=low, y=697, size=7)
        + line(f"O given to {name}", x=begin)
        + line("1", x=after, y=705, size=7)
        + line("who drank it.", x=after + 8)
        + line("Second line stays.", y=680)
    )


def below_a_centred_line(name: str) -> str:
    lines = ("12 Acacia Avenue", f"c/o {name}", "Sheffield")
    return "".join(line(text, x=180 - width(text) / 2, y=700 - 20 * row) for row, text in enumerate(lines)) + line(
        "A paragraph.", y=600
    )


@pytest.mark.parametrize("layout", [footnoted, below_a_centred_line])
def test_what_moves_with_a_name_tells_nothing_of_it(layout: Callable[[str], str], tmp_path: Path) -> None:
    outputs = set()
    for name in NAMES:
        source = new_pdf(tmp_path / "in.pdf", layout(name))
        apply_plan(source, Plan(words=(name,)), tmp_path / "out.pdf")
        outputs.add((tmp_path / "out.pdf").read_bytes())
    assert len(outputs) == 1


def test_a_footnote_mark_stays_raised_and_beside_the_box(tmp_path: Path) -> None:
    source, out = new_pdf(tmp_path / "in.pdf", footnoted("Zebedee Quillfeather")), tmp_path / "out.pdf"
    apply_plan(source, Plan(words=("Zebedee Quillfeather",)), out)
    places = left_edges(out, ["2", "1", "who", "Second"])
    assert places["2"] == (round(72 + width("H"), 2), 697)
    (box,) = boxes(out)
    assert places["1"][1] == 705
    assert 0 <= places["1"][0] - box[2] < 1
    assert places["who"] == (pytest.approx(places["1"][0] + width("1", 7), abs=5), 700)


def test_a_mark_under_a_box_of_the_plan_goes_with_the_name_and_leaves_one_box(tmp_path: Path) -> None:
    """Words are boxed with their marks. A box of its own for the mark would lie over the line."""
    name = "Zebedee Quillfeather"
    source, out = new_pdf(tmp_path / "in.pdf", footnoted(name)), tmp_path / "out.pdf"
    start = 72 + width("HO given to ") + width("2", 7)
    place = Box(start, 842 - 715, start + width(name) + 5, 842 - 697)
    apply_plan(source, Plan((Redaction(1, (place,), "P3-OTHERS", name),)), out)
    assert len(boxes(out)) == 1
    text = squeezed(pdfium_text(out).replace("redacted, reason P3-OTHERS", "#"))
    assert text.startswith("h2ogiventowhodrankit")


def test_a_centred_line_stays_in_the_middle_of_its_block(tmp_path: Path) -> None:
    source, out = new_pdf(tmp_path / "in.pdf", below_a_centred_line("Ann Lee")), tmp_path / "out.pdf"
    apply_plan(source, Plan(words=("Ann Lee",)), out)
    (box,) = boxes(out)
    start = left_edges(out, ["c/o"])["c/o"][0]
    assert (start + box[2]) / 2 == pytest.approx(180, abs=0.5)


def test_words_of_letters_set_apart_do_not_run_together(tmp_path: Path) -> None:
    text = "BT /F1 12 Tf 3 Tc 72 700 Td (Spaced out: Ann Lee and others.) Tj ET"
    apply_plan(new_pdf(tmp_path / "in.pdf", text), Plan(words=("Ann Lee",)), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").split() == ["Spaced", "out:", "and", "others."]


def test_a_line_that_begins_far_from_the_edge_has_room_to_the_other_edge(tmp_path: Path) -> None:
    text = line("Turned text with Ann Lee in it and more", x=320)
    apply_plan(
        new_pdf(tmp_path / "in.pdf", text + line("kept", x=320, y=600)), Plan(words=("Ann Lee",)), tmp_path / "out.pdf"
    )
    (box,) = boxes(tmp_path / "out.pdf")
    assert box[2] - box[0] > 0.75 * 7 * 12, "hardly narrowed"


@pytest.mark.parametrize(
    ("before", "word", "after", "left"),
    [
        ("By ", "(Quillfeather);", " then", "By (#); then"),
        ("By ", "Quillfeather/Ann", " Lee", "By #/Ann Lee"),
        ("Hope/", "Quillfeather,", " Lee", "Hope/# , Lee"),
        ("By ", "Quillfeather-Jones", " Lee", "By # Lee"),
        ("By ", "Quillfeather's", " page", "By # page"),
    ],
)
def test_a_box_around_a_word_as_printed_takes_the_name_and_what_is_joined_on_to_it(
    before: str, word: str, after: str, left: str, tmp_path: Path
) -> None:
    """Mentions are boxed by words. Brackets stay, and so does the other name behind a stroke."""
    source, out = new_pdf(tmp_path / "in.pdf", line(before + word + after)), tmp_path / "out.pdf"
    start = 72 + width(before)
    place = Box(start - 0.5, 842 - 712, start + width(word) + 0.5, 842 - 697)
    apply_plan(source, Plan((Redaction(1, (place,), "P3-OTHERS", "Quillfeather"),)), out)
    text = pdfium_text(out).replace("redacted, reason P3-OTHERS", "#")
    assert "".join(text.split()) == "".join(left.split())


def test_a_box_where_the_page_is_cut_off_is_still_read_in_its_paragraph(tmp_path: Path) -> None:
    """Chrome cuts pages off where their text begins."""
    clipped = "/P <</MCID 0>> BDC q 72 0 451 842 re W* n " + line("Quillfeather came.").strip() + " Q EMC\n"
    source, out = new_pdf(tmp_path / "in.pdf", clipped + line("Second line.", y=680)), tmp_path / "out.pdf"
    apply_plan(source, Plan(words=("Quillfeather",)), out)
    drawn = content(out)
    assert drawn.index(b"ActualText") < drawn.index(b"(Second line.)")


def boxes(path: Path) -> list[tuple[float, float, float, float]]:
    """The black boxes of the first page, in user space."""
    with pdfium.PdfDocument(path) as document:
        page = document[0]
        found = []
        for item in page.get_objects():
            sides = [ctypes.c_float() for _ in range(4)]
            if item.type == pdfium_c.FPDF_PAGEOBJ_PATH and pdfium_c.FPDFPageObj_GetBounds(item.raw, *sides):
                found.append((sides[0].value, sides[1].value, sides[2].value, sides[3].value))
        return found
