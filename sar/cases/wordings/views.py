"""The pages where the data protection officer words the letters."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.wordings import queries, service
from sar.cases.wordings.forms import RestoreForm, WordingForm
from sar.foundation import wordings
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wording import Wording

bp = Blueprint("wordings", __name__, url_prefix="/staff/wordings")


@bp.get("/")
@guard(Permission.WORDING_EDIT)
def letters() -> str:
    return render_template("wordings/letters.html", groups=queries.letters())


@bp.route("/<name>", methods=["GET", "POST"])
@guard(Permission.WORDING_EDIT)
def edit(name: str) -> str | Response | tuple[str, int]:
    """Preview shows the text as it stands in the form, with example data, and saves nothing."""
    title, form = queries.title_of(name), WordingForm()
    shown: Wording | None = None
    status = 200
    if form.validate_on_submit():
        try:
            if form.preview.data:
                shown = queries.example(name, form.text.data or "")
            else:
                service.change(current_actor(), name, form.text.data or "", version=form.version.data or 0)
                flash(f"The wording of “{title}” is saved. Letters from now on use it.", "success")
                return redirect(url_for("wordings.edit", name=name))
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
    elif not form.is_submitted():
        form.text.data, form.version.data = wordings.text_of(name), _number(name)
    return _page(name, title, form, shown), status


@bp.get("/<name>/versions/<int:number>")
@guard(Permission.WORDING_EDIT)
def version(name: str, number: int) -> str:
    return render_template(
        "wordings/version.html",
        name=name,
        title=queries.title_of(name),
        number=number,
        text=queries.text_of_version(name, number),
        form=RestoreForm(version=_number(name), number=number),
        current=number == _number(name),
    )


@bp.post("/<name>/restore")
@guard(Permission.WORDING_EDIT)
def restore(name: str) -> Response:
    form = RestoreForm()
    if not form.validate_on_submit():
        flash("Nothing was changed. Try again.", "error")
        return redirect(url_for("wordings.edit", name=name))
    try:
        service.restore(current_actor(), name, form.number.data or 0, version=form.version.data or 0)
    except (Refused, Conflict) as problem:
        flash(problem.message, "error")
    else:
        flash("The earlier wording is in use again. The one it replaced is kept.", "success")
    return redirect(url_for("wordings.edit", name=name))


def _page(name: str, title: str, form: WordingForm, shown: Wording | None) -> str:
    return render_template(
        "wordings/edit.html",
        name=name,
        title=title,
        form=form,
        shown=shown,
        fields=sorted(wordings.possible_fields(name)),
        needed=sorted(wordings.needed_fields(name)),
        history=queries.history(name),
    )


def _number(name: str) -> int:
    found = wordings.versions(name)
    return found[0].number if found else 0
