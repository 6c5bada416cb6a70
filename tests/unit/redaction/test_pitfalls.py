"""Ways in which names escape that the traps do not hold: scripts, ligatures, spaces, line moves, overlaid words.

docs/redaction.md lists every pitfall with the test that stands for it.
"""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from redaction.apply import apply_plan
from redaction.plan import Plan
from redaction.render import render_page
from tests.unit.redaction import fontmakers
from tests.unit.redaction.fontmakers import stand_ins
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import everything_written, left_edges, pdfium_text, squeezed

# Letters of other alphabets drawn, letters of these scripts named. In Devanagari "ц" and "э" are marks.
IN_DEVANAGARI = stand_ins(
    {"ж": "स", "ц": "ी", "ф": "त", "я": "ा", "д": "द", "э": "े", "ю": "व", "ы": "क", "щ": "ह", "л": "म"}, "цэ"
)
IN_HEBREW = stand_ins({"s": "ש", "r": "ר", "h": "ה", "k": "כ", "n": "ן", "b": "ב", "a": "א", "p": "פ", "g": "ג"})
WITH_LIGATURES = stand_ins({"1": "fi", "2": "ffi", "3": "ﬂ"})


def written(tmp_path: Path, text: str, kind: type[fontmakers.Kind]) -> Path:
    path = tmp_path / "in.pdf"
    fontmakers.story_pdf([("plain", text), ("plain", text[:3])], path, kind, kind)
    return path


