"""Looks for withheld strings in a finished file, with readers other than the one that removed them.

Nothing here shares code with the removing side but the definition of a match (`redaction.needles`). Readers: pdfium
for the text of pages; qpdf for every string, name and stream of the file; OCR for what is drawn, with black boxes
taken off; the raw bytes. A leak names the reader's place, the page and the index of the string, never the string.
"""

from __future__ import annotations

from pathlib import Path

from redaction.limits import DEFAULT_LIMITS, Limits
from redaction.needles import NeedleSet
from redaction.opening import open_pdf
from redaction.sight import Eye
from redaction.verify.leaks import Leak
from redaction.verify.objects import byte_leaks, object_leaks
from redaction.verify.pages import page_leaks

__all__ = ["Leak", "verify_file"]


def verify_file(
    path: Path,
    needles: list[str],
    *,
    limits: Limits = DEFAULT_LIMITS,
    eye: Eye | None = None,
    ocr: bool = True,
    widths: bool = True,
) -> list[Leak]:
    """Every place in which one of `needles` can still be found; empty when none can.

    Raises Unreadable, Encrypted, TooLarge where the file cannot be read to the end: an unread file is never clean.
    """
    looked_for = NeedleSet(needles)
    leaks: set[Leak] = set()
    if not looked_for:
        return []
    with open_pdf(Path(path), limits) as opened:
        leaks.update(page_leaks(opened, looked_for, eye=(eye or Eye()) if ocr else None, widths=widths))
        leaks.update(object_leaks(opened.structure, looked_for))
        leaks.update(byte_leaks(Path(path), looked_for))
    return sorted(leaks, key=lambda leak: (leak.page or 0, leak.where, leak.needle_index))
