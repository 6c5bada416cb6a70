"""What a finished file says about the withheld name, found by attack: nothing. Files of real producers."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from redaction.apply import apply_plan
from redaction.plan import Plan
from tests.integration.redaction.checker import checked
from tests.integration.redaction.conftest import miss
from tests.unit.redaction import attacks, fontmakers
from tests.unit.redaction.readers import left_edges, pdfium_text

# Short and long, plain and rare letters, letters that come first, last and nowhere else in the story.
NAMES = ("Ann Lee", "Zebedee Quillfeather", "Iain Mulgrew", "Xavier Fitzwilliam-Jakobsen")


@pytest.fixture(params=sorted(attacks.PRODUCERS))
def producer(request: pytest.FixtureRequest) -> str:
    if not attacks.is_installed(request.param):
        miss(f"{request.param} IS NOT INSTALLED: its files are not attacked in this run")
    return str(request.param)


@pytest.fixture
def redacted(producer: str, tmp_path: Path) -> list[Path]:
    """The story about each name, with the name taken out; underlined, linked, ranged and so on as well where a program
    prints it from HTML."""
    out = []
    prints = producer in attacks.PRINTERS
    for number, name in enumerate(NAMES):
        source, target = tmp_path / f"{number}.pdf", tmp_path / f"{number}-out.pdf"
        if prints:
            attacks.print_page(producer, attacks.page_about(name) + attacks.dressed(name), source)
        else:
            attacks.PRODUCERS[producer](name, source)
        report = apply_plan(source, Plan(words=(name,)), target)
        assert report.boxes == 4 + attacks.DRESSED_NAMES * prints
        assert not report.pictured
        out.append(target)
    return out


@pytest.mark.slow
@pytest.mark.usefixtures("checker")
def test_files_that_differ_only_in_the_name_become_one_file_with_fonts_that_hold_nothing_else(
    redacted: list[Path],
) -> None:
    assert len({path.read_bytes() for path in redacted}) == 1
    ((code, found),) = checked([(redacted[0], list(NAMES))])
    assert code == 0, found
    assert attacks.orphans(redacted[0]) == 0
    text = pdfium_text(redacted[0])
    assert "A second line stays here as it is." in text
    assert "Quite the last of the just vows, zealously kept by fixed grace." in text
    assert "attended the meeting." in text


@pytest.mark.parametrize("kind", fontmakers.KINDS)
def test_fonts_of_every_kind_tell_nothing_of_the_name(kind: str, tmp_path: Path) -> None:
    write, outputs = fontmakers.maker(kind, attacks.story), set()
    for name in NAMES:
        source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
        write(name, source)
        report = apply_plan(source, Plan(words=(name,)), target)
        assert (report.boxes, report.pictured) == (4, [])
        outputs.add(target.read_bytes())
    assert len(outputs) == 1
    assert attacks.orphans(target) == 0
    text = pdfium_text(target)
    assert "A second line stays here as it is." in text
    assert "Quite the last of the just vows, zealously kept by fixed grace." in text


def test_text_down_the_page_keeps_its_places_and_tells_nothing(tmp_path: Path) -> None:
    outputs = set()
    for name in NAMES:
        source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
        story = [("plain", f"Seen {name} leave.")]
        fontmakers.story_pdf(story, source, fontmakers.VerticalCompact, fontmakers.VerticalCompact)
        report = apply_plan(source, Plan(words=(name,)), target)
        assert not report.pictured
        outputs.add(target.read_bytes())
    assert len(outputs) == 1
    assert attacks.orphans(target) == 0
    assert pdfium_text(target).split() == ["Seen", "leave."]
    apply_plan(source, Plan(), target)
    assert left_edges(target, ["Seen", "leave"]) == left_edges(source, ["Seen", "leave"])


@pytest.mark.slow
def test_a_font_that_only_the_eye_can_read_is_made_anew_too(tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    story = attacks.story("Zebedee Quillfeather")
    fontmakers.story_pdf(story, source, fontmakers.Mapless, fontmakers.WinAnsiTrueType)
    report = apply_plan(source, Plan(words=("Zebedee Quillfeather",)), target)
    assert (report.boxes, report.pictured) == (4, [])
    assert attacks.orphans(target) == 0


@pytest.mark.slow
def test_no_page_goes_on_using_a_font_that_lost_letters_and_cannot_be_made_anew(tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    story = [("plain", "Seen: Ann Lee left."), ("bold", "Fully kept")]
    fontmakers.story_pdf(story, source, fontmakers.TypeOneDifferences, fontmakers.WinAnsiTrueType)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        descriptor = pdf.pages[0].Resources.Font.P1.FontDescriptor
        descriptor.FontFile = pdf.make_stream(descriptor.FontFile.read_bytes().replace(b"eexec\n", b"eexec\n\1\2\3"))
        for content in (b'BT /P1 12 Tf 72 700 Td (!"#) Tj ET', b"BT /B1 12 Tf 72 700 Td (Fully) Tj ET"):
            pdf.pages.append(pdf.pages[0])
            pdf.pages[-1].obj.Contents = pdf.make_stream(content)
        pdf.save(source)
    report = apply_plan(source, Plan(words=("Ann Lee",)), target)
    why = "a font that could not be made anew"
    assert report.pictured == [{"page": 1, "reason": why}, {"page": 2, "reason": why}]
    assert report.width_visible == [1]
    with pikepdf.open(target) as pdf:
        programs = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) and "/FontFile" in obj]
    assert not programs
    assert attacks.orphans(target) == 0
    assert "Fully" in pdfium_text(target)


def test_the_search_for_orphans_finds_those_of_an_untouched_font(tmp_path: Path) -> None:
    """The attack itself works: with a name's letters gone from the page, its font still holds them."""
    source, cut = tmp_path / "in.pdf", tmp_path / "cut.pdf"
    attacks.by_typst("Zebedee Quillfeather", source)
    with pikepdf.open(source) as pdf:
        operators = list(pikepdf.parse_content_stream(pdf.pages[0]))
        first = next(i for i, (_, operator) in enumerate(operators) if str(operator) == "TJ")
        del operators[first]
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(pikepdf.unparse_content_stream(operators))
        pdf.save(cut)
    assert attacks.orphans(cut) > 0


@pytest.mark.slow
def test_the_gap_around_a_box_does_not_follow_the_name(tmp_path: Path) -> None:
    names = attacks.name_list(12)
    seen = set()
    for name in names:
        source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
        attacks.by_typst(name, source)
        apply_plan(source, Plan(words=(name,)), target)
        found = tuple(round(gap, 2) for gap in attacks.gaps(target))
        assert found, "a box stands between words"
        seen.add(found)
    assert len(seen) == 1
