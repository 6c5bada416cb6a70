"""Requesters come back to their request with a reference and six words."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from sar.access import service
from sar.access.browser_session import begin_session, end_session, next_page
from sar.access.forms import RequesterSignInForm
from sar.access.guards import public
from sar.foundation.errors import Refused
from sar.foundation.web import client_address

bp = Blueprint("requester_access", __name__)
BLUEPRINTS = (bp,)


@bp.route("/check", methods=["GET", "POST"])
@public
def sign_in() -> str | Response:
    form = RequesterSignInForm()
    if form.validate_on_submit():
        try:
            token = service.sign_in_requester(form.reference.data or "", form.phrase.data or "", client_address())
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            return begin_session(token, next_page() or url_for("requester.status"))
    return render_template("access/requester_sign_in.html", form=form)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    return end_session(url_for("requester_access.sign_in"))
