"""Which finished cases a list shows, as it stands in the address of the page, and in the database's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, not_, or_, select
from sqlalchemy.orm import aliased

from sar.cases.complaints.models import Complaint, OutsideComplaint
from sar.cases.complaints.models import State as ComplaintState
from sar.cases.deadlines import EndReason
from sar.cases.links.models import CaseLink
from sar.cases.models import Case, ClockFact
from sar.foundation.ids import parse_reference
from sar.oversight.retention.models import Erasure, Hold, LongerTime, State
from sar.oversight.retention.rules import Rule, Years, last_day_over

SOON_DAYS: Final = 90
UNDER_WAY: Final = (State.PROPOSED.value, State.AGREED.value)
_LONGEST: Final = 40


class Show(StrEnum):
    """`due`: the time is over and nothing stands in the way. `held`: it is over, and something holds the case."""

    DUE = "due"
    PROPOSED = "proposed"
    HELD = "held"
    SOON = "soon"
    KEPT = "kept"
    DESTROYED = "destroyed"


Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Filters:
    """What was asked for. `search` is a reference as it was typed: it is found in whatever list it stands."""

    show: Show = Show.DUE
    rule: Rule | None = None
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From the address of a page or the fields of a form. What makes no sense is left out."""
        return cls(
            show=_one(Show, given.get("show")) or Show.DUE,
            rule=_one(Rule, given.get("rule")),
            search=given.get("search", "").strip()[:_LONGEST],
        )

    def as_words(self, **changes: str) -> dict[str, str]:
        """What an address needs to show this list, or one that differs from it by `changes`."""
        words = {name: str(value) for name, value in vars(self).items() if value}
        return {name: value for name, value in {**words, **changes}.items() if value}

    def narrowed_by(self) -> list[str]:
        """The filters in use besides which list: a code, and that something was searched for."""
        return [*([f"rule={self.rule}"] if self.rule else []), *(["search"] if self.search else [])]

    @property
    def reference(self) -> str | None:
        return parse_reference(self.search)


def conditions(filters: Filters, years: Years, today: date) -> list[ColumnElement[bool]]:
    """The filters in the database's terms. That the actor may hear of the cases is not among them."""
    if filters.search:
        return [Case.reference == (filters.reference or ""), Case.closed_on.is_not(None)]
    found = _which(filters.show, years, today)
    if filters.rule:
        found.append(_kept_by(filters.rule))
    return found


def is_due(years: Years, today: date) -> ColumnElement[bool]:
    """Cases whose time is over, that nothing holds, and whose destruction nobody has proposed."""
    return and_(_is_over(years, today), not_(_is_held()), not_(_is_under_way()))


def _which(show: Show, years: Years, today: date) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = [Case.closed_on.is_not(None), Case.erased_on.is_(None)]
    over = _is_over(years, today)
    found: dict[Show, list[ColumnElement[bool]]] = {
        Show.DUE: [is_due(years, today)],
        Show.PROPOSED: [*kept, _is_under_way()],
        Show.HELD: [over, _is_held()],
        Show.SOON: [_is_over(years, today + timedelta(days=SOON_DAYS)), not_(over)],
        Show.KEPT: kept,
        Show.DESTROYED: [Case.erased_on.is_not(None)],
    }
    return found[show]


def _is_over(years: Years, today: date) -> ColumnElement[bool]:
    """Cases of which the last day has passed: the same as `Kept.is_over`, in the database's terms.

    Each rule has a latest day from which it is over; nothing in the case may have ended later.
    """
    last = {rule: last_day_over(years.of(rule), today) for rule in Rule}
    late = last[Rule.COMPLAINT]
    decided_later = or_(
        exists().where(Complaint.case_id == Case.id, Complaint.decided_on > late),
        exists().where(OutsideComplaint.case_id == Case.id, OutsideComplaint.decided_on > late),
    )
    over = or_(*(and_(_kept_by(rule), Case.closed_on <= last[rule]) for rule in Rule))
    return and_(
        Case.closed_on <= max(last.values()),  # for the index: what closed later is not looked at
        Case.erased_on.is_(None),
        over,
        or_(not_(_had_complaint()), not_(decided_later)),
        not_(exists().where(LongerTime.case_id == Case.id, LongerTime.until >= today)),
    )


def _kept_by(rule: Rule) -> ColumnElement[bool]:
    if rule is Rule.COMPLAINT:
        return _had_complaint()
    answered = _last_ending() == EndReason.RESPONDED.value
    return and_(not_(_had_complaint()), answered if rule is Rule.ANSWERED else not_(answered))


def _had_complaint() -> ColumnElement[bool]:
    return or_(
        exists().where(Complaint.case_id == Case.id),
        exists().where(OutsideComplaint.case_id == Case.id),
    )


def _last_ending() -> ScalarSelect[str]:
    """How the case ended last; every closed one has such a fact."""
    ended = (ClockFact.case_id == Case.id, ClockFact.kind == "ended", ClockFact.struck_out_at.is_(None))
    query = select(ClockFact.reason_code).where(*ended).order_by(ClockFact.number.desc(), ClockFact.created_at.desc())
    return query.limit(1).correlate(Case).scalar_subquery()


def _is_held() -> ColumnElement[bool]:
    """The same as `queries.holds_of`, in the database's terms."""
    other = aliased(Case)
    return or_(
        exists().where(Hold.case_id == Case.id, Hold.lifted_at.is_(None)),
        exists().where(Complaint.case_id == Case.id, Complaint.state != ComplaintState.DECIDED.value),
        exists().where(OutsideComplaint.case_id == Case.id, OutsideComplaint.outcome.is_(None)),
        exists().where(
            or_(
                and_(CaseLink.case_id == Case.id, CaseLink.other_id == other.id),
                and_(CaseLink.other_id == Case.id, CaseLink.case_id == other.id),
            ),
            CaseLink.ended_at.is_(None),
            other.closed_on.is_(None),
        ),
    )


def _is_under_way() -> ColumnElement[bool]:
    return exists().where(Erasure.case_id == Case.id, Erasure.state.in_(UNDER_WAY))


def _one(kind: type[Choice], value: str | None) -> Choice | None:
    return next((one for one in kind if one.value == value), None)
