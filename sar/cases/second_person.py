"""Grave decisions on a whole request take two people, unless there is only one."""

from __future__ import annotations

from sar.access.permissions import Permission
from sar.access.queries import active_staff_with
from sar.cases.models import Case
from sar.cases.moves import has_conflict
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.errors import Refused


def is_alone(actor: Actor, case: Case) -> bool:
    """Whether nobody else here works on cases and may work on this one."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    others = (person for person in active_staff_with(Permission.CASE_WORK) if person.id != actor.id)
    return all(has_conflict(case, person.id) for person in others)


def require_alone(actor: Actor, case: Case) -> None:
    """Before one person does alone what takes two. Raises Refused."""
    if not is_alone(actor, case):
        raise Refused("Somebody else must propose this first, with reasons. Then you decide.")
