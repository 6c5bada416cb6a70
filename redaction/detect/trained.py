"""Names by the trained model, kept from what it is known to get wrong.

The model reads without regard to capitals and was trained on other prose than case notes. So it never decides alone
on streets, organisations, acronyms or dictionary words, and its score stays below those of the rules.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from redaction.detect import cues
from redaction.detect.casing import mistyped
from redaction.detect.folding import fold
from redaction.detect.lexicon import (
    CHAT,
    KIN,
    ORGANISATION,
    PLACES,
    STREET,
    TITLES,
    Class,
    classify,
    is_word,
    surnames,
)
from redaction.detect.model import MODEL_LEAD, PLACE, Finding
from redaction.detect.rampart import Piece, loaded
from redaction.detect.text import SOFT, PageString

LEAST, LEAST_IN_LOWER_CASE = 0.5, 0.7
LEAST_TO_START = 0.8  # for a word that is a name too, at the start of a sentence
# Only a surer name is followed through the case (see `engine.LEARNED`): one odd word is not to be multiplied.
SCORE, SCORE_FOLLOWED, LEAST_TO_FOLLOW = 0.5, 0.58, 0.9
SHORTEST, SHORTEST_IN_CAPITALS, LONGEST = 3, 4, 5
# Rules that found a name with this score have its whole extent.
LEAST_TO_STAND = 0.7
_SENTENCE = re.compile(r"[^\n.!?]*(?:[.!?](?![ \v\n])[^\n.!?]*)*[.!?]?[\"')]*")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_GAP = re.compile(r"\.?[ ]|[ ]?\v+")
_NEXT_WORD = re.compile(rf"[ \v]+(?P<word>{cues.CAPITALISED})")
_SENTENCE_START = re.compile(r"(?:\A|[.!?:;][\"')]*[ \v]+|\n[> \t]*|[-*\u2022(\"][ ]?)\Z")
_SAINT = re.compile(r"\b(?:St|Saint|HMP|HMYOI|YOI|HM Prison)\.?[ ]\Z", re.IGNORECASE)
_ARTICLE = re.compile(r"\b[Tt]he[ \v]\Z")
_FAMILY_AFTER = re.compile(r"s?[ \v](?:famil|brother|sister|boys|lads|girls|twins|household|children|kids)|s\b")
# What a word in no list is, when one of these follows: "a Sierra Leonean national", "Royds Rdw, solicitors".
_GROUP_AFTER = re.compile(
    r",?[ \v](?:a firm|solicitors|lawyers|nationals?|villages?|company|province|region|newspaper|party)\b"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|(?:province|county|city|town|village|area|region|district) of)[ \v]\Z")
_VERSUS = re.compile(r"[ \v]v(?:\.|s\b|ersus\b)")
_TRANSLATED = re.compile(r"(?P<word>[A-Za-z]{3,})[ \v]\([\"']?\Z")
_NEXT_SMALL = re.compile(r"[ \v](?P<word>[^\W\d_A-Z]{2,})\b")
_NAMES = frozenset({Class.FORENAME, Class.WORD_NAME, Class.SURNAME, Class.UNKNOWN})


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    key: str
    chance: float


class ModelRecogniser:
    """Kind `person`, from the model of `redaction.detect.rampart`."""

    name = "trained model"

    def find(self, page: PageString) -> list[Finding]:
        return self._among(page, loaded().pieces(page.flat.replace(SOFT, " "), LEAST / 2))

    def find_rest(self, page: PageString, found: Sequence[Finding]) -> list[Finding]:
        """As `find`, but only sentences are read that hold a word which could be a name and which no rule took: reading
        is what takes the time, and where the rules are sure the model changes nothing."""
        flat = page.flat
        taken = bytearray(len(flat))
        for finding in found:
            if finding.kind == PLACE or finding.score >= LEAST_TO_STAND:
                taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
        wanted = [
            match.span()
            for match in _SENTENCE.finditer(flat)
            if any(
                not taken[word.start()] and _open(word.group(), page.small)
                for word in _WORD.finditer(flat, match.start(), match.end())
            )
        ]
        if not wanted:
            return []
        pieces: list[Piece] = []
        read = "\n".join(flat[start:end] for start, end in wanted).replace(SOFT, " ")
        starts = list(accumulate((end - start + 1 for start, end in wanted), initial=0))
        for piece in loaded().pieces(read, LEAST / 2):
            place = bisect_right(starts, piece.start) - 1
            shift = wanted[place][0] - starts[place]
            pieces.append(Piece(piece.start + shift, piece.end + shift, piece.chance))
        return self._among(page, tuple(pieces))

    @staticmethod
    def _among(page: PageString, pieces: tuple[Piece, ...]) -> list[Finding]:
        flat, small = page.flat, page.small  # elsewhere lower case is foreign words more often than names
        named = [word for word in _words(flat, pieces) if (small or word.text[0].isupper()) and _may_name(word)]
        return [
            _finding(group)
            for group in _groups(flat, named)
            if _stands_alone(flat, group) and not _names_a_place(flat, group) and not _is_foreign(flat, group)
        ]


@lru_cache(maxsize=100_000)
def _open(text: str, small: bool) -> bool:
    """Whether the model might make a name of a word that no rule took for one."""
    key = fold(text.removesuffix("'s"))
    if len(key) < SHORTEST or key in TITLES or key in KIN or key in STREET or key in ORGANISATION:
        return False
    kind = classify(key)
    if text[0].islower():
        return small and kind in _NAMES and not is_word(key) and key not in CHAT
    return kind in _NAMES and not (text.isupper() and len(text) < SHORTEST_IN_CAPITALS)


def _words(flat: str, pieces: tuple[Piece, ...]) -> Iterator[_Word]:
    """The words that the pieces lie in, each with the mean chance of its letters."""
    index = 0
    for match in _WORD.finditer(flat):
        while index < len(pieces) and pieces[index].end <= match.start():
            index += 1
        if index == len(pieces):
            return
        total = 0.0
        while index < len(pieces) and pieces[index].start < match.end():
            total += pieces[index].chance * (pieces[index].end - pieces[index].start)
            index += 1
        text = match.group().removesuffix("'s")
        if total:
            chance = min(total / len(match.group()), 1.0)
            yield _Word(text, match.start(), match.start() + len(text), fold(text), chance)


def _may_name(word: _Word) -> bool:
    if word.key in TITLES or word.key in KIN or word.key in STREET or word.key in ORGANISATION:
        return False
    kind = classify(word.key)
    if word.text[0].islower():
        return (
            word.chance >= LEAST_IN_LOWER_CASE
            and len(word.key) >= SHORTEST
            and kind in _NAMES
            and not is_word(word.key)
        )
    shouted = word.text.isupper() and len(word.text) < SHORTEST_IN_CAPITALS and kind is not Class.INITIAL
    return word.chance >= LEAST and kind not in (Class.STOP, Class.PLACE) and not shouted


def _groups(flat: str, words: list[_Word]) -> Iterator[list[_Word]]:
    """Words next to one another, in the same kind of letters, are one name."""
    group: list[_Word] = []
    for word in words:
        if group and (
            len(group) == LONGEST
            or _GAP.fullmatch(flat, group[-1].end, word.start) is None
            or (flat[group[-1].end] == "." and len(group[-1].text) > 2)
            or group[0].text[0].islower() != word.text[0].islower()
        ):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _stands_alone(flat: str, group: list[_Word]) -> bool:
    """Whether the model's word is enough: a word that may be an everyday one must not just begin a sentence."""
    kinds = {classify(word.key) for word in group}
    if not kinds & _NAMES:
        return False
    if len(group) > 1:
        return True
    (word,) = group
    if len(word.text) < SHORTEST:
        return False
    if classify(word.key) is Class.WORD_NAME and word.chance >= LEAST_TO_START:
        return True
    starts = _SENTENCE_START.search(flat, max(0, word.start - 6), word.start) is not None
    return not (starts and is_word(word.key))


