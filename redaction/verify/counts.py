"""Redactions at places: what stood there must occur that much less often on its page. Counted with pdfium, both times.

The words around a redaction move, so looking at the old place proves nothing; counting does. Where a plan gives no
text for a box, the text pdfium finds in the box counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2.raw as pdfium_c

from redaction.geometry import Box
from redaction.limits import Limits
from redaction.needles import NeedleSet, fold
from redaction.opening import OpenPdf, open_pdf
from redaction.plan import Plan
from redaction.verify.leaks import Leak
from redaction.verify.pages import page_text
from redaction.verify.vocabulary import is_own


@dataclass
class Expected:
    """For one page (from 0): the texts removed there, and how often each may be found at most afterwards."""

    index: int
    most: dict[str, int] = field(default_factory=dict)
    redactions: dict[str, int] = field(default_factory=dict)


def texts_at(opened: OpenPdf, plan: Plan) -> list[Expected]:
    """What the plan's places hold, and how often it may remain."""
    by_page: dict[int, list[tuple[int, str]]] = {}
    for index in {redaction.page - 1 for redaction in plan.redactions}:
        _flatten(opened, index)
    for number, redaction in enumerate(plan.redactions):
        index = redaction.page - 1
        text = redaction.text
        if text is None or not fold(text).text:
            text = _text_in(opened, index, redaction.boxes)
        if fold(text).text:
            by_page.setdefault(index, []).append((number, text))
    out: list[Expected] = []
    for index, found in by_page.items():
        before = occurrences(page_text(opened, index), [text for _, text in found])
        planned = Counter(fold(text).text for _, text in found)
        expected = Expected(index)
        for number, text in found:
            folded = fold(text).text
            expected.redactions[text] = number
            expected.most[text] = max(0, before[folded] - planned[folded])
        out.append(expected)
    return out


def count_leaks(path: Path, expected: list[Expected], limits: Limits) -> list[Leak]:
    """A leak for each text found more often than it may be; `needle_index` is the redaction's place in the plan."""
    if not expected:
        return []
    leaks = []
    with open_pdf(path, limits) as opened:
        for page in expected:
            after = occurrences(page_text(opened, page.index), list(page.most))
            for text, most in page.most.items():
                if after[fold(text).text] > most:
                    leaks.append(Leak("text", page.index + 1, page.redactions[text]))
    return leaks


def occurrences(text: str, wanted: list[str]) -> Counter[str]:
    """How often each wanted string occurs, by its folded form."""
    unique = list({fold(item).text: item for item in wanted}.values())
    found = Counter(hit.needle.folded for hit in NeedleSet(unique).find(text) if not is_own(text, hit))
    return found


def _flatten(opened: OpenPdf, index: int) -> None:
    """What annotations and fields show will be text of the page afterwards, so it counts before as well."""
    page = opened.page(index)
    try:
        if pdfium_c.FPDFPage_GetAnnotCount(page.raw):
            pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
    finally:
        page.close()


def _text_in(opened: OpenPdf, index: int, boxes: Sequence[Box]) -> str:
    page = opened.page(index)
    try:
        frame = opened.frame(index, page)
        text_page = page.get_textpage()
        try:
            parts = [
                text_page.get_text_bounded(*frame.to_user(box))  # left, bottom, right, top
                for box in boxes
            ]
        finally:
            text_page.close()
    finally:
        page.close()
    return " ".join(parts)
