"""What a file goes on holding on to beside what is drawn: pages taken out before, forms written again, private entries.

Each with a plan for the name and with one for its place alone: there nothing looks for the name anywhere else.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from redaction.render import render_page
from tests.unit.redaction.made import line, new_pdf
from tests.unit.redaction.readers import everything_written, pdfium_text

NAME = "Zebedee Quillfeather"
TOLD = String(NAME)
TEXT = line(f"Dear {NAME}, hello")
PLANS = {
    "words": Plan(words=(NAME,)),
    "place": Plan(redactions=(Redaction(1, (Box(100, 130, 217, 150),), "P3", NAME),)),
}
Edit = Callable[[pikepdf.Pdf], None]


def element(pdf: pikepdf.Pdf, parent: pikepdf.Object, **entries: object) -> pikepdf.Object:
    return pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=parent, **entries))


def tree(pdf: pikepdf.Pdf) -> pikepdf.Object:
    pdf.Root["/StructTreeRoot"] = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    return pdf.Root["/StructTreeRoot"]


def deleted_page(pdf: pikepdf.Pdf) -> pikepdf.Object:
    page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Contents=pdf.make_stream(TEXT.encode()))
    page.Resources = pdf.pages[0].Resources
    return pdf.make_indirect(page)


def form(pdf: pikepdf.Pdf, content: str, **entries: object) -> pikepdf.Stream:
    made = pdf.make_stream(content.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842]))
    made.Resources = Dictionary(Font=pdf.pages[0].Resources.Font)
    for key, value in entries.items():
        made[f"/{key}"] = value
    return made


def draws(pdf: pikepdf.Pdf, content: str, category: str, **resources: object) -> None:
    pdf.pages[0].contents_add(content.encode("latin-1"))
    pdf.pages[0].Resources[f"/{category}"] = Dictionary({f"/{name}": value for name, value in resources.items()})


def page_of_an_element(pdf: pikepdf.Pdf) -> None:
    root = tree(pdf)
    part = Dictionary(Type=Name.MCR, Pg=deleted_page(pdf), MCID=0)
    root.K = Array([element(pdf, root, Pg=deleted_page(pdf), K=0), element(pdf, root, K=part)])


def form_of_an_element(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Contents = pdf.make_stream(b"")
    drawn = pdf.make_indirect(form(pdf, f"/P <</MCID 0>> BDC {TEXT} EMC", StructParents=0))
    draws(pdf, "/Fm0 Do", "XObject", Fm0=drawn)
    root = tree(pdf)
    root.K = element(pdf, root, K=Dictionary(Type=Name.MCR, Pg=pdf.pages[0].obj, Stm=drawn, MCID=0))
    root.ParentTree = Dictionary(Nums=Array([0, Array([root.K])]))


def elements_above(pdf: pikepdf.Pdf) -> None:
    root = tree(pdf)
    above = element(pdf, root, ActualText=TOLD, T=TOLD)
    root.K = element(pdf, above, Pg=pdf.pages[0].obj, K=Array([0, TOLD, pdf.make_stream(NAME.encode())]))
    root.ParentTree = Dictionary(Nums=Array([0, TOLD, 1, Array([root.K, TOLD])]), Limits=Array([TOLD]))
    pdf.Root.MarkInfo = Dictionary(Marked=TOLD)
    pdf.Root.ViewerPreferences = Dictionary(Direction=TOLD)
    pdf.Root.Version = Name("/" + NAME)
    pdf.pages[0].obj.Tabs = Name("/" + NAME)


def groups(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Group = Dictionary(S=Name.Transparency, Note=TOLD)
    drawn = form(pdf, "0 0 5 5 re f", Group=Dictionary(S=Name.Transparency, Note=TOLD))
    draws(pdf, "/Fm0 Do", "XObject", Fm0=drawn)


def patterns(pdf: pikepdf.Pdf) -> None:
    tile = pdf.make_stream(b"0 0 1 1 re f", PatternType=1, PaintType=1, TilingType=1, BBox=Array([0, 0, 2, 2]))
    tile.XStep, tile.YStep, tile.Resources, tile.Note = 2, 2, Dictionary(), TOLD
    fade = Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1, Note=TOLD)
    shade = Dictionary(ShadingType=2, ColorSpace=Name.DeviceGray, Coords=Array([0, 0, 1, 1]), Function=fade)
    mask = Dictionary(S=Name.Luminosity, G=form(pdf, TEXT, Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray)))
    shaded = Dictionary(PatternType=2, Shading=shade, ExtGState=Dictionary(SMask=mask))
    content = "/Pattern cs /P0 scn 0 0 9 9 re f /P1 scn 9 9 9 9 re f 0 g /Zebedee#20Quillfeather sc"
    draws(pdf, content, "Pattern", P0=tile, P1=shaded)


def states(pdf: pikepdf.Pdf) -> None:
    screen = Dictionary(Type=Name.Halftone, HalftoneType=1, HalftoneName=TOLD)
    curve = Dictionary(FunctionType=2, N=1, Domain=Array([0, 1]), Note=TOLD)
    draws(pdf, "/G0 gs 0 0 9 9 re f", "ExtGState", G0=Dictionary(HT=screen, TR=curve))


def spaces(pdf: pikepdf.Pdf) -> None:
    program = pdf.make_stream(f"{{ % {NAME}\n pop 0 }}".encode(), FunctionType=4, Domain=Array([0, 1]))
    program.Range, program.Note = Array([0, 1]), TOLD
    table = String(b"\0\0\0\1\1\1" + NAME.encode())
    draws(
        pdf, "/C0 cs 1 scn 0 0 9 9 re f /C1 cs 1 scn 0 0 9 9 re f /C2 cs 1 scn 0 0 9 9 re f", "ColorSpace",
        C0=Array([Name.Separation, Name.Black, Name.DeviceGray, program]),
        C1=Array([Name.Indexed, Name.DeviceRGB, 1, table]),
        C2=Array([Name.CalGray, Dictionary(WhitePoint=Array([1, 1, 1]), Note=TOLD)]),
    )  # fmt: skip


def contents_and_fonts(pdf: pikepdf.Pdf) -> None:
    font = pdf.pages[0].Resources.Font.F1
    letters = String("/Q/u/i/l/f/e/a/t/h/r /Zebedee/Quillfeather")
    described = Dictionary(Type=Name.FontDescriptor, FontName=Name.Helvetica, Flags=32, CharSet=letters, Note=TOLD)
    font.FontDescriptor = pdf.make_indirect(described)
    pdf.add_blank_page(page_size=(595, 842))
    pdf.pages[1].obj.Contents = pdf.make_stream(b"0 0 9 9 re f", PieceInfo=TOLD)


def inline_images(pdf: pikepdf.Pdf) -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG", comment=NAME.encode())
    raw = f"q 9 0 0 9 9 9 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80{NAME}\nEI Q "
    packed = f"q 64 0 0 48 99 99 cm BI /W 64 /H 48 /BPC 8 /CS /RGB /F [/AHx /DCT] ID {file.getvalue().hex()}>\nEI Q "
    named = "q 9 0 0 9 30 9 cm BI /W 1 /H 1 /BPC 8 /CS /Zebedee#20Quillfeather ID \x00\nEI Q"
    draws(pdf, raw + packed + named, "ColorSpace")
    green = Array([Name.Indexed, Name.DeviceRGB, 0, String(b"\0\xff\0")])
    pdf.pages[0].Resources.ColorSpace = Dictionary({f"/{NAME}": green})


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(
    "edit",
    [
        page_of_an_element, form_of_an_element, elements_above, groups, patterns, states, spaces, contents_and_fonts,
        inline_images,
    ],
    ids=lambda edit: edit.__name__,
)  # fmt: skip
def test_nothing_of_it_is_written_and_the_page_stays_text(edit: Edit, plan: str, tmp_path: Path) -> None:
    source, target = new_pdf(tmp_path / "in.pdf", TEXT), tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        edit(pdf)
        pdf.save(source)
    report = apply_plan(source, PLANS[plan], target)
    assert (report.boxes, report.pictured) == (1, [])
    written = everything_written(target)
    assert "Quillfeather" not in written
    assert "/Q/u/i/l" not in written
    assert "hello" in pdfium_text(target)
    with pikepdf.open(target) as pdf:
        pages = [item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/Type") == Name.Page]
        assert len(pages) == len(pdf.pages)


def test_an_element_goes_on_naming_the_form_as_it_is_drawn_now(tmp_path: Path) -> None:
    source, target = new_pdf(tmp_path / "in.pdf", TEXT), tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        form_of_an_element(pdf)
        pdf.save(source)
    apply_plan(source, PLANS["words"], target)
    with pikepdf.open(target) as pdf:
        (part,) = pdf.Root.StructTreeRoot.K.K
        assert part.Stm.objgen == next(iter(pdf.pages[0].Resources.XObject.values())).objgen


def test_inline_images_keep_their_colours(tmp_path: Path) -> None:
    source, target = new_pdf(tmp_path / "in.pdf", TEXT), tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        inline_images(pdf)
        pdf.save(source)
    apply_plan(source, PLANS["words"], target)
    drawn = render_page(target, 0, dpi=72)
    tones = [drawn.getpixel(place) for place in ((120, 842 - 120), (34, 842 - 13), (13, 842 - 13))]
    assert [tone[:3] for tone in tones] == [(254, 0, 0), (0, 255, 0), (128, 128, 128)]


def off_by_use(group: pikepdf.Object, pdf: pikepdf.Pdf) -> None:
    group.Usage = Dictionary(View=Dictionary(ViewState=Name.OFF))
    usage = Dictionary(Event=Name.View, Category=Array([Name.View]), OCGs=Array([group]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(AS=Array([usage])))


def off(group: pikepdf.Object, pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))


@pytest.mark.parametrize("hide", [off_by_use, off], ids=lambda hide: hide.__name__)
def test_what_a_layer_hides_from_reviewers_is_not_sent(
    hide: Callable[[pikepdf.Object, pikepdf.Pdf], None], tmp_path: Path
) -> None:
    content = TEXT + "/OC /M0 BDC " + line("Hidden line", y=500) + "EMC"
    source, target = new_pdf(tmp_path / "in.pdf", content), tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
        hide(group, pdf)
        page = pdf.pages[0]
        page.Resources.Properties = Dictionary(M0=group)
        stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([0, 0, 595, 842]), F=4, OC=group)
        stamp.AP = Dictionary(N=form(pdf, line("Hidden stamp", y=400)))
        page.obj.Annots = Array([pdf.make_indirect(stamp)])
        pdf.save(source)
    apply_plan(source, PLANS["words"], target)
    assert "Hidden" not in pdfium_text(target)
    assert "hello" in pdfium_text(target)


def test_an_entry_that_is_null_is_none(tmp_path: Path) -> None:
    source, target = new_pdf(tmp_path / "in.pdf", TEXT), tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.Root["/Padding"] = Name("/AsLongAsThis")
        pdf.save(source, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    spelt = b"/Padding /AsLongAsThis"
    assert spelt in source.read_bytes()
    source.write_bytes(source.read_bytes().replace(spelt, b"/Outlines null".ljust(len(spelt))))
    assert apply_plan(source, PLANS["words"], target).boxes == 1
