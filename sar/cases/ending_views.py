"""Pages that end a case, or take that back. Each is its own confirmation: it says what follows before it is done."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, url_for

from sar.access.guards import current_actor, guard, staff
from sar.access.permissions import Permission
from sar.cases import forms, letters, queries, service
from sar.cases.blueprint import Answer, bp, form_page, given, show_form
from sar.cases.code_texts import told
from sar.cases.deadlines import ClockState
from sar.cases.endings import why_two_withdraw
from sar.cases.models import Case
from sar.cases.refusals.service import propose_withdrawal
from sar.cases.second_person import why_not_alone
from sar.cases.workflow import Stage
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused

_PROPOSED = "It is proposed. The request stays open until the data protection officer agrees."
_LATE = (
    "This request is late. To say that they took it back by the day it was due, when it was not late yet, takes two "
    "people: you propose it and say how you know, and the data protection officer agrees or does not. Nothing is sent "
    "before."
)
_CONFLICT = "I have a conflict of interest"
_CONFLICT_MEANS = (
    "Say so if this case is about you, a relative or a colleague. The case is then closed to you for good, and "
    "somebody else takes it on. You cannot undo this yourself.",
)


@bp.route("/cases/<case_id>/refuse", methods=["GET", "POST"])
@guard(Permission.CASE_REJECT)
def reject(case_id: str) -> Answer:
    case = queries.visible_case(current_actor(), case_id)
    form = forms.RejectForm().for_clock(queries.clock_of(case))
    return form_page(
        case_id,
        form,
        "Refuse this request",
        lambda version: service.reject(
            current_actor(),
            case_id,
            form.code.data,
            form.words.data or "",
            version=version,
            lateness=form.why_late,
        ),
        "The request is refused and the letter is on its way.",
        letter=lambda case: letters.compose(case, "rejection", reasons=told(form.code.data, form.words.data or "")),
        explanation=[
            "This refuses the whole request. The person gets a letter with your reasons and how to complain. A copy "
            "of an identity document is destroyed; nothing else is, and the case can be opened again.",
            "To hold back a part of the records, do not refuse: decide about them in the review.",
        ],
        hindrance=why_not_alone(current_actor(), case),
    )


@bp.route("/cases/<case_id>/withdraw", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def withdraw(case_id: str) -> Answer:
    form, case = forms.WithdrawForm(), queries.visible_case(current_actor(), case_id)
    takes_two, is_late = _takes_two(case, form.on.data), queries.clock_of(case).is_overdue(london_today())
    if is_late:
        form.submit.label.text = "Record it, or propose it"

    def command(version: int) -> None:
        on, reason = given(form.on.data), form.reason.data or ""
        if takes_two:
            propose_withdrawal(current_actor(), case_id, on, reason, version=version)
        else:
            service.withdraw(current_actor(), case_id, on, reason=reason, version=version)

    return form_page(
        case_id,
        form,
        "The person took the request back",
        command,
        _PROPOSED if takes_two else "The withdrawal is recorded and the letter is on its way.",
        letter=lambda case: letters.compose(case, "withdrawal", withdrawn_date=given(form.on.data)),
        explanation=[
            "Work on the case stops and the clock ends. The person gets a letter that says so, in case it is not what "
            "they meant. A copy of an identity document is destroyed; nothing else is.",
            *([_LATE] if is_late else []),
        ],
    )


def _takes_two(case: Case, on: date | None) -> bool:
    """Whether the day has to be proposed. What may not be at all the command says, once it is asked."""
    try:
        return on is not None and why_two_withdraw(current_actor(), case, on) is not None
    except Refused:
        return False


@bp.route("/cases/<case_id>/close", methods=["GET", "POST"])
@guard(Permission.CASE_CLOSE)
def close(case_id: str) -> Answer:
    form = forms.CloseForm()
    return form_page(
        case_id,
        form,
        "Close this case",
        lambda version: service.close(current_actor(), case_id, version=version),
        "The case is closed.",
        explanation=[_why_close(queries.visible_case(current_actor(), case_id))],
    )


def _why_close(case: Case) -> str:
    if case.clock_state == ClockState.ENDED:
        return "The answer is out. Closing takes the case off your list. It can be opened again."
    if case.stage == Stage.RELEASED:
        return "Only a part of the answer is out, so this case stays open. Open the review again and send the rest."
    return (
        "The person was reminded and warned, and did not reply. They get a letter that says what we still need. "
        "Nothing is deleted apart from a copy of an identity document. A reply opens the case again."
    )


@bp.route("/cases/<case_id>/reopen", methods=["GET", "POST"])
@guard(Permission.CASE_CLOSE)
def reopen(case_id: str) -> Answer:
    form = forms.ReopenForm()
    return form_page(
        case_id,
        form,
        "Open this case again",
        lambda version: service.reopen(current_actor(), case_id, form.reason.data or "", version=version),
        "The case is open again.",
        explanation=[
            "An answer that went out stays the first answer: it was in time, or late, and no second time runs. Where "
            "there was none, the clock is read as if the case had not ended."
        ],
    )


@bp.route("/cases/<case_id>/conflict", methods=["GET", "POST"])
@guard(Permission.CASE_VIEW)
def declare_conflict(case_id: str) -> Answer:
    form = forms.ConflictForm()
    if form.validate_on_submit():
        try:
            service.declare_conflict(current_actor(), case_id, staff().staff_id)
        except Refused as problem:
            form.form_errors.append(problem.message)
            return show_form(case_id, form, _CONFLICT, "cases/form.html", True, explanation=_CONFLICT_MEANS)
        flash("Thank you. You declared a conflict of interest, so the case is closed to you.", "success")
        return redirect(url_for("cases.work_list"))
    return form_page(
        case_id,
        form,
        _CONFLICT,
        lambda version: None,
        "",
        explanation=_CONFLICT_MEANS,
    )
