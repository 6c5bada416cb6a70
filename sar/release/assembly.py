"""Putting the reply together from finished, redacted files: numbered pages, an outline, one encrypted PDF.

Only redacted files come in here: nothing is removed at this stage, so nothing can be left behind by it. They were
hostile once and may be large, so this runs as a program of its own in the sandbox: `join ORDER.json` writes the plain
bundle, `lock ORDER.json` encrypts it. The order names files; the answer is JSON on standard output.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pypdf import PdfReader, PdfWriter

from redaction.geometry import PageFrame
from sar.release.tagging import Tree

_FONT_SIZE = 8.0
_MARGIN = 14.0
_LANGUAGE = "en-GB"


@dataclass(frozen=True)
class Part:
    """One file of the bundle, as it is named in the outline. `dark`: pages (from 1) that are black all over."""

    title: str
    path: Path
    pages: int
    dark: frozenset[int] = frozenset()


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


def number_pages(part: Part, first: int, total: int, reference: str) -> None:
    """Write "reference, page n of total" at the foot of every page as displayed, in place."""
    with pikepdf.open(part.path, allow_overwriting_input=True) as pdf:
        if len(pdf.pages) != part.pages:
            raise ValueError("a part has other pages than were counted")
        font = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        for offset, page in enumerate(pdf.pages):
            ink = 1 if offset + 1 in part.dark else 0
            _stamp(pdf, page, font, f"{reference}   page {first + offset} of {total}", ink)
        pdf.save(part.path, deterministic_id=True)


def merge(parts: Sequence[Part], target: Path, *, title: str) -> int:
    """Join the parts in order, with an outline entry for each and one structure tree. Returns the number of pages."""
    with pikepdf.new() as bundle:
        tree = Tree(bundle)
        for number, part in enumerate(parts, start=1):
            with pikepdf.open(part.path) as pdf:
                branch = tree.prepare(pdf, number)
                bundle.pages.extend(pdf.pages)
                if branch is not None:
                    tree.graft(branch, part.title)
        tree.finish()
        with bundle.open_outline() as outline:
            for part, first in zip(parts, first_pages(parts), strict=True):
                outline.root.append(pikepdf.OutlineItem(part.title, first - 1, pikepdf.PageLocation.Fit))
        bundle.docinfo["/Title"] = title
        bundle.Root.Lang = pikepdf.String(_LANGUAGE)
        bundle.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        bundle.Root.PageMode = pikepdf.Name.UseOutlines
        bundle.save(
            target,
            min_version="1.7",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return len(bundle.pages)


def encrypt(source: Path, target: Path, passphrase: str) -> None:
    """AES-256 (revision 6): opens with the passphrase in any current reader. The owner's password is thrown away."""
    with PdfReader(source) as reader:
        writer = PdfWriter(clone_from=reader)
        writer.pdf_header = "%PDF-2.0"  # the first version with this encryption
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


def _stamp(pdf: pikepdf.Pdf, page: pikepdf.Page, font: pikepdf.Object, text: str, ink: int) -> None:
    # Copies: pages may share one dictionary, and it may be an ancestor's.
    resources = copy(page.resources)
    fonts = copy(resources["/Font"]) if "/Font" in resources else pikepdf.Dictionary()
    fonts["/SarPage"] = font
    resources["/Font"] = fonts
    page.obj["/Resources"] = resources
    unopened, unclosed = _unbalanced(page)
    a, b, c, d, e, f = _upright(page)
    drawn = (
        f"{'Q ' * (1 + unclosed)}/Artifact BMC q {a:.4f} {b:.4f} {c:.4f} {d:.4f} {e:.3f} {f:.3f} cm "
        f"BT /SarPage {_FONT_SIZE} Tf {ink} g {_MARGIN} {_MARGIN} Td ({text}) Tj ET Q EMC"
    )
    page.contents_add(b"q\n" * (1 + unopened), prepend=True)
    page.contents_add(pdf.make_stream(drawn.encode("ascii")))


def _unbalanced(page: pikepdf.Page) -> tuple[int, int]:
    """How many Q of the page close nothing, and how many q it leaves open: its state must not reach our line."""
    unopened = depth = 0
    for instruction in pikepdf.parse_content_stream(page, "q Q"):
        if str(instruction.operator) == "q":
            depth += 1
        elif depth:
            depth -= 1
        else:
            unopened += 1
    return unopened, depth


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


def main(step: str, order_path: Path) -> int:
    """Carry out one step of an order (see `joining`, which writes it)."""
    order = json.loads(order_path.read_text(encoding="utf-8"))
    plain, locked = Path(order["plain"]), Path(order["locked"])
    if step == "lock":
        encrypt(plain, locked, order["passphrase"])
        print(json.dumps(opens_only_with(locked, order["passphrase"], order["total"])))
        return 0
    parts = [Part(part["title"], Path(part["path"]), part["pages"], frozenset(part["dark"])) for part in order["parts"]]
    for part, first in zip(parts, first_pages(parts), strict=True):
        number_pages(part, first, order["total"], order["reference"])
    print(json.dumps(merge(parts, plain, title=order["title"])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
