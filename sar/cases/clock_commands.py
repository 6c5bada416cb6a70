"""Commands that put dated facts on the clock: what the person must send, questions, extension."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sar.access.permissions import Permission
from sar.cases import letters
from sar.cases.clock_letters import EXTENSION_LAW
from sar.cases.deadlines import AWAITED, ClockState, ExtensionReason, Rule
from sar.cases.ledger import Fact, case_for, events_with, mark_late_before, renew_clock, require_open, store_fact
from sar.cases.models import Case
from sar.cases.moves import go_on
from sar.cases.proofs import checks_of
from sar.cases.queries import (
    asked_for,
    clock_by,
    clock_from,
    clock_of,
    questions_of,
    standing_facts,
    unanswered_questions,
    waits_of,
)
from sar.cases.second_person import gives_a_late_case_time, require_alone
from sar.foundation.actions import Action
from sar.foundation.actors import Actor
from sar.foundation.audit import record
from sar.foundation.clock import london_today
from sar.foundation.db import write_transaction
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wording import date_words

_NOT_TWICE = (
    "Asking for it again gives no more time (Art 12A UK GDPR; DPA 2018 s.54), so we do not ask by this letter. You can "
    "call or write to the person, or ask them a question, and settle who is asking when they reply."
)
_THEIR_OWN = (
    "This request came from the person. Whoever acts for them since then must show that they may. That takes nothing "
    "from the time we have, so we do not ask by this letter. Call or write to them, and settle it when they reply. If "
    "somebody asked for the person from the start, ask them in the same way, then propose it on the page “Add what was "
    "missed on the clock”."
)
_AMOUNT = re.compile(r"[0-9]{1,5}(\.[0-9]{2})?")


def ask_for_identity(actor: Actor, case_id: str, reason: str, *, version: int | None = None) -> None:
    """Ask for proof of identity: only on reasonable doubt, with the reason kept (Art 12(6); s.52(4))."""
    if not reason.strip():
        raise Refused("Say why you doubt who is asking. Identity may be asked for only with a reason.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        if case.identity != "unchecked":
            raise Conflict("Identity has already been asked for or settled.")
        _refuse_for(why_not_ask_identity(case))
        case.identity = "asked"
        letter = letters.send(actor, case, "id_request", reason=letters.sentence(reason))
        store_fact(actor, case, Fact("id_requested", london_today(), detail=reason.strip(), letter=letter))


def ask_for_authority(actor: Actor, case_id: str, reason: str, *, version: int | None = None) -> None:
    """Ask whoever acts for someone else for that person's written authority. The clock starts when it comes."""
    if not reason.strip():
        raise Refused("Say why written authority is needed.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        if Rule.AUTHORITY in asked_for(case):
            raise Conflict("Written authority has been asked for already.")
        if case.authority == "settled":
            raise Conflict("Authority has already been settled for this case.")
        _refuse_for(why_not_ask_authority(case))
        case.authority = "asked"
        letter = letters.send(actor, case, "authority_request", reason=letters.sentence(reason))
        store_fact(actor, case, Fact("authority_requested", london_today(), detail=reason.strip(), letter=letter))


def charge_fee(
    actor: Actor,
    case_id: str,
    amount: str,
    reason: str,
    how_to_pay: str,
    *,
    version: int | None = None,
    proposed: bool = False,
) -> None:
    """Charge for a request that is manifestly unfounded or excessive (Art 12(5); s.53). Only the DPO may.

    `amount` is in pounds, like "10" or "10.50". The clock starts when the fee is paid. It is charged on a proposal (see
    `refusals`), unless the actor is the only person here.
    """
    if not reason.strip() or not how_to_pay.strip():
        raise Refused("Write why you charge a fee, and how the person can pay it.")
    asked = pounds(amount)
    with write_transaction():
        case = case_for(actor, case_id, version, Permission.CASE_REJECT)
        require_open(case)
        if not proposed:
            require_alone(actor, case)
        if Rule.FEE in asked_for(case):
            raise Conflict("A fee has been charged already.")
        require_time_left(case)
        why, how = reason.strip(), how_to_pay.strip()
        letter = letters.send(actor, case, "fee_request", amount=asked, reasons=[why], how_to_pay=how)
        store_fact(actor, case, replace(fee_fact(asked, reason), letter=letter))


def fee_fact(asked: str, reason: str) -> Fact:
    """A fee that is asked for today. The clock starts when it is paid."""
    return Fact("fee_requested", london_today(), detail=f"{asked}: {reason.strip()}")


def record_fee_paid(actor: Actor, case_id: str, on: date, *, version: int | None = None) -> None:
    """The whole fee was paid on a day."""
    _record_what_came(actor, case_id, Rule.FEE, Fact("fee_paid", on), version)


def ask_question(actor: Actor, case_id: str, question: str, reason: str, *, version: int | None = None) -> None:
    """Ask the requester to say more clearly what they want. Where the law lets it, the clock pauses meanwhile."""
    if not question.strip() or not reason.strip():
        raise Refused("Write the question you want answered, and why you ask.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        fact = Fact("clarification_requested", london_today(), next_question(case), detail=question.strip())
        name = question_letter(clock_from(case, events_with(case, fact)).state)
        letter = letters.send(actor, case, name, question=question.strip(), reason=reason.strip())
        store_fact(actor, case, replace(fact, letter=letter))


def next_question(case: Case) -> int:
    """The number of the next question."""
    return max((fact.number for fact in questions_of(case)), default=0) + 1


def question_letter(state: ClockState) -> str:
    """The letter that says of our time what is true once the question has gone: it stops, waits to start, or runs."""
    if state is ClockState.PAUSED:
        return "clarification"
    return "clarification_not_started" if state is ClockState.NOT_STARTED else "clarification_no_pause"


def record_answer(
    actor: Actor, case_id: str, number: int, on: date, answer: str, *, version: int | None = None
) -> None:
    """The requester answered question `number` on a day. The clock runs on from there."""
    with write_transaction():
        case = case_for(actor, case_id, version)
        go_on(actor, case)
        if number not in {question.number for question in unanswered_questions(case)}:
            raise Conflict("There is no open question of that number: it may have been answered already.")
        store_fact(actor, case, Fact("clarification_received", on, number, detail=answer.strip() or None))


def extend(
    actor: Actor, case_id: str, reason: ExtensionReason, explanation: str, *, version: int | None = None
) -> None:
    """Take two further months, once, with reasons, before the first month is over (Art 12A(3); s.54(3A)).

    They are taken on the day the letter goes: the requester must be told by the last day of the first month.
    """
    if not explanation.strip():
        raise Refused("Write the reason in words. The requester is told it.")
    with write_transaction():
        case = case_for(actor, case_id, version)
        require_open(case)
        old_due = _require_extendable(case)
        fact = Fact("extended", london_today(), reason_code=reason.value, detail=explanation.strip())
        new_due = clock_from(case, events_with(case, fact)).due
        if new_due is None or new_due <= old_due:
            raise Refused("That would give no more time.")
        reasons = [explanation.strip()]
        letter = letters.send(actor, case, "extension", old_due_date=old_due, new_due_date=new_due, reasons=reasons)
        store_fact(actor, case, replace(fact, letter=letter))


def why_not_extend(case: Case) -> str | None:
    """The rule that stands in the way of an extension today, in words; None if nothing does."""
    clock = clock_of(case)
    written = [fact for fact in standing_facts(case) if fact.kind == "extended"]
    if any(fact.unsent for fact in written):
        return "The letter about an extension is written and has not gone out. Send it: the extension counts from then."
    if written:
        return f"This request was extended before. The law allows one extension ({EXTENSION_LAW})."
    if clock.answered_on is not None:
        return "An answer went out already. Its time cannot be made longer any more."
    if not clock.extension_available:
        return (
            "The rules this request was received under do not allow an extension: Part 3 had none before "
            "5 February 2026 (SI 2026/82 reg 4)."
        )
    if clock.due is None or clock.extension_notice_by is None:
        return "The clock is not running. Extend when it runs again: until then no time is lost."
    if london_today() > clock.extension_notice_by:
        return (
            "It is too late to extend: the requester had to be told within the first month, by "
            f"{date_words(clock.extension_notice_by)} ({EXTENSION_LAW})."
        )
    return None


def why_not_ask(case: Case) -> str | None:
    """The rule that stands in the way of asking for what the clock would wait for, in words; None if nothing does.

    By the letter of the law the clock starts anew also where identity, authority or a fee is asked for after the due
    date. A case that is late would then be so no more, and gone from every count of the backlog.
    """
    clock = clock_of(case)
    if clock.due is None or not clock.is_overdue(london_today()):
        return None
    return (
        f"The answer was due on {date_words(clock.due)}. What is asked for after that gives no more time "
        "(Art 12A UK GDPR; DPA 2018 s.54), so we cannot ask for proof of identity, written authority or a fee now. You "
        "can still call or write to the person, and settle who is asking when they reply. The case stays late."
    )


def require_time_left(case: Case) -> None:
    """Raises Refused, with the rule in words, where it is too late to ask for what the clock would wait for."""
    _refuse_for(why_not_ask(case))


def why_not_ask_identity(case: Case) -> str | None:
    """As `why_not_ask`; also that proof was asked for, or identity settled, before: no clock waits for that twice.

    Whoever is asking may have to be settled again, after a change of the name. That takes nothing from the time we had.
    """
    if Rule.IDENTITY in asked_for(case) or _was_checked(case, "identity"):
        return f"Proof of identity was asked for, or identity was settled, before. {_NOT_TWICE}"
    return why_not_ask(case)


def why_not_ask_authority(case: Case) -> str | None:
    """As `why_not_ask`; also that somebody, who need not be the same, was found to have authority before, that the
    request was the person's own when it came, or that nobody acts for the person whom a letter would reach."""
    if _was_checked(case, "authority"):
        return f"Written authority was settled before. {_NOT_TWICE}"
    if case.submission.representative and not case.for_another:
        return _THEIR_OWN
    return why_not_ask(case) or letters.why_not_to_representative(case)


def _was_checked(case: Case, about: str) -> bool:
    return any(check.about == about for check in checks_of(case))


def _refuse_for(hindrance: str | None) -> None:
    if hindrance is not None:
        raise Refused(hindrance)


def set_regimes(actor: Actor, case_id: str, regimes: frozenset[str], *, settled: bool = False) -> None:
    """Say under which laws the case's records fall; the earliest due date of them counts.

    Where that gives a late case more time nothing changes, unless the data protection officer has `settled` it.
    """
    with write_transaction():
        case = case_for(actor, case_id)
        before = case.due_on
        more_time = gives_a_late_case_time(before, clock_by(case, regimes).due)
        if more_time and not settled:
            return
        if more_time:
            mark_late_before(case)
        case.regimes = " ".join(sorted(regimes))
        renew_clock(case)
        record(
            actor,
            Action.REGIMES_CHANGED,
            case.id,
            regimes=sorted(case.regimes.split()),
            due_before=before,
            due_after=case.due_on,
        )


def _record_what_came(actor: Actor, case_id: str, rule: Rule, fact: Fact, version: int | None) -> None:
    with write_transaction():
        case = case_for(actor, case_id, version)
        go_on(actor, case)
        wait = waits_of(case).get(rule)
        if wait.answered is not None if wait else rule not in asked_for(case):
            raise Conflict(f"{AWAITED[rule]} is not waited for: it was never asked for, or has come.")
        store_fact(actor, case, fact)


def pounds(amount: str) -> str:
    """An amount as a letter has it: "£10.50". Raises Refused for what is no amount, or nothing."""
    if not _AMOUNT.fullmatch(amount.strip().removeprefix("£").strip()):
        raise Refused("Give the amount in pounds, like 10 or 10.50.")
    value = Decimal(amount.strip().removeprefix("£").strip())
    if value <= 0:
        raise Refused("The fee must be more than nothing.")
    return f"£{value:.2f}"


def _require_extendable(case: Case) -> date:
    """The due date before the extension. Raises Refused with the rule in words."""
    hindrance = why_not_extend(case)
    due = clock_of(case).due
    if hindrance is not None or due is None:
        raise Refused(hindrance or "The clock is not running.")
    return due
