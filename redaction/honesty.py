"""Fonts that name other letters than they show: a text layer says "Anna" where every eye reads "Jane".

Such a map to text is well formed, and nothing else in the file need contradict it. So the glyphs themselves are asked,
in three steps of which each costs more and is taken more rarely:

1. each font is drawn once on a sheet, and every glyph compared with the letter it is named (`likeness`, `doubts`);
2. where glyphs plainly look like other letters, the text of the pages is searched for words made mostly of those;
3. the page with most such words of a font is read by OCR. The font lies if OCR reads what the shapes say and not what
   the font says. At most `MOST_TRIALS` pages are read for each font, so that an odd face costs no more.

All pages that show such a glyph of a font that lies are then read by sight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import pypdfium2 as pdfium
from rapidfuzz import fuzz

from redaction.doubts import Doubts, Key
from redaction.drawn import fonts_of
from redaction.geometry import Box, PageFrame
from redaction.likeness import plain
from redaction.opening import OpenPdf
from redaction.words import Word

NAMES_OTHERS = "a font that names other letters than it shows"
LEAST_LETTERS = 3
MOST_TRIALS = 3
_ALIKE, _CLEARLY = 70.0, 20.0  # of 100: OCR reads what the shapes say, and that much more than what the font says
_SAME_LINE, _SAME_PLACE = 0.4, 0.5


class Claim(NamedTuple):
    """A word of the text layer with what its glyphs look like, where it stands, and the fonts that are in doubt."""

    said: str
    looks: str
    box: Box
    fonts: frozenset[Key]


class Evidence(NamedTuple):
    """What a page says in glyphs that are in doubt: words made mostly of them, and all fonts that show any."""

    claims: list[Claim]
    fonts: frozenset[Key]


Read = Callable[[pdfium.PdfPage, PageFrame], Sequence[Word]]
Gather = Callable[[OpenPdf, Sequence[int], Doubts], Mapping[int, Evidence]]


class Honesty:
    """What the fonts of one document are worth.

    `read` reads a page by OCR, in display coordinates. `gather` finds the evidence of pages whose fonts are in doubt:
    that of `redaction.apply.evidence`, which few files need.
    """

    def __init__(self, opened: OpenPdf, read: Read, gather: Gather) -> None:
        self._opened, self._read, self._gather = opened, read, gather
        self._doubts = Doubts()

    def lies(self, index: int) -> bool:
        """Whether a page (from 0) shows other letters than it names. Quick where its fonts raise no doubt."""
        return self._is_doubtful(index) and index in self.lying_pages

    @cached_property
    def lying_pages(self) -> frozenset[int]:
        """The pages (from 0) that show other letters than they name; the same whichever page is asked for first."""
        pages = [index for index in range(self._opened.page_count) if self._is_doubtful(index)]
        evidence = self._gather(self._opened, pages, self._doubts) if pages else {}
        asked = {font for found in evidence.values() for claim in found.claims for font in claim.fonts}
        liars = {font for font in asked if self._has_lied(font, evidence)}
        return frozenset(index for index, found in evidence.items() if found.fonts & liars)

    def _has_lied(self, font: Key, evidence: Mapping[int, Evidence]) -> bool:
        claims = {index: [c for c in found.claims if font in c.fonts] for index, found in evidence.items()}
        most = sorted((index for index in claims if claims[index]), key=lambda index: (-len(claims[index]), index))
        return any(self._is_contradicted(index, claims[index]) for index in most[:MOST_TRIALS])

    def _is_contradicted(self, index: int, claims: Sequence[Claim]) -> bool:
        page = self._opened.page(index)
        try:
            seen = self._read(page, self._opened.frame(index, page))
        finally:
            page.close()
        return any(_is_lie(claim, seen) for claim in claims)

    def _is_doubtful(self, index: int) -> bool:
        return any(self._doubts.of(font) for font in fonts_of(self._opened.structure.pages[index].obj))


def _is_lie(claim: Claim, seen: Sequence[Word]) -> bool:
    read = plain("".join(word.text for word in seen if _is_there(word.box, claim.box)))
    if len(read) < LEAST_LETTERS:
        return False
    shown = fuzz.ratio(read, plain(claim.looks))
    return shown >= _ALIKE and shown - fuzz.ratio(read, plain(claim.said)) >= _CLEARLY


def _is_there(seen: Box, box: Box) -> bool:
    across = min(seen.y1, box.y1) - max(seen.y0, box.y0)
    along = min(seen.x1, box.x1) - max(seen.x0, box.x0)
    return across >= _SAME_LINE * min(seen.height, box.height) and along >= _SAME_PLACE * seen.width
