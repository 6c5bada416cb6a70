"""Staff sign in and out, and prove who they are again before grave steps."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access import service
from sar.access.browser_session import begin_session, end_session, next_page
from sar.access.forms import StaffSignInForm, StepUpForm
from sar.access.guards import current_actor, public, signed_in_staff, staff
from sar.foundation.errors import Refused
from sar.foundation.web import client_address

bp = Blueprint("access", __name__)
BLUEPRINTS = (bp,)


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response:
    form = StaffSignInForm()
    if form.validate_on_submit():
        try:
            token = service.sign_in_staff(
                form.email.data or "", form.password.data or "", form.code.data or "", client_address()
            )
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            return begin_session(token, next_page() or url_for("cases.work_list"))
    return render_template("access/sign_in.html", form=form)


@bp.route("/staff/step-up", methods=["GET", "POST"])
@signed_in_staff
def step_up() -> str | Response:
    form = StepUpForm()
    if form.validate_on_submit():
        try:
            service.step_up(current_actor(), staff().session_id, form.code.data or "")
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            return redirect(next_page() or url_for("cases.work_list"))
    return render_template("access/step_up.html", form=form)


@bp.post("/staff/sign-out")
@public
def sign_out() -> Response:
    return end_session(url_for("access.sign_in"))
