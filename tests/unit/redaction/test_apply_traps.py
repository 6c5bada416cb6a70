"""The traps: documents that each hide one name in another way. No reader may find it afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redaction.apply import apply_plan
from redaction.plan import Plan
from tests.unit.redaction.readers import TRAPS, everything_written, pdfium_text, pypdf_text, squeezed

META = json.loads((TRAPS / "meta.json").read_text(encoding="utf-8"))
# These need text recognition, which is slow: tests/integration/redaction tests them, by sight as well.
BY_SIGHT = {name for name, trap in META.items() if "ocr" in trap["note"].lower()} | {"34_lying_tounicode"}


def test_all_55_traps_are_here() -> None:
    assert len(META) == 55
    assert all((TRAPS / f"{name}.pdf").exists() for name in META)


@pytest.mark.parametrize("name", sorted(set(META) - BY_SIGHT))
def test_no_reader_finds_the_name(name: str, tmp_path: Path) -> None:
    needles = META[name]["needles"]
    out = tmp_path / "out.pdf"

    report = apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(needles)), out)

    for reader in (pdfium_text, pypdf_text, everything_written):
        text = squeezed(reader(out))
        assert not [needle for needle in needles if squeezed(needle) in text], reader.__name__
    assert not report.pictured, "the page was given up and drawn as a picture"


@pytest.mark.parametrize("name", ["00_base", "01_rot90", "06_glyph_by_glyph_reversed", "10_form", "47_unbalanced_q"])
def test_the_words_around_it_stay(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    apply_plan(TRAPS / f"{name}.pdf", Plan(words=tuple(META[name]["needles"])), out)
    text = squeezed(pdfium_text(out))
    assert "present" in text
    assert "attendedthemeeting" in text
