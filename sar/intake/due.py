"""When a request is due of which nothing is known yet but the day it came. The stage that knows the rules says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

Reckon = Callable[[date], date | None]


class _Rules:
    reckon: Reckon | None = None


def reckon_with(rules: Reckon) -> None:
    """Have `due_when_received` answered by this function."""
    _Rules.reckon = staticmethod(rules)


def due_when_received(received_on: date) -> date | None:
    """The due date of a request that came on this day; None where nobody can say."""
    return _Rules.reckon(received_on) if _Rules.reckon is not None else None
