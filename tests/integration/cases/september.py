"""A case of September 2026, in which letters are written on one day and go on another."""

from __future__ import annotations

from datetime import date, datetime

import time_machine

from sar.cases import service
from sar.cases.models import Case
from sar.cases.queries import clock_of
from sar.foundation import messages
from sar.foundation.actors import Actor
from sar.foundation.clock import LONDON
from sar.foundation.db import db
from sar.foundation.messages import Message
from tests.integration.cases.desk import fresh

Travel = time_machine.Traveller


def september(day: int) -> datetime:
    return datetime(2026, 9, day, 10, tzinfo=LONDON)


def letter_of(case: Case) -> Message:
    """The letter that was written last."""
    db.session.rollback()
    return messages.about(case.id)[-1]


def ask(officer: Actor, case: Case) -> Message:
    service.ask_question(officer, case.id, "Which office?", "You named none.")
    return letter_of(case)


def stands(case: Case) -> tuple[str, date | None]:
    """The state of the clock and the due date, as stored and as worked out anew."""
    stored, found = fresh(case), clock_of(fresh(case))
    assert (stored.clock_state, stored.due_on) == (found.state, found.due)
    return stored.clock_state, stored.due_on
