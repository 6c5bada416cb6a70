"""The second check: asked for, signed by somebody who prepared nothing, returned, or overtaken by a change."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update

from sar.cases.models import Case
from sar.cases.service import advance, facts_of
from sar.cases.workflow import Event, Stage
from sar.foundation.actions import Action
from sar.foundation.actors import SYSTEM, Actor
from sar.foundation.audit import record as write_down
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.foundation.jobs import enqueue
from sar.review import queries
from sar.review.grounds import MAX_TEXT
from sar.review.models import SignOff
from sar.review.people import REGISTER
from sar.review.rules import locked_case

CHECKING: Final = (Stage.SECOND_CHECK, Stage.SIGNED_OFF)
RETURN_REASONS: Final = {
    "missed": "Somebody or something was missed",
    "too_much": "Too much is withheld",
    "wrong_code": "A code or a reason is wrong",
    "other": "Something else",
}


def start_review(actor: Actor, case_id: str) -> Case:
    """Begin deciding about the records that are there; more may still arrive."""
    with write_transaction():
        case = advance(actor, case_id, Event.START_REVIEW, queries.case_facts(actor, locked_case(actor, case_id)))
        enqueue(REGISTER, case.id)
        return case


def request_second_check(actor: Actor, case_id: str) -> SignOff:
    """Hand the case to a second person. Raises NotPossible with everything that is still open."""
    with write_transaction() as session:
        case = locked_case(actor, case_id)
        facts = queries.case_facts(actor, case)
        advance(actor, case_id, Event.SUBMIT_FOR_SECOND_CHECK, facts)
        asked = SignOff(
            scope_id=case.scope_id,
            case_id=case.id,
            plan_sha256=queries.plan_digest(case),
            prepared_by=actor.id,
            requested_at=utc_now(),
        )
        _supersede(case)
        session.add(asked)
        session.flush()
        write_down(actor, Action.SECOND_CHECK_REQUESTED, asked.id, case_id=case.id, plan_sha256=asked.plan_sha256)
        return asked


def sign_off(actor: Actor, case_id: str) -> SignOff:
    """Approve exactly what was handed over. Raises NotPossible, for whoever prepared any of it too."""
    with write_transaction():
        case = locked_case(actor, case_id)
        facts = queries.case_facts(actor, case)
        asked = queries.current_sign_off(case)
        advance(actor, case_id, Event.SIGN_OFF, facts)
        if asked is None or not facts.plan_unchanged:
            raise Refused("Something changed since this case was sent to you. Return it, and have it sent again.")
        asked.signed_by, asked.signed_at = actor.id, utc_now()
        write_down(actor, Action.SIGNED_OFF, asked.id, case_id=case.id, plan_sha256=asked.plan_sha256)
        return asked


def return_for_changes(actor: Actor, case_id: str, reason: str, code: str = "other") -> None:
    """Send the case back with what should change."""
    if code not in RETURN_REASONS:
        raise Refused("Choose why you return it.")
    if not reason.strip():
        raise Refused("Write what should change, so that the officer can find it.")
    with write_transaction():
        case = locked_case(actor, case_id)
        asked = queries.current_sign_off(case)
        advance(actor, case_id, Event.RETURN_FOR_CHANGES, facts_of(actor, case))
        if asked is not None:
            asked.returned_by, asked.return_reason = actor.id, reason.strip()[:MAX_TEXT]
        _supersede(case)
        write_down(actor, Action.RETURNED, asked.id if asked else case.id, case_id=case.id, reason_code=code)


def reopen_review(actor: Actor, case_id: str) -> None:
    """Take a case back from the second check, or from sign-off, to change something. It is then checked anew."""
    with write_transaction():
        case = locked_case(actor, case_id)
        advance(actor, case_id, Event.REOPEN_REVIEW, facts_of(actor, case))
        _supersede(case)


def overtaken(case_id: str) -> None:
    """A record arrived or changed: what is being checked, or was signed, is no longer what would go out."""
    with write_transaction() as session:
        case = session.scalar(select(Case).where(Case.id == case_id).with_for_update())
        if case is None or case.stage not in CHECKING:
            return
        advance(SYSTEM, case.id, Event.REOPEN_REVIEW, facts_of(SYSTEM, case))
        _supersede(case)


def _supersede(case: Case) -> None:
    db.session.flush()
    standing = (SignOff.case_id == case.id, SignOff.superseded_at.is_(None))
    db.session.execute(update(SignOff).where(*standing).values(superseded_at=utc_now()))
