"""The bundle on paper: numbers upright at the foot of the page as it is seen, an outline, and a lock that holds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
import typst

from redaction.geometry import PageFrame
from sar.foundation.ids import PHRASE_LENGTH
from sar.release.assembly import Part, encrypt, first_pages, merge, number_pages, opens_only_with
from sar.release.joining import Bundle
from sar.settings import PROJECT_ROOT

WORDS = "amber birch dune ember fjord oak"


def blank(path: Path, *, pages: int = 1, content: bytes = b"", **entries: object) -> Path:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(400, 300))
            page.obj["/Contents"] = pdf.make_stream(content)
            for name, value in entries.items():
                page.obj[f"/{name}"] = pikepdf.Array(value) if isinstance(value, list) else value
        pdf.save(path)
    return path


def number_of(path: Path, index: int = 0) -> tuple[str, tuple[float, float, float, float], tuple[float, float]]:
    """The text of a page, its box as displayed (left, top, right, bottom in points), and the page's size."""
    document = pdfium.PdfDocument(path)
    try:
        page = document[index]
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        with pikepdf.open(path) as pdf:
            raw = pdf.pages[index]
            frame = PageFrame.from_page(
                [float(edge) for edge in raw.mediabox],
                [float(edge) for edge in raw.cropbox],
                float(raw.obj.get("/Rotate", 0)),
                float(raw.obj.get("/UserUnit", 1)),
            )
        boxes = []
        for at in range(text_page.count_chars()):
            left, bottom, right, top = text_page.get_charbox(at)
            boxes.append(frame.to_display((left, bottom, right, top)))
        box = min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
        text_page.close()
        page.close()
        return text, box, (frame.width, frame.height)
    finally:
        document.close()


PAGES = {
    "plain": {},
    "turned right": {"Rotate": 90},
    "upside down": {"Rotate": 180},
    "turned left": {"Rotate": 270},
    "cropped": {"CropBox": [50, 40, 350, 260]},
    "cropped and turned": {"CropBox": [50, 40, 350, 260], "Rotate": 90},
    "away from the origin": {"MediaBox": [-500, 700, -100, 1000], "Rotate": 270},
    "in large units": {"UserUnit": 2},
    "left transformed": {"content": b"q 0.1 0 0 0.1 90 90 cm q"},
    "closing what it never opened": {"content": b"Q Q 0.1 0 0 0.1 90 90 cm"},
}


@pytest.mark.parametrize("how", PAGES)
def test_a_number_stands_upright_at_the_foot_of_the_page_as_it_is_seen(how: str, tmp_path: Path) -> None:
    path = blank(tmp_path / "part.pdf", pages=2, **PAGES[how])
    number_pages(Part("Record", path, 2), 5, 9, "SAR-7K2M-4XYZ")
    for index, number in enumerate((5, 6)):
        text, (left, top, right, bottom), (width, height) = number_of(path, index)
        assert text.split() == ["SAR-7K2M-4XYZ", "page", str(number), "of", "9"]
        assert 12 <= left <= 17 and height - 18 <= bottom <= height - 10, "at the lower left"
        assert 5 <= bottom - top <= 10, "one line of 8 points high: it stands upright"
        assert 90 <= right - left <= 140 < width


def test_a_number_on_a_page_that_is_black_all_over_is_white(tmp_path: Path) -> None:
    path = blank(tmp_path / "part.pdf", pages=2, content=b"0 g 0 0 400 300 re f")
    number_pages(Part("Record", path, 2, frozenset({2})), 1, 2, "SAR-1")
    document = pdfium.PdfDocument(path)
    lightest = [page.render().to_pil().convert("L").crop((10, 270, 150, 295)).getextrema()[1] for page in document]
    document.close()
    assert lightest[0] < 60 and lightest[1] > 200


def test_numbering_a_file_with_other_pages_than_were_counted_fails(tmp_path: Path) -> None:
    path = blank(tmp_path / "part.pdf", pages=2)
    with pytest.raises(ValueError, match="other pages"):
        number_pages(Part("Record", path, 3), 1, 3, "SAR-1")


@pytest.fixture
def bundle(tmp_path: Path) -> tuple[Path, list[Part]]:
    parts = [
        Part("Letter", blank(tmp_path / "a.pdf"), 1),
        Part("1. Contact log é", blank(tmp_path / "b.pdf", pages=3), 3),
        Part("2. Licence", blank(tmp_path / "c.pdf"), 1),
    ]
    target = tmp_path / "plain.pdf"
    assert merge(parts, target, title="Your records, SAR-1") == 5
    return target, parts


