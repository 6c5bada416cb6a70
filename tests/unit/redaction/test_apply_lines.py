"""What stands beside a box must not tell how wide the removed name was. The attacks themselves, as tests."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest

from redaction.apply import apply_plan
from redaction.apply.tokens import operators
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from tests.unit.redaction.made import helvetica, line, new_pdf, width
from tests.unit.redaction.readers import content, left_edges, pdfium_text

NAMES = (
    "Ann Lee",
    "Zebedee Quillfeather",
    "Wilhelmina Wommersley-Hoggart",
    "Li Ii",
    "Mohammed Al-Amin",
    "Jo Wu",
)


def one_operator(name: str) -> str:
    return line(f"Present: {name} attended the meeting.") + line("Second line stays here.", y=680)


def moved_by_operators(name: str) -> str:
    start, end = width("Present: "), width("Present: " + name)
    return (
        f"BT /F1 12 Tf 72 700 Td (Present: ) Tj {start:.3f} 0 Td ({name}) Tj {end - start:.3f} 0 Td ( attended) Tj "
        f"{-end:.3f} -20 Td (Second line stays here.) Tj ET"
    )


def justified(name: str) -> str:
    text = f"Present: {name} attended the meeting."
    gap = (400 - width(text)) / text.count(" ")
    return f"BT /F1 12 Tf {gap:.4f} Tw 72 700 Td ({text}) Tj 0 Tw 0 -20 Td (Second line stays here.) Tj ET"


def kerned(name: str) -> str:
    text = "".join(f"({char}) {(ord(char) * 7) % 60 - 30} " for char in f"Present: {name} attended.")
    return f"BT /F1 12 Tf 72 700 Td [{text}] TJ 0 -20 Td (Second line stays here.) Tj ET"


def underlined(name: str) -> str:
    end = 72 + width("Present: " + name)
    line_under = f"q 1 0 0 RG {72 + width('Present: '):.2f} 698 m {end:.2f} 698 l S Q "
    return line(f"Present: {name} attended.") + line_under + line("Second line stays here.", y=680)


def underlined_with_gaps(name: str) -> str:
    """As Chrome draws: clips leave holes in the underline where letters reach down, also those of the words after."""
    holes, x = "", 72 + width("Present: ")
    for place, char in enumerate(f"{name} and Gypsy"):
        if place % 4 == 0 or char in "gpqyj":
            holes += "0 0 m 595 0 l 595 842 l 0 842 l h "
            holes += f"{x:.2f} 697 m {x + width(char):.2f} 697 l {x + width(char):.2f} 699 l {x:.2f} 699 l h W* n "
        x += width(char)
    rule = f"{72 + width('Present: '):.2f} 697.5 {width(name + ' and Gypsy'):.2f} 1 re f"
    return f"q 0 0 595 842 re W n {holes} {rule} Q " + line(f"Present: {name} and Gypsy attended.")


def underlined_after(name: str) -> str:
    start = 72 + width(f"Present: {name} ")
    rule = f"{start:.2f} 697.5 {width('attended'):.2f} 1 re f "
    return line(f"Present: {name} attended.") + rule + line("Second line stays here.", y=680)


def ranged_right(name: str) -> str:
    lines = (f"By {name}", "Second line", "And a third line")
    return "".join(line(text, x=500 - width(text), y=700 - 20 * row) for row, text in enumerate(lines))


def ranged_right_alone(name: str) -> str:
    """No other line shares its right edge but the margin of the page, which is as wide as the left one."""
    return line(f"By {name}", x=523 - width(f"By {name}")) + line("A second line.", y=680)


def ranged_right_beyond_margins(name: str) -> str:
    """Nor is that the margin: nothing that stays tells where the line begins."""
    return line(f"By {name}", x=410 - width(f"By {name}")) + line("A second line.", y=680)


def ranged_right_over_another_column(name: str) -> str:
    """As above, and where it would go stands a line of the next column, set a little higher."""
    right = f"By {name}"
    return line(right, x=560 - width(right)) + line("A line on the left side", y=705) + line("and one", y=680)


def before_a_tab(name: str) -> str:
    """The words after the name begin at the next stop, one in 36 points."""
    stop = 72 + 36 * (width(f"Present: {name}") // 36 + 1)
    return line(f"Present: {name}") + line("came late", x=stop) + line("Second line stays here.", y=680)


def before_a_column(name: str) -> str:
    """However near the name comes to the next column."""
    rows = line("Born 1979", x=72 + 205, y=680) + line("Second", y=680)
    return line(f"By {name}") + line("Born 1980", x=72 + 205) + rows


def moved_by_matrices(name: str) -> str:
    """Every word in a state of its own, put in its place by a matrix that moves nothing else."""
    words, x = [], 72.0
    for word in ("Present: ", name, " attended ", "the meeting."):
        words.append(f"q 1 0 0 1 {x:.3f} 700 cm BT /F1 12 Tf ({word}) Tj ET Q ")
        x += width(word)
    return "".join(words) + line("Second line stays here.", y=680)


def centred(name: str) -> str:
    lines = (f"Report on {name}", "Second line")
    return "".join(line(text, x=297.5 - width(text) / 2, y=700 - 20 * row) for row, text in enumerate(lines))


def alone_in_a_cell(name: str) -> str:
    rules = "".join(f"{x} 640 m {x} 720 l S " for x in (70, 130, 330, 400))
    return (
        rules
        + line("Name")
        + line(name, x=134)
        + line("Born 1980", x=334)
        + line("Role", y=660)
        + line("witness", x=134, y=660)
    )


@pytest.mark.parametrize(
    "layout",
    [
        one_operator,
        moved_by_operators,
        justified,
        kerned,
        underlined,
        underlined_with_gaps,
        underlined_after,
        ranged_right,
        ranged_right_alone,
        ranged_right_beyond_margins,
        ranged_right_over_another_column,
        before_a_tab,
        before_a_column,
        moved_by_matrices,
        centred,
        alone_in_a_cell,
    ],  # fmt: skip
)
def test_documents_that_differ_only_in_the_name_become_the_same_file(
    layout: Callable[[str], str], tmp_path: Path
) -> None:
    outputs = set()
    for name in NAMES:
        source = new_pdf(tmp_path / "in.pdf", layout(name))
        apply_plan(source, Plan(words=(name,)), tmp_path / "out.pdf")
        outputs.add((tmp_path / "out.pdf").read_bytes())
    assert len(outputs) == 1


def test_what_still_follows_the_width_of_a_name_is_listed(tmp_path: Path) -> None:
    """Columns made as wide as what they hold, and frames around them, stay where they are."""
    x = 72 + width("By Ann Lee") + 6
    column = line("By Ann Lee") + line("inspector", x=x) + line("Second", y=680) + line("third", x=x, y=680)
    frame = f"1 0 0 RG 68 650 {width('By Ann Lee') + 8:.2f} 62 re S " + line("By Ann Lee") + line("Second", y=660)
    beside = line("By Ann Lee") + line("inspector", x=400) + line("Second", y=680) + line("third", x=400, y=680)
    for page, listed in ((column, [1]), (frame, [1]), (beside, [])):
        source = new_pdf(tmp_path / "in.pdf", page)
        assert apply_plan(source, Plan(words=("Ann Lee",)), tmp_path / "out.pdf").width_visible == listed


def test_the_same_input_and_plan_give_the_same_bytes(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", one_operator("Ann Lee"))
    for name in ("one.pdf", "two.pdf"):
        apply_plan(source, Plan(words=("Ann Lee",)), tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_other_lines_stay_exactly_where_they_were(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", moved_by_operators("Zebedee Quillfeather"))
    out = tmp_path / "out.pdf"
    apply_plan(source, Plan(words=("Zebedee Quillfeather",)), out)
    assert left_edges(out, ["Present", "Second", "stays"]) == left_edges(source, ["Present", "Second", "stays"])


def test_several_hits_on_a_line_each_get_a_box_and_neighbours_share_one(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Ann Lee Bob Ray and Ann Lee met."))
    report = apply_plan(source, Plan(words=("Ann Lee", "Bob Ray")), tmp_path / "out.pdf")
    assert report.boxes == 2
    assert [entry["hits"] for entry in report.words] == [2, 1]
    assert pdfium_text(tmp_path / "out.pdf").split() == ["and", "met."]


def test_a_line_that_grows_too_long_is_narrowed_and_stays_on_the_page(tmp_path: Path) -> None:
    text = "Jo Wu said at the meeting of the team on Monday that all of it had been agreed by all of those there."
    source = new_pdf(tmp_path / "in.pdf", line(text, x=36))
    apply_plan(source, Plan(words=("Jo Wu",)), tmp_path / "out.pdf")
    ((x, _),) = left_edges(tmp_path / "out.pdf", ["there."]).values()
    assert x + width("there.") < 595
    assert " Tz" in content(tmp_path / "out.pdf").decode("latin-1")


def test_a_name_over_two_pages_is_found(tmp_path: Path) -> None:
    first = line("The account was given by Zebedee", y=80) + line("Page 1", y=40)
    second = line("Case file", y=800) + line("Quillfeather on Monday.", y=760)
    source = new_pdf(tmp_path / "in.pdf", first, second)
    apply_plan(source, Plan(words=("Zebedee Quillfeather",)), tmp_path / "out.pdf")
    text = pdfium_text(tmp_path / "out.pdf")
    assert "Zebedee" not in text
    assert "Quillfeather" not in text
    assert "The account was given by" in text
    assert "on Monday." in text


def test_a_box_of_the_plan_takes_its_word_and_not_the_same_word_elsewhere(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Ann came.") + line("Ann left.", y=680))
    box = Box(71, 842 - 712, 72 + width("Ann"), 842 - 697)
    plan = Plan((Redaction(1, (box,), "P3-OTHERS", "Ann"),))
    apply_plan(source, plan, tmp_path / "out.pdf")
    text = pdfium_text(tmp_path / "out.pdf")
    assert text.count("Ann") == 1
    assert "P3-OTHERS" in text
    assert left_edges(tmp_path / "out.pdf", ["Ann"]) == {"Ann": (72.0, 680.0)}


def test_a_box_that_is_a_little_short_leaves_no_letter_behind(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Seen by Quillfeather today."))
    x = 72 + width("Seen by ")
    box = Box(x, 130, x + width("Quillfeat"), 145)
    apply_plan(source, Plan((Redaction(1, (box,), "", "Quillfeather"),)), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").split() == ["Seen", "by", "today."]


def test_a_tall_box_does_not_cut_the_neighbouring_lines(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Above it", y=714) + line("Quillfeather") + line("Below it", y=686))
    box = Box(70, 842 - 717, 150, 842 - 690)
    apply_plan(source, Plan((Redaction(1, (box,)),)), tmp_path / "out.pdf")
    text = pdfium_text(tmp_path / "out.pdf")
    assert "Above it" in text
    assert "Below it" in text
    assert "Quillfeather" not in text


def test_the_reason_is_spoken_to_those_who_listen(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Ann came."))
    box = Box(71, 130, 72 + width("Ann"), 145)
    apply_plan(source, Plan((Redaction(1, (box,), "P3-OTHERS"),)), tmp_path / "out.pdf")
    assert b"/ActualText (redacted, reason P3-OTHERS)" in content(tmp_path / "out.pdf")


def test_a_shared_form_is_changed_for_the_page_that_asks_and_kept_for_the_other(tmp_path: Path) -> None:
    path = tmp_path / "in.pdf"
    with pikepdf.new() as pdf:
        form = pdf.make_stream(line("Ann came.").encode())
        form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
        form["/BBox"] = pikepdf.Array([0, 0, 595, 842])
        form["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica()))
        for _ in range(2):
            pdf.add_blank_page(page_size=(595, 842))
            pdf.pages[-1].obj["/Contents"] = pdf.make_stream(b"/X0 Do")
            pdf.pages[-1].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X0=form))
        pdf.save(path)
    box = Box(71, 130, 72 + width("Ann"), 145)
    apply_plan(path, Plan((Redaction(2, (box,), "", "Ann"),)), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").split() == ["Ann", "came.", "came."]


def letter_by_letter(text: str, start: str) -> str:
    """As Chrome writes: every letter in an operator of its own, moved along from the one before."""
    moves = "".join(
        f"{width(before):g} 0 Td <{ord(after):02X}> Tj\n" for before, after in zip(text, text[1:], strict=False)
    )
    return f"{start} <{ord(text[0]):02X}> Tj\n{moves}"


def test_text_written_letter_by_letter_is_laid_anew_and_the_rest_stays(tmp_path: Path) -> None:
    first = letter_by_letter("Seen by Quillfeather today.", "1 0 0 1 72 700 Tm")
    # The second chain follows on a string, so its first letter stands where that one ended.
    second = f"1 0 0 1 72 680 Tm (Kept ) Tj <6C> Tj\n{width('Kept l'):g} 0 Td <65> Tj\n{width('e'):g} 0 Td <74> Tj\n"
    source = new_pdf(tmp_path / "in.pdf", f"BT /F1 12 Tf {first}{second} 0 -20 Td (Third) Tj ET")
    places = left_edges(source, ["Seen", "Kept", "le", "Third"])
    report = apply_plan(source, Plan(words=("Quillfeather",)), tmp_path / "out.pdf")
    assert report.boxes == 1
    assert "".join(pdfium_text(tmp_path / "out.pdf").split()) == "Seenbytoday.KeptletThird"
    assert left_edges(tmp_path / "out.pdf", [*places]) == places


def test_a_box_is_read_where_the_words_stood_inside_their_paragraph(tmp_path: Path) -> None:
    paragraph = "/P <</MCID 0>> BDC q 0 0 595 842 re W* n " + line("Seen by Ann Lee today.").strip() + " Q EMC\n"
    source = new_pdf(tmp_path / "in.pdf", paragraph + line("Second line.", y=680))
    box = Box(71 + width("Seen by "), 130, 73 + width("Seen by Ann Lee"), 145)
    plan = Plan((Redaction(1, (box,), "P3-OTHERS", "Ann Lee"),))
    apply_plan(source, plan, tmp_path / "out.pdf")
    drawn = content(tmp_path / "out.pdf")
    places = [drawn.index(part) for part in (b"/MCID 0", b"<5365656e", b"redacted, reason P3-OTHERS", b"746f6461792e")]
    assert places == sorted(places)
    assert places[-1] < drawn.index(b"(Second line.)")
    marks = [op.name for op in operators(drawn) if op.name in (b"BT", b"ET", b"BDC", b"EMC", b"q", b"Q")]
    for opening, closing in ((b"BT", b"ET"), (b"BDC", b"EMC"), (b"q", b"Q")):
        assert marks.count(opening) == marks.count(closing)
    text = pdfium_text(tmp_path / "out.pdf")
    assert text.index("Seen by") < text.index("P3-OTHERS") < text.index("today.") < text.index("Second")
    with pdfium.PdfDocument(tmp_path / "out.pdf") as document:
        picture = document[0].render().to_pil()
    inside = (round(72 + width("Seen by ") + 80), 842 - 702)
    assert picture.getpixel(inside) == (0, 0, 0), "the box is drawn"


@pytest.mark.parametrize("setting", ["/G1 gs", "7 Tr", "q 70 690 60 20 re W n"])
def test_a_box_that_would_not_show_in_its_place_is_drawn_over_the_page(setting: str, tmp_path: Path) -> None:
    closing = " Q" if setting.startswith("q") else ""
    shown = line("By Quillfeather now.").replace("BT", "BT " if closing else f"BT {setting}", 1)
    page = (f"{setting} " if closing else "") + shown + closing
    veil = pikepdf.Dictionary({"/G1": pikepdf.Dictionary(ca=0.2)})
    source = new_pdf(tmp_path / "in.pdf", page, resources={"/ExtGState": veil})
    apply_plan(source, Plan(words=("Quillfeather",)), tmp_path / "out.pdf")
    drawn = content(tmp_path / "out.pdf")
    assert drawn.index(b"ActualText") > drawn.rindex(b"ET")
    with pdfium.PdfDocument(tmp_path / "out.pdf") as document:
        picture = document[0].render().to_pil()
    assert picture.getpixel((round(72 + width("By ") + 70), 842 - 702)) == (0, 0, 0)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_boxes_are_read_in_their_places_and_apart_by_poppler_too(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Seen by Quillfeather today.") + line("Ann came.", y=680))
    x = 72 + width("Seen by ")
    first = Redaction(1, (Box(x, 130, x + width("Quillfeather"), 145),), "P3-OTHERS", "Quillfeather")
    second = Redaction(1, (Box(71, 150, 72 + width("Ann"), 165),), "P3-CRIME", "Ann")
    apply_plan(source, Plan((first, second)), tmp_path / "out.pdf")
    expected = ["Seen by redacted, reason P3-OTHERS today.", "redacted, reason P3-CRIME came."]
    read = subprocess.run(["pdftotext", "-layout", tmp_path / "out.pdf", "-"], capture_output=True, check=True)
    assert [" ".join(text.split()) for text in read.stdout.decode().splitlines() if text.strip()] == expected
    assert pdfium_text(tmp_path / "out.pdf").split() == " ".join(expected).split()
