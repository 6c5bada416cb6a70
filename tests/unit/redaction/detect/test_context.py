"""A private person pointed at without a name is shown to the officer as a clue; roles and groups are not."""

import pytest

from redaction.detect import detect_text


def context(text: str) -> list[str]:
    return [mention.text for mention in detect_text(text, [], []) if mention.kind == "context"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He rang his ex-partner on Sunday.", "his ex-partner"),
        ("She lives with her new boyfriend now.", "her new boyfriend"),
        ("It was the neighbour at no. 12 who rang.", "the neighbour at no. 12"),
        ("The lad upstairs fixes cars.", "The lad upstairs"),
        ("Home address withheld at the request of Mum.", "Mum"),
        ("It was Paulina's brother who came.", "brother"),
        ("Words were said to the children's grandmother then.", "the children's grandmother"),
        ("did u see ur mum today", "ur mum"),
        ("It was shown to his\nmother by the officer.", "his\nmother"),
    ],
)
def test_a_relative_companion_or_neighbour_without_a_name_is_a_clue(text: str, expected: str) -> None:
    assert expected in context(text)


@pytest.mark.parametrize(
    "text",
    [
        "Her mother, Mrs Gallacher, rang.",
        "His brother Callum came.",
        "The officer told her support worker.",
        "Father: Reece Moon",
        "He told a friend and another prisoner.",
        "Partner agencies and child protection were told of the child protection plan.",
    ],
)
def test_a_tie_beside_a_name_a_role_or_somebody_indefinite_is_no_clue(text: str) -> None:
    assert context(text) == []
