"""Pages where an officer puts a fact on the clock, each showing what it does to the due date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import forms, letters, queries, service
from sar.cases.blueprint import Answer, bp, form_page, given, show_form
from sar.cases.clock_commands import (
    next_question,
    pounds,
    question_letter,
    why_not_ask_authority,
    why_not_ask_identity,
)
from sar.cases.deadlines import ClockState, ExtensionReason
from sar.cases.ledger import Fact
from sar.cases.models import Case, ClockFact
from sar.cases.what_if import WhatIf, possible
from sar.foundation.clock import london_today
from sar.foundation.errors import NotFound, Refused
from sar.foundation.messages import Channel
from sar.foundation.wording import date_words

_IF_IT_GOES = "If it goes today: what this does to the due date"


@bp.route("/cases/<case_id>/ask-identity", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_identity(case_id: str) -> Answer:
    form = forms.AskIdentityForm()
    return form_page(
        case_id,
        form,
        "Ask for proof of identity",
        lambda version: service.ask_for_identity(current_actor(), case_id, form.reason.data or "", version=version),
        lambda case: f"The letter that asks for proof is written. {_when_it_counts(case)}",
        letter=lambda case: letters.compose(case, "id_request", reason=letters.sentence(form.reason.data or "")),
        **_if_asked(case_id, "id_requested", why_not_ask_identity),
        explanation=[
            "The clock starts when the proof comes. If someone here knows the person, that is enough: settle it "
            "without asking."
        ],
    )


@bp.route("/cases/<case_id>/ask-authority", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_authority(case_id: str) -> Answer:
    form = forms.AskAuthorityForm()
    return form_page(
        case_id,
        form,
        "Ask for written authority",
        lambda version: service.ask_for_authority(current_actor(), case_id, form.reason.data or "", version=version),
        lambda case: f"The letter that asks for authority is written. {_when_it_counts(case)}",
        letter=lambda case: letters.compose(case, "authority_request", reason=letters.sentence(form.reason.data or "")),
        **_if_asked(case_id, "authority_requested", why_not_ask_authority),
        explanation=["Where someone asks for another person, the clock starts when their written authority comes."],
    )


@bp.route("/cases/<case_id>/fee", methods=["GET", "POST"])
@guard(Permission.CASE_REJECT)
def charge_fee(case_id: str) -> Answer:
    form = forms.FeeForm()
    return form_page(
        case_id,
        form,
        "Charge a fee",
        lambda version: service.charge_fee(
            current_actor(),
            case_id,
            form.amount.data or "",
            form.reason.data or "",
            form.how_to_pay.data or "",
            version=version,
        ),
        lambda case: f"The letter that asks for the fee is written. {_when_it_counts(case)}",
        letter=lambda case: letters.compose(
            case,
            "fee_request",
            amount=pounds(form.amount.data or ""),
            reasons=[form.reason.data or ""],
            how_to_pay=form.how_to_pay.data or "",
        ),
        **_if_asked(case_id, "fee_requested"),
        explanation=["The clock starts when the fee is paid."],
    )


@bp.route("/cases/<case_id>/fee-paid", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def record_fee_paid(case_id: str) -> Answer:
    form = forms.FeePaidForm()
    return dated_page(
        case_id,
        form,
        "Record that the fee was paid",
        lambda version: service.record_fee_paid(current_actor(), case_id, given(form.on.data), version=version),
        lambda case: f"The payment is recorded.{due_words(case)}",
        fact=lambda day: Fact("fee_paid", day),
        explanation=asked_for(case_id, "fee_requested", "a fee"),
    )


@bp.route("/cases/<case_id>/question", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_question(case_id: str) -> Answer:
    form = forms.QuestionForm()
    number = next_question(queries.visible_case(current_actor(), case_id))
    effect = possible(current_actor(), case_id, Fact("clarification_requested", london_today(), number))
    state = effect.then.state if effect else ClockState.RUNNING
    return form_page(
        case_id,
        form,
        "Ask the person a question",
        lambda version: service.ask_question(
            current_actor(), case_id, form.question.data or "", form.reason.data or "", version=version
        ),
        lambda case: f"The question is written. {_when_it_counts(case)}",
        letter=lambda case: letters.compose(
            case,
            question_letter(state),
            question=form.question.data or "",
            reason=form.reason.data or "",
        ),
        what_if=effect,
        what_if_title=_IF_IT_GOES,
    )


@bp.route("/cases/<case_id>/answer/<int:number>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def record_answer(case_id: str, number: int) -> Answer:
    form, case = forms.AnswerForm(), queries.visible_case(current_actor(), case_id)
    asked = next((fact for fact in queries.questions_of(case) if fact.number == number), None)
    if asked is None:
        raise NotFound("There is no such question.")
    return dated_page(
        case_id,
        form,
        "Record the answer",
        lambda version: service.record_answer(
            current_actor(), case_id, number, given(form.on.data), form.answer.data or "", version=version
        ),
        lambda case: f"The answer is recorded.{due_words(case)}",
        fact=lambda day: Fact("clarification_received", day, number),
        explanation=[_asked_words(asked, "")],
    )


@bp.route("/cases/<case_id>/extend", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def extend(case_id: str) -> Answer:
    form, case = forms.ExtendForm(), queries.visible_case(current_actor(), case_id)
    hindrance = service.why_not_extend(case)
    extension = Fact("extended", london_today(), reason_code=ExtensionReason.COMPLEXITY.value)
    extended = None if hindrance else possible(current_actor(), case_id, extension)
    return form_page(
        case_id,
        form,
        "Extend the time limit",
        lambda version: service.extend(
            current_actor(), case_id, ExtensionReason(form.reason.data), form.explanation.data or "", version=version
        ),
        lambda case: f"The letter about the extension is written. {_when_it_counts(case)}",
        letter=lambda case: letters.compose(
            case,
            "extension",
            old_due_date=case.due_on,
            new_due_date=extended.after if extended else None,
            reasons=[form.explanation.data or ""],
        ),
        what_if=extended,
        what_if_title=_IF_IT_GOES,
        hindrance=hindrance,
    )


def _if_asked(case_id: str, kind: str, why_not: Callable[[Case], str | None] = service.why_not_ask) -> dict[str, Any]:
    """What asking for it today would do to the due date, or why it cannot be asked for any more."""
    hindrance = why_not(queries.visible_case(current_actor(), case_id))
    effect = None if hindrance else possible(current_actor(), case_id, Fact(kind, london_today()))
    return {"what_if": effect, "what_if_title": _IF_IT_GOES, "hindrance": hindrance}


def _when_it_counts(case: Case) -> str:
    """From which day the letter that was just written counts."""
    if letters.usual_channel(case) == Channel.EMAIL:
        return "It goes by email now, and counts once it has gone."
    return "It counts from the day it goes. Say in the outbox when that was."


def asked_for(case_id: str, kind: str, what: str) -> list[str]:
    """On which day we asked, and why. Raises NotFound where nobody ever did."""
    standing = queries.standing_facts(queries.visible_case(current_actor(), case_id))
    facts = [fact for fact in standing if fact.kind == kind]
    if not facts:
        raise NotFound("This was never asked for.")
    return [_asked_words(fact, f" for {what}") for fact in facts]


def _asked_words(asked: ClockFact, what: str) -> str:
    if asked.unsent and asked.written_on:
        return f"Our letter of {date_words(asked.written_on)} has not gone out yet. It asks{what}{_words(asked)}"
    return f"On {date_words(asked.on)} we asked{what}{_words(asked)}"


def _words(asked: ClockFact) -> str:
    """What was asked, as the end of a sentence. A case taken over from elsewhere has the day alone."""
    return f": {asked.detail}" if asked.detail else ". What we wrote is not kept here."


def dated_page(
    case_id: str,
    form: forms.DatedForm,
    title: str,
    command: Callable[[int], object],
    done: str | Callable[[Case], str],
    *,
    fact: Callable[[date], Fact],
    template: str = "cases/form.html",
    **more: object,
) -> Answer:
    """A form whose date moves the clock: nothing is recorded before the officer has seen what that very date does.

    The effect of today's date is on the page from the start. For any other date the first press of the button shows
    the old and the new due date and why; the second records it.
    """
    today, day = london_today(), form["on"].data
    if not form.is_submitted():
        what = possible(current_actor(), case_id, fact(today))
        form.shown_on.data = today.isoformat() if what else ""
        more |= {"what_if": what, "what_if_title": "If it came today"}
    elif form.validate() and form.shown_on.data != day.isoformat():
        heading = f"What {date_words(day)} does to the due date"
        more |= seen_first(form, day.isoformat(), heading, lambda: service.what_if(current_actor(), case_id, fact(day)))
        return show_form(case_id, form, title, template, False, **more)
    return form_page(case_id, form, title, command, done, template, letter=None, **more)


def seen_first(form: forms.DatedForm, meant: str, title: str, look: Callable[[], object]) -> dict[str, object]:
    """For the first press of the button: the effect of what is `meant`, so that the second press records just that."""
    try:
        effect = look()
    except Refused as problem:
        form.form_errors.append(problem.message)
        return {}
    form.shown_on.data = meant
    takes_two = isinstance(effect, WhatIf) and effect.second is not None
    form["submit"].label.text = "Propose it" if takes_two else "Confirm and record it"
    return {"what_if": effect, "what_if_title": title}


def due_words(case: Case) -> str:
    return f" The answer is due on {date_words(case.due_on)}." if case.due_on else ""
