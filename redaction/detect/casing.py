"""Capitals where a careful writer has them, for lines typed all in capitals or without any.

Every rule reads capitals as the sign of a name. A record system that shouts, or a note typed in haste, gives none, so
such lines are rewritten, letter for letter, before the rules see them: ordinary words small, what could be a name with
a capital. Only the reading is changed; offsets and the page itself stay as they are.
"""

import re
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from redaction.detect.folding import fold
from redaction.detect.lexicon import (
    ACRONYMS,
    CHAT,
    KIN,
    LABELS,
    LOWER_TITLES,
    NEVER_LOWER,
    ORGANISATION,
    STREET,
    TITLES,
    Class,
    classify,
    is_word,
    surnames,
    words,
)
from redaction.detect.mending import is_misread

_WORD = re.compile(r"(?<![\w@./'-])[^\W\d_]+(?:['-][^\W\d_]+)*(?![\w@/]|[.](?=\w))")
_SHOUTED_SHARE = 0.9
_FEWEST_SHOUTED_WORDS = 3
_SHORTEST = 3
_SHORTEST_SLIP = 5
_LEAD = re.compile(r"(?:[\d:.,/\s\[\]()>|*\u2022-]++|(?:\w{1,12} ){0,2}+\w{1,12}:\s)*+")
_FEW_CAPITALS = 0.12
_LONG_TEXT, _NO_CAPITALS = 200, 0.005
_STARTS = re.compile(r"[.!?]++[ \v]++([A-Za-z])")
_NAMES = frozenset({Class.FORENAME, Class.SURNAME, Class.UNKNOWN, Class.TOWN})
_VOWEL = re.compile(r"[aeiouy]")
_TOLD = re.compile(
    r"(?i)(?:\b(?:with|w|wiv|wit|told|tell|tells|ask|asks|asked|rang|ring|rings|seen|saw|text|texts|texted|txt|phoned|phone"
    r"|called|call|messaged|messaging|from|by|met|meet|knows|knew|visited|contacted|and|n|for|owes|hit|spoke|said|says"
    r"|to|also|young|re|if|says|that|when|but|at|our|asked|chased|emailed|wants|lent|gave|give|let|see|hi|hiya|dear|hey|thanks|cheers)"
    r"|&|w/|[a-z]/)[ \v]*\Z"
)
_ACTS = re.compile(
    r"(?i)(?:'?s\b)?[ \v](?:been|says|said|rang|rings|told|tells|asked|asks|is|was|has|had|hasnt|hasn't|hadnt|isnt"
    r"|isn't|wasnt"
    r"|wasn't|thinks|thought|wants|wanted|came|comes|went|goes|got|gets|did|didnt|didn't|doesnt|doesn't|dont|wont|won't"
    r"|knows|knew|called|calls|phoned|texted|texts|lives|works|attended|arrived|left|reports|reported|stated|states|denied"
    r"|denies|admitted|admits|confirmed|confirms|agreed|agrees|picked|turned|seemed|looked|poorly|upset|not|still|back|just"
    r"|keeps|kept|owes|owed|gave|took|kicked|started|stopped|moved|needs|will|never|been|being|there|again|who)\b"
)
_SPEAKS = re.compile(
    r"(?i)[ \v](?:says|said|rang|told|asked|thinks|wants|came|went|hasnt|hasn't|wasnt|wasn't|isnt|isn't|attended"
    r"|texted|denied"
    r"|admitted|reports|stated|phoned|knows|knew|lives|works|didnt|didn't|doesnt|doesn't)\b"
)
# Second forenames that are words: "aaliyah rose", "ruby may" is left alone.
_SECOND = frozenset(
    "rose grace mae faith hope joy lily daisy ivy pearl ruby jade lee dawn summer belle star honey skye".split()
)
_ADVERBS = frozenset(
    """still never always also just then now only already once even really not ever both all too well said says
    told asked rang came went got was has had is who""".split()
)
_HOPELESS = frozenset("will may mark long little day white black green brown young house street court".split())


def writes_small(flat: str) -> bool:
    """Whether a page is typed mostly without capitals, as hurried notes and text messages are."""
    starts = re.findall(
        r"(?:[.!?][ \v]++|(?:\A|\n)[> \t]*+)(?:[\d:./\[\] ,-]++|(?:\w{1,12} ){0,2}+\w{1,12}: )*+([A-Za-z])", flat
    )
    if len(starts) > 4 and sum(letter.islower() for letter in starts) * 2 > len(starts):
        return True
    letters = sum(letter.isalpha() for letter in flat)  # a long letter without a full stop has hardly a start
    return letters > _LONG_TEXT and sum(letter.isupper() for letter in flat) < _NO_CAPITALS * letters


def recased(flat: str) -> str:
    """`flat` with the capitals of shouted and of small lines put right; the same length."""
    pieces = []
    for line in flat.splitlines(keepends=True) if "\r" not in flat else [flat]:
        found = [match for match in _WORD.finditer(line) if len(match.group()) > 1]
        if _shouted(found):
            line = _quietened(line, found)
        elif _small(line, found):
            line = _raised(line, found)
        pieces.append(line)
    return "".join(pieces)


def _shouted(found: list[re.Match[str]]) -> bool:
    long = [match for match in found if match.end() - match.start() >= _SHORTEST]
    loud = sum(match.group().isupper() for match in long)
    return loud >= _FEWEST_SHOUTED_WORDS and loud >= _SHOUTED_SHARE * len(long)


