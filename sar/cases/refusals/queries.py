"""Reads about proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from sar.cases import letters, not_valid
from sar.cases.code_texts import told
from sar.cases.corrections import Correction
from sar.cases.exemptions import ground_in_words
from sar.cases.missed import WORDS, Missed, What
from sar.cases.models import Case, ClockFact
from sar.cases.queries import visible_case, visible_to
from sar.cases.refusals.models import Kind, RefusalProposal, State
from sar.cases.timeline import fact_words
from sar.foundation.actors import Actor
from sar.foundation.db import db
from sar.foundation.errors import NotFound
from sar.foundation.wording import Wording, date_words


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


def earlier_of(proposal: RefusalProposal) -> Case | None:
    """The request that a repeated one repeats. Whoever shows it asks whether the reader may see it."""
    return db.session.get(Case, proposal.earlier_id) if proposal.earlier_id else None


def correction_of(proposal: RefusalProposal) -> Correction:
    """What a proposal to correct the clock would correct."""
    return Correction(proposal.fact_id or "", proposal.fact_on, proposal.without_letter)


def missed_of(proposal: RefusalProposal) -> Missed:
    """What a proposal to add something missed would add."""
    assert proposal.fact_kind is not None and proposal.fact_on is not None
    return Missed(What(proposal.fact_kind), proposal.fact_on, proposal.came_on, proposal.reason_code)


def withdrawn_on(proposal: RefusalProposal) -> date:
    """On which day, by a proposal to record it, the person took the request back."""
    assert proposal.fact_on is not None
    return proposal.fact_on


def ground_of(proposal: RefusalProposal) -> str:
    """Why, or what, in words: the ground in law, the reason for setting aside, the date and what it should be."""
    if proposal.kind == Kind.SET_ASIDE:
        return not_valid.REASONS[proposal.code].label
    if proposal.kind == Kind.ADD:
        meant = missed_of(proposal)
        came = f". The answer came on {date_words(meant.came)}" if meant.came else ""
        return f"{WORDS[meant.what]}, on {date_words(meant.on)}{came}"
    if proposal.kind == Kind.WITHDRAW:
        return f"They took it back on {date_words(withdrawn_on(proposal))}"
    if proposal.kind != Kind.CORRECT:
        return ground_in_words(proposal.code)
    fact = db.session.get_one(ClockFact, proposal.fact_id)
    should = f"it was on {date_words(proposal.fact_on)}" if proposal.fact_on else "it did not happen"
    how = ", without our letter about it" if proposal.without_letter else ""
    return f"{fact_words(fact.kind, fact.on)}. The correction: {should}{how}"


def letter_of(case: Case, proposal: RefusalProposal) -> Wording:
    """What the requester would get. Raises Refused when the wording cannot be used, or nobody is written to."""
    if proposal.kind == Kind.SET_ASIDE:
        return not_valid.letter_for(case, proposal.code, proposal.words, tell=proposal.tell)
    if proposal.kind == Kind.WITHDRAW:
        return letters.compose(case, "withdrawal", withdrawn_date=withdrawn_on(proposal))
    return letter_for(
        case, Kind(proposal.kind), proposal.code, proposal.words, proposal.amount, proposal.how_to_pay or ""
    )


def letter_for(case: Case, kind: Kind, code: str, words: str, amount: str, how_to_pay: str) -> Wording:
    """The same, for what is not kept yet."""
    if kind is Kind.NEITHER:
        return letters.compose(case, "ncnd")
    if kind is Kind.FEE:
        return letters.compose(case, "fee_request", amount=amount, reasons=[words], how_to_pay=how_to_pay)
    return letters.compose(case, "rejection", reasons=told(code, words))