@pytest.mark.parametrize(
    ("shown", "kind", "name", "kept"),
    [
        pytest.param("ыящя жцфя дэюц ляфя", IN_DEVANAGARI, "सीता देवी", "कहा मता", id="Devanagari"),
        pytest.param("abg nhk hrs pag", IN_HEBREW, "שרה כהן", "אבג פאג", id="right to left, as seen"),
        pytest.param("abg srh khn pag", IN_HEBREW, "שרה כהן", "אבג פאג", id="right to left, as spoken"),
        pytest.param("By Gri2th O1eld now", WITH_LIGATURES, "Griffith Ofield", "By now", id="ligatures"),
        pytest.param("By 3ora Fo3y now", WITH_LIGATURES, "Flora Fofly", "By now", id="ligature signs"),
        pytest.param("By Ann~Lee now", stand_ins({"~": "\u00a0"}), "Ann Lee", "By now", id="no-break space"),
        pytest.param("By An~n Lee now", stand_ins({"~": "\u00ad"}, "~"), "Ann Lee", "By now", id="soft hyphen"),
        pytest.param("By Anne~ Lee now", stand_ins({"~": "\u0301"}, "~"), "Anné Lee", "By now", id="accents"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(
    shown: str, kind: type[fontmakers.Kind], name: str, kept: str, tmp_path: Path
) -> None:
    report = apply_plan(written(tmp_path, shown, kind), Plan(words=(name,)), tmp_path / "out.pdf")
    assert report.boxes >= 1
    assert not report.pictured
    text = squeezed(pdfium_text(tmp_path / "out.pdf"))
    assert all(squeezed(word) in text or squeezed(word)[::-1] in text for word in kept.split())
    assert squeezed(name) not in text
    assert squeezed(name)[::-1] not in text


@pytest.mark.parametrize(
    "moves",
    [
        "BT /F1 12 Tf 14 TL 72 700 Td (Present: Ann) Tj T* (Lee and others) Tj T* (Third line) Tj ET",
        "BT /F1 12 Tf 72 714 Td 0 -14 TD (Present: Ann) Tj T* (Lee and others) Tj T* (Third line) Tj ET",
        "BT /F1 12 Tf 14 TL 72 714 Td (Present: Ann) ' (Lee and others) ' (Third line) ' ET",
        'BT /F1 12 Tf 14 TL 72 714 Td 0 0 (Present: Ann) " 2 1 (Lee and others) " 0 0 (Third line) " ET',
        "BT /F1 12 Tf 1 0 0 1 72 700 Tm (Present: Ann) Tj 0 -14 Td (Lee and others) Tj 0 -14 Td (Third line) Tj ET",
    ],
)
def test_lines_after_a_redaction_stay_whatever_operator_moves_to_them(moves: str, tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", moves)
    apply_plan(source, Plan(words=("Ann Lee",)), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").split() == ["Present:", "and", "others", "Third", "line"]
    assert left_edges(tmp_path / "out.pdf", ["Present", "Third"]) == left_edges(source, ["Present", "Third"])


def test_a_name_over_a_hyphen_with_the_next_word_on_its_line(tmp_path: Path) -> None:
    pages = line("Seen by Quill-") + line("feather, who left.", y=684)
    source = new_pdf(tmp_path / "in.pdf", pages)
    apply_plan(source, Plan(words=("Quillfeather",)), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").replace(",", "").split() == ["Seen", "by", "who", "left."]


def test_a_word_set_out_of_its_order_and_far_from_where_it_is_drawn_is_found(tmp_path: Path) -> None:
    """Its halves are drawn at the end of the page's content, the second half first."""
    start = 72 + width("Seen by ")
    half = start + width("Quill")
    page = line("Seen by") + line("now.", x=half + width("feather ")) + line("Second line", y=660)
    source = new_pdf(tmp_path / "in.pdf", page + line("feather", x=half) + line("Quill", x=start))
    apply_plan(source, Plan(words=("Quillfeather",)), tmp_path / "out.pdf")
    assert squeezed(pdfium_text(tmp_path / "out.pdf")) == "seenbynowsecondline"


def test_a_mark_for_redaction_that_nobody_applied_is_neither_kept_nor_taken_for_one(tmp_path: Path) -> None:
    path = new_pdf(tmp_path / "in.pdf", line("Present: Ann Lee."))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        mark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Redact, Rect=pikepdf.Array([120, 695, 170, 715]),
            OverlayText=pikepdf.String("Lee hidden here"), Contents=pikepdf.String("about Lee"),
        )  # fmt: skip
        pdf.pages[0].obj["/Annots"] = pikepdf.Array([pdf.make_indirect(mark)])
        pdf.save(path)
    report = apply_plan(path, Plan(words=("Ann",)), tmp_path / "out.pdf")
    assert report.dropped["annotations"] == 1
    written_there = everything_written(tmp_path / "out.pdf")
    assert "hidden here" not in written_there
    assert "about Lee" not in written_there
    assert "Lee." in pdfium_text(tmp_path / "out.pdf"), "what the plan keeps is kept"


def test_the_language_and_the_marks_of_a_tagged_file_stay(tmp_path: Path) -> None:
    source, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    story = [("plain", "Seen by Ann Lee today."), ("plain", "Second line.")]
    fontmakers.story_pdf(story, source, fontmakers.WinAnsiTrueType, fontmakers.WinAnsiTrueType, tagged=True)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        elements = [
            pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.P, Pg=page, K=number))
            for number in range(2)
        ]
        tree = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=pikepdf.Array(elements)))
        tree["/ParentTree"] = pikepdf.Dictionary(Nums=pikepdf.Array([0, pikepdf.Array(elements)]))
        pdf.Root["/StructTreeRoot"], pdf.Root["/MarkInfo"] = tree, pikepdf.Dictionary(Marked=True)
        pdf.Root["/Lang"], page["/StructParents"] = pikepdf.String("cy"), 0
        pdf.save(source)
    apply_plan(source, Plan(words=("Ann Lee",)), out)
    with pikepdf.open(out) as pdf:
        assert str(pdf.Root["/Lang"]) == "cy"
        assert bool(pdf.Root["/MarkInfo"]["/Marked"])
        kids = list(pdf.Root["/StructTreeRoot"]["/K"])
        assert [[int(number) for number in kid["/K"]] for kid in kids] == [[0], [1]]
        drawn = pdf.pages[0].Contents.read_bytes()
    first, second = drawn.index(b"/MCID 0"), drawn.index(b"/MCID 1")
    assert first < drawn.index(b"(redacted)") < second, "read within its paragraph, before the next"


def test_scripts_thumbnails_and_files_pinned_to_a_page_go(tmp_path: Path) -> None:
    source, out = new_pdf(tmp_path / "in.pdf", line("Kept text.")), tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('Ann Lee')"))
        pdf.Root["/OpenAction"] = script
        pdf.Root["/Names"] = pikepdf.Dictionary(
            JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("Ann Lee"), script]))
        )
        page["/AA"] = pikepdf.Dictionary(O=script)
        small = pdf.make_stream(bytes(range(64)))
        small["/Width"], small["/Height"], small["/BitsPerComponent"] = 8, 8, 8
        small["/ColorSpace"] = pikepdf.Name.DeviceGray
        page["/Thumb"] = small
        file = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec, F=pikepdf.String("lee.txt"),
            EF=pikepdf.Dictionary(F=pdf.make_stream(b"a file about Ann Lee")),
        )  # fmt: skip
        pinned = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=pikepdf.Array([10, 10, 30, 30]),
            FS=pdf.make_indirect(file), A=script,
        )  # fmt: skip
        page["/Annots"] = pikepdf.Array([pdf.make_indirect(pinned)])
        pdf.save(source)
    report = apply_plan(source, Plan(), out)
    assert report.dropped["scripts"] >= 1
    left = everything_written(out)
    assert not [trace for trace in ("Ann Lee", "alert", "JavaScript", "lee.txt") if trace in left]
    with pikepdf.open(out) as pdf:
        assert not {"/Thumb", "/AA", "/Annots"} & set(pdf.pages[0].obj.keys())
        assert not any(isinstance(obj, pikepdf.Stream) and "/Width" in obj for obj in pdf.objects)
    assert "Kept text." in pdfium_text(out)


