"""The page desk: one page as an image under its boxes, and what can be done on it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from redaction.geometry import Box
from sar.access.guards import current_actor, guard, staff
from sar.access.permissions import Permission
from sar.cases.deadlines import Regime
from sar.cases.queries import visible_case
from sar.cases.workflow import Stage
from sar.foundation.errors import Problem
from sar.records.models import Record
from sar.records.queries import record as visible_record
from sar.records.service import view_page
from sar.review import grounds, queries, service
from sar.review.blueprint import bp
from sar.review.drawing import overlay
from sar.review.forms import BoxForm, MarkForm, MentionForm, code_choices
from sar.review.grounds import DECISION_NAMES, Decision
from sar.review.people_views import DETAILS
from sar.review.queries import PageMarks
from sar.review.rules import is_dpo


@bp.get("/review/records/<record_id>/pages/<int:page>")
@guard(Permission.DOCUMENT_READ)
def page(record_id: str, page: int) -> str:
    view_page(current_actor(), record_id, page)
    return _desk(record_id, page, None)


@bp.post("/review/records/<record_id>/pages/<int:page>/boxes")
@guard(Permission.CASE_REVIEW)
def add_box(record_id: str, page: int) -> str | Response:
    """A box from four numbers if they are given, else around the words chosen."""
    actor = current_actor()
    form = _box_form(queries.page_marks(actor, record_id, page))
    if form.validate_on_submit():
        code, reason = form.code.data, form.reason.data or ""
        sides = form.numbers()
        try:
            if sides is not None:
                service.draw_box(actor, record_id, page, Box(*sides), code, reason)
            else:
                first = int(form.first.data or 0)
                last = int(form.last.data or first)
                service.cover_words(actor, record_id, page, first, last, code, reason)
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The box is added.", "success")
            return _to_page(record_id, page)
    return _desk(record_id, page, form)


@bp.post("/review/boxes/<box_id>/remove")
@guard(Permission.CASE_REVIEW)
def remove_box(box_id: str) -> Response:
    drawn = service.remove_box(current_actor(), box_id)
    flash("The box is gone.", "success")
    return _to_page(drawn.record_id, drawn.page)


@bp.route("/review/mentions/<mention_id>", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def mention(mention_id: str) -> str | Response:
    """A decision about one place, which no decision elsewhere changes."""
    actor = current_actor()
    found = queries.mention(actor, mention_id)
    record = visible_record(actor, found.record_id)
    person = queries.person(actor, found.person_id) if found.person_id else None
    form = MentionForm(
        version=found.version,
        decision=found.decision or "",
        code=found.code or "",
        reason=found.reason,
        **(found.factors or (person.factors if person else None) or {}),
    )
    form.code.choices = code_choices(grounds.offered([Regime(record.regime)], dpo=is_dpo(actor)))
    if record.regime != Regime.UKGDPR:
        form.without_factors()
    if form.validate_on_submit():
        decision = Decision(form.decision.data) if form.decision.data else None
        try:
            service.decide_mention(
                actor,
                mention_id,
                form.version.data or 0,
                decision,
                form.code.data or "",
                form.reason.data or "",
                form.factors(),
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Saved, for this place only.", "success")
            return _to_page(record.id, found.page)
    return render_template(
        "review/mention.html",
        case=visible_case(actor, found.case_id),
        record=record,
        mention=found,
        person=person,
        form=form,
        decision_names=DECISION_NAMES,
    )


@bp.route("/review/records/<record_id>/pages/<int:page>/withhold", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def withhold_page(record_id: str, page: int) -> str | Response:
    record = visible_record(current_actor(), record_id)
    form = _mark_form(record)
    if form.validate_on_submit():
        try:
            service.withhold_page(current_actor(), record_id, page, form.code.data, form.reason.data or "")
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"Page {page} is withheld.", "success")
            return _to_page(record_id, page)
    return _mark_page(record, form, f"Withhold page {page} of {record.title}", page)


@bp.post("/review/records/<record_id>/pages/<int:page>/show")
@guard(Permission.CASE_REVIEW)
def release_page(record_id: str, page: int) -> Response:
    service.release_page(current_actor(), record_id, page)
    flash(f"Page {page} is no longer withheld as a whole.", "success")
    return _to_page(record_id, page)


@bp.route("/review/records/<record_id>/withhold", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def withhold_record(record_id: str) -> str | Response:
    record = visible_record(current_actor(), record_id)
    form = _mark_form(record)
    if form.validate_on_submit():
        try:
            service.withhold_record(current_actor(), record_id, form.code.data, form.reason.data or "")
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"{record.title} is withheld.", "success")
            return redirect(url_for("review.check", case_id=record.case_id))
    return _mark_page(record, form, f"Withhold all of {record.title}", 1)


@bp.post("/review/records/<record_id>/show")
@guard(Permission.CASE_REVIEW)
def release_record(record_id: str) -> Response:
    service.release_record(current_actor(), record_id)
    flash("The record is no longer withheld as a whole.", "success")
    return _to_page(record_id, 1)


@bp.post("/review/records/<record_id>/views/<consultation_id>")
@guard(Permission.CASE_REVIEW)
def weigh_view(record_id: str, consultation_id: str) -> Response:
    service.weigh_view(current_actor(), consultation_id, record_id)
    flash("Noted: the decision has been carried out on this record.", "success")
    return _to_page(record_id, request.args.get("page", 1, type=int))


def _desk(record_id: str, page: int, refused: BoxForm | None) -> str:
    actor = current_actor()
    marks = queries.page_marks(actor, record_id, page)
    case = visible_case(actor, marks.record.case_id)
    may_change = Permission.CASE_REVIEW in staff().permissions and case.stage == Stage.REVIEWING
    before, after = queries.neighbours(marks.record, page)
    return render_template(
        "review/page.html",
        case=case,
        marks=marks,
        shapes=overlay(marks),
        words=queries.page_words(marks.text),
        before=before,
        after=after,
        form=(refused or _box_form(marks)) if may_change else None,
        may_change=may_change,
        decision_names=DECISION_NAMES,
        details=DETAILS,
    )


def _box_form(marks: PageMarks) -> BoxForm:
    form = BoxForm()
    form.code.choices = _codes(marks.record)
    # The page writes the words itself; here are the numbers that may come back.
    form.first.choices = form.last.choices = ["", *(str(at) for at in range(1, len(marks.text.words) + 1))]
    return form


def _mark_form(record: Record) -> MarkForm:
    form = MarkForm()
    form.code.choices = _codes(record)
    return form


def _codes(record: Record) -> list[SelectChoice]:
    dpo = is_dpo(current_actor())
    return code_choices(grounds.offered([Regime(record.regime)], dpo=dpo, also_unrelated=True))


def _mark_page(record: Record, form: FlaskForm, heading: str, page: int) -> str:
    return render_template(
        "review/form.html",
        case=visible_case(current_actor(), record.case_id),
        form=form,
        heading=heading,
        back=url_for("review.page", record_id=record.id, page=page),
    )


def _to_page(record_id: str, page: int) -> Response:
    return redirect(url_for("review.page", record_id=record_id, page=page))
