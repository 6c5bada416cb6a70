"""The joined file, as a screen reader is told of it: every part's headings, tables and boxes, in one tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import typst

from redaction.apply import apply_plan
from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from redaction.verify import verify_file
from sar.release.assembly import Part, encrypt, merge, number_pages

WITHHELD = "Zdenka Hollis"
TABLE = "= {title}\n#table(columns: 2, table.header[Page][Reason], [1], [{title}], [2], [Another])"
RECORD = f'= Contact log\nMarlon was seen. {WITHHELD} rang.\n#pagebreak()\nMrs {WITHHELD} was upset. #link("a:b")[A]'
WORDS = "amber birch cobalt"


def tagged(path: Path, body: str) -> Path:
    source = '#set page(width: 300pt, height: 260pt)\n#set text(lang: "en")\n#set document(title: "Paper")\n' + body
    path.write_bytes(typst.compile(source.encode()))
    return path


def untagged(path: Path) -> Path:
    """A page that names an entry of a tree it does not have: it must not become another part's."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 260))
        page.obj["/StructParents"] = 0
        page.obj["/Contents"] = pdf.make_stream(b"/P <</MCID 0>> BDC EMC")
        pdf.save(path)
    return path


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Part]:
    folder = tmp_path_factory.mktemp("parts")
    record = folder / "redacted.pdf"
    # A tall region on page two beside the words found anywhere.
    region = Redaction(2, (Box(100, 200, 160, 215),), "P3-OTHERS", None)
    found = Redaction(1, (Box(0, 0, 1, 1),), "P3-OTHERS", WITHHELD)
    apply_plan(tagged(folder / "record.pdf", RECORD), Plan((region, found), (WITHHELD,)), record)
    return [
        Part("Letter", tagged(folder / "letter.pdf", TABLE.format(title="Letter")), 1),
        Part("Scan", untagged(folder / "scan.pdf"), 1),
        Part("1. Contact log", record, 2),
        Part("2. List", tagged(folder / "list.pdf", TABLE.format(title="List")), 1),
    ]


@pytest.fixture(scope="module")
def bundle(parts: list[Part], tmp_path_factory: pytest.TempPathFactory) -> Path:
    for part, first in zip(parts, (1, 2, 3, 5), strict=True):
        number_pages(part, first, 5, "SAR-1")
    target = tmp_path_factory.mktemp("bundle") / "plain.pdf"
    assert merge(parts, target, title="Your records, SAR-1") == 5
    return target


def marked(page: pikepdf.Page) -> set[int]:
    """The numbers of marked content that a page draws."""
    found = set()
    for instruction in pikepdf.parse_content_stream(page, "BDC"):
        properties = instruction.operands[-1]
        if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties:
            found.add(int(properties["/MCID"]))
    return found


def reached(page: pdfium.PdfPage) -> tuple[set[int], set[str]]:
    """What pdfium reaches of a page from the root of the tree: numbers of marked content, and kinds of elements."""
    numbers, kinds = set(), set()
    tree = pdfium_c.FPDF_StructTree_GetForPage(page.raw)

    def follow(element: object) -> None:
        size = pdfium_c.FPDF_StructElement_GetType(element, None, 0)
        name = (pdfium_c.c_char * size)()
        pdfium_c.FPDF_StructElement_GetType(element, name, size)
        kinds.add(bytes(name).decode("utf-16-le").rstrip("\0"))
        for at in range(pdfium_c.FPDF_StructElement_CountChildren(element)):
            number = pdfium_c.FPDF_StructElement_GetChildMarkedContentID(element, at)
            if number >= 0:
                numbers.add(number)
            child = pdfium_c.FPDF_StructElement_GetChildAtIndex(element, at)
            if child:
                follow(child)

    for at in range(pdfium_c.FPDF_StructTree_CountChildren(tree)):
        follow(pdfium_c.FPDF_StructTree_GetChildAtIndex(tree, at))
    pdfium_c.FPDF_StructTree_Close(tree)
    return numbers, kinds


