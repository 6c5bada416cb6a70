"""Papers we write (letters, schedules, certificates, converted records), as tagged PDF/UA-1.

The page designs are in `typst/`. What people wrote is passed to them as data: a template shows it as text and has no
way to take it for markup. The same data gives the same bytes: the date is part of the data, the typefaces lie beside
the templates, and neither the clock nor the fonts of the machine are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from sar.foundation.typefaces import FONT_FOLDER, showable

_TEMPLATE_FOLDER = Path(__file__).parent / "typst"
_SCREEN_PPI = 110.0
_LETTER = frozenset({"date", "reference", "sender", "addressee", "subject", "blocks", "signatory"})

# What each template cannot do without. Optional keys are named in the template itself and in docs/look.md.
REQUIRED: Mapping[str, frozenset[str]] = {
    "letter": _LETTER,
    "cover": _LETTER,
    "schedule": frozenset({"date", "reference", "sender", "title", "subject_name", "rows", "codes"}),
    "record_conversion": frozenset({"date", "title", "header", "body"}),
    "certificate": frozenset({"date", "reference", "sender", "title", "statement", "checks"}),
}


class TypesettingError(ValueError):
    """The data does not fit the template: a fault of the caller, never of the requester."""


def _prepared(value: Any) -> Any:
    """The same data with dates as ISO text and every text made showable; refuses what JSON cannot hold."""
    if isinstance(value, str):
        return showable(value)
    if isinstance(value, datetime):
        raise TypesettingError("a paper carries dates, not moments: pass the date in Europe/London")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _prepared(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_prepared(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypesettingError(f"a {type(value).__name__} cannot be put on paper")


def _noon(issued: Any) -> int:
    try:
        day = date.fromisoformat(str(issued))
    except ValueError as problem:
        raise TypesettingError(f"the date of a paper must be a date, not {issued!r}") from problem
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def typeset(template_name: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a paper.

    `data` is JSON-like (text, numbers, dates, lists, mappings) and always has `date`, the day the paper bears.
    `colour` ("#rrggbb") and `organisation` are optional everywhere. Raises TypesettingError for an unknown template,
    a missing key or a value the template cannot use.
    """
    pdf = _compiled(template_name, data, format="pdf", pdf_standards=["ua-1"])
    assert isinstance(pdf, bytes)
    return pdf


def typeset_pictures(template_name: str, data: Mapping[str, Any]) -> list[bytes]:
    """The pages of the same paper as PNG, for a screen. Raises as `typeset` does."""
    pages = _compiled(template_name, data, format="png", ppi=_SCREEN_PPI)
    return [pages] if isinstance(pages, bytes) else list(pages)


def _compiled(template_name: str, data: Mapping[str, Any], **output: Any) -> bytes | Sequence[bytes]:
    if template_name not in REQUIRED:
        raise TypesettingError(f"there is no paper named {template_name!r}")
    missing = sorted(REQUIRED[template_name] - data.keys())
    if missing:
        raise TypesettingError(f"the paper {template_name!r} needs {', '.join(missing)}")
    prepared = _prepared(data)
    try:
        made: bytes | Sequence[bytes] = typst.compile(
            _TEMPLATE_FOLDER / f"{template_name}.typ",
            root=_TEMPLATE_FOLDER,
            font_paths=[FONT_FOLDER],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(prepared, ensure_ascii=False)},
            timestamp=_noon(prepared["date"]),
            **output,
        )
    except typst.TypstError:
        # The message of typst can quote the data, which may be personal: not chained, so it reaches no log.
        raise TypesettingError(f"the data does not fit the paper {template_name!r}") from None
    return made
