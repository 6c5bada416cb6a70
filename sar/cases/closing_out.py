"""Closing a case to somebody, and what goes with it. Who may do so is the caller's to ask."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from sar.access.models import Staff
from sar.access.permissions import Permission
from sar.access.queries import active_staff_with
from sar.cases.models import Case, ConflictOfInterest, NamedPerson, Task
from sar.cases.queries import may_see
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.db import db
from sar.foundation.errors import Refused


def close_case(actor: Actor, case: Case, staff_id: str) -> None:
    """Close a locked case to one person, and take from them what they had of it. Done twice, it is done once.

    Raises Refused for the only data protection officer who may see it: nobody could decide about it any more. Not to
    the system, which closes a case that opens to whomever the requester named (see `conflicts.said`).
    """
    if db.session.get(Staff, staff_id) is None:
        raise Refused("Choose a member of staff.")
    standing = select(ConflictOfInterest.id).where(
        ConflictOfInterest.case_id == case.id, ConflictOfInterest.staff_id == staff_id
    )
    if db.session.scalar(standing) is not None:
        return
    if actor.kind is not ActorKind.SYSTEM:
        _require_another_decider(case, staff_id)
    db.session.add(ConflictOfInterest(case_id=case.id, staff_id=staff_id, declared_by=actor.id))
    take_from(case, lambda holder: holder == staff_id)
    record(actor, Action.CONFLICT_DECLARED, case.id, officer_id=staff_id)


def keep_to(actor: Actor, case: Case, staff_ids: set[str]) -> None:
    """Keep a locked case to these people, in the place of any others, and take it from whoever is not among them."""
    db.session.execute(delete(NamedPerson).where(NamedPerson.case_id == case.id))
    db.session.add_all(NamedPerson(case_id=case.id, staff_id=staff_id) for staff_id in sorted(staff_ids))
    case.restricted = True
    flag_modified(case, "restricted")  # a second list of people is a change as well: who saw the first is told
    take_from(case, lambda holder: holder not in staff_ids)
    record(actor, Action.CASE_RESTRICTED, case.id, officer_ids=sorted(staff_ids))


def _require_another_decider(case: Case, staff_id: str) -> None:
    deciders = [person.id for person in active_staff_with(Permission.CASE_REJECT) if may_see(case, person.id)]
    if deciders == [staff_id]:
        raise Refused(
            "That would close this case to the only data protection officer who can decide about it. Ask an "
            "administrator to name another data protection officer first: on the page of staff, give somebody that "
            "role. Then close the case. Until then, whoever has the conflict does not work on it."
        )


def take_from(case: Case, is_out: Callable[[str], bool]) -> None:
    """The case and its tasks go back to nobody where they were with someone who may not see them."""
    if case.officer_id is not None and is_out(case.officer_id):
        case.officer_id = None
    open_tasks = select(Task).where(Task.case_id == case.id, Task.staff_id.is_not(None), Task.done_at.is_(None))
    for task in db.session.scalars(open_tasks):
        if task.staff_id is not None and is_out(task.staff_id):
            task.staff_id = None
