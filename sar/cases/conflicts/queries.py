"""Reads of conflicts, for the data protection officer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, select

from sar.access.models import Staff
from sar.access.permissions import Permission, allows
from sar.cases.models import Case, ConflictOfInterest, NamedPerson
from sar.foundation.actors import Actor
from sar.foundation.db import db


def closed_to(case: Case) -> list[Staff]:
    """The people a case is closed to, by name."""
    return _people(select(ConflictOfInterest.staff_id).where(ConflictOfInterest.case_id == case.id))


def named(case: Case) -> list[Staff]:
    """The people a restricted case is for, by name."""
    return _people(select(NamedPerson.staff_id).where(NamedPerson.case_id == case.id))


def open_to_all() -> ColumnElement[bool]:
    """The condition that a case is about someone connected with us, and nobody has been kept from it yet."""
    closed = select(ConflictOfInterest.case_id)
    return and_(Case.staff_link_sealed.is_not(None), Case.restricted.is_(False), Case.id.not_in(closed))


def is_open_to_all(case: Case) -> bool:
    """The same of one case."""
    return db.session.scalar(select(Case.id).where(Case.id == case.id, open_to_all())) is not None


def left_alone(actor: Actor) -> list[Case]:
    """Restricted cases that no data protection officer can see any more: those who could have left. Oldest first.

    For the data protection officers, so that each of these can be taken over; never one that is closed to the actor by
    name. Two queries, one where nothing is restricted.
    """
    if not allows(actor.roles, Permission.CASE_ASSIGN):
        return []
    mine = select(ConflictOfInterest.case_id).where(ConflictOfInterest.staff_id == actor.id)
    wanted = (Case.restricted, Case.erased_on.is_(None), Case.id.not_in(mine))
    restricted = list(db.session.scalars(select(Case).where(*wanted).order_by(Case.received_on, Case.id)))
    if not restricted:
        return []
    closed = exists().where(
        ConflictOfInterest.case_id == NamedPerson.case_id, ConflictOfInterest.staff_id == NamedPerson.staff_id
    )
    query = select(NamedPerson.case_id, Staff.roles).join(Staff, Staff.id == NamedPerson.staff_id)
    rows = db.session.execute(query.where(Staff.disabled.is_(False), ~closed))
    decided_by_someone = {row.case_id for row in rows if allows(row.roles.split(), Permission.CASE_ASSIGN)}
    return [case for case in restricted if case.id not in decided_by_someone]


def _people(ids: Select[str]) -> list[Staff]:
    found = db.session.scalars(select(Staff).where(Staff.id.in_(ids)))
    return sorted(found, key=lambda person: person.name.casefold())
