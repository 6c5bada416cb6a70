"""Closing a case to somebody, and what goes with it. Who may do so is the caller's to ask."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from sar.access.models import Staff
from sar.cases.models import Case, ConflictOfInterest, NamedPerson, Task
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db
from sar.foundation.errors import Refused


def close_case(actor: Actor, case: Case, staff_id: str) -> None:
    """Close a locked case to one person, and take from them what they had of it. Done twice, it is done once."""
    if db.session.get(Staff, staff_id) is None:
        raise Refused("Choose a member of staff.")
    standing = select(ConflictOfInterest.id).where(
        ConflictOfInterest.case_id == case.id, ConflictOfInterest.staff_id == staff_id
    )
    if db.session.scalar(standing) is not None:
        return
    db.session.add(ConflictOfInterest(case_id=case.id, staff_id=staff_id))
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


def take_from(case: Case, is_out: Callable[[str], bool]) -> None:
    """The case and its tasks go back to nobody where they were with someone who may not see them."""
    if case.officer_id is not None and is_out(case.officer_id):
        case.officer_id = None
    open_tasks = select(Task).where(Task.case_id == case.id, Task.staff_id.is_not(None), Task.done_at.is_(None))
    for task in db.session.scalars(open_tasks):
        if task.staff_id is not None and is_out(task.staff_id):
            task.staff_id = None
