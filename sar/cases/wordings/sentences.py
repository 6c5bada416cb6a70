"""The sentences within replies that the data protection officer words, as the list of wordings shows them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sar.cases.code_texts import CODES
from sar.cases.exemptions import EXEMPTIONS, ground_in_words

GROUP = "Sentences within replies"


def _title(code: str) -> str:
    item = EXEMPTIONS[code]
    return f"{code}: {ground_in_words(code)}" if item.text else f"{code}, {item.law}"


TITLES: Mapping[str, str] = MappingProxyType(
    {"neutral_sentence": "The sentence in every reply", **{name: _title(code) for name, code in CODES.items()}}
)


def shown_in(name: str) -> str:
    """The letter that shows a sentence as requesters read it."""
    if name not in CODES:
        return "full_response"
    code = CODES[name]
    return "partial_response" if code.startswith(("P3-", "G-")) or code == "N-DUP" else "rejection"
