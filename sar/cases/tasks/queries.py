"""Reads of tasks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select

from sar.cases.models import Case, Task
from sar.cases.queries import visible_case
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import NotFound


def tasks_of(case: Case) -> list[Task]:
    """What is still to do, first what is due first; then what was done, the latest first."""
    found = list(db.session.scalars(select(Task).where(Task.case_id == case.id).order_by(Task.created_at)))
    to_do = [one for one in found if one.done_at is None]
    done = [one for one in found if one.done_at is not None]
    return [
        *sorted(to_do, key=lambda one: one.due_on or date.max),
        *sorted(done, key=lambda one: one.done_at or one.created_at, reverse=True),
    ]


def visible_task(actor: Actor, task_id: str) -> Task:
    """A task of a case that this actor may see. Raises NotFound."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    visible_case(actor, task.case_id)
    return task


def open_counts(case_ids: Collection[str]) -> dict[str, int]:
    """How many tasks are to do on each of these cases; one query."""
    query = select(Task.case_id, func.count()).where(Task.case_id.in_(case_ids), Task.done_at.is_(None))
    return {case_id: number for case_id, number in db.session.execute(query.group_by(Task.case_id))}
