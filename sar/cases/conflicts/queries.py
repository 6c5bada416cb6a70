"""Reads of conflicts, for the data protection officer."""

from __future__ import annotations

from sqlalchemy import Select, select

from sar.access.models import Staff
from sar.cases.models import Case, ConflictOfInterest, NamedPerson
from sar.foundation.db import db


def closed_to(case: Case) -> list[Staff]:
    """The people a case is closed to, by name."""
    return _people(select(ConflictOfInterest.staff_id).where(ConflictOfInterest.case_id == case.id))


def named(case: Case) -> list[Staff]:
    """The people a restricted case is for, by name."""
    return _people(select(NamedPerson.staff_id).where(NamedPerson.case_id == case.id))


def is_open_to_all(case: Case) -> bool:
    """Whether a case is about someone connected with us, and nobody has been kept from it yet."""
    closed = select(ConflictOfInterest.id).where(ConflictOfInterest.case_id == case.id).limit(1)
    return bool(case.staff_link) and not case.restricted and db.session.scalar(closed) is None


def _people(ids: Select[str]) -> list[Staff]:
    found = db.session.scalars(select(Staff).where(Staff.id.in_(ids)))
    return sorted(found, key=lambda person: person.name.casefold())