def test_the_outline_leads_to_the_first_page_of_each_part(bundle: tuple[Path, list[Part]]) -> None:
    with pikepdf.open(bundle[0]) as pdf, pdf.open_outline() as outline:
        found = []
        for item in outline.root:
            target = item.destination[0] if item.destination is not None else item.action["/D"][0]
            found.append((item.title, pikepdf.Page(target).index + 1))
    assert found == [("Letter", 1), ("1. Contact log é", 2), ("2. Licence", 5)]
    assert first_pages(bundle[1]) == [1, 2, 5]


def test_the_bundle_says_its_title_and_language_and_nothing_else_about_itself(
    bundle: tuple[Path, list[Part]],
) -> None:
    with pikepdf.open(bundle[0]) as pdf:
        assert dict(pdf.docinfo) == {"/Title": "Your records, SAR-1"}
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "/Metadata" not in pdf.Root and "/Names" not in pdf.Root and "/OpenAction" not in pdf.Root


def test_the_locked_bundle_opens_with_its_words_in_every_reader_and_not_without(
    bundle: tuple[Path, list[Part]], tmp_path: Path
) -> None:
    locked = tmp_path / "bundle.pdf"
    encrypt(bundle[0], locked, WORDS)
    assert opens_only_with(locked, WORDS, 5)
    assert not opens_only_with(locked, WORDS, 4)
    with pikepdf.open(locked, password=WORDS) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert pdf.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3
        assert pdf.user_password_matched and not pdf.owner_password_matched
    document = pdfium.PdfDocument(locked, password=WORDS)
    assert len(document) == 5
    document.close()
    for wrong in (None, "", WORDS.removesuffix(" oak"), WORDS.upper()):
        with pytest.raises(pdfium.PdfiumError):
            pdfium.PdfDocument(locked, password=wrong)
    assert b"Your records" not in locked.read_bytes() and b"Contact" not in locked.read_bytes()


def test_a_file_that_is_not_encrypted_is_not_taken_for_locked(bundle: tuple[Path, list[Part]]) -> None:
    assert not opens_only_with(bundle[0], WORDS, 5)


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault_in_the_locked_bundle(bundle: tuple[Path, list[Part]], tmp_path: Path) -> None:
    locked = tmp_path / "bundle.pdf"
    encrypt(bundle[0], locked, WORDS)
    said = subprocess.run(["qpdf", "--check", f"--password={WORDS}", str(locked)], capture_output=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert subprocess.run(["qpdf", "--check", str(locked)], capture_output=True, check=False).returncode == 2


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_poppler_opens_the_bundle_with_a_phrase_of_the_greatest_length(tmp_path: Path) -> None:
    plain, locked = tmp_path / "plain.pdf", tmp_path / "bundle.pdf"
    plain.write_bytes(typst.compile(b"Licence conditions"))
    assert len(WORDS) == PHRASE_LENGTH
    encrypt(plain, locked, WORDS)
    read = subprocess.run(["pdftotext", "-upw", WORDS, str(locked), "-"], capture_output=True, check=True)
    assert b"Licence conditions" in read.stdout


@pytest.mark.parametrize(
    ("page", "title", "own"),
    [(1, "Letter", 1), (2, "1. Contact log é", 1), (4, "1. Contact log é", 3), (5, "2. Licence", 1), (6, None, 6)],
)
def test_a_page_of_the_bundle_is_led_back_to_its_record(
    page: int, title: str | None, own: int, bundle: tuple[Path, list[Part]]
) -> None:
    plain, parts = bundle
    part, number = Bundle(tuple(parts), plain, plain, plain).place(page)
    assert (part.title if part else None, number) == (title, own)


def test_finding_nowhere_in_particular_names_no_page(bundle: tuple[Path, list[Part]]) -> None:
    plain, parts = bundle
    assert Bundle(tuple(parts), plain, plain, plain).place(None) == (None, None)


def test_the_program_in_the_sandbox_loads_nothing_of_the_application_or_its_database() -> None:
    """It meets files that were hostile once, twice for each reply."""
    told = "import sys, sar.release.assembly; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", told], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert {"flask", "sqlalchemy"} & set(loaded.stdout.split()) == set() and "pikepdf" in loaded.stdout.split()
