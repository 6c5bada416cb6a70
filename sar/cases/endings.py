"""Commands that end a case, or take an ending back: refuse, withdraw, close, reopen.

Nothing is deleted by them but a copy of an identity document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import select

from sar.access.permissions import Permission, allows
from sar.cases import letters
from sar.cases.code_texts import told
from sar.cases.deadlines import ClockState, EndReason
from sar.cases.exemptions import EXEMPTIONS, Kind
from sar.cases.lateness import Lateness, reason_to_keep
from sar.cases.ledger import case_for, keep_note, mark_late_before, strike_out
from sar.cases.models import Case, ClockFact, Refusal
from sar.cases.moves import advance, facts_of
from sar.cases.queries import clock_of
from sar.cases.second_person import is_alone, require_alone
from sar.cases.silence import silence_of, words_of
from sar.cases.workflow import Event, Stage
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.intake import identity_copies

_WHOLE = (Kind.REFUSAL, Kind.NOT_AN_EXEMPTION)
# Codes that a whole request can be turned down with. N-DUP is about a record within a reply.
REFUSAL_CODES = MappingProxyType(
    {code: item for code, item in EXEMPTIONS.items() if item.kind in _WHOLE and code != "N-DUP"}
)
# What each says, for officers. The requester is told it in other words.
REFUSAL_LABELS = MappingProxyType(
    {code: item.text or "" for code, item in REFUSAL_CODES.items()}
    | {
        "MUE": "It is clearly unfounded or excessive.",
        "N-NOTYOURS": "It is not about the person who asks.",
        "N-OUTSCOPE": "What we hold is outside what they asked for.",
    }
)
# Grounds on which the answer may neither confirm nor deny that anything is held.
NEITHER_CODES = MappingProxyType({code: item for code, item in EXEMPTIONS.items() if item.ncnd})
_NOT_HELD = "N-NOTHELD"
_TAKEN_BACK_IN_TIME = (
    "The due date has passed. If they took the request back before it did, the request was never late, so it takes two "
    "people: one proposes it and says how they know, and the data protection officer agrees or does not. If they told "
    "us today, give today’s date."
)


def reject(
    actor: Actor,
    case_id: str,
    code: str,
    words: str,
    *,
    version: int | None = None,
    proposed: bool = False,
    lateness: Lateness | None = None,
) -> Case:
    """Refuse the whole request, with a coded reason and the words the requester is told (Art 12(4)-(5); s.53).

    On a proposal (see `refusals`), unless the actor is the only person here. That we hold nothing can be said only
    once somebody looked. After the due date `lateness` says why (Art 12(4): within one month of receipt).
    """
    if code not in REFUSAL_CODES:
        raise Refused("Choose the reason for refusing.")
    if not words.strip():
        raise Refused("Write the reason in words. The requester is told it.")
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_REJECT)
        if not proposed:
            require_alone(actor, case)
        require_searched(actor, case, code)
        case = _refuse(actor, case, code, words.strip(), lateness)
        letters.send(actor, case, "rejection", reasons=told(code, words.strip()))
        identity_copies.destroy(actor, case.submission_id, "not_needed")
        return case


def answer_neither(actor: Actor, case_id: str, code: str, reasons: str, *, lateness: Lateness | None = None) -> Case:
    """Answer that we neither confirm nor deny. The reasons are kept, and not told. On a proposal (see `refusals`)."""
    if code not in NEITHER_CODES:
        raise Refused("Choose the ground in law.")
    with write_transaction():
        case = case_for(actor, case_id, permission=Permission.CASE_REJECT)
        case = _refuse(actor, case, code, reasons.strip(), lateness)
        letters.send(actor, case, "ncnd")
        identity_copies.destroy(actor, case.submission_id, "not_needed")
        return case


def require_searched(actor: Actor, case: Case, code: str) -> None:
    """Raises Refused for the code that says we hold nothing, where nobody can say so yet."""
    if code == _NOT_HELD and facts_of(actor, case).searches_open:
        raise Refused("We can say that we hold nothing only when we looked. Give every search its result first.")


def _refuse(actor: Actor, case: Case, code: str, words: str, lateness: Lateness | None) -> Case:
    clock = clock_of(case)
    kept = reason_to_keep(case, clock, lateness)
    why_late = kept.value if kept else None
    refusal = Refusal(
        scope_id=case.scope_id, case_id=case.id, code=code, refused_by=actor.id, words=words, lateness=why_late
    )
    db.session.add(refusal)
    record(actor, Action.CASE_REFUSED, case.id, code=code, due_on=clock.due, lateness_code=why_late)
    return advance(actor, case.id, Event.REJECT, replace(facts_of(actor, case), refusal_reasons_recorded=True))


def withdraw(
    actor: Actor, case_id: str, on: date, *, reason: str = "", version: int | None = None, agreed: bool = False
) -> Case:
    """The requester took the request back on a day. Raises Refused where that would hide that it was late.

    One that was taken back by its due date needed no answer. Of one that is late by now nobody says so alone: it is
    `agreed` by the data protection officer on a proposal (see `refusals`), and stays marked as late before. `reason`,
    how we know the day, is kept as a note.
    """
    with write_transaction():
        case = case_for(actor, case_id, version)
        second = why_two_withdraw(actor, case, on)
        if second is not None and not agreed:
            raise Refused(second)
        if _hides_lateness(case, on):
            mark_late_before(case)
        case = advance(actor, case_id, Event.WITHDRAW, facts_of(actor, case), on=on)
        if letters.can_be_written_to(case):  # who takes a request back need not leave an address for it
            letters.send(actor, case, "withdrawal", withdrawn_date=on)
        if reason.strip():
            keep_note(actor, case, f"They took the request back on {date_words(on)}. {reason.strip()}")
        identity_copies.destroy(actor, case.submission_id, "not_needed")
        return case


def why_two_withdraw(actor: Actor, case: Case, on: date) -> str | None:
    """Why somebody else must agree to that day, in words; None where the actor records it alone.

    Raises Refused for a day to come.
    """
    if on > london_today():
        raise Refused("That date is in the future. Give the day they told us.")
    if actor.kind is ActorKind.SYSTEM or not _hides_lateness(case, on):
        return None
    alone = allows(actor.roles, Permission.CASE_REJECT) and is_alone(actor, case)
    return None if alone else _TAKEN_BACK_IN_TIME


def _hides_lateness(case: Case, on: date) -> bool:
    """Whether a request that is late today would have needed no answer by its due date."""
    clock = clock_of(case)
    return clock.is_overdue(london_today()) and clock.due is not None and on <= clock.due


def close(actor: Actor, case_id: str, *, version: int | None = None) -> Case:
    """Put away a case whose answer is out, or whose requester was warned and did not reply.

    The second is told so, and what to send to have it opened again. A copy of an identity document is destroyed.
    """
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_CLOSE)
        waited, answered = silence_of(case), case.clock_state == ClockState.ENDED
        if case.stage == Stage.RELEASED and not answered:
            raise Refused("Something is still to come. Open the review again and send it, then close the case.")
        case = advance(actor, case_id, Event.CLOSE, facts_of(actor, case))
        if not answered and waited.warned_on is not None:
            letters.send(
                actor, case, "closed_no_reply", awaited=words_of(waited.closes_for), warned_date=waited.warned_on
            )
            identity_copies.destroy(actor, case.submission_id, "not_needed")
        return case


def take_back_answers(case: Case, went_out: Iterable[datetime]) -> int:
    """Take answers off the clock that never reached anybody, by the moments at which they went out; returns how many.

    The clock runs on from the facts that are left, as if those answers had not gone out. Nothing is deleted: what is
    struck out stays in the ledger. For use inside a write transaction; the caller logs why.
    """
    ever = select(ClockFact).where(ClockFact.case_id == case.id, ClockFact.kind.in_(("ended", "reopened")))
    facts = list(db.session.scalars(ever.order_by(ClockFact.created_at, ClockFact.number)))
    answers = [fact for fact in facts if fact.kind == "ended" and fact.reason_code == EndReason.RESPONDED]
    taken = 0
    for moment in went_out:
        ending = next((fact for fact in reversed(answers) if fact.created_at <= moment), None)
        if ending is None or ending.struck_out_at is not None:
            continue
        undoing = (one for one in facts if one.kind == "reopened" and one.number == ending.number)
        for fact in (*undoing, ending):  # in this order: what was answered in time was not late before
            strike_out(case, fact)
        taken += 1
    if case.clock_state != ClockState.ENDED:
        case.closed_on = None
    return taken


def reopen(actor: Actor, case_id: str, reason: str, *, version: int | None = None) -> Case:
    """Go on with a case that was ended, with the reason in a note.

    An answer stands as the first one; without one, the clock is read as if the case had not ended.
    """
    if not reason.strip():
        raise Refused("Say why the case is opened again.")
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_CLOSE)
        case = advance(actor, case_id, Event.REOPEN, facts_of(actor, case))
        keep_note(actor, case, f"Reopened: {reason.strip()}")
        return case
