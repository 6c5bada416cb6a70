"""Takes out of a document all that is not page content: what no reviewer saw must not be sent.

Before the pages are read, what annotations and form fields show is made part of the page (`settle`). Afterwards the
catalogue and every page keep only entries on a list (`scrub`): an entry nobody has thought of is dropped, not kept.
The structure tree stays, without its strings: it serves people who have the document read to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf

from redaction.apply.embedding import PROGRAMS
from redaction.apply.imagescrub import scrub_image
from redaction.apply.naming import entry, name_of
from redaction.apply.resourcescrub import scrub_resources

_CATALOGUE_KEPT = {
    "/Type",
    "/Pages",
    "/StructTreeRoot",
    "/MarkInfo",
    "/ViewerPreferences",
    "/Lang",
    "/Version",
}
_PAGE_KEPT = {
    "/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group",
    "/StructParents", "/Tabs",
}  # fmt: skip
_PAGES_KEPT = {"/Type", "/Parent", "/Kids", "/Count", "/MediaBox", "/CropBox", "/Rotate"}
_FORM_KEPT = {
    "/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/Length", "/Filter", "/DecodeParms",
    "/StructParent", "/StructParents",
}  # fmt: skip
_ELEMENT_KEPT = {"/Type", "/S", "/P", "/K", "/Pg", "/A", "/Lang"}
_ATTRIBUTES_KEPT = {
    "/Table": {"/O", "/RowSpan", "/ColSpan", "/Scope"},
    "/List": {"/O", "/ListNumbering"},
}
_CELL_SCOPES = ("/Row", "/Column", "/Both")
_NUMBERINGS = tuple(
    "/None /Unordered /Description /Disc /Circle /Square /Ordered /Decimal /UpperRoman /LowerRoman /UpperAlpha "
    "/LowerAlpha".split()
)
_LANGUAGE = re.compile("[A-Za-z]{2}(-[A-Za-z]{2}|-[0-9]{3})?")
_EXPRESSION_DEPTH = 16
_NOT_SHOWN = 1 | 2 | 32  # Invisible, Hidden, NoView: ISO 32000-2, table 167
_DROPPED_ANNOTATIONS = {
    "/Popup",
    "/Redact",
    "/Link",
    "/Text",
    "/FileAttachment",
    "/Sound",
    "/Movie",
    "/Screen",
    "/RichMedia",
    "/3D",
}


@dataclass
class Dropped:
    """How much was taken out, for the report; counts only."""

    annotations: int = 0
    fields: int = 0
    attachments: int = 0
    outline_entries: int = 0
    scripts: int = 0


def settle(pdf: pikepdf.Pdf) -> Dropped:
    """Makes visible annotations and fields part of their pages, and drops the rest of them."""
    dropped = Dropped()
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        dropped.fields = len(form.get("/Fields", []))
        if "/XFA" in form:
            del form["/XFA"]
        if form.get("/NeedAppearances", False):
            pdf.generate_appearance_streams()
            form["/NeedAppearances"] = False
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        dropped.annotations += len(annotations)
        shown = [a for a in annotations if isinstance(a, pikepdf.Dictionary) and _is_shown(a)]
        page.obj["/Annots"] = pikepdf.Array(shown)
    pdf.flatten_annotations("screen")
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        dropped.attachments = len(pdf.attachments) if "/EmbeddedFiles" in names else 0
        dropped.scripts = int("/JavaScript" in names)
    dropped.scripts += int("/OpenAction" in pdf.Root) + int("/AA" in pdf.Root)
    return dropped


def _is_shown(annotation: pikepdf.Dictionary) -> bool:
    flags = annotation.get("/F", 0)
    hidden = isinstance(flags, int) and flags & _NOT_SHOWN
    return not hidden and entry(annotation, "/Subtype") not in _DROPPED_ANNOTATIONS


def layer_judge(pdf: pikepdf.Pdf) -> Callable[[object], bool]:
    """A function that tells whether a layer (optional content group or membership) is not shown on opening."""
    properties = pdf.Root.get("/OCProperties")
    default = properties.get("/D") if isinstance(properties, pikepdf.Dictionary) else None
    off: set[tuple[int, int]] = set()
    on: set[tuple[int, int]] = set()
    base_off = False
    if isinstance(default, pikepdf.Dictionary):
        off = {group.objgen for group in default.get("/OFF", [])}
        on = {group.objgen for group in default.get("/ON", [])}
        base_off = entry(default, "/BaseState") == "/OFF"

    def group_hidden(group: pikepdf.Object) -> bool:
        return group.objgen in off or (base_off and group.objgen not in on)

    def shown(expression: object, depth: int) -> bool:
        """A visibility expression: a group, or /And, /Or or /Not with expressions (8.11.2.2)."""
        if depth > _EXPRESSION_DEPTH:
            return False
        if not isinstance(expression, pikepdf.Array) or not len(expression):
            return not (isinstance(expression, pikepdf.Dictionary) and group_hidden(expression))
        parts = [shown(part, depth + 1) for part in list(expression)[1:]]
        operator = name_of(expression[0])
        return not all(parts) if operator == "/Not" else any(parts) if operator == "/Or" else all(parts)

    def hidden(layer: object) -> bool:
        if not isinstance(layer, pikepdf.Dictionary):
            return False
        if entry(layer, "/Type") != "/OCMD":
            return group_hidden(layer)
        if isinstance(layer.get("/VE"), pikepdf.Array):
            return not shown(layer["/VE"], 0)
        groups = layer.get("/OCGs")
        members = list(groups) if isinstance(groups, pikepdf.Array) else [groups]
        states = [group_hidden(member) for member in members if isinstance(member, pikepdf.Dictionary)]
        if not states:
            return False
        policy = entry(layer, "/P")
        return {
            "/AllOn": any(states),
            "/AnyOff": not any(states),
            "/AllOff": not all(states),
        }.get(policy, all(states))

    return hidden


def scrub(pdf: pikepdf.Pdf) -> None:
    """Drops everything but content, geometry and a structure tree without words."""
    root = pdf.Root
    language = root.get("/Lang")
    for key in [key for key in root.keys() if key not in _CATALOGUE_KEPT]:
        del root[key]
    if "/Lang" in root and not _is_language(language):
        del root["/Lang"]
    _keep_only(root.get("/MarkInfo"), {"/Marked"})
    _keep_only(root.get("/ViewerPreferences"), {"/DisplayDocTitle", "/Direction"})
    for key in [key for key in pdf.trailer.keys()]:
        if key not in ("/Root", "/Size", "/ID", "/Prev", "/XRefStm"):
            del pdf.trailer[key]
    _scrub_page_tree(pdf)
    _scrub_structure(root)
    scrub_resources(pdf)
    _scrub_objects(pdf)


def _is_language(value: object) -> bool:
    """A tag of language and country such as en-GB, and nothing longer that could be somebody's name."""
    return _LANGUAGE.fullmatch(name_of(value)) is not None


