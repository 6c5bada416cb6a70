"""Cases that become due, and what was told of them by mail and in calendars."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation import messages
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.clock import LONDON
from sar.foundation.db import db, write_transaction
from tests.factories import received_case

TUESDAY = date(2026, 6, 9)


@contextmanager
def at(day: date, hour: int = 9) -> Iterator[None]:
    with time_machine.travel(datetime(day.year, day.month, day.day, hour, tzinfo=LONDON), tick=False):
        yield


def due(officer: Actor | None, due_on: date, name: str = "Quillonella Marchbanks") -> Case:
    """A case of this officer, due on a day that the test chooses."""
    case = received_case(name)
    if officer is not None:
        cases.assign(officer, case.id, officer.id)
    with write_transaction() as session:
        session.execute(update(Case).where(Case.id == case.id).values(due_on=due_on))
    return visible_case(SYSTEM, case.id)


def closed(on: date, name: str = "Quillonella Marchbanks") -> Case:
    """A case that was opened and taken back on one day."""
    with at(on):
        case = received_case(name)
        return cases.withdraw(SYSTEM, case.id, on, version=case.version)


def mailed(kind: str, to: str = "") -> list[messages.Message]:
    db.session.rollback()
    found = db.session.scalars(
        select(messages.Message).where(messages.Message.kind == kind).order_by(messages.Message.created_at)
    )
    return [message for message in found if to in message.to]


def events(app: Flask, address: str) -> dict[str, date]:
    """What a calendar program reads, with the library that many of them use."""
    answer = app.test_client().get(address.removeprefix("https://localhost"))
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert b"Quillonella" not in answer.data
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(event["summary"]): event.decoded("dtstart") for event in found}
