"""Traps that only the eye sees: scans, outlines, fonts that name no or wrong letters. Read back by OCR, boxes off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from redaction.apply import apply_plan
from redaction.ocr import ocr_image
from redaction.plan import Plan
from redaction.render import render_page
from tests.integration.redaction.checker import checked
from tests.unit.redaction.readers import TRAPS, everything_written, pdfium_text, pypdf_text, squeezed
from tests.unit.redaction.test_apply_traps import BY_SIGHT, META

# Drawn in ways that text extraction may not follow, so looked at as well.
ALSO_LOOKED_AT = {"05_type3", "21_tr3_under_box", "23_clip_tr7", "24_tiling_pattern", "25_softmask_text"}


def seen(path: Path) -> str:
    """What OCR reads on the first page at a resolution the engine does not use."""
    image = render_page(path, 0, dpi=170)
    return squeezed("".join(word.text for word in ocr_image(image, 170)))


@dataclass(frozen=True)
class Redacted:
    name: str
    path: Path
    seen: str


@pytest.fixture(scope="module")
def redacted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Redacted:
    """One trap with its names redacted and then looked at, once for all the tests of it: both are slow."""
    name = request.param
    out = tmp_path_factory.mktemp(name) / "out.pdf"
    apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(META[name]["needles"])), out)
    return Redacted(name, out, seen(out))


@pytest.mark.usefixtures("checker")
@pytest.mark.parametrize("redacted", sorted(BY_SIGHT | ALSO_LOOKED_AT), indirect=True)
def test_neither_eye_nor_reader_finds_the_name(redacted: Redacted) -> None:
    needles = [squeezed(needle) for needle in META[redacted.name]["needles"]]
    assert not [needle for needle in needles if needle in redacted.seen]
    for reader in (pdfium_text, pypdf_text, everything_written):
        text = squeezed(reader(redacted.path))
        assert not [needle for needle in needles if needle in text], reader.__name__
    ((_, said),) = checked([(redacted.path, META[redacted.name]["needles"])])
    # It does not read letters that no font names, and says so; for these there is the eye.
    told = [item for item in said["findings"] if "could not be worked out" not in item["detail"]]
    assert [item for item in told if item["severity"] != "INFO"] == []


@pytest.mark.parametrize("redacted", sorted(BY_SIGHT), indirect=True)
def test_the_words_around_it_can_still_be_read(redacted: Redacted) -> None:
    assert "present" in redacted.seen
    assert "themeeting" in redacted.seen


@pytest.mark.parametrize("redacted", ["35_scan_jpeg"], indirect=True)
def test_a_scan_burnt_is_black_where_the_name_stood(redacted: Redacted) -> None:
    x0, y0, x1, y1 = META[redacted.name]["rects"]["0"][0]
    document = pdfium.PdfDocument(redacted.path)
    image = next(obj for obj in document[0].get_objects() if isinstance(obj, pdfium.PdfImage))
    pixels = image.get_bitmap().to_pil().convert("L")
    scale = pixels.width / 595
    middle = pixels.crop(tuple(round(v * scale) for v in (x0 + 3, 842 - y1 + 3, x1 - 3, 842 - y0 - 3)))
    document.close()
    assert middle.getextrema()[1] < 60