def _scrub_page_tree(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        parent = page.obj.get("/Parent")
        while isinstance(parent, pikepdf.Dictionary):
            for key in [key for key in parent.keys() if key not in _PAGES_KEPT]:
                del parent[key]
            parent = parent.get("/Parent")
        for key in [key for key in page.obj.keys() if key not in _PAGE_KEPT]:
            del page.obj[key]


def _scrub_structure(root: pikepdf.Object) -> None:
    tree = root.get("/StructTreeRoot")
    if not isinstance(tree, pikepdf.Dictionary):
        if "/StructTreeRoot" in root:
            del root["/StructTreeRoot"]
        return
    _keep_only(tree, {"/Type", "/K", "/ParentTree", "/ParentTreeNextKey"})
    # Elements may hang on the parent tree alone; its nodes are number trees: /Kids and /Nums.
    pending, seen = [tree.get("/K"), *_parent_tree_items(tree.get("/ParentTree"))], set()
    while pending:
        item = pending.pop()
        if isinstance(item, pikepdf.Array):
            pending.extend(item)
        elif isinstance(item, pikepdf.Dictionary):
            if item.is_indirect:
                if item.objgen in seen:
                    continue
                seen.add(item.objgen)
            if entry(item, "/Type") == "/MCR":
                _keep_only(item, {"/Type", "/Pg", "/Stm", "/MCID"})
                continue
            _scrub_element(item)
            pending.append(item.get("/K"))


def _parent_tree_items(tree: object) -> list[pikepdf.Object]:
    """The structure elements that the number tree names, in arrays or by themselves."""
    out: list[pikepdf.Object] = []
    nodes, seen = [tree], set()
    while nodes:
        node = nodes.pop()
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        _keep_only(node, {"/Kids", "/Nums", "/Limits"})
        numbers, kids = node.get("/Nums"), node.get("/Kids")
        if isinstance(numbers, pikepdf.Array):
            out.extend(item for item in numbers if isinstance(item, pikepdf.Dictionary | pikepdf.Array))
        if isinstance(kids, pikepdf.Array):
            nodes.extend(kids)
    return out


def _scrub_element(element: pikepdf.Dictionary) -> None:
    role = entry(element, "/S")
    _keep_only(element, _ELEMENT_KEPT)
    if "/K" in element:
        # References to objects hold on to the annotations and fields that were taken out.
        kids = element["/K"]
        kept = [kid for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if not _is_object_reference(kid)]
        element["/K"] = pikepdf.Array(kept)
    if role not in STANDARD_ROLES:
        # Role names are the author's own words; what they map to went with the role map.
        element["/S"] = pikepdf.Name.Span if role.startswith("/Char") else pikepdf.Name.P
    if "/Lang" in element and not _is_language(element["/Lang"]):
        del element["/Lang"]
    if "/A" in element:
        attributes = element["/A"]
        described = []
        for block in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
            allowed = _ATTRIBUTES_KEPT.get(entry(block, "/O")) if isinstance(block, pikepdf.Dictionary) else None
            if allowed:
                described.append(
                    pikepdf.Dictionary({k: v for k, v in block.items() if k in allowed and _is_attribute(k, v)})
                )
        if described:
            element["/A"] = pikepdf.Array(described)
        else:
            del element["/A"]


def _is_attribute(key: str, value: object) -> bool:
    if key in ("/RowSpan", "/ColSpan"):
        return isinstance(value, int)
    wanted = {"/Scope": _CELL_SCOPES, "/ListNumbering": _NUMBERINGS, "/O": tuple(_ATTRIBUTES_KEPT)}[key]
    return isinstance(value, pikepdf.Name) and name_of(value) in wanted


def _is_object_reference(kid: object) -> bool:
    return isinstance(kid, pikepdf.Dictionary) and entry(kid, "/Type") == "/OBJR"


def _scrub_objects(pdf: pikepdf.Pdf) -> None:
    """Streams may carry private data: forms keep what they are drawn by, images lose what is not pixels."""
    fonts = 0
    for obj in pdf.objects:
        if isinstance(obj, pikepdf.Dictionary) and entry(obj, "/Type") == "/Font":
            fonts += 1
            _rename_font(obj, pikepdf.Name(f"/AAAAAA+F{fonts}"))
        if not isinstance(obj, pikepdf.Stream):
            continue
        subtype = entry(obj, "/Subtype")
        if subtype == "/Form":
            for key in [key for key in obj.keys() if key not in _FORM_KEPT]:
                del obj[key]
        elif subtype == "/Image":
            scrub_image(obj)
        elif "/Metadata" in obj:
            del obj["/Metadata"]


def _rename_font(font: pikepdf.Dictionary, name: pikepdf.Name) -> None:
    """An embedded font is known by its program; its name may be a person's (Georgia), so it gets a plain one."""
    parts: list[pikepdf.Object] = [font]
    descendants = font.get("/DescendantFonts")
    if isinstance(descendants, pikepdf.Array):
        parts.extend(part for part in descendants if isinstance(part, pikepdf.Dictionary))
    descriptors = [part.get("/FontDescriptor") for part in parts]
    embedded = [d for d in descriptors if isinstance(d, pikepdf.Dictionary) and set(PROGRAMS) & set(d.keys())]
    if not embedded:
        return
    for part in parts:
        if "/BaseFont" in part:
            part["/BaseFont"] = name
        if "/Name" in part:
            del part["/Name"]
    for descriptor in embedded:
        descriptor["/FontName"] = name
        if "/FontFamily" in descriptor:
            del descriptor["/FontFamily"]


def _keep_only(obj: object, allowed: set[str]) -> None:
    if isinstance(obj, pikepdf.Dictionary):
        for key in [key for key in obj.keys() if key not in allowed]:
            del obj[key]


STANDARD_ROLES = {
    f"/{name}"
    for name in """
    Document DocumentFragment Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private Title FENote Sub
    P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link
    Annot Ruby RB RT RP Warichu WT WP Em Strong Aside Figure Formula Form Artifact
    """.split()
}
