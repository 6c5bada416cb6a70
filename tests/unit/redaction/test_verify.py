"""The verifier finds what was left behind, says where, and never repeats it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest

from redaction.errors import Unreadable
from redaction.verify import Leak, verify_file
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import TRAPS

NAME = "Zebedee Quillfeather"


def places(path: Path, *needles: str) -> set[str]:
    return {leak.where for leak in verify_file(path, list(needles or (NAME,)), ocr=False)}


def changed(path: Path, change: object) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)  # type: ignore[operator]
        pdf.save(path)
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return new_pdf(tmp_path / "clean.pdf", line("Nothing to see."))


def test_a_clean_file_has_no_leaks(clean: Path) -> None:
    assert verify_file(clean, [NAME, "Ann"]) == []


def test_text_covered_by_a_box_is_still_text(tmp_path: Path) -> None:
    path = new_pdf(tmp_path / "in.pdf", line(f"By {NAME} today.") + "0 g 60 690 300 30 re f")
    assert Leak("text", 1, 0) in verify_file(path, [NAME], ocr=False)


def test_metadata_attachments_annotations_and_outlines_are_read(clean: Path) -> None:
    def author(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Author"] = pikepdf.String(NAME)

    def attachment(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["a.txt"] = NAME.encode("utf-16")

    def annotation(pdf: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Contents=NAME, Rect=[0, 0, 9, 9])
        pdf.pages[0].obj["/Annots"] = pikepdf.Array([pdf.make_indirect(note)])

    def outline(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as tree:
            tree.root.append(pikepdf.OutlineItem(f"About {NAME}", 0))

    for change, where in (
        (author, "metadata"),
        (attachment, "attachment"),
        (annotation, "annotation"),
        (outline, "outline"),
    ):
        path = clean.with_name(f"{where}.pdf")
        path.write_bytes(clean.read_bytes())
        assert where in places(changed(path, change))


def test_strings_in_utf16_names_and_bytes_after_the_end_are_read(clean: Path) -> None:
    def name(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj["/ZebedeeQuillfeather"] = True

    named = clean.with_name("named.pdf")
    named.write_bytes(clean.read_bytes())
    assert "bytes" in places(changed(named, name))
    trailing = clean.with_name("trailing.pdf")
    trailing.write_bytes(clean.read_bytes() + b"\n% " + NAME.encode() + b"\n%%EOF\n")
    assert places(trailing) == {"bytes"}


def test_an_earlier_revision_is_read() -> None:
    assert "bytes" in places(TRAPS / "19_incremental.pdf")


def test_a_name_over_a_line_or_page_break_is_found(tmp_path: Path) -> None:
    over_lines = new_pdf(tmp_path / "lines.pdf", line("seen by Zebe-") + line("dee Quillfeather.", y=686))
    over_pages = new_pdf(
        tmp_path / "pages.pdf",
        line("seen by Zebedee", y=90) + line("1", y=40),
        line("Quillfeather came.", y=790),
    )
    assert "text" in places(over_lines)
    assert Leak("text", 1, 0) in verify_file(over_pages, [NAME], ocr=False)


def test_a_short_name_in_packed_bytes_is_chance_and_in_text_is_not(tmp_path: Path) -> None:
    path = new_pdf(tmp_path / "in.pdf", line("The planning of the annex."))
    assert places(path, "Ann", "Li", "Ed") == set()
    assert places(new_pdf(tmp_path / "ann.pdf", line("Ann’s plan.".replace("’", "'"))), "Ann") >= {"text"}


def test_a_gap_that_fits_the_name_beside_a_black_box_is_reported(tmp_path: Path) -> None:
    start, end = 72 + width("By "), 72 + width(f"By {NAME}")
    gap = f"0 g {start:.2f} 697 {end - start:.2f} 14 re f "
    path = new_pdf(tmp_path / "in.pdf", gap + line("By ") + line(" today.", x=end))
    assert {leak.where for leak in verify_file(path, [NAME, "Someone Else Altogether"], ocr=False)} == {"width"}
    assert [leak.needle_index for leak in verify_file(path, ["Someone Else Altogether", NAME], ocr=False)] == [1]


@pytest.mark.parametrize(
    ("over", "unseen", "found"), [(True, True, set()), (True, False, {"width"}), (False, True, {"width"})]
)
def test_unseen_words_over_a_scan_say_no_more_of_a_gap_than_the_scan(
    over: bool, unseen: bool, found: set[str], tmp_path: Path
) -> None:
    start, end = 72 + width("By "), 72 + width(f"By {NAME}")
    scan = "q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID ~ EI Q " if over else ""
    gap = f"0 g {start:.2f} 697 {end - start:.2f} 14 re f " + ("3 Tr " if unseen else "")
    path = new_pdf(tmp_path / "in.pdf", scan + gap + line("By ") + line(" today.", x=end))
    assert {leak.where for leak in verify_file(path, [NAME], ocr=False)} == found


def test_what_lies_under_a_black_box_in_a_picture_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "covered.pdf"
    with pikepdf.open(TRAPS / "35_scan_g4.pdf") as pdf:
        page = pdf.pages[0]
        page.contents_add(b"0 g 110 690 130 30 re f", prepend=False)
        pdf.save(path)
    assert Leak("image OCR", 1, 0) in verify_file(path, [NAME])


def test_a_file_that_cannot_be_read_is_never_clean(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing else")
    with pytest.raises(Unreadable):
        verify_file(broken, [NAME])


def test_a_leak_does_not_repeat_what_leaked(tmp_path: Path) -> None:
    path = new_pdf(tmp_path / "in.pdf", line(NAME))
    assert "Zebedee" not in repr(verify_file(path, [NAME], ocr=False))


def word_file(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        first, rest = text[:4], text[4:]
        archive.writestr("word/document.xml", f"<w:t>By {first}</w:t><w:t>{rest} today</w:t>" * 9)
    return made.getvalue()


def test_attached_files_are_read_by_what_they_are(clean: Path, tmp_path: Path) -> None:
    named = new_pdf(tmp_path / "named.pdf", line(f"By {NAME}")).read_bytes()
    other = new_pdf(tmp_path / "other.pdf", line("By nobody")).read_bytes()
    for name, content, found in (
        ("a.docx", word_file(NAME), {"attachment"}),
        ("a.pdf", named, {"attachment"}),
        ("b.docx", word_file("Nobody at all"), set()),
        ("b.pdf", other, set()),
    ):
        path = tmp_path / "copy.pdf"
        path.write_bytes(clean.read_bytes())
        assert places(changed(path, lambda pdf, n=name, c=content: pdf.attachments.update({n: c}))) == found, name


def test_an_attachment_that_cannot_be_read_is_never_clean(clean: Path) -> None:
    packed = bytes(range(128, 256)) * 40
    with pytest.raises(Unreadable, match="attachment that cannot be read"):
        verify_file(changed(clean, lambda pdf: pdf.attachments.update({"a.bin": packed})), [NAME], ocr=False)


@pytest.mark.parametrize(
    "content",
    [
        b"/Span <</Foo <" + ("\ufeff" + NAME).encode("utf-16-be").hex().encode() + b">>> BDC EMC",
        b"/Span <</Foo (Zebedee Qu\\151llfeather)>> BDC EMC",
        b"/Zebedee#20Quillfeather BMC EMC",
        b"<" + NAME.encode().hex().encode() + b"> 0 0 m S",
    ],
)
def test_strings_of_content_are_read_as_they_are_meant(content: bytes, tmp_path: Path) -> None:
    assert "bytes" in places(new_pdf(tmp_path / "in.pdf", content.decode("latin-1")))


def test_addresses_and_scripts_are_read_without_their_escapes(clean: Path) -> None:
    def link(pdf: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://x.example/?q=Zebedee%20Quillfeather")
        pdf.Root["/OpenAction"] = action

    def script(pdf: pikepdf.Pdf) -> None:
        pdf.Root["/OpenAction"] = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS='say("\\u005aebedee Quill\\x66eather")'
        )

    for change in (link, script):
        assert places(changed(clean, change)) == {"bytes"}
