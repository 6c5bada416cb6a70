"""How far a review has come: what is open, who prepared it, which sign-off stands, the facts the workflow asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import or_, select

from sar.cases.models import Case
from sar.cases.service import facts_of
from sar.cases.workflow import CaseFacts
from sar.consultation.queries import undecided_count as undecided_consultations
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import AuditEntry
from sar.foundation.db import db
from sar.records.queries import pending_count, unsettled_count
from sar.review import outcomes
from sar.review.models import SignOff
from sar.review.outcomes import views_to_weigh
from sar.review.plans import plan_digest
from sar.review.suggestions import unsearched_count

# Those who only checked did not prepare.
_CHECKING: Final = ("review.signed_off", "review.returned")


def undecided_count(case: Case) -> int:
    """Everything that still needs a decision: mentions, and originators' views not carried out yet."""
    return outcomes.open_mentions(case) + sum(not view.settled for view in views_to_weigh(case))


def current_sign_off(case: Case) -> SignOff | None:
    """The round of the second check that stands, signed or not; None before one, or when it was overtaken."""
    query = select(SignOff).where(SignOff.case_id == case.id, SignOff.superseded_at.is_(None))
    return db.session.scalars(query.order_by(SignOff.requested_at.desc()).limit(1)).first()


def last_return(case: Case) -> SignOff | None:
    """The newest round, if it ended in a return: its reason is what the officer works from."""
    query = select(SignOff).where(SignOff.case_id == case.id).order_by(SignOff.requested_at.desc()).limit(1)
    newest = db.session.scalars(query).first()
    return newest if newest is not None and newest.returned_by else None


def preparers(case: Case) -> set[str]:
    """Staff who decided, drew or asked for anything in this review, from the log: overwritten work counts too.

    To say that a record is not ours to give keeps all of it from the reply, so it counts.
    """
    query = (
        select(AuditEntry.actor_id)
        .distinct()
        .where(
            AuditEntry.case_id == case.id,
            AuditEntry.actor_kind == ActorKind.STAFF.value,
            or_(AuditEntry.action.like("review.%"), AuditEntry.action == Action.RECORD_ROLE_SET.label),
            AuditEntry.action.not_in(_CHECKING),
        )
    )
    return set(db.session.scalars(query))


def case_facts(actor: Actor, case: Case) -> CaseFacts:
    """The facts that the workflow's guards ask for, as far as review knows; release adds `leak_free`."""
    prepared_by = preparers(case)
    signed = current_sign_off(case)
    by_other = signed is not None and signed.signed_by is not None and signed.signed_by not in prepared_by
    return replace(
        facts_of(actor, case),
        records_pending=pending_count(case) + unsettled_count(case) + unsearched_count(case),
        undecided_mentions=undecided_count(case),
        unanswered_consultations_undecided=undecided_consultations(case),
        signed_off_by_other=by_other,
        plan_unchanged=signed is not None and signed.plan_sha256 == plan_digest(case),
        actor_prepared_it=actor.id in prepared_by,
    )
