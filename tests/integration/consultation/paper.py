"""Records as small real PDFs."""

from __future__ import annotations

from datetime import date

from sar.foundation.typesetting import typeset


def paper(title: str) -> bytes:
    """A page of a record that says its title."""
    return typeset(
        "record_conversion",
        {"date": date(2024, 5, 9), "title": title, "header": [], "body": f"{title}. Nothing else is written here."},
    )
