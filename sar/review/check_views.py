"""The second check: what is to be looked at, and handing over, signing, returning, taking back."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.queries import visible_case
from sar.cases.workflow import STAGE_NAMES, Event, Stage, events_from, refusals
from sar.consultation.queries import to_ask
from sar.foundation.errors import Problem, Refused
from sar.records.queries import disclosable_records
from sar.records.roles.queries import held_for_others
from sar.review import queries, service
from sar.review.blueprint import bp
from sar.review.forms import ReturnForm


@bp.get("/cases/<case_id>/review/check")
@guard(Permission.DOCUMENT_READ)
def check(case_id: str) -> str:
    """Every record with what is withheld from it, and what stands between the case and the next step."""
    actor = current_actor()
    case = visible_case(actor, case_id)
    facts = queries.case_facts(actor, case)
    waiting = {row.event: refusals(row, facts) for row in events_from(Stage(case.stage))}
    asked = queries.current_sign_off(case)
    people = {person for person in (asked.prepared_by, asked.signed_by) if person} if asked else set()
    plans = queries.plans_of(case)
    return render_template(
        "review/check.html",
        case=case,
        stage=Stage(case.stage),
        stage_name=STAGE_NAMES[Stage(case.stage)],
        records=disclosable_records(case),
        held=held_for_others(case),
        not_asked=[group.originator.name for group in to_ask(case)],
        hidden={
            record_id: sum(bool(redaction.code) for redaction in plan.redactions) if plan else None
            for record_id, plan in plans.items()
        },
        open_pages=queries.undecided_pages(case),
        undecided=facts.undecided_mentions,
        hand_over=waiting.get(Event.SUBMIT_FOR_SECOND_CHECK, ()),
        sign=waiting.get(Event.SIGN_OFF, ()),
        asked=asked,
        returned=queries.last_return(case),
        names=staff_names(people),
    )


@bp.post("/cases/<case_id>/review/check/request")
@guard(Permission.CASE_REVIEW)
def request_check(case_id: str) -> Response:
    return _do(case_id, lambda: service.request_second_check(current_actor(), case_id), "Sent for the second check.")


@bp.post("/cases/<case_id>/review/check/sign")
@guard(Permission.CASE_SIGN_OFF)
def sign(case_id: str) -> Response:
    return _do(case_id, lambda: service.sign_off(current_actor(), case_id), "You signed this case off.")


@bp.route("/cases/<case_id>/review/check/return", methods=["GET", "POST"])
@guard(Permission.CASE_SIGN_OFF)
def return_case(case_id: str) -> str | Response:
    case = visible_case(current_actor(), case_id)
    form = ReturnForm()
    if form.validate_on_submit():
        try:
            service.return_for_changes(current_actor(), case_id, form.reason.data, form.code.data)
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The case is back with the officer.", "success")
            return redirect(url_for("review.check", case_id=case_id))
    return render_template(
        "review/form.html",
        case=case,
        form=form,
        heading="Return this case for changes",
        back=url_for("review.check", case_id=case_id),
    )


@bp.post("/cases/<case_id>/review/reopen")
@guard(Permission.CASE_REVIEW)
def reopen(case_id: str) -> Response:
    return _do(case_id, lambda: service.reopen_review(current_actor(), case_id), "The review is open again.")


def _do(case_id: str, command: Callable[[], object], done: str) -> Response:
    """A button: what stands in its way is said on the page it was on."""
    try:
        command()
    except Refused as refused:
        flash(refused.message, "error")
    else:
        flash(done, "success")
    return redirect(url_for("review.check", case_id=case_id))
