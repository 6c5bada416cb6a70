"""What a viewer has no use for is left out of content and of what pages are drawn with; the rest stays as it is."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pikepdf
import pytest
from PIL import ImageCms

from redaction.apply import apply_plan
from redaction.apply.grammar import plain_content
from redaction.apply.profiles import plain_profile
from redaction.apply.tokens import operators
from redaction.plan import Plan
from tests.unit.redaction.made import line, new_pdf
from tests.unit.redaction.readers import everything_written, pdfium_text

NAME = "Quillfeather"
SPELT = "\ufeffThomas Quillfeather".encode("utf-16-be").hex()
DRAWN = b"BT /F1 12 Tf 72 600 Td (other) Tj ET\n"


def plain(data: bytes) -> bytes:
    return plain_content(data, list(operators(data)))[0]


@pytest.mark.parametrize(
    "content",
    [
        b"q 1 0 0 1 0 0 cm BT /F1 12 Tf 72 700 Td [(A) -20 (b)] TJ T* (c) ' 0 0 (d) \" ET Q",
        b"/P <</MCID 0>> BDC EMC /Artifact <</Type/Pagination>> BDC EMC /Artifact BMC EMC /Standard<</MCID 1>>BDC EMC",
        b"/CS0 cs .1 .2 .3 scn /P0 scn [3 2] 0 d /Perceptual ri /G0 gs 0 0 10 10 re W n /X Do BX EX",
        b"BI /W 2 /H 1 /BPC 8 /CS /G ID %\x80 EI\n(50% of it) Tj",
        b"BT <0001> Tj 5.5 0 Td <0002> Tj 6 0 Td <0003> Tj\nET",
    ],
)
def test_usual_content_is_the_very_same(content: bytes) -> None:
    ops = list(operators(content))
    assert plain_content(content, ops) == (content, ops)
    assert plain_content(content, ops)[0] is content


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"/Span <</Foo <%s>>> BDC q EMC Q", b"q\nQ\n"),
        (b"/Span <</Foo 1>> BDC /P <</MCID 0>> BDC q EMC EMC Q", b"/P <</MCID 0>> BDC\nq\nEMC\nQ\n"),
        (b"/Span <</Foo 1>> BDC q Q", b"/Span <<>> BDC\nq\nQ\n"),
        (b"/Span <</MCID 3 /Foo (Qu\\151ll)>> BDC EMC", b"/Span <</MCID 3>> BDC\nEMC\n"),
        (b"/Thomas#20Quillfeather BMC EMC", b"/Span BMC\nEMC\n"),
        (b"/Thomas#20Quillfeather <</MCID 0>> BDC EMC", b"/Span <</MCID 0>> BDC\nEMC\n"),
        (b"/Thomas#20Quillfeather MP q Q", b"q\nQ\n"),
        (b"/Foo <</Bar <%s>>> DP q Q", b"q\nQ\n"),
        (b"BX <%s> foo EX", b"BX\nEX\n"),
        (b"<%s> 0 0 m 10 10 l S", b"0 0 m\n10 10 l\nS\n"),
        (b"1Quillfeather 0 m S", b"1 0 m\nS\n"),
        (b"/Quillfeather 0 m S", b"0 0 m\nS\n"),
        (b"/Thomas#20Quillfeather ri q Q", b"q\nQ\n"),
        (b"q % by Thomas Quillfeather\nQ", b"q\nQ\n"),
        (b"0 0 % Quillfeather\n m S", b"0 0 m\nS\n"),
        (b"q Q <%s>", b"q\nQ\n"),
        (b"[(a) /Quillfeather (b)] TJ", b"[(a) 0 (b)] TJ\n"),
        (b"<%s> <0001> Tj 5 0 Td <0002> Tj\n", b"<0001> Tj\n5 0 Td <0002> Tj\n"),
        (
            b"<%s> BI /W 1 /H 1 /Foo (Quillfeather) /BPC 8 /CS /G ID \x80 EI",
            b"BI /W 1 /H 1 /BPC 8 /CS /G ID \x80\nEI\n",
        ),
    ],
)
def test_what_has_no_use_is_left_out(content: bytes, left: bytes) -> None:
    content = content.replace(b"%s", SPELT.encode("ascii"))
    assert plain(content) == left
    assert plain(left) is left
    again = list(operators(left))
    assert plain_content(content, list(operators(content)))[1] == again, "operators lie where they are said to"


def test_nothing_of_it_is_in_the_output_even_of_pages_that_lose_no_word(tmp_path: Path) -> None:
    odd = f"/Span <</Foo <{SPELT}>>> BDC /Thomas#20Quillfeather BMC {DRAWN.decode()} EMC EMC /Ps Do"
    source = new_pdf(tmp_path / "in.pdf", line("Dear Thomas Quillfeather, hello"), odd)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        script = pdf.make_stream(b"%!PS <" + SPELT.encode() + b"> show", Type=pikepdf.Name.XObject)
        script["/Subtype"] = pikepdf.Name.PS
        pdf.pages[1].obj["/Resources"]["/XObject"] = pikepdf.Dictionary(Ps=script)
        pdf.save(source)
    report = apply_plan(source, Plan(words=("Thomas Quillfeather",)), tmp_path / "out.pdf")
    written = everything_written(tmp_path / "out.pdf")
    assert NAME not in written
    assert SPELT not in written
    assert "Quillfeather".encode("utf-16-be").hex() not in written
    assert not report.pictured
    assert "other" in pdfium_text(tmp_path / "out.pdf")


def test_entries_nobody_draws_by_are_dropped_and_the_page_stays_text(tmp_path: Path) -> None:
    said = pikepdf.String("Thomas Quillfeather")
    source = new_pdf(
        tmp_path / "in.pdf",
        line("Dear Thomas Quillfeather, hello") + "/G0 gs /Sh0 sh /Cs0 cs 1 scn 9 9 9 9 re f /Cs1 cs 1 1 scn",
    )
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        fade = pikepdf.Dictionary(FunctionType=2, Domain=[0, 1], C0=[0], C1=[1], N=1)
        resources = pdf.pages[0].obj["/Resources"]
        resources["/ExtGState"] = pikepdf.Dictionary(G0=pikepdf.Dictionary(ca=1, Author=said))
        shade = pikepdf.Dictionary(
            ShadingType=2, ColorSpace=pikepdf.Name.DeviceGray, Coords=[0, 0, 1, 1], Function=fade, Note=said
        )
        resources["/Shading"] = pikepdf.Dictionary(Sh0=shade)
        spot = pikepdf.Name("/Thomas Quillfeather Red")
        resources["/ColorSpace"] = pikepdf.Dictionary(
            Cs0=[pikepdf.Name.Separation, spot, pikepdf.Name.DeviceGray, fade],
            Cs1=[pikepdf.Name.DeviceN, [spot, pikepdf.Name.Black], pikepdf.Name.DeviceGray, fade, {"/Colorants": said}],
        )
        resources["/Font"]["/F1"]["/PieceInfo"] = pikepdf.Dictionary(A=said)
        root = pdf.Root["/StructTreeRoot"] = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
        item = pikepdf.Dictionary(Type=pikepdf.Name.MCR, MCID=0, Pg=pdf.pages[0].obj, T=said)
        cell = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=said, ColSpan=2)
        root["/K"] = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.TD, P=root, K=item, A=cell))
        pdf.Root["/Lang"] = pikepdf.String("en-Quill")
        pdf.save(source)
    report = apply_plan(source, Plan(words=("Thomas Quillfeather", "Quill")), tmp_path / "out.pdf")
    assert not report.pictured
    assert "Quill" not in everything_written(tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        spaces = pdf.pages[0].obj["/Resources"]["/ColorSpace"]
        assert spaces["/Cs1"][1][1] == pikepdf.Name.Black, "what printers know stays"
        assert spaces["/Cs0"][1] == spaces["/Cs1"][1][0], "one ink keeps one name"
        assert pdf.Root["/StructTreeRoot"]["/K"]["/A"][0]["/ColSpan"] == 2


def test_a_colour_profile_keeps_its_colours_and_loses_its_words() -> None:
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    profile = screen.tobytes()
    left = plain_profile(profile.replace(b"sRGB", b"Anne"))
    assert left is not None
    assert b"Anne" not in left
    assert struct.unpack_from(">I", left)[0] == len(left)
    opened = ImageCms.ImageCmsProfile(io.BytesIO(left))
    assert ImageCms.ImageCmsTransform(opened, screen, "RGB", "RGB") is not None
    assert plain_profile(b"no profile " * 20) is None
    assert plain_profile(profile[:200]) is None
