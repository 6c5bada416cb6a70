"""Pages about how long cases are kept: the list, what is decided about those that are ticked, and the certificates."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FileResponse
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard, staff
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.models import Case
from sar.cases.workflow import STAGE_NAMES, Stage
from sar.foundation.clock import london_today
from sar.foundation.downloads import download
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.oversight.retention import forms, queries, service
from sar.oversight.retention.filters import SOON_DAYS, Filters, Show
from sar.oversight.retention.models import Erasure, State
from sar.oversight.retention.queries import HOLD_WORDS, Row
from sar.oversight.retention.rules import RULE_WORDS, WHY_WORDS, Why, years_words

bp = Blueprint("retention", __name__, url_prefix="/staff/retention")
BLUEPRINTS = (bp,)
Page = str | Response | tuple[str, int]

SHOW = {
    Show.DUE: "Due for review",
    Show.PROPOSED: "Proposed to destroy",
    Show.HELD: "Time over, on hold",
    Show.SOON: f"Over in {SOON_DAYS} days",
    Show.KEPT: "All that are kept",
    Show.DESTROYED: "Destroyed",
}
_COUNTED = (
    ("records", "record", "records"),
    ("pages", "page", "pages"),
    ("people", "person found in the records", "people found in the records"),
    ("letters", "letter", "letters"),
    ("files", "file", "files"),
)
_WORDS = {
    "hold_words": HOLD_WORDS,
    "overtaken_words": f"It cannot be agreed to any more: {service.OVERTAKEN_WORDS}",
    "rule_words": RULE_WORDS,
    "why_words": WHY_WORDS,
    "stage_name": lambda code: STAGE_NAMES[Stage(code)],
    "years_words": years_words,
}


@bp.get("/")
@guard(Permission.RETENTION_VIEW)
def listing() -> str:
    """Finished cases by when their time is over; the filters live in the address."""
    filters, actor = Filters.read(request.args), current_actor()
    found = queries.listed(actor, filters, request.args.get("page", 1, type=int))
    decided_by = {one for row in found.rows if row.erasure for one in (row.erasure.proposed_by, row.erasure.decided_by)}
    return render_template(
        "retention/list.html",
        found=found,
        filters=filters,
        shows=SHOW,
        rules=queries.rules_in_force(),
        to_agree=queries.to_agree(actor),
        with_page=queries.listed_among(actor, [row.case for row in found.rows]),
        names=staff_names({one for one in decided_by if one}),
        today=london_today(),
        **_WORDS,
    )


@bp.post("/list.csv")
@guard(Permission.RETENTION_VIEW)
def export_list() -> FileResponse:
    """The same list as a file. A button, not a link: taking it away is written to the log."""
    lines = service.export(current_actor(), Filters.read(request.form))
    return download(lines, "text/csv", f"retention-{london_today()}.csv")


@bp.route("/rules", methods=["GET", "POST"])
@guard(Permission.RETENTION_MANAGE)
def rules() -> Page:
    form, status = forms.RulesForm(), 200
    if form.validate_on_submit():
        years = (form.answered.data or 0, form.not_answered.data or 0, form.complaint.data or 0)
        try:
            service.change_rules(current_actor(), *years, number=form.number.data or 0)
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
            if isinstance(problem, Conflict):
                form.load(queries.rules_in_force())
        else:
            flash("The rules are saved. They count for every case from now on.", "success")
            return redirect(url_for("retention.listing"))
    elif request.method == "GET":
        form.load(queries.rules_in_force())
    return render_template("retention/rules.html", form=form), status


@bp.route("/keep", methods=["GET", "POST"])
@guard(Permission.RETENTION_MANAGE)
def keep() -> Page:
    form = forms.KeepForm()

    def command(ids: Sequence[str]) -> None:
        if form.until.data is not None:  # the form asks for it
            service.keep_longer(current_actor(), ids, form.until.data, form.reason.data or "")

    return _about_chosen(form, "Keep longer", command, "They are kept longer.")


@bp.route("/propose", methods=["GET", "POST"])
@guard(Permission.RETENTION_MANAGE)
def propose() -> Page:
    form = forms.ProposeForm()
    return _about_chosen(
        form,
        "Propose to destroy",
        lambda ids: service.propose(current_actor(), ids, Why(form.why.data), form.words.data or ""),
        "It is proposed. Somebody else must agree before anything is destroyed.",
        explained="Destroying cannot be undone: records, letters, notes and every name go. The reference, the dates "
        "and codes that our figures need stay. Somebody else must agree first.",
    )


@bp.route("/decide", methods=["GET", "POST"])
@guard(Permission.RETENTION_AGREE, step_up=True)
def decide() -> Page:
    form = forms.DecideForm()
    return _about_chosen(
        form,
        "Decide about destroying",
        lambda ids: service.decide(
            current_actor(), ids, form.agree.data == "yes", form.words.data or "", seen=_proposals_seen()
        ),
        lambda: "They are being destroyed." if form.agree.data == "yes" else "They stay. Your decision is kept.",
        explained="Destroying cannot be undone, and begins as soon as you agree.",
        agreeing=True,
    )


@bp.get("/cases/<case_id>")
@guard(Permission.RETENTION_VIEW)
def show(case_id: str) -> str:
    """How long one case is kept and by which rule; of a destroyed one, the certificate."""
    case = queries.case_for_retention(current_actor(), case_id)
    row = next(iter(queries.rows_of([case_id])), None)
    erasure, longer, hold = queries.erasure_of(case), queries.longer_times(case), queries.standing_hold(case)
    people = {one.decided_by for one in longer} | ({hold.set_by} if hold else set())
    if erasure is not None:
        people |= {one for one in (erasure.proposed_by, erasure.decided_by) if one}
    return render_template(
        "retention/case.html",
        case=case,
        row=row,
        erasure=erasure,
        longer=longer,
        hold=hold,
        went=_what_went(erasure),
        certificate=queries.certificate_of(case) if case.erased_on else None,
        names=staff_names(people),
        holds=queries.holds_of([case])[case.id],
        reads_cases=_reads_cases(),
        today=london_today(),
        **_WORDS,
    )


@bp.route("/cases/<case_id>/hold", methods=["GET", "POST"])
@guard(Permission.RETENTION_MANAGE)
def hold(case_id: str) -> Page:
    """Set a hold, or lift the one that stands."""
    case = _not_destroyed(case_id)
    lifting = queries.standing_hold(case) is not None
    form = forms.LiftForm() if lifting else forms.HoldForm()
    command = service.lift_hold if lifting else service.set_hold
    status = 200
    if form.validate_on_submit():
        try:
            command(current_actor(), case_id, form.reason.data or "")
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
        else:
            flash("The hold is lifted." if lifting else "The case is on hold.", "success")
            return redirect(url_for("retention.show", case_id=case_id))
    title = "Lift the hold" if lifting else "Put a hold on it"
    page = render_template("retention/hold.html", case=case, form=form, heading=title)
    return page, status


def _about_chosen(
    form: FlaskForm,
    title: str,
    command: Callable[[Sequence[str]], object],
    done: str | Callable[[], str],
    *,
    explained: str = "",
    agreeing: bool = False,
) -> Page:
    """One form about the cases that were ticked in the list: on success back to the list, else the form again."""
    ids, status = list(dict.fromkeys(request.values.getlist("case"))), 200
    cases = [_not_destroyed(case_id, agreeing=agreeing) for case_id in ids[: service.MOST_AT_ONCE]]
    if form.validate_on_submit():
        try:
            command(ids)
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
        else:
            flash(done if isinstance(done, str) else done(), "success")
            return redirect(url_for("retention.listing"))
    rows = queries.rows_of([case.id for case in cases])
    people = {row.erasure.proposed_by for row in rows if row.erasure}
    page = render_template(
        "retention/chosen.html",
        form=form,
        heading=title,
        explained=explained,
        rows=rows,
        names=staff_names(people),
        readable=queries.listed_among(current_actor(), cases) if _reads_cases() else set(),
        waiting=_waiting(rows),
        **_WORDS,
    )
    return page, status


def _proposals_seen() -> dict[str, int]:
    """The proposals that the page showed, version by id."""
    pairs = (one.partition(":") for one in request.form.getlist("seen"))
    return {erasure_id: int(version) for erasure_id, _, version in pairs if version.isdecimal()}


def _not_destroyed(case_id: str, *, agreeing: bool = False) -> Case:
    case = queries.case_for_retention(current_actor(), case_id, agreeing=agreeing)
    if case.erased_on is not None:
        raise NotFound(f"The records of {case.reference} were destroyed.")
    return case


def _waiting(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.erasure and row.erasure.state == State.PROPOSED]


def _reads_cases() -> bool:
    """Words about a case can name people: only those who work on cases read them."""
    return Permission.CASE_VIEW in staff().permissions


def _what_went(erasure: Erasure | None) -> str:
    """ "1 record with 12 pages, 3 people found in the records, 4 letters and 6 files"; empty before that."""
    if erasure is None or erasure.counted is None:
        return ""
    counted: dict[str, int] = json.loads(erasure.counted)
    some = {name: f"{counted[name]:,} {one if counted[name] == 1 else many}" for name, one, many in _COUNTED}
    return "{records} with {pages}, {people}, {letters} and {files}".format_map(some)
