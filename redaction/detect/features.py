"""What is known of each word apart from its letters: its shape, the lists it is in, where on the line it stands.

The trained model reads letters without regard to capitals; these marks give it the capitals and the lists. Training
and reading use this one function, so that they can never differ.
"""

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from redaction.detect.folding import fold
from redaction.detect.lexicon import (
    ACRONYMS,
    CHAT,
    COMMON_CAPITALS,
    EPITHETS,
    KIN,
    LABELS,
    NEVER_LOWER,
    ORGANISATION,
    PLACES,
    STREET,
    TITLES,
    Class,
    classify,
    forenames,
    is_word,
    surnames,
    words,
)

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SHAPES = ("small", "capital", "initial", "shouted", "mixed")
_CLASSES = tuple(Class)
_LISTS = 14
_PLACES = ("no letter", "first on its line", "last on its line", "no space before", "line is shouted", "page is small")
COUNT = len(_SHAPES) + len(_CLASSES) + _LISTS + len(_PLACES)
_AT_PLACE = len(_SHAPES) + len(_CLASSES) + _LISTS
_LONG_ENOUGH_TO_SHOUT = 3


def word_features(text: str, small: bool) -> tuple[list[tuple[int, int]], NDArray[np.float32]]:
    """Where the words of `text` lie, and a row of COUNT zeros and ones for each.

    `small` says whether the page is typed mostly without capitals (see `PageString.small`).
    """
    spans: list[tuple[int, int]] = []
    rows: list[NDArray[np.float32]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        found = list(_WORD.finditer(line))
        long = [match.group() for match in found if len(match.group()) >= _LONG_ENOUGH_TO_SHOUT]
        shouted = len(long) > 1 and sum(word.isupper() for word in long) * 2 > len(long)
        for index, match in enumerate(found):
            row = np.zeros(COUNT, np.float32)
            row[list(_of_word(match.group()))] = 1
            first, last = match.span()
            row[_AT_PLACE + 1] = index == 0
            row[_AT_PLACE + 2] = index == len(found) - 1
            row[_AT_PLACE + 3] = first > 0 and not line[first - 1].isspace()
            row[_AT_PLACE + 4] = shouted
            row[_AT_PLACE + 5] = small
            spans.append((start + first, start + last))
            rows.append(row)
        start += len(line)
    return spans, np.array(rows, np.float32).reshape(len(rows), COUNT)


def no_word(small: bool) -> NDArray[np.float32]:
    """The row of a number, a mark or a space."""
    row = np.zeros(COUNT, np.float32)
    row[_AT_PLACE] = 1
    row[_AT_PLACE + 5] = small
    return row


@lru_cache(maxsize=100_000)
def _of_word(text: str) -> tuple[int, ...]:
    key = fold(text).removesuffix("'s")
    lists = (
        is_word(key),
        key in words("words_common"),
        key in forenames(),
        key in surnames(),
        key in TITLES,
        key in KIN,
        key in STREET,
        key in ORGANISATION,
        key in PLACES or key in words("towns"),
        key in CHAT,
        key in ACRONYMS or key in COMMON_CAPITALS,
        key in LABELS,
        key in NEVER_LOWER,
        key in EPITHETS,
    )
    classes = len(_SHAPES)
    return (
        _shape(text),
        classes + _CLASSES.index(classify(key)),
        *(classes + len(_CLASSES) + number for number, listed in enumerate(lists) if listed),
    )


def _shape(text: str) -> int:
    if text.islower():
        return 0
    if len(text) == 1:
        return 2
    if text.isupper():
        return 3
    return 1 if text[0].isupper() and text[1:].islower() else 4
