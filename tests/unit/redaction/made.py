"""Small PDFs made for one test each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS

_WIDTHS = CORE_FONT_METRICS["Helvetica"].character_widths


def width(text: str, size: float = 12) -> float:
    """The width of `text` in Helvetica, in points."""
    return sum(_WIDTHS[char] for char in text) * size / 1000


def helvetica() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def new_pdf(path: Path, *pages: str, resources: dict[str, Any] | None = None) -> Path:
    """A PDF of A4 pages with these contents; /F1 is Helvetica."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(helvetica())
        for text in pages:
            pdf.add_blank_page(page_size=(595, 842))
            page = pdf.pages[-1].obj
            page["/Contents"] = pdf.make_stream(text.encode("latin-1"))
            page["/Resources"] = pikepdf.Dictionary({"/Font": pikepdf.Dictionary(F1=font), **(resources or {})})
        pdf.save(path)
    return path


def line(text: str, x: float = 72, y: float = 700, size: float = 12) -> str:
    """One line of text in one operator."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 {size} Tf {x:g} {y:g} Td ({escaped}) Tj ET\n"
