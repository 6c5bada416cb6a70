"""A sealed name is found by any of its words, however typed, and by nobody without the key ring."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from sar.foundation import keys, word_index
from sar.foundation.db import db, write_transaction
from sar.foundation.keys import KeyScope
from sar.foundation.word_index import WordFingerprint

pytestmark = pytest.mark.usefixtures("database", "context")


def stored(*texts: str, purpose: str = "name") -> str:
    with write_transaction():
        scope = keys.new_scope()
        word_index.remember(scope, purpose, texts)
    return scope


def found(typed: str, purpose: str = "name") -> set[str]:
    return set(db.session.scalars(select(KeyScope.id).where(word_index.found_by(KeyScope.id, purpose, typed))))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Siobhán O’Brien", "o'brien"),
        ("Siobhán O'Brien", "OBrien"),
        ("Siobhán O'Brien", "o brien"),
        ("Siobhán O Brien", "o’brien"),
        ("Siobhán O'Brien", "SIOBHAN"),
        ("Siobhán O'Brien", "brien siobhán"),
        ("Delroy Pemberton-Hythe", "pemberton"),
        ("Delroy Pemberton-Hythe", "hythe delroy"),
        ("Delroy Pemberton-Hythe", "Pemberton Hythe"),
        ("Łukasz Møller", "lukasz moller"),
        ("Jürgen Groß", "JURGEN GROSS"),
        ("محمد علي", "علي"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name: str, typed: str) -> None:
    scope, _other = stored(name), stored("Marlon Pryce")
    assert found(typed) == {scope}


@pytest.mark.parametrize("typed", ["", "  ", "-", "Bri", "O'Brien Marlon", "Siobhan Pryce", "%", "_"])
def test_part_of_a_word_words_of_two_people_and_no_word_at_all_find_nobody(typed: str) -> None:
    stored("Siobhán O'Brien")
    stored("Marlon Pryce")
    assert found(typed) == set()


def test_former_names_are_found_and_a_corrected_name_no_longer_by_the_old_one() -> None:
    scope = stored("Ada Reid", "Ada Thistlewood")
    assert found("thistlewood") == found("ada reid") == {scope}
    with write_transaction():
        word_index.remember(scope, "name", ["Ada Read"])
    assert found("reid") == found("thistlewood") == set()
    assert found("read") == {scope}


def test_the_word_of_one_purpose_is_not_found_for_another() -> None:
    office, person = stored("Reading", purpose="office"), stored("Otis Reading")
    assert found("reading", "office") == {office}
    assert found("reading") == {person}
    rows = db.session.scalars(select(WordFingerprint.fingerprint).where(WordFingerprint.scope_id.in_([office, person])))
    assert len(list(rows)) == len({row.fingerprint for row in db.session.scalars(select(WordFingerprint))}) == 4


def test_what_is_erased_is_not_found_any_more() -> None:
    gone, kept = stored("Ada Reid"), stored("Ada Reid")
    with write_transaction():
        keys.erase_scope(gone)
    assert found("reid") == {kept}
    assert db.session.scalar(select(WordFingerprint).where(WordFingerprint.scope_id == gone)) is None
