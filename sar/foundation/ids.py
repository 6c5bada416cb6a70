"""Identifiers: random ids for rows, references people can read out, phrases people can type.

References use 19 characters that cannot be taken for one another (no 0 O 1 I L 2 Z 5 S 8 B V W Y)
and spell no word (no A E I O U). 19 is prime, so the weighted check character catches every single
wrong character and every swap of two neighbours.
"""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path

REFERENCE_ALPHABET = "34679CDFGHJKMNPQRTX"
REFERENCE_LENGTH = 8
PREFIX = "SAR"
PHRASE_WORDS = 6
PHRASE_LENGTH = 32  # Poppler's commands cut a longer password, and then say that it is wrong.
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 26
_WORDS = Path(__file__).with_name("phrase_words.txt")


def random_id() -> str:
    """26 characters, 130 random bits: a row's id, never guessable and never reused."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def id_of(digest: bytes) -> str:
    """An id made of 130 bits of a digest, for a row that is found by what it is about."""
    number = int.from_bytes(digest, "big")
    return "".join(_ID_ALPHABET[number >> 5 * place & 31] for place in range(_ID_LENGTH))


def new_reference() -> str:
    """A new reference such as SAR-7KQD-M3XP. Not a secret."""
    body = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH - 1))
    return _format(body + _check_character(body))


def parse_reference(typed: str) -> str | None:
    """The reference in its proper form from what someone typed, or None if it cannot be one."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    letters = letters.removeprefix(PREFIX)
    if len(letters) != REFERENCE_LENGTH or any(c not in REFERENCE_ALPHABET for c in letters):
        return None
    if _check_character(letters[:-1]) != letters[-1]:
        return None
    return _format(letters)


def access_phrase() -> str:
    """Six short everyday words with a space between each: at most PHRASE_LENGTH characters, 65 bits.

    A longer one is thrown away whole and drawn again, about four times in five, so that each phrase that fits is as
    likely as any other; the bits are those of all that fit.
    """
    while True:
        phrase = " ".join(secrets.choice(phrase_words()) for _ in range(PHRASE_WORDS))
        if len(phrase) <= PHRASE_LENGTH:
            return phrase


def normalise_phrase(typed: str) -> str:
    """One form for a phrase however it was spaced, cased or punctuated."""
    cleaned = "".join(c if c.isalpha() else " " for c in typed.lower())
    return " ".join(cleaned.split())


@cache
def phrase_words() -> tuple[str, ...]:
    return tuple(_WORDS.read_text(encoding="utf-8").split())


def _check_character(body: str) -> str:
    total = sum((place + 1) * REFERENCE_ALPHABET.index(c) for place, c in enumerate(body))
    return REFERENCE_ALPHABET[total % len(REFERENCE_ALPHABET)]


def _format(letters: str) -> str:
    return f"{PREFIX}-{letters[:4]}-{letters[4:]}"
