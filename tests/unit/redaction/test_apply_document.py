"""The rest of the document: what no reviewer saw is not sent, and nothing half-safe is ever written."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
import typst

from redaction.apply import apply_plan
from redaction.apply.tokens import operators
from redaction.errors import Encrypted, RedactionError, Unreadable, VerificationFailed
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from redaction.verify import verify_file
from tests.unit.redaction.made import line, new_pdf
from tests.unit.redaction.readers import everything_written, pdfium_text


def reopened(path: Path) -> pikepdf.Pdf:
    return pikepdf.open(path)


def test_only_listed_entries_of_the_catalogue_and_pages_survive(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Kept text."))
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Author"] = "Private Person"
        pdf.Root["/Lang"] = pikepdf.String("en-GB")
        pdf.Root["/Invented"] = pikepdf.String("unthought of")
        pdf.pages[0].obj["/Invented"] = pikepdf.String("unthought of")
        pdf.attachments["note.txt"] = b"attached words"
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("About someone", 0))
        pdf.save(source)
    report = apply_plan(source, Plan(), tmp_path / "out.pdf")
    written = everything_written(tmp_path / "out.pdf")
    for trace in ("Private Person", "unthought of", "attached words", "About someone", "note.txt"):
        assert trace not in written
    with reopened(tmp_path / "out.pdf") as pdf:
        assert str(pdf.Root["/Lang"]) == "en-GB"
    assert report.dropped["attachments"] == 1
    assert "Kept text." in pdfium_text(tmp_path / "out.pdf")


def test_text_off_the_page_is_not_sent(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Kept text.") + line("Nobody saw this", x=900))
    report = apply_plan(source, Plan(), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").strip() == "Kept text."
    assert report.unseen_characters == len("Nobody saw this")


def test_what_a_filled_field_shows_stays_on_the_page(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "fixtures" / "traps" / "15_widget_xfa.pdf"
    apply_plan(source, Plan(), tmp_path / "out.pdf")
    assert "Zebedee Quillfeather" in pdfium_text(tmp_path / "out.pdf")
    with reopened(tmp_path / "out.pdf") as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0].obj


def test_the_same_name_kept_in_a_field_is_no_reason_to_refuse_the_page(tmp_path: Path) -> None:
    source = tmp_path / "in.pdf"
    with pikepdf.open(Path(__file__).parents[2] / "fixtures" / "traps" / "15_widget_xfa.pdf") as pdf:
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(line("Zebedee Quillfeather").encode("latin-1") + b" ")
        pdf.pages[0].obj["/Annots"][0]["/Rect"] = pikepdf.Array([72, 395, 272, 415])
        pdf.save(source)
    redaction = Redaction(1, (Box(71, 130, 72 + 200, 145),), "", "Zebedee Quillfeather")
    report = apply_plan(source, Plan((redaction,)), tmp_path / "out.pdf")
    assert pdfium_text(tmp_path / "out.pdf").count("Zebedee Quillfeather") == 1
    assert not report.pictured


def test_a_layer_that_is_off_is_not_shown_afterwards(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "fixtures" / "traps" / "17_ocg_hidden.pdf"
    apply_plan(source, Plan(), tmp_path / "out.pdf")
    assert "Hidden" not in everything_written(tmp_path / "out.pdf")


def test_the_structure_tree_stays_without_its_words(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "fixtures" / "traps" / "16_struct_actualtext.pdf"
    apply_plan(source, Plan(), tmp_path / "out.pdf")
    with reopened(tmp_path / "out.pdf") as pdf:
        element = pdf.Root["/StructTreeRoot"]["/K"]
        assert element["/S"] == "/P"
        assert not {"/ActualText", "/Alt", "/E", "/T"} & set(element.keys())
        assert b"/MCID 0" in pdf.pages[0].Contents.read_bytes()


def test_elements_named_by_their_author_stay_what_they_stand_for(tmp_path: Path) -> None:
    """A heading by the name of a style is still a heading, and nothing of the name is left."""
    source = Path(__file__).parents[2] / "fixtures" / "traps" / "16_struct_actualtext.pdf"
    roles = {"Ottoline_20_Heading": "Chapter", "Chapter": "H2", "Round": "Round", "CharOttoline": "Nowhere"}
    with pikepdf.open(source) as pdf:
        tree = pdf.Root["/StructTreeRoot"]
        tree["/RoleMap"] = pikepdf.Dictionary({f"/{name}": pikepdf.Name(f"/{role}") for name, role in roles.items()})
        section = tree["/K"]
        section["/S"] = pikepdf.Name.Sect
        section["/K"] = pikepdf.Array(
            [pikepdf.Dictionary(S=pikepdf.Name(f"/{name}"), P=section) for name in roles if name != "Chapter"]
        )
        pdf.save(tmp_path / "in.pdf")
    apply_plan(tmp_path / "in.pdf", Plan(), tmp_path / "out.pdf")
    with reopened(tmp_path / "out.pdf") as pdf:
        kids = pdf.Root["/StructTreeRoot"]["/K"]["/K"]
        assert [str(kid["/S"]) for kid in kids] == ["/H2", "/P", "/Span"]
    assert "Ottoline" not in everything_written(tmp_path / "out.pdf")


def test_a_picture_under_a_box_is_burnt_and_not_covered(tmp_path: Path) -> None:
    path = tmp_path / "in.pdf"
    with pikepdf.new() as pdf:
        image = pdf.make_stream(b"\xc8" * 100 * 100)
        image["/Type"], image["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
        image["/Width"], image["/Height"], image["/BitsPerComponent"] = 100, 100, 8
        image["/ColorSpace"] = pikepdf.Name.DeviceGray
        pdf.add_blank_page(page_size=(100, 100))
        pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q 100 0 0 100 0 0 cm /Im0 Do Q")
        pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        pdf.save(path)
    report = apply_plan(path, Plan((Redaction(1, (Box(10, 20, 40, 50),)),)), tmp_path / "out.pdf")
    with reopened(tmp_path / "out.pdf") as pdf:
        (burnt,) = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Stream) and obj.get("/Subtype") == "/Image"]
        pixels = burnt.read_bytes()
    assert pixels[30 * 100 + 20] == 0, "inside the box"
    assert pixels[30 * 100 + 60] == 0xC8, "beside the box"
    assert report.width_visible == [1]


def test_a_page_beyond_the_end_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("One page."))
    with pytest.raises(RedactionError, match="page 2"):
        apply_plan(source, Plan((Redaction(2, (Box(1, 1, 2, 2),)),)), tmp_path / "out.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pdf"]


def test_a_leak_means_that_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = new_pdf(tmp_path / "in.pdf", line("Present: Ann Lee."))
    # An engine that removes nothing at all: the verifier alone must stop it, on every road.
    monkeypatch.setattr("redaction.apply.pagework.select", _select_nothing)
    monkeypatch.setattr("redaction.apply.raster.sightings", lambda *args, **kwargs: [])
    with pytest.raises(VerificationFailed) as caught:
        apply_plan(source, Plan(words=("Ann Lee",)), tmp_path / "out.pdf")
    assert caught.value.leaks
    assert "Ann" not in str(caught.value) + repr(caught.value.leaks)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pdf"]


def _select_nothing(scene: object, words: object, regions: object) -> object:
    from redaction.apply.selection import Selection

    return Selection(scene, [], [], [])  # type: ignore[arg-type]


def test_locked_and_broken_files_are_refused_in_plain_words(tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(new_pdf(tmp_path / "in.pdf", line("x"))) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Encrypted):
        apply_plan(locked, Plan(), tmp_path / "out.pdf")
    (tmp_path / "zip.pdf").write_bytes(b"PK\x03\x04 no PDF")
    with pytest.raises(Unreadable):
        apply_plan(tmp_path / "zip.pdf", Plan(), tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"q (a(b)\\)c) Tj Q", [b"q", b"Tj", b"Q"]),
        (b"BI /W 1 /H 1 ID \x01 EI \xff EI Q", [b"BI", b"Q"]),
        (b"[(a) -20 <62>] TJ % (no) Tj\nET", [b"TJ", b"ET"]),
        (b"/Span <</ActualText (>>)>> BDC EMC", [b"BDC", b"EMC"]),
        (b"(never closed", []),
        (b">> ] } ) 1 0 0 rg", [b"rg"]),
    ],
)
def test_content_is_cut_into_operators_whatever_is_in_it(data: bytes, names: list[bytes]) -> None:
    assert [op.name for op in operators(data)] == names


def test_the_colours_and_forms_of_a_page_stay_as_they_are(tmp_path: Path) -> None:
    """A colour space of the format needs no resource, and a form without resources borrows those of its page."""
    path, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.open(new_pdf(path, "/X0 Do"), allow_overwriting_input=True) as pdf:
        form = pdf.make_stream(b"/DeviceRGB cs 1 0 0 sc 10 10 50 50 re f /Secret Do")
        form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
        form["/BBox"] = pikepdf.Array([0, 0, 200, 200])
        inner = pdf.make_stream(b"0 0 1 rg 100 100 50 50 re f")
        inner["/Type"], inner["/Subtype"], inner["/BBox"] = form["/Type"], form["/Subtype"], form["/BBox"]
        inner["/Resources"] = pikepdf.Dictionary()
        pdf.pages[0].obj["/Resources"]["/XObject"] = pikepdf.Dictionary({"/X0": form, "/Secret": inner})
        pdf.save(path)
    apply_plan(path, Plan(), out)
    with pdfium.PdfDocument(out) as document:
        picture = document[0].render().to_pil()
    assert picture.getpixel((30, 842 - 30)) == (255, 0, 0)
    assert picture.getpixel((120, 842 - 120)) == (0, 0, 255)
    assert "Secret" not in everything_written(out)


@pytest.mark.parametrize("shown", [True, False])
def test_a_layer_shown_by_an_expression_is_taken_as_viewers_take_it(shown: bool, tmp_path: Path) -> None:
    path, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    with pikepdf.open(new_pdf(path, f"/OC /P0 BDC {line('By expression')} EMC"), allow_overwriting_input=True) as pdf:
        off, on = (pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="x")) for _ in range(2))
        pdf.Root["/OCProperties"] = pikepdf.Dictionary(
            OCGs=pikepdf.Array([off, on]), D=pikepdf.Dictionary(OFF=pikepdf.Array([off]))
        )
        neither = pikepdf.Array([pikepdf.Name.And, on, pikepdf.Array([pikepdf.Name.Or, off, off])])
        expression = pikepdf.Array([pikepdf.Name.Not, off]) if shown else neither
        membership = pikepdf.Dictionary(Type=pikepdf.Name.OCMD, VE=expression)
        pdf.pages[0].obj["/Resources"]["/Properties"] = pikepdf.Dictionary(P0=membership)
        pdf.save(path)
    apply_plan(path, Plan(), out)
    assert ("By expression" in pdfium_text(out)) is shown


@pytest.mark.parametrize("word", ["formula", "figure", "reason"])
def test_words_of_the_engine_itself_are_no_reason_to_refuse(word: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    body = '#set text(lang: "en")\nThe formula, the figure, the reason, Ann. $ a + b = c $ #figure(rect(width: 9pt))'
    source.write_bytes(typst.compile(body.encode()))
    boxed = Redaction(1, (Box(0, 0, 600, 200),), "P3-OTHERS", "Ann")
    report = apply_plan(source, Plan((boxed,), (word,)), target)
    assert report.boxes and not report.pictured
    text = pdfium_text(target)
    assert "redacted, reason P3-OTHERS" in " ".join(text.split())
    assert word not in text.replace("redacted, reason", "")
    with pikepdf.open(target) as pdf:
        pdf.pages[0].contents_add(pdf.make_stream(b"% the " + word.encode() + b" stands here"))
        pdf.save(tmp_path / "leaky.pdf")
    assert [leak.where for leak in verify_file(target, [word])] == []
    assert {leak.where for leak in verify_file(tmp_path / "leaky.pdf", [word])} == {"bytes"}
