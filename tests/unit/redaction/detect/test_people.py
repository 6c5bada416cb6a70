"""The same person under all their names is one person; two who might be confused are never made one by guessing."""

import itertools

import pytest

from redaction.detect import Detector, Mention, PageString, detect_text
from redaction.detect.naming import Name, parse_name

SUBJECT = "Reece Daniel Hartley-Moon"


def people(text: str, subject: str = SUBJECT) -> list[Mention]:
    return [mention for mention in detect_text(text, [subject], []) if mention.kind == "person"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reece Hartley-Moon", Name(("reece",), "hartley-moon")),
        ("HARTLEY-MOON, Reece Daniel", Name(("reece", "daniel"), "hartley-moon")),
        ("HARTLEY-MOON Reece", Name(("reece",), "hartley-moon")),
        ("R D Hartley Moon", Name(("r", "d"), "hartley moon")),
        ("R.D. Moon", Name(("r", "d"), "moon")),
        ("Rosalind Pereira da Silva", Name(("rosalind",), "pereira da silva")),
        ("ap Gwilym", Name(lone="ap gwilym")),
        ("Dr Priyanka Venkataraman", Name(("priyanka",), "venkataraman")),
        ("Paulina\n> Nowicka", Name(("paulina",), "nowicka")),
        ("Zieliński", Name(lone="zielinski")),
        ("BRIGHT L.E", Name(("l", "e"), "bright")),
    ],
)
def test_a_name_is_taken_apart_however_it_is_written(text: str, expected: Name) -> None:
    assert parse_name(text) == expected


def test_every_form_of_one_persons_name_is_grouped_as_that_person() -> None:
    text = (
        "Callum Brenner came with Ms Nowicka. BRENNER, Callum left. Cal rang. Brenner's van. C. Brenner signed. "
        "callum said so. Calum Brenner again."
    )
    groups = {m.text: m.person for m in people(text) if "Nowicka" not in m.text}
    assert set(groups.values()) == {"Callum Brenner"}
    assert len(groups) >= 6


@pytest.mark.parametrize(
    "own",
    [
        "Reece Hartley-Moon",
        "HARTLEY-MOON, Reece",
        "Reece Moon",
        "R D Hartley-Moon",
        "Reece",
        "Hartley-Moon",
        "R H-M",
    ],
)
def test_the_subjects_own_names_are_marked_as_theirs(own: str) -> None:
    mentions = people(f"The officer saw {own} at noon.")
    assert [(m.text, m.subject, m.person) for m in mentions] == [(own, True, SUBJECT)]


@pytest.mark.parametrize("other", ["Mrs Moon", "Mr Hartley-Moon", "Mr Moon", "Ms Hartley-Moon"])
def test_a_title_and_the_subjects_surname_is_left_for_a_person_to_decide(other: str) -> None:
    (mention,) = people(f"He lives with {other} in town.")
    assert (mention.subject, mention.person) == (False, None)
    assert SUBJECT in mention.candidates


@pytest.mark.parametrize("other", ["Julie Hartley-Moon", "HARTLEY-MOON, Julie", "Daniel Moon"])
def test_a_relative_with_the_subjects_surname_is_not_the_subject(other: str) -> None:
    mentions = people(f"The officer rang {other} at noon. Reece was out.", "Reece Hartley-Moon")
    assert [m.subject for m in mentions] == [False, True]


def test_a_relative_who_differs_only_in_the_middle_name_is_not_the_subject() -> None:
    (mention,) = people("Not to be mixed up with ALI, Mohammed Idris on file.", "Mohammed Zakariya Ali")
    assert not mention.subject


def test_somebody_else_with_the_subjects_forename_is_not_the_subject() -> None:
    mentions = people("He saw Reece Tattersall. The other Reece left. Reece stayed.")
    assert [m.subject for m in mentions] == [False, False, True]


def test_a_surname_that_fits_two_people_carries_both_as_candidates() -> None:
    mentions = people("Paulina Nowicka and Agnieszka Nowicka came. Ms Nowicka agreed.")
    assert mentions[-1].person is None
    assert mentions[-1].candidates == ("Agnieszka Nowicka", "Paulina Nowicka")


def test_a_title_tells_two_people_of_one_surname_apart() -> None:
    mentions = people("Mrs Bridget Nowicka and Mr Patrick Nowicka came. Mrs Nowicka agreed.")
    assert mentions[-1].person == "Bridget Nowicka"


