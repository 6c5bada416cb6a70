"""What pages say in glyphs that look like other letters than they are named: evidence for `redaction.honesty`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from redaction.apply.lines import WORD_GAP, Line, gap_before, read_lines
from redaction.apply.scene import Glyph, PageScene, Resources, Show
from redaction.apply.scopes import FontCache, number_fonts
from redaction.apply.textstate import walk_page
from redaction.doubts import Doubts, key_of
from redaction.geometry import PageFrame, bounding
from redaction.honesty import LEAST_LETTERS, Claim, Evidence
from redaction.likeness import plain
from redaction.opening import OpenPdf

MOSTLY = 0.5  # of the letters of a word


def gather_evidence(opened: OpenPdf, pages: Sequence[int], doubts: Doubts) -> dict[int, Evidence]:
    """The evidence of each page (from 0)."""
    number_fonts(opened.structure)
    fonts = FontCache()
    evidence: dict[int, Evidence] = {}
    for index in pages:
        page = opened.page(index)
        frame = opened.frame(index, page)
        page.close()
        found, crop = opened.structure.pages[index], frame.crop_box
        scene = walk_page(found.obj, index, Resources(found.resources), crop, fonts, lambda layer: False)
        shown = frozenset(key_of(show.font.obj) for show in scene.shows if _shows_any(show, doubts))
        evidence[index] = Evidence(list(_claims(scene, frame, doubts)) if shown else [], shown)
    return evidence


def _shows_any(show: Show, doubts: Doubts) -> bool:
    doubted = doubts.of(show.font.obj)
    return bool(doubted) and any(code.raw in doubted for _, run in show.pieces for code in run.codes)


def _claims(scene: PageScene, frame: PageFrame, doubts: Doubts) -> Iterator[Claim]:
    for line in read_lines(scene.shows):
        for word in _words(line, doubts):
            letters = [_seen(glyph, doubts) for glyph in word]
            said = "".join(glyph.text for glyph in word)
            if _is_worth_a_look(said, letters):
                looks = "".join(letter or glyph.text for letter, glyph in zip(letters, word, strict=True))
                fonts = (key_of(glyph.show.font.obj) for letter, glyph in zip(letters, word, strict=True) if letter)
                box = frame.to_display(bounding([glyph.rect for glyph in word]))
                yield Claim(said, looks, box, frozenset(fonts))


def _seen(glyph: Glyph, doubts: Doubts) -> str:
    """The letter the glyph plainly looks like; "" where it is in no doubt."""
    return doubts.of(glyph.show.font.obj).get(glyph.code.raw, "")


def _words(line: Line, doubts: Doubts) -> Iterator[list[Glyph]]:
    """Glyphs that stand together. One that is named a space and looks like a letter parts nothing."""
    word: list[Glyph] = []
    for glyph in line.glyphs:
        blank = not (glyph.text.strip() or _seen(glyph, doubts))
        if word and (blank or gap_before(line, word[-1], glyph) > WORD_GAP):
            yield word
            word = []
        if not blank:
            word.append(glyph)
    if word:
        yield word


def _is_worth_a_look(said: str, letters: Sequence[str]) -> bool:
    """Whether a word is made mostly of glyphs in doubt; `letters` has "" for those that are in none.

    Every script has letters that look like some Latin letter, so of those all must, and be of some variety.
    """
    count = sum(map(bool, letters))
    if len(letters) < LEAST_LETTERS or count < MOSTLY * len(letters):
        return False
    return plain(said).isascii() or (count == len(letters) > LEAST_LETTERS and len(set(letters)) >= LEAST_LETTERS)
