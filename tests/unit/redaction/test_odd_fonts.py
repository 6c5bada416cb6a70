"""Fonts whose letters, spaces or outlines are told in unusual ways. Each was met in public files."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from redaction.apply import apply_plan
from redaction.document import read_document
from redaction.plan import Plan
from redaction.render import render_page
from redaction.verify import verify_file
from tests.unit.redaction import fontmakers
from tests.unit.redaction.fontprograms import true_type
from tests.unit.redaction.made import new_pdf
from tests.unit.redaction.readers import left_edges, pdfium_text

STORY = "Seen by Zoe Quill today."


class ShortNumbers(fontmakers.IdentityTrueType):
    """Strings of two-byte codes, and a map to text that writes the same codes as one byte."""

    def font(self) -> pikepdf.Object:
        font = super().font()
        font["/ToUnicode"] = self._map(1)
        return font


class LongNumbers(fontmakers.SymbolicTrueType):
    """The reverse: strings of one-byte codes, mapped as two."""

    def font(self) -> pikepdf.Object:
        font = super().font()
        font["/ToUnicode"] = self._map(2)
        return font


class MacCodes(fontmakers.Kind):
    """A program that goes by the codes of the Macintosh, with neither an encoding nor a map to text."""

    def code(self, char: str) -> int:
        return char.encode("mac-roman")[0]

    def font(self) -> pikepdf.Object:
        program = _with_mac_map(true_type(self.letters), [self.code(char) for char in self.letters])
        return self._simple("TrueType", self._descriptor("/FontFile2", program, 4), None)


def _with_mac_map(program: bytes, codes: Sequence[int]) -> bytes:
    with TTFont(io.BytesIO(program)) as font:
        part = CmapSubtable.newSubtable(0)
        part.platformID, part.platEncID, part.language = 1, 0, 0
        part.cmap = dict(zip(codes, font.getGlyphOrder()[1:], strict=True))
        font["cmap"] = newTable("cmap")
        font["cmap"].tableVersion, font["cmap"].tables = 0, [part]
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


# CIDs of Adobe-Japan1: ASCII from 1 on.
class Registered(fontmakers.Mapless):
    """Letters known by their numbers in a registered collection, and by nothing else."""

    def number(self, char: str) -> int:
        return ord(char) - 31

    def font(self) -> pikepdf.Object:
        font = super().font()
        descendant = font.DescendantFonts[0]
        descendant.CIDSystemInfo.Ordering = pikepdf.String("Japan1")
        widths = [item for char in self.letters for item in (self.number(char), pikepdf.Array([self.advance(char)]))]
        descendant.W = pikepdf.Array(widths)
        glyphs = {self.number(char): at for at, char in enumerate(self.letters, start=1)}
        table = b"".join(glyphs.get(cid, 0).to_bytes(2, "big") for cid in range(max(glyphs) + 1))
        descendant.CIDToGIDMap = self.pdf.make_stream(table)
        return font


class RegisteredWithEmptyMap(Registered):
    def font(self) -> pikepdf.Object:
        font = super().font()
        font["/ToUnicode"] = self.pdf.make_stream(
            b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange endcmap"
        )
        return font


class CutShort(fontmakers.IdentityTrueType):
    """A subset with a letter put together from another, and a table of widths that ends too early."""

    def font(self) -> pikepdf.Object:
        font = super().font()
        descriptor = font.DescendantFonts[0].FontDescriptor
        descriptor.FontFile2 = self.pdf.make_stream(_cut_short(descriptor.FontFile2.read_bytes(), len(self.letters)))
        return font


def _cut_short(program: bytes, letter: int) -> bytes:
    """The program with glyph number `letter` made a part of itself drawn through another, and few widths."""
    with TTFont(io.BytesIO(program)) as font:
        order = font.getGlyphOrder()
        pen = TTGlyphPen(dict.fromkeys(order))
        pen.addComponent(order[letter - 1], (1, 0, 0, 1, 0, 0))
        font["glyf"][order[letter]] = pen.glyph()
        out = io.BytesIO()
        font.save(out)
    data = bytearray(out.getvalue())
    at = data.index(b"hmtx")
    data[at + 12 : at + 16] = (8).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    "kind",
    [ShortNumbers, LongNumbers, MacCodes, Registered, RegisteredWithEmptyMap, CutShort],
    ids=lambda k: k.__name__,
)
def test_names_in_fonts_told_in_unusual_ways_go_and_the_rest_stays(kind: type[fontmakers.Kind], tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    fontmakers.story_pdf([("plain", STORY), ("plain", "Present: others.")], source, kind, kind)
    report = apply_plan(source, Plan(words=("Zoe Quill",)), target)
    assert (report.boxes, report.pictured) == (1, [])
    assert pdfium_text(target).split() == ["Seen", "by", "today.", "Present:", "others."]
    assert left_edges(target, ["Present"]) == left_edges(source, ["Present"])


def test_letters_beyond_ascii_are_read_by_the_codes_of_the_macintosh(tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    fontmakers.story_pdf([("plain", "• Seen by Zoé Quill’s aunt.")], source, MacCodes, MacCodes)
    report = apply_plan(source, Plan(words=("Zoé",)), target)
    assert (report.boxes, report.pictured) == (1, [])
    assert pdfium_text(target).split() == ["•", "Seen", "by", "Quill’s", "aunt."]


def test_a_space_that_is_named_as_nothing_parts_words_all_the_same(tmp_path: Path) -> None:
    source = new_pdf(tmp_path / "in.pdf", f"BT /F1 12 Tf 72 700 Td ({STORY}) Tj ET")
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Resources.Font.F1.Encoding = pikepdf.Dictionary(
            Type=pikepdf.Name.Encoding, Differences=pikepdf.Array([32, pikepdf.Name("/.notdef")])
        )
        pdf.save(source)
    report = apply_plan(source, Plan(words=("Quill",)), tmp_path / "out.pdf")
    assert (report.boxes, report.pictured) == (1, [])
    assert re.sub(r"\s+", " ", pdfium_text(tmp_path / "out.pdf")).strip() == "Seen by Zoe today."


def test_a_name_that_only_another_reader_can_read_is_burnt_where_it_stands(tmp_path: Path) -> None:
    """In a font with a named map of codes, which we do not know, and up the page, where OCR does not look."""
    upright = "BT /F2 12 Tf 0 1 -1 0 300 300 Tm (Seen by Zoe Quill today) Tj ET"
    source = new_pdf(tmp_path / "in.pdf", "BT /F1 12 Tf 72 700 Td (Other text stays.) Tj ET " + upright)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        descriptor = pikepdf.Dictionary(Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name.SimSun, Flags=4)
        collection = pikepdf.Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("GB1"), Supplement=2)
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType0, BaseFont=pikepdf.Name.SimSun,
            CIDSystemInfo=collection, FontDescriptor=pdf.make_indirect(descriptor), DW=1000,
            W=pikepdf.Array([1, 95, 500]),
        )  # fmt: skip
        pdf.pages[0].Resources.Font["/F2"] = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name.SimSun,
            Encoding=pikepdf.Name("/GBK-EUC-H"), DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
        )  # fmt: skip
        pdf.save(source)
    report = apply_plan(source, Plan(words=("Zoe Quill",)), tmp_path / "out.pdf")
    assert report.pictured == [{"page": 1, "reason": "verification"}]
    drawn = render_page(tmp_path / "out.pdf", 0, dpi=72).convert("L")
    words = {word.text: word.box for word in next(read_document(source, ocr=False)).words}
    assert {name: drawn.crop(words[name]).getextrema()[1] < 128 for name in ("Zoe", "Quill", "today")} == {
        "Zoe": True, "Quill": True, "today": False,
    }  # fmt: skip


def test_a_ligature_named_by_its_letters_is_read_as_these(tmp_path: Path) -> None:
    """As the fonts of TeX name them, where there is no map to text."""
    source = new_pdf(tmp_path / "in.pdf", "BT /F1 12 Tf 72 700 Td (Seen by Gri\\001th today.) Tj ET")
    target = tmp_path / "out.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        names = pikepdf.Array([1, pikepdf.Name("/f_f_i")])
        pdf.pages[0].Resources.Font.F1.Encoding = pikepdf.Dictionary(Type=pikepdf.Name.Encoding, Differences=names)
        pdf.save(source)
    report = apply_plan(source, Plan(words=("Griffith",)), target)
    assert (report.boxes, report.pictured) == (1, [])
    assert pdfium_text(target).split() == ["Seen", "by", "today."]


class LeftOut(fontmakers.IdentityTrueType):
    """A map to text that leaves one letter out, as some do with ligatures."""

    def font(self) -> pikepdf.Object:
        return without(super().font(), b"<%04x> " % self.number("t"))


class LeftOutSymbolic(fontmakers.SymbolicTrueType):
    """The same with codes of one byte: readers guess another letter."""

    def font(self) -> pikepdf.Object:
        return without(super().font(), b"<%02x> " % self.number("t"))


def without(font: pikepdf.Object, code: bytes) -> pikepdf.Object:
    entries = re.sub(code + rb"<[0-9a-f]+>\n", b"", font.ToUnicode.read_bytes())
    # Readers leave maps that count wrongly.
    count = len(re.findall(rb"^<", entries, re.MULTILINE))
    font.ToUnicode.write(re.sub(rb"\d+ beginbfchar", b"%d beginbfchar" % count, entries))
    return font


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [LeftOut, LeftOutSymbolic, fontmakers.stand_ins({"t": "\x00"}), fontmakers.stand_ins({"t": "\ufffd"})]
)
def test_a_name_with_a_letter_that_its_font_does_not_name_is_read_by_sight(
    kind: type[fontmakers.Kind], tmp_path: Path
) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    fontmakers.story_pdf([("plain", "Seen by Martin Quill now."), ("plain", "Here: others.")], source, kind, kind)
    assert verify_file(source, ["Martin Quill"])
    report = apply_plan(source, Plan(words=("Martin Quill",)), target)
    assert (report.boxes, report.pictured) == (1, [])
    assert pdfium_text(target).startswith("Seen by now.")
    assert not verify_file(target, ["Martin Quill", "Mar in"])
