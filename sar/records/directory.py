"""Commands on the directory of originators: who records come from, and how to reach them."""

from __future__ import annotations

from typing import Final

from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record as write_down
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.keys import ensure_system_scope
from sar.intake.answers import is_email
from sar.records import queries
from sar.records.models import Originator, OriginatorKind

MAX_NAME: Final = 200


def add_originator(actor: Actor, *, name: str, kind: str, email: str = "", contact_name: str = "") -> Originator:
    """Put an organisation into the directory. Raises Refused, Conflict when one of that name is there."""
    with write_transaction() as session:
        found = Originator(scope_id=ensure_system_scope(), retired=False)
        _fill(found, name, kind, email, contact_name)
        session.add(found)
        session.flush()
        write_down(actor, Action.ORIGINATOR_ADDED, found.id)
        return found


def change_originator(
    actor: Actor, originator_id: str, *, name: str, kind: str, email: str, contact_name: str, retired: bool = False
) -> Originator:
    """Change an entry; a retired one is offered no more. Raises NotFound, Refused, Conflict."""
    with write_transaction():
        found = queries.originator(originator_id)
        _fill(found, name, kind, email, contact_name)
        found.retired = retired
        write_down(actor, Action.ORIGINATOR_CHANGED, found.id)
        return found


def _fill(found: Originator, name: str, kind: str, email: str, contact_name: str) -> None:
    name, email = " ".join(name.split()), email.strip()
    if not name or len(name) > MAX_NAME:
        raise Refused("Enter the name of the organisation, in 200 characters or fewer.")
    if kind not in set(OriginatorKind):
        raise Refused("Choose what kind of organisation it is.")
    if email and not is_email(email):
        raise Refused("Enter an email address in the correct format, like name@example.com.")
    with db.session.no_autoflush:
        others = queries.originators(retired=True)
    if any(other.name.casefold() == name.casefold() and other.id != found.id for other in others):
        raise Conflict("There is an entry of this name in the directory already.")
    found.name, found.kind, found.email, found.contact_name = name, kind, email, contact_name.strip()
