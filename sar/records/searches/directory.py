"""Commands on the directory of areas to search and of whom to ask there. Kept by the data protection officer."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from sar.access.permissions import Permission
from sar.cases.ledger import require
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.keys import ensure_system_scope
from sar.intake.answers import is_email
from sar.records.searches import queries
from sar.records.searches.models import SearchArea, SearchContact

MAX_NAME: Final = 120
MAX_TOLD: Final = 200
MAX_DAYS: Final = 60
CHANGED_MEANWHILE: Final = "Someone else changed this entry while you had it open. Check what is new, then try again."


def add_area(actor: Actor, *, name: str, told_as: str, usual_days: int) -> SearchArea:
    """Put an area at the end of the directory. Raises Refused, Conflict when one of that name is there."""
    require(actor, Permission.SEARCHES_MANAGE)
    with write_transaction() as session:
        last = session.scalar(select(func.max(SearchArea.position))) or 0
        found = SearchArea(position=last + 1, retired=False)
        _fill_area(found, name, told_as, usual_days)
        session.add(found)
        session.flush()
        record(actor, Action.SEARCH_AREA_ADDED, found.id)
        return found


def change_area(
    actor: Actor, area_id: str, version: int, *, name: str, told_as: str, usual_days: int, retired: bool = False
) -> SearchArea:
    """Change an area; a retired one is on no new checklist. Raises NotFound, Refused, Conflict."""
    require(actor, Permission.SEARCHES_MANAGE)
    with write_transaction():
        found = queries.area(area_id)
        _require_version(found, version)
        _fill_area(found, name, told_as, usual_days)
        found.retired = retired
        record(actor, Action.SEARCH_AREA_CHANGED, found.id)
        return found


def add_contact(
    actor: Actor, area_id: str, *, name: str, role: str, email: str, manager_email: str = ""
) -> SearchContact:
    """Say who can be asked to look into an area. Raises NotFound, Refused."""
    require(actor, Permission.SEARCHES_MANAGE)
    with write_transaction() as session:
        area = queries.area(area_id)
        found = SearchContact(scope_id=ensure_system_scope(), area_id=area.id, retired=False)
        _fill_contact(found, name, role, email, manager_email)
        session.add(found)
        session.flush()
        record(actor, Action.SEARCH_CONTACT_ADDED, found.id, area_id=area.id)
        return found


def change_contact(
    actor: Actor,
    contact_id: str,
    version: int,
    *,
    name: str,
    role: str,
    email: str,
    manager_email: str,
    retired: bool = False,
) -> SearchContact:
    """Change a contact; a retired one is asked no more. Raises NotFound, Refused, Conflict."""
    require(actor, Permission.SEARCHES_MANAGE)
    with write_transaction():
        found = queries.contact(contact_id)
        _require_version(found, version)
        _fill_contact(found, name, role, email, manager_email)
        found.retired = retired
        record(actor, Action.SEARCH_CONTACT_CHANGED, found.id, area_id=found.area_id)
        return found


def person(name: str, email: str, manager_email: str) -> tuple[str, str, str]:
    """Name and addresses of someone to ask, as they are kept. Raises Refused."""
    name, email, manager_email = " ".join(name.split()), email.strip(), manager_email.strip()
    if not name or len(name) > MAX_NAME:
        raise Refused(f"Enter their name, in {MAX_NAME} characters or fewer.")
    if not is_email(email) or (manager_email and not is_email(manager_email)):
        raise Refused("Enter an email address in the correct format, like name@example.com.")
    return name, email, manager_email


def _fill_area(found: SearchArea, name: str, told_as: str, usual_days: int) -> None:
    name, told_as = " ".join(name.split()), " ".join(told_as.split())
    if not name or len(name) > MAX_NAME:
        raise Refused(f"Enter the name of the area, in {MAX_NAME} characters or fewer.")
    if not told_as or len(told_as) > MAX_TOLD:
        raise Refused(f"Write how the reply names this area, in {MAX_TOLD} characters or fewer.")
    if not 1 <= usual_days <= MAX_DAYS:
        raise Refused(f"Enter how many days an answer takes, from 1 to {MAX_DAYS}.")
    with db.session.no_autoflush:
        others = queries.areas(retired=True)
    if any(other.name.casefold() == name.casefold() and other.id != found.id for other in others):
        raise Conflict("There is an area of this name in the directory already.")
    found.name, found.told_as, found.usual_days = name, told_as, usual_days


def _fill_contact(found: SearchContact, name: str, role: str, email: str, manager_email: str) -> None:
    found.name, found.email, found.manager_email = person(name, email, manager_email)
    found.role = " ".join(role.split())[:MAX_NAME]


def _require_version(found: SearchArea | SearchContact, version: int) -> None:
    if found.version != version:
        raise Conflict(CHANGED_MEANWHILE)
