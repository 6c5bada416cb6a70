"""Papers: what is on them, that people's text stays text, and that the same data gives the same bytes."""

from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from sar.foundation import wording
from sar.foundation.typefaces import showable
from sar.foundation.typesetting import REQUIRED, TypesettingError, typeset

SENDER = {"name": "Northmoor Probation Partnership", "lines": ["Data Protection Team", "1 Mill Lane"]}


def paragraph(*lines: str) -> dict[str, object]:
    return {"kind": "paragraph", "lines": list(lines)}


def sample(template: str) -> dict[str, object]:
    letter = {
        "date": date(2026, 11, 22),
        "reference": "SAR-7KQ4-M2XP",
        "sender": SENDER,
        "addressee": {"name": "Reece Hartley-Moon", "lines": ["14 Garnet Terrace"]},
        "subject": "We have your request",
        "blocks": [paragraph("Thank you."), {"kind": "list", "lines": ["one", "two"]}],
        "signatory": {"name": "Ada Caseworker"},
    }
    if template == "letter":
        return letter
    if template == "cover":
        section = {"heading": "Your rights", "blocks": [paragraph("You can ask.")]}
        return {**letter, "contents": [{"label": "This letter", "page": 1}], "sections": [section]}
    common = {key: letter[key] for key in ("date", "reference", "sender")}
    if template == "schedule":
        row = {"record": 1, "page": 2, "code": "P3-OTHERS", "explanation": "It is about other people.", "count": 3}
        code = {"code": "P3-OTHERS", "law": "s.45(4)(e)", "text": "It is about other people."}
        return {**common, "title": "What was taken out", "subject_name": "Reece", "rows": [row], "codes": [code]}
    if template == "certificate":
        check = {"name": "No withheld text", "result": "Passed"}
        return {**common, "title": "Certificate", "statement": [paragraph("It was read back.")], "checks": [check]}
    header = [{"name": "From", "value": "will@council.example"}]
    return {"date": "2026-11-22", "title": "Mail", "header": header, "body": "Hello\n> quoted"}


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("template", sorted(REQUIRED))
def test_every_paper_is_a_tagged_pdf_with_title_and_language(template):
    with pikepdf.open(BytesIO(typeset(template, sample(template)))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]


@pytest.mark.parametrize("template", sorted(REQUIRED))
def test_the_same_data_gives_the_same_bytes(template):
    assert typeset(template, sample(template)) == typeset(template, sample(template))


@pytest.mark.parametrize("template", sorted(REQUIRED))
def test_every_font_on_a_paper_is_one_of_ours_and_embedded(template):
    with pikepdf.open(BytesIO(typeset(template, sample(template)))) as pdf:
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item]
        assert fonts
        for font in fonts:
            assert any(name in str(font.FontName) for name in ("Liberation", "DejaVu"))
            assert any(key in font for key in ("/FontFile2", "/FontFile3"))


@pytest.mark.parametrize("template", sorted(REQUIRED))
def test_a_paper_without_what_it_needs_names_it(template):
    for key in REQUIRED[template]:
        lacking = {name: value for name, value in sample(template).items() if name != key}
        with pytest.raises(TypesettingError, match=key):
            typeset(template, lacking)


def test_text_that_a_person_wrote_is_shown_as_it_is_and_never_run():
    hostile = '#panic("run") *bold* _it_ $x$ \\u{41} <label> @ref [x] // c /* d */ = h #include "x.typ" `raw`'
    assert hostile in text_of(typeset("letter", {**sample("letter"), "blocks": [paragraph(hostile)]})).replace(
        "\r\n", " "
    )


def test_every_line_and_space_of_a_converted_record_is_kept():
    body = "Date      Time\n06/02/24  10:10\n    > quoted"
    page = text_of(typeset("record_conversion", {**sample("record_conversion"), "body": body, "layout": "fixed"}))
    assert "06/02/24" in page and "> quoted" in page
    boxes = pypdfium2.PdfDocument(typeset("record_conversion", {**sample("record_conversion"), "body": body}))
    assert len(boxes) == 1
    boxes.close()


