"""Grave decisions on a whole request take two people, unless there is only one."""

from __future__ import annotations

from datetime import date

from sar.access.permissions import Permission, allows
from sar.access.queries import active_staff_with
from sar.cases.models import Case
from sar.cases.moves import has_conflict
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused

ASK_FIRST = "Somebody else must propose this first, with reasons. Then you decide."


def is_alone(actor: Actor, case: Case, permission: Permission = Permission.CASE_WORK) -> bool:
    """Whether nobody else here may do this to this case; by default, work on it."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return _nobody_else(actor, case, permission)


def gives_a_late_case_time(before: date | None, after: date | None) -> bool:
    """Whether a due date that has passed would come later, or go: nobody may do that alone."""
    return before is not None and before < london_today() and (after is None or after > before)


def require_decider(actor: Actor, case: Case) -> None:
    """Before somebody proposes what another must decide. Raises Refused where only they themselves could decide it."""
    decides = allows(actor.roles, Permission.CASE_REJECT) and not is_alone(actor, case)
    if decides and _nobody_else(actor, case, Permission.CASE_REJECT):
        raise Refused("Only you could decide this. Ask a colleague to propose it, with reasons. Then you decide.")


def require_alone(actor: Actor, case: Case) -> None:
    """Before one person does alone what takes two. Raises Refused."""
    if not is_alone(actor, case):
        raise Refused(ASK_FIRST)


def _nobody_else(actor: Actor, case: Case, permission: Permission) -> bool:
    others = (person for person in active_staff_with(permission) if person.id != actor.id)
    return all(has_conflict(case, person.id) for person in others)
