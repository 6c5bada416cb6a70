"""When two names are the same, who somebody may be, and what may be removed wherever it stands."""

from __future__ import annotations

import pytest

from sar.review.models import PersonKind
from sar.review.names import Protected, huntable, key_of, removable, tidy

PERSON, NUMBER = PersonKind.PERSON.value, PersonKind.IDENTIFIER.value
NOBODY = Protected.of([])


@pytest.mark.parametrize(
    ("detail", "one", "other"),
    [
        ("phone", "07700 900611", "+44 7700 900611"),
        ("phone", "07700900611", "+44 (0)7700 900611"),
        ("date_of_birth", "17/06/1991", "17 June 1991"),
        ("date_of_birth", "1991-06-17", "17.6.91"),
        ("nino", "JR 41 82 07 B", "jr418207b"),
        ("", "O’Dowd", "O'DOWD"),
        ("", "Zieliński", "Zielinski"),
    ],
)
def test_one_thing_written_in_two_ways_is_decided_once(detail: str, one: str, other: str) -> None:
    assert key_of(NUMBER, detail, one) == key_of(NUMBER, detail, other)


@pytest.mark.parametrize(
    ("detail", "one", "other"),
    [("date_of_birth", "01/02/1990", "02/01/1990"), ("phone", "07700 900611", "07700 900612"), ("", "Ann", "Anna")],
)
def test_different_things_stay_apart(detail: str, one: str, other: str) -> None:
    assert key_of(NUMBER, detail, one) != key_of(NUMBER, detail, other)


def test_full_names_and_a_rare_surname_are_removed_wherever_they_stand() -> None:
    assert removable(PERSON, ["Paulina Nowicka"], NOBODY) == {"Paulina Nowicka", "nowicka"}


@pytest.mark.parametrize("name", ["Hope", "Mark", "Baker", "London", "Sarah", "JS", "S"])
def test_a_single_word_that_may_mean_something_else_is_not(name: str) -> None:
    assert removable(PERSON, [name], NOBODY) == set()


def test_a_surname_that_is_a_word_is_removed_only_with_its_forename() -> None:
    assert removable(PERSON, ["Tina Baker"], NOBODY) == {"Tina Baker"}


def test_a_surname_shared_with_the_requester_or_a_disclosed_person_stays() -> None:
    protected = Protected.of(["Oleg Nowicka"])
    assert removable(PERSON, ["Paulina Nowicka", "Nowicka"], protected) == {"Paulina Nowicka"}
    half = Protected.of(["Reece Adeyemi-Cole"])
    assert removable(PERSON, ["Adeyemi"], half) == set()


def test_a_name_that_stands_inside_the_requesters_is_never_removed() -> None:
    protected = Protected.of(["Mary Ann Lee Tesfay"])
    assert removable(PERSON, ["Ann Lee"], protected) == set()
    assert removable(PERSON, ["Mary Ann Lee Tesfay"], protected) == set()


def test_identifiers_are_removed_everywhere_unless_too_short_to_be_sure() -> None:
    assert removable(NUMBER, ["07700 900611", "B 12"], NOBODY) == {"07700 900611"}
    assert removable(NUMBER, ["07700 900611"], Protected.of(["07700 900611"])) == set()


def test_a_clue_is_removed_only_where_it_was_found() -> None:
    assert removable(PersonKind.CLUE.value, ["his ex-partner"], NOBODY) == set()


def test_an_unmistakable_forename_is_looked_for_in_the_finished_files_though_not_removed_unseen() -> None:
    assert "kacey" in huntable(PERSON, ["Kacey Baker"], NOBODY)
    assert "baker" not in huntable(PERSON, ["Kacey Baker"], NOBODY)
    assert "kacey" not in huntable(PERSON, ["Kacey Baker"], Protected.of(["Kacey Pryce"]))


def test_a_name_is_shown_on_one_line_without_stray_signs() -> None:
    assert tidy(" (Paulina\n  Nowicka),") == "Paulina Nowicka"
