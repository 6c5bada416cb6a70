"""Reads of what stood in a case about the person before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from sar.access.queries import staff_names
from sar.cases.models import Case
from sar.cases.person.models import PersonChange
from sar.foundation.db import db
from sar.foundation.wording import date_words
from sar.intake.answers import ROUTE_WORDS, Route
from sar.intake.details import WORDS


@dataclass(frozen=True)
class Before:
    """One change, as it is shown: what stood before, in words, by what it is."""

    was: Mapping[str, str]
    reason: str
    by: str
    at: datetime


def changes_of(case: Case) -> list[Before]:
    """What stood in a case before each change, newest first."""
    query = select(PersonChange).where(PersonChange.case_id == case.id)
    found = list(db.session.scalars(query.order_by(PersonChange.created_at.desc(), PersonChange.id.desc())))
    names = staff_names({change.changed_by for change in found})
    return [
        Before(
            {WORDS[code]: _words(code, value) for code, value in change.before.items()},
            change.reason,
            names.get(change.changed_by, "A former member of staff"),
            change.created_at,
        )
        for change in found
    ]


def _words(code: str, value: Any) -> str:
    if not value:
        return "Not given"
    if code == "date_of_birth":
        return date_words(date.fromisoformat(value))
    if code == "route":
        return ROUTE_WORDS[Route(value)]
    return ", ".join(value) if isinstance(value, list) else str(value)
