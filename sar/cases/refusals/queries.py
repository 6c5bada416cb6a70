"""Reads about proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from sar.cases import letters
from sar.cases.code_texts import told
from sar.cases.models import Case
from sar.cases.queries import visible_case, visible_to
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.wording import Wording


@dataclass(frozen=True)
class Proposed:
    proposal: RefusalProposal
    case: Case


def visible_proposal(actor: Actor, proposal_id: str) -> RefusalProposal:
    """The proposal on a case that this actor may see. Raises NotFound."""
    proposal = db.session.get(RefusalProposal, proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    visible_case(actor, proposal.case_id)
    return proposal


def proposals_of(case: Case) -> list[RefusalProposal]:
    """Newest first."""
    query = select(RefusalProposal).where(RefusalProposal.case_id == case.id)
    return list(db.session.scalars(query.order_by(RefusalProposal.created_at.desc(), RefusalProposal.id)))


def open_proposal(case: Case) -> RefusalProposal | None:
    return next((found for found in proposals_of(case) if found.state == State.OPEN), None)


def waiting(actor: Actor) -> list[Proposed]:
    """Proposals that nobody has decided, on cases that the actor may see, oldest first."""
    query = select(RefusalProposal, Case).join(Case, Case.id == RefusalProposal.case_id).where(visible_to(actor))
    query = query.where(RefusalProposal.state == State.OPEN).order_by(RefusalProposal.created_at)
    return [Proposed(proposal, case) for proposal, case in db.session.execute(query)]


def letter_of(case: Case, proposal: RefusalProposal) -> Wording:
    """What the requester would get. Raises Refused when the wording cannot be used."""
    return letter_for(
        case, Kind(proposal.kind), proposal.code, proposal.words, proposal.amount, proposal.how_to_pay or ""
    )


def letter_for(case: Case, kind: Kind, code: str, words: str, amount: str, how_to_pay: str) -> Wording:
    """The same, for what is not kept yet."""
    if kind is Kind.NEITHER:
        return letters.compose(case, "ncnd")
    if kind is Kind.FEE:
        reply_by = london_today() + timedelta(days=letters.REPLY_DAYS)
        return letters.compose(
            case, "fee_request", amount=amount, reasons=[words], how_to_pay=how_to_pay, reply_by=reply_by
        )
    return letters.compose(case, "rejection", reasons=told(code, words))
