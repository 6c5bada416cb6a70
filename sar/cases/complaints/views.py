"""Complaints as staff see them: the list, one complaint, its letters, and those made to the regulator or a court."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission, allows
from sar.access.queries import staff_names
from sar.cases.blueprint import Answer, form_page
from sar.cases.clock_views import seen_first
from sar.cases.complaints import acknowledging, deciding, forms, letters, queries, receipt, service
from sar.cases.complaints.models import Body, Channel, Complaint, Outcome, OutsideComplaint, OutsideOutcome, State
from sar.cases.deadlines import ClockState
from sar.cases.forms import ReopenForm
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink
from sar.cases.queries import visible_case
from sar.cases.writing.queries import fitting_about
from sar.cases.writing.views import write_letter
from sar.foundation.actors import Actor
from sar.foundation.clock import london_date, london_today
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wording import date_words

# Imported for the letters that it adds to the choice.
LETTERS = (letters,)
bp = Blueprint("complaints", __name__, url_prefix="/staff")
STATE_WORDS = {
    State.RECEIVED: "To be acknowledged",
    State.ACKNOWLEDGED: "Being looked into",
    State.DECIDED: "Decided",
}
OUTCOME_WORDS = {Outcome.UPHELD: "Upheld", Outcome.PARTLY: "Partly upheld", Outcome.NOT_UPHELD: "Not upheld"}


@bp.get("/complaints")
@guard(Permission.COMPLAINTS_DECIDE)
def listing() -> str:
    decided = request.args.get("show") == "decided"
    return render_template(
        "complaints/list.html",
        found=queries.listed(current_actor(), decided=decided, page=request.args.get("page", 1, type=int)),
        decided=decided,
        state_words=STATE_WORDS,
        outcome_words=OUTCOME_WORDS,
    )


@bp.route("/cases/<case_id>/complaints/log", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def log(case_id: str) -> str | Response:
    case, form = visible_case(current_actor(), case_id), forms.LogForm()
    if form.validate_on_submit() and form.received_on.data:
        try:
            logged = service.log(
                current_actor(), case_id, form.words.data or "", form.received_on.data, Channel(form.channel.data)
            )
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The complaint is logged. Now say to the person that we have it.", "success")
            return redirect(url_for("complaints.show", complaint_id=logged.id))
    return render_template("complaints/form.html", case=case, form=form, heading="Log a complaint")


@bp.get("/complaints/<complaint_id>")
@guard(Permission.CASE_VIEW)
def show(complaint_id: str) -> str:
    complaint = queries.visible_complaint(current_actor(), complaint_id)
    case = visible_case(current_actor(), complaint.case_id)
    today = london_today()
    standing = deciding.standing(current_actor(), case, complaint)
    last_day, receipts = queries.acknowledge_by(complaint), queries.receipts_of(complaint)
    to_go = acknowledging.letter_to_go(complaint)
    return render_template(
        "complaints/show.html",
        standing=standing if _is_for(current_actor(), complaint) else None,
        case=case,
        complaint=complaint,
        reference=queries.reference_of(case, complaint),
        acknowledge_by=last_day,
        written_on=london_date(to_go.created_at) if to_go else None,
        derivation=queries.derivation(complaint),
        receipts=receipts,
        days_left=(last_day - today).days if last_day else None,
        letters=[
            letter
            for letter in fitting_about(current_actor(), case, complaint.id)
            if letter.allowed is None or standing.may_decide
        ],
        state_words=STATE_WORDS,
        outcome_words=OUTCOME_WORDS,
        channel_words=forms.CHANNEL_WORDS,
        names=staff_names(
            {complaint.logged_by, complaint.decided_by or "", *(receipt.recorded_by for receipt in receipts)}
        ),
        case_ended=case.clock_state == ClockState.ENDED,
    )


@bp.route("/complaints/<complaint_id>/received", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def correct_received(complaint_id: str) -> Answer:
    """As on the case's clock: the first press of the button shows what the day does, the second records it."""
    complaint, form, status = queries.visible_complaint(current_actor(), complaint_id), forms.ReceiptForm(), 200
    case, shown = visible_case(current_actor(), complaint.case_id), {}
    if not form.is_submitted():
        form.version.data = complaint.version
    elif form.validate() and (day := form.on.data):
        if form.shown_on.data != day.isoformat():
            title = f"What {date_words(day)} changes"
            shown = seen_first(form, day.isoformat(), title, lambda: receipt.look(current_actor(), complaint_id, day))
        else:
            try:
                receipt.correct(
                    current_actor(), complaint_id, day, form.reason.data or "", version=form.version.data or 0
                )
            except Refused as problem:
                form.form_errors.append(problem.message)
            except Conflict as problem:  # looked at again, as it is now
                status, form.version.data, form.version.raw_data = problem.status, complaint.version, None
                form.shown_on.data = ""
                form.form_errors.append(problem.message)
            else:
                flash("The date is corrected.", "success")
                return redirect(url_for("complaints.show", complaint_id=complaint_id))
    page = render_template("complaints/received.html", case=case, complaint=complaint, form=form, **shown)
    return page, status


