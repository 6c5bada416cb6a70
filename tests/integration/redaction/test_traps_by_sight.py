"""Traps that only the eye sees: scans, outlines, fonts that name no or wrong letters. Read back by OCR, boxes off."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from redaction.apply import apply_plan
from redaction.ocr import ocr_image
from redaction.plan import Plan
from redaction.render import render_page
from tests.unit.redaction.readers import TRAPS, everything_written, pdfium_text, pypdf_text, squeezed
from tests.unit.redaction.test_apply_traps import BY_SIGHT, META

# Drawn in ways that text extraction may not follow, so looked at as well.
ALSO_LOOKED_AT = {"05_type3", "21_tr3_under_box", "23_clip_tr7", "24_tiling_pattern", "25_softmask_text"}


def seen(path: Path) -> str:
    """What OCR reads on the first page at a resolution the engine does not use."""
    image = render_page(path, 0, dpi=170)
    return squeezed("".join(word.text for word in ocr_image(image, 170)))


@pytest.mark.parametrize("name", sorted(BY_SIGHT | ALSO_LOOKED_AT))
def test_neither_eye_nor_reader_finds_the_name(name: str, tmp_path: Path) -> None:
    needles = META[name]["needles"]
    out = tmp_path / "out.pdf"

    apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(needles)), out)

    for reader in (pdfium_text, pypdf_text, everything_written, seen):
        text = squeezed(reader(out))
        assert not [needle for needle in needles if squeezed(needle) in text], reader.__name__


@pytest.mark.parametrize("name", sorted(BY_SIGHT))
def test_the_words_around_it_can_still_be_read(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(META[name]["needles"])), out)
    text = seen(out)
    assert "present" in text
    assert "themeeting" in text


def test_a_scan_burnt_is_black_where_the_name_stood(tmp_path: Path) -> None:
    name = "35_scan_jpeg"
    out = tmp_path / "out.pdf"
    apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(META[name]["needles"])), out)
    x0, y0, x1, y1 = META[name]["rects"]["0"][0]
    document = pdfium.PdfDocument(out)
    image = next(obj for obj in document[0].get_objects() if isinstance(obj, pdfium.PdfImage))
    pixels = image.get_bitmap().to_pil().convert("L")
    scale = pixels.width / 595
    middle = pixels.crop(tuple(round(v * scale) for v in (x0 + 3, 842 - y1 + 3, x1 - 3, 842 - y0 - 3)))
    document.close()
    assert middle.getextrema()[1] < 60
