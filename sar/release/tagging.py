"""One structure tree for a joined file (ISO 32000-2, 14.7), so that a screen reader finds its way through all of it.

Each part's tree hangs as a Part under one Document. What the parts count and name for themselves is made anew, since
two parts use the same: the keys of the parent tree, element IDs, and roles and classes that mean different things.
A part without a tree, or with one too deep to be anybody's work, stays without.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

# Deeper than any document is written, and shallow enough for pypdf, which follows trees by recursion when it encrypts.
_DEEPEST = 100
_KEYS = ("/StructParents", "/StructParent")


@dataclass
class Branch:
    """A part's tree in its own file, numbered and named as it will be in the bundle."""

    holder: pikepdf.Object
    language: str | None
    ids: list[bytes] = field(default_factory=list)


class Tree:
    """The structure tree of `bundle`. For each part: `prepare` before its pages are copied, `graft` after."""

    def __init__(self, bundle: pikepdf.Pdf) -> None:
        self._bundle = bundle
        self._root = bundle.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
        self._top = bundle.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document, P=self._root)
        )
        self._parts: list[pikepdf.Object] = []
        self._parents: list[pikepdf.Object] = []
        self._ids: dict[bytes, pikepdf.Object] = {}
        self._roles: dict[str, pikepdf.Object] = {}
        self._classes: dict[str, pikepdf.Object] = {}

    def prepare(self, pdf: pikepdf.Pdf, number: int) -> Branch | None:
        """Renumber and rename in `pdf`, which is part `number`. None for a part without a tree that can be kept."""
        root = pdf.Root.get("/StructTreeRoot")
        tops, elements, parents = [], None, {}
        if isinstance(root, pikepdf.Dictionary):
            tops = [item for item in _items(root.get("/K")) if isinstance(item, pikepdf.Dictionary)]
            elements = _elements(tops)
            parents = dict(_numbers(root.get("/ParentTree")))
        if not tops or elements is None or not isinstance(root, pikepdf.Dictionary):
            _renumber(pdf, {})  # or its pages would be taken for those of another part
            return None
        first = len(self._parents)
        _renumber(pdf, {key: first + place for place, key in enumerate(sorted(parents))})
        ids = _make_ids_own(elements, number)
        values = [parents[key] for key in sorted(parents)]
        holder = pikepdf.Dictionary(
            K=pikepdf.Array(tops),
            Parents=pikepdf.Array(values),
            Ids=pikepdf.Array([element for element, _ in ids]),
            Roles=_renamed(root.get("/RoleMap"), self._roles, number, elements, "/S"),
            Classes=_renamed(root.get("/ClassMap"), self._classes, number, elements, "/C"),
        )
        for key in list(root.keys()):  # elements lead back to it
            del root[key]
        language = pdf.Root.get("/Lang")
        return Branch(
            pdf.make_indirect(holder),
            str(language) if isinstance(language, pikepdf.String) else None,
            [own for _, own in ids],
        )

    def graft(self, branch: Branch, title: str) -> None:
        """Hang the tree of a part, whose pages are in the bundle by now, under the document."""
        held = self._bundle.copy_foreign(branch.holder)
        tops = list(held.K)
        if len(tops) == 1 and tops[0].get("/S") == pikepdf.Name.Document:
            part = tops[0]
            part.S = pikepdf.Name.Part
        else:
            part = self._bundle.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Part))
            part.K = pikepdf.Array(tops)
            for top in tops:
                top.P = part
        part.P = self._top
        part.T = pikepdf.String(title)
        if branch.language and "/Lang" not in part:
            part.Lang = pikepdf.String(branch.language)
        self._parts.append(part)
        self._parents.extend(list(held.Parents))
        self._ids.update(zip(branch.ids, list(held.Ids), strict=True))
        self._roles.update(held.Roles.items())
        self._classes.update(held.Classes.items())

    def finish(self) -> None:
        """Make it the bundle's tree, unless no part has one."""
        if not self._parts:
            return
        self._top.K = pikepdf.Array(self._parts)
        self._root.K = pikepdf.Array([self._top])
        self._root.ParentTree = self._bundle.make_indirect(
            pikepdf.Dictionary(Nums=pikepdf.Array([item for pair in enumerate(self._parents) for item in pair]))
        )
        self._root.ParentTreeNextKey = len(self._parents)
        for key, entries in (("/RoleMap", self._roles), ("/ClassMap", self._classes)):
            if entries:
                self._root[key] = pikepdf.Dictionary(entries)
        if self._ids:
            names = [item for own in sorted(self._ids) for item in (pikepdf.String(own), self._ids[own])]
            self._root.IDTree = pikepdf.Dictionary(Names=pikepdf.Array(names))
        self._bundle.Root.StructTreeRoot = self._root
        self._bundle.Root.MarkInfo = pikepdf.Dictionary(Marked=True)


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, pikepdf.Array) else [] if value is None else [value]


