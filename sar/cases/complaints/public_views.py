"""Where a requester tells us that something went wrong, in plain words."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, requester_only
from sar.cases.complaints import service
from sar.cases.complaints.forms import ComplaintForm
from sar.cases.queries import requester_case
from sar.foundation.errors import Refused

bp = Blueprint("own_complaint", __name__, url_prefix="/my-request")


@bp.route("/complaint", methods=["GET", "POST"])
@requester_only
def complain() -> str | Response:
    case, form = requester_case(current_actor()), ComplaintForm()
    if case is None:  # in the moment before the case is opened
        return redirect(url_for("requester.status"))
    if form.validate_on_submit():
        try:
            service.complain(current_actor(), form.words.data or "", form.key.data or "")
        except Refused as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Thank you. We have your complaint. We will write to you.", "success")
            return redirect(url_for("requester.status"))
    return render_template("complaints/complain.html", case=case, form=form)
