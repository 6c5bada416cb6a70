"""What every command of the review asks first."""

from __future__ import annotations

from sqlalchemy import select

from sar.access.permissions import Role
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.service import has_conflict
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import Conflict, NotAllowed, Refused


def locked_case(actor: Actor, case_id: str) -> Case:
    """The case, held until the transaction ends: a decision and a request for the second check cannot cross."""
    case = visible_case(actor, case_id)
    db.session.execute(
        select(Case).where(Case.id == case.id).with_for_update().execution_options(populate_existing=True)
    )
    return case


def reviewing(actor: Actor, case_id: str) -> Case:
    """The case, if decisions on it may be made now. Raises Refused with what to do instead."""
    case = locked_case(actor, case_id)
    if case.stage in (Stage.SECOND_CHECK, Stage.SIGNED_OFF):
        raise Refused("This case is being checked, so nothing on it can change. Reopen the review first.")
    if case.stage != Stage.REVIEWING:
        raise Refused(
            f"Decisions are made during the review. This case is at the stage “{STAGE_NAMES[Stage(case.stage)]}”."
        )
    if has_conflict(case, actor.id):
        raise NotAllowed("You declared a conflict of interest in this case.")
    return case


def is_dpo(actor: Actor) -> bool:
    return Role.DPO.value in actor.roles


def same_version(found: int, seen: int) -> None:
    """Refuse to write over what somebody else changed since the page was opened."""
    if found != seen:
        raise Conflict("Someone else changed this while you had it open. Load it again to see what is new.")
