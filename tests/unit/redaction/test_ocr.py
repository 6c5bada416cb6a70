"""Both OCR engines read a really drawn page, and say where each word stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from redaction.errors import TooLarge, Unreadable
from redaction.geometry import Box
from redaction.ocr import ENGINES, TESSERACT, engine_name, ocr_image
from redaction.opening import open_pdf
from redaction.render import draw, png_bytes, render_page
from redaction.thorough import read_thoroughly
from tests.unit.redaction.pages import LINE, make_pdf, picture_of

SENTENCE = "Present: Zebedee Quillfeather attended.".split()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_reads_a_drawn_page_word_by_word_where_it_stands(tmp_path: Path, engine: str) -> None:
    if engine == TESSERACT and engine_name() != TESSERACT:
        pytest.skip("Tesseract is not installed here; RapidOCR is tested.")
    image = render_page(make_pdf(tmp_path / "a.pdf", [LINE]), 0, dpi=200)
    words = ocr_image(image, 200, engine=engine)
    assert [word.text for word in words] == SENTENCE
    # "Zebedee" as set by the PDF: from x = 120 pt, baseline 142 pt from the top, 12 pt Helvetica.
    box = words[1].box
    assert box.x0 == pytest.approx(120, abs=3)
    assert box.x1 == pytest.approx(167, abs=3)
    assert box.y0 <= 136 and 140 <= box.y1 <= 148


@pytest.mark.slow
@pytest.mark.parametrize(
    ("turn", "lightest", "box"),
    [
        pytest.param(Image.Transpose.ROTATE_90, 255, (81, 11, 96, 73), id="on its side, on white"),
        pytest.param(Image.Transpose.ROTATE_180, 187, (11, 19, 73, 34), id="on its head, on grey as in a photograph"),
    ],
)
def test_text_that_does_not_stand_upright_is_read_where_it_stands(
    turn: Image.Transpose, lightest: int, box: Box
) -> None:
    if engine_name() != TESSERACT:
        pytest.skip("Tesseract is not installed here; it tells which way a photograph is to be turned.")
    lines = ["The report of the meeting about housing benefit", "was sent to the council by Zebedee Quillfeather"]
    image = picture_of(lines, width=900, height=320).convert("L").point(lambda tone: 60 + tone * (lightest - 60) // 255)
    words = read_thoroughly(image.transpose(turn), 200)
    (found,) = [word.box for word in words if word.text == "Quillfeather"]
    assert found == pytest.approx(box, abs=4)


@pytest.mark.slow
def test_a_blank_image_holds_no_words() -> None:
    for engine in {engine_name(), "rapidocr"}:
        assert ocr_image(Image.new("L", (600, 400), 255), 200, engine=engine) == []


def test_a_failing_engine_is_an_error_not_an_empty_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreadable):
        ocr_image(picture_of(["Zebedee"], width=300, height=300), 200)


def test_without_tesseract_the_other_engine_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engine_name() == "rapidocr"


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown engine"):
        ocr_image(Image.new("L", (10, 10)), 200, engine="guesswork")


def test_a_page_is_drawn_at_the_size_it_is_displayed(tmp_path: Path) -> None:
    image = render_page(make_pdf(tmp_path / "a.pdf", Rotate=90, UserUnit=2), 0, dpi=72)
    assert image.size == (2 * 842, 2 * 595)
    assert image.mode == "RGB"
    assert png_bytes(image).startswith(b"\x89PNG")


def test_a_huge_page_is_drawn_within_the_pixel_cap_and_says_at_what_resolution(tmp_path: Path) -> None:
    image = render_page(make_pdf(tmp_path / "a.pdf", UserUnit=20), 0, dpi=300, max_pixels=1_000_000)
    assert image.width * image.height <= 1_010_000
    assert image.info["dpi"][0] == pytest.approx(image.width / (595 * 20) * 72, rel=0.01)


def test_a_region_of_a_page_is_drawn_as_it_looks_on_the_whole_page(tmp_path: Path) -> None:
    with open_pdf(make_pdf(tmp_path / "a.pdf", Rotate=270)) as opened:
        page = opened.page(0)
        frame = opened.frame(0, page)
        whole = draw(page, frame, dpi=72, grey=True)
        region = Box(100, 300, 220, 560)
        part = draw(page, frame, dpi=72, grey=True, region=region)
        page.close()
    assert part.size == (120, 260)
    assert part.getextrema()[0] < 128
    assert part.tobytes() == whole.crop((100, 300, 220, 560)).tobytes()


def test_a_page_that_does_not_exist_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no page 2"):
        render_page(make_pdf(tmp_path / "a.pdf"), 1)


def test_a_file_over_the_limits_is_not_drawn_either(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        render_page(make_pdf(tmp_path / "a.pdf", UserUnit=1000), 0)