def test_text_that_a_clip_hides_is_not_sent_and_text_that_it_shows_is(tmp_path: Path) -> None:
    clipped = "q 60 640 300 100 re W n " + line("Shown text.") + line("Ann Lee, hidden", y=600) + "Q\n"
    source, out = new_pdf(tmp_path / "in.pdf", clipped + line("Kept text.", y=500)), tmp_path / "out.pdf"
    report = apply_plan(source, Plan(), out)
    assert report.unseen_characters == len("Ann Lee, hidden")
    assert pdfium_text(out).split() == ["Shown", "text.", "Kept", "text."]
    assert "hidden" not in everything_written(out)


@pytest.mark.parametrize(("text", "dark"), [("Zebedee Quillfeather", False), ("to Zebedee Quillfeather", True)])
def test_what_shows_through_letters_that_are_gone_does_not_show_whole(text: str, dark: bool, tmp_path: Path) -> None:
    content = f"q BT /F1 30 Tf 7 Tr 72 700 Td ({text}) Tj ET 0 0 1 rg 72 600 400 150 re f Q " + line("Kept.", y=500)
    source = new_pdf(tmp_path / "in.pdf", content)
    report = apply_plan(source, Plan(words=("Zebedee Quillfeather",)), tmp_path / "out.pdf")
    assert (report.boxes, report.pictured) == (1, [])
    drawn = render_page(tmp_path / "out.pdf", 0, dpi=72)
    colours = {colour[:3] for _, colour in drawn.crop((72, 92, 472, 242)).getcolors(100_000)}
    assert ((0, 0, 255) in colours) == dark
    assert drawn.getpixel((300, 230))[:3] == (255, 255, 255)


def test_letters_drawn_beside_a_page_that_was_cut_to_size_are_not_sent(tmp_path: Path) -> None:
    outlined = " ".join(f"{700 + 9 * n} 400 m {704 + 9 * n} 409 l {706 + 9 * n} 400 l f" for n in range(5))
    seen = "580 300 m 620 310 l 600 340 l f 500 700 m 560 720 l S"
    source = new_pdf(tmp_path / "in.pdf", line("Kept.") + outlined + " " + seen)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.MediaBox, pdf.pages[0].obj.CropBox = [0, 0, 900, 842], [0, 0, 595, 842]
        pdf.save(source)
    apply_plan(source, Plan(), tmp_path / "out.pdf")
    written = everything_written(tmp_path / "out.pdf")
    assert "704 409 l" not in written
    assert "600 340 l" in written
    assert "560 720 l" in written