def elements(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if isinstance(item, pikepdf.Array):
        for kid in item:
            yield from elements(kid)
    elif isinstance(item, pikepdf.Dictionary) and "/S" in item:
        yield item
        yield from elements(item.get("/K", pikepdf.Array()))


@pytest.mark.parametrize("lock", [False, True])
def test_all_that_tagged_parts_show_is_reached_from_one_tree_also_in_the_locked_file(
    lock: bool, bundle: Path, tmp_path: Path
) -> None:
    path, words = bundle, ""
    if lock:
        path, words = tmp_path / "locked.pdf", WORDS
        encrypt(bundle, path, WORDS)
    document = pdfium.PdfDocument(path, password=words)
    with pikepdf.open(path, password=words) as pdf:
        assert pdf.Root.MarkInfo.Marked
        for index, page in enumerate(pdf.pages):
            numbers, kinds = reached(document[index])
            if index == 1:
                assert not numbers and "/StructParents" not in page.obj
                continue
            assert numbers >= marked(page) != set() and kinds >= {"Document", "Part"}
            assert kinds >= ({"H1", "TH", "TD"} if index in (0, 4) else {"P"})
        [whole] = pdf.Root.StructTreeRoot.K
        assert (str(whole.S), [str(part.T) for part in whole.K]) == (
            "/Document", ["Letter", "1. Contact log", "2. List"]
        )  # fmt: skip
        assert {str(part.S) for part in whole.K} == {"/Part"}
    document.close()


def test_every_page_and_link_finds_its_elements_by_its_own_key(bundle: Path) -> None:
    with pikepdf.open(bundle) as pdf:
        parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
        keys = []
        for page in pdf.pages:
            if "/StructParents" in page.obj:
                keys.append(int(page.obj.StructParents))
                owners = parents[keys[-1]]
                for number in marked(page):
                    kids = owners[number].K
                    held = [kid.MCID if isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid else kid for kid in kids]
                    assert number in held and owners[number].Pg.objgen == page.obj.objgen
            for link in page.obj.get("/Annots", []):
                keys.append(int(link.StructParent))
                assert str(parents[keys[-1]].S) == "/Link"
        assert len(keys) == len(set(keys)) >= 4


def test_cells_find_their_headers_though_two_parts_named_them_alike(bundle: Path) -> None:
    with pikepdf.open(bundle) as pdf:
        root = pdf.Root.StructTreeRoot
        names = pikepdf.NameTree(root.IDTree)
        asked = 0
        for part in root.K[0].K:
            own = {item.objgen for item in elements(part)}
            for element in elements(part):
                for block in element.get("/A", []):
                    for header in block.get("/Headers", []):
                        asked += 1
                        assert names[str(header)].objgen in own
        assert asked >= 8


def test_a_box_is_read_as_redacted_with_its_reason_and_no_name_is_left(bundle: Path) -> None:
    document = pdfium.PdfDocument(bundle)
    for index in (2, 3):
        text = " ".join(document[index].get_textpage().get_text_range().split())
        assert "redacted, reason P3-OTHERS" in text
    document.close()
    assert verify_file(bundle, [WITHHELD, WITHHELD.split()[1]]) == []


def test_roles_that_mean_different_things_in_two_parts_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for number, role in enumerate(("H1", "P", "H1")):
        path = tagged(tmp_path / f"{number}.pdf", "= A heading")
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            root = pdf.Root.StructTreeRoot
            root.RoleMap["/Own"] = pikepdf.Name(f"/{role}")
            root.ClassMap = pikepdf.Dictionary({"/Wide": pikepdf.Dictionary(O=pikepdf.Name.Layout, Width=number)})
            for element in elements(root.K):
                if element.S == "/H1":
                    element.S, element.C = pikepdf.Name("/Own"), pikepdf.Name("/Wide")
            pdf.save(path)
        paths.append(path)
    merge([Part("A", path, 1) for path in paths], tmp_path / "out.pdf", title="T")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        root = pdf.Root.StructTreeRoot
        own = [element for element in elements(root.K) if str(element.S).startswith("/Own")]
        assert [str(root.RoleMap[element.S]) for element in own] == ["/H1", "/P", "/H1"]
        assert [int(root.ClassMap[element.C].Width) for element in own] == [0, 1, 2]


@pytest.mark.parametrize(("depth", "kept"), [(90, True), (3_000, False)])
def test_a_tree_of_any_depth_is_kept_or_left_out_and_the_bundle_is_locked(
    depth: int, kept: bool, tmp_path: Path
) -> None:
    path = tagged(tmp_path / "deep.pdf", "Some text")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        element = pdf.Root.StructTreeRoot.K[0]
        while isinstance(element.K[0], pikepdf.Dictionary):
            element = element.K[0]
        numbers = element.K
        for _ in range(depth):
            inner = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Div, P=element))
            element.K, element = pikepdf.Array([inner]), inner
        element.K, element.Pg = numbers, pdf.pages[0].obj
        pdf.save(path)
    merge([Part("Deep", path, 1)], tmp_path / "plain.pdf", title="T")
    encrypt(tmp_path / "plain.pdf", tmp_path / "locked.pdf", WORDS)
    with pikepdf.open(tmp_path / "locked.pdf", password=WORDS) as pdf:
        assert ("/StructTreeRoot" in pdf.Root) is kept
        assert ("/StructParents" in pdf.pages[0].obj) is kept
