"""Who may decide a complaint: somebody who did not handle the case that it is about.

A complaint is worth little if whoever it is about decides it. So neither an officer of the case, nor who reviewed it
or signed it off, nor who let a reply go, nor who proposed or decided a refusal or a fee, decides a complaint about it.
Where the office has nobody else (closing the case to the others does not count), the data protection officer may, with
a written reason that is kept and logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.access.queries import active_staff_with
from sar.cases.complaints.models import Complaint
from sar.cases.ledger import require
from sar.cases.models import Case, NotValid, Refusal
from sar.cases.queries import may_see, visible_case
from sar.cases.refusals.queries import proposals_of
from sar.cases.second_person import is_out_of_the_way
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.foundation.errors import Refused

RULE = "Whoever decides a complaint must not have handled the case it is about."
_REVIEWED, _RELEASED = "worked on its review", "let a reply go"
_OFFICER, _REFUSED = "were its officer", "proposed or decided a refusal, a fee, setting aside or a date"


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a complaint: what they did in the case, who else may decide, and the reason they gave."""

    part: tuple[str, ...]
    others: tuple[str, ...]
    reason: str | None

    @property
    def may_decide(self) -> bool:
        return not self.part or (not self.others and self.reason is not None)

    @property
    def may_give_reason(self) -> bool:
        """Whether nobody else is there, so that a written reason is all that is missing."""
        return bool(self.part) and not self.others

    @property
    def words(self) -> str:
        """Why not, and who may; empty where nothing stands in the way."""
        if not self.part:
            return ""
        did = f"You {_listed(self.part, 'and')}. {RULE}"
        if self.others:
            return f"{did} {_listed(self.others, 'or')} may decide it."
        return f"{did} Nobody else here may decide complaints, so you may, once you have written down why."


def standing(actor: Actor, case: Case, complaint: Complaint) -> Standing:
    """How the actor stands to a complaint about this case. The system did nothing in any."""
    if actor.kind is ActorKind.SYSTEM:
        return Standing((), (), None)
    parts = _parts(case)
    others = tuple(
        person.name if may_see(case, person.id) else f"{person.name} (once the case is open to them)"
        for person in active_staff_with(Permission.COMPLAINTS_DECIDE)
        if person.id != actor.id and person.id not in parts and not is_out_of_the_way(case, person)
    )
    reason = complaint.alone_reason if complaint.alone_by == actor.id else None
    return Standing(tuple(sorted(parts.get(actor.id, ()))), others, reason)


def require_independent(actor: Actor, complaint: Complaint) -> Standing:
    """Raises Refused, with the rule and who may, for someone who handled the case; NotAllowed without the role."""
    require(actor, Permission.COMPLAINTS_DECIDE)
    found = standing(actor, visible_case(actor, complaint.case_id), complaint)
    if not found.may_decide:
        raise Refused(found.words)
    return found


def _parts(case: Case) -> dict[str, set[str]]:
    """What each member of staff did that keeps them from deciding, by their id."""
    parts: dict[str, set[str]] = {}
    for staff_id, what in (*_officers(case), *_from_the_log(case), *_of_refusals(case)):
        if staff_id is not None:
            parts.setdefault(staff_id, set()).add(what)
    return parts


def _officers(case: Case) -> Iterator[tuple[str | None, str]]:
    yield case.officer_id, _OFFICER
    assigned = AuditEntry.action == Action.CASE_ASSIGNED.label
    for facts in db.session.scalars(select(AuditEntry.facts).where(AuditEntry.case_id == case.id, assigned)):
        yield json.loads(facts)["officer_id"], _OFFICER


def _from_the_log(case: Case) -> Iterator[tuple[str | None, str]]:
    """Later stages are not asked: what was done in them stands in the log."""
    mine = (AuditEntry.case_id == case.id, AuditEntry.actor_kind == ActorKind.STAFF.value)
    done = select(AuditEntry.actor_id, AuditEntry.action).where(*mine).distinct()
    for staff_id, action in db.session.execute(done):
        if action.startswith("review.") or action == Action.CONSULTATION_DECIDED.label:
            yield staff_id, _REVIEWED
        elif action == Action.RELEASED.label:
            yield staff_id, _RELEASED


def _of_refusals(case: Case) -> Iterator[tuple[str | None, str]]:
    for proposal in proposals_of(case):
        yield proposal.proposed_by, _REFUSED
        yield proposal.decided_by, _REFUSED
    for refused_by in db.session.scalars(select(Refusal.refused_by).where(Refusal.case_id == case.id)):
        yield refused_by, _REFUSED
    for decided_by in db.session.scalars(select(NotValid.decided_by).where(NotValid.case_id == case.id)):
        yield decided_by, _REFUSED


def _listed(items: tuple[str, ...], word: str) -> str:
    *first, last = items
    return f"{', '.join(first)} {word} {last}" if first else last
