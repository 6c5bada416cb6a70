"""What requesters read about each code: as `exemptions` has it, until the data protection officer words it otherwise.

Only codes that are told have a text here. A reply keeps the text that it was made with: it is a file, and a letter that
was sent is kept as it went.
"""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

from sar.cases.exemptions import EXEMPTIONS, Kind
from sar.foundation import wordings
from sar.foundation.runtime import settings
from sar.foundation.wordings import Sentence

NO_MORE_SAID = "The law lets us hold this back."
REASONS = "reasons"


def sentence_name(code: str) -> str:
    """Under which name the text of a code is worded: "code_p3_crime"."""
    return f"code_{code.lower().replace('-', '_')}"


def delivered_text(code: str) -> str:
    """The text as delivered. That of a refusal has a field for the reasons, which complete the sentence."""
    item = EXEMPTIONS[code]
    text = item.text or NO_MORE_SAID
    return text.replace("...", f"{{{REASONS}}}") if item.kind is Kind.REFUSAL else text


CODES = MappingProxyType({sentence_name(code): code for code, item in EXEMPTIONS.items() if item.is_told})
wordings.register_sentences(
    {
        name: Sentence(
            delivered_text(code),
            must_name=frozenset({REASONS}) if EXEMPTIONS[code].kind is Kind.REFUSAL else frozenset(),
        )
        for name, code in CODES.items()
    }
)


def texts_of(codes: Collection[str], reasons: str | None = None) -> dict[str, str]:
    """What is said about each of these codes now. `reasons` complete the sentence of a refusal.

    Raises Refused when an edited wording cannot be used.
    """
    current = settings()
    given = {"organisation": current.organisation_name, "regulator": current.regulator_name, REASONS: reasons}
    said = wordings.sentences([sentence_name(code) for code in codes], given)
    return {code: said[sentence_name(code)] for code in codes}


def told(code: str, words: str) -> list[str]:
    """The reasons of a refusal as the letter lists them: the text of its code, and the officer's words.

    Raises Refused as `texts_of` does.
    """
    text = texts_of([code], words)[code]
    return [text] if EXEMPTIONS[code].kind is Kind.REFUSAL else [text, words]
