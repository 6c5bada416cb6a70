"""The officer's side: whom to ask, what they said, what we decide."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.queries import visible_case
from sar.consultation import queries, service
from sar.consultation.forms import DecideForm, SendForm
from sar.consultation.models import VIEW_WORDS, View
from sar.foundation.errors import NotFound, Problem
from sar.foundation.wording import Wording

bp = Blueprint("consultation", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)


@bp.get("/cases/<case_id>/consultation")
@guard(Permission.CASE_VIEW)
def list_consultations(case_id: str) -> str:
    case = visible_case(current_actor(), case_id)
    return render_template(
        "consultation/list.html",
        case=case,
        consultations=queries.consultations_of(case),
        to_ask=queries.to_ask(case),
        view_words={view.value: words for view, words in VIEW_WORDS.items()},
    )


@bp.route("/cases/<case_id>/consultation/<originator_id>", methods=["GET", "POST"])
@guard(Permission.CONSULT)
def send(case_id: str, originator_id: str) -> str | Response:
    case = visible_case(current_actor(), case_id)
    group = next((found for found in queries.to_ask(case) if found.originator.id == originator_id), None)
    if group is None:
        raise NotFound("There is nothing left to ask this originator about.")
    form = SendForm()
    form.records.choices = [SelectChoice(found.id, found.title) for found in group.records]
    shown: Wording | None = None
    if form.validate_on_submit() and request.form.get("preview"):
        chosen = [found for found in group.records if found.id in (form.records.data or [])]
        try:
            shown = service.preview(case, group.originator, chosen)
        except Problem as problem:
            form.form_errors.append(problem.message)
    elif form.validate_on_submit():
        try:
            service.send(current_actor(), case_id, originator_id, form.records.data or [])
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"{group.originator.name} has been asked.", "success")
            return redirect(url_for("consultation.list_consultations", case_id=case_id))
    return render_template("consultation/send.html", case=case, group=group, form=form, shown=shown)


@bp.route("/consultations/<consultation_id>/decide", methods=["GET", "POST"])
@guard(Permission.CONSULT)
def decide(consultation_id: str) -> str | Response:
    consultation = queries.visible_consultation(current_actor(), consultation_id)
    form = DecideForm()
    if form.validate_on_submit():
        try:
            service.decide(current_actor(), consultation_id, View(form.decision.data), form.reason.data or "")
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Your decision is saved.", "success")
            return redirect(url_for("consultation.list_consultations", case_id=consultation.case_id))
    return render_template(
        "consultation/decide.html",
        case=visible_case(current_actor(), consultation.case_id),
        consultation=consultation,
        form=form,
        view_words={view.value: words for view, words in VIEW_WORDS.items()},
    )


@bp.post("/consultations/<consultation_id>/withdraw")
@guard(Permission.CONSULT)
def withdraw(consultation_id: str) -> Response:
    consultation = queries.visible_consultation(current_actor(), consultation_id)
    service.withdraw(current_actor(), consultation_id)
    flash("The consultation is withdrawn and its link no longer opens.", "success")
    return redirect(url_for("consultation.list_consultations", case_id=consultation.case_id))
