"""Pages on conflicts of interest: what connects the person with us, who is closed out, who alone may see the case."""

from __future__ import annotations

from flask import flash, render_template

from sar.access.guards import current_actor, guard, staff
from sar.access.models import Staff
from sar.access.permissions import Permission
from sar.access.queries import active_staff_with, staff_member
from sar.cases import queries as case_queries
from sar.cases.blueprint import Answer, back, bp, form_page
from sar.cases.conflicts import queries, service
from sar.cases.conflicts.forms import AboutStaffForm, LiftForm, PeopleForm, TakeOverForm
from sar.cases.flags import SAID
from sar.cases.models import Case
from sar.foundation.errors import NotFound, Refused

_NOT_THERE = (
    "Who is closed out does not find the case any more: on no list, in no search, in no file, on no page. In reports "
    "it is counted and not listed. They are not told."
)


@bp.route("/cases/<case_id>/about-staff", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def about_staff(case_id: str) -> Answer:
    case = case_queries.visible_case(current_actor(), case_id)
    said = case.staff_link == SAID
    form = AboutStaffForm.among(
        _still_there(case), settles=said and case.restricted and Permission.CASE_ASSIGN in staff().permissions
    )
    if not form.is_submitted():
        form.link.data = None if said else case.staff_link or "none"
    return form_page(
        case_id,
        form,
        "Is the person connected with us?",
        lambda version: _save_connection(case_id, form, version),
        "That is noted on the case. It is closed to whoever you named.",
        explanation=[
            *([_what_was_said(case)] if said else []),
            "Someone who works here, a relative of someone, or a colleague who was on probation once must be able to "
            "trust that nobody they work with reads about them. Name those who must not see this case: it is closed to "
            "them at once. The data protection officer is told, and can close it to more people or open it again.",
            "If it must be closed to you, say so on the case: “I have a conflict of interest”.",
        ],
    )


@bp.route("/cases/<case_id>/closed-to", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def close_to(case_id: str) -> Answer:
    case = case_queries.visible_case(current_actor(), case_id)
    form = PeopleForm.among(_still_there(case), "Who must not see this case?", "Close the case to them")
    return form_page(
        case_id,
        form,
        "Close this case to people",
        lambda version: service.close_to(current_actor(), case_id, form.people.data or [], version=version),
        "The case is closed to them.",
        "cases/closed_to.html",
        explanation=[_NOT_THERE],
        closed_to=queries.closed_to(case),
    )


@bp.route("/cases/<case_id>/closed-to/<staff_id>/lift", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def lift_conflict(case_id: str, staff_id: str) -> Answer:
    form = LiftForm()
    case_queries.visible_case(current_actor(), case_id)
    person = staff_member(staff_id)
    return form_page(
        case_id,
        form,
        f"Let {person.name} see this case again",
        lambda version: service.lift(current_actor(), case_id, staff_id, form.reason.data or "", version=version),
        "They can see the case again.",
    )


@bp.route("/cases/<case_id>/named-people", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def restrict(case_id: str) -> Answer:
    case = case_queries.visible_case(current_actor(), case_id)
    form = PeopleForm.among(_colleagues(), "Who, besides you, may see this case?", "Let only them and me see the case")
    if not form.is_submitted():
        form.people.data = [person.id for person in queries.named(case)]
    return form_page(
        case_id,
        form,
        "Keep this case to named people",
        lambda version: service.restrict(current_actor(), case_id, form.people.data or [], version=version),
        "Only the people you named, and you, can see this case.",
        "cases/named_people.html",
        explanation=["Nobody else finds the case any more, whoever joins the team later included."],
    )


@bp.route("/cases/<case_id>/named-people/lift", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def lift_restriction(case_id: str) -> Answer:
    form = LiftForm()
    form.submit.label.text = "Let the team see the case again"
    return form_page(
        case_id,
        form,
        "Let the whole team see this case again",
        lambda version: service.lift_restriction(current_actor(), case_id, form.reason.data or "", version=version),
        "The team can see the case again, apart from those it is closed to.",
    )


@bp.get("/left-alone")
@guard(Permission.CASE_ASSIGN)
def left_alone() -> str:
    """That each of these cases exists is all that is shown of it."""
    return render_template("cases/left_alone.html", cases=queries.left_alone(current_actor()))


@bp.route("/left-alone/<case_id>", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def take_over(case_id: str) -> Answer:
    form = TakeOverForm()
    found = next((case for case in queries.left_alone(current_actor()) if case.id == case_id), None)
    if found is None:
        raise NotFound("There is no such case, or somebody has taken it over.")
    if form.validate_on_submit():
        try:
            service.take_over(current_actor(), case_id, form.reason.data or "")
        except Refused as problem:
            form.form_errors.append(problem.message)
        else:
            flash("You can see this case now. Say who else may, or let the whole team see it again.", "success")
            return back(case_id)
    return render_template("cases/take_over.html", case=found, form=form)


def _save_connection(case_id: str, form: AboutStaffForm, version: int) -> None:
    link = "" if form.link.data == "none" else form.link.data
    if "audience" not in form:
        service.mark_about_staff(current_actor(), case_id, link, staff_ids=form.named, version=version)
        return
    for_the_team = form.audience.data == "team"
    service.settle_connection(
        current_actor(), case_id, link, staff_ids=form.named, for_the_team=for_the_team, version=version
    )


def _what_was_said(case: Case) -> str:
    name = (case.submission.staff_connection or {}).get("name")
    return "The requester says that they, or someone in their family, work here" + (f": {name}." if name else ".")


def _still_there(case: Case) -> list[Staff]:
    """The actor's colleagues whom the case is not closed to by name."""
    out = {person.id for person in queries.closed_to(case)}
    return [one for one in _colleagues() if one.id not in out]


def _colleagues() -> list[Staff]:
    return [one for one in active_staff_with(Permission.CASE_VIEW) if one.id != staff().staff_id]
