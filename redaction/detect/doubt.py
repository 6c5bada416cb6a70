"""What the trained model is sure names nobody is kept from being offered on the word of a weak rule.

Surer rules (a title, a label, a form of name) outweigh the model, and so does an officer: a name that was confirmed is
found in all its forms, whatever the model thinks.
"""

from collections.abc import Collection, Iterable

from redaction.detect.folding import fold
from redaction.detect.model import NOBODY, Finding

# Initials of somebody who is named in full elsewhere: the model sees one page and cannot know them.
SIGNS = frozenset({"signs or speaks by initials", "initial alone on a line"})
# Rules with this score outweigh the model.
SURE = 0.8


def believed(
    text: str, findings: Iterable[Finding], nobody: Iterable[Finding], confirmed: Collection[str], sure: float = SURE
) -> list[Finding]:
    """`findings` without the names that lie wholly in words which name nobody.

    `confirmed` are the folded forms of the names that officers gave, or that a page gives outright ("known as
    Chopper").
    """
    mask = bytearray(len(text))
    for span in nobody:
        mask[span.start : span.end] = b"\1" * (span.end - span.start)
    return [
        finding
        for finding in findings
        if finding.kind != "person"
        or finding.score >= sure
        or finding.evidence[0] in SIGNS
        or not all(mask[place] for place in range(finding.start, finding.end) if text[place].isalpha())
        or _known(fold(text[finding.start : finding.end]), confirmed)
    ]


def _known(key: str, confirmed: Collection[str]) -> bool:
    return key in confirmed or key.removesuffix("s") in confirmed  # "rubys", the apostrophe left out


def nobody_in(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.kind == NOBODY]
