"""The originator's side: a link, a code by mail, only their own records, one answer."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from sar.access.browser_session import begin_session, end_session
from sar.access.guards import current_actor, originator_only, public
from sar.access.service import open_link, sign_in_originator
from sar.consultation import queries, service
from sar.consultation.forms import AnswerForm, CodeForm
from sar.consultation.models import View
from sar.foundation.errors import Refused
from sar.records.queries import page_png, page_text, text_lines

bp = Blueprint("originator", __name__, url_prefix="/originator")
BLUEPRINTS = (bp,)
PAGE_WIDTH = 1_000


@bp.get("/<token>")
@public
def link(token: str) -> str:
    """Opening the link changes nothing: mail scanners open links too."""
    open_link(token, service.PURPOSE)
    return render_template("consultation/link.html", token=token, form=CodeForm(), sent="sent" in request.args)


@bp.post("/<token>/code")
@public
def send_code(token: str) -> Response:
    service.send_code(token)
    return redirect(url_for("originator.link", token=token, sent=1))


@bp.post("/<token>")
@public
def enter(token: str) -> str | Response:
    form = CodeForm()
    if form.validate_on_submit():
        try:
            session_token = sign_in_originator(token, service.PURPOSE, form.code.data or "")
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            return begin_session(session_token, url_for("originator.answer"))
    return render_template("consultation/link.html", token=token, form=form, sent=True)


@bp.route("/records/answer", methods=["GET", "POST"])
@originator_only
def answer() -> str | Response:
    actor = current_actor()
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            service.answer(actor, View(form.view.data), form.reason.data or "", form.name.data or "")
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            flash("Thank you. We have your answer.", "success")
            return end_session(url_for("originator.thanks"))
    return render_template("consultation/answer.html", consultation=queries.own_consultation(actor), form=form)


@bp.post("/records/<record_id>/pages/<int:page>")
@originator_only
def open_page(record_id: str, page: int) -> Response:
    """Reading is kept in the log, so it is asked for by a button and not by a link."""
    service.opened(current_actor())
    service.view_own_page(current_actor(), record_id, page)
    return redirect(url_for("originator.page", record_id=record_id, page=page))


@bp.get("/records/<record_id>/pages/<int:page>")
@originator_only
def page(record_id: str, page: int) -> str:
    record = service.view_own_page(current_actor(), record_id, page)
    text = page_text(record, page)
    return render_template(
        "consultation/page.html", record=record, page=page, recognised=text.source == "ocr", lines=text_lines(text)
    )


@bp.get("/records/<record_id>/pages/<int:page>.png")
@originator_only
def page_image(record_id: str, page: int) -> Response:
    """Whoever asks for it without the button is in the log as well."""
    record = service.view_own_page(current_actor(), record_id, page)
    return send_file(io.BytesIO(page_png(record, page, PAGE_WIDTH)), mimetype="image/png")


@bp.get("/records/thanks")
@public
def thanks() -> str:
    return render_template("consultation/thanks.html")
