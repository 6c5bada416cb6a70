"""Commands on links between cases: both sides must be the actor's to see, and each change takes a reason."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select

from sar.cases.ledger import case_for
from sar.cases.links.models import CaseLink
from sar.cases.models import Case
from sar.cases.queries import visible_case, visible_to
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.ids import parse_reference


class LinkKind(StrEnum):
    """What the other case is to this one."""

    EARLIER = "earlier"
    REPEATS = "repeats"
    COMPLAINT = "complaint"
    RELATED = "related"


def link(
    actor: Actor, case_id: str, reference: str, kind: LinkKind, reason: str, *, version: int | None = None
) -> CaseLink:
    """Say what another case is to this one. It shows on both.

    Raises Refused for a reference that leads nowhere for this actor, Conflict where the two are linked already.
    """
    if not reason.strip():
        raise Refused("Say why the two belong together.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        made = link_once(actor, case, by_reference(actor, case, reference), kind, reason.strip())
        if made is None:
            raise Conflict("These two cases are linked already. Take that link back first.")
        return made


def link_once(actor: Actor, case: Case, other: Case, kind: LinkKind, reason: str) -> CaseLink | None:
    """Link two cases within the caller's transaction. None, with nothing changed, where they are linked already."""
    if db.session.scalar(select(CaseLink.id).where(_between(case.id, other.id), CaseLink.ended_at.is_(None))):
        return None
    made = CaseLink(
        scope_id=case.scope_id,
        case_id=case.id,
        other_id=other.id,
        kind=kind.value,
        reason=reason,
        linked_by=actor.id,
    )
    db.session.add(made)
    db.session.flush()
    for one, another in ((case, other), (other, case)):
        record(actor, Action.CASES_LINKED, one.id, link_id=made.id, other_id=another.id, relation=kind.value)
    return made


def unlink(actor: Actor, link_id: str, reason: str) -> CaseLink:
    """Take a link back, from either side. Raises Conflict when somebody did so before."""
    if not reason.strip():
        raise Refused("Say why the two do not belong together.")
    with write_transaction():
        found = visible_link(actor, link_id)
        case_for(actor, found.case_id)
        db.session.refresh(found)
        if found.ended_at is not None:
            raise Conflict("Somebody took this link back already.")
        found.ended_at, found.ended_by, found.end_reason = utc_now(), actor.id, reason.strip()
        for one, another in ((found.case_id, found.other_id), (found.other_id, found.case_id)):
            record(actor, Action.CASES_UNLINKED, one, link_id=found.id, other_id=another)
        return found


def visible_link(actor: Actor, link_id: str) -> CaseLink:
    """A link between two cases that this actor may both see. Raises NotFound."""
    found = db.session.get(CaseLink, link_id)
    if found is None:
        raise NotFound("There is no such link.")
    for case_id in (found.case_id, found.other_id):
        visible_case(actor, case_id)
    return found


def by_reference(actor: Actor, case: Case, reference: str) -> Case:
    """Another case by its reference. Raises Refused for one that leads nowhere for this actor, or to the same case."""
    known = parse_reference(reference)
    other = db.session.scalar(select(Case).where(Case.reference == known, visible_to(actor))) if known else None
    if other is None:
        raise Refused("There is no case with that reference. Check each letter and number.")
    if other.id == case.id:
        raise Refused("That is the reference of this case. Give the other one's.")
    return other


def _between(one: str, another: str) -> ColumnElement[bool]:
    return or_(
        (CaseLink.case_id == one) & (CaseLink.other_id == another),
        (CaseLink.case_id == another) & (CaseLink.other_id == one),
    )
