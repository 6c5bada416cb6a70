"""What is to be withheld from one document: immutable decisions, and a hash that names them.

JSON, as the `apply` command reads it:

    {"redactions": [{"page": 1, "boxes": [[x0, y0, x1, y1], ...], "code": "P3-OTHERS", "text": "Ann Lee"}, ...],
     "words": ["Ann Lee", ...]}

`page` counts from 1. Boxes are points, origin top left, on the page as displayed. `code` is printed inside the black
box. `text`, where given, is what stands at the boxes: it is removed there, and kept elsewhere. A string in `words` is
removed wherever it occurs in the document.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redaction.errors import RedactionError
from redaction.geometry import Box
from redaction.letters import fold

MAX_CODE_LENGTH = 24
MAX_WORD_LENGTH = 500
MAX_ENTRIES = 200_000


@dataclass(frozen=True)
class Redaction:
    """One place to withhold: 1-based page, display boxes, the reason code to print, the text that stands there."""

    page: int
    boxes: tuple[Box, ...]
    code: str = ""
    text: str | None = None


@dataclass(frozen=True)
class Plan:
    """All decisions on one document. Equal plans have equal digests; order is kept and counts."""

    redactions: tuple[Redaction, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """The plan in `text`; RedactionError in plain words on anything malformed, unknown keys included."""
        try:
            raw = json.loads(text)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise RedactionError("The plan is not valid JSON.") from error
        return cls.from_data(raw)

    @classmethod
    def from_data(cls, raw: object) -> Plan:
        """The plan in already parsed JSON; RedactionError on anything malformed."""
        plan = _mapping(raw, "The plan", {"redactions", "words"})
        redactions = _sequence(plan.get("redactions", []), "redactions")
        words = _sequence(plan.get("words", []), "words")
        return cls(
            tuple(_redaction(item, number) for number, item in enumerate(redactions, start=1)),
            tuple(_word(item, number) for number, item in enumerate(words, start=1)),
        )

    def to_json(self) -> str:
        """Canonical JSON: the same plan always gives the same text."""
        data = {
            "redactions": [
                {"page": r.page, "boxes": [list(box) for box in r.boxes], "code": r.code}
                | ({"text": r.text} if r.text is not None else {})
                for r in self.redactions
            ],
            "words": list(self.words),
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode("utf-8")).hexdigest()


def _redaction(raw: object, number: int) -> Redaction:
    where = f"Redaction {number}"
    item = _mapping(raw, where, {"page", "boxes", "code", "text"})
    page = item.get("page")
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise RedactionError(f"{where}: 'page' must be a whole number from 1.")
    boxes = tuple(_box(box, where) for box in _sequence(item.get("boxes"), "boxes"))
    if not boxes:
        raise RedactionError(f"{where}: at least one box is needed.")
    code = item.get("code", "")
    if not isinstance(code, str) or len(code) > MAX_CODE_LENGTH or not code.isascii() or not (code + "x").isprintable():
        raise RedactionError(f"{where}: 'code' must be up to {MAX_CODE_LENGTH} plain letters, figures and signs.")
    text = item.get("text")
    if text is not None and not isinstance(text, str):
        raise RedactionError(f"{where}: 'text' must be a string.")
    return Redaction(page, boxes, code, text)


def _box(raw: object, where: str) -> Box:
    values = _sequence(raw, "box")
    if len(values) != 4 or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise RedactionError(f"{where}: a box is four numbers.")
    if not all(math.isfinite(v) for v in values):
        raise RedactionError(f"{where}: a box holds a number without bounds.")
    box = Box(*(float(v) for v in values))
    if box.x1 <= box.x0 or box.y1 <= box.y0:
        raise RedactionError(f"{where}: a box must have its smaller corner first and some size.")
    return box


def _word(raw: object, number: int) -> str:
    if not isinstance(raw, str) or len(raw) > MAX_WORD_LENGTH:
        raise RedactionError(f"Word {number} must be a string of at most {MAX_WORD_LENGTH} characters.")
    if not fold(raw).text:
        raise RedactionError(f"Word {number} holds no letter or figure to look for.")
    return raw


def _mapping(raw: object, where: str, allowed: set[str]) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise RedactionError(f"{where} must be a JSON object.")
    if unknown := sorted(set(raw) - allowed):
        raise RedactionError(f"{where} has an unknown entry: {unknown[0]!r}.")
    return raw


def _sequence(raw: object, name: str) -> Sequence[Any]:
    if not isinstance(raw, list):
        raise RedactionError(f"'{name}' must be a list.")
    if len(raw) > MAX_ENTRIES:
        raise RedactionError(f"'{name}' has more than {MAX_ENTRIES:,} entries.")
    return raw
