"""One's own reminders: what to be told by mail, and the address of the calendar."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from sar.access.guards import current_actor, guard, public
from sar.access.permissions import Permission
from sar.foundation.clock import london_date
from sar.foundation.runtime import settings
from sar.oversight.reminders import queries, service
from sar.oversight.reminders.calendar import calendar_file
from sar.oversight.reminders.forms import WishForm

bp = Blueprint("reminders", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)


@bp.route("/reminders", methods=["GET", "POST"])
@guard(Permission.CASE_VIEW)
def mine() -> str | AnyResponse:
    form = WishForm(obj=queries.wish_of(current_actor().id))
    if form.validate_on_submit():
        service.choose(current_actor(), digest=form.digest.data, early_alerts=form.early_alerts.data)
        flash("Your reminders are saved.", "success")
        return redirect(url_for("reminders.mine"))
    return _page(form)


@bp.post("/reminders/calendar")
@guard(Permission.CASE_VIEW)
def make_calendar() -> str:
    """The address stands in this answer alone: no redirect could carry it."""
    return _page(WishForm(None, obj=queries.wish_of(current_actor().id)), service.make_calendar(current_actor()))


@bp.post("/reminders/calendar/stop")
@guard(Permission.CASE_VIEW)
def stop_calendar() -> AnyResponse:
    service.stop_calendar(current_actor())
    flash("The address of your calendar shows nothing any more.", "success")
    return redirect(url_for("reminders.mine"))


@bp.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> Response:
    """Read by calendar programs, which cannot sign in: whoever has the address sees references, stages and dates."""
    owner = queries.calendar_owner(token)
    file = calendar_file(
        queries.calendar_cases(owner),
        queries.calendar_complaints(owner),
        queries.calendar_answers(owner),
        queries.tasks_given(owner),
        host=settings().host,
        address_of=lambda case_id: f"{settings().staff_address}/staff/cases/{case_id}",
    )
    return Response(file, mimetype="text/calendar")


def _page(form: WishForm, address: str | None = None) -> str:
    link = queries.calendar_link(current_actor().id)
    return render_template(
        "reminders/mine.html", form=form, address=address, ends_on=london_date(link.expires_at) if link else None
    )
