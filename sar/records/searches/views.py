"""Where to look: the directory of areas, and the searches of a case, on the staff side."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation.clock import london_today
from sar.foundation.errors import Problem
from sar.records.queries import changeable
from sar.records.searches import forms, queries, service
from sar.records.searches.models import Search, SearchState

bp = Blueprint("searches", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)
STATE_NAMES = {
    SearchState.TO_DO: ("To do", "yellow"),
    SearchState.ASKED: ("Asked", "blue"),
    SearchState.FOUND: ("Found", "green"),
    SearchState.NOTHING_HELD: ("Nothing held", "turquoise"),
    SearchState.NOT_SEARCHED: ("Not searched", "grey"),
    SearchState.NOT_PRODUCED: ("Could not be produced", "orange"),
    SearchState.DESTROYED: ("Destroyed", "grey"),
}


# A case


@bp.get("/cases/<case_id>/searches")
@guard(Permission.CASE_VIEW)
def list_searches(case_id: str) -> str:
    case = visible_case(current_actor(), case_id)
    searches = queries.searches_of(case)
    return render_template(
        "searches/list.html",
        case=case,
        searches=searches,
        open_count=sum(search.is_open for search in searches),
        areas_left=queries.areas_left(case),
        officer=queries.responsible_officer(case),
        changeable=changeable(case),
        names=staff_names({search.finished_by for search in searches if search.finished_by}),
        today=london_today(),
        state_names=STATE_NAMES,
    )


@bp.route("/cases/<case_id>/searches/choose", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def choose(case_id: str) -> str | Response:
    case = visible_case(current_actor(), case_id)
    form = forms.ChooseForm()
    form.offer(queries.areas_left(case))
    if form.validate_on_submit():
        try:
            service.choose(current_actor(), case_id, form.areas.data or [], form.reason.data or "")
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The list of searches is saved.", "success")
            return _to_list(case_id)
    return _form_page(case, form, "Choose where to look")


@bp.route("/cases/<case_id>/searches/result", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def result(case_id: str) -> str | Response:
    """What came of one search or of several; `?search=` ticks one."""
    case = visible_case(current_actor(), case_id)
    still_open = [search for search in queries.searches_of(case) if search.is_open]
    form = forms.ResultForm()
    form.offer(still_open, queries.records_to_link(case), request.args.get("search"))
    if form.validate_on_submit():
        try:
            service.finish(
                current_actor(),
                case_id,
                form.searches.data or [],
                form.outcome.data,
                pages=form.pages.data or 0,
                record_ids=form.record_ids,
                reason=form.reason.data or "",
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The result is saved.", "success")
            return _to_list(case_id)
    return _form_page(case, form, "Say what came of a search")


@bp.route("/searches/<search_id>/ask", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def ask(search_id: str) -> str | Response:
    search, case = _search(search_id)
    people = queries.to_ask(case, search)
    form = forms.AskForm()
    form.offer(people)
    if form.validate_on_submit():
        try:
            asked = service.ask(current_actor(), search_id, form.people.data or [], form.look_for.data or "")
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"{', '.join(one.contact for one in asked)} will get a mail.", "success")
            return _to_list(case.id)
    return render_template("searches/ask.html", case=case, search=search, people=people, form=form)


@bp.post("/searches/<search_id>/reopen")
@guard(Permission.CASE_WORK)
def reopen(search_id: str) -> Response:
    search, case = _search(search_id)
    try:
        service.reopen(current_actor(), search_id)
    except Problem as problem:
        flash(problem.message, "error")
    else:
        flash(f"The search is open again: {search.area.name}.", "success")
    return _to_list(case.id)


@bp.route("/cases/<case_id>/responsible-officer", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def responsible_officer(case_id: str) -> str | Response:
    case = visible_case(current_actor(), case_id)
    form = forms.ResponsibleOfficerForm(obj=queries.responsible_officer(case))
    if form.validate_on_submit():
        try:
            service.name_responsible_officer(
                current_actor(),
                case_id,
                name=form.name.data or "",
                email=form.email.data or "",
                manager_email=form.manager_email.data or "",
                version=form.version.data,
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The Responsible Officer is saved.", "success")
            return _to_list(case_id)
    return _form_page(case, form, "Responsible Officer of this person")


def _search(search_id: str) -> tuple[Search, Case]:
    search = queries.visible_search(current_actor(), search_id)
    return search, visible_case(current_actor(), search.case_id)


def _to_list(case_id: str) -> Response:
    return redirect(url_for("searches.list_searches", case_id=case_id))


def _form_page(case: Case, form: forms.FlaskForm, title: str) -> str:
    return render_template("searches/form.html", case=case, form=form, page_title_text=title)


# The directory


@bp.route("/search-areas", methods=["GET", "POST"])
@guard(Permission.SEARCHES_MANAGE)
def areas() -> str | Response:
    form = forms.AreaForm()
    if form.validate_on_submit():
        try:
            added = service.add_area(
                current_actor(),
                name=form.name.data or "",
                told_as=form.told_as.data or "",
                usual_days=form.usual_days.data or 0,
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"{added.name} is in the directory. Now say whom to ask there.", "success")
            return redirect(url_for("searches.change_area", area_id=added.id))
    return render_template(
        "searches/areas.html", form=form, areas=queries.areas(retired=True), counts=queries.contact_counts()
    )


@bp.route("/search-areas/<area_id>", methods=["GET", "POST"])
@guard(Permission.SEARCHES_MANAGE)
def change_area(area_id: str) -> str | Response:
    area = queries.area(area_id)
    form = forms.ChangeAreaForm(obj=area)
    if form.validate_on_submit():
        try:
            service.change_area(
                current_actor(),
                area_id,
                form.version.data or 0,
                name=form.name.data or "",
                told_as=form.told_as.data or "",
                usual_days=form.usual_days.data or 0,
                retired=form.retired.data,
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The area is changed.", "success")
            return redirect(url_for("searches.areas"))
    contacts = queries.contacts_of(area_id, retired=True)
    return render_template("searches/area.html", form=form, area=area, contacts=contacts)


@bp.route("/search-areas/<area_id>/contacts", methods=["GET", "POST"])
@guard(Permission.SEARCHES_MANAGE)
def add_contact(area_id: str) -> str | Response:
    area = queries.area(area_id)
    form = forms.ContactForm()
    if form.validate_on_submit():
        try:
            service.add_contact(current_actor(), area_id, **_person(form))
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash(f"{form.name.data} can be asked now.", "success")
            return redirect(url_for("searches.change_area", area_id=area_id))
    return render_template("searches/contact.html", form=form, area=area, page_title_text="Add a contact")


@bp.route("/search-contacts/<contact_id>", methods=["GET", "POST"])
@guard(Permission.SEARCHES_MANAGE)
def change_contact(contact_id: str) -> str | Response:
    found = queries.contact(contact_id)
    form = forms.ChangeContactForm(obj=found)
    if form.validate_on_submit():
        try:
            service.change_contact(
                current_actor(), contact_id, form.version.data or 0, **_person(form), retired=form.retired.data
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The contact is changed.", "success")
            return redirect(url_for("searches.change_area", area_id=found.area_id))
    area = queries.area(found.area_id)
    return render_template("searches/contact.html", form=form, area=area, page_title_text="Change a contact")


def _person(form: forms.ContactForm) -> dict[str, str]:
    return {
        "name": form.name.data or "",
        "role": form.role.data or "",
        "email": form.email.data or "",
        "manager_email": form.manager_email.data or "",
    }
