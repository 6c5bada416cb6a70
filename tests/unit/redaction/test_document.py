"""Reading a file gives the words a person sees, where they see them, or a plain reason why not."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest

from redaction.document import PageText, read_document
from redaction.errors import Encrypted, TooLarge, Unreadable
from redaction.geometry import Box, PageFrame
from redaction.limits import Limits
from redaction.pictures import merged
from tests.unit.redaction.pages import (
    LINE,
    TRAPS,
    add_picture,
    deflate_bomb,
    make_packed,
    make_pdf,
    picture_of,
    texts,
)  # fmt: skip

META = json.loads((TRAPS / "meta.json").read_text(encoding="utf-8"))
SENTENCE = ["Present:", "Zebedee", "Quillfeather", "attended", "the", "meeting."]
# Traps whose visible copy is text that the text layer gives; the others are read by OCR or do not show the name.
TYPED = sorted(path.stem for path in TRAPS.glob("*.pdf") if path.stem[:2] not in (
    "14", "15", "19", "21", "22", "23", "24", "25", "33", "34", "35", "36", "37", "38", "39", "40",
))  # fmt: skip


def only_page(path: Path, **options: bool) -> PageText:
    (page,) = read_document(path, **options)
    return page


@pytest.mark.parametrize("name", TYPED)
def test_each_visible_name_is_read_inside_the_rectangle_where_it_is_shown(name: str) -> None:
    path = TRAPS / f"{name}.pdf"
    pages = list(read_document(path))
    with pikepdf.open(path) as pdf:
        for number, rects in META[name]["rects"].items():
            obj = pdf.pages[int(number)].obj
            frame = PageFrame.from_page(
                obj.get("/MediaBox"), obj.get("/CropBox"), obj.get("/Rotate", 0), float(obj.get("/UserUnit", 1))
            )
            for rect in rects:
                shown = frame.to_display(rect).grown(1.5 * frame.user_unit)
                inside = [word.text for word in pages[int(number)].words if word.box.intersection(shown) == word.box]
                assert "".join(inside).replace("-", "").strip(".,") in "ZebedeeQuillfeather"
                assert inside


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_fit_the_dark_pixels_of_the_drawn_page(tmp_path: Path, rotation: int) -> None:
    entries = {"Rotate": rotation, "UserUnit": 1.5, "CropBox": pikepdf.Array([50, 400, 400, 800])}
    path = make_pdf(tmp_path / "a.pdf", [b"BT /F1 12 Tf 72 700 Td (HHHHHHHH) Tj ET"], **entries)
    page = only_page(path)
    with pdfium.PdfDocument(path) as pdf:
        image = pdf[0].render(scale=3, grayscale=True).to_pil()
    # Scale 3 pixels a unit, 1.5 points a unit: 2 pixels a point.
    x0, y0, x1, y1 = (side / 2 for side in image.point(lambda value: 255 - value).getbbox() or ())
    box = page.words[0].box
    assert (page.width, page.height) == pytest.approx((image.width / 2, image.height / 2))
    assert box.grown(1).intersection((x0, y0, x1, y1)) == (x0, y0, x1, y1)
    assert box.area < 3 * (x1 - x0) * (y1 - y0)


def test_words_part_at_spaces_and_wide_gaps_and_hyphens_stay(tmp_path: Path) -> None:
    content = (
        b"BT /F1 12 Tf 72 700 Td (Smith-Jones said  no\\240more) Tj 0 -14 Td [(left) -6000 (right)] TJ "
        b"0 -14 Td (Quill-) Tj 0 -14 Td (feather) Tj 0 -14 Td [(k) -60 (e) 40 (p) -90 (t)] TJ ET"
    )
    page = only_page(make_pdf(tmp_path / "a.pdf", [content]))
    assert texts(page) == ["Smith-Jones", "said", "no", "more", "left", "right", "Quill-", "feather", "kept"]


def test_glyphs_drawn_one_by_one_from_right_to_left_still_make_words() -> None:
    assert texts(only_page(TRAPS / "06_glyph_by_glyph_reversed.pdf")) == SENTENCE


def test_a_name_in_an_annotation_or_form_field_is_read_like_the_rest_of_the_page() -> None:
    for name in ("14_annots", "15_widget_xfa"):
        page = only_page(TRAPS / f"{name}.pdf")
        assert texts(page) == ["Form", "page", "Zebedee", "Quillfeather"]
        shown = PageFrame.from_page([0, 0, 595, 842]).to_display(META[name]["rects"]["0"][0])
        assert page.words[2].box.overlaps(shown)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["24_tiling_pattern", "25_softmask_text", "33_no_tounicode", "34_lying_tounicode", "35_scan_jpeg",
     "35_scan_mask", "37_inline_image", "38_text_in_smask", "39_outlines"],
)  # fmt: skip
def test_what_no_text_layer_tells_is_read_by_ocr(name: str) -> None:
    page = only_page(TRAPS / f"{name}.pdf")
    assert page.source == "ocr"
    assert texts(page)[: len(SENTENCE)] == SENTENCE


@pytest.mark.slow
def test_ocr_boxes_stand_where_the_scan_shows_the_words_even_on_a_turned_page(tmp_path: Path) -> None:
    scan = picture_of(["Zebedee Quillfeather attended"], width=2339, height=1654)
    path = add_picture(make_pdf(tmp_path / "a.pdf", [b""], Rotate=90), scan.rotate(90, expand=True))
    page = only_page(path)
    assert (page.width, page.height, page.rotation) == (842, 595, 90)
    assert texts(page) == ["Zebedee", "Quillfeather", "attended"]
    # Drawn 157 pixels from the corner, at 200 dpi.
    assert page.words[0].box[:2] == pytest.approx((157 * 0.36, 157 * 0.36), abs=6)


@pytest.mark.slow
def test_a_true_text_layer_under_a_scan_is_kept() -> None:
    page = only_page(TRAPS / "36_scan_ocrlayer.pdf")
    assert page.source == "text"
    assert texts(page)[: len(SENTENCE)] == SENTENCE
    assert not page.set_aside


@pytest.mark.slow
def test_a_text_layer_that_says_something_else_than_the_scan_is_set_aside_and_noted(tmp_path: Path) -> None:
    hidden = b"BT 3 Tr /F1 12 Tf 72 700 Td (Nothing here concerns anybody at all) Tj ET"
    path = add_picture(make_pdf(tmp_path / "a.pdf", [hidden]), picture_of(["Zebedee Quillfeather was seen"]))
    page = only_page(path)
    assert page.source == "ocr"
    assert texts(page) == ["Zebedee", "Quillfeather", "was", "seen"]
    assert [word.text for word in page.set_aside] == ["Nothing", "here", "concerns", "anybody", "at", "all"]
    assert "does not agree" in page.notes[0]


@pytest.mark.slow
def test_a_picture_beside_typed_text_is_read_as_well(tmp_path: Path) -> None:
    picture = picture_of(["Zebedee", "Quillfeather"], width=600, height=500)
    path = add_picture(make_pdf(tmp_path / "a.pdf", [LINE]), picture, b"216 0 0 180 100 300")
    page = only_page(path)
    assert page.source == "text"
    assert texts(page) == ["Present:", "Zebedee", "Quillfeather", "attended.", "Zebedee", "Quillfeather"]
    assert Box(100, 842 - 480, 316, 842 - 300).grown(1).intersection(page.words[-1].box) == page.words[-1].box


def test_without_ocr_a_scan_is_marked_as_unread() -> None:
    page = only_page(TRAPS / "35_scan_jpeg.pdf", ocr=False)
    assert page.words == []
    assert page.notes


def test_an_empty_page_needs_no_ocr(tmp_path: Path) -> None:
    page = only_page(make_pdf(tmp_path / "a.pdf", [b"1 g 0 0 100 100 re f"]))
    assert (page.source, page.words, page.notes) == ("text", [], ())


def test_pages_are_read_as_they_are_asked_for_and_a_range_can_be_chosen(tmp_path: Path) -> None:
    pages = [b"BT /F1 12 Tf 72 700 Td (Page%d) Tj ET" % number for number in range(5)]
    path = make_pdf(tmp_path / "a.pdf", pages)
    assert [(page.page, texts(page)) for page in read_document(path, pages=range(3, 9))] == [
        (3, ["Page3"]),
        (4, ["Page4"]),
    ]


def test_the_same_file_gives_the_same_answer(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LINE] * 3)
    assert [page.to_json() for page in read_document(path)] == [page.to_json() for page in read_document(path)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a zip archive", "not a PDF"),
        (b"%PDF-1.7\nnothing that follows makes sense", "damaged"),
    ],
)
def test_what_is_no_pdf_is_refused_in_plain_words(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=reason):
        list(read_document(path))


def test_a_file_cut_short_is_refused_rather_than_read_in_part(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LINE] * 20)
    path.write_bytes(path.read_bytes()[:-900])
    with pytest.raises(Unreadable):
        list(read_document(path))


def test_a_locked_file_is_refused_and_one_locked_only_against_printing_is_read(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="open sesame", owner="owner"))
    with pytest.raises(Encrypted, match="password"):
        list(read_document(tmp_path / "locked.pdf"))
    assert "Zebedee" in texts(only_page(TRAPS / "31_encrypted_owner.pdf"))


def test_more_pages_than_the_limit_are_refused(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LINE] * 4)
    with pytest.raises(TooLarge, match="4 pages"):
        list(read_document(path, limits=Limits(pages=3)))


def test_a_page_beyond_any_size_is_refused(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", UserUnit=1000)
    with pytest.raises(TooLarge, match="Page 1"):
        list(read_document(path))


@pytest.mark.slow
@pytest.mark.parametrize("filters", [["/FlateDecode"], ["/FlateDecode", "/FlateDecode"]])
def test_a_stream_of_three_gigabytes_in_a_small_file_is_refused_not_read_as_empty(
    tmp_path: Path, filters: list[str]
) -> None:
    packed = deflate_bomb(192)
    for _ in filters[1:]:
        packed = zlib.compress(packed)
    path = make_packed(tmp_path / "a.pdf", packed, filters)
    assert path.stat().st_size < 4_000_000
    with pytest.raises(TooLarge, match="unpacks"):
        list(read_document(path))


def test_a_bomb_packed_by_lzw_or_run_length_is_refused(tmp_path: Path) -> None:
    limits = Limits(stream_bytes=1_000_000)
    run_length = make_packed(tmp_path / "r.pdf", b"\x81 " * 50_000 + b"\x80", ["/RunLengthDecode"])
    lzw = make_packed(tmp_path / "l.pdf", _lzw_of_spaces(2_000), ["/LZWDecode"])
    for path in (run_length, lzw):
        with pytest.raises(TooLarge):
            list(read_document(path, limits=limits))


def test_one_content_stream_named_many_times_counts_each_time(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        stream = pdf.make_stream(b" " * 1_000_000)
        pdf.pages[0].obj.Contents = pikepdf.Array([stream] * 100)
        pdf.save(path)
    with pytest.raises(TooLarge, match="Page 1"):
        list(read_document(path))


def test_an_image_said_to_be_gigantic_is_refused(tmp_path: Path) -> None:
    path = add_picture(make_pdf(tmp_path / "a.pdf"), picture_of(["x"], width=50, height=50))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Im0
        image.Width, image.Height = 60_000, 60_000
        pdf.save(path)
    with pytest.raises(TooLarge):
        list(read_document(path))


def test_strips_of_one_scan_become_one_region() -> None:
    strips = [Box(0, top, 100, top + 10) for top in range(0, 100, 10)]
    assert merged([*strips, Box(200, 0, 210, 10)]) == [Box(0, 0, 100, 100), Box(200, 0, 210, 10)]


def _lzw_of_spaces(codes: int) -> bytes:
    """Each code one longer than the one before: as tightly as LZW can pack."""
    bits, size, width = "100000000" + format(32, "09b"), 258, 9
    for _ in range(codes):
        size += 1
        width = min(max(size.bit_length(), 9), 12)
        bits += format(size - 1, f"0{width}b")
        if size == 4094:
            break
    bits += format(257, f"0{width}b")
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
