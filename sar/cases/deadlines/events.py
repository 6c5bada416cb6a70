"""What goes into the clock: raw dated facts, and the rules they are read under.

Every date is a civil date in Europe/London. Nothing here is ever a rolled or computed date. What is asked or told by a
letter happens on the day the letter goes: `written` is the day it was written, where that is another one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sar.cases.calendars import Calendar

NEW_RULES_FROM = date(2026, 2, 5)
RULES_VERSION = "2026-02-05/1"
LEGACY_RULES_VERSION = "before-2026-02-05/1"


class Regime(StrEnum):
    """Which law covers a record, and so which clock it runs under."""

    UKGDPR = "UKGDPR"
    LE = "LE"


class PauseMode(StrEnum):
    """How the days of a clarification are counted: after the day asked, or from it."""

    CONSERVATIVE = "conservative"
    STATUTORY = "statutory"


class ExtensionReason(StrEnum):
    """The only two grounds for two further months (Art 12A(3); s.54(3A))."""

    COMPLEXITY = "COMPLEXITY"
    NUMBER = "NUMBER"


class EndReason(StrEnum):
    """Why the clock no longer runs."""

    RESPONDED = "RESPONDED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    NO_REPLY = "NO_REPLY"
    NOT_VALID = "NOT_VALID"


# Endings that are an answer. A request that was taken back, or was none, had none.
ANSWER_REASONS = frozenset({EndReason.RESPONDED, EndReason.REFUSED})


@dataclass(frozen=True)
class Received:
    """Any part of the organisation got the request, in any form. Recorded twice, the earlier day counts."""

    on: date


@dataclass(frozen=True)
class IdRequested:
    """Proof of identity was asked for."""

    on: date
    written: date | None = None


@dataclass(frozen=True)
class IdReceived:
    """Sufficient proof of identity came."""

    on: date


@dataclass(frozen=True)
class AuthorityRequested:
    """A representative's written authority was asked for."""

    on: date
    written: date | None = None


@dataclass(frozen=True)
class AuthorityReceived:
    """The written authority came."""

    on: date


@dataclass(frozen=True)
class FeeRequested:
    """A fee was charged (Art 12(5); s.53)."""

    on: date
    written: date | None = None


@dataclass(frozen=True)
class FeePaid:
    """The fee was paid."""

    on: date


@dataclass(frozen=True)
class ClarificationRequested:
    """Question number `number` was put to the requester."""

    on: date
    number: int
    written: date | None = None


@dataclass(frozen=True)
class ClarificationReceived:
    """Question number `number` was answered."""

    on: date
    number: int


@dataclass(frozen=True)
class Extended:
    """The requester was told, with reasons, that two further months are needed."""

    on: date
    reason: ExtensionReason
    written: date | None = None


@dataclass(frozen=True)
class Unsent:
    """A letter was written on a day and has not gone out: nobody was asked or told anything by it.

    `what` is the kind of event that it becomes on the day it goes, one of BY_LETTER.
    """

    on: date
    what: str
    number: int = 1


@dataclass(frozen=True)
class Ended:
    """The work ended, for the `number`th time."""

    on: date
    reason: EndReason
    number: int = 1


@dataclass(frozen=True)
class Reopened:
    """Work goes on after the `number`th ending. An answer stands all the same; any other ending is undone."""

    on: date
    number: int = 1


ClockEvent = (
    Received
    | IdRequested
    | IdReceived
    | AuthorityRequested
    | AuthorityReceived
    | FeeRequested
    | FeePaid
    | ClarificationRequested
    | ClarificationReceived
    | Extended
    | Unsent
    | Ended
    | Reopened
)

_DATED: Mapping[str, Callable[[date], ClockEvent]] = {
    "received": Received,
    "id_received": IdReceived,
    "authority_received": AuthorityReceived,
    "fee_paid": FeePaid,
}
_ASKED: Mapping[str, Callable[[date, date | None], ClockEvent]] = {
    "id_requested": IdRequested,
    "authority_requested": AuthorityRequested,
    "fee_requested": FeeRequested,
}
_NUMBERED: Mapping[str, Callable[[date, int], ClockEvent]] = {
    "clarification_received": ClarificationReceived,
    "reopened": Reopened,
}
# What can be asked or told by a letter.
BY_LETTER = frozenset({*_ASKED, "clarification_requested", "extended"})
KINDS = frozenset({*_DATED, *_NUMBERED, *BY_LETTER, "ended"})


def make_event(kind: str, on: date, *, number: int = 1, reason: str = "", written: date | None = None) -> ClockEvent:
    """The event stored under `kind`, one of KINDS. ValueError if the kind or the reason is unknown.

    `written` is the day its letter was written, None for what was not done by a letter of ours.
    """
    other_day = written if written != on else None
    if kind in _DATED:
        return _DATED[kind](on)
    if kind in _ASKED:
        return _ASKED[kind](on, other_day)
    if kind in _NUMBERED:
        return _NUMBERED[kind](on, number)
    if kind == "clarification_requested":
        return ClarificationRequested(on, number, other_day)
    if kind == "extended":
        return Extended(on, ExtensionReason(reason), other_day)
    if kind == "ended":
        return Ended(on, EndReason(reason), number)
    raise ValueError(f"There is no clock event called {kind!r}.")


@dataclass(frozen=True)
class ClockRules:
    """What the facts are read under: the law, the calendar and the organisation's settings."""

    regime: Regime
    calendar: Calendar
    pause_mode: PauseMode = PauseMode.CONSERVATIVE
    internal_target_days: int = 28
    id_grace_working_days: int = 3
