"""A name taken apart, as it is written: "Forename Surname", "SURNAME, Forename", "F. Surname", a single word."""

import re
from dataclasses import dataclass
from functools import cached_property

from redaction.detect.folding import fold
from redaction.detect.lexicon import EPITHETS, TITLES

PARTICLES = frozenset("de da di del dos van von der den bin ibn bint al el ap ab la le st".split())
_WITHIN_SURNAME = frozenset("da de di do dos del la le".split())


@dataclass(frozen=True, order=True)
class Name:
    """A name taken apart, folded. A single word of which nothing more is known sits in `lone`."""

    forenames: tuple[str, ...] = ()
    surname: str = ""
    lone: str = ""

    @property
    def full(self) -> bool:
        """A forename of more than an initial, and a surname."""
        return bool(self.surname and self.forenames and len(self.forenames[0]) > 1)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every part of the name longer than an initial."""
        given = [part for name in self.forenames for part in name.split("-")]
        parts = (*given, *re.split(r"[- ]", self.surname), self.lone)
        return frozenset(part for part in parts if len(part) > 1)

    @cached_property
    def surname_parts(self) -> tuple[str, ...]:
        """The surname and, of a double one, each part."""
        parts = [part for part in re.split(r"[- ]", self.surname) if len(part) > 2 and part not in PARTICLES]
        return (self.surname, *parts) if len(parts) > 1 else tuple(dict.fromkeys((self.surname, *parts)))


def clean(text: str) -> str:
    """One line, one space between words, a name broken at its hyphen made whole."""
    text = re.sub(r"-\s*[\n\v][>\s]*", "-", text)
    return re.sub(r"[\s>]+", " ", text).strip(" .,;:'\"")


def display(text: str) -> str:
    """A name as an officer reads it: forename first, capitals only at the start of each part."""
    family, comma, given = clean(text).partition(",")
    text = f"{given.strip()} {family}" if comma and given.strip() else clean(text)
    return " ".join(_calm(word) for word in text.split())


def _calm(word: str) -> str:
    if len(word) < 3 or not word.isupper() or "." in word:
        return word
    return re.sub(r"[^\W_]+", lambda part: part.group().capitalize(), word)


def parse_name(text: str) -> Name:
    """Take apart "Forename Surname", "SURNAME, Forename", "SURNAME Forename", "F. Surname" or a single word."""
    text = clean(text)
    before, comma, after = text.partition(",")
    words = _split(before)
    if comma and after.strip():
        return _named(_split(after), words)
    if not words:
        return Name()
    if len(words) == 2 and fold(words[0]) in EPITHETS and len(words[1]) > 2:
        words = words[1:]
    if len(words) == 1:
        return Name(lone=fold(words[0]).rstrip("."))
    if words[0].isupper() and len(words[0]) > 2 and all(len(word.rstrip(".")) == 1 for word in words[1:]):
        return _named(words[1:], words[:1])
    if fold(words[0]) in PARTICLES:
        return Name(lone=" ".join(fold(word) for word in words))
    shouted = [len(word) > 2 and word.isupper() for word in words]
    if shouted[0] and not shouted[-1] and len(words[-1].rstrip(".")) > 1:
        last = max(index for index, loud in enumerate(shouted) if loud and all(shouted[: index + 1]))
        return _named(words[last + 1 :], words[: last + 1])
    cut = len(words) - 1
    for index, word in enumerate(words[1:-1], 1):
        if fold(word) in PARTICLES:
            # Pereira da Silva is one surname; El Idrissi, van der Berg and ap Rhys begin one.
            cut = index - 1 if index > 1 and fold(word) in _WITHIN_SURNAME else index
            break
    initials = sum(len(word.rstrip(".")) == 1 for word in words)
    if initials and initials < len(words) - 1 and len(words[0].rstrip(".")) == 1:
        cut = min(cut, initials)  # R D Hartley Moon: everything after the initials is the surname
    return _named(words[:cut], words[cut:])


def _split(text: str) -> list[str]:
    words = [word for word in re.sub(r"(?<=[A-Z])\.(?=[A-Z])", ". ", text).split()]
    words = [word for word in words if any(letter.isalnum() for letter in word)]
    while len(words) > 1 and fold(words[0]).rstrip(".") in TITLES:
        words = words[1:]
    return [word.strip("'\"()") for word in words]


def _named(forenames: list[str], surname: list[str]) -> Name:
    given = tuple(fold(word).rstrip(".") for word in forenames)
    family = " ".join(fold(word).rstrip(".") for word in surname)
    if len(family) == 1:  # "Lincoln O": a forename and the first letter of a surname
        return Name(given, family)
    return Name(given, family) if given else Name(lone=family)
