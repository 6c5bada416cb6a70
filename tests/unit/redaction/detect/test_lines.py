"""Lines that shout, lines without capitals and misread words are read as a careful writer would have typed them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.detect import Detector, PageString


def names(text: str, *known: str) -> list[str]:
    mentions = Detector(models=False).detect([PageString(1, text)], [], list(known))
    return [m.text for m in mentions if m.kind == "person"]


def test_names_in_a_line_all_in_capitals_are_found_and_its_other_words_are_not() -> None:
    text = "KIERAN DUFFY WAS SEEN IN A GREY CAR OUTSIDE THE SHOP. DUFFY IS THE BROTHER OF WASIM KHAN."
    assert names(text) == ["KIERAN DUFFY", "DUFFY", "WASIM KHAN"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t/c from ffion, says gethin is poorly and wants to see him", ["ffion", "gethin"]),
        ("12/12/2023, 20:22 - Shan G: by wez???", ["Shan G", "wez"]),
        ("saw mr szczepanski at the shop, he was ok", ["szczepanski"]),
    ],
)
def test_names_in_a_line_without_capitals_are_found(text: str, expected: list[str]) -> None:
    assert [name for name in expected if name in names(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "didnt say anythng, wasnt comming, dunno why. theres nowt in it innit",
        "went to the shop for bread and milk then home again, all ok",
        "RISK ASSESSMENT AND PLAN FOR THE NEXT THREE MONTHS",
    ],
)
def test_hurried_spelling_and_headings_are_nobodys_names(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize("text", ["Nathan Br1ght", "5umaya Khan", "Kay1eigh Louise Fr0st"])
def test_a_name_with_misread_figures_is_found_whole(text: str) -> None:
    assert names(f"Later {text} came to the office.") == [text]


def test_ordinary_words_that_were_misread_are_nobodys_names() -> None:
    text = "Tbe Probotion officer camc to fhe house wben sbe was out. Sbe left hcr card."
    assert names(text) == []


@pytest.mark.parametrize("label", ["Relates to", "D.O.B", "Relationship", "Role", "Tel"])
def test_a_name_in_a_form_does_not_swallow_the_next_label(label: str) -> None:
    assert names(f"Name: Mihai Dragan {label}: see below") == ["Mihai Dragan"]


@given(st.text(alphabet="aAbBeE1l0O5rnmvw.,:\n -'\t", max_size=80))
def test_putting_a_page_right_never_moves_a_letter(text: str) -> None:
    page = PageString(1, text)
    assert len(page.flat) == len(page.mended) == len(page.plain) == len(page.raw)
