"""Glyphs are told by their shape: nearly every lie is seen, and honest letters of an unknown face are left alone."""

from __future__ import annotations

import string

import pikepdf
import pytest

from redaction.likeness import other_letter, plain
from redaction.specimen import Shown, codes_of, specimen
from tests.unit.redaction import fontmakers

LETTERS = string.ascii_letters + string.digits


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    with pikepdf.new() as pdf:
        font = fontmakers.IdentityTrueType(pdf, LETTERS).font()
        return specimen(font, codes_of(font))


def test_a_sheet_shows_each_code_as_it_is_named(shown: list[Shown]) -> None:
    assert "".join(one.text for one in shown) == LETTERS


def test_honest_letters_raise_no_doubt(shown: list[Shown]) -> None:
    assert not any(other_letter(shown))


def test_letters_named_otherwise_are_seen_as_what_they_are(shown: list[Shown]) -> None:
    lies = [one._replace(text=other.text) for one, other in zip(shown, shown[7:] + shown[:7], strict=True)]
    told = [letter == plain(one.text) for letter, one in zip(other_letter(lies), shown, strict=True)]
    assert sum(told) >= 0.85 * len(told)


@pytest.mark.parametrize("text", ["", " ", "\u00ad", "я"])
def test_letters_named_as_nothing_or_as_those_of_other_scripts_are_seen_too(text: str, shown: list[Shown]) -> None:
    told = [
        letter == plain(one.text)
        for letter, one in zip(other_letter([s._replace(text=text) for s in shown]), shown, strict=True)
    ]
    assert sum(told) >= 0.85 * len(told)


@pytest.mark.parametrize("text", ["•", "/", "(", "…"])
def test_signs_are_not_compared_with_letters(text: str, shown: list[Shown]) -> None:
    assert not any(other_letter([one._replace(text=text) for one in shown]))


def test_what_looks_alike_is_one_letter() -> None:
    assert plain("O0оο") == "oooo"
    assert plain("Il1i|") == "lllll"
    assert plain("Zoë Ångström") == "zoeangstrom"
