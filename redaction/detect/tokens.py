"""The words of a run of capitals, each with what it may be."""

import re
from typing import NamedTuple

from redaction.detect import cues
from redaction.detect.folding import fold
from redaction.detect.lexicon import LABELS, ORGANISATION, STREET, Class, classify
from redaction.detect.model import Finding

_MONTHS = frozenset("may april june august".split())
_DATE_BEFORE = re.compile(
    r"(?i)(?:\d(?:st|nd|rd|th)?|\b(?:early|late|mid|in|since|until|till|last|this|end of|of|by"
    r"|before|next|(?:meeting|review|hearing|due):?))[ \v]+\Z"
)
_SEPARATES = re.compile("[:|]")
LONGEST_LABEL, LABEL_GAP = 64, 24
_DIGIT_AFTER = re.compile(r"[ \v]*\d")


class Token(NamedTuple):
    """One word of a run. `key` is folded and without its full stop."""

    text: str
    start: int
    end: int
    key: str
    kind: Class


def tokens_of(flat: str, start: int, end: int) -> list[Token]:
    found = []
    for match in cues.TOKENS.finditer(flat, start, end):
        key = fold(re.sub(r"-\v+", "-", match.group()))
        label = match.group().endswith(".") and flat[match.end() : match.end() + 1].isalpha()  # D.O.B
        dated = _is_date(flat, key, match.start(), match.end())
        kind = Class.STOP if dated or label else classify(key)
        found.append(Token(match.group(), match.start(), match.end(), key.rstrip("."), kind))
    return found


def _is_date(flat: str, key: str, start: int, end: int) -> bool:
    return key in _MONTHS and (
        _DATE_BEFORE.search(flat, max(0, start - 10), start) is not None or _DIGIT_AFTER.match(flat, end) is not None
    )


def part_of_place(token: Token) -> bool:
    return token.key in STREET or token.key in ORGANISATION


def finding_of(tokens: list[Token], score: float, why: str, title: str = "", kind: str = "person") -> Finding:
    return Finding(tokens[0].start, tokens[-1].end, kind, score, (why,), title)


def labels_of(flat: str) -> dict[int, str]:
    """Where a value starts after a label such as "Officer:", and which label."""
    found = {}
    mark = _SEPARATES.search(flat)
    while mark is not None:
        colon = mark.start()
        match = cues.LABEL.search(flat, max(0, colon - LONGEST_LABEL), colon + LABEL_GAP)
        if match is not None and (match["mark"] == ":" or _starts_line(flat, match.start("label"))):
            found[match.end()] = fold(match["label"])
        mark = _SEPARATES.search(flat, colon + 1)
    return found


def _starts_line(flat: str, position: int) -> bool:
    return not flat[flat.rfind("\n", 0, position) + 1 : position].strip()


def is_label(flat: str, token: Token) -> bool:
    """Whether a word after a name is the next label of the form: "Ann Baker Relates to: ..."."""
    return token.key in LABELS or (
        token.kind in (Class.WORD, Class.STOP) and cues.LABEL_FOLLOWS.match(flat, token.end) is not None
    )


def is_next_label(flat: str, before: Token, token: Token) -> bool:
    """Whether a word begins the next line of a form, with its colon: "Toby Warren" / "Associate (1):"."""
    return "\n" in flat[before.end : token.start] and cues.LABEL_FOLLOWS.match(flat, token.end) is not None


def amid_small_letters(flat: str, token: Token) -> bool:
    """Whether the line around a shouted word is itself not shouted."""
    start = flat.rfind("\n", 0, token.start) + 1
    end = flat.find("\n", token.end)
    rest = flat[start : token.start] + flat[token.end : end if end >= 0 else len(flat)]
    return sum(letter.islower() for letter in rest) > sum(letter.isupper() for letter in rest)
