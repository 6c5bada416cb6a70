"""Once somebody is known, every form of their name is found, and knowing one more person never loses another."""

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_detection import parse

from redaction.detect import Mention, detect_text
from redaction.detect.text import PageString, fold

DEVSET = Path(__file__).parents[3] / "fixtures" / "devset"


def known(text: str, *names: str) -> list[str]:
    return [m.text for m in detect_text(text, [], list(names)) if m.kind == "person"]


@pytest.mark.parametrize(
    "form",
    [
        "Paulina Nowicka", "PAULINA NOWICKA", "paulina nowicka", "NOWICKA, Paulina", "Nowicka Paulina", "Paulina",
        "Nowicka", "nowicka", "P. Nowicka", "P Nowicka", "Nowicka P", "Paulina\nNowicka", "Paulina N",
    ],
)  # fmt: skip
def test_each_exact_form_of_a_confirmed_name_is_found_in_any_sentence(form: str) -> None:
    assert form in known(f"it was quiet until {form} got back there", "Paulina Nowicka")


@pytest.mark.parametrize("form", ["Nowickas", "Nowicka's", "Nowicka’s"])
def test_a_possessive_with_or_without_its_apostrophe_is_found(form: str) -> None:
    (found,) = known(f"it was at {form} house", "Paulina Nowicka")
    assert found.startswith("Nowicka")


@pytest.mark.parametrize(("slip", "name"), [
    ("Abdulahi", "Yusuf Abdullahi"), ("paulena", "Paulina Nowicka"), ("Nowikca", "Paulina Nowicka"),
    ("Venkatarman", "Priyanka Venkataraman"),
])  # fmt: skip
def test_a_misspelt_name_is_found(slip: str, name: str) -> None:
    assert slip in known(f"then she said {slip} would come", name)


@pytest.mark.parametrize(("slip", "name"), [
    ("Pau1ina", "Paulina Nowicka"), ("N0wicka", "Paulina Nowicka"), ("Tattersa11", "Reece Tattersall"),
    ("Bamidele Ogunieye", "Bamidele Ogunleye"), ("Comwell", "Jenny Cornwell"),
])  # fmt: skip
def test_an_ocr_error_in_a_known_name_is_found(slip: str, name: str) -> None:
    assert slip in " ".join(known(f"then she said {slip} would come", name))


@pytest.mark.parametrize(
    "text", ["The moor was cold.", "He was polite and calm.", "A stone wall fell.", "I will wait."]
)
def test_a_dictionary_word_near_a_known_name_is_left_alone(text: str) -> None:
    assert known(text, "Ann Moore", "Paul Calder", "Jo Stones", "Will Waite") == []


def test_a_capital_match_that_is_part_of_a_street_or_firm_is_left_alone() -> None:
    assert known("They met on Nowicka Street near Kershaw & Sons.", "Paulina Nowicka", "Stuart Kershaw") == []


def test_a_known_name_that_is_a_word_is_found_where_it_is_a_name_only() -> None:
    assert known("Will you ask Will about it? He will be back in early May. Then May Hope left.", "Will Garside") == [
        "Will", "May Hope",
    ]  # fmt: skip


@given(st.text(alphabet="abcÀßéŁİ’\n> -\t\xa0x", max_size=60))
def test_a_place_in_the_folded_text_leads_back_to_the_same_letter(text: str) -> None:
    page = PageString(1, text)
    assert len(page.flat) == len(text)
    for position, character in enumerate(page.folded):
        if character.isalnum():
            assert fold(text[page.origin(position)]) == character


@cache
def _document() -> tuple[str, tuple[str, ...], str]:
    text, _ = parse((DEVSET / "case1" / "doc1.txt").read_text(encoding="utf8"))
    case = json.loads((DEVSET / "case1" / "people.json").read_text(encoding="utf8"))
    return (
        text[:2600],
        tuple(person["name"] for person in case["people"] if person["name"]),
        case["subject"]["name"],
    )


def _letters(mentions: list[Mention]) -> set[int]:
    """The places of all letters named for redaction or decision: everything found that is not the subject's."""
    return {place for m in mentions if m.kind == "person" and not m.subject for place in range(m.start, m.end)}


_NAMES = st.one_of(
    st.sampled_from(["Reece Tattersall", "Julie Hartley-Moon", "Bear Grant", "Will May", "Garnet House", "Kam Nowicka",
                     "Faith Tesfay", "Moon", "Paulina", "Dawit Faith Adeyemi", "Callum Stu Kershaw", "Cal"]),
    st.builds(lambda *words: " ".join(words), *[st.sampled_from(_document()[0].split())] * 2),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(confirmed=st.lists(_NAMES, max_size=2), new=_NAMES)
def test_adding_a_confirmed_person_never_removes_a_mention_of_another(confirmed: list[str], new: str) -> None:
    text, _, subject = _document()
    before = _letters(detect_text(text, [subject], confirmed))
    after = _letters(detect_text(text, [subject], [*confirmed, new]))
    assert before <= after


def test_every_confirmed_full_name_in_the_case_is_found_wherever_it_is_written() -> None:
    text, people, subject = _document()
    found = {m.text for m in detect_text(text, [subject], list(people)) if m.kind == "person"}
    written = {name for name in people if name in text}
    assert len(written) > 2
    assert written <= found
