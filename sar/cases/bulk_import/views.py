"""The pages of the import: upload, columns, what each row comes to, and the button that imports."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.bulk_import import queries, service
from sar.cases.bulk_import.columns import FIELDS
from sar.cases.bulk_import.forms import ColumnsForm, UploadForm, VersionForm
from sar.cases.bulk_import.models import CaseImport, ImportState
from sar.cases.bulk_import.table import MAX_ROWS, load
from sar.foundation.errors import Conflict, Refused, StoreFull
from sar.foundation.spreadsheets import csv_line

bp = Blueprint("bulk_import", __name__, url_prefix="/staff/import")
BLUEPRINTS = (bp,)

Page = str | Response | tuple[str, int]
SHOW = {
    "problems": "Rows with a problem",
    "differences": "Another due date",
    "notes": "Rows with a note",
    "already": "Imported before",
    "all": "All rows",
}
STATES = {
    ImportState.COLUMNS: "Columns to choose",
    ImportState.CHECKING: "Rows are looked at",
    ImportState.CHECKED: "Ready to import",
    ImportState.IMPORTING: "Being imported",
    ImportState.DONE: "Imported",
}


@bp.route("/", methods=["GET", "POST"])
@guard(Permission.CASES_IMPORT)
def uploads() -> Page:
    form, status = UploadForm(), 200
    if form.validate_on_submit():
        try:
            import_id = service.upload(current_actor(), form.sheet.data.stream, form.sheet.data.filename)
        except (Refused, StoreFull) as problem:
            form.sheet.errors = [problem.message]
            status = 200 if isinstance(problem, Refused) else problem.status
        else:
            return redirect(url_for("bulk_import.columns", import_id=import_id))
    found = queries.imports(current_actor())
    return render_template("bulk_import/uploads.html", form=form, imports=found, states=STATES, most=MAX_ROWS), status


@bp.get("/headings.csv")
@guard(Permission.CASES_IMPORT)
def template() -> FileResponse:
    """An empty sheet: every heading that is known, and nothing below it."""
    content = "\ufeff" + csv_line([field.label for field in FIELDS])
    headers = {"Content-Disposition": 'attachment; filename="cases.csv"'}
    return FileResponse(content, mimetype="text/csv", headers=headers)


@bp.route("/<import_id>/columns", methods=["GET", "POST"])
@guard(Permission.CASES_IMPORT)
def columns(import_id: str) -> Page:
    found = queries.visible_import(current_actor(), import_id)
    again = found.state == ImportState.CHECKING and queries.has_stopped(found)
    if found.state not in (ImportState.COLUMNS, ImportState.CHECKED) and not again:
        return redirect(url_for("bulk_import.show", import_id=import_id))
    table, status = load(found.table_blob_id), 200
    form = ColumnsForm.for_table(table)
    if form.validate_on_submit():
        try:
            service.choose_columns(current_actor(), import_id, form.mapping(), version=form.version.data or 0)
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
            status = 200 if isinstance(problem, Refused) else problem.status
        else:
            return redirect(url_for("bulk_import.show", import_id=import_id))
    elif not form.is_submitted():
        form.load(found.mapping, found.version)
    chosen = set(form.mapping().values())
    unread = [heading for place, heading in enumerate(table.headings) if place not in chosen and heading]
    page = render_template(
        "bulk_import/columns.html", found=found, form=form, table=table, fields=FIELDS, unread=unread
    )
    return page, status


@bp.get("/<import_id>")
@guard(Permission.CASES_IMPORT)
def show(import_id: str) -> Page:
    found = queries.visible_import(current_actor(), import_id)
    if found.state == ImportState.COLUMNS:
        return redirect(url_for("bulk_import.columns", import_id=import_id))
    wanted = request.args.get("show", "problems" if found.bad else "all")
    wanted = wanted if wanted in SHOW else "all"
    return render_template(
        "bulk_import/show.html",
        found=found,
        state=STATES[ImportState(found.state)],
        job=_job(found),
        lines=queries.lines(found, wanted, request.args.get("page", 1, type=int)),
        show=wanted,
        show_choices=SHOW,
    )


@bp.post("/<import_id>/start")
@guard(Permission.CASES_IMPORT)
def start(import_id: str) -> Response:
    return _button(import_id, service.start, "The import has begun.", "bulk_import.show")


@bp.post("/<import_id>/remove")
@guard(Permission.CASES_IMPORT)
def remove(import_id: str) -> Response:
    return _button(import_id, service.remove, "The spreadsheet is destroyed. The cases stay.", None)


@bp.get("/<import_id>/problems.csv")
@guard(Permission.CASES_IMPORT)
def problems(import_id: str) -> FileResponse:
    found = queries.visible_import(current_actor(), import_id)
    content = "\ufeff" + "".join(queries.problems_csv(found))
    headers = {"Content-Disposition": 'attachment; filename="rows-to-mend.csv"'}
    return FileResponse(content, mimetype="text/csv", headers=headers)


def _button(import_id: str, command: Any, done: str, back_to: str | None) -> Response:
    form = VersionForm()
    try:
        if not form.validate_on_submit():
            raise Refused("Nothing was changed. Try again.")
        command(current_actor(), import_id, version=form.version.data or 0)
    except (Refused, Conflict) as problem:
        flash(problem.message, "error")
        return redirect(url_for("bulk_import.show", import_id=import_id))
    flash(done, "success")
    return redirect(url_for(back_to, import_id=import_id) if back_to else url_for("bulk_import.uploads"))


def _job(found: CaseImport) -> dict[str, Any] | None:
    """The work in hand, as the progress macro takes it."""
    job = queries.work_of(found)
    if job is None:
        return None
    message = "It stopped. Nothing is lost: what was imported stays, and no row is taken twice. Try again, or ask "
    message += "whoever runs the system to look at the background jobs."
    return {"state": job.state, "done": job.done, "total": job.total, "message": message}