def test_a_word_longer_than_the_line_stays_on_the_paper():
    address = "https://example.example/" + "a1" * 150
    pdf = typeset("record_conversion", {**sample("record_conversion"), "body": address})
    document = pypdfium2.PdfDocument(pdf)
    page = document[0].get_textpage()
    right_edges = [page.get_charbox(index)[2] for index in range(page.count_chars())]
    document.close()
    assert max(right_edges) < 595
    assert address in text_of(pdf).replace("\r\n", "").replace("\n", "")


def test_a_table_with_long_lines_is_turned_rather_than_broken():
    row = (
        "06/02/24  10:10  oral   neg  POS  neg  POS  neg   A Bhriain        A Karimi       admits it, Saturday night  x"
    )
    document = pypdfium2.PdfDocument(
        typeset("record_conversion", {**sample("record_conversion"), "body": row + " " * 3 + "end", "layout": "fixed"})
    )
    width, height = document[0].get_size()
    document.close()
    assert width > height


def test_names_from_other_alphabets_are_on_the_paper():
    names = "Małgorzata Wrona, Aoife Ní Bhriain, Олена Коваленко, Γιώργος"
    assert names in text_of(typeset("letter", {**sample("letter"), "blocks": [paragraph(names)]}))


def test_a_character_that_cannot_be_drawn_is_named_and_not_lost():
    assert showable("ok \U0001f9ff\ufe0f x") == "ok [nazar amulet] x"
    assert "[cjk unified ideograph-4e2d]" in text_of(
        typeset("letter", {**sample("letter"), "blocks": [paragraph("中")]})
    )


def test_marks_that_reorder_text_are_named_and_not_obeyed():
    assert showable("invoice\u202efdp.exe") == "invoice[right-to-left override]fdp.exe"


def test_control_characters_are_named_and_tabs_become_columns():
    assert showable("a\tb\x00c\r\nd") == "a       b[U+0000]c\nd"


def test_letters_and_papers_fit_together():
    fields = {"reference": "SAR-1", "withdrawn_date": date(2026, 11, 2), "contact": "call us"}
    shown = wording.render("withdrawal", {**fields, "nothing_to_pay": ""})
    page = text_of(typeset("letter", {**sample("letter"), "subject": shown.subject, "blocks": shown.as_data()}))
    assert "You have taken back your request (SAR-1)" in page
    assert "On 2 November 2026 you told us" in page.replace("\r\n", " ")


def test_a_long_schedule_repeats_its_headings_on_each_page():
    schedule = sample("schedule")
    schedule["rows"] = [{**schedule["rows"][0], "page": page} for page in range(80)]
    document = pypdfium2.PdfDocument(typeset("schedule", schedule))
    assert len(document) > 1
    assert all("Places" in page.get_textpage().get_text_range() for page in list(document)[:2])
    document.close()


@pytest.mark.parametrize("value", [b"bytes", object(), datetime(2026, 11, 22, 1, tzinfo=UTC), {1, 2}])
def test_what_cannot_stand_on_paper_is_refused(value):
    with pytest.raises(TypesettingError):
        typeset("letter", {**sample("letter"), "salutation": value})


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", None])
def test_a_paper_needs_a_real_date(value):
    with pytest.raises(TypesettingError):
        typeset("letter", {**sample("letter"), "date": value})


def test_an_unknown_paper_is_refused():
    with pytest.raises(TypesettingError, match="no paper"):
        typeset("../letter", {})


def test_a_fault_in_the_data_says_so_without_repeating_it():
    with pytest.raises(TypesettingError) as refused:
        typeset("letter", {**sample("letter"), "addressee": "Reece Hartley-Moon"})
    assert "Hartley" not in str(refused.value)
    assert refused.value.__suppress_context__
