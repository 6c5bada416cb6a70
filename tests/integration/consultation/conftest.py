"""A case with a record of the police, one of a school and one of our own, on each engine in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from sar.access.permissions import Role
from sar.cases.models import Case
from sar.consultation import service
from sar.consultation.models import Consultation
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.db import db
from sar.records import service as records
from sar.records.models import Originator
from tests.factories import a_record, an_originator, gathering_case, staff_actor
from tests.integration.consultation.paper import paper

# Found nowhere but on the case: an originator must never be shown any of them.
REQUESTER = "Quillonella Marchbanks"
OWN_TITLE = "Featherstonehaugh supervision notes"
SCHOOL_TITLE = "Ozymandias attendance letter"
POLICE_TITLE = "Crime report 4471"


@pytest.fixture(autouse=True)
def _on_both_engines(database: str) -> None:
    """Asked for by every test here, so that `app` is made on each engine in turn."""


@dataclass(frozen=True)
class Office:
    """Ids rather than rows: a test may be in another session, or on another day."""

    app: Flask
    officer: Actor
    case_id: str
    police_id: str
    police_record: str

    @property
    def case(self) -> Case:
        return db.session.get_one(Case, self.case_id)

    def ask(self) -> Consultation:
        """Ask the police about their record."""
        return service.send(self.officer, self.case_id, self.police_id, [self.police_record])


@dataclass(frozen=True)
class Others:
    """Records of the same case that are none of the police's business."""

    school: str
    own: str


@pytest.fixture
def office(in_app: Flask, run_jobs: Callable[[], int]) -> Office:
    officer = staff_actor(Role.CASEWORKER)
    case = gathering_case(REQUESTER)
    police = an_originator()
    found = a_record(case, paper(POLICE_TITLE), "1.pdf", title=POLICE_TITLE, originator=police)
    run_jobs()
    return Office(in_app, officer, case.id, police.id, found.id)


@pytest.fixture
def others(office: Office, run_jobs: Callable[[], int]) -> Others:
    school = an_originator("St Swithin School", "school", "office@school.example")
    letter = a_record(office.case, paper(SCHOOL_TITLE), "2.pdf", title=SCHOOL_TITLE, originator=school)
    notes = a_record(office.case, paper(OWN_TITLE), "3.pdf", title=OWN_TITLE)
    run_jobs()
    return Others(letter.id, notes.id)


@pytest.fixture
def no_mail(office: Office) -> Originator:
    """The police, whose address nobody knows any more."""
    return records.change_originator(
        office.officer, office.police_id, name="Calder Police", kind="police", email="", contact_name=""
    )


def originator_of(consultation: Consultation) -> Actor:
    return Actor(ActorKind.ORIGINATOR, consultation.id)