@bp.route("/complaints/<complaint_id>/decide-alone", methods=["GET", "POST"])
@guard(Permission.COMPLAINTS_DECIDE)
def decide_alone(complaint_id: str) -> Answer:
    complaint, form, status = queries.visible_complaint(current_actor(), complaint_id), forms.AloneForm(), 200
    case = visible_case(current_actor(), complaint.case_id)
    if form.validate_on_submit():
        try:
            service.decide_alone(current_actor(), complaint_id, form.reason.data or "", version=form.version.data or 0)
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
        else:
            flash("Your reason is kept. You can decide the complaint now.", "success")
            return redirect(url_for("complaints.show", complaint_id=complaint_id))
    elif not form.is_submitted():
        form.version.data = complaint.version
    return render_template("complaints/form.html", case=case, form=form, heading="Why you decide"), status


@bp.route("/complaints/<complaint_id>/letters/<name>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def write(complaint_id: str, name: str) -> str | Response:
    complaint = queries.visible_complaint(current_actor(), complaint_id)
    return write_letter(visible_case(current_actor(), complaint.case_id), name, about=complaint.id)


@bp.route("/complaints/<complaint_id>/reopen", methods=["GET", "POST"])
@guard(Permission.CASE_CLOSE)
def reopen(complaint_id: str) -> Answer:
    complaint, form = queries.visible_complaint(current_actor(), complaint_id), ReopenForm()
    return form_page(
        complaint.case_id,
        form,
        "Open the case again",
        lambda version: service.reopen_case(current_actor(), complaint_id, form.reason.data or "", version=version),
        "The case is open again.",
        explanation=[
            "The complaint shows that something is left to do. The answer that went out stays the first answer."
        ],
    )


@bp.route("/cases/<case_id>/complaints/outside", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def outside(case_id: str) -> str | Response:
    case, form = visible_case(current_actor(), case_id), forms.OutsideForm()
    if form.validate_on_submit() and form.raised_on.data:
        try:
            service.record_outside(
                current_actor(),
                case_id,
                Body(form.body.data),
                form.reference.data or "",
                form.raised_on.data,
                form.about.data or "",
                form.answer_by.data,
            )
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
        else:
            flash("It is recorded.", "success")
            return redirect(url_for("cases.show", case_id=case_id))
    heading = "Record a complaint to the regulator or a court"
    return render_template("complaints/form.html", case=case, form=form, heading=heading)


@bp.route("/outside-complaints/<outside_id>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def outside_outcome(outside_id: str) -> str | Response | tuple[str, int]:
    found, form = queries.visible_outside(current_actor(), outside_id), forms.OutsideOutcomeForm()
    case = visible_case(current_actor(), found.case_id)
    status = 200
    if form.validate_on_submit() and form.decided_on.data:
        try:
            service.decide_outside(
                current_actor(),
                outside_id,
                OutsideOutcome(form.outcome.data),
                form.decided_on.data,
                form.result.data or "",
                version=form.version.data or 0,
            )
        except (Refused, Conflict) as problem:
            status = problem.status if isinstance(problem, Conflict) else 200
            form.form_errors.append(problem.message)
        else:
            flash("The outcome is recorded.", "success")
            return redirect(url_for("cases.show", case_id=found.case_id))
    elif not form.is_submitted():
        form.version.data = found.version
    page = render_template(
        "complaints/outside.html",
        case=case,
        found=found,
        form=form,
        body_words=forms.BODY_WORDS,
        outside_words=forms.OUTSIDE_WORDS,
    )
    return page, status


def panel(actor: Actor, case: Case) -> Panel:
    """What the case page says about complaints."""
    complaints, elsewhere = queries.complaints_of(case), queries.outside_of(case)
    today = london_today()
    late = tuple(
        f"Complaint {queries.reference_of(case, found)} should have been acknowledged by now."
        for found in complaints
        if found.acknowledged_on is None and (day := queries.acknowledge_by(found)) and day < today
    )
    links = [
        PanelLink(f"Complaint {queries.reference_of(case, found)}: {_standing(found)}", _href(found))
        for found in complaints
    ]
    links += [
        PanelLink(_outside_words(found), url_for("complaints.outside_outcome", outside_id=found.id))
        for found in elsewhere
    ]
    if not allows(actor.roles, Permission.CASE_WORK):
        return Panel("Complaints", "" if complaints else "There are none.", late, links=tuple(links[: len(complaints)]))
    links += [
        PanelLink("Log a complaint", url_for("complaints.log", case_id=case.id)),
        PanelLink("Record one to the regulator or a court", url_for("complaints.outside", case_id=case.id)),
    ]
    if not complaints and not elsewhere:
        return Panel("Complaints", "none", links=tuple(links), folded=True)
    return Panel("Complaints", warnings=late, links=tuple(links))


def _is_for(actor: Actor, complaint: Complaint) -> bool:
    """Whether it waits for a decision, and the actor's role decides complaints."""
    return complaint.state != State.DECIDED and allows(actor.roles, Permission.COMPLAINTS_DECIDE)


def _href(complaint: Complaint) -> str:
    return url_for("complaints.show", complaint_id=complaint.id)


def _standing(complaint: Complaint) -> str:
    if complaint.outcome:
        return OUTCOME_WORDS[Outcome(complaint.outcome)].lower()
    return STATE_WORDS[State(complaint.state)].lower()


def _outside_words(outside: OutsideComplaint) -> str:
    ended = forms.OUTSIDE_WORDS[OutsideOutcome(outside.outcome)].lower() if outside.outcome else "not ended"
    return f"{forms.BODY_WORDS[Body(outside.body)]} {outside.reference}: {ended}"