def _elements(tops: list[pikepdf.Dictionary]) -> list[pikepdf.Dictionary] | None:
    """All elements below `tops`, or None where they lie too deep."""
    found, seen = [], set()
    pending: list[tuple[object, int]] = [(top, 1) for top in tops]
    while pending:
        item, depth = pending.pop()
        if not isinstance(item, pikepdf.Dictionary) or "/S" not in item:
            continue  # a number of marked content, or a reference
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        if depth > _DEEPEST:
            return None
        found.append(item)
        pending.extend((kid, depth + 1) for kid in _items(item.get("/K")))
    return found


def _numbers(tree: object) -> Iterator[tuple[int, pikepdf.Object]]:
    """The entries of a number tree."""
    pending, seen = [tree], set()
    while pending:
        node = pending.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        pending.extend(_items(node.get("/Kids")))
        pairs = _items(node.get("/Nums"))
        for key, value in zip(pairs[::2], pairs[1::2], strict=False):
            if isinstance(key, int) and isinstance(value, pikepdf.Array | pikepdf.Dictionary):
                yield key, value


def _renumber(pdf: pikepdf.Pdf, numbers: dict[int, int]) -> None:
    """Give pages, forms, pictures and annotations their new keys of the parent tree; one that is in none goes."""
    inline = [
        item
        for page in pdf.pages
        for item in _items(page.obj.get("/Annots"))
        if isinstance(item, pikepdf.Dictionary) and not item.is_indirect
    ]
    for item in [*pdf.objects, *inline]:
        if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for name in _KEYS:
            if name in item:
                key = item[name]
                if isinstance(key, int) and key in numbers:
                    item[name] = numbers[key]
                else:
                    del item[name]


def _make_ids_own(elements: list[pikepdf.Dictionary], number: int) -> list[tuple[pikepdf.Dictionary, bytes]]:
    """IDs are told apart by the part's number; the cells that name their headers by ID follow."""
    prefix = f"{number}.".encode("ascii")
    out = []
    for element in elements:
        own = element.get("/ID")
        if isinstance(own, pikepdf.String):
            element.ID = pikepdf.String(prefix + bytes(own))
            out.append((element, prefix + bytes(own)))
        for block in _items(element.get("/A")):
            if isinstance(block, pikepdf.Dictionary) and isinstance(block.get("/Headers"), pikepdf.Array):
                block.Headers = pikepdf.Array(
                    [pikepdf.String(prefix + bytes(name)) for name in block.Headers if isinstance(name, pikepdf.String)]
                )
    return out


def _renamed(
    names: object, taken: dict[str, pikepdf.Object], number: int, elements: list[pikepdf.Dictionary], where: str
) -> pikepdf.Dictionary:
    """A map of roles or classes without a name that stands for something else in an earlier part."""
    own = dict(names.items()) if isinstance(names, pikepdf.Dictionary) else {}
    new = {name: f"{name}-{number}" for name, value in own.items() if name in taken and not _same(taken[name], value)}
    for element in elements if new else ():
        used = element.get(where)
        if isinstance(used, pikepdf.Name):
            element[where] = _name(used, new)
        elif isinstance(used, pikepdf.Array):
            element[where] = pikepdf.Array([_name(item, new) for item in used])
    return pikepdf.Dictionary({new.get(name, name): _name(value, new) for name, value in own.items()})


def _same(one: pikepdf.Object, other: pikepdf.Object) -> bool:
    """Whether two roles lead to one; classes are never compared."""
    return isinstance(one, pikepdf.Name) and isinstance(other, pikepdf.Name) and str(one) == str(other)


def _name(value: pikepdf.Object, new: dict[str, str]) -> pikepdf.Object:
    return pikepdf.Name(new[str(value)]) if isinstance(value, pikepdf.Name) and str(value) in new else value
