"""What detectors of names are known to miss or to take for names: one test for each kind of miss and of false alarm."""

import pytest

from redaction.detect import detect_text


def names(text: str, *known: str) -> list[str]:
    return [m.text for m in detect_text(text, [], list(known)) if m.kind == "person"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JS rang back.\n\nOffice visit. He was on time. JS\n", ["JS", "JS"]),
        ("Seen at home today - JS\n", ["JS"]),
        ("JS/KT to follow up. JS: tag fitted.\n", ["JS", "KT", "JS"]),
    ],
)
def test_two_letter_initials_of_someone_known_are_found_where_they_sign_speak_or_act(
    text: str, expected: list[str]
) -> None:
    assert names(text, "Jonah Swales") == expected


def test_two_letters_that_are_an_everyday_word_are_no_initials() -> None:
    assert names("It is OK. IT rang about the laptop. AM appointment.", "Ian Tolley", "Ann Marsh") == []


@pytest.mark.parametrize(
    "text",
    [
        "Nominal known as Chopper was there. Chopper left at noon.",
        'Jonah Swales ("Chopper") rang. Later Chopper left.',
        "They call him Chopper. It was Chopper who rang.",
    ],
)
def test_a_nickname_that_is_a_word_is_found_where_it_is_given_and_then_followed(text: str) -> None:
    assert names(text).count("Chopper") == 2


def test_a_nickname_that_is_a_word_is_left_alone_as_the_word() -> None:
    found = names("Known as Chopper. The police helicopter, a chopper, was out. He sold a chopper bike.")
    assert found == ["Chopper"]


@pytest.mark.parametrize("text", ["i spoke to mark about it", "she told faith to wait", "he rang hope at noon"])
def test_a_known_name_that_is_a_word_is_found_in_lower_case_where_someone_is_spoken_to(text: str) -> None:
    assert len(names(text, "Mark Swales", "Faith Obi", "Hope Arden")) == 1


@pytest.mark.parametrize("text", ["a mark on the wall", "in good faith and with hope", "she lost hope of it"])
def test_the_same_words_in_their_own_sense_are_left_alone(text: str) -> None:
    assert names(text, "Mark Swales", "Faith Obi", "Hope Arden") == []


@pytest.mark.parametrize("name", ["Hope", "Poppy", "Daisy", "Grace"])
def test_a_name_that_is_a_word_is_found_where_a_person_would_be(name: str) -> None:
    assert name in names(f"She came to the office with {name} and left at noon.")
    assert names(f"The {name.lower()} was gone by then.") == []


@pytest.mark.parametrize("text", ["Emma & Poppy came", "Came w/ Poppy today", "It was me w/ Dawit & Poppy again"])
def test_a_name_after_an_ampersand_or_a_stroke_is_found(text: str) -> None:
    assert "Poppy" in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "They drove to Lincoln, Preston and Coventry in one day.",
        "He was born in Barnsley and moved to Chester.",
        "It was in Ormerod Street, off Victoria Road and Albert Square.",
        "He works for Kershaw & Sons and for Hobson Homes Ltd.",
        "Employer: Brocklehurst Builders Ltd.",
    ],
)
def test_towns_streets_and_firms_named_after_people_are_no_people(text: str) -> None:
    assert names(text) == []
