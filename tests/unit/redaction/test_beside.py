"""What stands beside a name and follows its width: raised letters, leaders, shapes, forms. Files must not differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from redaction.apply import apply_plan
from redaction.plan import Plan
from redaction.render import render_page
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import left_edges, pdfium_text

NAMES = ("Al Fry", "Zebedee Quillfeather")
OTHERS = line("A line that stays") + line("and another of these", y=660)


def redacted(drawn: Callable[[str], str], folder: Path) -> tuple[set[bytes], Path]:
    """The different files that come of the page about each name, and the last one."""
    outputs, target = set(), folder / "out.pdf"
    for name in NAMES:
        source = new_pdf(folder / "in.pdf", drawn(name) + OTHERS)
        report = apply_plan(source, Plan(words=(name,)), target)
        assert not report.pictured
        outputs.add(target.read_bytes())
    return outputs, target


def raised(name: str) -> str:
    """A mark right behind the name, and one behind a word later on the line."""
    before, after = f"Dear {name}", " of the 21"
    mark = 72 + width(before)
    follows = mark + width("3", 7)
    second = follows + width(after)
    return (
        line(before, y=680)
        + line("3", x=mark, y=685, size=7)
        + line(after, x=follows, y=680)
        + line("st", x=second, y=685, size=7)
        + line(" of March", x=second + width("st", 7), y=680)
    )


def leader(name: str) -> str:
    text = f"About {name}"
    return line(text + "." * int((400 - width(text)) / width(".")) + "5", y=680)


def spaced_leader(name: str) -> str:
    text = f"About {name}"
    return line(text + " ." * int((400 - width(text)) / width(" .")) + " 5", y=680)


@pytest.mark.parametrize("drawn", [raised, leader, spaced_leader], ids=lambda f: f.__name__)
def test_files_do_not_differ_by_what_stands_beside_the_name(drawn: Callable[[str], str], tmp_path: Path) -> None:
    outputs, _ = redacted(drawn, tmp_path)
    assert len(outputs) == 1


def test_raised_letters_go_along_with_their_words_and_squeeze_nothing(tmp_path: Path) -> None:
    _, target = redacted(raised, tmp_path)
    places = left_edges(target, ["3", "of the", "st", "of March"])
    assert places["3"][1] == places["st"][1] == 685
    assert places["of March"][0] - places["of the"][0] > width("of the 21")
    assert places["st"][0] - places["of the"][0] == pytest.approx(width("of the 21"), abs=0.1)


def test_an_ellipsis_and_other_lines_keep_their_dots(tmp_path: Path) -> None:
    _, target = redacted(lambda name: line(f"To {name}... and Bo...", y=680) + line("Rows......9", y=640), tmp_path)
    text = pdfium_text(target)
    assert text.count(".") == 12
    assert "Rows......9" in text


def badge(name: str) -> str:
    """A name on a ground of its own with a shadow, which reaches out as far as the blur does."""
    start, end = 72 + width("Dear "), 72 + width(f"Dear {name}")
    return f"/M gs .8 g {start - 12} 668 {end - start + 24} 28 re f /N gs 0 g " + line(f"Dear {name}, hello", y=680)


def test_the_shadow_of_a_badge_goes_with_the_picture_that_masked_it(tmp_path: Path) -> None:
    outputs = set()
    for name in NAMES:
        source = new_pdf(tmp_path / "in.pdf", badge(name) + OTHERS)
        with pikepdf.open(source, allow_overwriting_input=True) as pdf:
            blur = pdf.make_stream(bytes(len(name)), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
            blur.Width, blur.Height, blur.BitsPerComponent, blur.ColorSpace = len(name), 1, 8, pikepdf.Name.DeviceGray
            group = pdf.make_stream(b"q 200 0 0 30 60 660 cm /Im Do Q", Type=pikepdf.Name.XObject)
            group.Subtype, group.BBox = pikepdf.Name.Form, pikepdf.Array([0, 0, 595, 842])
            group.Group = pikepdf.Dictionary(S=pikepdf.Name.Transparency, CS=pikepdf.Name.DeviceGray)
            group.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=blur))
            mask = pikepdf.Dictionary(S=pikepdf.Name.Luminosity, G=group)
            none = pikepdf.Dictionary(SMask=pikepdf.Name("/None"))
            pdf.pages[0].Resources.ExtGState = pikepdf.Dictionary(M=pikepdf.Dictionary(SMask=mask, ca=1), N=none)
            pdf.save(source)
        report = apply_plan(source, Plan(words=(name,)), tmp_path / "out.pdf")
        assert (report.boxes, report.pictured, report.width_visible) == (1, [], [])
        outputs.add((tmp_path / "out.pdf").read_bytes())
    assert len(outputs) == 1
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert not any(isinstance(item, pikepdf.Stream) and "/Width" in item for item in pdf.objects)


def test_a_group_that_is_as_wide_as_the_name_is_made_as_wide_as_the_page(tmp_path: Path) -> None:
    outputs = set()
    for name in NAMES:
        source = new_pdf(tmp_path / "in.pdf", line("Dear ", y=680) + "q 1 0 0 1 100 677 cm /Fm Do Q " + OTHERS)
        with pikepdf.open(source, allow_overwriting_input=True) as pdf:
            group = pdf.make_stream(line(f"{name} and", x=0, y=3).encode(), Type=pikepdf.Name.XObject)
            group.Subtype, group.BBox = pikepdf.Name.Form, pikepdf.Array([0, 0, width(f"{name} and"), 12])
            group.Resources = pikepdf.Dictionary(Font=pdf.pages[0].Resources.Font)
            pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Fm=group)
            pdf.save(source)
        report = apply_plan(source, Plan(words=(name,)), tmp_path / "out.pdf")
        assert (report.boxes, report.pictured) == (1, [])
        outputs.add((tmp_path / "out.pdf").read_bytes())
    assert len(outputs) == 1
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        (form,) = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and "/BBox" in item]
        assert [float(edge) for edge in form.BBox] == [-100, 0, 495, 12]


def test_a_picture_behind_a_name_is_told_of(tmp_path: Path) -> None:
    text = "Dear Al Fry and    so on"
    image = f"q 8 0 0 8 {72 + width('Dear Al Fry and '):g} 700 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q "
    source = new_pdf(tmp_path / "in.pdf", line(text) + image)
    report = apply_plan(source, Plan(words=("Al Fry",)), tmp_path / "out.pdf")
    assert report.width_visible == [1]


def test_a_group_a_letter_does_not_count_the_letters(tmp_path: Path) -> None:
    def drawn(name: str) -> str:
        text = line(f"About {name}", y=680)
        signs = int((400 - width(f"About {name}")) / width("."))
        start = 72 + width(f"About {name}")
        return text + "".join(f"q {line('.', x=start + n * width('.'), y=680)} Q " for n in range(signs))

    outputs, _ = redacted(drawn, tmp_path)
    assert len(outputs) == 1


@pytest.mark.parametrize("step", [(0, -14), (13, 5)], ids=["down the page", "along a slope"])
def test_letters_by_themselves_get_one_box_and_are_not_counted(step: tuple[int, int], tmp_path: Path) -> None:
    def drawn(name: str) -> str:
        letters = enumerate(name.replace(" ", ""))
        return "".join(f"q {line(char, x=300 + step[0] * at, y=400 + step[1] * at)} Q " for at, char in letters)

    outputs, target = redacted(drawn, tmp_path)
    assert len(outputs) == 1
    assert "A line that stays" in pdfium_text(target)


def test_the_box_of_a_large_first_letter_does_not_cover_the_lines_beside_it(tmp_path: Path) -> None:
    begun = line("Z", y=576, size=36) + line("ebedee Quillfeather said", x=95, y=600) + line("that it was", x=95, y=586)
    source = new_pdf(tmp_path / "in.pdf", begun + OTHERS)
    report = apply_plan(source, Plan(words=(NAMES[1],)), tmp_path / "out.pdf")
    assert (report.boxes, report.pictured) == (1, [])
    drawn = render_page(tmp_path / "out.pdf", 0, dpi=72)
    assert drawn.getpixel((160, 842 - 590))[:3] == (255, 255, 255)
