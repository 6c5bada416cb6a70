"""Reads of conflicts, for the data protection officer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, select

from sar.access.models import Staff
from sar.cases.models import Case, ConflictOfInterest, NamedPerson
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


def _people(ids: Select[str]) -> list[Staff]:
    found = db.session.scalars(select(Staff).where(Staff.id.in_(ids)))
    return sorted(found, key=lambda person: person.name.casefold())
