"""Loads the fictional cases through the same services that people use, each in another state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from sar.access import service as access
from sar.access.models import Staff
from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.models import Case
from sar.cases.queries import case_by_submission
from sar.cases.workflow import Event
from sar.consultation import service as consultation
from sar.consultation.queries import to_ask
from sar.demo import search_steps
from sar.demo.material import CONTACTS, IDENTITY_PHOTO, STAFF, DemoCase, load_case
from sar.demo.states import Office, make_states
from sar.foundation import jobs
from sar.foundation.actors import PUBLIC, SYSTEM, Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.ids import random_id
from sar.intake import service as intake
from sar.intake.answers import Channel
from sar.records import directory
from sar.records import queries as record_queries
from sar.records import service as records
from sar.records.models import Record
from sar.records.searches import queries as search_queries
from sar.records.searches import service as searches
from sar.review import service as review


@dataclass(frozen=True)
class Opened:
    """A case that was just opened, and what its requester wrote down."""

    case_id: str
    reference: str
    phrase: str


def actor_for(role: Role) -> Actor:
    """The demo's member of staff with this role."""
    for staff in db.session.scalars(select(Staff)):
        if role in staff.role_set:
            return Actor(ActorKind.STAFF, staff.id, staff.role_set)
    raise LookupError(f"no demo staff for {role}")


def seed_staff() -> None:
    """The people who work here, once."""
    if db.session.scalar(select(Staff.id).limit(1)) is None:
        for person in STAFF:
            access.add_staff(
                SYSTEM, name=person.name, email=person.email, password=person.password, roles=frozenset({person.role})
            )


def seed_contacts() -> None:
    """Whom to ask for a search, once."""
    if not search_queries.contact_counts():
        dpo = actor_for(Role.DPO)
        for area in search_queries.areas():
            name, role, mailbox = CONTACTS.get(area.name, ("Records desk", "", "records-desk"))
            email = f"{mailbox}@northvale.example"
            manager = "head-of-operations@northvale.example"
            searches.add_contact(dpo, area.id, name=name, role=role, email=email, manager_email=manager)


def seed_originators(case: DemoCase) -> dict[str, str]:
    """Originators of a case, by name; those that exist already are used."""
    dpo = actor_for(Role.DPO)
    known = {found.name: found.id for found in record_queries.originators()}
    for name, kind, email in case.originators:
        if name not in known:
            known[name] = directory.add_originator(
                dpo, name=name, kind=kind, email=email, contact_name="Information rights team"
            ).id
    return known


def open_request(app: Flask, case: DemoCase, *, days_ago: int = 0, work: Callable[[], object] | None = None) -> Opened:
    """The request arrives: online with a photo, or logged by an officer who received it some days ago.

    `work` waits until the background work is done; without it, it is done here.
    """
    if case.channel is Channel.ONLINE and not days_ago:
        with IDENTITY_PHOTO.open("rb") as photo:
            receipt = intake.submit(PUBLIC, case.answers, photo, "id.jpg", random_id())
    else:
        channel = Channel.POST if case.channel is Channel.ONLINE else case.channel
        receipt = intake.log_request(
            actor_for(Role.CASEWORKER),
            case.answers,
            channel=channel,
            received_on=london_today() - timedelta(days=days_ago),
        )
    _ = work() if work else jobs.run_pending(app)
    opened = case_by_submission(receipt.submission_id)
    assert opened is not None  # the job has run
    return Opened(opened.id, receipt.reference, receipt.phrase)


def add_files(case_id: str, case: DemoCase, officer: Actor) -> list[Record]:
    """Every file of a case, as an officer uploads them."""
    originators = seed_originators(case)
    added = []
    for item in case.files:
        with item.path.open("rb") as stream:
            added.append(
                records.add_record(
                    officer,
                    case_id,
                    stream,
                    item.path.name,
                    title=item.title,
                    originator_id=originators[item.originator] if item.originator else None,
                    regime="LE",
                    received_on=london_today(),
                    document_date=item.dated,
                )
            )
    return added


def move(officer: Actor, case_id: str, event: Event) -> None:
    case = db.session.get_one(Case, case_id)
    cases.advance(officer, case_id, event, cases.facts_of(officer, case))


def seed_cases(app: Flask) -> Opened:
    """Four requests with files: in review, at their originators, nearly due, just begun; small ones in other states.

    Returns the first.
    """
    officer, dpo = actor_for(Role.CASEWORKER), actor_for(Role.DPO)
    make_states(app, Office(officer, dpo, actor_for(Role.SECOND_READER)))
    in_review = open_request(app, load_case(1), days_ago=9)
    acknowledge(officer, in_review.case_id)
    cases.check_identity(officer, in_review.case_id, "photo_id")
    move(officer, in_review.case_id, Event.START_GATHERING)
    search_steps.begin(officer, in_review.case_id)
    add_files(in_review.case_id, load_case(1), officer)

    at_originator = open_request(app, load_case(2), days_ago=12)
    acknowledge(officer, at_originator.case_id)
    cases.check_identity(officer, at_originator.case_id, "known", known_by="Ana Duke", how="her officer since May")
    move(officer, at_originator.case_id, Event.START_GATHERING)
    search_steps.begin(officer, at_originator.case_id)
    add_files(at_originator.case_id, load_case(2), officer)
    jobs.run_pending(app)

    search_steps.finish(officer, in_review.case_id)
    review.start_review(officer, in_review.case_id)
    case = db.session.get_one(Case, at_originator.case_id)
    for group in to_ask(case):
        consultation.send(officer, case.id, group.originator.id, [found.id for found in group.records])

    nearly_due = open_request(app, load_case(3), days_ago=27)
    fresh = open_request(app, load_case(4), days_ago=1)
    # The worker reads these files while the service is already up.
    for opened, number, who in ((nearly_due, 3, dpo), (fresh, 4, officer)):
        acknowledge(who, opened.case_id)
        move(who, opened.case_id, Event.START_GATHERING)
        add_files(opened.case_id, load_case(number), who)
    return in_review


def acknowledge(officer: Actor, case_id: str) -> None:
    with write_transaction():
        case = db.session.get_one(Case, case_id)
        cases.assign(officer, case_id, officer.id)
        cases.acknowledge(officer, case_id, case.version)
