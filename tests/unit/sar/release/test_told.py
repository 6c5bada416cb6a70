"""What a requester may be told of what was withheld: never the codes that must not be known to be in use."""

from __future__ import annotations

from typing import Any

import pytest

from redaction.geometry import Box
from redaction.plan import Plan, Redaction
from sar.cases.code_texts import delivered_text
from sar.cases.exemptions import EXEMPTIONS, Told
from sar.release import papers
from sar.release.papers import Answered
from sar.release.told import NEUTRAL, as_printed, is_told, page_words

BOX = (Box(10, 10, 60, 20),)
SECRET = ("P3-NATSEC", "P3-PUBSEC")


class PlainRecord:
    """The three plain facts of a record that the list repeats."""

    title, pages = "Contact log", 3


def answered(plan: Plan | None, code: str | None = None, boxes: int = 0) -> Answered:
    record: Any = PlainRecord()
    return Answered(1, record, None, plan, code, boxes)


TEXTS = {code: delivered_text(code) for code in EXEMPTIONS if is_told(code)}


def plan(*codes: str) -> Plan:
    return Plan(tuple(Redaction(page, BOX, code, "Elsie") for page, code in enumerate(codes, start=1)), ("Elsie",))


def test_only_the_codes_that_law_keeps_silent_about_are_not_told():
    assert [code for code in EXEMPTIONS if not is_told(code)] == ["P3-PUBSEC", "P3-NATSEC"]


def test_a_code_nobody_knows_is_not_told():
    assert not is_told("P3-NEW")
    assert not is_told(NEUTRAL)


@pytest.mark.parametrize("code", [code for code in EXEMPTIONS if is_told(code)])
def test_every_code_that_is_told_says_something(code: str):
    assert TEXTS[code].strip()


@pytest.mark.parametrize("secret", SECRET)
def test_a_box_that_is_not_told_carries_no_code_and_hides_as_much(secret: str):
    printed = as_printed(plan("P3-OTHERS", secret))
    assert [item.code for item in printed.redactions] == ["P3-OTHERS", NEUTRAL]
    assert [(item.page, item.boxes, item.text) for item in printed.redactions] == [
        (item.page, item.boxes, item.text) for item in plan("P3-OTHERS", secret).redactions
    ]
    assert printed.words == ("Elsie",)


@pytest.mark.parametrize("secret", SECRET)
def test_the_list_has_no_row_and_no_code_for_what_is_not_told(secret: str):
    for carried_out in (as_printed(plan("P3-OTHERS", secret)), plan("P3-OTHERS", secret)):
        item = answered(carried_out, boxes=2)
        assert item.codes == ["P3-OTHERS"]
        assert [(row["code"], row["page"]) for row in papers._rows(item, TEXTS)] == [("P3-OTHERS", "1")]


def test_two_codes_that_are_not_told_cannot_be_told_apart():
    assert as_printed(plan("P3-NATSEC")) == as_printed(plan("P3-PUBSEC"))


def test_a_list_groups_the_pages_of_a_code():
    item = answered(plan(*["P3-OTHERS"] * 3, "P3-CRIME", "P3-OTHERS"), boxes=5)
    assert [(row["code"], row["page"], row["count"]) for row in papers._rows(item, TEXTS)] == [
        ("P3-CRIME", "4", 1),
        ("P3-OTHERS", "1 to 3, 5", 4),
    ]


def test_a_record_withheld_whole_under_a_told_code_is_one_row():
    rows = papers._rows(answered(None, "P3-COURT"), TEXTS)
    assert [(row["page"], row["code"]) for row in rows] == [("all", "P3-COURT")]


@pytest.mark.parametrize(
    ("pages", "words"), [({4}, "4"), ({1, 2}, "1 and 2"), ({3, 1, 2, 7}, "1 to 3, 7"), (set(), "")]
)
def test_page_numbers_are_written_as_they_are_read_aloud(pages: set[int], words: str):
    assert page_words(pages) == words


def test_repeats_that_the_engine_found_count_as_something_taken_out():
    assert not answered(Plan((), ("Elsie",)), boxes=1).whole
    assert answered(Plan((), ("Elsie",))).whole


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("Letter about Zdenka Hollis, 2024", "Letter about [withheld], 2024"),
        ("ZDENKA\u00a0HOLLIS and hollis", "[withheld] and [withheld]"),
        ("Hollister Road survey", "Hollister Road survey"),
        ("Contact log", "Contact log"),
    ],
)
def test_a_title_loses_the_names_that_are_withheld(title: str, cleaned: str):
    assert papers.clean(title, ["Zdenka Hollis", "hollis"]) == cleaned


def test_every_kind_of_telling_was_thought_of():
    assert {item.told for item in EXEMPTIONS.values()} == set(Told)
