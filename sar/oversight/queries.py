"""Reads for oversight: the measures of a period. law.md section 8."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select

from sar.cases.deadlines import ANSWER_REASONS, EndReason
from sar.cases.models import Case, ClockFact, Disclosure, NotValid
from sar.cases.queries import still_owed
from sar.cases.workflow import Stage
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.oversight import more_time
from sar.records.searches.queries import searches_complete

_BANDS = ((1, 30), (31, 90), (91, 180), (181, 365), (366, None))


@dataclass(frozen=True)
class Measures:
    """Counts of a period; percentages are None where there is nothing to count.

    `answered_in_time` is out of every request whose due date fell in the period and is past, so that a backlog cannot
    hide. `overdue_part` of the overdue had part of an answer, the others none. A refusal is an answer; a request that
    was taken back by its due date needed none. What was found to be no valid request is counted in `not_valid` and
    nowhere else.
    The first answer counts: a request opened again after it is neither unanswered nor late once more, but is one of the
    `reopened` of the period and, while work goes on, of `reopened_open`, the oldest for so many days.
    `set_aside`: the `not_valid` by their reason: its code, how many, and how many of them after their due date.
    `stopped`: of the requests received, those of which an answer was stopped before it reached anybody: it is none.
    `corrected_late`: of the requests received, those that were late before a date was corrected or counted anew.
    `asked_late`: of the requests received, those of which proof or authority was asked for late (see `more_time`).
    `no_letter`: of the requests received, those with something on the clock that no letter from here asked or told.
    `by_two`: of the requests received, those whose clock was corrected or added to by two people.
    `told_late`: of the requests received, those answered in time, of which the letter that says so went late or not.
    `taken_back`: of the requests received, those that stand taken back by whoever made them.
    """

    received: int
    not_valid: int
    set_aside: tuple[tuple[str, int, int], ...]
    stopped: int
    corrected_late: int
    asked_late: int
    no_letter: int
    by_two: int
    told_late: int
    taken_back: int
    fell_due: int
    answered_in_time: int
    open_now: int
    overdue_now: int
    overdue_part: int
    overdue_bands: tuple[tuple[str, int], ...]
    oldest_overdue_days: int | None
    reopened: int
    reopened_open: int
    oldest_reopened_days: int | None
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
    valid, answered = Case.stage != Stage.NOT_VALID.value, _first_answer(*ANSWER_REASONS)
    taken_back = (Case.stage == Stage.WITHDRAWN.value) & answered.is_(None) & (Case.closed_on <= Case.due_on)
    past = Case.due_on.between(start, end) & (Case.due_on < today) & ~taken_back & valid
    late = Case.closed_on.is_(None) & (Case.due_on < today) & still_owed()
    ages = [(today - due_on).days for due_on in db.session.scalars(select(Case.due_on).where(late)) if due_on]
    open_again = Case.closed_on.is_(None) & ~still_owed()
    since = db.session.scalar(select(func.min(ClockFact.on)).join(Case, _reopenings()).where(open_again))
    # One that was refused, or never replied, was not searched for.
    told = _first_answer(EndReason.RESPONDED).between(start, end)
    return Measures(
        received=_count(Case.received_on.between(start, end) & valid),
        not_valid=_count(Case.received_on.between(start, end) & ~valid),
        set_aside=_set_aside(start, end),
        stopped=_count(
            Case.received_on.between(start, end)
            & exists()
            .where(ClockFact.case_id == Case.id, ClockFact.kind == "ended", ClockFact.struck_out_at.is_not(None))
            .correlate(Case)
        ),
        corrected_late=_count(
            Case.received_on.between(start, end)
            & exists().where(ClockFact.case_id == Case.id, ClockFact.late_before).correlate(Case)
        ),
        asked_late=len({found.case_id for found in more_time.asked_late(start, end)}),
        no_letter=len({found.case_id for found in more_time.without_letter(start, end)}),
        told_late=len(more_time.told_late(start, end)),
        taken_back=_count(Case.received_on.between(start, end) & (Case.stage == Stage.WITHDRAWN.value)),
        by_two=_count(Case.received_on.between(start, end) & more_time.moved_by_two()),
        fell_due=_count(past),
        answered_in_time=_count(past & (func.coalesce(answered, Case.closed_on) <= Case.due_on)),
        open_now=_count(Case.closed_on.is_(None)),
        overdue_now=len(ages),
        overdue_part=_count(late & _has_part()),
        overdue_bands=tuple((_band(low, high), _between(ages, low, high)) for low, high in _BANDS),
        oldest_overdue_days=max(ages, default=None),
        reopened=_count(exists().where(_reopenings(), ClockFact.on.between(start, end), ClockFact.on >= answered)),
        reopened_open=_count(open_again),
        oldest_reopened_days=(today - since).days if since else None,
        answered=_count(told),
        searches_complete=_count(told & searches_complete()),
    )


def _set_aside(start: date, end: date) -> tuple[tuple[str, int, int], ...]:
    """Requests received in the period that stand set aside, by the reason of the last time."""
    last = select(NotValid.case_id, func.max(NotValid.created_at).label("at")).group_by(NotValid.case_id).subquery()
    query = (
        select(NotValid.code, func.count(), func.count(NotValid.lateness))
        .join(last, (NotValid.case_id == last.c.case_id) & (NotValid.created_at == last.c.at))
        .join(Case, Case.id == NotValid.case_id)
        .where(Case.received_on.between(start, end), Case.stage == Stage.NOT_VALID.value)
        .group_by(NotValid.code)
        .order_by(NotValid.code)
    )
    return tuple((code, number, late) for code, number, late in db.session.execute(query))


def _first_answer(*reasons: EndReason) -> ScalarSelect[date]:
    """The day of the case's first answer of these kinds, NULL where it had none."""
    ended = (ClockFact.kind == "ended") & ClockFact.reason_code.in_(reasons) & ClockFact.struck_out_at.is_(None)
    return select(func.min(ClockFact.on)).where(ClockFact.case_id == Case.id, ended).correlate(Case).scalar_subquery()


def _has_part() -> ColumnElement[bool]:
    """Whether part of an answer went out, and was not stopped before it reached anybody."""
    return exists().where(Disclosure.case_id == Case.id, Disclosure.struck_out_at.is_(None)).correlate(Case)


def _reopenings() -> ColumnElement[bool]:
    """The facts that a case was opened again."""
    return (ClockFact.case_id == Case.id) & (ClockFact.kind == "reopened") & ClockFact.struck_out_at.is_(None)


def _count(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(condition)) or 0


def _band(low: int, high: int | None) -> str:
    return f"{low} to {high} days" if high else "Over 365 days"


def _between(ages: list[int], low: int, high: int | None) -> int:
    return sum(1 for age in ages if age >= low and (high is None or age <= high))
