"""An officer relies on other people being noticed by how they are written, and on streets being left alone."""

import pytest

from redaction.detect import detect_text


def names(text: str, subject: str = "") -> list[str]:
    return [m.text for m in detect_text(text, [subject] if subject else [], []) if m.kind == "person"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mrs Baker came to the office.", "Baker"),
        ("PC 4417 PUGH attended.", "PUGH"),
        ("I rang dr venkat about it.", "venkat"),
        ("mrs okonkwo-bell wants a place.", "okonkwo-bell"),
        ("His mum Faith was there.", "Faith"),
        ("her bro paddy is comming for tea", "paddy"),
        ("Nominals: TATTERSALL, Reece and others.", "TATTERSALL, Reece"),
        ("He was with R. Moon that night.", "R. Moon"),
        ("DC H K Gill wrote this.", "H K Gill"),
        ("A man known as Chopper did it.", "Chopper"),
        ("One they call Ghost came back.", "Ghost"),
        ("Spoke to Agnieszka Wrona by phone.", "Agnieszka Wrona"),
        ("Then Zdzisław Wójcik left.", "Zdzisław Wójcik"),
        ("Author: Chinedu Eze", "Chinedu Eze"),
        ("Signed: Rosa Parkhurst", "Rosa Parkhurst"),
        ("Yours sincerely\n\nTrevor Baker", "Trevor Baker"),
        ("Dear Bethan,\n\nThank you.", "Bethan"),
        ("From: Adeyemi-Cole, Faith\nSent: Monday", "Adeyemi-Cole, Faith"),
        ("To: Will Garside <will@council.example>; Gosia Wrona <g@nhs.example>\n", "Gosia Wrona"),
        ("On 13 May 2024, at 12:31, GARSIDE, Will wrote:\n> Hello", "GARSIDE, Will"),
        ("I asked Rosalind Pereira da Silva to come.", "Rosalind Pereira da Silva"),
        ("She said O'Dowd was late. Sgt O'Dowd agreed.", "O'Dowd"),
        ("Emma & Josh were asked too.", "Josh"),
        ("Emma & Josh were asked too.", "Emma"),
        ("Seen with Ros/Yusuf at noon.", "Yusuf"),
        ("nathan was at the bus stop", "nathan"),
    ],
)
def test_a_person_is_noticed_by_title_tie_role_form_or_place_on_the_page(text: str, expected: str) -> None:
    assert expected in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "The van was on Hartley Street by the Moon & Sons depot.",
        "She asked about Clare's Law and Sarah's Law.",
        "Building Better Relationships starts on Monday 6 May 2024.",
        "He may go in June, or will wait until early May.",
        "He was moved from HMP Lincoln to St Botolph's Church.",
        "Leeds Crown Court sat in Wakefield Magistrates' Court.",
        "He sent it by WhatsApp and put it on Snapchat.",
        "I bear in mind the hope that summer brings.",
        "TRENT VALE MENTAL HEALTH NHS FOUNDATION TRUST",
        "Consent: the child protection plan was read at the Heathers Hospital.",
        "Kershaw House is next to Faith House and Victoria Park.",
    ],
)
def test_streets_places_programmes_laws_months_and_plain_words_are_no_names(text: str) -> None:
    assert names(text) == []


def test_a_name_wrapped_over_quoted_lines_is_one_mention_that_covers_the_break() -> None:
    text = "> He has been told by the housing options officer named Will\n> Garside at the council that he may wait.\n"
    assert names(text) == ["Will\n> Garside"]


def test_a_name_hyphenated_over_a_line_end_is_one_mention() -> None:
    assert names("The father of both children is Reece Hartley-\nMoon, on licence.") == ["Reece Hartley-\nMoon"]


def test_a_signature_under_a_sentence_is_not_run_together_with_it() -> None:
    text = "Please ring me about this as soon as you possibly can, thanks to all.\nGosia\n"
    assert names(text) == ["Gosia"]
