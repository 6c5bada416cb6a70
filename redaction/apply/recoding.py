"""Numbers the codes of fonts anew, so that neither codes nor fonts tell what was taken out.

Producers number the letters of an embedded font in the order a document first uses them, and put in only those: the
numbers after a gap, or one glyph too many, spell out what stood in the gap. So every string that stays is written in
new codes, given in the order in which the *kept* text first uses them, and each font is made again of these alone:
outlines, widths, text. Nothing in it depends on what was removed. A font that is not embedded keeps its codes, which
are those of its encoding, and loses the widths, names and texts of codes that are no longer used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pikepdf

from redaction.apply.deferral import Marks, Order
from redaction.apply.embedding import descendant_of, descriptor_of, program_of
from redaction.apply.fonts import Code, Font
from redaction.apply.procedures import Procedures, fonts_drawn_with
from redaction.apply.programs import NotReadable, Program
from redaction.apply.registered import COLLECTIONS
from redaction.apply.scene import Show
from redaction.apply.scopes import FontCache
from redaction.apply.tokens import hex_string, string_bytes

_SPACE = b" "
# A single-byte code 32 is the one that word spacing widens: a space there stays there, and no letter comes there.
_SIMPLE_CODES = (*range(33, 256), *range(32))
_REMEMBERED = 20_000


class Recoder:
    """New codes for one font. `program` is None for a font that is not embedded and keeps its codes.

    With `marks`, the codes are not the last ones: strings are written so that they can be put into others later.
    """

    def __init__(self, font: Font, program: Program | Procedures | None) -> None:
        self.font, self.program = font, program
        self.number = font.obj.objgen if font.obj is not None else (0, 0)
        self.marks: Marks | None = None
        self.codes: dict[bytes, bytes] = {}
        self.kept: list[Code] = []
        self._tokens: dict[bytes, bytes] = {}

    def token(self, token: bytes) -> bytes:
        """A string token in new codes. Raises NotReadable."""
        found = self._tokens.get(token)
        if found is None:
            if len(self._tokens) >= _REMEMBERED:
                self._tokens.clear()
            found = self._tokens[token] = self.spelt(self.font.decode(string_bytes(token)))
        return found

    def spelt(self, codes: list[Code]) -> bytes:
        """Codes of the font as a string token in new ones. Raises NotReadable."""
        new = self.codes_of(codes)
        if self.marks is None:
            return hex_string(new)
        return self.marks.marked(self.number, b"".join([code.raw for code in codes]))

    def codes_of(self, codes: list[Code]) -> bytes:
        """The new spelling of codes of the font. Raises NotReadable."""
        return b"".join([self.codes.get(code.raw) or self._add(code) for code in codes])

    def give_back(self, count: int) -> None:
        """Forgets all codes but the first `count`: the page that used them is not written after all."""
        if len(self.kept) > count:
            for code in self.kept[count:]:
                del self.codes[code.raw]
            del self.kept[count:]
            if self.program is not None:
                self.program.give_back(count)
            self._tokens.clear()

    def start_over(self) -> None:
        """Forgets all codes, to give them out for good."""
        self.give_back(0)
        self._tokens.clear()
        self.marks = None

    def _add(self, code: Code) -> bytes:
        new = code.raw if self.program is None else self._next(code)
        if self.program is not None:
            glyph = self.program.glyph_of(self.font.cid(code.raw))
            if code.text.strip() and not self.font.composite and not self.program.has(glyph):
                raise NotReadable  # readers fall back on glyphs of their own choice
            self.program.take(glyph)
        self.codes[code.raw] = new
        self.kept.append(code)
        return new

    def _next(self, code: Code) -> bytes:
        if self.font.composite:
            return (len(self.kept) + 1).to_bytes(2, "big")
        if _is_real_space(code):
            return _SPACE
        number = sum(not _is_real_space(kept) for kept in self.kept)
        if number >= len(_SIMPLE_CODES):
            raise NotReadable
        return bytes([_SIMPLE_CODES[number]])


def _is_real_space(code: Code) -> bool:
    return code.raw == _SPACE and not code.text.strip()


def widens_a_letter(show: Show) -> bool:
    """Whether word spacing applies to a code that will be another: to a letter at 32, or a space that becomes longer.

    With another code the words would stand elsewhere.
    """
    codes = (code for _, run in show.pieces if show.word_space and run.spaces for code in run.codes)
    return any(code.is_space and (show.font.composite or not _is_real_space(code)) for code in codes)


def recoder_for(pdf: pikepdf.Pdf, font: Font) -> Recoder | None:
    """A recoder, or None for a font that cannot be made anew."""
    obj = font.obj
    if not isinstance(obj, pikepdf.Dictionary) or not obj.is_indirect or not font.supported:
        return None
    try:
        if font.type3:
            return None if font.draws_text else Recoder(font, Procedures(pdf, obj, font.names))
        if font.composite and (descendant_of(obj) is None or _known_by_number(font, obj)):
            return None
        if descriptor_of(obj) is not None:
            return Recoder(font, program_of(obj))
        return Recoder(font, None) if _holds_glyphs(font) and (font.keeps_codes or not font.composite) else None
    except NotReadable:
        return None


def _known_by_number(font: Font, obj: pikepdf.Dictionary) -> bool:
    """Whether readers may know the text by numbers we do not: with new numbers it would be lost."""
    return "/ToUnicode" not in obj and bool(font.collection) and font.collection not in COLLECTIONS


class Recoders:
    """The recoders of one document, each made when its font is first met."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._made: dict[int, tuple[Font, Recoder | None]] = {}
        self._fixed = fonts_drawn_with(pdf)
        self._marks: Marks | None = None

    def of(self, font: Font) -> Recoder | None:
        found = self._made.get(id(font))
        if found is None:
            fixed = font.obj is None or font.obj.objgen in self._fixed
            recoder = None if fixed else recoder_for(self._pdf, font)
            if recoder is not None:
                recoder.marks = self._marks
            found = self._made[id(font)] = (font, recoder)
        return found[1]

    def all(self) -> list[Recoder]:
        return [recoder for _, recoder in self._made.values() if recoder is not None]

    def defer(self, marks: Marks) -> None:
        """From now on all strings are written with `marks`. To be said before any font is met."""
        self._marks = marks

    def order(self) -> Order:
        """The codes of each font in the order in which they were met."""
        return {recoder.number: [code.raw for code in recoder.kept] for recoder in self.all()}

    def follow(self, order: Order, fonts: FontCache) -> None:
        """Meets the codes of another process after those met so far. Raises NotReadable."""
        for number, raws in order.items():
            font = fonts.get(self._pdf.get_object(number))
            recoder = self.of(font)
            if recoder is None:
                raise NotReadable
            recoder.codes_of([code for raw in raws for code in font.decode(raw)])

    def settle(self, before: Order, fonts: FontCache) -> None:
        """Gives the last codes: those of the pages `before` first, then those met here. Raises NotReadable."""
        own = self.order()
        self._marks = None
        for recoder in self.all():
            recoder.start_over()
        self.follow({number: before.get(number, []) for number in own}, fonts)
        self.follow(own, fonts)

    def mark(self) -> Callable[[], None]:
        """Remembers how far each font is; what comes back forgets all codes given since."""
        counts = {id(recoder): len(recoder.kept) for recoder in self.all()}

        def back() -> None:
            for recoder in self.all():
                recoder.give_back(counts.get(id(recoder), 0))

        return back

    def telling(self, fonts: Iterable[Font]) -> list[Font]:
        """Those fonts that go on holding what was once shown with them: neither made anew nor trimmed."""
        return [font for font in fonts if self.of(font) is None and _holds_glyphs(font)]


def _holds_glyphs(font: Font) -> bool:
    """Whether the font lists glyphs: by its program, widths, procedures, or map to text."""
    obj = font.obj
    if not isinstance(obj, pikepdf.Dictionary):
        return False
    encoding = obj.get("/Encoding")
    if descriptor_of(obj) is not None or font.type3 or isinstance(encoding, pikepdf.Dictionary | pikepdf.Stream):
        return True
    parts = [part for part in (obj, descendant_of(obj)) if part is not None]
    return any(key in part for part in parts for key in ("/Widths", "/W", "/W2", "/ToUnicode"))
