"""Setting aside what is no valid request: not about a person's information, empty, a test, meant for someone else.

It is kept like any case that ended, it is counted apart, and it can be opened again; a copy of an identity document is
destroyed. A refusal is another thing (`endings.reject`): that is the answer to a valid request. Like one, it takes two
people (see `refusals`), and says why where it is late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import select

from sar.access.permissions import Permission
from sar.cases import letters
from sar.cases.deadlines import ClockState
from sar.cases.lateness import Lateness, reason_to_keep
from sar.cases.ledger import case_for
from sar.cases.links.service import LinkKind, by_reference, link_once
from sar.cases.models import Case, NotValid
from sar.cases.moves import advance, facts_of
from sar.cases.queries import clock_of
from sar.cases.second_person import require_alone
from sar.cases.workflow import Event, Stage, events_from
from sar.foundation import wording
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.intake import identity_copies


@dataclass(frozen=True)
class Reason:
    """`label` is for officers; `told` is what the person reads, None where nobody is written to.

    `owed`: somebody asked for something and waits to hear of it.
    """

    label: str
    told: str | None
    owed: bool = False


REFERRED, REPEATED = "CONTROLLER", "REPEATED"
REASONS = MappingProxyType(
    {
        "NOT_PERSONAL": Reason(
            "It does not ask for information about a person",
            "You asked for something that is not information about a person.",
            owed=True,
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
            owed=True,
        ),
        REPEATED: Reason(
            "It is the same request, sent again",
            "We have the same request from you already. Our answer to that one is the answer to both.",
            owed=True,
        ),
        "NO_REQUEST": Reason(
            "It is something else: a complaint, a question, news",
            "What you sent us does not ask for records. We have passed it to the right people.",
        ),
    }
)


def set_aside(
    actor: Actor,
    case_id: str,
    code: str,
    words: str,
    *,
    tell: bool = True,
    earlier: str = "",
    version: int | None = None,
    proposed_by: str | None = None,
    lateness: Lateness | None = None,
) -> Case:
    """End a case because it is no valid request. `words` say why in this case; with `tell`, the person reads them.

    On a proposal of `proposed_by` (see `refusals`), unless the actor is the only person here. `earlier` is the
    reference of the request that a repeated one repeats: the two are linked. After the due date `lateness` says why. A
    test is told to nobody. Raises Refused, with nothing changed, also when there is no address to write to.
    """
    with write_transaction() as session:
        case = case_for(actor, case_id, version, Permission.CASE_REJECT)
        if proposed_by is None:
            require_alone(actor, case)
        first = require_sound(actor, case, code, words, tell=tell, earlier=earlier)
        clock, told = clock_of(case), tell and REASONS[code].told is not None
        kept = reason_to_keep(case, clock, lateness)
        found = NotValid(
            scope_id=case.scope_id,
            case_id=case.id,
            code=code,
            told=told,
            proposed_by=proposed_by or actor.id,
            decided_by=actor.id,
            due_on=clock.due,
            lateness=kept.value if kept else None,
            earlier_id=first.id if first else None,
            words=words.strip(),
        )
        session.add(found)
        record(
            actor,
            Action.REQUEST_NOT_VALID,
            case.id,
            code=code,
            told=told,
            proposed_by=found.proposed_by,
            earlier_id=found.earlier_id,
            due_on=clock.due,
            lateness_code=found.lateness,
        )
        if first is not None:
            link_once(actor, case, first, LinkKind.REPEATS, words.strip())
        case = advance(actor, case_id, Event.SET_ASIDE, replace(facts_of(actor, case), refusal_reasons_recorded=True))
        if told:
            name = "referral" if code == REFERRED else "not_valid"
            channel = letters.usual_channel(case)
            to = letters.address_for(case, channel)
            letters.post(actor, case, name, letter_for(case, code, words), channel=channel, to=to)
        identity_copies.destroy(actor, case.submission_id, "not_needed")
        return case


def require_sound(actor: Actor, case: Case, code: str, words: str, *, tell: bool, earlier: str) -> Case | None:
    """What must be true of a case before it is set aside, or proposed to be. Raises Refused.

    Returns the case that a repeated request repeats: one that is being answered, or was after the repeat had come.
    """
    if code not in REASONS:
        raise Refused("Choose why this is not a valid request.")
    if not words.strip():
        raise Refused("Say in your own words why this is not a valid request.")
    if not may_be_set_aside(case):
        raise Refused("This case cannot be set aside at the stage where it is. Refuse the request, or answer it.")
    if REASONS[code].owed and not tell and letters.can_be_written_to(case):
        raise Refused("Somebody asked us for this and waits to hear. Write to them and say why it is set aside.")
    if _is_leant_on(case):
        raise Refused(
            "Another request was set aside because this one is the one that is answered. Open that one again first: "
            "this case is linked to it."
        )
    return _first_request(actor, case, earlier) if code == REPEATED else None


def may_be_set_aside(case: Case) -> bool:
    """Whether the case stands at a stage from which the workflow lets it be set aside."""
    return any(row.event is Event.SET_ASIDE for row in events_from(Stage(case.stage)))


def _first_request(actor: Actor, case: Case, earlier: str) -> Case:
    if not earlier.strip():
        raise Refused("Give the reference of the earlier request that this one repeats.")
    first = by_reference(actor, case, earlier)
    if first.received_on > case.received_on:
        raise Refused("That request came after this one. The earlier of the two is the one to answer.")
    answered_on = clock_of(first).answered_on
    if first.clock_state == ClockState.ENDED and (answered_on is None or answered_on < case.received_on):
        raise Refused(
            "The earlier request had ended before this one came, or ended without an answer. So nobody is answering "
            "it: this one is a new request."
        )
    return first


def _is_leant_on(case: Case) -> bool:
    """Whether a request stands set aside as a repeat of this one."""
    query = select(Case.id).join(NotValid, NotValid.case_id == Case.id)
    leaning = query.where(NotValid.earlier_id == case.id, Case.stage == Stage.NOT_VALID.value)
    return db.session.scalars(leaning.limit(1)).first() is not None


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
