"""Commands on proposals: one person proposes with reasons, the data protection officer decides."""

from __future__ import annotations

from sar.access.permissions import Permission
from sar.cases.clock_commands import charge_fee, pounds, require_time_left
from sar.cases.endings import NEITHER_CODES, REFUSAL_CODES, answer_neither, reject, require_searched
from sar.cases.lateness import Lateness
from sar.cases.ledger import case_for, require_open
from sar.cases.refusals import queries
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.cases.second_person import is_alone, require_decider
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import write_transaction
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
    with write_transaction() as session:
        case = case_for(actor, case_id, version)
        require_open(case)
        require_searched(actor, case, code)
        require_decider(actor, case)
        if kind is Kind.FEE:
            require_time_left(case)
        if queries.open_proposal(case) is not None:
            raise Conflict("There is a proposal already. It must be decided first.")
        proposal = RefusalProposal(
            scope_id=case.scope_id,
            case_id=case.id,
            kind=kind.value,
            state=State.OPEN.value,
            code=code,
            amount=asked,
            proposed_by=actor.id,
            words=words.strip(),
            how_to_pay=how_to_pay.strip() or None,
        )
        session.add(proposal)
        session.flush()
        record(actor, Action.REFUSAL_PROPOSED, proposal.id, case_id=case.id, kind=kind.value, code=code)
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
    """Agree, and the letter goes; or decline with a reason. Never by whoever proposed it, unless nobody else is there.

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
