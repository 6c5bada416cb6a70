"""Which cases a list shows, as it stands in the address of the page: a list can be kept as a bookmark, or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import ColumnElement

from sar.cases.deadlines import ClockState, Regime
from sar.cases.models import Case
from sar.cases.queries import still_owed
from sar.cases.waiting import Whom, waits_for, waits_for_nobody
from sar.cases.workflow import Stage
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.ids import parse_reference
from sar.intake import search_words

SOON_DAYS: Final = 10
NOBODY: Final = "nobody"
_LONGEST: Final = 100


class Whose(StrEnum):
    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"


class Show(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    SOON = "soon"
    CLOSED = "closed"
    ALL = "all"


Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Filters:
    """What was asked for. `awaiting` is a Whom or NOBODY; `office` and `search` are words as they were typed."""

    whose: Whose = Whose.TEAM
    show: Show = Show.OPEN
    stage: Stage | None = None
    clock: ClockState | None = None
    regime: Regime | None = None
    awaiting: str = ""
    office: str = ""
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From the address of a page or the fields of a form. What makes no sense is left out.

        A search is for a person or a reference: it looks through all cases unless the address says otherwise.
        """
        search = given.get("search", "").strip()[:_LONGEST]
        awaiting = given.get("awaiting", "")
        return cls(
            whose=_one(Whose, given.get("whose")) or Whose.TEAM,
            show=_one(Show, given.get("show")) or (Show.ALL if search else Show.OPEN),
            stage=_one(Stage, given.get("stage")),
            clock=_one(ClockState, given.get("clock")),
            regime=_one(Regime, given.get("regime")),
            awaiting=awaiting if awaiting == NOBODY or _one(Whom, awaiting) else "",
            office=given.get("office", "").strip()[:_LONGEST],
            search=search,
        )

    def as_words(self, **changes: str) -> dict[str, str]:
        """What an address needs to show this list, or one that differs from it by `changes`."""
        words = {name: str(value) for name, value in vars(self).items() if value}
        return {name: value for name, value in {**words, **changes}.items() if value}

    def narrowed_by(self) -> list[str]:
        """The filters in use besides whose and which, with their codes; of typed words only that there were some."""
        coded = {name: getattr(self, name) for name in ("stage", "clock", "regime", "awaiting")}
        typed = [name for name in ("office", "search") if getattr(self, name)]
        return [f"{name}={value}" for name, value in coded.items() if value] + typed

    @property
    def reference(self) -> str | None:
        """The one case that was asked for by its reference, whatever list one happens to look at."""
        return parse_reference(self.search)

    def everyones(self) -> Filters:
        return replace(self, whose=Whose.TEAM)


def conditions(filters: Filters, actor: Actor) -> list[ColumnElement[bool]]:
    """The filters in the database's terms. That the actor may see the cases is not among them."""
    if filters.reference:
        return [Case.reference == filters.reference]
    return [*_whose(filters.whose, actor), *_which(filters.show), *_narrowing(filters)]


def _whose(whose: Whose, actor: Actor) -> list[ColumnElement[bool]]:
    if whose is Whose.MINE:
        return [Case.officer_id == actor.id]
    return [Case.officer_id.is_(None)] if whose is Whose.UNASSIGNED else []


def _which(show: Show) -> list[ColumnElement[bool]]:
    today, still_open = london_today(), Case.closed_on.is_(None)
    found: dict[Show, list[ColumnElement[bool]]] = {
        Show.OPEN: [still_open],
        Show.OVERDUE: [still_open, Case.due_on < today, still_owed()],
        Show.SOON: [still_open, Case.due_on.between(today, today + timedelta(days=SOON_DAYS)), still_owed()],
        Show.CLOSED: [Case.closed_on.is_not(None)],
        Show.ALL: [],
    }
    return found[show]


def _narrowing(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.stage:
        found.append(Case.stage == filters.stage.value)
    if filters.clock:
        found.append(Case.clock_state == filters.clock.value)
    if filters.regime:
        found.append(Case.regimes.contains(filters.regime.value))
    if filters.awaiting:
        found.append(waits_for_nobody() if filters.awaiting == NOBODY else waits_for(Whom(filters.awaiting)))
    if filters.office:
        found.append(search_words.of_office(Case.scope_id, filters.office))
    if filters.search:
        found.append(search_words.named(Case.scope_id, filters.search))
    return found


def _one(kind: type[Choice], value: str | None) -> Choice | None:
    return next((one for one in kind if one.value == value), None)
