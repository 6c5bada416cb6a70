"""Text layers that say one name where the page shows another, in a well-formed way; and honest ones that look odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
import typst

from redaction.apply import apply_plan
from redaction.apply.evidence import gather_evidence
from redaction.document import read_document
from redaction.geometry import PageFrame
from redaction.honesty import MOST_TRIALS, Honesty
from redaction.opening import open_pdf
from redaction.plan import Plan
from redaction.words import Word
from tests.integration.redaction.test_traps_by_sight import seen
from tests.unit.redaction import fontmakers
from tests.unit.redaction.fontmakers import SymbolicTrueType, WinAnsiTrueType, stand_ins
from tests.unit.redaction.readers import everything_written, pdfium_text, pypdf_text, squeezed

STORY = "The visit was on Monday and all went well, says the note that"

# "Jane" is shown. The lie is in the map to text alone: in the program there are no names.
SAYS_ANNA = stand_ins({"J": "A", "a": "n", "e": "a"})
SAYS_NOTHING = stand_ins({letter: " " for letter in "Jane"})
SAYS_YULIA = stand_ins({"J": "Ю", "a": "л", "n": "и", "e": "я"})


class InOneByte(SymbolicTrueType):
    """The same lie in a font with single-byte codes."""

    def text(self, char: str) -> str:
        return {"J": "A", "a": "n", "e": "a"}.get(char, char)


def with_jane(folder: Path, kind: type[fontmakers.Kind]) -> Path:
    path = folder / "in.pdf"
    fontmakers.story_pdf([("plain", STORY), ("bold", "Jane"), ("plain", "wrote.")], path, WinAnsiTrueType, kind)
    return path


@pytest.mark.parametrize("kind", [SAYS_ANNA, SAYS_NOTHING, SAYS_YULIA, InOneByte])
def test_one_word_that_is_named_otherwise_is_read_as_it_is_shown(kind: type[fontmakers.Kind], tmp_path: Path) -> None:
    page = next(read_document(with_jane(tmp_path, kind)))
    words = [word.text for word in page.words]
    assert page.source == "ocr"
    assert "Jane" in words
    assert STORY.split()[-1] in words
    assert page.notes == ("The text layer names other letters than the page shows, so the page was read by OCR.",)


def test_one_word_that_is_named_otherwise_is_removed_as_it_is_shown(tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    report = apply_plan(with_jane(tmp_path, SAYS_ANNA), Plan(words=("Jane",)), target)
    assert report.pictured == [{"page": 1, "reason": "a font that names other letters than it shows"}]
    assert report.words == [{"index": 0, "hits": 1}]
    left = seen(target)
    assert "jane" not in left
    assert "monday" in left
    for reader in (pdfium_text, pypdf_text, everything_written):
        text = squeezed(reader(target))
        assert "jane" not in text
        assert "anna" not in text, "what nobody saw is not sent either"


SMALL_CAPITALS = stand_ins({letter: letter.lower() for letter in "SMALLCPITOR"})
LIGATURES = stand_ins({"ﬁ": "fi", "ﬂ": "fl"})
SYMBOLS = stand_ins({"●": "l", "■": "n", "►": "u", "◊": "v"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("The oﬃce ﬁled a ﬂuent ﬁnal ﬂoor plan".replace("ﬃ", "ffi"), LIGATURES, id="ligatures"),
        pytest.param("SMALL CAPITALS ALSO IMPORT COPIAS", SMALL_CAPITALS, id="small capitals"),
        pytest.param("● first ■ ■ ■ second ►►► third ◊●■", SYMBOLS, id="symbols"),
        pytest.param("сор хор вера Анна Катя Τάνια ΝΙΚΗ", fontmakers.IdentityTrueType, id="letters of one shape"),
        pytest.param("Zoë Müller, Ðorđe Ångström (née O’Neil) 10l0", fontmakers.IdentityTrueType, id="accents"),
        pytest.param(STORY, fontmakers.GlyphProcedures, id="glyph procedures"),
        pytest.param(STORY, fontmakers.VerticalCompact, id="down the page"),
    ],
)
def test_honest_fonts_are_not_sent_to_be_read_by_sight(text: str, kind: type[fontmakers.Kind], tmp_path: Path) -> None:
    source = tmp_path / "in.pdf"
    fontmakers.story_pdf([("plain", text), ("plain", text)], source, kind, kind)
    assert not lying_pages(source, not_asked)
    page = next(read_document(source))
    assert (page.source, page.notes) == ("text", ())


def test_an_honest_file_of_a_real_producer_is_read_as_it_is_written(tmp_path: Path) -> None:
    source, made = tmp_path / "in.typ", tmp_path / "in.pdf"
    lines = [
        "#smallcaps[Small capitals]",
        "An office filed afflicted offers",
        "*שרה כהן גרה כאן, לוי סוס וטוב*",
        "_сор Καλά_",
    ]
    source.write_text("\n\n".join(lines), encoding="utf-8")
    typst.compile(source, output=made)
    assert not lying_pages(made, not_asked)
    assert next(read_document(made)).source == "text"


def test_a_face_that_looks_odd_is_looked_at_on_a_few_pages_only(tmp_path: Path) -> None:
    source = pages_of_one_font(tmp_path, "Jane Jane", "Jane", "Jane", "Jane", "Jane")
    asked: list[PageFrame] = []

    def reads_it_as_named(page: pdfium.PdfPage, frame: PageFrame) -> Sequence[Word]:
        asked.append(frame)
        return [Word("Anna", word.box) for word in next(read_document(source, ocr=False)).words]

    assert not lying_pages(source, reads_it_as_named)
    assert len(asked) == MOST_TRIALS


def test_a_font_that_has_lied_is_believed_on_no_page_that_shows_such_a_letter(tmp_path: Path) -> None:
    source = pages_of_one_font(tmp_path, "Jo", "Jane Jo", "no", "Jane")
    word = next(read_document(source, ocr=False, pages=range(1, 2))).words[0]
    assert lying_pages(source, lambda page, frame: [Word("Jane", word.box)]) == {0, 1, 3}


def test_one_letter_alone_is_no_reason_to_look(tmp_path: Path) -> None:
    assert not lying_pages(pages_of_one_font(tmp_path, "Jo", "no Jo", "o a n e J"), not_asked)


def pages_of_one_font(folder: Path, *texts: str) -> Path:
    path = folder / "in.pdf"
    with pikepdf.new() as pdf:
        kind = SAYS_ANNA(pdf, "".join(texts))
        font = kind.font()
        for text in texts:
            page = pdf.add_blank_page(page_size=(595, 842)).obj
            page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 700 Td " + kind.spell(text) + b" Tj ET")
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.save(path)
    return path


def lying_pages(path: Path, read: Callable[[pdfium.PdfPage, PageFrame], Sequence[Word]]) -> frozenset[int]:
    with open_pdf(path) as opened:
        return Honesty(opened, read, gather_evidence).lying_pages


def not_asked(page: pdfium.PdfPage, frame: PageFrame) -> Sequence[Word]:
    raise AssertionError("an honest page was sent to be read by sight")
