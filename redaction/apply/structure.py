"""The structure tree without its strings, and without what was once tied to it: it serves people who are read to.

An element may name a page or a form that is drawn no more: pages taken out before, forms that were written again. What
only the tree holds on to nobody has reviewed, so it goes. ISO 32000-2, 14.7 and 14.8.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pikepdf

from redaction.apply.deferral import Number
from redaction.apply.naming import entry, name_of
from redaction.apply.values import Tests, anything, is_language, is_number, keep_values, one_of

_ROOT: Tests = {
    "/Type": one_of("/StructTreeRoot"), "/K": anything, "/ParentTree": anything, "/ParentTreeNextKey": is_number,
}  # fmt: skip
_ELEMENT: Tests = {
    "/Type": one_of("/StructElem"), "/S": anything, "/P": anything, "/K": anything, "/Pg": anything, "/A": anything,
    "/Lang": is_language,
}  # fmt: skip
_CONTENT: Tests = {"/Type": one_of("/MCR"), "/Pg": anything, "/Stm": anything, "/MCID": is_number}
_NUMBERINGS = tuple(
    "/None /Unordered /Description /Disc /Circle /Square /Ordered /Decimal /UpperRoman /LowerRoman /UpperAlpha "
    "/LowerAlpha".split()
)
_ATTRIBUTES: dict[str, Tests] = {
    "/Table": {
        "/O": one_of("/Table"), "/RowSpan": is_number, "/ColSpan": is_number,
        "/Scope": one_of("/Row", "/Column", "/Both"),
    },
    "/List": {"/O": one_of("/List"), "/ListNumbering": one_of(*_NUMBERINGS)},
}  # fmt: skip
_ROLE_STEPS = 8
STANDARD_ROLES = {
    f"/{name}"
    for name in """
    Document DocumentFragment Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private Title FENote Sub
    P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link
    Annot Ruby RB RT RP Warichu WT WP Em Strong Aside Figure Formula Form Artifact
    """.split()
}


def scrub_structure(pdf: pikepdf.Pdf, drawn: Collection[Number], copies: Mapping[Number, pikepdf.Object]) -> None:
    """`drawn`: the numbers of what pages draw with; `copies`: by their numbers, forms written again, and what of."""
    tree = pdf.Root.get("/StructTreeRoot")
    if not isinstance(tree, pikepdf.Dictionary):
        if "/StructTreeRoot" in pdf.Root:
            del pdf.Root["/StructTreeRoot"]
        return
    forms = {objgen: pdf.get_object(objgen) for objgen in drawn}
    forms |= {source.objgen: forms[number] for number, source in copies.items() if number in forms}
    _Tree({page.obj.objgen for page in pdf.pages}, forms).scrub(tree)


class _Tree:
    """`pages`: the numbers of the pages there are; `forms`: by its number, or that of what it is a copy of, each form
    that is drawn."""

    def __init__(self, pages: Collection[Number], forms: Mapping[Number, pikepdf.Object]) -> None:
        self._pages, self._forms = pages, forms
        self._seen: set[Number] = set()
        self._roles: dict[str, str] = {}

    def scrub(self, tree: pikepdf.Dictionary) -> None:
        self._roles = _role_map(tree)
        keep_values(tree, _ROOT)
        self._below(tree, tree)
        # Elements may hang on the parent tree alone; its nodes are number trees: /Kids and /Nums.
        numbers = _scrub_numbers(tree.get("/ParentTree"))
        for item in numbers:
            for element in item if isinstance(item, pikepdf.Array) else [item]:
                if isinstance(element, pikepdf.Dictionary) and element.objgen not in self._seen:
                    self._element(element, tree)
                    self._below(element, tree)

    def _below(self, top: pikepdf.Dictionary, tree: pikepdf.Dictionary) -> None:
        pending = [top]
        while pending:
            holder = pending.pop()
            if "/K" not in holder:
                continue
            kids = holder["/K"]
            kept: list[pikepdf.Object | int] = []
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if isinstance(kid, int) and not isinstance(kid, bool):
                    kept.append(kid)
                elif isinstance(kid, pikepdf.Dictionary) and self._may_stay(kid):
                    kept.append(kid)
                    if entry(kid, "/Type") != "/MCR" and (not kid.is_indirect or kid.objgen not in self._seen):
                        self._element(kid, holder)
                        pending.append(kid)
            is_top = "/S" not in holder and len(kept) == 1
            holder["/K"] = kept[0] if is_top and not isinstance(kids, pikepdf.Array) else pikepdf.Array(kept)

    def _may_stay(self, kid: pikepdf.Dictionary) -> bool:
        """Whether an element or a reference to content is one; that is tied to what is drawn."""
        kind = entry(kid, "/Type")
        if kind == "/OBJR":
            return False  # holds on to annotations and fields that were taken out
        if kind != "/MCR":
            return True
        keep_values(kid, _CONTENT)
        self._check_page(kid)
        if "/Stm" in kid:
            number = _number(kid["/Stm"])
            form = self._forms.get(number) if number is not None else None
            if form is None:
                return False
            kid["/Stm"] = form
        return "/MCID" in kid

    def _element(self, element: pikepdf.Dictionary, parent: pikepdf.Dictionary) -> None:
        if element.is_indirect:
            self._seen.add(element.objgen)
        role = entry(element, "/S")
        keep_values(element, _ELEMENT)
        self._check_page(element)
        element["/P"] = parent
        if role not in STANDARD_ROLES:
            # Role names are the author's own words.
            element["/S"] = pikepdf.Name(_standard_role(role, self._roles))
        if "/A" in element:
            described = _plain_attributes(element["/A"])
            if described:
                element["/A"] = pikepdf.Array(described)
            else:
                del element["/A"]

    def _check_page(self, holder: pikepdf.Dictionary) -> None:
        if "/Pg" in holder and _number(holder["/Pg"]) not in self._pages:
            del holder["/Pg"]


def _role_map(tree: pikepdf.Dictionary) -> dict[str, str]:
    """What the author's names for elements stand for, as the tree says (14.7.3)."""
    named = tree.get("/RoleMap")
    return {name: name_of(role) for name, role in named.items()} if isinstance(named, pikepdf.Dictionary) else {}


