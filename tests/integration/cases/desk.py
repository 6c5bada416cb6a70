"""Cases as they stand after some days of work, and the people who work on them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask

from sar.access import sessions
from sar.access.permissions import Role
from sar.cases import service
from sar.cases.ledger import Fact, case_for, store_fact
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.intake import service as intake
from sar.intake.answers import Channel, Contact, RequestAnswers, Route
from tests.factories import staff_actor
from tests.integration.intake.walk import Browser

NAME = "Quillon Zebedee Marchbanks"
STREET = "7 Gooseberry Passage"
POST = Contact(Route.POST, address=f"{STREET}\nNorthvale")
EMAIL = Contact(Route.EMAIL, email="quillon.marchbanks@example.org")
PHONE = Contact(Route.PHONE, phone="07700 900 321")
PRISON = Contact(Route.PRISON)


def caseworker(name: str = "Robin Field") -> Actor:
    return staff_actor(Role.CASEWORKER, name=name)


def dpo(name: str = "Dana Officer") -> Actor:
    return staff_actor(Role.DPO, name=name)


def opened(contact: Contact = POST, *, days_ago: int = 0, name: str = NAME, **answers: Any) -> Case:
    """A case opened from a request that came some days ago."""
    came = london_today() - timedelta(days=days_ago)
    receipt = intake.log_request(
        SYSTEM, RequestAnswers(full_name=name, contact=contact, **answers), channel=Channel.POST, received_on=came
    )
    return service.open_case(SYSTEM, receipt.submission_id)


def browser_of(app: Flask, actor: Actor) -> Browser:
    """A browser in which this member of staff has signed in."""
    with write_transaction():
        token = sessions.start(ActorKind.STAFF, actor.id)
    browser = Browser(app)
    browser.client.set_cookie("__Host-sar", token, secure=True)
    return browser


def ago(days: int) -> date:
    return london_today() - timedelta(days=days)


def parts(day: date) -> list[str]:
    """A date as the three boxes of a form send it."""
    return [str(day.day), str(day.month), str(day.year)]


def fresh(case: Case) -> Case:
    db.session.rollback()
    return visible_case(SYSTEM, case.id)


def put(case: Case, *facts: Fact) -> Case:
    for fact in facts:
        with write_transaction():
            store_fact(SYSTEM, case_for(SYSTEM, case.id), fact)
    return fresh(case)
