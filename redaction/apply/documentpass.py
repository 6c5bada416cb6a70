"""Takes out of a document all that is not page content: what no reviewer saw must not be sent.

Before the pages are read, what annotations and form fields show is made part of the page (`settle`). Afterwards the
catalogue and every page keep only entries on a list (`scrub`): an entry nobody has thought of is dropped, not kept.
The structure tree stays, without its strings: it serves people who have the document read to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pikepdf

from redaction.apply.deferral import Number
from redaction.apply.embedding import PROGRAMS
from redaction.apply.imagescrub import scrub_image
from redaction.apply.layers import layer_judge
from redaction.apply.naming import entry
from redaction.apply.resourcescrub import scrub_resources
from redaction.apply.structure import scrub_structure
from redaction.apply.values import (
    STREAM,
    Tests,
    anything,
    are_numbers,
    is_language,
    is_number,
    is_truth,
    is_version,
    keep_values,
    one_of,
)
from redaction.limits import content_streams

_CATALOGUE: Tests = {
    "/Type": one_of("/Catalog"), "/Pages": anything, "/StructTreeRoot": anything, "/MarkInfo": anything,
    "/ViewerPreferences": anything, "/Lang": is_language, "/Version": is_version,
}  # fmt: skip
_MARKS: Tests = {"/Marked": is_truth}
_VIEW: Tests = {"/DisplayDocTitle": is_truth, "/Direction": one_of("/L2R", "/R2L")}
_PAGES: Tests = {
    "/Type": one_of("/Pages"), "/Parent": anything, "/Kids": anything, "/Count": is_number, "/MediaBox": are_numbers,
    "/CropBox": are_numbers, "/Rotate": is_number,
}  # fmt: skip
_PAGE: Tests = {
    "/Type": one_of("/Page"), "/Parent": anything, "/Contents": anything, "/Resources": anything,
    "/MediaBox": are_numbers, "/CropBox": are_numbers, "/Rotate": is_number, "/UserUnit": is_number,
    "/Group": anything, "/StructParents": is_number, "/Tabs": one_of("/R", "/C", "/S", "/A", "/W"),
}  # fmt: skip
_FORM: Tests = {
    **STREAM, "/Type": one_of("/XObject"), "/Subtype": one_of("/Form"), "/FormType": is_number, "/BBox": are_numbers,
    "/Matrix": are_numbers, "/Resources": anything, "/Group": anything, "/StructParent": is_number,
    "/StructParents": is_number,
}  # fmt: skip
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
    hidden = layer_judge(pdf)
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        dropped.annotations += len(annotations)
        shown = [a for a in annotations if isinstance(a, pikepdf.Dictionary) and _is_shown(a, hidden)]
        page.obj["/Annots"] = pikepdf.Array(shown)
    pdf.flatten_annotations("screen")
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        dropped.attachments = len(pdf.attachments) if "/EmbeddedFiles" in names else 0
        dropped.scripts = int("/JavaScript" in names)
    dropped.scripts += int("/OpenAction" in pdf.Root) + int("/AA" in pdf.Root)
    return dropped


def _is_shown(annotation: pikepdf.Dictionary, hidden: Callable[[object], bool]) -> bool:
    flags = annotation.get("/F", 0)
    if (isinstance(flags, int) and flags & _NOT_SHOWN) or hidden(annotation.get("/OC")):
        return False
    return entry(annotation, "/Subtype") not in _DROPPED_ANNOTATIONS


def scrub(pdf: pikepdf.Pdf, copies: Mapping[Number, pikepdf.Object]) -> None:
    """Drops everything but content, geometry and a structure tree without words. `copies`: by their numbers, the forms
    that were written again, and what of."""
    root = pdf.Root
    keep_values(root, _CATALOGUE)
    keep_values(root.get("/MarkInfo"), _MARKS)
    keep_values(root.get("/ViewerPreferences"), _VIEW)
    for key in [key for key in pdf.trailer.keys()]:
        if key not in ("/Root", "/Size", "/ID", "/Prev", "/XRefStm"):
            del pdf.trailer[key]
    _scrub_page_tree(pdf)
    drawn = scrub_resources(pdf)
    scrub_structure(pdf, drawn, copies)
    _scrub_objects(pdf)


def _scrub_page_tree(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        parent, seen = page.obj.get("/Parent"), set()
        while isinstance(parent, pikepdf.Dictionary) and parent.objgen not in seen:
            seen.add(parent.objgen)
            keep_values(parent, _PAGES)
            parent = parent.get("/Parent")
        keep_values(page.obj, _PAGE)
        for stream in content_streams(page.obj):
            keep_values(stream, STREAM)


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
            keep_values(obj, _FORM)
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
