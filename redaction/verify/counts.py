"""Redactions at places: what stood there must occur that much less often on its page. Counted with pdfium, both times.

The words around a redaction move, so looking at the old place proves nothing; counting does. Where a plan gives no
text for a box, the text pdfium finds in the box counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2.raw as pdfium_c

from redaction.geometry import Box
from redaction.letters import fold
from redaction.limits import Limits
from redaction.needles import NeedleSet
from redaction.opening import OpenPdf, open_pdf
from redaction.plan import Plan
from redaction.verify.leaks import Leak
from redaction.verify.pages import found_in_text, text_of
from redaction.verify.printed import NO_CODES, Codes


@dataclass
class Expected:
    """For one page (from 0): the texts removed there, and how often each may be found at most afterwards.

    `short`: the places in the plan of redactions of a text that pdfium reads less often than it is to be removed.
    """

    index: int
    most: dict[str, int] = field(default_factory=dict)
    redactions: dict[str, int] = field(default_factory=dict)
    short: list[int] = field(default_factory=list)


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
        before = _occurrences(opened, index, [text for _, text in found], NO_CODES)
        planned = Counter(fold(text).text for _, text in found)
        expected = Expected(index)
        for number, text in found:
            folded = fold(text).text
            if before[folded]:
                # Of a scan that has no text there is nothing to count: ours is laid over it.
                expected.redactions[text] = number
                expected.most[text] = max(0, before[folded] - planned[folded])
            if before[folded] < planned[folded]:
                expected.short.append(number)
        out.append(expected)
    return out


def count_leaks(path: Path, expected: list[Expected], limits: Limits, printed: Collection[str]) -> list[Leak]:
    """A leak for each text found more often than it may be; `needle_index` is the redaction's place in the plan.

    `printed`: codes that stand in our boxes, and do not count there.
    """
    if not expected:
        return []
    leaks, codes = [], Codes(printed)
    with open_pdf(path, limits) as opened:
        for each in expected:
            after = _occurrences(opened, each.index, list(each.most), codes)
            for text, most in each.most.items():
                if after[fold(text).text] > most:
                    leaks.append(Leak("text", each.index + 1, each.redactions[text]))
    return leaks


def _occurrences(opened: OpenPdf, index: int, wanted: list[str], codes: Codes) -> Counter[str]:
    """How often each wanted string occurs on a page, by its folded form."""
    unique = NeedleSet({fold(item).text: item for item in wanted}.values())
    page = opened.page(index)
    try:
        return Counter(hit.needle.folded for hit in found_in_text(page, text_of(page), unique, codes))
    finally:
        page.close()


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