def _small(line: str, found: list[re.Match[str]]) -> bool:
    """Whether a line begins small and has hardly a capital."""
    lead = _LEAD.match(line)
    start = lead.end() if lead else 0
    said = [match for match in found if match.start() >= start]  # who says it, before a colon, is no part of it
    capitals = sum(match.group()[0].isupper() and not match.group().isupper() for match in said)
    if len(said) < 2 and not (said and start):
        return False
    starts = _STARTS.findall(line, start)
    small = sum(letter.islower() for letter in starts)
    if small and small > len(starts) - small:
        return True
    return line[start : start + 1].islower() and capitals <= _FEW_CAPITALS * len(said) or not capitals


def _quietened(line: str, found: list[re.Match[str]]) -> str:
    letters = list(line)
    before: Class | None = None
    titled = False
    for match in found:
        text = match.group()
        key = fold(text).removesuffix("'s")
        kind = classify(key)
        title = key in TITLES and kind is not Class.FORENAME
        close = not line[: match.start()].rstrip(" \v").endswith((".", ",", ";", ":", ")"))
        named = titled or (
            kind is Class.WORD and before in (Class.FORENAME, Class.SURNAME) and close and _surname_like(key)
        )
        listed = kind is Class.WORD and re.match(r",[ ][A-Z]", line[match.end() :]) and key in surnames()
        quoted = line[match.start() - 1 : match.start()] == '"' and line[match.end() : match.end() + 1] == '"'
        named = named or (quoted and kind is not Class.STOP)
        small = (
            (kind in (Class.WORD, Class.STOP) or key in KIN or key in CHAT) and not named and not listed and not title
        )
        if key in STREET | ORGANISATION and not titled:
            small = False  # the rules know these words, and need to see that they belong to what stands before them
        short = kind is Class.UNKNOWN and (len(key) < 4 or not _VOWEL.search(key))
        if text.isupper() and (small or not (short or key in ACRONYMS)):
            calm = text.lower() if small else _capitalised(text)
            letters[match.start() : match.end()] = calm if len(calm) == len(text) else text
        before, titled = kind, title
    return "".join(letters)


def _surname_like(key: str) -> bool:
    return key in surnames() and key not in words("words_common") and key not in LABELS


def _capitalised(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda part: part.group()[:1] + part.group()[1:].lower(), text).replace("'S", "'s")


def _raised(line: str, found: list[re.Match[str]]) -> str:
    letters = list(line)
    for match in found:
        text = match.group()
        if not text[0].islower() or len(text) < _SHORTEST:
            continue
        key = fold(text).removesuffix("'s")
        if _may_be_name(line, match, key) or _double(line, match, key):
            letters[match.start()] = text[0].upper() if len(text[0].upper()) == 1 else text[0]
    return "".join(letters)


def _double(line: str, match: re.Match[str], key: str) -> bool:
    """Kerry ann, kacey leigh: the first half of a double forename, or a word that is a name before a sure one."""
    if key in surnames() and key not in _ADVERBS | CHAT | KIN and _ACTS.match(line, match.end()):
        before = re.search(r"(?i)(?<![\w'])([a-z]{3,})[ ]\Z", line[: match.start()])
        if before is not None and classify(fold(before[1])) is Class.FORENAME and not is_word(fold(before[1])):
            return True  # "sharon peck was there"
    if key in _SECOND:
        before = re.search(r"\b([a-z]{3,})[ -]\Z", line[: match.start()])
        if before is not None and classify(before[1]) is Class.FORENAME and not is_word(before[1]):
            return True
    after = re.match(r"[ -]([a-z]{3,})", line[match.end() :])
    return (
        after is not None
        and classify(key) is Class.WORD_NAME
        and key not in NEVER_LOWER
        and key not in _HOPELESS
        and classify(after[1]) is Class.FORENAME
        and not is_word(after[1])
        and after[1] not in CHAT
    )


@lru_cache(maxsize=50_000)
def mistyped(key: str) -> bool:
    """Whether a word in no list is most likely a slip in an everyday one: "anythng", "comming"."""
    if len(key) < _SHORTEST_SLIP:
        return False
    same_start = _everyday().get(key[0], [])
    return process.extractOne(key, same_start, scorer=OSA.distance, score_cutoff=1) is not None


@cache
def _everyday() -> dict[str, list[str]]:
    by_letter: dict[str, list[str]] = {}
    for word in sorted(words("words_common")):
        if len(word) >= _SHORTEST_SLIP - 1:
            by_letter.setdefault(word[0], []).append(word)
    return by_letter


def _may_be_name(line: str, match: re.Match[str], key: str) -> bool:
    if key in CHAT or key in ACRONYMS or key in KIN or key in LOWER_TITLES or key in STREET | ORGANISATION:
        return False
    if line.startswith(" law", match.end()):
        return False
    kind = classify(key)
    before = line[max(0, match.start() - 24) : match.start()]
    titled = re.search(rf"\b(?:{'|'.join(sorted(LOWER_TITLES))})\.?[ ]\Z", before) is not None
    if titled and not before.rstrip().endswith("miss"):
        return kind is not Class.STOP and (not is_word(key) or key in surnames() or kind is Class.WORD_NAME)
    if kind is Class.WORD_NAME:
        if key in _HOPELESS:
            return False
        if key in NEVER_LOWER:
            return _SPEAKS.match(line, match.end()) is not None and not re.search(
                r"\b(?:the|a|his|her|my|no)[ ]\Z", before
            )
        article = re.search(r"\b(?:the|a|an|his|her|my|your|their|no|some|any|in|of)[ ]\Z", before)
        return article is None and bool(_TOLD.search(before) or _ACTS.match(line, match.end()))
    if kind is Class.UNKNOWN and (match.end() - match.start() < 4 and line[: match.start()].rstrip()[-1:].isdigit()):
        return False
    if kind is Class.UNKNOWN and (mistyped(key) or is_misread(key)):
        return False
    return kind in _NAMES and not is_word(key) and not (key.endswith("s") and is_word(key[:-1]))
