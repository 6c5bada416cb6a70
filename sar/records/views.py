"""Records of a case, their pages, and the directory of originators, on the staff side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.blueprint import Answer as CaseAnswer
from sar.cases.blueprint import form_page
from sar.cases.queries import visible_case
from sar.cases.workflow import Stage
from sar.foundation.admission import display_name
from sar.foundation.clock import london_today
from sar.foundation.errors import NotFound, Problem, StoreFull
from sar.foundation.jobs import Job, State
from sar.foundation.runtime import settings
from sar.records import forms, laws, queries, service
from sar.records.laws import laws_in_words
from sar.records.models import Record, RecordState
from sar.records.roles import queries as roles
from sar.records.roles.forms import ROLE_HINTS, ROLE_NAMES
from sar.records.roles.rules import RoleEvent, why_not

bp = Blueprint("records", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)

IMAGE_WIDTH = 1200
STATE_NAMES = {
    RecordState.WAITING: ("Waiting", "grey"),
    RecordState.READING: ("Being read", "blue"),
    RecordState.READY: ("Ready", "green"),
    RecordState.DUPLICATE: ("Duplicate", "grey"),
    RecordState.UNREADABLE: ("Cannot be shown", "red"),
    RecordState.SETTLED: ("Settled", "turquoise"),
    RecordState.WITHDRAWN: ("Taken out", "grey"),
}


@bp.get("/cases/<case_id>/records")
@guard(Permission.CASE_VIEW)
def list_records(case_id: str) -> str:
    case = visible_case(current_actor(), case_id)
    records = queries.records_of(case)
    working = queries.reading_jobs(records)
    return render_template(
        "records/list.html",
        case=case,
        records=records,
        by_id={found.id: found for found in records},
        progress_of={record_id: _progress(job) for record_id, job in working.items()},
        unsettled=[found for found in records if _holds_up(found, working)],
        changeable=queries.changeable(case),
        held=roles.held_for_others(case),
        controllers=roles.controllers_of(case),
        can_pass_on=why_not(RoleEvent.PASS_ON, Stage(case.stage)) is None,
        **_names(),
    )


@bp.route("/cases/<case_id>/records/add", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def add(case_id: str) -> str | AnyResponse:
    """Each file is taken or refused by itself: one that is refused does not lose the others."""
    case = visible_case(current_actor(), case_id)
    form = forms.AddRecordsForm(queries.originators())
    if form.validate_on_submit():
        added, refused = _add_files(case_id, form)
        if added:
            flash(_added_words(added), "success")
        if not refused:
            return redirect(url_for("records.list_records", case_id=case_id))
        form.form_errors.extend(refused)
    return render_template(
        "records/add.html",
        case=case,
        form=form,
        most_mb=settings().max_upload_mb,
        regime_hints=forms.REGIME_HINTS,
        role_hints=[{"hint": {"text": hint}} for hint in ROLE_HINTS.values()],
    )


def _add_files(case_id: str, form: forms.AddRecordsForm) -> tuple[list[Record], list[str]]:
    added, refused = [], []
    for file in form.chosen:
        name = file.filename or ""
        try:
            record = service.add_record(
                current_actor(),
                case_id,
                cast(BinaryIO, file.stream),
                name,
                title=form.title.data or "",
                originator_id=None if form.originator.data == forms.OWN else form.originator.data,
                regime=form.regime.data,
                received_on=form.received_on.data or london_today(),
                document_date=form.document_date.data,
                role=form.role.data,
                controller=form.named,
            )
        except (StoreFull, NotFound):
            raise
        except Problem as problem:
            refused.append(f"{display_name(name)} was not added. {problem.message}")
        else:
            added.append(record)
    return added, refused


def _added_words(added: list[Record]) -> str:
    copies = sum(1 for record in added if record.state == RecordState.DUPLICATE)
    words = "1 record was added." if len(added) == 1 else f"{len(added)} records were added."
    if copies:
        many = "1 of them is" if copies == 1 else f"{copies} of them are"
        words += f" {many} in this case already and marked as a duplicate."
    return words


@bp.get("/records/<record_id>")
@guard(Permission.CASE_VIEW)
def show(record_id: str) -> str:
    found = queries.record(current_actor(), record_id)
    case = visible_case(current_actor(), found.case_id)
    family = {other.id: other for other in queries.records_of(case)}
    return render_template(
        "records/show.html",
        case=case,
        record=found,
        first=family.get(found.duplicate_of_id or ""),
        copies=[other for other in family.values() if other.duplicate_of_id == found.id],
        parent=family.get(found.parent_id or ""),
        attachments=[other for other in family.values() if other.parent_id == found.id],
        needs_settling=found.is_ours and (found.state == RecordState.UNREADABLE or queries.stuck(found)),
        changeable=queries.changeable(case),
        controller=roles.controllers_of(case).get(found.controller_id or ""),
        role_set_by=staff_names({found.role_set_by}).get(found.role_set_by) if found.role_set_by else None,
        **_names(),
    )


@bp.route("/cases/<case_id>/laws", methods=["GET", "POST"])
@guard(Permission.CASE_REJECT)
def count_by_laws(case_id: str) -> CaseAnswer:
    """Count a late case by the laws of its records, where that gives it time."""
    case = visible_case(current_actor(), case_id)
    effect = laws.held_back(case)
    form = forms.LawsForm()
    return form_page(
        case_id,
        form,
        "Count this case by the laws of its records",
        lambda version: laws.settle(current_actor(), case_id, form.reason.data or "", version=version),
        "The case is counted by the laws of its records. It stays marked as late before.",
        explanation=[
            f"The records fall under {laws_in_words(laws.laws_of_records(case))}. The case is late, so it is still "
            f"counted by {laws_in_words(case.regimes.split())}.",
            "Look at the records, and at what was taken out or is not ours, before you agree to this. The figures and "
            "the export go on to say that the case was late before.",
        ],
        what_if=effect,
        hindrance=None if effect else "The case is counted by the laws of its records. There is nothing to settle.",
    )


@bp.route("/records/<record_id>/settle", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def settle(record_id: str) -> str | AnyResponse:
    form = forms.SettleForm()

    def command() -> None:
        service.settle_unreadable(current_actor(), record_id, form.outcome.data, form.reason.data or "")

    return _form_page(record_id, form, "What becomes of this record?", command, "The record is settled.")


@bp.route("/records/<record_id>/withdraw", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def withdraw(record_id: str) -> str | AnyResponse:
    form = forms.WithdrawForm()

    def command() -> None:
        service.withdraw_record(current_actor(), record_id, form.reason.data)

    return _form_page(
        record_id, form, "Take this record out of the case", command, "The record was taken out of the case."
    )


@bp.get("/records/<record_id>/pages/<int:page>")
@guard(Permission.DOCUMENT_READ)
def page(record_id: str, page: int) -> str:
    found = service.view_page(current_actor(), record_id, page)
    text = queries.page_text(found, page)
    return render_template(
        "records/page.html",
        case=visible_case(current_actor(), found.case_id),
        record=found,
        page=page,
        text=text,
        lines=queries.text_lines(text),
        image_width=IMAGE_WIDTH,
        image_height=round(IMAGE_WIDTH * text.height / text.width),
    )


@bp.get("/records/<record_id>/pages/<int:page>/image")
@guard(Permission.DOCUMENT_READ)
def page_image(record_id: str, page: int) -> Response:
    """The page as a PNG; `?width=` in pixels. Stored nowhere: every page of the service is sent with no-store."""
    found = service.view_page(current_actor(), record_id, page)
    width = request.args.get("width", IMAGE_WIDTH, type=int)
    return Response(queries.page_png(found, page, width), mimetype="image/png")


@bp.route("/originators", methods=["GET", "POST"])
@guard(Permission.ORIGINATORS_MANAGE)
def originators() -> str | AnyResponse:
    form = forms.OriginatorForm()
    if form.validate_on_submit():
        try:
            service.add_originator(current_actor(), **_entry(form))
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"{form.name.data} is in the directory.", "success")
            return redirect(url_for("records.originators"))
    return render_template(
        "records/originators.html", form=form, found=queries.originators(retired=True), kinds=forms.KIND_NAMES
    )


@bp.route("/originators/<originator_id>", methods=["GET", "POST"])
@guard(Permission.ORIGINATORS_MANAGE)
def change_originator(originator_id: str) -> str | AnyResponse:
    found = queries.originator(originator_id)
    form = forms.ChangeOriginatorForm(obj=found)
    if form.validate_on_submit():
        try:
            service.change_originator(current_actor(), originator_id, **_entry(form), retired=form.retired.data)
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The entry is changed.", "success")
            return redirect(url_for("records.originators"))
    return render_template("records/change_originator.html", form=form, found=found)


def _entry(form: forms.OriginatorForm) -> dict[str, str]:
    return {
        "name": form.name.data or "",
        "kind": form.kind.data,
        "email": form.email.data or "",
        "contact_name": form.contact_name.data or "",
    }


def _form_page(
    record_id: str, form: FlaskForm, title: str, command: Callable[[], None], done: str
) -> str | AnyResponse:
    """One form, one command: on success back to the list, else the form again with what was wrong."""
    found = queries.record(current_actor(), record_id)
    if form.validate_on_submit():
        try:
            command()
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(done, "success")
            return redirect(url_for("records.list_records", case_id=found.case_id))
    case = visible_case(current_actor(), found.case_id)
    return render_template("records/form.html", case=case, record=found, form=form, page_title_text=title)


def _progress(job: Job) -> dict[str, Any]:
    """The job in the words of the macro. A reader that was given up is an officer's to settle."""
    states = {State.QUEUED: "waiting", State.RUNNING: "running", State.DONE: "done", State.FAILED: "failed"}
    message = "It could not be read. Settle it, or ask an administrator to try again."
    return {"state": states[State(job.state)], "done": job.done, "total": job.total or None, "message": message}


def _holds_up(found: Record, working: dict[str, Job]) -> bool:
    """Whether somebody has to settle what becomes of it before the reply can go out."""
    return found.is_ours and (found.state == RecordState.UNREADABLE or _is_stuck(found, working))


def _is_stuck(found: Record, working: dict[str, Job]) -> bool:
    job = working.get(found.id)
    return found.state in queries.NOT_READ_YET and job is not None and job.state == State.FAILED


def _names() -> dict[str, Any]:
    """What codes are called on screen."""
    return {
        "origins": {found.id: found.name for found in queries.originators(retired=True)},
        "state_names": STATE_NAMES,
        "regime_names": forms.REGIME_NAMES,
        "role_names": ROLE_NAMES,
        "settled_names": forms.SETTLED_NAMES,
    }
