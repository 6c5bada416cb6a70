"""Writes fonts again for the codes that are still used: program, widths, encoding, map to text."""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf
from fontTools.agl import UV2AGL

from redaction.apply.embedding import PROGRAMS, descendant_of
from redaction.apply.encodings import code_names
from redaction.apply.fonts import Code, cid_numbers
from redaction.apply.procedures import Procedures
from redaction.apply.programs import Made, Program, new_names
from redaction.apply.recoding import Recoder
from redaction.apply.tokens import hex_string

_DESCRIPTOR_DROPPED = (
    "/CIDSet", "/CharSet", "/AvgWidth", "/MaxWidth", "/MissingWidth", "/Style", "/FD", "/FontFamily", *PROGRAMS,
)  # fmt: skip
_SYMBOLIC, _NONSYMBOLIC = 4, 32
_LINES = 100  # entries of one section of a CMap
_HIGHEST, _DOWN = 0.88, -1.0  # the defaults of /DW2, in text space units


def write_fonts(pdf: pikepdf.Pdf, recoders: list[Recoder]) -> None:
    """Puts the new programs, widths and character maps in place of the old."""
    for recoder in recoders:
        obj, program = recoder.font.obj, recoder.program
        if not isinstance(obj, pikepdf.Dictionary):
            continue
        had_text = "/ToUnicode" in obj
        if program is None:
            _trim(obj, recoder)
        elif isinstance(program, Procedures):
            _write_procedures(obj, recoder, program)
        elif recoder.font.composite:
            _write_composite(pdf, obj, recoder, program)
        else:
            _write_simple(pdf, obj, recoder, program)
        _write_text(pdf, obj, recoder, had_text)


def _write_text(pdf: pikepdf.Pdf, obj: pikepdf.Dictionary, recoder: Recoder, had_text: bool) -> None:
    """The map to text. A font that has had none and names no letters must not seem to: such text is read by sight."""
    names_letters = recoder.program is not None and not recoder.font.type3
    if had_text or (names_letters and any(code.text for code in recoder.kept)):
        obj["/ToUnicode"] = pdf.make_stream(_to_unicode(recoder))


def _write_composite(pdf: pikepdf.Pdf, obj: pikepdf.Dictionary, recoder: Recoder, program: Program) -> None:
    old = descendant_of(obj)
    assert old is not None  # what makes a recoder
    descendant = pikepdf.Dictionary(dict(old.items()))
    made = program.made(None)
    descriptor = _descriptor(pdf, descendant["/FontDescriptor"], made, "CIDFontType0C", program.units)
    descendant["/FontDescriptor"] = descriptor
    for key in ("/W", "/W2", "/DW2", "/CIDToGIDMap"):
        if key in descendant:
            del descendant[key]
    descendant["/DW"] = 0
    cids = [recoder.font.cid(code.raw) for code in recoder.kept]
    across = cid_numbers(_items(old.get("/W")), 1)
    usual = float(old.get("/DW", 1000)) * 0.001
    widths = [across.get(cid, usual) for cid in cids]
    descendant["/W"] = pikepdf.Array([1, pikepdf.Array([_thousandths(width) for width in widths])])
    if recoder.font.vertical:
        descendant["/W2"] = pikepdf.Array([1, _downwards(old, cids, widths)])
    kind = "/CIDFontType2" if made.key == "/FontFile2" else "/CIDFontType0"
    descendant["/Subtype"] = pikepdf.Name(kind)
    if made.key == "/FontFile2":
        descendant["/CIDToGIDMap"] = pikepdf.Name.Identity
    descendant["/CIDSystemInfo"] = pikepdf.Dictionary(
        Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
    )
    obj["/Encoding"] = pikepdf.Name("/Identity-V" if recoder.font.vertical else "/Identity-H")
    obj["/DescendantFonts"] = pikepdf.Array([pdf.make_indirect(descendant)])


def _downwards(old: pikepdf.Dictionary, cids: Sequence[int], widths: Sequence[float]) -> pikepdf.Array:
    """/W2 entries: how far each glyph moves down, and where in it that starts (9.7.4.3)."""
    items, defaults = _items(old.get("/W2")), _items(old.get("/DW2"))
    high, down = (float(v) * 0.001 for v in defaults) if len(defaults) == 2 else (_HIGHEST, _DOWN)
    moves, xs, ys = (cid_numbers(items, 3, place) for place in range(3))
    numbers: list[float] = []
    for cid, width in zip(cids, widths, strict=True):
        numbers += [moves.get(cid, down), xs.get(cid, width / 2), ys.get(cid, high)]
    return pikepdf.Array([_thousandths(number) for number in numbers])


