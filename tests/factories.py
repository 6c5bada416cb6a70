"""What tests start from, made through the real services. Every test says itself what matters to it."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from sar.access.permissions import Role
from sar.access.service import add_staff
from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.workflow import Event
from sar.foundation import messages
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.messages import Delivery
from sar.intake import service as intake
from sar.intake.answers import Channel, Contact, RequestAnswers, Route
from sar.records import service as records
from sar.records.models import Originator, Record
from sar.records.searches import service as searching
from sar.records.searches.queries import areas
from sar.settings import PROJECT_ROOT

DEMO_DATA = PROJECT_ROOT / "sar" / "demo_data"
PASSWORD = "marble kettle orchard stone"


def staff_actor(*roles: Role, name: str = "Sam Officer") -> Actor:
    """A new member of staff, as the actor of commands."""
    email = f"{name.lower().replace(' ', '.')}.{'.'.join(sorted(roles))}@northvale.example"
    person = add_staff(SYSTEM, name=name, email=email, password=PASSWORD, roles=frozenset(roles))
    return Actor(ActorKind.STAFF, person.id, frozenset(person.role_set))


def received_case(full_name: str = "Marlon Pryce", received_on: date | None = None) -> Case:
    """A case that has just been opened from a request by post."""
    answers = RequestAnswers(
        full_name=full_name,
        contact=Contact(route=Route.POST, address="4 Mill Lane\nNorthvale"),
        former_names=("Marlon Reid",),
        date_of_birth=date(1987, 4, 12),
    )
    receipt = intake.log_request(SYSTEM, answers, channel=Channel.POST, received_on=received_on or london_today())
    return cases.open_case(SYSTEM, receipt.submission_id)


def letters_go(case: Case, on: date | None = None) -> None:
    """Somebody posts, or tells, all that waits for that: today, or on another day."""
    db.session.rollback()  # what was read before is an old snapshot
    for message in messages.about(case.id):
        if message.delivery == Delivery.TO_DO:
            messages.mark_sent(SYSTEM, message.id, on)


def gathering_case(full_name: str = "Marlon Pryce", received_on: date | None = None) -> Case:
    """A case whose records are being gathered, identity settled."""
    case = received_case(full_name, received_on)
    cases.acknowledge(SYSTEM, case.id, case.version)
    cases.check_identity(SYSTEM, case.id, "officer_letter")
    cases.advance(SYSTEM, case.id, Event.START_GATHERING, cases.facts_of(SYSTEM, case))
    return visible_case(SYSTEM, case.id)


def searches_done(case_id: str, actor: Actor = SYSTEM) -> None:
    """Somebody looked everywhere, and nothing more was there. While records are gathered or reviewed."""
    made = searching.choose(actor, case_id, [area.id for area in areas()])
    searching.finish(actor, case_id, [search.id for search in made], "nothing_held")


def an_originator(name: str = "Calder Police", kind: str = "police", email: str = "sar@police.example") -> Originator:
    return records.add_originator(SYSTEM, name=name, kind=kind, email=email, contact_name="Disclosure unit")


def a_record(
    case: Case,
    content: bytes | Path,
    file_name: str = "record.pdf",
    *,
    actor: Actor = SYSTEM,
    title: str = "",
    originator: Originator | None = None,
    regime: str = "LE",
) -> Record:
    """One file of a case, not read yet: run the jobs for that. A path gives its own name."""
    if isinstance(content, Path):
        content, file_name = content.read_bytes(), content.name
    return records.add_record(
        actor,
        case.id,
        io.BytesIO(content),
        file_name,
        title=title,
        originator_id=originator.id if originator else None,
        regime=regime,
        received_on=london_today(),
    )
