"""The pages where the data protection officer words the letters."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.wordings import queries, service
from sar.cases.wordings.forms import RestoreForm, SentenceForm, WordingForm
from sar.foundation import wordings
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.typed_text import packed, unpacked
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
    title, form = queries.title_of(name), SentenceForm() if queries.is_sentence(name) else WordingForm()
    shown: Wording | None = None
    sheets: list[str] = []
    status = 200
    if form.validate_on_submit():
        try:
            if form.preview.data:
                shown = queries.example(name, form.text.data or "")
                sheets = _sheets(name, form.text.data or "")
            else:
                service.change(current_actor(), name, form.text.data or "", version=form.version.data or 0)
                flash(f"The wording of “{title}” is saved. Letters from now on use it.", "success")
                return redirect(url_for("wordings.edit", name=name))
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
    elif not form.is_submitted():
        form.text.data, form.version.data = wordings.text_of(name), _number(name)
    return _page(name, title, form, shown, sheets), status


@bp.get("/<name>/example/<int:page>.png")
@guard(Permission.WORDING_EDIT)
def picture(name: str, page: int) -> FileResponse:
    """One typeset page of a wording that is looked at and not saved, with example data, drawn by us."""
    queries.title_of(name)
    pages = queries.pictures(name, unpacked(_purpose(name), request.args.get("text", "")))
    if not 1 <= page <= len(pages):
        raise NotFound("The letter has no such page.")
    return send_file(io.BytesIO(pages[page - 1]), mimetype="image/png")


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


def _sheets(name: str, text: str) -> list[str]:
    """The addresses of the pictures of its pages; none where the text is too long for an address."""
    token = packed(_purpose(name), text)
    pages = len(queries.pictures(name, text)) if token else 0
    return [url_for("wordings.picture", name=name, page=page, text=token) for page in range(1, pages + 1)]


def _purpose(name: str) -> str:
    return f"wording|{name}"


def _page(name: str, title: str, form: WordingForm, shown: Wording | None, sheets: list[str]) -> str:
    return render_template(
        "wordings/edit.html",
        name=name,
        title=title,
        form=form,
        shown=shown,
        sheets=sheets,
        is_sentence=queries.is_sentence(name),
        fields=sorted(wordings.possible_fields(name)),
        needed=sorted(wordings.needed_fields(name)),
        history=queries.history(name),
    )


def _number(name: str) -> int:
    found = wordings.versions(name)
    return found[0].number if found else 0