def _names_a_place(flat: str, group: list[_Word]) -> bool:
    start, end = group[0].start, group[-1].end
    if (
        _SAINT.search(flat, max(0, start - 12), start)
        or cues.ORGANISATION_AFTER.match(flat, end)
        or cues.FIRM_AFTER.match(flat, end)
        or _GROUP_AFTER.match(flat, end)
        or (_ARTICLE.search(flat, max(0, start - 6), start) and not _FAMILY_AFTER.match(flat, end))
    ):
        return True
    placed = _PLACE_BEFORE.search(flat, max(0, start - 16), start) and not _VERSUS.match(flat, end)
    if placed and all(classify(word.key) is Class.UNKNOWN or word.key in PLACES for word in group):
        return True
    listed = any(classify(word.key) in (Class.FORENAME, Class.SURNAME) for word in group)
    if len(group) > 1 and not listed:
        last = group[-1].key
        if group[0].key in PLACES or (classify(last) is Class.WORD and last not in surnames()):
            return True
    after = _NEXT_WORD.match(flat, end)
    return after is not None and fold(after["word"]) in STREET | ORGANISATION


def _is_foreign(flat: str, group: list[_Word]) -> bool:
    """Whether words in no list belong to a sentence, or to a translation in brackets, that is not in English."""
    if any(classify(word.key) is not Class.UNKNOWN and word.text.isascii() for word in group):
        return False
    if len(group) >= LONGEST - 1:
        return True
    bracket = _TRANSLATED.search(flat, max(0, group[0].start - 30), group[0].start)
    if bracket is not None:
        key = fold(bracket["word"])
        return key not in KIN and key not in TITLES and (is_word(key) or key in ORGANISATION or key in STREET)
    after = _NEXT_SMALL.match(flat, group[-1].end)
    return after is not None and not _english(after["word"])


@lru_cache(maxsize=50_000)
def _english(word: str) -> bool:
    return is_word(word) or word in CHAT or classify(word) is not Class.UNKNOWN or mistyped(word)


def _finding(group: list[_Word]) -> Finding:
    chance = sum(word.chance for word in group) / len(group)
    score = SCORE_FOLLOWED if len(group) > 1 or chance >= LEAST_TO_FOLLOW else SCORE
    why = MODEL_LEAD + f"{min(chance, 0.99):.2f}".removeprefix("0")
    return Finding(group[0].start, group[-1].end, "person", score, (why,))
