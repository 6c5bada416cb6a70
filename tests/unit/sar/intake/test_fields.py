"""Dates and texts are read as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from sar.intake.fields import DayField, LineField, WordsField, tidy


class WordsForm(Form):
    name = LineField("Name", missing="Enter the name", most=5, too_long="Make it shorter")
    words = WordsField("Words")


class DayForm(Form):
    day = DayField("Day", missing="Enter the date")
    maybe = DayField("Perhaps")


def filled(*boxes: str) -> DayForm:
    return DayForm(MultiDict([("day", box) for box in boxes]))


@pytest.mark.parametrize(
    "boxes", [("27", "3", "1985"), (" 27 ", "03", "1985"), ("27", "March", "1985"), ("27", "mar", "1985")]
)
def test_a_date_is_read_with_the_month_as_number_or_word(boxes: tuple[str, ...]) -> None:
    form = filled(*boxes)
    assert form.validate() and form.day.data == date(1985, 3, 27)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (("31", "6", "2025"), "not a real date"),
        (("29", "2", "2025"), "not a real date"),
        (("1", "Brumaire", "2025"), "not a real date"),
        (("²", "1", "2025"), "not a real date"),
        (("", "6", "2025"), "Add the day"),
        (("1", "", "2025"), "Add the month"),
        (("1", "6", ""), "Add the year"),
        (("1", "6", "85"), "4 numbers"),
        (("", "", ""), "Enter the date"),
        ((), "Enter the date"),
        (("1",), "Add the month"),
    ],
)
def test_a_date_that_cannot_be_read_is_answered_with_words(boxes: tuple[str, ...], words: str) -> None:
    form = filled(*boxes)
    assert not form.validate()
    assert words in form.day.errors[0]
    assert len(form.day.raw_data) == 3  # the widget shows three boxes, whatever was sent


def test_a_date_that_may_be_left_out_is_none() -> None:
    form = DayForm(
        MultiDict([("day", "1"), ("day", "1"), ("day", "2025"), ("maybe", ""), ("maybe", ""), ("maybe", "")])
    )
    assert form.validate() and form.maybe.data is None


def test_typed_text_keeps_its_words_and_lines_and_loses_what_cannot_be_seen() -> None:
    assert tidy("  Zoe\u0308\r\n7 Road\x00\x1b \t") == "Zoë\n7 Road"
    assert tidy(None) is None


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("", "", {"name": ["Enter the name"]}),
        ("Robert", "", {"name": ["Make it shorter"]}),
        ("Rob", "a" * 5_001, {"words": ["“Words”: you wrote 5,001 characters. Write 5,000 or fewer."]}),
        ("  Rob\x00 ", "", {}),
    ],
)
def test_a_text_is_tidied_and_told_what_is_wrong_with_it(name: str, words: str, said: dict[str, list[str]]) -> None:
    form = WordsForm(MultiDict([("name", name), ("words", words)]))
    form.validate()
    assert form.errors == said
    assert form.name.data == name.strip().replace("\x00", "")
