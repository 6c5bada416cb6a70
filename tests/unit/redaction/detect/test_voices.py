"""Records by an author who had not read the detector, and the causes of what it missed in them."""

from pathlib import Path

import pytest
from score_detection import score_folder

from redaction.detect import detect_text

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "recall", "precision", "initials_nicknames_and_small_letters"),
    [("voices/dev", 0.985, 0.985, 0.97), ("voices/held", 0.97, 0.93, 0.93), ("strangers/held", 0.975, 0.895, 0.94)],
)
def test_names_in_records_by_strangers_are_found(
    folder: str, recall: float, precision: float, initials_nicknames_and_small_letters: float
) -> None:
    """What `held` folders hold is never shown, not even by a test that fails: nothing is to be mended by it."""
    score = score_folder(FIXTURES / folder)
    measured = score.recall("person"), score.precision("person")  # so that a failure prints figures only
    assert measured[0] >= recall
    assert measured[1] >= precision
    hard = ("initials", "nickname", "lower case")
    found, written = (sum(counts[form] for form in hard) for counts in (score.forms_found, score.forms))
    assert found / written >= initials_nicknames_and_small_letters
    identifiers = score.over_identifiers()[0]
    assert identifiers == 1.0 or folder.startswith("strangers")  # of whose identifiers only some are marked


def names(text: str) -> list[str]:
    return [mention.text for mention in detect_text(text, [], []) if mention.kind == "person"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Brightwell | Police | AB\n1 | Flag the letters | AB | 9 May\n", ["Ada Brightwell", "AB", "AB"]),
        (
            "Harriet Onslow-Grey | Chair, Probation | HOG\nKim Adler | Police | KA\n",
            ["Harriet Onslow-Grey", "HOG", "Kim Adler", "KA"],
        ),
        ("The House decided R v. Lambert in 2001.", ["Lambert"]),
        ("Type: Note   Created by: Begum, Shahnaz\nSeen on the wing.", ["Begum, Shahnaz"]),
        (
            "1  ST JOHN, Leroy   Theft\nMrs Lamb warned Leroy St John in court.",
            ["ST JOHN, Leroy", "Lamb", "Leroy St John"],
        ),
        ("He has a debt to Chalky on the twos.", ["Chalky"]),
        ("She moved his mate Biscuit into the flat.", ["Biscuit"]),
        ("Tuesday: Nurse Ashworth, a friend, rang. Mr B. Ashworth, a nurse, rang.", ["Ashworth", "B. Ashworth"]),
        ("Written by Aoife Cheallai9h and Ngozi 0duya.", ["Aoife Cheallai9h", "Ngozi 0duya"]),
    ],
)
def test_a_name_is_found_whole_where_its_place_gives_it_away(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_letter_without_capitals_or_full_stops_is_read_as_one() -> None:
    text = (
        "then i got a warning letter signed by d braithwaite saying i failed to attend which is a lie because i was in "
        "sharon peck was sat next to me and she will tell you i have never missed one since i was released from prison "
        "and i want to know who is going to put it right because nobody has rung me back about it and it is not fair"
    )
    assert names(text) == ["d braithwaite", "sharon peck"]


@pytest.mark.parametrize(
    "text",
    [
        "She was seen at the Royal Albert for tremor. It is not Parkinson's disease.",
        "He works at Bennett's Bakery. He instructed Whitlock Rahman LLP in May.",
        "The Supreme Court (Oberster Gerichtshof) dismissed the appeal.",
    ],
)
def test_what_is_named_after_people_is_nobody(text: str) -> None:
    assert names(text) == []
