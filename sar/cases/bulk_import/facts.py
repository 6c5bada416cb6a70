"""From the days of one row to the dated facts of its clock: what was asked for, what came, how often. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sar.cases.bulk_import.days import NotADay, day_from
from sar.cases.deadlines import ExtensionReason
from sar.foundation.wording import date_words

_PARTS: Final = re.compile(r"[;|\n]")
_BETWEEN: Final = re.compile(r"[-–—]|\bto\b")
# What was asked for and what answers it, in the order in which they are folded and stored.
PAIRS: Final = (
    ("id_requested", "id_received"),
    ("authority_requested", "authority_received"),
    ("fee_requested", "fee_paid"),
)
_UNASKED: Final = {
    "id_received": "Proof of identity came on {day}, but the sheet does not say when you asked for it.",
    "authority_received": "Written authority came on {day}, but the sheet does not say when you asked for it.",
}
_REASONS: Final = {
    ExtensionReason.COMPLEXITY: ("complex", "complexity", "complicated", "volume"),
    ExtensionReason.NUMBER: ("number", "numberofrequests", "severalrequests", "manyrequests", "multiplerequests"),
}


@dataclass(frozen=True)
class RowFact:
    """One dated fact, without its case."""

    kind: str
    on: date
    reason: str = ""
    number: int = 1


@dataclass
class Found:
    """What the days of one row come to. `unasked`: what came without our asking, which moves no clock, and when."""

    facts: list[RowFact] = field(default_factory=list)
    unasked: dict[str, date] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_facts(given: Mapping[str, str], days: Mapping[str, date | None], *, for_another: bool) -> Found:
    """The facts of a row. `for_another`: somebody asks for the person."""
    found = Found()
    for asked, came in PAIRS:
        _pair(found, asked, days.get(asked), came, days.get(came))
    if not for_another and (days.get("authority_requested") or days.get("authority_received")):
        found.problems.append("There is a day for written authority, but nobody who asks for the person.")
    _questions(found, given)
    extended = days.get("extended_on")
    if extended is not None:
        found.facts.append(RowFact("extended", extended, _extension_reason(found, given).value))
    return found


def _pair(found: Found, asked: str, asked_on: date | None, came: str, came_on: date | None) -> None:
    if asked_on is not None:
        found.facts.append(RowFact(asked, asked_on))
    if came_on is None:
        return
    if asked_on is not None:
        found.facts.append(RowFact(came, came_on))
    elif came in _UNASKED:
        found.unasked[came] = came_on
        words = _UNASKED[came].format(day=date_words(came_on))
        found.notes.append(f"{words} It gives no more time. The case says that it came, and when.")
    else:
        found.problems.append("There is a day on which the fee was paid, but none on which it was asked for.")


def _questions(found: Found, given: Mapping[str, str]) -> None:
    """Every question with its answer, numbered by the days on which they were asked."""
    asked, answered = given.get("clarification_requested", ""), given.get("clarification_received", "")
    try:
        pairs = [
            *_columns(asked, answered),
            *(_asked_and_answered(part) for part in _split(given.get("questions", ""))),
        ]
    except NotADay as problem:
        found.problems.append(
            f"Questions: {problem} Several questions stand in one cell like this: 3/9/2026-10/9/2026; 20/9/2026-"
        )
        return
    if any(first is None for first, _last in pairs):
        found.problems.append("The answer to a question has a date, but the question has none.")
        return
    whole = sorted((first, last or date.max) for first, last in pairs if first is not None)
    for number, (first, last) in enumerate(whole, 1):
        found.facts.append(RowFact("clarification_requested", first, number=number))
        if last != date.max:
            found.facts.append(RowFact("clarification_received", last, number=number))


def _columns(asked: str, answered: str) -> Iterator[tuple[date | None, date | None]]:
    """The columns for days asked and answered. With several in a cell, the first answer is of the first question."""
    firsts, lasts = _PARTS.split(asked), _PARTS.split(answered)
    for place in range(max(len(firsts), len(lasts))):
        first, last = (texts[place].strip() if place < len(texts) else "" for texts in (firsts, lasts))
        if not first and not last:
            continue
        begin, end = _asked_and_answered(first) if first else (None, None)
        yield begin, day_from(last) if last else end


def _split(text: str) -> list[str]:
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def _asked_and_answered(text: str) -> tuple[date | None, date | None]:
    """Two days with a dash or "to" between them, or one: the dash is also part of how some people write days."""
    for between in _BETWEEN.finditer(text):
        first, last = text[: between.start()].strip(), text[between.end() :].strip()
        try:
            return day_from(first), day_from(last) if last else None
        except NotADay:
            continue
    return day_from(text), None


def _extension_reason(found: Found, given: Mapping[str, str]) -> ExtensionReason:
    said = given.get("extension_reason", "")
    word = "".join(character for character in said.casefold() if character.isalnum())
    reason = next((reason for reason, words in _REASONS.items() if word in words), None)
    if reason is None:
        why = (
            f"We do not know “{said[:40]}” as a reason" if word else "The sheet does not say why the time was extended"
        )
        found.notes.append(f"{why}. It is kept as: the request is complex.")
    return reason or ExtensionReason.COMPLEXITY
