"""Mentions lead back to where they are seen: offsets into the text, boxes on the page, one line of JSON each."""

import time
from pathlib import Path

import pytest

from redaction.detect import (
    Detector,
    Finding,
    PageString,
    detect_document,
    detect_pages,
    page_string,
)
from redaction.document import PageText
from redaction.errors import Unreadable
from redaction.geometry import Box
from redaction.words import Word


def page_of(lines: list[str], number: int = 0) -> PageText:
    """A page with each word 6 points a letter, lines 14 points apart."""
    words = []
    for row, line in enumerate(lines):
        x = 72.0
        for text in line.split():
            words.append(Word(text, Box(x, 72.0 + 14 * row, x + 6 * len(text), 82.0 + 14 * row)))
            x += 6 * (len(text) + 1)
    return PageText(number, 595.0, 842.0, 0, "text", words)


def test_the_text_of_a_page_keeps_lines_apart_and_offsets_true() -> None:
    page = page_string(page_of(["Spoke to Paulina", "Nowicka today."]))
    assert page.raw == "Spoke to Paulina\nNowicka today."
    assert [page.raw[start : start + len(word.text)] for start, word in zip(page.starts, page.words, strict=True)] == [
        word.text for word in page.words
    ]


def test_a_mention_over_two_lines_has_a_box_on_each_and_page_numbers_count_from_one() -> None:
    lines = ["The officer then spoke to Ms Paulina", "Nowicka about the house at length today."]
    mention = next(m for m in detect_pages([page_of(lines, number=4)], [], ["Paulina Nowicka"]) if m.kind == "person")
    assert (mention.page, mention.text) == (5, "Paulina\nNowicka")
    assert [(box.y0, box.y1) for box in mention.boxes] == [(72.0, 82.0), (86.0, 96.0)]
    assert mention.boxes[1].x1 - mention.boxes[1].x0 == 6 * len("Nowicka")


def test_words_of_one_mention_on_one_line_share_one_box() -> None:
    (mention,) = detect_pages([page_of(["He rang Paulina Nowicka twice."])], [], [])
    assert len(mention.boxes) == 1
    assert mention.boxes[0].x1 - mention.boxes[0].x0 == 6 * len("Paulina Nowicka")


def test_a_text_file_gives_offsets_into_the_file_and_empty_boxes(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    text = "Reece Moon rang Mrs Małgorzata Wrona\r\non 07700 900142.\n"
    path.write_bytes(text.encode())
    lines = list(detect_document(path, ["Reece Moon"], []))
    assert [(line["kind"], text[line["start"] : line["end"]], line["boxes"]) for line in lines] == [
        ("person", "Reece Moon", []),
        ("person", "Małgorzata Wrona", []),
        ("phone", "07700 900142", []),
    ]
    assert [line.get("subject", False) for line in lines] == [True, False, False]
    assert {"page", "start", "end", "text", "kind", "person", "score", "boxes"} <= set(lines[1])


def test_a_file_that_is_no_text_is_refused_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(Unreadable, match="plain text"):
        list(detect_document(path, [], []))


def test_an_empty_page_has_no_mentions() -> None:
    assert detect_pages([page_of([])], ["Reece Moon"], ["Paulina Nowicka"]) == []


def test_a_recogniser_of_another_kind_joins_by_the_same_interface() -> None:
    class Plates:
        name = "badge numbers"

        def find(self, page: PageString) -> list[Finding]:
            start = page.raw.find("badge ")
            return [Finding(start + 6, start + 10, "handle", 0.9, ("badge",))] if start >= 0 else []

    (mention,) = Detector([Plates()]).detect([PageString(1, "wore badge 7Q4X today")], [], [])
    assert (mention.text, mention.evidence) == ("7Q4X", ("badge",))


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    ["Aaa Bbb ", "1 ", "\t", "\n> ", "A-", "Ab-\n", "a.a@a.", "the the his mother ", "12 High ", "Flat 1, Aa Bb Cc ",
     "From: ", "On a, ", "Paulina Nowicka ", "A.", "(", "Mr 12/3 "],
)  # fmt: skip
def test_hostile_repetition_costs_time_in_line_with_its_length(unit: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        text = unit * (length // len(unit))
        Detector(models=False).detect([PageString(1, text)], ["Reece Moon"], ["Paulina Nowicka"])
        return time.process_time() - started

    seconds(1_000)
    small = max(seconds(6_000), 0.05)
    assert seconds(48_000) < 8 * small * 3, "eight times the text may cost eight times the time, not sixty-four"


def test_a_page_that_is_there_twice_gives_its_mentions_twice() -> None:
    pages = [page_of(["He rang Paulina Nowicka twice."], number) for number in range(2)]
    assert [(m.page, m.text) for m in detect_pages(pages, [], [])] == [
        (1, "Paulina Nowicka"),
        (2, "Paulina Nowicka"),
    ]
