"""A small office at work: enough of everything for an attacker to reach for, made by the real services.

Two requests with names that occur nowhere else, a record of each, an originator asked about each, and one person
in every role.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import MetaData, Table, select

from sar.access import service as access
from sar.access.permissions import Role
from sar.cases import service as cases
from sar.cases.complaints import service as complaints
from sar.cases.links import service as links
from sar.cases.links.service import LinkKind
from sar.cases.models import Case
from sar.cases.refusals import service as refusals
from sar.cases.refusals.models import Kind
from sar.cases.tasks import service as tasks
from sar.cases.workflow import Event
from sar.cases.writing import service as writing
from sar.consultation import service as consultation
from sar.consultation.service import PURPOSE
from sar.foundation.actors import SYSTEM, ActorKind
from sar.foundation.admission import Kind as FileKind
from sar.foundation.db import db, write_transaction
from sar.foundation.jobs import run_pending
from sar.intake import mail
from sar.intake.answers import Channel, Contact, Relationship, Representative, RequestAnswers, Route
from sar.intake.models import Submission
from sar.intake.service import log_request
from sar.records.directory import add_originator
from sar.records.roles import service as roles
from sar.records.roles.controllers import Named
from sar.records.searches.queries import areas
from sar.records.searches.service import add_contact, ask, choose
from sar.records.service import add_record
from tests.integration.intake.walk import Browser
from tests.security.people import actor_of, browser_of, employ

PDF = Path(__file__).parents[1] / "fixtures" / "traps" / "00_base.pdf"
# Words that stand for personal data: they may be read only by those who may see the case they belong to.
CANARIES = {
    "name": "Quillonella Marchbanks",
    "former": "Quillonella Thistlewood",
    "email": "quillonella@marchbanks.example",
    "street": "7 Gooseberry Passage",
    "wanted": "the letters about my curfew at Fennimore",
    "title": "Gooseberry crime report",
    "contact": "Peregrine Cholmondeley",
    "representative": "Bartholomew Quimbleford",
    "other name": "Ozymandias Featherstonehaugh",
    "other title": "Featherstonehaugh custody log",
    "attached": "Quimbleford power of attorney.pdf",
}
PERSONAS = [role.value for role in Role] + ["requester", "originator", "anonymous"]


@dataclass
class World:
    app: Flask
    staff: dict[str, str] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    originators: list[str] = field(default_factory=list)
    consultations: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    proposals: list[str] = field(default_factory=list)
    controllers: list[str] = field(default_factory=list)
    passings: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    link: str = ""
    searches: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)

    @property
    def area_id(self) -> str:
        with self.app.app_context():
            return areas()[0].id

    def browser(self, persona: str, *, stepped_up: bool = True, which: int = 0) -> Browser:
        """A browser in which this kind of person is signed in: to the first request, or to the second."""
        if persona == "anonymous":
            return Browser(self.app)
        if persona == "requester":
            return browser_of(self.app, ActorKind.REQUESTER, self.references[which])
        if persona == "originator":
            return browser_of(self.app, ActorKind.ORIGINATOR, self.consultations[which])
        return browser_of(self.app, ActorKind.STAFF, self.staff[persona], stepped_up=stepped_up)

    def values(self, which: int = 0) -> dict[str, Any]:
        """What to put into the addresses: things that are there. An argument not named here gets a made-up id."""
        return {
            "case_id": self.cases[which],
            "record_id": self.records[which],
            "originator_id": self.originators[which],
            "consultation_id": self.consultations[which],
            "search_id": self.searches[which],
            "area_id": self.area_id,
            "contact_id": self.contacts[which],
            "controller_id": self.controllers[which],
            "passed_on_id": self.passings[which],
            "staff_id": self.staff["caseworker"],
            "token": self.links[which],
            "draft_id": self.drafts[which],
            "complaint_id": self.complaints[which],
            "outside_id": self.outside[which],
            "proposal_id": self.proposals[which],
            "kind": "refuse",
            "task_id": self.tasks[which],
            "link_id": self.link,
            "reference": self.references[which],
        }


def build(app: Flask) -> World:
    world = World(app)
    with app.app_context():
        for role in Role:
            world.staff[role.value] = employ(f"{role.value}@northvale.example", role)
        for number in (0, 1):
            _add_request(world, number)
        run_pending(app)
        for number in (0, 1):
            _add_consultation(world, number)
            _add_held(world, number)
            _add_letter(world, number)
            _add_complaints(world, number)
        officer = actor_of(world.staff["caseworker"])
        for case_id in world.cases:
            world.tasks.append(tasks.add_task(officer, case_id, "Ring the prison").id)
        world.link = links.link(officer, world.cases[0], world.references[1], LinkKind.RELATED, "Same address").id
        db.session.remove()
    return world


def _add_request(world: World, number: int) -> None:
    officer = actor_of(world.staff["caseworker"])
    receipt = log_request(officer, _answers(number), channel=Channel.POST, received_on=date(2025, 6, 2))
    _keep_mail(receipt.submission_id, CANARIES["attached" if number == 0 else "other title"])
    run_pending(world.app)
    case_id = db.session.scalars(select(Case.id).where(Case.reference == receipt.reference)).one()
    cases.acknowledge(officer, case_id, db.session.get_one(Case, case_id).version)
    cases.check_identity(officer, case_id, "known", known_by="Ana Duke", how="her officer since May")
    case = db.session.get_one(Case, case_id)
    cases.advance(officer, case_id, Event.START_GATHERING, cases.facts_of(officer, case))
    dpo = actor_of(world.staff["dpo"])
    originator = add_originator(dpo, name=f"Constabulary {number}", kind="police", email=f"p{number}@police.example")
    with PDF.open("rb") as stream:
        record = add_record(
            officer,
            case_id,
            stream,
            "report.pdf",
            title=CANARIES["title" if number == 0 else "other title"],
            originator_id=originator.id,
            regime="LE",
            received_on=date(2025, 6, 3),
            document_date=None,
        )
    contact = add_contact(
        dpo, areas()[number].id, name=CANARIES["contact"], role="Archive", email=f"contact{number}@northvale.example"
    )
    searches = choose(officer, case_id, [area.id for area in areas()])
    ask(officer, searches[number].id, [contact.id])
    world.contacts.append(contact.id)
    world.searches.append(searches[number].id)
    world.references.append(receipt.reference)
    world.cases.append(case_id)
    world.originators.append(originator.id)
    world.records.append(record.id)


def _keep_mail(submission_id: str, name: str) -> None:
    """The mail that the request came in, with one attachment, as it is after the sandbox has read it."""
    message, content = EmailMessage(), PDF.read_bytes()
    message.set_content(CANARIES["wanted"])
    message.add_attachment(content, "application", "pdf", filename=name)
    sha256 = hashlib.sha256(content).hexdigest()
    read = dict.fromkeys(("sha256", "sender_name", "sender", "to", "subject", "text"), "")
    attached = {"name": name, "size": len(content), "sha256": sha256, "picture": False}
    with write_transaction() as session:
        submission = session.get_one(Submission, submission_id)
        enclosed = mail.Enclosed(message.as_bytes(), FileKind.EMAIL.value, read | {"attachments": [attached]})
        mail.keep(SYSTEM, submission, enclosed)


def _add_consultation(world: World, number: int) -> None:
    officer = actor_of(world.staff["caseworker"])
    sent = consultation.send(officer, world.cases[number], world.originators[number], [world.records[number]])
    world.consultations.append(sent.id)
    with write_transaction():
        world.links.append(access.issue_link(SYSTEM, PURPOSE, sent.id, 21))


def _add_held(world: World, number: int) -> None:
    """A record that is not ours, and the request passed on to whoever decides about it."""
    officer, words = actor_of(world.staff["caseworker"]), CANARIES["title" if number == 0 else "other title"]
    with PDF.open("rb") as stream:
        held = add_record(
            officer,
            world.cases[number],
            stream,
            "held.pdf",
            title=words,
            originator_id=None,
            regime="UKGDPR",
            received_on=date(2025, 6, 3),
            role="processor",
            controller=Named(name=f"{words} keepers"),
        )
    world.controllers.append(str(held.controller_id))
    passed = roles.record_passed_on(officer, world.controllers[number], way="phone", on=date(2025, 6, 4))
    world.passings.append(passed.id)


def _add_letter(world: World, number: int) -> None:
    words = CANARIES["wanted" if number == 0 else "other title"]
    filled: dict[str, str | list[str]] = {"controller": words, "reasons": [words]}
    written = writing.write(SYSTEM, world.cases[number], "referral", filled, channel="in_person")
    world.drafts.append(written.id)


def _add_complaints(world: World, number: int) -> None:
    words = CANARIES["wanted" if number == 0 else "other title"]
    case_id, day = world.cases[number], date(2026, 7, 1)
    world.complaints.append(complaints.log(SYSTEM, case_id, words, day, complaints.Channel.POST).id)
    elsewhere = complaints.record_outside(SYSTEM, case_id, complaints.Body.COURT, words, day, words)
    world.outside.append(elsewhere.id)
    world.proposals.append(refusals.propose(SYSTEM, case_id, Kind.REFUSE, words).id)


def _answers(number: int) -> RequestAnswers:
    if number:
        return RequestAnswers(CANARIES["other name"], Contact(Route.POST, address="1 Station Road"), wanted="all of it")
    return RequestAnswers(
        CANARIES["name"],
        Contact(Route.EMAIL, email=CANARIES["email"]),
        former_names=(CANARIES["former"],),
        address=CANARIES["street"],
        wanted=CANARIES["wanted"],
        representative=Representative(
            Relationship.RELATIVE, CANARIES["representative"], Contact(Route.EMAIL, email="b@quimbleford.example")
        ),
    )


def everything_stored(app: Flask) -> dict[str, set[str]]:
    """Each table's rows as text, so that two moments can be compared. As the database has them, not as we think."""
    with app.app_context():
        metadata = MetaData()
        metadata.reflect(db.engine)
        with db.engine.connect() as connection:
            return {
                name: {repr(tuple(row)) for row in connection.execute(select(table))}
                for name, table in metadata.tables.items()
                if isinstance(table, Table) and not name.startswith("procrastinate")
            }
