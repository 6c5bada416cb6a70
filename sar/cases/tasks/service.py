"""Commands on tasks. A paused or ended clock never stands in their way."""

from __future__ import annotations

import re
from datetime import date

from sar.access.models import Staff
from sar.access.permissions import Permission, permissions_of
from sar.cases.ledger import case_for
from sar.cases.models import Case, Task
from sar.cases.queries import may_see
from sar.cases.tasks.queries import visible_task
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused

LONGEST = 500
_KEY = re.compile(r"[0-9a-z]{26}")


def add_task(
    actor: Actor,
    case_id: str,
    text: str,
    *,
    due_on: date | None = None,
    staff_id: str | None = None,
    key: str | None = None,
) -> Task:
    """Put something to do on a case, for somebody or for anybody. The same `key` again gives the task made before."""
    text = " ".join(text.split())
    if not text:
        raise Refused("Write what is to be done.")
    if len(text) > LONGEST:
        raise Refused(f"Make it shorter: {LONGEST} characters at most. A note can be longer.")
    if due_on is not None and due_on < london_today():
        raise Refused("That day has passed. Give today or a day to come.")
    if key is not None and not _KEY.fullmatch(key):
        raise Refused("This form is broken. Load the page again.")
    with write_transaction() as session:
        case = case_for(actor, case_id)
        earlier = session.get(Task, key) if key else None
        if earlier is not None:
            if (earlier.case_id, earlier.added_by) != (case.id, actor.id):
                raise Conflict("This form was used before. Load the page again.")
            return earlier
        _require_possible(case, staff_id)
        task = Task(
            id=key,
            scope_id=case.scope_id,
            case_id=case.id,
            text=text,
            due_on=due_on,
            staff_id=staff_id,
            added_by=actor.id,
        )
        session.add(task)
        session.flush()
        record(actor, Action.TASK_ADDED, case.id, task_id=task.id, staff_id=staff_id)
        return task


def finish(actor: Actor, task_id: str) -> Task:
    """Say that a task is done. Raises Conflict when somebody said so before."""
    with write_transaction():
        task = _locked(actor, task_id)
        if task.done_at is not None:
            raise Conflict("Somebody ticked this task off already.")
        task.done_at, task.done_by = utc_now(), actor.id
        record(actor, Action.TASK_DONE, task.case_id, task_id=task.id)
        return task


def put_back(actor: Actor, task_id: str) -> Task:
    """It was not done after all."""
    with write_transaction():
        task = _locked(actor, task_id)
        if task.done_at is None:
            raise Conflict("This task is on the list to do already.")
        task.done_at = task.done_by = None
        record(actor, Action.TASK_REOPENED, task.case_id, task_id=task.id)
        return task


def _locked(actor: Actor, task_id: str) -> Task:
    task = visible_task(actor, task_id)
    case_for(actor, task.case_id)  # one writer at a time on a case
    db.session.refresh(task)
    return task


def _require_possible(case: Case, staff_id: str | None) -> None:
    if staff_id is None:
        return
    person = db.session.get(Staff, staff_id)
    if person is None or person.disabled or Permission.CASE_VIEW not in permissions_of(person.role_set):
        raise Refused("Choose someone who works on cases.")
    if not may_see(case, staff_id):
        raise Refused("This case is closed to that person.")
