"""Reads for oversight: the measures of a period. law.md section 8."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select

from sar.cases.deadlines import EndReason
from sar.cases.models import Case, ClockFact, Disclosure
from sar.cases.workflow import Stage
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.records.searches.queries import searches_complete

_BANDS = ((1, 30), (31, 90), (91, 180), (181, 365), (366, None))


@dataclass(frozen=True)
class Measures:
    """Counts of a period; percentages are None where there is nothing to count.

    `answered_in_time` is out of every request whose due date fell in the period and is past, so that a backlog cannot
    hide. `overdue_part` of the overdue had part of an answer, the others none. A refusal is an answer; a request that
    was taken back needed none. What was found to be no valid request is counted in `not_valid` and nowhere else.
    """

    received: int
    not_valid: int
    fell_due: int
    answered_in_time: int
    open_now: int
    overdue_now: int
    overdue_part: int
    overdue_bands: tuple[tuple[str, int], ...]
    oldest_overdue_days: int | None
    answered: int
    searches_complete: int

    @property
    def searches_percent(self) -> float | None:
        return round(100 * self.searches_complete / self.answered, 1) if self.answered else None

    @property
    def in_time_percent(self) -> float | None:
        return round(100 * self.answered_in_time / self.fell_due, 1) if self.fell_due else None


def measures(start: date, end: date) -> Measures:
    """What happened between two days, both counted, and what is overdue today."""
    today = london_today()
    valid = Case.stage != Stage.NOT_VALID.value
    cohort = Case.due_on.between(start, end) & (Case.stage != Stage.WITHDRAWN.value) & valid
    overdue = list(db.session.scalars(select(Case.due_on).where(Case.closed_on.is_(None), Case.due_on < today)))
    ages = [(today - due_on).days for due_on in overdue if due_on]
    return Measures(
        received=_count(Case.received_on.between(start, end) & valid),
        not_valid=_count(Case.received_on.between(start, end) & ~valid),
        fell_due=_count(cohort & (Case.due_on < today)),
        answered_in_time=_count(cohort & (Case.due_on < today) & (Case.closed_on <= Case.due_on)),
        open_now=_count(Case.closed_on.is_(None)),
        overdue_now=len(ages),
        overdue_part=_count(
            Case.closed_on.is_(None)
            & (Case.due_on < today)
            & exists().where(Disclosure.case_id == Case.id).correlate(Case)
        ),
        overdue_bands=tuple((_band(low, high), _between(ages, low, high)) for low, high in _BANDS),
        oldest_overdue_days=max(ages, default=None),
        answered=_count(_answered(start, end)),
        searches_complete=_count(_answered(start, end) & searches_complete()),
    )


def _answered(start: date, end: date) -> ColumnElement[bool]:
    """Cases whose answer went out in the period. One that was refused, or never replied, was not searched for."""
    told = exists().where(
        ClockFact.case_id == Case.id,
        ClockFact.kind == "ended",
        ClockFact.reason_code == EndReason.RESPONDED.value,
        ClockFact.struck_out_at.is_(None),
    )
    return Case.closed_on.between(start, end) & Case.stage.in_((Stage.RELEASED, Stage.CLOSED)) & told


def _count(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(condition)) or 0


def _band(low: int, high: int | None) -> str:
    return f"{low} to {high} days" if high else "Over 365 days"


def _between(ages: list[int], low: int, high: int | None) -> int:
    return sum(1 for age in ages if age >= low and (high is None or age <= high))
