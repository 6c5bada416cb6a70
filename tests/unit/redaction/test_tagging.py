"""A page that is drawn as a picture is read by a screen reader, in its place in the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from redaction.apply import apply_plan
from redaction.apply.tagging import tag_pictured
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from redaction.render import render_page
from tests.unit.redaction.made import line, new_pdf
from tests.unit.redaction.readers import pdfium_text, squeezed


def elements(holder: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The structure elements below `holder` in reading order; each must know its parent."""
    kids = holder.get("/K")
    for kid in list(kids) if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            assert kid["/P"].objgen == holder.objgen
            yield kid
            yield from elements(kid)


def read_pages(pdf: pikepdf.Pdf) -> list[int]:
    """The pages (from 0) in the order in which their content is read: what each element with content says."""
    numbers = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
    return [
        numbers[element["/Pg"].objgen]
        for element in elements(pdf.Root["/StructTreeRoot"])
        for kid in ([element["/K"]] if isinstance(element["/K"], int) else element["/K"])
        if isinstance(kid, int)
    ]


def tagged(pdf: pikepdf.Pdf, pages: int, *, tables_on: int) -> None:
    """A tree of one section with a paragraph for each page, but for one page with cells of a table."""
    root = pdf.Root["/StructTreeRoot"] = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
    section = element(pdf, root, "Sect")
    root["/K"] = section
    numbers: list[object] = []
    for index in range(pages):
        page = pdf.add_blank_page().obj
        page["/StructParents"] = index
        if index == tables_on:
            row = element(pdf, element(pdf, section, "Table"), "TR")
            its = [element(pdf, row, "TD", Pg=page, K=n) for n in range(2)]
        else:
            its = [element(pdf, section, "P", Pg=page, K=0)]
        numbers += [index, pikepdf.Array(its)]
    root["/ParentTree"] = pikepdf.Dictionary(Kids=pikepdf.Array([pikepdf.Dictionary(Nums=pikepdf.Array(numbers))]))
    pdf.Root["/MarkInfo"] = pikepdf.Dictionary(Marked=True)


def element(pdf: pikepdf.Pdf, holder: pikepdf.Object, role: str, **entries: object) -> pikepdf.Object:
    made = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name("/" + role), P=holder, **entries)
    )
    holder["/K"] = pikepdf.Array([*holder.get("/K", []), made]) if "/S" in holder else made
    return made


@pytest.mark.parametrize("pictured", [{0}, {1}, {3}, {1, 2}, {0, 1, 2, 3}])
def test_pictures_are_read_where_their_pages_were(pictured: set[int]) -> None:
    with pikepdf.new() as pdf:
        tagged(pdf, 4, tables_on=1)
        tag_pictured(pdf, pictured)
        pages = read_pages(pdf)
        assert list(dict.fromkeys(pages)) == [0, 1, 2, 3]
        assert all(pages.count(index) == 1 for index in pictured), "what the page once held is read no more"
        parents = pikepdf.NumberTree(pdf.Root["/StructTreeRoot"]["/ParentTree"])
        for index in pictured:
            (its,) = parents[int(pdf.pages[index].obj["/StructParents"])]
            assert (str(its["/S"]), its["/K"], its["/Pg"].objgen) == ("/P", 0, pdf.pages[index].obj.objgen)
            assert str(its["/P"]["/S"]) == "/Sect", "a paragraph is no child of a table's row"


def test_a_file_without_a_tree_is_not_said_to_be_tagged_for_one_page() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.add_blank_page()
        tag_pictured(pdf, {1})
        assert "/StructTreeRoot" not in pdf.Root and "/MarkInfo" not in pdf.Root
        tag_pictured(pdf, {0, 1})
        assert read_pages(pdf) == [0, 1]
        assert bool(pdf.Root["/MarkInfo"]["/Marked"])


@pytest.mark.slow
def test_a_picture_is_read_with_its_boxes_in_place(tmp_path: Path) -> None:
    curve = "100 590 m 120 600 140 600 160 620 c S\n"
    source = new_pdf(tmp_path / "in.pdf", line("Present: Ann Lee came.") + line("Nobody else.", y=650) + curve)
    plan = Plan((Redaction(1, (Box(110, 215, 150, 260),)),), ("Ann Lee", "redacted"))
    report = apply_plan(source, plan, tmp_path / "out.pdf")
    assert [page["reason"] for page in report.pictured] == ["drawn shapes run through a redacted region"]
    expected = squeezed("Present: redacted came. Nobody else. redacted")
    assert squeezed(pdfium_text(tmp_path / "out.pdf")) == expected
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert read_pages(pdf) == [0]
        (document,) = [pdf.Root["/StructTreeRoot"]["/K"]]
        assert (str(document["/S"]), str(document["/K"][0]["/Lang"])) == ("/Document", "en")
        drawn = pdf.pages[0].Contents.read_bytes()
        assert drawn.startswith(b"/Artifact BMC") and drawn.count(b"/MCID") == 1


@pytest.mark.slow
def test_a_box_in_a_picture_shows_its_reason_and_is_read_with_it(tmp_path: Path) -> None:
    curve = "100 590 m 120 600 140 600 160 620 c S\n"
    source = new_pdf(tmp_path / "in.pdf", line("Present: Ann Lee came.") + line("Other people came.", y=650) + curve)
    places = (Box(122, 130, 163, 146),), (Box(110, 215, 150, 260),)
    boxes = (Redaction(1, places[0], "P3-OTHERS", "Ann Lee"), Redaction(1, places[1], "P4-LAW"))
    plan = Plan(boxes, ("Ann Lee", "others"))
    report = apply_plan(source, plan, tmp_path / "out.pdf")
    assert report.pictured, "what this is about"
    text = " ".join(pdfium_text(tmp_path / "out.pdf").split())
    assert text == "Present: redacted, reason P3-OTHERS came. Other people came. redacted, reason P4-LAW"
    shown = render_page(tmp_path / "out.pdf", 0, dpi=72).convert("L")
    for ((x0, y0, x1, y1),) in places:
        darkest, lightest = shown.crop((int(x0) + 1, int(y0) + 1, int(x1) - 1, int(y1) - 1)).getextrema()
        assert darkest == 0 and lightest > 150, "letters on black"
