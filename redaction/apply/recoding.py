"""Numbers the codes of embedded fonts anew, so that neither codes nor fonts tell what was taken out.

Producers number the letters of an embedded font in the order a document first uses them, and put in only those: the
numbers after a gap, or one glyph too many, spell out what stood in the gap. So every string that stays is written in
new codes, given in the order in which the *kept* text first uses them, and each font is made again of these alone:
outlines, widths, text. Nothing in it depends on what was removed.
"""

from __future__ import annotations

import pikepdf

from redaction.apply.fonts import Code, Font
from redaction.apply.naming import entry
from redaction.apply.programs import NotReadable, Program, program_of
from redaction.apply.scene import Show
from redaction.apply.tokens import hex_string, string_bytes

_SPACE = b" "
# A single-byte code 32 is the one that word spacing widens: a space there stays there, and no letter comes there.
_SIMPLE_CODES = (*range(33, 256), *range(32))
_DESCRIPTOR_DROPPED = ("/CIDSet", "/CharSet", "/AvgWidth", "/MaxWidth", "/MissingWidth", "/Style", "/FD", "/FontFamily")
_SYMBOLIC, _NONSYMBOLIC = 4, 32
_REMEMBERED = 20_000
_LINES = 100  # entries of one section of a CMap


class Recoder:
    """New codes for one font."""

    def __init__(self, font: Font, program: Program) -> None:
        self.font, self.program = font, program
        self.codes: dict[bytes, bytes] = {}
        self.kept: list[Code] = []
        self._tokens: dict[bytes, bytes] = {}

    def token(self, token: bytes) -> bytes:
        """A string token in new codes. Raises NotReadable."""
        found = self._tokens.get(token)
        if found is None:
            if len(self._tokens) >= _REMEMBERED:
                self._tokens.clear()
            found = self._tokens[token] = hex_string(self.codes_of(self.font.decode(string_bytes(token))))
        return found

    def codes_of(self, codes: list[Code]) -> bytes:
        """The new spelling of codes of the font. Raises NotReadable."""
        return b"".join([self.codes.get(code.raw) or self._add(code) for code in codes])

    def _add(self, code: Code) -> bytes:
        self.program.take(self.program.glyph_of(int.from_bytes(code.raw, "big")))
        number = len(self.kept)
        if self.font.composite:
            new = (number + 1).to_bytes(2, "big")
        elif _is_real_space(code):
            new = _SPACE
        else:
            new = bytes([_SIMPLE_CODES[sum(not _is_real_space(kept) for kept in self.kept)]])
        self.codes[code.raw] = new
        self.kept.append(code)
        return new


def _is_real_space(code: Code) -> bool:
    return code.raw == _SPACE and not code.text.strip()


def widens_a_letter(show: Show) -> bool:
    """Whether word spacing applies to a letter that happens to be code 32: with another code it would not."""
    codes = (code for _, run in show.pieces if show.word_space and run.spaces for code in run.codes)
    return any(code.is_space and not _is_real_space(code) for code in codes)


def recoder_for(font: Font) -> Recoder | None:
    """A recoder, or None for a font that cannot be made anew: not embedded, or of a kind we do not write."""
    obj = font.obj
    if not isinstance(obj, pikepdf.Dictionary) or not obj.is_indirect or font.vertical or not font.supported:
        return None
    subtype, descendant = entry(obj, "/Subtype"), None
    if font.composite:
        # Without a map to text, readers guess from the codes and the program: what they can read would be lost.
        if entry(obj, "/Encoding") != "/Identity-H" or "/ToUnicode" not in obj:
            return None
        descendants = obj.get("/DescendantFonts")
        descendant = descendants[0] if isinstance(descendants, pikepdf.Array) and len(descendants) == 1 else None
        if not isinstance(descendant, pikepdf.Dictionary):
            return None
    elif subtype != "/TrueType":
        return None
    descriptor = (descendant or obj).get("/FontDescriptor")
    if not isinstance(descriptor, pikepdf.Dictionary):
        return None
    try:
        return Recoder(font, program_of(obj, descriptor, descendant))
    except NotReadable:
        return None


def write_fonts(pdf: pikepdf.Pdf, recoders: list[Recoder]) -> None:
    """Puts the new programs, widths and character maps in place of the old."""
    for recoder in recoders:
        obj = recoder.font.obj
        if not isinstance(obj, pikepdf.Dictionary):
            continue
        write = _write_composite if recoder.font.composite else _write_simple
        write(pdf, obj, recoder)
        obj["/ToUnicode"] = pdf.make_stream(_to_unicode(recoder))


