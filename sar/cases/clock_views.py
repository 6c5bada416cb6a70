"""Pages where an officer puts a fact on the clock, each showing what it does to the due date."""

from __future__ import annotations

from flask import url_for

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import forms, queries, service
from sar.cases.blueprint import Answer, bp, form_page, given
from sar.cases.deadlines import ExtensionReason
from sar.cases.ledger import Fact
from sar.cases.models import Case, ClockFact
from sar.cases.service import WhatIf
from sar.foundation.clock import london_today
from sar.foundation.errors import NotFound, Refused
from sar.foundation.wording import date_words


@bp.route("/cases/<case_id>/identity", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def identity(case_id: str) -> Answer:
    case, form = queries.visible_case(current_actor(), case_id), forms.IdentityForm()
    if case.identity != "asked":
        del form.on
    return form_page(
        case_id,
        form,
        "Who is asking?",
        lambda version: service.check_identity(
            current_actor(), case_id, form.evidence.data, on=form.on.data if form.on else None, version=version
        ),
        "Identity is settled.",
        "cases/identity.html",
        explanation=[
            f"On {date_words(fact.on)} we asked for proof because {fact.detail}"
            for fact in queries.clock_facts(case)
            if fact.kind == "id_requested" and case.identity == "asked"
        ],
        copy_url=url_for("cases.identity_copy", case_id=case_id) if case.submission.identity_blob_id else None,
    )


@bp.route("/cases/<case_id>/ask-identity", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_identity(case_id: str) -> Answer:
    form = forms.AskIdentityForm()
    return form_page(
        case_id,
        form,
        "Ask for proof of identity",
        lambda version: service.ask_for_identity(current_actor(), case_id, form.reason.data or "", version=version),
        "We have asked for proof of identity.",
        what_if=_what_if(case_id, Fact("id_requested", london_today())),
        explanation=[
            "The clock starts when the proof comes. If someone here knows the person, that is enough: settle it "
            "without asking."
        ],
    )


@bp.route("/cases/<case_id>/question", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_question(case_id: str) -> Answer:
    form = forms.QuestionForm()
    number = 1 + max((fact.number for fact in _asked(queries.visible_case(current_actor(), case_id))), default=0)
    return form_page(
        case_id,
        form,
        "Ask the person a question",
        lambda version: service.ask_question(
            current_actor(), case_id, form.question.data or "", form.reason.data or "", version=version
        ),
        "The question is on its way.",
        what_if=_what_if(case_id, Fact("clarification_requested", london_today(), number)),
    )


@bp.route("/cases/<case_id>/answer/<int:number>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def record_answer(case_id: str, number: int) -> Answer:
    form, case = forms.AnswerForm(), queries.visible_case(current_actor(), case_id)
    asked = next((fact for fact in _asked(case) if fact.number == number), None)
    if asked is None:
        raise NotFound("There is no such question.")
    return form_page(
        case_id,
        form,
        "Record the answer",
        lambda version: service.record_answer(
            current_actor(), case_id, number, given(form.on.data), form.answer.data or "", version=version
        ),
        lambda case: f"The answer is recorded.{_due_words(case)}",
        explanation=[f"On {date_words(asked.on)} we asked: {asked.detail}"],
    )


@bp.route("/cases/<case_id>/extend", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def extend(case_id: str) -> Answer:
    form, case = forms.ExtendForm(), queries.visible_case(current_actor(), case_id)
    hindrance = service.why_not_extend(case)
    return form_page(
        case_id,
        form,
        "Extend the time limit",
        lambda version: service.extend(
            current_actor(), case_id, ExtensionReason(form.reason.data), form.explanation.data or "", version=version
        ),
        lambda case: f"The time limit is extended and the letter is on its way.{_due_words(case)}",
        what_if=None if hindrance else _what_if(case_id, Fact("extended", london_today(), reason_code="COMPLEXITY")),
        hindrance=hindrance,
    )


@bp.route("/cases/<case_id>/received", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def correct_received(case_id: str) -> Answer:
    form, case = forms.ReceivedForm(), queries.visible_case(current_actor(), case_id)
    return form_page(
        case_id,
        form,
        "Correct the date received",
        lambda version: service.correct_received_date(current_actor(), case_id, given(form.on.data), version=version),
        lambda case: f"The date is corrected.{_due_words(case)}",
        explanation=[
            f"We have {date_words(case.received_on)}. The day counts on which the request reached any part of the "
            "organisation, in any form, working day or not. Every other date is worked out anew."
        ],
    )


def _asked(case: Case) -> list[ClockFact]:
    return [fact for fact in queries.clock_facts(case) if fact.kind == "clarification_requested"]


def _what_if(case_id: str, fact: Fact) -> WhatIf | None:
    try:
        return service.what_if(current_actor(), case_id, fact)
    except Refused:  # the command says why, once it is asked to do it
        return None


def _due_words(case: Case) -> str:
    return f" The answer is due on {date_words(case.due_on)}." if case.due_on else ""
