"""The officer's work list and case page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard, staff
from sar.access.permissions import Permission
from sar.access.queries import active_staff_with, staff_names
from sar.cases import forms, queries, service
from sar.cases.deadlines import ExtensionReason
from sar.cases.models import Case
from sar.cases.timeline import in_words
from sar.cases.workflow import STAGE_NAMES, Event, Stage, offers
from sar.foundation.clock import london_today
from sar.foundation.errors import Problem

bp = Blueprint("cases", __name__, url_prefix="/staff/cases")
BLUEPRINTS = (bp,)


@bp.get("/")
@guard(Permission.CASE_VIEW)
def work_list() -> str:
    """Cases by due date; the filters live in the address, so that a list can be kept and sent."""
    whose = request.args.get("whose", "team")
    show = request.args.get("show", "open")
    search = request.args.get("search", "")
    page = max(1, request.args.get("page", 1, type=int))
    found = queries.work_list(current_actor(), whose=whose, show=show, search=search, page=page)
    return render_template(
        "cases/work_list.html",
        found=found,
        whose=whose,
        show=show,
        search=search,
        today=london_today(),
        stage_names=STAGE_NAMES,
    )


@bp.get("/<case_id>")
@guard(Permission.CASE_VIEW)
def show(case_id: str) -> str:
    case = service.view_case(current_actor(), case_id)
    return _case_page(case, forms.NoteForm())


def _case_page(case: Case, note_form: forms.NoteForm) -> str:
    clock = queries.clock_of(case)
    today = london_today()
    notes = queries.notes_of(case)
    facts = queries.clock_facts(case)
    answered = {fact.number for fact in facts if fact.kind == "clarification_received"}
    officer_ids = {note.author_id for note in notes} | ({case.officer_id} if case.officer_id else set())
    return render_template(
        "cases/show.html",
        case=case,
        clock=clock,
        days_left=clock.days_left(today),
        today=today,
        stage=Stage(case.stage),
        stage_names=STAGE_NAMES,
        notes=notes,
        names=staff_names(officer_ids),
        officers=active_staff_with(Permission.CASE_WORK),
        timeline=in_words(queries.timeline_of(case)),
        open_questions=[f for f in facts if f.kind == "clarification_requested" and f.number not in answered],
        evidence=service.EVIDENCE,
        moves=offers(Stage(case.stage), service.facts_of(current_actor(), case), staff().permissions),
        form=note_form,
    )


@bp.post("/<case_id>/acknowledge")
@guard(Permission.CASE_WORK)
def acknowledge(case_id: str) -> Response:
    form = forms.MoveForm()
    if form.validate_on_submit():
        service.acknowledge(current_actor(), case_id, form.version.data or 0)
        flash("The request is acknowledged and the letter is on its way.", "success")
    return _back(case_id)


@bp.post("/<case_id>/gather")
@guard(Permission.CASE_WORK)
def start_gathering(case_id: str) -> Response:
    case = queries.visible_case(current_actor(), case_id)
    service.advance(
        current_actor(), case_id, Event.START_GATHERING, service.facts_of(current_actor(), case)
    )
    flash("You can add records now.", "success")
    return _back(case_id)


@bp.post("/<case_id>/take")
@guard(Permission.CASE_WORK)
def take(case_id: str) -> Response:
    service.assign(current_actor(), case_id, staff().staff_id)
    flash("This case is yours now.", "success")
    return _back(case_id)


@bp.post("/<case_id>/assign")
@guard(Permission.CASE_ASSIGN)
def assign(case_id: str) -> Response:
    service.assign(current_actor(), case_id, request.form.get("officer") or None)
    flash("The officer was changed.", "success")
    return _back(case_id)


@bp.post("/<case_id>/conflict")
@guard(Permission.CASE_VIEW)
def declare_conflict(case_id: str) -> Response:
    service.declare_conflict(current_actor(), case_id, staff().staff_id)
    flash("Thank you. You declared a conflict of interest, so the case is closed to you.", "success")
    return redirect(url_for("cases.work_list"))


@bp.post("/<case_id>/notes")
@guard(Permission.CASE_WORK)
def add_note(case_id: str) -> str | Response:
    form = forms.NoteForm()
    if form.validate_on_submit():
        service.add_note(current_actor(), case_id, form.text.data or "")
        flash("Your note is saved.", "success")
        return _back(case_id)
    return _case_page(queries.visible_case(current_actor(), case_id), form)


@bp.route("/<case_id>/identity", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def identity(case_id: str) -> str | Response:
    form = forms.IdentityForm()

    def command() -> None:
        service.check_identity(current_actor(), case_id, form.evidence.data)

    return _form_page(case_id, form, "Who is asking?", command, "Identity is settled.", "cases/identity.html")


@bp.route("/<case_id>/ask-identity", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_identity(case_id: str) -> str | Response:
    form = forms.AskIdentityForm()

    def command() -> None:
        service.ask_for_identity(current_actor(), case_id, form.reason.data or "")

    return _form_page(case_id, form, "Ask for proof of identity", command, "We have asked for proof of identity.")


@bp.route("/<case_id>/question", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask_question(case_id: str) -> str | Response:
    form = forms.QuestionForm()

    def command() -> None:
        service.ask_question(current_actor(), case_id, form.question.data or "", form.reason.data or "")

    return _form_page(case_id, form, "Ask the person a question", command, "The question is on its way.")


@bp.route("/<case_id>/answer/<int:number>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def record_answer(case_id: str, number: int) -> str | Response:
    form = forms.AnswerForm(number=number)

    def command() -> None:
        service.record_answer(current_actor(), case_id, number, form.on.data or london_today(), form.answer.data or "")

    return _form_page(case_id, form, "Record the answer", command, "The answer is recorded. The clock runs again.")


@bp.route("/<case_id>/extend", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def extend(case_id: str) -> str | Response:
    form = forms.ExtendForm()

    def command() -> None:
        service.extend(current_actor(), case_id, ExtensionReason(form.reason.data), form.explanation.data or "")

    what_if = service.what_if(current_actor(), case_id, "extended", london_today(), reason="COMPLEXITY")
    return _form_page(
        case_id, form, "Extend the time limit", command, "The time limit is extended.", what_if=what_if
    )


@bp.route("/<case_id>/received", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def correct_received(case_id: str) -> str | Response:
    form = forms.ReceivedForm()

    def command() -> None:
        service.correct_received_date(current_actor(), case_id, form.on.data or london_today())

    return _form_page(case_id, form, "Correct the date received", command, "The date is corrected.")


def _form_page(
    case_id: str,
    form: FlaskForm,
    title: str,
    command: Callable[[], None],
    done: str,
    template: str = "cases/form.html",
    **more: object,
) -> str | Response:
    """One form, one command: on success back to the case, else the form again with what was wrong."""
    case = queries.visible_case(current_actor(), case_id)
    if form.validate_on_submit():
        try:
            command()
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(done, "success")
            return _back(case_id)
    return render_template(template, case=case, clock=queries.clock_of(case), form=form, page_title_text=title, **more)


def _back(case_id: str) -> Response:
    return redirect(url_for("cases.show", case_id=case_id))
