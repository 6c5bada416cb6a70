"""Reads of links: what is closed to the reader is not there, on either side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select

from sar.cases.links.models import CaseLink
from sar.cases.models import Case
from sar.cases.queries import not_closed_to, subject_names, visible_to
from sar.cases.workflow import Stage
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.foundation.errors import Gone
from sar.foundation.keys import preload
from sar.intake import search_words

_SUGGESTED = 5
_LINKS = (Action.CASES_LINKED.label, Action.CASES_UNLINKED.label)
# What the other case is to this one: seen from the case that says so, and from the other.
WORDS = {
    "earlier": ("Earlier request of this person", "Later request of this person"),
    "repeats": ("This request repeats", "Repeated by"),
    "complaint": ("This is a complaint about", "Complaint about this request"),
    "related": ("Belongs together with", "Belongs together with"),
}


@dataclass(frozen=True)
class Linked:
    """A case at the other end of a link, in words."""

    link_id: str
    words: str
    case_id: str
    reference: str
    received_on: date
    stage: Stage
    reason: str


@dataclass(frozen=True)
class Suggestion:
    """Another case whose person bears the same name."""

    reference: str
    name: str
    received_on: date


def links_of(actor: Actor, case: Case) -> list[Linked]:
    """What this case is linked to, the newest request first."""
    query = select(CaseLink, Case).join(Case, _other_end(case)).where(CaseLink.ended_at.is_(None), visible_to(actor))
    found = db.session.execute(query.order_by(Case.received_on.desc(), Case.id)).all()
    return [_linked(link, other, case) for link, other in found]


def tells_of_closed(actor: Actor, case: Case) -> ColumnElement[bool]:
    """The condition that an entry of the log tells of a link of this case to one that is closed to the actor."""
    ends = select(Case.id).join(CaseLink, _other_end(case)).where(~not_closed_to(actor.id))
    closed = sorted(set(db.session.scalars(ends)))
    if not closed:
        return false()
    return and_(AuditEntry.action.in_(_LINKS), or_(*(AuditEntry.facts.contains(id_) for id_ in closed)))


def suggestions(actor: Actor, case: Case) -> list[Suggestion]:
    """Other cases of the same full name, the newest first: perhaps the same person. For the page that links."""
    query = select(Case).where(
        Case.id != case.id, visible_to(actor), search_words.named(Case.scope_id, subject_names(case)[0])
    )
    found = list(db.session.scalars(query.order_by(Case.received_on.desc(), Case.id).limit(_SUGGESTED)))
    scopes = preload([other.scope_id for other in found])
    made = [Suggestion(other.reference, other.submission.full_name, other.received_on) for other in found]
    del scopes
    return made


def _other_end(case: Case) -> ColumnElement[bool]:
    """The condition that joins a link of this case with the case at its other end."""
    return or_(
        and_(CaseLink.case_id == case.id, CaseLink.other_id == Case.id),
        and_(CaseLink.other_id == case.id, CaseLink.case_id == Case.id),
    )


def _linked(link: CaseLink, other: Case, case: Case) -> Linked:
    mine, theirs = WORDS[link.kind]
    try:
        reason = link.reason
    except Gone:  # the case that gave the reason was erased; the link is still true
        reason = ""
    return Linked(
        link_id=link.id,
        words=mine if link.case_id == case.id else theirs,
        case_id=other.id,
        reference=other.reference,
        received_on=other.received_on,
        stage=Stage(other.stage),
        reason=reason,
    )
