"""References people read out over the phone, and phrases they type on one."""

from __future__ import annotations

import hashlib
import math
import string
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sar.foundation.ids import (
    PHRASE_LENGTH,
    PHRASE_WORDS,
    REFERENCE_ALPHABET,
    access_phrase,
    id_of,
    new_reference,
    normalise_phrase,
    parse_reference,
    phrase_words,
    random_id,
)

positions = st.integers(0, 7)


def _letters(reference: str) -> list[str]:
    return list(reference.replace("SAR-", "").replace("-", ""))


def test_the_id_of_a_digest_looks_like_any_and_no_other_digest_has_it() -> None:
    made = {id_of(hashlib.sha256(bytes([number])).digest()) for number in range(100)}
    assert len(made) == 100
    assert all(len(one) == 26 and set(one) <= set(string.ascii_lowercase + string.digits) for one in made)
    assert len({id_of((1 << bit).to_bytes(32, "big")) for bit in range(130)}) == 130


def test_a_reference_is_understood_however_it_is_typed() -> None:
    reference = new_reference()
    for typed in (reference.lower(), reference.replace("-", " "), "".join(_letters(reference)), f" {reference} "):
        assert parse_reference(typed) == reference


@given(positions, st.sampled_from(REFERENCE_ALPHABET))
def test_one_wrong_character_is_always_noticed(place: int, wrong: str) -> None:
    letters = _letters(new_reference())
    if letters[place] != wrong:
        letters[place] = wrong
        assert parse_reference("".join(letters)) is None


@given(st.integers(0, 5))
def test_two_neighbours_swapped_are_always_noticed(place: int) -> None:
    letters = _letters(new_reference())
    if letters[place] != letters[place + 1]:
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
        assert parse_reference("".join(letters)) is None


def test_references_have_no_look_alikes_and_no_vowels() -> None:
    assert not set("0O1IL2Z5S8BUVAEY") & set(REFERENCE_ALPHABET)


def _phrases_that_fit(words: int, letters: int) -> int:
    if words == 0:
        return 1
    lengths = Counter(len(word) for word in phrase_words())
    return sum(n * _phrases_that_fit(words - 1, letters - long) for long, n in lengths.items() if long <= letters)


def test_six_words_that_fit_are_worth_65_bits() -> None:
    words = phrase_words()
    assert len(set(words)) == len(words)
    spaces = PHRASE_WORDS - 1
    assert math.log2(_phrases_that_fit(PHRASE_WORDS, PHRASE_LENGTH - spaces)) >= 65


def test_a_phrase_is_six_of_our_words_and_never_longer_than_readers_take() -> None:
    words = set(phrase_words())
    phrases = [access_phrase() for _ in range(2_000)]
    assert all(len(phrase) <= 32 for phrase in phrases)
    assert all(len(phrase.split(" ")) == 6 and words >= set(phrase.split(" ")) for phrase in phrases)
    assert max(len(phrase) for phrase in phrases) == 32, "the longest that fits is drawn too"
    assert len(set(phrases)) == len(phrases)


def test_a_phrase_is_the_same_in_capitals_with_commas_and_extra_spaces() -> None:
    assert normalise_phrase("  Apple,  RIVER-stone ") == "apple river stone"


def test_row_ids_never_repeat() -> None:
    assert len({random_id() for _ in range(2_000)}) == 2_000
