"""The staff door's blueprint of this stage, and how its pages with one form behave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor
from sar.cases import queries
from sar.cases.forms import DatedForm, VersionedForm
from sar.cases.models import Case
from sar.foundation.clock import london_today
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wording import Wording, moment_words

bp = Blueprint("cases", __name__, url_prefix="/staff")
bp.add_app_template_filter(moment_words)
# A page, or a page that says that something stood in the way, or the way back.
Answer = str | Response | tuple[str, int]


def back(case_id: str) -> Response:
    return redirect(url_for("cases.show", case_id=case_id))


def given(day: date | None) -> date:
    """The date of a form whose field requires one."""
    if day is None:
        raise Refused("Enter the date.")
    return day


def button(case_id: str, form: VersionedForm, command: Callable[[int], object], done: str) -> Response:
    """A button that does one thing. If the case moved on meanwhile the officer is told, on the page as it is now."""
    if not form.validate_on_submit():
        flash("Nothing was changed. Try again.", "error")
        return back(case_id)
    try:
        command(form.version.data or 0)
    except (Conflict, Refused) as problem:
        flash(problem.message, "error")
    else:
        flash(done, "success")
    return back(case_id)


def form_page(
    case_id: str,
    form: VersionedForm,
    title: str,
    command: Callable[[int], object],
    done: str | Callable[[Case], str],
    template: str = "cases/form.html",
    *,
    letter: Callable[[Case], Wording] | None = None,
    **more: object,
) -> Answer:
    """One form, one command: on success back to the case, else the form again with what was wrong.

    `letter` is what the command will send: a second button shows it as it would read, and does nothing else.

    When someone else changed the case meanwhile, nothing typed is lost: the form comes again, made for the new state.
    """
    status, look_again = 200, not form.is_submitted()
    queries.visible_case(current_actor(), case_id)
    more["with_letter"] = letter is not None
    if letter is not None and request.form.get("preview") and form.validate_on_submit():
        try:
            more["shown"] = letter(queries.visible_case(current_actor(), case_id))
        except Refused as problem:
            form.form_errors.append(problem.message)
    elif form.validate_on_submit():
        try:
            command(form.version.data or 0)
        except (Refused, Conflict) as problem:
            look_again = isinstance(problem, Conflict)
            status = problem.status if look_again else 200
            form.form_errors.append(problem.message)
        else:
            flash(done if isinstance(done, str) else done(queries.visible_case(current_actor(), case_id)), "success")
            return back(case_id)
    return show_form(case_id, form, title, template, look_again, **more), status


def show_form(
    case_id: str,
    form: VersionedForm,
    title: str,
    template: str,
    look_again: bool,
    **more: object,
) -> str:
    """The page of one form. `look_again` makes it for the case as it is now, which the officer is about to see."""
    case = queries.visible_case(current_actor(), case_id)
    if look_again:  # else the version stays the one that the officer has seen
        form.version.data, form.version.raw_data = case.version, None
        if form.is_submitted() and isinstance(form, DatedForm):  # what was seen before is not what would happen now
            form.shown_on.data = ""
    return render_template(
        template,
        case=case,
        clock=queries.clock_of(case),
        today=london_today(),
        form=form,
        page_title_text=title,
        **more,
    )
