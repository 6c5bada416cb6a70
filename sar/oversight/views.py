"""What auditors see: measures, the compliance export, the log. Never the content of a record."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as Redirect

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.complaints import queries as complaints
from sar.cases.not_valid import REASONS
from sar.cases.refusals.views import KIND_WORDS
from sar.foundation import jobs as background
from sar.foundation import messages
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.downloads import download
from sar.foundation.errors import Refused
from sar.oversight import backlog, more_time, queries, service
from sar.oversight.forms import BacklogForm, PeriodForm

_ASKED = {
    "id_requested": "Proof of identity",
    "authority_requested": "Written authority",
    "fee_requested": "A fee",
    "clarification_requested": "A question",
    "extended": "Two more months",
}
_BACKLOG = "backlog-recovery.pdf"
bp = Blueprint("oversight", __name__, url_prefix="/staff/oversight")
BLUEPRINTS = (bp,)


@bp.get("/")
@guard(Permission.REPORTS_VIEW)
def dashboard() -> str:
    today = london_today()
    form = PeriodForm(start=date(today.year, 1, 1), end=today)
    return _dashboard(form)


def _dashboard(form: PeriodForm) -> str:
    today = london_today()
    return render_template(
        "oversight/dashboard.html",
        form=form,
        measures=queries.measures(date(today.year, 1, 1), today),
        complaints=complaints.figures(date(today.year, 1, 1), today),
        not_valid_reasons=REASONS,
        year=today.year,
    )


@bp.get("/more-time")
@guard(Permission.REPORTS_VIEW)
def more_time_list() -> str:
    """Where we got more time, by case: what one person did that the law allows, and what two agreed on."""
    today, longest = london_today(), more_time.LONGEST
    period = date(today.year, 1, 1), today, current_actor()
    late, no_letter = more_time.asked_late(*period)[:longest], more_time.without_letter(*period)[:longest]
    told, agreed = more_time.told_late(*period)[:longest], more_time.by_two(*period)
    people = {one.asked_by for one in late} | {one.written_down_by for one in no_letter}
    people |= {name for one in agreed for name in (one.proposed_by, one.decided_by)}
    return render_template(
        "oversight/more_time.html",
        late=late,
        no_letter=no_letter,
        told=told,
        agreed=agreed,
        longest=longest,
        fact_names=_ASKED,
        kind_words=KIND_WORDS,
        names=staff_names(people),
        year=today.year,
    )


@bp.post("/compliance.csv")
@guard(Permission.REPORTS_VIEW)
def compliance() -> str | Response:
    return _table(service.compliance_export, "deadline-compliance")


@bp.post("/complaints.csv")
@guard(Permission.REPORTS_VIEW)
def complaint_table() -> str | Response:
    return _table(service.complaints_export, "complaints")


def _table(export: Callable[[Actor, date, date], Iterator[str]], name: str) -> str | Response:
    """The table of the period that was asked for; the page again where something is wrong with it."""
    form = PeriodForm()
    if not form.validate_on_submit():
        return _dashboard(form)
    start, end = form.start.data, form.end.data
    if start is None or end is None:  # the form asked for both
        return _dashboard(form)
    return download(export(current_actor(), start, end), "text/csv", f"{name}-{start}-to-{end}.csv")


@bp.route("/backlog", methods=["GET", "POST"])
@guard(Permission.REPORTS_VIEW)
def backlog_report() -> str | Response:
    form, shown = BacklogForm(), None
    if form.validate_on_submit():
        words = (form.causes.data or "", form.plan.data or "", form.expected.data or "")
        try:
            if not form.preview.data:
                paper = io.BytesIO(backlog.report(current_actor(), *words))
                return send_file(paper, mimetype="application/pdf", as_attachment=True, download_name=_BACKLOG)
            shown = backlog.wording(*words)
        except Refused as problem:
            form.form_errors.append(problem.message)
    return render_template("oversight/backlog.html", form=form, shown=shown)


@bp.post("/audit.jsonl")
@guard(Permission.AUDIT_EXPORT)
def audit_log() -> Response:
    lines = service.audit_export(current_actor())
    return download(lines, "application/x-ndjson", f"audit-log-{london_today()}.jsonl")


@bp.post("/checkpoint.json")
@guard(Permission.AUDIT_EXPORT)
def checkpoint() -> Response:
    text = json.dumps(service.sign_checkpoint(current_actor()), indent=1)
    return download([text], "application/json", f"audit-checkpoint-{london_today()}.json")


@bp.get("/jobs")
@guard(Permission.JOBS_VIEW)
def jobs() -> str:
    return render_template(
        "oversight/jobs.html", failed=background.failed(), to_print=messages.to_do(), troubled=messages.troubled()
    )


@bp.post("/jobs/<job_id>/retry")
@guard(Permission.JOBS_VIEW)
def retry(job_id: str) -> Redirect:
    service.retry_job(current_actor(), job_id)
    flash("The work will be tried again.", "success")
    return redirect(url_for("oversight.jobs"))