def test_another_name_in_brackets_belongs_to_the_name_it_stands_behind() -> None:
    text = "1. HARTLEY-MOON, Reece b. 17/06/1991 (known as MOONY)\n2. KERSHAW, Stuart (BIG STU)\nMOONY paid Big Stu."
    last = people(text)[-2:]
    assert [(m.text, m.subject) for m in last] == [("MOONY", True), ("Big Stu", False)]
    assert last[1].person == "Stuart Kershaw"


def test_initials_given_in_minutes_are_followed_to_the_person() -> None:
    text = "Present: Cat Fenwick (CF), Harpreet Gill (HG)\n\n1. CF asked about the tag.\nHG: it is fitted.\n"
    groups = [(m.text, m.person) for m in people(text)]
    assert groups[2:] == [("CF", "Cat Fenwick"), ("HG", "Harpreet Gill")] or groups.count(("CF", "Cat Fenwick")) == 2


def test_the_order_of_pages_changes_nothing_but_page_numbers() -> None:
    texts = [
        "Dawit Tesfay called.",
        "Mr Tesfay and Cal left.",
        "Callum Brenner wrote. D. Tesfay too.",
        "Ms Brenner.",
    ]
    results = set()
    for order in itertools.permutations(range(len(texts))):
        pages = [PageString(number, texts[index]) for number, index in enumerate(order, 1)]
        mentions = Detector().detect(pages, [SUBJECT], [])
        results.add(frozenset((order[m.page - 1], m.start, m.end, m.person, m.candidates, m.subject) for m in mentions))
    assert len(results) == 1


@pytest.mark.parametrize("mention", ["Brendan Loughlin", "Brendan", "B Loughlin"])
def test_whoever_bears_the_middle_name_of_the_subject_may_be_somebody_else(mention: str) -> None:
    text = f"Sean Loughlin was late. {mention} rang. Loughlin, Sean Brendan will be seen again."
    (found,) = [m for m in detect_text(text, ["Sean Brendan Loughlin"], []) if m.text == mention]
    assert not found.subject and found.person is None
    assert found.candidates == ("Sean Brendan Loughlin",)
    assert all(m.subject for m in detect_text(text, ["Sean Brendan Loughlin"], []) if m.text != mention)


@pytest.mark.parametrize(
    ("subject", "mention"),
    [
        ("Paul Smith", "Paula Smith"),
        ("Paul Smith", "Paula"),
        ("Daniel Cole", "Danielle Cole"),
        ("Joe Marsh", "Joel Marsh"),
        ("Robert Neale", "Robert Neale Snr"),
        ("Robert Neale", "Robert Neale Jnr"),
        ("Robert Neale", "Roberta Neale"),
        ("Robert Neale", "Young Neale"),
    ],
)
def test_a_relative_with_a_name_like_the_subjects_is_never_the_subject_outright(subject: str, mention: str) -> None:
    text = f"{subject} was late again. Then {mention} rang the office about it."
    found = [m for m in detect_text(text, [subject], []) if m.start >= text.index(mention)]
    assert found
    assert not any(m.subject for m in found)


def test_a_namesake_who_is_said_to_be_somebody_else_is_left_open() -> None:
    text = "Liam Maguire came. Liam Maguire (different lad, room 11) did not. Then maguire snr shouted."
    came, other, senior = (m for m in detect_text(text, ["Liam Maguire"], []) if m.kind == "person")
    assert came.subject
    assert not other.subject and other.candidates == ("Liam Maguire",)
    assert not senior.subject and senior.candidates == ("Liam Maguire",)


def test_a_title_and_one_letter_is_nobody_for_certain() -> None:
    text = "Graham Fothergill is his son. Mr F was hurt and Mr F wants no contact."
    letters = [m for m in detect_text(text, ["Jo Bell"], []) if m.text == "F"]
    assert [m.person for m in letters] == [None] * len(letters)


def test_the_subjects_possessive_without_an_apostrophe_is_still_the_subject() -> None:
    text = "carls been at the hostel. carls mum rang. seen carl."
    assert all(m.subject for m in detect_text(text, ["Carl Dent"], []) if m.kind == "person")


def test_a_family_is_found_by_its_surname_whatever_the_model_thinks() -> None:
    text = "Sean Gaffney and Liam Gaffney came. The Gaffneys left. he blames the gaffney lot"
    found = [m.text.lower() for m in detect_text(text, ["Jo Bell"], []) if "affney" in m.text.lower()]
    assert found == ["sean gaffney", "liam gaffney", "gaffneys", "gaffney"]


def test_a_name_of_which_rules_see_a_part_is_grouped_by_the_whole() -> None:
    (found,) = [m for m in detect_text("JERMAINE BRIGHT came at noon.", ["Jo Bell"], []) if m.kind == "person"]
    assert (found.text, found.person) == ("JERMAINE BRIGHT", "Jermaine Bright")
