"""Setting aside what is no valid request: not about a person's information, empty, a test, meant for someone else.

It is never deleted, it is counted apart, and it can be opened again. A refusal is another thing (`endings.reject`):
that is the answer to a valid request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases import letters
from sar.cases.ledger import case_for
from sar.cases.models import Case, NotValid
from sar.cases.moves import advance, facts_of
from sar.cases.workflow import Event
from sar.foundation import wording
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.intake import identity_copies


@dataclass(frozen=True)
class Reason:
    """`label` is for officers; `told` is what the person reads, None where nobody is written to."""

    label: str
    told: str | None


REFERRED = "CONTROLLER"
REASONS = MappingProxyType(
    {
        "NOT_PERSONAL": Reason(
            "It does not ask for information about a person",
            "You asked for something that is not information about a person.",
        ),
        "EMPTY": Reason("It is empty, or cannot be read", "We could not read what you sent us, or it was empty."),
        "TEST": Reason("It is a test, or was made by mistake", None),
        "DECEASED": Reason(
            "The person it is about has died",
            "The person has died. This right ends when someone dies, so we cannot use it to share their records.",
        ),
        REFERRED: Reason(
            "Another organisation holds this",
            "We do not hold what you asked for, or do not decide about it.",
        ),
        "REPEATED": Reason(
            "It is the same request, sent again",
            "We have the same request from you already. We are answering that one.",
        ),
        "NO_REQUEST": Reason(
            "It is something else: a complaint, a question, news",
            "What you sent us does not ask for records. We have passed it to the right people.",
        ),
    }
)


def set_aside(
    actor: Actor, case_id: str, code: str, words: str, *, tell: bool = True, version: int | None = None
) -> Case:
    """End a case because it is no valid request. `words` say why in this case; with `tell`, the person reads them.

    A test is told to nobody. Raises Refused, with nothing changed, when there is no address to write to.
    """
    if code not in REASONS:
        raise Refused("Choose why this is not a valid request.")
    if not words.strip():
        raise Refused("Say in your own words why this is not a valid request.")
    reason = REASONS[code]
    told = tell and reason.told is not None
    with write_transaction() as session:
        case = case_for(actor, case_id, version, Permission.CASE_REJECT)
        session.add(
            NotValid(
                scope_id=case.scope_id,
                case_id=case.id,
                code=code,
                told=told,
                decided_by=actor.id,
                words=words.strip(),
            )
        )
        record(actor, Action.REQUEST_NOT_VALID, case.id, code=code, told=told)
        facts = replace(facts_of(actor, case), refusal_reasons_recorded=True)
        case = advance(actor, case_id, Event.SET_ASIDE, facts)
        if told:
            name = "referral" if code == REFERRED else "not_valid"
            channel = letters.usual_channel(case)
            to = letters.address_for(case, channel)
            letters.post(actor, case, name, letter_for(case, code, words), channel=channel, to=to)
        identity_copies.destroy(actor, case.submission_id, "not_needed")
        return case


def letter_for(case: Case, code: str, words: str, *, tell: bool = True) -> wording.Wording:
    """What the person would read. Raises Refused where nobody is written to."""
    if not tell or REASONS[code].told is None:
        raise Refused("Nobody is written to, so there is no letter to see.")
    told = str(REASONS[code].told)
    if code == REFERRED:
        return letters.compose(case, "referral", controller=words.strip(), reasons=[told])
    return letters.compose(case, "not_valid", reasons=[told, words.strip()])


def latest(case: Case) -> NotValid | None:
    """Why the case was last set aside."""
    query = select(NotValid).where(NotValid.case_id == case.id).order_by(NotValid.created_at.desc(), NotValid.id)
    return db.session.scalars(query.limit(1)).first()