def _write_composite(pdf: pikepdf.Pdf, obj: pikepdf.Dictionary, recoder: Recoder) -> None:
    descendant = pikepdf.Dictionary(dict(obj["/DescendantFonts"][0].items()))
    data, bounds = recoder.program.made(None)
    descendant["/FontDescriptor"] = _descriptor(pdf, descendant["/FontDescriptor"], data, bounds, recoder.program.units)
    descendant["/W"] = pikepdf.Array([1, pikepdf.Array([_width(code) for code in recoder.kept])])
    descendant["/DW"] = 0
    for key in ("/W2", "/DW2"):
        if key in descendant:
            del descendant[key]
    if entry(descendant, "/Subtype") == "/CIDFontType2":
        descendant["/CIDToGIDMap"] = pikepdf.Name.Identity
    obj["/DescendantFonts"] = pikepdf.Array([pdf.make_indirect(descendant)])


def _write_simple(pdf: pikepdf.Pdf, obj: pikepdf.Dictionary, recoder: Recoder) -> None:
    numbers = [recoder.codes[code.raw][0] for code in recoder.kept]
    data, bounds = recoder.program.made(numbers)
    descriptor = _descriptor(pdf, obj["/FontDescriptor"], data, bounds, recoder.program.units)
    flags = descriptor.get("/Flags", 0)
    descriptor["/Flags"] = (flags if isinstance(flags, int) else 0) & ~_NONSYMBOLIC | _SYMBOLIC
    obj["/FontDescriptor"] = descriptor
    widths = dict(zip(numbers, recoder.kept, strict=True))
    first, last = min(numbers, default=0), max(numbers, default=0)
    obj["/FirstChar"], obj["/LastChar"] = first, last
    obj["/Widths"] = pikepdf.Array(
        [_width(widths[number]) if number in widths else 0 for number in range(first, last + 1)]
    )


def _descriptor(
    pdf: pikepdf.Pdf, old: pikepdf.Object, data: bytes, bounds: tuple[int, int, int, int], units: int
) -> pikepdf.Dictionary:
    descriptor = pikepdf.Dictionary(dict(old.items()))
    for key in _DESCRIPTOR_DROPPED:
        if key in descriptor:
            del descriptor[key]
    program = pdf.make_stream(data)
    if "/FontFile3" in descriptor:
        program["/Subtype"] = pikepdf.Name.CIDFontType0C
        descriptor["/FontFile3"] = program
    else:
        program["/Length1"] = len(data)
        descriptor["/FontFile2"] = program
    descriptor["/FontBBox"] = pikepdf.Array([round(1000 * value / units) for value in bounds])
    return pdf.make_indirect(descriptor)


def _width(code: Code) -> float:
    return round(code.width * 1000, 4)


def _to_unicode(recoder: Recoder) -> bytes:
    """A ToUnicode CMap for the kept codes: ISO 32000-2, 9.10.3."""
    entries = [(recoder.codes[code.raw], code.text) for code in recoder.kept if code.text]
    space = b"<0000> <FFFF>" if recoder.font.composite else b"<00> <FF>"
    out = [
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /F def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n" + space + b"\nendcodespacerange\n"
    ]
    for start in range(0, len(entries), _LINES):
        part = entries[start : start + _LINES]
        out.append(b"%d beginbfchar\n" % len(part))
        out.extend(hex_string(new) + b" " + hex_string(text.encode("utf-16-be")) + b"\n" for new, text in part)
        out.append(b"endbfchar\n")
    out.append(b"endcmap\nend\nend\n")
    return b"".join(out)


class Recoders:
    """The recoders of one document, each made when its font is first met."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._made: dict[int, tuple[Font, Recoder | None]] = {}
        self._off = any(_draws_with_others(obj) for obj in pdf.objects)

    def of(self, font: Font) -> Recoder | None:
        if self._off:
            return None
        found = self._made.get(id(font))
        if found is None:
            found = self._made[id(font)] = (font, recoder_for(font))
        return found[1]

    def all(self) -> list[Recoder]:
        return [recoder for _, recoder in self._made.values() if recoder is not None]


def _draws_with_others(obj: pikepdf.Object) -> bool:
    """Whether a font draws its glyphs with other fonts or forms: strings in there are not written again."""
    if not isinstance(obj, pikepdf.Dictionary) or entry(obj, "/Subtype") != "/Type3":
        return False
    resources = obj.get("/Resources")
    return isinstance(resources, pikepdf.Dictionary) and bool({"/Font", "/XObject"} & set(resources.keys()))
