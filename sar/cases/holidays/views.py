"""The page where the data protection officer keeps the public holidays."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import calendars_in_use
from sar.cases.holidays import queries, service
from sar.cases.holidays.forms import ApplyForm, HolidayForm
from sar.foundation.errors import Conflict, NotFound, Refused

bp = Blueprint("holidays", __name__, url_prefix="/staff/holidays")


@bp.route("/", methods=["GET", "POST"])
@guard(Permission.CALENDARS_MANAGE)
def calendars() -> str | Response | tuple[str, int]:
    form, status = HolidayForm(), 200
    day = form.day.data
    if form.validate_on_submit() and day is not None:
        try:
            service.add_holiday(current_actor(), day, form.title.data or "")
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
        else:
            flash("The holiday is added. No open case or complaint has moved: see below which would.", "success")
            return redirect(url_for("holidays.calendars"))
    run = queries.latest_run()
    job = queries.work_in_hand(run)
    # While the cases are counted anew nothing else can be applied, so it is not worked out what would move.
    preview = None if job else queries.preview(current_actor())
    page = render_template(
        "holidays/calendars.html",
        form=form,
        run=run,
        job=job,
        preview=preview,
        moved=preview.listed(request.args.get("page", 1, type=int)) if preview else None,
        versions=list(queries.versions()),
        newest=calendars_in_use.newest_calendar(),
        added=calendars_in_use.added_holidays(),
        jurisdiction=calendars_in_use.jurisdiction(),
    )
    return page, status


@bp.post("/apply")
@guard(Permission.CALENDARS_MANAGE)
def apply() -> Response:
    form = ApplyForm()
    if not form.validate_on_submit():
        flash("Nothing was changed. Try again.", "error")
        return redirect(url_for("holidays.calendars"))
    try:
        service.start_applying(current_actor(), form.calendar.data or "")
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash("They are being counted with the newest calendar. This page shows how far it is.", "success")
    return redirect(url_for("holidays.calendars"))


@bp.post("/<holiday_id>/take-back")
@guard(Permission.CALENDARS_MANAGE)
def take_back(holiday_id: str) -> Response:
    if not FlaskForm().validate_on_submit():
        flash("Nothing was changed. Try again.", "error")
        return redirect(url_for("holidays.calendars"))
    try:
        service.take_back(current_actor(), holiday_id)
    except NotFound as problem:
        flash(problem.message, "error")
    else:
        flash("The holiday is taken back. No open case or complaint has moved: see below which would.", "success")
    return redirect(url_for("holidays.calendars"))
