"""Fonts that name other letters than they show: a text layer says "Anna" where every eye reads "Jane".

Such a map to text is well formed, and nothing else in the file need contradict it. So the glyphs themselves are asked,
in three steps of which each costs more and is taken more rarely:

1. each font is drawn once on a sheet, and every glyph compared with the letter it is named (`likeness`);
2. where glyphs plainly look like other letters, the text of the pages is searched for words made mostly of those;
3. the page with most such words of a font is read by OCR. The font lies if OCR reads what the shapes say and not what
   the font says. At most `MOST_TRIALS` pages are read for each font, so that an odd face costs no more.

All pages that show such a glyph of a font that lies are then read by sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pikepdf
import pypdfium2 as pdfium
from rapidfuzz import fuzz

from redaction.geometry import Box, PageFrame, bounding
from redaction.likeness import other_letter, plain
from redaction.opening import OpenPdf
from redaction.sight import fonts_of
from redaction.specimen import codes_of, specimen
from redaction.words import Word

if TYPE_CHECKING:
    from redaction.apply.lines import Line
    from redaction.apply.scene import Glyph, PageScene, Show

NAMES_OTHERS = "a font that names other letters than it shows"
LEAST_LETTERS = 3
MOSTLY = 0.5  # of the letters of a word
ALIKE, CLEARLY = 70.0, 20.0  # of 100: what OCR read is what the shapes say, and that much more than what the font says
MOST_TRIALS = 3
_SAME_LINE, _SAME_PLACE = 0.4, 0.5
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")

Doubts = Mapping[bytes, str]
Key = tuple[int, int] | int


class Claim(NamedTuple):
    """A word of the text layer with what its glyphs look like, where it stands, and the fonts that are in doubt."""

    said: str
    looks: str
    box: Box
    fonts: frozenset[Key]


class _Evidence(NamedTuple):
    """What a page says in glyphs that are in doubt: its words, and all fonts that show any."""

    claims: list[Claim]
    fonts: frozenset[Key]


class Honesty:
    """What the fonts of one document are worth. `read` reads a page by OCR, in display coordinates."""

    def __init__(self, opened: OpenPdf, read: Callable[[pdfium.PdfPage, PageFrame], Sequence[Word]]) -> None:
        self._opened, self._read = opened, read
        self._doubts: dict[Key, Doubts] = {}

    def lies(self, index: int) -> bool:
        """Whether a page (from 0) shows other letters than it names. Quick where its fonts raise no doubt."""
        return self._is_doubtful(index) and index in self.lying_pages

    @cached_property
    def lying_pages(self) -> frozenset[int]:
        """The pages (from 0) that show other letters than they name; the same whichever page is asked for first."""
        pages = [index for index in range(self._opened.page_count) if self._is_doubtful(index)]
        evidence = self._evidence(pages) if pages else {}
        liars = {font for font in {f for e in evidence.values() for f in e.fonts} if self._has_lied(font, evidence)}
        return frozenset(index for index, found in evidence.items() if found.fonts & liars)

    def _has_lied(self, font: Key, evidence: Mapping[int, _Evidence]) -> bool:
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
        return any(self._doubts_of(font) for font in fonts_of(self._opened.structure.pages[index].obj))

    def _doubts_of(self, font: pikepdf.Object | None) -> Doubts:
        """The letter that is plainly seen, by the code that names another."""
        if not isinstance(font, pikepdf.Dictionary):
            return {}
        key = _key(font)
        if key not in self._doubts:
            self._doubts[key] = _doubts_of(font)
        return self._doubts[key]

    def _evidence(self, pages: Sequence[int]) -> dict[int, _Evidence]:
        # Imported here because it takes a third of a second, and hardly any file comes this far.
        from redaction.apply.scene import Resources
        from redaction.apply.scopes import FontCache, number_fonts
        from redaction.apply.textstate import walk_page

        structure, fonts = self._opened.structure, FontCache()
        number_fonts(structure)
        evidence: dict[int, _Evidence] = {}
        for index in pages:
            page = self._opened.page(index)
            frame = self._opened.frame(index, page)
            page.close()
            found, crop = structure.pages[index], frame.crop_box
            scene = walk_page(found.obj, index, Resources(found.resources), crop, fonts, lambda layer: False)
            shown = frozenset(_key(show.font.obj) for show in scene.shows if self._shows_doubted(show))
            evidence[index] = _Evidence(list(self._claims(scene, frame)) if shown else [], shown)
        return evidence

    def _shows_doubted(self, show: Show) -> bool:
        doubts = self._doubts_of(show.font.obj)
        return bool(doubts) and any(code.raw in doubts for _, run in show.pieces for code in run.codes)

    def _claims(self, scene: PageScene, frame: PageFrame) -> Iterator[Claim]:
        from redaction.apply.lines import read_lines

        for line in read_lines(scene.shows):
            for word in self._words(line):
                doubts = [self._doubts_of(glyph.show.font.obj).get(glyph.code.raw, "") for glyph in word]
                said = "".join(glyph.text for glyph in word)
                if _is_worth_a_look(said, doubts):
                    looks = "".join(doubt or glyph.text for doubt, glyph in zip(doubts, word, strict=True))
                    fonts = (_key(glyph.show.font.obj) for doubt, glyph in zip(doubts, word, strict=True) if doubt)
                    box = frame.to_display(bounding([glyph.rect for glyph in word]))
                    yield Claim(said, looks, box, frozenset(fonts))

    def _words(self, line: Line) -> Iterator[list[Glyph]]:
        """Glyphs that stand together. One that is named a space and looks like a letter parts nothing."""
        from redaction.apply.lines import WORD_GAP, gap_before

        word: list[Glyph] = []
        for glyph in line.glyphs:
            blank = not glyph.text.strip() and glyph.code.raw not in self._doubts_of(glyph.show.font.obj)
            if word and (blank or gap_before(line, word[-1], glyph) > WORD_GAP):
                yield word
                word = []
            if not blank:
                word.append(glyph)
        if word:
            yield word


def _is_worth_a_look(said: str, doubts: Sequence[str]) -> bool:
    """Whether a word is made mostly of glyphs in doubt; `doubts` has "" for those that are in none.

    Every script has letters that look like some Latin letter, so of those all must, and be of some variety.
    """
    count = sum(map(bool, doubts))
    if len(doubts) < LEAST_LETTERS or count < MOSTLY * len(doubts):
        return False
    return plain(said).isascii() or (count == len(doubts) > LEAST_LETTERS and len(set(doubts)) >= LEAST_LETTERS)


def _key(font: pikepdf.Object | None) -> Key:
    if font is None:
        return 0
    return font.objgen if font.is_indirect else hash(font.unparse())


def _doubts_of(font: pikepdf.Dictionary) -> Doubts:
    if "/ToUnicode" not in font and not _is_embedded(font):
        return {}  # readers draw such a font from the names of its letters
    try:
        codes = codes_of(font)
        letters = other_letter(specimen(font, codes))
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError):
        return {}
    found = {code: letter for code, letter in zip(codes, letters, strict=True) if letter}
    # One glyph alone makes no word.
    return found if len(found) > 1 else {}


def _is_embedded(font: pikepdf.Dictionary) -> bool:
    holders = [font, *(font.get("/DescendantFonts") or ())]
    described = [holder.get("/FontDescriptor") for holder in holders if isinstance(holder, pikepdf.Dictionary)]
    found = any(key in one for one in described if isinstance(one, pikepdf.Dictionary) for key in _PROGRAMS)
    return found or "/CharProcs" in font


def _is_lie(claim: Claim, seen: Sequence[Word]) -> bool:
    read = plain("".join(word.text for word in seen if _is_there(word.box, claim.box)))
    if len(read) < LEAST_LETTERS:
        return False
    shown = fuzz.ratio(read, plain(claim.looks))
    return shown >= ALIKE and shown - fuzz.ratio(read, plain(claim.said)) >= CLEARLY


def _is_there(seen: Box, box: Box) -> bool:
    across = min(seen.y1, box.y1) - max(seen.y0, box.y0)
    along = min(seen.x1, box.x1) - max(seen.x0, box.x0)
    return across >= _SAME_LINE * min(seen.height, box.height) and along >= _SAME_PLACE * seen.width
