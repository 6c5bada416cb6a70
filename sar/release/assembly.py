"""Putting the reply together from finished, redacted files: numbered pages, an outline, one encrypted PDF.

Only redacted files come in here: nothing is removed at this stage, so nothing can be left behind by it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from redaction.geometry import PageFrame

_FONT_SIZE = 8.0
_MARGIN = 14.0


@dataclass(frozen=True)
class Part:
    """One file of the bundle, as it is named in the outline. `numbered` parts get page numbers put on."""

    title: str
    path: Path
    pages: int
    numbered: bool = True


def first_pages(parts: Sequence[Part]) -> list[int]:
    """The page (from 1) of the bundle on which each part starts."""
    starts, page = [], 1
    for part in parts:
        starts.append(page)
        page += part.pages
    return starts


def page_count(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def number_pages(path: Path, first: int, total: int, reference: str) -> None:
    """Write "reference, page n of total" at the foot of every page as displayed, in place."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        for offset, page in enumerate(pdf.pages):
            _stamp(pdf, page, font, f"{reference}   page {first + offset} of {total}")
        pdf.save(path, deterministic_id=True)


def merge(parts: Sequence[Part], target: Path, *, title: str, language: str = "en-GB") -> int:
    """Join the parts in order, with an outline entry for each. Returns the number of pages."""
    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(part.path), outline_item=part.title, import_outline=False)
    writer.add_metadata({"/Title": title})
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    writer.page_mode = "/UseOutlines"
    writer.write(target)
    return len(writer.pages)


def encrypt(source: Path, target: Path, passphrase: str) -> None:
    """AES-256 (revision 6): opens with the passphrase in any current reader. The owner's password is thrown away."""
    writer = PdfWriter(clone_from=PdfReader(source))
    writer.encrypt(passphrase, owner_password=secrets.token_urlsafe(32), algorithm="AES-256")
    writer.write(target)


def opens_only_with(path: Path, passphrase: str, pages: int) -> bool:
    """A second reader opens the bundle with its passphrase, finds every page, and cannot open it without."""
    try:
        with pikepdf.open(path):
            return False
    except pikepdf.PasswordError:
        pass
    with pikepdf.open(path, password=passphrase) as pdf:
        return len(pdf.pages) == pages and pdf.encryption.R == 6


def _stamp(pdf: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, text: str) -> None:
    # Copies: pages may share one dictionary, and it may be an ancestor's.
    resources = copy(page.resources)
    fonts = copy(resources["/Font"]) if "/Font" in resources else pikepdf.Dictionary()
    fonts["/SarPage"] = font
    resources["/Font"] = fonts
    page.obj["/Resources"] = resources
    a, b, c, d, e, f = _upright(page)
    drawn = (
        f"Q /Artifact BMC q {a:.4f} {b:.4f} {c:.4f} {d:.4f} {e:.3f} {f:.3f} cm "
        f"BT /SarPage {_FONT_SIZE} Tf 0 g {_MARGIN} {_MARGIN} Td ({text}) Tj ET Q EMC"
    )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(pdf.make_stream(drawn.encode("ascii")))


def _upright(page: pikepdf.Page) -> tuple[float, float, float, float, float, float]:
    """The matrix that puts the displayed page's lower left corner at the origin, text upright, in points."""
    frame = PageFrame.from_page(
        [float(edge) for edge in page.mediabox],
        [float(edge) for edge in page.cropbox],
        float(_inherited(page, "/Rotate", 0)),
        float(page.obj.get("/UserUnit", 1)),
    )
    origin = _point(frame, 0, frame.height)
    right, up = _point(frame, 1, frame.height), _point(frame, 0, frame.height - 1)
    return (right[0] - origin[0], right[1] - origin[1], up[0] - origin[0], up[1] - origin[1], *origin)


def _point(frame: PageFrame, x: float, y: float) -> tuple[float, float]:
    box = frame.to_user((x, y, x, y))
    return box.x0, box.y0


def _inherited(page: pikepdf.Page, name: str, default: float) -> float:
    """A page entry, or its ancestors' (ISO 32000-2, 7.7.3.4)."""
    node: pikepdf.Object = page.obj
    for _ in range(64):
        if name in node:
            return float(node[name])
        if "/Parent" not in node:
            return default
        node = node["/Parent"]
    return default
