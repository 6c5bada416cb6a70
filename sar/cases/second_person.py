"""Grave decisions on a whole request take two people, unless there is only one.

Nobody makes themselves the only one. A colleague is out of the way where they said themselves that they have a conflict
of interest, or the requester named them; not where somebody else closed the case to them, or kept it from them.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from sar.access.models import Staff
from sar.access.permissions import Permission, allows
from sar.access.queries import active_staff_with
from sar.cases.models import Case, ConflictOfInterest
from sar.cases.queries import may_see
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import Refused
from sar.intake.answers import Channel

_ASK_FIRST = "Somebody else must propose this first, with reasons. Then you decide."
_NOBODY_SEES_IT = (
    "No colleague who works on cases can see this one now. Let one of them see it again, who then proposes this, or "
    "says that they have a conflict of interest. Or ask an administrator to give somebody else a role that works on "
    "cases."
)
_ONLY_YOU = "Only you could decide this. Ask a colleague to propose it, with reasons. Then you decide."


def is_alone(actor: Actor, case: Case) -> bool:
    """Whether nobody else here may work on this case, and that is no doing of the actor's or of a third person's."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return all(is_out_of_the_way(case, person) for person in _others(actor, Permission.CASE_WORK))


def is_only_one(actor: Actor, permission: Permission) -> bool:
    """Whether nobody else in the organisation has this permission, whatever the case."""
    return actor.kind is ActorKind.SYSTEM or not _others(actor, permission)


def why_not_alone(actor: Actor, case: Case) -> str | None:
    """Why one person does not do alone what takes two, and what to do instead; None where they may."""
    if is_alone(actor, case):
        return None
    return _ASK_FIRST if _others_who_see(actor, case, Permission.CASE_WORK) else f"{_ASK_FIRST} {_NOBODY_SEES_IT}"


def gives_a_late_case_time(before: date | None, after: date | None) -> bool:
    """Whether a due date that has passed would come later, or go: nobody may do that alone."""
    return before is not None and before < london_today() and (after is None or after > before)


def require_decider(actor: Actor, case: Case) -> None:
    """Before somebody proposes what another must decide. Raises Refused where only they themselves could decide it."""
    if not allows(actor.roles, Permission.CASE_REJECT) or is_alone(actor, case):
        return
    if not _others_who_see(actor, case, Permission.CASE_REJECT):
        seen = _others_who_see(actor, case, Permission.CASE_WORK)
        raise Refused(_ONLY_YOU if seen else f"{_ONLY_YOU} {_NOBODY_SEES_IT}")


def require_alone(actor: Actor, case: Case) -> None:
    """Before one person does alone what takes two. Raises Refused."""
    hindrance = why_not_alone(actor, case)
    if hindrance is not None:
        raise Refused(hindrance)


def is_out_of_the_way(case: Case, person: Staff) -> bool:
    """Whether they have a conflict that they declared, or that opening the case took from the requester's own words.

    What a colleague wrote down for the requester is that colleague's word.
    """
    believed = {person.id, SYSTEM.id} if case.submission.channel == Channel.ONLINE else {person.id}
    conflict = select(ConflictOfInterest.id).where(
        ConflictOfInterest.case_id == case.id,
        ConflictOfInterest.staff_id == person.id,
        ConflictOfInterest.declared_by.in_(believed),
    )
    return db.session.scalar(conflict) is not None


def _others(actor: Actor, permission: Permission) -> list[Staff]:
    return [person for person in active_staff_with(permission) if person.id != actor.id]


def _others_who_see(actor: Actor, case: Case, permission: Permission) -> list[Staff]:
    return [person for person in _others(actor, permission) if may_see(case, person.id)]
