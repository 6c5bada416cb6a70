"""Which drawings may be letters, and are read by OCR: tables and charts are not, which would take seconds a page."""

from __future__ import annotations

from redaction.strokes import count_curves, count_strokes, may_spell

LETTER_N = b"%d 0 m %d 10 l %d 0 l %d 10 l %d 10 l %d 3 l %d 10 l h f\n"


def may_be_letters(data: bytes) -> bool:
    return may_spell(count_curves(data), count_strokes(data))


def test_letters_of_straight_lines_are_seen_to_be_worth_a_look() -> None:
    letters = b"".join(LETTER_N % tuple(10 * n + x for x in (0, 0, 5, 6, 8, 3, 2)) for n in range(12))
    assert may_be_letters(letters)
    assert may_be_letters(letters.replace(b" ", b"\r\n"))


def test_a_table_of_lines_and_a_chart_of_many_points_are_not() -> None:
    table = b"".join(b"50 %d m 500 %d l S %d 50 m %d 700 l S\n" % (n, n, n, n) for n in range(50, 500, 5))
    chart = b"0 0 m\n" + b"".join(b"%d %d l\n" % (n, n * n % 97) for n in range(1, 500)) + b"S\n"
    assert not may_be_letters(table + chart)


def test_some_curves_and_some_strokes_count_together() -> None:
    assert not may_spell(curves=40, strokes=0)
    assert not may_spell(curves=0, strokes=12)
    assert may_spell(curves=40, strokes=12)
