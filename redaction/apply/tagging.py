"""The place of pages drawn as pictures in the structure tree, so that a screen reader reads them (ISO 32000-2, 14.7).

The text layer of such a page is one paragraph, where the first of the page's old elements stood. A file without a tree
gets one only if all of its pages are pictures: of a file said to be tagged, what is not in the tree may go unread.
"""

from __future__ import annotations

from collections.abc import Collection

import pikepdf

from redaction.apply.naming import entry

# OCR reads English; a document that names its language keeps that.
_LANGUAGE = "en"
_HOLDERS = frozenset(("/Document", "/DocumentFragment", "/Part", "/Art", "/Sect", "/Div", "/StructTreeRoot"))
_DEEPEST = 200


def tag_pictured(pdf: pikepdf.Pdf, pictured: Collection[int]) -> None:
    """Puts the pages of `pictured` (from 0), whose content is marked with MCID 0, into the tree."""
    tree = pdf.Root.get("/StructTreeRoot")
    is_tagged = isinstance(tree, pikepdf.Dictionary)
    if not pictured or (not is_tagged and len(pictured) < len(pdf.pages)):
        return
    if not is_tagged:
        tree = _new_tree(pdf)
    assert isinstance(tree, pikepdf.Dictionary)
    parents = _parents(tree.get("/ParentTree"))
    added: list[pikepdf.Object] = []
    following: pikepdf.Object | None = None
    for index in reversed(range(len(pdf.pages))):
        page = pdf.pages[index].obj
        old = _elements_of(page, parents)
        following = old[0] if old else following
        if index in pictured:
            element = _element(pdf, tree, page)
            added.append(element)
            if is_tagged:
                _insert(tree, element, following)
                following = element
            for one in old:
                _forget(one, page)
            parents[_number(page, parents)] = pikepdf.Array([element])
    if not is_tagged:
        top = pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document, P=tree)
        tree["/K"] = pdf.make_indirect(top)
        tree["/K"]["/K"] = pikepdf.Array(reversed(added))
        for element in added:
            element["/P"] = tree["/K"]
    items = [item for number in sorted(parents) for item in (number, parents[number])]
    tree["/ParentTree"] = pdf.make_indirect(pikepdf.Dictionary(Nums=pikepdf.Array(items)))
    tree["/ParentTreeNextKey"] = max(parents) + 1


def _new_tree(pdf: pikepdf.Pdf) -> pikepdf.Object:
    pdf.Root["/StructTreeRoot"] = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
    pdf.Root["/MarkInfo"] = pikepdf.Dictionary(Marked=True)
    return pdf.Root["/StructTreeRoot"]


def _element(pdf: pikepdf.Pdf, tree: pikepdf.Object, page: pikepdf.Object) -> pikepdf.Object:
    """The paragraph that a page's picture is read as."""
    element = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.P, P=tree, Pg=page, K=0)
    )
    if "/Lang" not in pdf.Root:
        element["/Lang"] = pikepdf.String(_LANGUAGE)
    return element


def _number(page: pikepdf.Object, parents: dict[int, pikepdf.Object]) -> int:
    """The page's number in the parent tree, given if it has none."""
    page["/Tabs"] = pikepdf.Name.S
    number: object = page.get("/StructParents")
    if isinstance(number, int):
        return number
    page["/StructParents"] = max(parents, default=-1) + 1
    return max(parents, default=-1) + 1


def _parents(tree: object) -> dict[int, pikepdf.Object]:
    """What the parent tree, a number tree, says of each number. Whatever makes no sense in it is left out."""
    found: dict[int, pikepdf.Object] = {}
    nodes, seen = [tree], set()
    while nodes:
        node = nodes.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        numbers, kids = node.get("/Nums"), node.get("/Kids")
        items: list[object] = list(numbers) if isinstance(numbers, pikepdf.Array) else []
        for key, value in zip(items[::2], items[1::2], strict=False):
            if isinstance(key, int) and isinstance(value, pikepdf.Object):
                found[key] = value
        nodes.extend(kids if isinstance(kids, pikepdf.Array) else ())
    return found


def _elements_of(page: pikepdf.Object, parents: dict[int, pikepdf.Object]) -> list[pikepdf.Object]:
    number = page.get("/StructParents")
    found = parents.get(number) if isinstance(number, int) else None
    return [item for item in found if isinstance(item, pikepdf.Dictionary)] if isinstance(found, pikepdf.Array) else []


def _insert(tree: pikepdf.Object, element: pikepdf.Object, following: pikepdf.Object | None) -> None:
    """Before the branch of `following` in the nearest group above it; at the end where nothing follows."""
    branch = following
    for _ in range(_DEEPEST):
        if branch is None:
            break
        holder = branch.get("/P")
        if not isinstance(holder, pikepdf.Dictionary):
            branch = None
        elif (entry(holder, "/S") or entry(holder, "/Type")) in _HOLDERS:
            kids = _kids(holder)
            place = next((n for n, kid in enumerate(kids) if _is_same(kid, branch)), len(kids))
            holder["/K"] = pikepdf.Array([*kids[:place], element, *kids[place:]])
            element["/P"] = holder
            return
        else:
            branch = holder
    top = next((kid for kid in _kids(tree) if isinstance(kid, pikepdf.Dictionary)), None)
    holder = top if top is not None and entry(top, "/S") in _HOLDERS else tree
    holder["/K"] = pikepdf.Array([*_kids(holder), element])
    element["/P"] = holder


def _forget(element: pikepdf.Object, page: pikepdf.Object) -> None:
    """What an element held of the page's content is there no more."""
    its_page = element.get("/Pg")
    on_page = its_page is not None and _is_same(its_page, page)
    kept = [kid for kid in _kids(element) if not _is_content(kid, page, on_page)]
    element["/K"] = pikepdf.Array(kept)


def _is_content(kid: object, page: pikepdf.Object, on_page: bool) -> bool:
    if isinstance(kid, int):
        return on_page
    if not isinstance(kid, pikepdf.Dictionary) or entry(kid, "/Type") != "/MCR":
        return False
    its_page = kid.get("/Pg")
    return on_page if its_page is None else _is_same(its_page, page)


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K")
    return [] if kids is None else list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _is_same(one: object, other: pikepdf.Object) -> bool:
    return isinstance(one, pikepdf.Object) and one.is_indirect and one.objgen == other.objgen
