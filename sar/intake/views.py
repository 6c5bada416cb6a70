"""The staff door: requests that came another way than online, and the list of what is accepted as proof."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.foundation.clock import london_today
from sar.foundation.errors import Conflict, Gone, Refused, StoreFull
from sar.intake import evidence, likeness, mail, service
from sar.intake.answers import MAX_WANTED, Channel, Route
from sar.intake.due import due_when_received
from sar.intake.evidence_form import EvidenceForm
from sar.intake.models import MailDraft
from sar.intake.staff_forms import LogRequestForm, MailForm

bp = Blueprint("intake", __name__)
BLUEPRINTS = (bp,)

Page = str | Response | tuple[str, int]


@bp.route("/staff/log", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def log() -> Page:
    """The six words are shown in this answer alone, so there is no redirect; a second press logs nothing new."""
    form = LogRequestForm()
    draft = _draft(form)
    form.offer_copies(mail.possible_copies(draft) if draft else [])
    status, others = 200, []
    if form.validate_on_submit():
        alike = likeness.alike(current_actor(), likeness.person_in(form.answers()))
        others = [] if form.go_on.data else [one for one in alike if not one.is_hint]
        if not others:
            try:
                receipt = _log(form)
            except (Refused, Conflict, Gone, StoreFull) as problem:
                form.form_errors.append(problem.message)
                status = 200 if isinstance(problem, Refused) else problem.status
            else:
                hints = [one for one in alike if one.is_hint and one.submission_id != receipt.submission_id]
                return _logged(form, receipt, hints)
    elif request.method == "GET" and draft is not None:
        _fill_in(form, draft)
    return render_template("intake/log.html", form=form, others=others, draft=draft), status


@bp.route("/staff/log/mail", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def log_mail() -> Page:
    """A saved mail is read, then fills the form that logs a request."""
    form, status = MailForm(), 200
    if form.validate_on_submit():
        upload = form.mail.data
        try:
            draft_id = mail.open_mail(current_actor(), upload.stream, upload.filename)
        except (Refused, StoreFull) as problem:
            form.mail.errors = [problem.message]
            status = 200 if isinstance(problem, Refused) else problem.status
        else:
            return redirect(url_for("intake.log", mail=draft_id))
    return render_template("intake/log_mail.html", form=form), status


@bp.route("/staff/evidence", methods=["GET", "POST"])
@guard(Permission.EVIDENCE_EDIT)
def accepted_evidence() -> Page:
    """What people can send to show who they are: one list for requesters, letters and officers."""
    form, status = EvidenceForm(), 200
    if form.validate_on_submit():
        try:
            evidence.change(current_actor(), form.given(), number=form.number.data or 0)
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
            status = 200 if isinstance(problem, Refused) else problem.status
            if isinstance(problem, Conflict):
                form.load(evidence.in_force())
        else:
            flash("The list is saved. It counts from now on.", "success")
            return redirect(url_for("intake.accepted_evidence"))
    elif request.method == "GET":
        form.load(evidence.in_force())
    return render_template("intake/evidence.html", form=form, ways=evidence.STAFF_WAYS.values()), status


def _logged(form: LogRequestForm, receipt: service.Receipt, hints: list[likeness.Alike]) -> str:
    """What was logged, when it is due, and who else has this name."""
    assert form.received_on.data is not None  # the form requires it
    due = due_when_received(form.received_on.data)
    return render_template(
        "intake/logged.html",
        receipt=receipt,
        received_on=form.received_on.data,
        due=due,
        days_late=(london_today() - due).days if due else 0,
        hints=hints,
        staff_connection=form.answers().staff_connection,
    )


def _log(form: LogRequestForm) -> service.Receipt:
    upload, received_on = form.photo.data, form.received_on.data
    assert received_on is not None  # the form requires it
    sent = upload is not None and bool(upload.filename)
    return service.log_request(
        current_actor(),
        form.answers(),
        channel=Channel(form.channel.data),
        received_on=received_on,
        photo=upload.stream if sent else None,
        photo_name=upload.filename if sent else "",
        submission_key=form.submission_key.data,
        mail_draft_id=form.mail_draft.data or None,
        mail_copies=form.copies,
    )


def _draft(form: LogRequestForm) -> MailDraft | None:
    """The mail that fills the form. One that is over says so, and the form is an empty one."""
    draft_id = form.mail_draft.data or (request.args.get("mail") if request.method == "GET" else None)
    if not draft_id:
        return None
    try:
        return mail.find(current_actor(), draft_id)
    except Gone as problem:
        if request.method == "GET":
            form.form_errors.append(problem.message)
        return None


def _fill_in(form: LogRequestForm, draft: MailDraft) -> None:
    read: dict[str, Any] = draft.read
    form.mail_draft.data = draft.id
    form.channel.data = Channel.EMAIL.value
    form.received_on.data = mail.came_on(draft)
    form.full_name.data = read["sender_name"]
    form.email.data = read["sender"]
    form.route.data = Route.EMAIL.value if read["sender"] else None
    form.wanted.data = read["text"][:MAX_WANTED]
