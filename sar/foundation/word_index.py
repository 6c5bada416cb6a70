"""Finding sealed names by any of their words: keyed fingerprints, one row for each word (security.md 19).

Someone who holds the database and not the key ring sees that two requests share a word, and not which. Rows belong
to a scope and go when its key is destroyed (docs/decisions/0012).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, ForeignKey, String, delete, exists, false, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased

from sar.foundation.db import ID, Base, db, plain
from sar.foundation.runtime import runtime

MOST_WORDS = 8  # of a search; nobody has more names than that, and each costs a look-up
_AT_ONCE = 500  # words of one query
_LENGTH = 32  # hexadecimal digits: 128 bits, so that two words never meet by chance
# Letters that Unicode does not take apart into a plain one and a mark.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_BREAKS = re.compile(r"[^\w\s]|_")


class WordFingerprint(Base):
    """One word of something sealed. `purpose` says of what: a word of a name is not found as a word of an office."""

    __tablename__ = "word_fingerprint"

    purpose: Mapped[str] = plain(String(20), primary_key=True)
    fingerprint: Mapped[str] = plain(String(_LENGTH), primary_key=True)
    scope_id: Mapped[str] = plain(ID, ForeignKey("key_scope.id"), primary_key=True, index=True)


def remember(scope_id: str, purpose: str, texts: Iterable[str]) -> None:
    """Have these texts found by their words, and no others of this scope and purpose. In a write transaction."""
    words = {form for text in texts for form in forms_of(text)}
    db.session.execute(
        delete(WordFingerprint).where(WordFingerprint.scope_id == scope_id, WordFingerprint.purpose == purpose)
    )
    if words:
        rows = [{"purpose": purpose, "fingerprint": one, "scope_id": scope_id} for one in _fingerprints(purpose, words)]
        db.session.execute(insert(WordFingerprint), rows)


def forget(scope_id: str) -> None:
    """Have nothing of a scope found any more. In a write transaction."""
    db.session.execute(delete(WordFingerprint).where(WordFingerprint.scope_id == scope_id))


def found_by(scope: InstrumentedAttribute[str], purpose: str, typed: str) -> ColumnElement[bool]:
    """Rows of these scopes that hold every word typed, in whatever order. Nothing, where no word was typed.

    A word also counts as found when it is written as one with its neighbour: "O Brien" finds O'Brien.
    """
    words = [word for word in map(_plain_form, typed.split()) if word][:MOST_WORDS]
    if not words:
        return false()
    pairs = [first + second for first, second in zip(words, words[1:], strict=False)]
    first, *others = (aliased(WordFingerprint) for _ in words)
    query = select(first.scope_id)
    # One join, whose size the database can guess: it then looks up the few scopes that hold every word.
    for other in others:
        query = query.join(other, other.scope_id == first.scope_id)
    for place, (word, row) in enumerate(zip(words, (first, *others), strict=True)):
        accepted = {word, *pairs[max(0, place - 1) : place + 1]}
        query = query.where(row.purpose == purpose, row.fingerprint.in_(_fingerprints(purpose, accepted)))
    return scope.in_(query)


def has_any(scope: InstrumentedAttribute[str], purpose: str) -> ColumnElement[bool]:
    """Rows of these scopes that are found by some word of this purpose."""
    return exists().where(WordFingerprint.scope_id == scope, WordFingerprint.purpose == purpose)


def scopes_with(purpose: str, words: Iterable[str]) -> dict[str, set[str]]:
    """The scopes that hold each of many words, of those that are found at all: a query for every few hundred words."""
    by_fingerprint: dict[str, list[str]] = {}
    for word in words:
        if form := _plain_form(word):
            by_fingerprint.setdefault(_fingerprints(purpose, [form])[0], []).append(word)
    found: dict[str, set[str]] = {}
    wanted = sorted(by_fingerprint)
    for place in range(0, len(wanted), _AT_ONCE):
        query = select(WordFingerprint.fingerprint, WordFingerprint.scope_id).where(
            WordFingerprint.purpose == purpose, WordFingerprint.fingerprint.in_(wanted[place : place + _AT_ONCE])
        )
        for fingerprint, scope_id in db.session.execute(query):
            for word in by_fingerprint[fingerprint]:
                found.setdefault(word, set()).add(scope_id)
    return found


def forms_of(text: str) -> frozenset[str]:
    """What a text is found by: each word, each part of a word with a hyphen or apostrophe, neighbours as one word."""
    words = text.split()
    whole = [form for form in map(_plain_form, words) if form]
    parts = {form for word in words for part in _BREAKS.split(word) if (form := _plain_form(part))}
    return frozenset({*whole, *parts, *(a + b for a, b in zip(whole, whole[1:], strict=False))})


def _plain_form(word: str) -> str:
    """Letters and digits alone: no case, no accents, no punctuation."""
    folded = unicodedata.normalize("NFKD", word.casefold()).casefold().translate(_LETTERS)
    return "".join(c for c in folded if c.isalnum())


def _fingerprints(purpose: str, words: Iterable[str]) -> list[str]:
    key = runtime().key_ring.derive(f"words|{purpose}")
    return sorted({hmac.new(key, word.encode(), hashlib.sha256).hexdigest()[:_LENGTH] for word in words})
