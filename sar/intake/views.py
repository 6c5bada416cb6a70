"""The staff door: a request that came by post, email, over the counter, by telephone or by word of mouth."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.foundation.errors import Conflict, Refused, StoreFull
from sar.intake import service
from sar.intake.answers import Channel
from sar.intake.staff_forms import LogRequestForm

bp = Blueprint("intake", __name__)
BLUEPRINTS = (bp,)


@bp.route("/staff/log", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def log() -> str | Response | tuple[str, int]:
    """The six words are shown in this answer alone, so there is no redirect; a second press logs nothing new."""
    form = LogRequestForm()
    status = 200
    if form.validate_on_submit():
        upload, received_on = form.photo.data, form.received_on.data
        assert received_on is not None  # the form requires it
        sent = upload is not None and bool(upload.filename)
        try:
            receipt = service.log_request(
                current_actor(),
                form.answers(),
                channel=Channel(form.channel.data),
                received_on=received_on,
                photo=upload.stream if sent else None,
                photo_name=upload.filename if sent else "",
                submission_key=form.submission_key.data,
            )
        except (Refused, Conflict, StoreFull) as problem:
            form.form_errors.append(problem.message)
            status = 200 if isinstance(problem, Refused) else problem.status
        else:
            return render_template("intake/logged.html", receipt=receipt, received_on=received_on)
    return render_template("intake/log.html", form=form), status
