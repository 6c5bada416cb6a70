"""A name is found wherever its line breaks: in columns drawn row by row, over columns and pages, past what lies
between; found alike by what removes it and by what checks. And what only looks like it stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from redaction.apply import apply_plan
from redaction.columns import PageColumns, Spot
from redaction.needles import NeedleSet
from redaction.plan import Plan
from redaction.verify import verify_file
from tests.unit.redaction.made import line, new_pdf, width
from tests.unit.redaction.readers import pdfium_text

NAME = "Zebedee Quillfeather"
FOOTER = [(72, 100 - 10 * row, f"Footer line {row} of the firm") for row in range(7)]
LETTERHEAD = [(72, 800 - 10 * row, f"Letterhead line {row}") for row in range(7)]
FIRST, SECOND = [(72, 600, "and then came Zebedee")], [(72, 600, "Quillfeather and left")]
Placed = list[tuple[float, float, str]]


def beside(left: Sequence[str], right: Sequence[str]) -> Placed:
    """Two columns, drawn row by row."""
    rows = enumerate(zip(left, right, strict=True))
    return [(x, 700 - 14 * row, text) for row, pair in rows for x, text in zip((72, 320), pair, strict=True)]


BROKEN: dict[str, list[Placed]] = {
    "columns": [
        beside(
            ["It was raised by", "the officer Zebedee", "Quillfeather at nine"], ["Minutes were", "read and", "no more"]
        )
    ],
    "cells": [beside(["Name", "Zebedee", "Quillfeather"], ["Role", "Inspector of", "Works"])],
    "cells, cut within the word": [beside(["Name", "Zebedee Quill", "feather"], ["Role", "Inspector of", "Works"])],
    "three cells": [beside(["Name", "Zebedee", "Quill-", "feather"], ["Role", "Inspector of", "Works", "Town"])],
    "next column": [[*beside(["as before", "to Zebedee"], ["Quillfeather", "and on"]), (72, 672, "Footer")]],
    "next page, long footer": [FIRST + FOOTER, SECOND],
    "next page, long letterhead": [FIRST, LETTERHEAD + SECOND],
    "next page, hyphen": [[(72, 600, "and then came Zebedee Quill-")], [(72, 600, "feather and left")]],
    "next page, last column to first": [[(72, 600, "left column"), (320, 600, "came Zebedee")], SECOND],
    "blank page": [FIRST, [], [(290, 40, "2")], SECOND],
    "footnote mark": [[(72, 700, "came Zebedee"), (72, 690, "12"), (72, 686, "Quillfeather and left")]],
    "numbered lines": [
        [(60, 700, "1"), (72, 700, "then came Zebedee"), (60, 686, "2"), (72, 686, "Quillfeather left")]
    ],
    "quoted": [[(72, 700, "> then came Zebedee"), (72, 686, "> Quillfeather and left")]],
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_name_is_found_wherever_its_line_breaks(case: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    new_pdf(source, *("".join(line(text, x, y, size=11) for x, y, text in page) for page in BROKEN[case]))
    assert "text" in {leak.where for leak in verify_file(source, [NAME], ocr=False)}
    report = apply_plan(source, Plan(words=(NAME,)), target)
    assert report.words == [{"index": 0, "hits": 1}]
    assert not report.pictured
    left = "".join(pdfium_text(target).split())
    assert "Zebedee" not in left
    assert "Quill" not in left
    assert "feather" not in left


def test_what_stands_in_two_columns_is_not_one_name(tmp_path: Path) -> None:
    names = beside(["First name", "Ann", "Bob", "Christopher", "Zoe"], ["Surname", "Smith", "Lee", "Ray", "Poe"])
    page = "".join(line(text, x, y) for x, y, text in names)
    source = new_pdf(tmp_path / "in.pdf", page, page)
    report = apply_plan(source, Plan(words=("Ann Lee", "Zoe Smith", "Bob Ray")), tmp_path / "out.pdf")
    assert report.boxes == 0
    assert verify_file(source, ["Ann Lee", "Zoe Smith", "Bob Ray"], ocr=False) == []


def test_a_line_with_room_for_the_next_word_ends_there() -> None:
    def page(*texts: str) -> PageColumns:
        rows = []
        for number, text in enumerate(texts):
            places = [72 + width(text[: text.index(word)]) for word in text.split()]
            rows.append(
                [
                    Spot(word, at, at + width(word), 14.0 * number, 12)
                    for word, at in zip(text.split(), places, strict=True)
                ]
            )
        return PageColumns(rows)

    needles = NeedleSet(["Ann Lee"]).needles
    following = page("Lee and others")
    assert (
        list(
            page("so much text on a line", "and as much on this one", "that came Ann").mentions_over(following, needles)
        )
        == []
    )
    assert list(page("so much text", "and as much", "that came Ann").mentions_over(following, needles))


def test_a_box_in_a_line_does_not_end_a_column(tmp_path: Path) -> None:
    """What stands before a box is not the foot of the page, so it is not read on at the head of the next one."""
    source = new_pdf(
        tmp_path / "in.pdf", line("Seen by Thomas Ann Lee and others in the street"), line("Quillfeather left the room")
    )
    report = apply_plan(source, Plan(words=("Ann Lee", "Thomas Quillfeather")), tmp_path / "out.pdf")
    assert (report.boxes, report.pictured) == (1, [])
    text = pdfium_text(tmp_path / "out.pdf")
    assert "Seen by Thomas" in text and "Quillfeather left" in text
