"""Looks for withheld strings in a finished file, with readers other than the one that removed them.

Nothing here shares code with the removing side but the definition of a match (`redaction.needles`). Readers: pdfium
for the text of pages; qpdf for every string, name and stream of the file; OCR for what is drawn, with black boxes
taken off; the raw bytes. A leak names the reader's place, the page and the index of the string, never the string.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redaction.limits import DEFAULT_LIMITS, Limits
from redaction.needles import NeedleSet
from redaction.opening import OpenPdf, open_pdf
from redaction.sharing import Line, Lost, Partner, partners, shares
from redaction.sight import Eye
from redaction.verify.leaks import Leak
from redaction.verify.objects import byte_leaks, object_leaks
from redaction.verify.pages import page_leaks
from redaction.verify.printed import Codes

__all__ = ["Leak", "verify_file"]


def verify_file(
    path: Path,
    needles: list[str],
    *,
    limits: Limits = DEFAULT_LIMITS,
    eye: Eye | None = None,
    ocr: bool = True,
    widths: bool = True,
    printed: Collection[str] = (),
    processes: int | None = None,
) -> list[Leak]:
    """Every place in which one of `needles` can still be found; empty when none can. `processes` may share the pages.

    `printed`: codes that stand in our boxes, and are nobody's there.

    Raises Unreadable, Encrypted, TooLarge where the file cannot be read to the end: an unread file is never clean.
    """
    looked_for = NeedleSet(needles)
    leaks: set[Leak] = set()
    if not looked_for:
        return []
    eye = eye or Eye()
    eye.forget_numbers()
    with open_pdf(Path(path), limits) as opened:
        look = _Look(opened, looked_for, Codes(printed), eye if ocr else None, widths)
        first, *later = shares(opened.page_count, processes)
        with partners([partial(look.serve, pages) for pages in later]) as others:
            leaks.update(look.at(first))
            leaks.update(object_leaks(opened.structure, looked_for, look.codes))
            leaks.update(byte_leaks(Path(path), looked_for))
            for pages, other in zip(later, others, strict=True):
                try:
                    leaks.update(look.heard(other))
                except Lost:
                    leaks.update(look.at(pages))
    return sorted(leaks, key=lambda leak: (leak.page or 0, leak.where, leak.needle_index))


@dataclass(frozen=True)
class _Look:
    """Looking at pages of one file, here or in a forked process."""

    opened: OpenPdf
    needles: NeedleSet
    codes: Codes
    eye: Eye | None
    widths: bool

    def at(self, pages: range) -> set[Leak]:
        return set(page_leaks(self.opened, self.needles, pages, codes=self.codes, eye=self.eye, widths=self.widths))

    def serve(self, pages: range, line: Line) -> None:
        found = self.at(pages)
        line.send((found, self.eye.remembered if self.eye is not None else {}))

    def heard(self, other: Partner) -> set[Leak]:
        """What another process has found. Raises Lost."""
        found: set[Leak]
        found, read = other.hear()
        if self.eye is not None:
            self.eye.remember(read)
        return found
