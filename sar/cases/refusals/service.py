"""Commands on proposals: one person proposes with reasons, the data protection officer decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from sar.access.permissions import Permission
from sar.cases import missed
from sar.cases.clock_commands import charge_fee, pounds, require_time_left
from sar.cases.corrections import Correction, chosen, correct, look
from sar.cases.endings import (
    NEITHER_CODES,
    REFUSAL_CODES,
    answer_neither,
    reject,
    require_searched,
    why_two_withdraw,
    withdraw,
)
from sar.cases.lateness import Lateness
from sar.cases.ledger import case_for, require_open
from sar.cases.missed import Missed
from sar.cases.models import Case
from sar.cases.not_valid import REASONS, require_sound, set_aside
from sar.cases.refusals import queries
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.cases.second_person import is_alone, require_decider
from sar.cases.waiting import Whom, wait_for, wait_no_more
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Conflict, Refused


def propose(
    actor: Actor,
    case_id: str,
    kind: Kind,
    words: str,
    *,
    code: str = "MUE",
    amount: str = "",
    how_to_pay: str = "",
    version: int | None = None,
) -> RefusalProposal:
    """Propose a grave answer, with its reasons. The clock runs on meanwhile (Art 12(5); s.53).

    `amount` is in pounds and belongs to a fee, as does `how_to_pay`. Raises Refused, Conflict.
    """
    if not words.strip():
        raise Refused("Write the reasons.")
    if code not in (NEITHER_CODES if kind is Kind.NEITHER else REFUSAL_CODES):
        raise Refused("Choose the ground in law.")
    if kind is Kind.FEE and not how_to_pay.strip():
        raise Refused("Say how the person can pay the fee.")
    asked = pounds(amount) if kind is Kind.FEE else ""
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        require_searched(actor, case, code)
        if kind is Kind.FEE:
            require_time_left(case)
        return _keep(actor, case, kind, words, code=code, amount=asked, how_to_pay=how_to_pay.strip() or None)


def propose_set_aside(
    actor: Actor,
    case_id: str,
    code: str,
    words: str,
    *,
    tell: bool = True,
    earlier: str = "",
    version: int | None = None,
) -> RefusalProposal:
    """Propose to set a case aside as no valid request. `tell`, `earlier`: as `not_valid.set_aside`. Raises Refused."""
    with write_transaction():
        case = case_for(actor, case_id, version)
        first = require_sound(actor, case, code, words, tell=tell, earlier=earlier)
        earlier_id = first.id if first else None
        told = tell and REASONS[code].told is not None
        return _keep(actor, case, Kind.SET_ASIDE, words, code=code, tell=told, earlier_id=earlier_id)


def propose_correction(
    actor: Actor, case_id: str, correction: Correction, reason: str, *, version: int | None = None
) -> RefusalProposal:
    """Propose what `corrections.correct` lets nobody do alone; `reason` is how the actor knows. Raises Refused."""
    if not reason.strip():
        raise Refused("Say how you know that it is wrong.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        look(actor, case_id, correction)  # what may not be is not proposed
        kind = chosen(case, correction).kind
        return _keep(
            actor,
            case,
            Kind.CORRECT,
            reason,
            logged_as=kind,
            fact_id=correction.fact_id,
            fact_on=correction.on,
            without_letter=correction.without_letter,
        )


def propose_missed(
    actor: Actor, case_id: str, meant: Missed, reason: str, *, version: int | None = None
) -> RefusalProposal:
    """Propose what `missed.add` lets nobody do alone; `reason` is how the actor knows. Raises Refused."""
    if not reason.strip():
        raise Refused("Say how you know.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        missed.look(actor, case_id, meant)  # what may not be is not proposed
        return _keep(
            actor,
            case,
            Kind.ADD,
            reason,
            logged_as=meant.what.value,
            fact_kind=meant.what.value,
            fact_on=meant.on,
            came_on=meant.came,
            reason_code=meant.reason_code,
        )


def propose_withdrawal(
    actor: Actor, case_id: str, on: date, reason: str, *, version: int | None = None
) -> RefusalProposal:
    """Propose that a late request was taken back by its due date; `reason` is how the actor knows. Raises Refused."""
    if not reason.strip():
        raise Refused("Say how you know the day on which they took it back.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        why_two_withdraw(actor, case, on)  # what may not be is not proposed
        return _keep(actor, case, Kind.WITHDRAW, reason, fact_on=on)


def _keep(
    actor: Actor, case: Case, kind: Kind, words: str, *, code: str = "", logged_as: str = "", **fields: Any
) -> RefusalProposal:
    require_decider(actor, case)
    if queries.open_proposal(case) is not None:
        raise Conflict("There is a proposal already. It must be decided first.")
    proposal = RefusalProposal(
        scope_id=case.scope_id,
        case_id=case.id,
        kind=kind.value,
        state=State.OPEN.value,
        code=code,
        proposed_by=actor.id,
        words=words.strip(),
        **fields,
    )
    db.session.add(proposal)
    db.session.flush()
    wait_for(case.id, Whom.DPO, proposal.id)
    record(actor, Action.REFUSAL_PROPOSED, proposal.id, case_id=case.id, kind=kind.value, code=code or logged_as)
    return proposal


def decide(
    actor: Actor,
    proposal_id: str,
    agree: bool,
    words: str = "",
    *,
    version: int,
    lateness: Lateness | None = None,
) -> RefusalProposal:
    """Agree, and it is done: the letter goes, or the date moves; or decline with a reason.

    Never by whoever proposed it, unless nobody else is there.

    `lateness` is why the answer that goes is late, where it is. Raises Refused, NotAllowed; Conflict when it was
    decided meanwhile.
    """
    with write_transaction() as session:
        proposal = queries.visible_proposal(actor, proposal_id)
        case = case_for(actor, proposal.case_id, permission=Permission.CASE_REJECT)
        session.refresh(proposal)
        if proposal.state != State.OPEN or proposal.version != version:
            raise Conflict("This proposal was decided already.")
        alone = proposal.proposed_by == actor.id
        if alone and not is_alone(actor, case):
            raise Refused("You proposed this, so somebody else must decide. Only where nobody else is there may you.")
        if not agree and not words.strip():
            raise Refused("Say why you do not agree.")
        proposal.state = (State.AGREED if agree else State.DECLINED).value
        proposal.decided_by, proposal.decided_at, proposal.alone = actor.id, utc_now(), alone
        proposal.decision = words.strip() or None
        wait_no_more(case.id, Whom.DPO, proposal.id)
        record(
            actor,
            Action.REFUSAL_DECIDED,
            proposal.id,
            case_id=case.id,
            kind=proposal.kind,
            outcome=proposal.state,
            alone=alone,
        )
        if agree:
            _carry_out(actor, proposal, lateness)
        return proposal


def _carry_out(actor: Actor, proposal: RefusalProposal, lateness: Lateness | None) -> None:
    case_id, code, words = proposal.case_id, proposal.code, proposal.words
    match Kind(proposal.kind):
        case Kind.REFUSE:
            reject(actor, case_id, code, words, proposed=True, lateness=lateness)
        case Kind.NEITHER:
            answer_neither(actor, case_id, code, words, lateness=lateness)
        case Kind.FEE:
            charge_fee(actor, case_id, proposal.amount, words, proposal.how_to_pay or "", proposed=True)
        case Kind.SET_ASIDE:
            first = queries.earlier_of(proposal)
            set_aside(
                actor,
                case_id,
                code,
                words,
                tell=proposal.tell,
                earlier=first.reference if first else "",
                proposed_by=proposal.proposed_by,
                lateness=lateness,
            )
        case Kind.CORRECT:
            correct(actor, case_id, queries.correction_of(proposal), words, agreed=True)
        case Kind.ADD:
            missed.add(actor, case_id, queries.missed_of(proposal), words, agreed=True)
        case Kind.WITHDRAW:
            withdraw(actor, case_id, queries.withdrawn_on(proposal), reason=words, agreed=True)