def _standard_role(role: str, roles: Mapping[str, str]) -> str:
    """What an element is; a paragraph or a span where the tree does not lead to a standard role."""
    meant = role
    for _ in range(_ROLE_STEPS):
        if meant in STANDARD_ROLES:
            return meant
        meant = roles.get(meant, "")
    return "/Span" if role.startswith("/Char") else "/P"


def _number(value: object) -> Number | None:
    return value.objgen if isinstance(value, pikepdf.Object) and value.is_indirect else None


def _plain_attributes(attributes: pikepdf.Object) -> list[pikepdf.Dictionary]:
    described = []
    for block in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
        tests = _ATTRIBUTES.get(name_of(block.get("/O"))) if isinstance(block, pikepdf.Dictionary) else None
        if tests:
            plain = pikepdf.Dictionary(dict(block.items()))
            keep_values(plain, tests)
            described.append(plain)
    return described


def _scrub_numbers(tree: object) -> list[pikepdf.Object]:
    """The structure elements that the number tree names, in arrays or by themselves; whatever else it holds goes."""
    out: list[pikepdf.Object] = []
    nodes, seen = [tree], set()
    while nodes:
        node = nodes.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        keep_values(node, {"/Kids": anything, "/Nums": anything, "/Limits": anything})
        numbers, kids = node.get("/Nums"), node.get("/Kids")
        if "/Limits" in node:
            limits = [limit for limit in node["/Limits"] if is_number(limit)]
            node["/Limits"] = pikepdf.Array(limits)
        if numbers is not None:
            items = list(numbers) if isinstance(numbers, pikepdf.Array) else []
            node["/Nums"] = pikepdf.Array([_plain_item(item) for item in items])
            out.extend(item for item in node["/Nums"] if isinstance(item, pikepdf.Dictionary | pikepdf.Array))
        if kids is not None:
            found = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)]
            node["/Kids"] = pikepdf.Array(found)
            nodes.extend(found)
    return out


def _plain_item(item: object) -> pikepdf.Object | int | None:
    if isinstance(item, pikepdf.Array):
        return pikepdf.Array([part if isinstance(part, pikepdf.Dictionary) else None for part in item])
    return item if isinstance(item, pikepdf.Dictionary) or (isinstance(item, int)) else None