def _write_simple(pdf: pikepdf.Pdf, obj: pikepdf.Dictionary, recoder: Recoder, program: Program) -> None:
    numbers = [recoder.codes[code.raw][0] for code in recoder.kept]
    made = program.made(numbers)
    descriptor = _descriptor(pdf, obj["/FontDescriptor"], made, "Type1C", program.units)
    flags = descriptor.get("/Flags", 0)
    descriptor["/Flags"] = (flags if isinstance(flags, int) else 0) & ~_NONSYMBOLIC | _SYMBOLIC
    obj["/FontDescriptor"] = descriptor
    if made.key == "/FontFile2":
        obj["/Subtype"] = pikepdf.Name.TrueType
        if "/Encoding" in obj:
            del obj["/Encoding"]
    else:
        obj["/Subtype"] = pikepdf.Name.Type1
        obj["/Encoding"] = _encoding(dict(zip(numbers, new_names(len(numbers))[1:], strict=True)))
    _write_widths(obj, dict(zip(numbers, recoder.kept, strict=True)), 1000.0)


def _write_procedures(obj: pikepdf.Dictionary, recoder: Recoder, program: Procedures) -> None:
    numbers = [recoder.codes[code.raw][0] for code in recoder.kept]
    # Readers know letters by the usual names; any other name may be a word.
    names = _letter_names(recoder.kept)
    program.write(obj, names)
    obj["/Encoding"] = _encoding(dict(zip(numbers, names, strict=True)))
    _write_widths(obj, dict(zip(numbers, recoder.kept, strict=True)), 1 / recoder.font.unit)
    # All zero: readers look at the glyphs themselves.
    obj["/FontBBox"] = pikepdf.Array([0, 0, 0, 0])
    if "/Name" in obj:
        del obj["/Name"]
    if "/FontDescriptor" in obj:
        del obj["/FontDescriptor"]


def _letter_names(codes: Sequence[Code]) -> list[str]:
    names: list[str] = []
    for number, code in enumerate(codes, start=1):
        name = UV2AGL.get(ord(code.text), "") if len(code.text) == 1 else ""
        names.append(name if name and name not in names else f"g{number}")
    return names


def _trim(obj: pikepdf.Dictionary, recoder: Recoder) -> None:
    """A font that is not embedded loses what it lists for codes that are no longer used."""
    if recoder.font.composite:
        descendant = descendant_of(obj)
        assert descendant is not None  # what makes a recoder
        if isinstance(descendant.get("/CIDToGIDMap"), pikepdf.Stream):
            del descendant["/CIDToGIDMap"]  # of no use without a program
        cids = sorted({recoder.font.cid(code.raw) for code in recoder.kept})
        for key, count in (("/W", 1), ("/W2", 3)):
            if key in descendant:
                tables = [cid_numbers(_items(descendant[key]), count, place) for place in range(count)]
                kept = [cid for cid in cids if cid in tables[0]]
                parts = [[cid, pikepdf.Array([_thousandths(t[cid]) for t in tables])] for cid in kept]
                descendant[key] = pikepdf.Array([item for part in parts for item in part])
        return
    kept_codes = {code.raw[0]: code for code in recoder.kept}
    encoding = obj.get("/Encoding")
    if isinstance(encoding, pikepdf.Dictionary) and "/Differences" in encoding:
        names = code_names(obj)
        base = encoding.get("/BaseEncoding")
        obj["/Encoding"] = _encoding({code: names[code] for code in sorted(kept_codes) if names[code]})
        if base is not None:
            obj["/Encoding"]["/BaseEncoding"] = base
    if "/Widths" in obj:
        _write_widths(obj, kept_codes, 1000.0)


def _encoding(names: dict[int, str]) -> pikepdf.Dictionary:
    items: list[pikepdf.Object | int] = []
    expected = -1
    for code, name in sorted(names.items()):
        if code != expected:
            items.append(code)
        items.append(pikepdf.Name("/" + name))
        expected = code + 1
    return pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=pikepdf.Array(items))


def _write_widths(obj: pikepdf.Dictionary, codes: dict[int, Code], scale: float) -> None:
    first, last = min(codes, default=0), max(codes, default=0)
    obj["/FirstChar"], obj["/LastChar"] = first, last
    obj["/Widths"] = pikepdf.Array(
        [round(codes[number].width * scale, 4) if number in codes else 0 for number in range(first, last + 1)]
    )


def _descriptor(pdf: pikepdf.Pdf, old: pikepdf.Object, made: Made, compact: str, units: int) -> pikepdf.Dictionary:
    descriptor = pikepdf.Dictionary(dict(old.items()))
    for key in _DESCRIPTOR_DROPPED:
        if key in descriptor:
            del descriptor[key]
    program = pdf.make_stream(made.data)
    if made.key == "/FontFile3":
        program["/Subtype"] = pikepdf.Name("/" + compact)
    else:
        program["/Length1"] = len(made.data)
    descriptor[made.key] = program
    descriptor["/FontBBox"] = pikepdf.Array([round(1000 * value / units) for value in made.bounds])
    return pdf.make_indirect(descriptor)


def _items(value: object) -> list[pikepdf.Object]:
    return list(value) if isinstance(value, pikepdf.Array) else []


def _thousandths(value: float) -> float:
    return round(value * 1000, 4)


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
