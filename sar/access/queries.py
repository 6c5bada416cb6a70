"""Reads about staff."""

from __future__ import annotations

from sqlalchemy import select

from sar.access.models import Staff
from sar.access.permissions import Permission, allows
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.keys import blind_index


def staff_list() -> list[Staff]:
    """Everyone, by name."""
    return sorted(db.session.scalars(select(Staff)), key=lambda staff: staff.name.casefold())


def staff_member(staff_id: str) -> Staff:
    """Raises NotFound."""
    staff = db.session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("There is no such member of staff.")
    return staff


def staff_by_email(email: str) -> Staff | None:
    """Whoever signs in with this address."""
    return db.session.scalar(select(Staff).where(Staff.email_index == blind_index("staff.email", email)))


def staff_names(ids: set[str]) -> dict[str, str]:
    """Names of some staff by id; an unknown id is left out."""
    return {staff.id: staff.name for staff in db.session.scalars(select(Staff).where(Staff.id.in_(ids)))}


def active_staff_with(permission: Permission) -> list[Staff]:
    """Everyone whose role allows this now, by name."""
    return [staff for staff in staff_list() if not staff.disabled and allows(staff.role_set, permission)]
