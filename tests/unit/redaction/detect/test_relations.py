"""Who somebody may be is guessed from the words beside the name, and those words are kept."""

import pytest

from redaction.detect import Detector, Mention, PageString, detect_text


def person(text: str, name: str) -> Mention:
    return next(m for m in detect_text(text, ["Dean Anthony Pickersgill"], []) if m.text == name)


@pytest.mark.parametrize(
    ("text", "name", "relation", "words"),
    [
        ("Victim: Paulina Nowicka\n", "Paulina Nowicka", "victim", "Victim: Paulina Nowicka"),
        ("He left with his ex-partner, Paulina Nowicka, at noon.", "Paulina Nowicka", "partner",
         "his ex-partner, Paulina Nowicka"),
        ("Next came Ileana Dragan (wife) with the bags.", "Ileana Dragan", "partner", "Ileana Dragan (wife)"),
        ("He has a daughter, Aaliyah, who is five.", "Aaliyah", "child", "a daughter, Aaliyah"),
        ("He was with his mum Julie at home.", "Julie", "parent", "his mum Julie"),
        ("His co-defendant Ryan Tapper was there.", "Ryan Tapper", "co-defendant", "His co-defendant Ryan Tapper"),
        ("Statement of the witness Tony Bartlett was read.", "Tony Bartlett", "witness", "witness Tony Bartlett"),
        ("He spoke to PC Hanif at the door.", "Hanif", "professional", "PC Hanif"),
        ("Author: Rukhsana Begum\n", "Rukhsana Begum", "staff", "Author: Rukhsana Begum"),
    ],
)  # fmt: skip
def test_a_word_for_a_tie_or_a_role_beside_a_name_is_a_guess(text: str, name: str, relation: str, words: str) -> None:
    found = person(text, name)
    assert found.relation == relation
    assert any(words.removeprefix("a ") in why for why in found.because), found.because


def test_a_name_with_no_such_word_is_not_guessed_at() -> None:
    found = person("Yesterday Ryan Tapper came.", "Ryan Tapper")
    assert (found.relation, found.because) == ("", ())


def test_staff_who_were_service_users_are_pointed_out_with_the_words_for_it() -> None:
    found = person("Kam Uddin (peer mentor)\nKey worker: Kam Uddin\n", "Kam Uddin")
    assert found.relation in ("staff", "professional")
    assert any(why.startswith("may be a service user too") for why in found.because)


def test_a_clue_is_tied_to_whoever_is_named_in_the_same_breath() -> None:
    text = "The neighbour at no. 12 came out, introduced himself as Mr Tesfay and left."
    clue = next(m for m in detect_text(text, [], []) if m.kind == "context")
    assert clue.candidates == ("Tesfay",)


def test_a_clue_is_tied_to_the_one_person_who_is_called_that_elsewhere() -> None:
    pages = [PageString(1, "He came with his mum Julie Moon."), PageString(2, "Later his mum rang. Her mum did not.")]
    clues = [m for m in Detector(models=False).detect(pages, [], []) if m.kind == "context"]
    assert [(m.text, m.candidates) for m in clues] == [("his mum", ("Julie Moon",)), ("Her mum", ())]


def test_the_guess_does_not_depend_on_the_order_of_the_pages() -> None:
    texts = ["Victim: Ann Tapper\n", "His sister Ann Tapper rang.", "Neighbour: Ann Tapper\n"]
    guesses = set()
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        pages = [PageString(number, texts[index]) for number, index in enumerate(order, 1)]
        guesses |= {(m.relation, m.because) for m in Detector(models=False).detect(pages, [], []) if m.person}
    assert len(guesses) == 1


def test_what_one_sentence_says_of_somebody_is_not_said_of_the_next() -> None:
    text = "Peer mentor Ian Glass came. Probation officer Jo Park rang."
    assert not any("service user" in why for why in person(text, "Jo Park").because)
