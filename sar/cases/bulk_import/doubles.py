"""Rows that may be one request twice, and rows of somebody who has an open case already: a note, never a problem."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from sar.cases.bulk_import.rows import Row
from sar.cases.deadlines import ClockState
from sar.cases.models import Case, ConflictOfInterest
from sar.foundation.db import db
from sar.intake import likeness

_AT_ONCE = 500


class Doubles:
    """Gathers the rows of one sheet, then says of each what it may double."""

    def __init__(self) -> None:
        self._same: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        self._key: dict[int, tuple[str, str, str]] = {}
        self._people: dict[int, likeness.Person] = {}
        self._known: dict[int, str] | None = None

    def add(self, row: Row) -> None:
        if row.answers is None or row.problems:
            return
        self._people[row.number] = likeness.person_in(row.answers)
        born, received = row.answers.date_of_birth, row.received_on
        if born is not None and received is not None:
            key = (row.answers.full_name.casefold(), born.isoformat(), received.isoformat())
            self._same[key].append(row.number)
            self._key[row.number] = key

    def notes(self, number: int) -> list[str]:
        """What to say of a row, once all were added."""
        if self._known is None:
            self._known = _with_open_case(self._people)
        others = [other for other in self._same.get(self._key.get(number, ("", "", "")), []) if other != number]
        said = []
        if others:
            rows = ", ".join(map(str, others))
            said.append(
                f"Row{'s' if len(others) > 1 else ''} {rows}: the same name, date of birth and date received. If it is "
                "one request, take one out of the sheet."
            )
        if number in self._known:
            said.append(f"This person may have an open case here already: {self._known[number]}.")
        return said


def _with_open_case(people: dict[int, likeness.Person]) -> dict[int, str]:
    """Why each row may be of somebody with an open case. Whoever imports may read of every case that this tells of."""
    scopes = likeness.scopes_like(people)
    every = sorted({scope_id for found in scopes.values() for scope_id in found})
    is_open: set[str] = set()
    for place in range(0, len(every), _AT_ONCE):
        # The report is read by everyone who may import: of a case that is closed to anyone, it says nothing.
        query = select(Case.scope_id).where(
            Case.scope_id.in_(every[place : place + _AT_ONCE]),
            Case.clock_state != ClockState.ENDED.value,
            Case.restricted.is_(False),
            Case.id.not_in(select(ConflictOfInterest.case_id)),
        )
        is_open.update(db.session.scalars(query))
    found = {}
    for number, reasons in scopes.items():
        why = {reason for scope_id, several in reasons.items() if scope_id in is_open for reason in several}
        if why:
            found[number] = " and ".join(words for words in likeness.WORDS.values() if words in why)
    return found
