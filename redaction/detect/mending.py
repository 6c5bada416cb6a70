"""Words that OCR misread, put right before the rules read a page; letter for letter, so that offsets hold.

A word is mended only when it is in no list, and one or two of the letters that OCR confuses make it a word or a name
that is in one. Figures among letters are mended on any page; all else only on a page where several ordinary words are
misread, because a rare name may look like a slip in a common word.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from redaction.detect.folding import fold
from redaction.detect.lexicon import ACRONYMS, CHAT, COMMON_CAPITALS, LABELS, TITLES, Class, classify, is_word, words

_WORD = re.compile(r"(?<![\w@./-])(?=[^\W_]*[^\W\d_])[^\W_|][\w|]*(?:['-][\w|]+)*(?![\w@/]|[.]\w)")
# What is read, and what may have been meant.
_MEANT = {
    "1": "li", "0": "o", "5": "s", "8": "b", "9": "g", "2": "z", "6": "b", "|": "li", "l": "i", "i": "l", "c": "eog",
    "e": "c", "o": "acd", "a": "o", "b": "h", "h": "b", "u": "n", "n": "u", "f": "te", "t": "f", "y": "v", "v": "y",
    "g": "qc", "q": "g", "j": "i", "k": "h", "s": "a",
}  # fmt: skip
_JOINED = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("m", "rn"), ("ii", "u"))
_SHORTEST, _SHORTEST_TWICE, _LONGEST = 3, 6, 24
_MOST_FIGURES = 3
_NOISY_WORDS, _NOISY_SHARE = 3, 0.008

# One figure, never at the start but for a nought, with small letters about it.
_FIGURE_IN_NAME = re.compile(r"(?=\w{4,})(?:0[a-z]{3,}|[A-Z][a-z]*[015689][a-z]+)")
_LIKELIEST = str.maketrans("015689", "olsbbg")


def mended(flat: str, small: bool = False) -> str:
    """`flat` with misread words put right, the same length; on a page typed `small` a forename may stand anywhere."""
    found = [match for match in _WORD.finditer(flat) if _SHORTEST <= match.end() - match.start() <= _LONGEST]
    slips = sum(
        match.group().islower() and not (small and _given(match.group())) and _mend(match.group()) is not None
        for match in found
    )
    noisy = slips >= _NOISY_WORDS and slips >= _NOISY_SHARE * len(found)
    letters: list[str] | None = None
    for match in found:
        text = match.group()
        figures = any(letter.isdigit() or letter == "|" for letter in text)
        if not (noisy or figures):
            continue
        right = None if small and _given(text) else _mend(text)
        if right is not None:
            letters = letters if letters is not None else list(flat)
            letters[match.start() : match.end()] = right
    return flat if letters is None else "".join(letters)


def is_misread(key: str) -> bool:
    """Whether a folded word in no list is an ordinary word misread with another number of letters: "confirrn"."""
    return any(is_word(key.replace(read, meant, 1)) for read, meant in _JOINED if len(key) > _SHORTEST and read in key)


@lru_cache(maxsize=100_000)
def _mend(text: str) -> str | None:
    """`text` as it was meant, in the same number of letters; None where it is right or cannot be told."""
    key = fold(text)
    if "'" in key or "-" in key:
        return _mend_parts(text)
    figures = sum(letter.isdigit() for letter in key)
    if figures > _MOST_FIGURES or figures * 2 > len(key) or _stands(key, text) or is_misread(key):
        return None
    best = min(_candidates(key), key=_rank, default=None)
    if best is None or _rank(best) == _NONE:
        return _lettered(text) if figures == 1 else None
    return "".join(
        new.upper() if old.isupper() or (old.isdigit() and _loud(text, place)) else new
        for place, (old, new) in enumerate(zip(text, best, strict=True))
    )


def _lettered(text: str) -> str | None:
    """A name in no list with a figure among its letters: "Cheallai9h", "0duya". Not "A4821FK", "4yrs", "B1"."""
    if _FIGURE_IN_NAME.fullmatch(text) is None:
        return None
    letters = text.translate(_LIKELIEST)
    return letters[0].upper() + letters[1:]


def _given(text: str) -> bool:
    """Whether a word is a listed forename, with the s of a possessive or without: "kev", "dazs"."""
    key = fold(text)
    return Class.FORENAME in (classify(key), classify(key.removesuffix("s")))


def _mend_parts(text: str) -> str | None:
    parts = re.split("(['-])", text)
    made = [(_mend(part) or part) if len(part) > 1 else part for part in parts]
    joined = "".join(made)
    return joined if joined != text else None


def _loud(text: str, place: int) -> bool:
    others = [letter for letter in text if letter.isalpha()]
    return place == 0 and len(others) > 1 or sum(letter.isupper() for letter in others) * 2 > len(others)


def _stands(key: str, text: str) -> bool:
    """Whether a word may stand as it is: a word, or in capitals a name or a town that is listed."""
    if not key.isalpha():
        return False
    if is_word(key) or key in CHAT or key in TITLES or key in LABELS or key in ACRONYMS or key in COMMON_CAPITALS:
        return True
    kind = classify(key)
    if text.islower() and kind in (Class.FORENAME, Class.SURNAME, Class.TOWN, Class.PLACE):
        # "conal" is a canal more often than a Conal, in a line of ordinary words
        return not any(word in words("words_common") for word in _changed(key))
    return kind is not Class.UNKNOWN


_NONE = 9


def _rank(key: str) -> int:
    kind = classify(key)
    if key in words("words_common"):
        return 0
    if kind in (Class.FORENAME, Class.WORD_NAME):
        return 1
    if kind is Class.SURNAME:
        return 2
    if is_word(key):
        return 3
    return 4 if kind in (Class.PLACE, Class.STOP) and len(key) > _SHORTEST else _NONE


def _candidates(key: str) -> Iterator[str]:
    """Everything one misread letter away, then two in a long word; every figure must become a letter."""
    once = list(_changed(key))
    whole = [word for word in once if word.isalpha()]
    yield from whole
    if len(key) >= _SHORTEST_TWICE or not whole:
        if not any(_rank(word) < _NONE for word in whole):
            for word in once:
                yield from (twice for twice in _changed(word) if twice.isalpha())


def _changed(key: str) -> Iterator[str]:
    figures = [place for place, letter in enumerate(key) if letter.isdigit() or letter == "|"]
    for place in figures or range(len(key)):
        for meant in _MEANT.get(key[place], ""):
            yield key[:place] + meant + key[place + 1 :]
