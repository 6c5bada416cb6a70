"""Days as people write them in British spreadsheets. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_NUMBERS: Final = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{2}|\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
_WORDS: Final = re.compile(r"(?:[A-Za-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[ \-]([A-Za-z]{3,9})\.?,?[ \-](\d{2}|\d{4})")
_MONTH_FIRST: Final = re.compile(r"(?:[A-Za-z]+, )?([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SERIAL: Final = re.compile(r"[3-5]\d{4}(\.\d+)?")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class NotADay(ValueError):
    """The text is no day; the message says why, for the screen."""


def day_from(text: str, *, birth: bool = False) -> date:
    """Day, month, year in this order, with two or four numbers for the year; or a month in words; or ISO.

    A year of two numbers is this century's. Of a birth that would be a guess, so it is refused. Raises NotADay.
    """
    text = " ".join(text.split())
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _NUMBERS.fullmatch(text):
        day, month, year = found.groups()
    elif found := _WORDS.fullmatch(text):
        day, month, year = found[1], str(_month(found[2], text)), found[3]
    elif found := _MONTH_FIRST.fullmatch(text):  # with the month as a word, the order leaves no doubt
        day, month, year = found[2], str(_month(found[1], text)), found[3]
    elif _SERIAL.fullmatch(text):
        raise NotADay(f"“{text}” is how Excel counts days. Format the column as a date and save the sheet again.")
    else:
        raise NotADay(f"“{_short(text)}” is not a date. Write day, month and year, for example 14/3/2026.")
    if len(year) == 2:
        if birth:
            raise NotADay(f"“{text}” could be 19{year} or 20{year}. Write the year of birth with 4 numbers.")
        year = f"20{year}"
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise NotADay(f"There is no day {day}/{month}/{year}. Write the day first, then the month.") from None


def _month(word: str, text: str) -> int:
    if word[:3].lower() not in _MONTHS:
        raise NotADay(f"“{_short(text)}” is not a date. Check how the month is spelt.")
    return _MONTHS.index(word[:3].lower()) + 1


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
