"""Our role for records, and passing a request on to whoever decides about what we hold, on the staff side."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.blueprint import Answer, form_page, given
from sar.cases.forms import VersionedForm
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.foundation.errors import Conflict, Refused
from sar.records.models import OtherController, Record
from sar.records.queries import originators
from sar.records.queries import record as visible_record
from sar.records.roles import forms, queries, service
from sar.records.roles.forms import ROLE_HINTS
from sar.records.roles.service import Reach

bp = Blueprint("roles", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)


@bp.route("/records/<record_id>/role", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def set_role(record_id: str) -> Answer:
    found = visible_record(current_actor(), record_id)
    case = visible_case(current_actor(), found.case_id)
    form = forms.RoleForm()
    choices = _reaches(case, found)
    form.reach.choices = choices
    form.offer_controllers(originators())
    if not form.is_submitted():
        _fill_role(form, case, found, choices)

    def command(version: int) -> None:
        service.set_role(
            current_actor(),
            record_id,
            form.role.data,
            form.named,
            reach=Reach(form.reach.data),
            version=version,
        )

    return _form_page(
        case.id,
        form,
        "Who decides about this record?",
        command,
        "Saved. The list below shows who decides.",
        "roles/role.html",
        record=found,
        hints=[{"hint": {"text": hint}} for hint in ROLE_HINTS.values()],
        several=len(choices) > 1,
    )


@bp.route("/controllers/<controller_id>/pass-on", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def pass_on(controller_id: str) -> Answer:
    controller, case = _controller(controller_id)
    form = forms.PassOnForm()
    if not form.is_submitted():
        form.information.data, form.to.data = case.submission.wanted, queries.address_of(controller)

    def command(version: int) -> None:
        service.pass_on(
            current_actor(),
            controller_id,
            information=form.information.data or "",
            channel=form.channel.data,
            to=form.to.data or "",
            version=version,
        )

    return _form_page(
        case.id,
        form,
        f"Pass the request on to {controller.name}",
        command,
        "The letter is in the outbox. The request counts as passed on when it has gone.",
        "roles/form.html",
        letter=lambda case: service.letter_to(case, controller, form.information.data or ""),
        explanation=(
            "The letter says who asked, for what, and when we got the request. It says nothing else: no address, and "
            "nothing from the records. Our own time limit runs on.",
        ),
    )


@bp.route("/controllers/<controller_id>/passed-on", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def record_passed_on(controller_id: str) -> Answer:
    controller, case = _controller(controller_id)
    form = forms.RecordPassedOnForm()

    def command(version: int) -> None:
        service.record_passed_on(
            current_actor(), controller_id, way=form.way.data, on=given(form.on.data), version=version
        )

    return _form_page(
        case.id,
        form,
        f"Record that {controller.name} has the request",
        command,
        "It is recorded that they have the request.",
        "roles/form.html",
    )


@bp.route("/controllers/<controller_id>/told", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def say_what_is_told(controller_id: str) -> Answer:
    controller, case = _controller(controller_id)
    form = forms.ToldForm()
    if not form.is_submitted():
        form.contact.data, form.reason.data = controller.contact, controller.untold_reason
        form.told.data = "yes" if controller.told else "no"

    def command(version: int) -> None:
        service.say_what_is_told(
            current_actor(),
            controller_id,
            contact=form.contact.data or "",
            told=form.told.data == "yes",
            reason=form.reason.data or "",
            version=version,
        )

    title = f"What the reply says about {controller.name}"
    return _form_page(case.id, form, title, command, "Saved.", "roles/form.html")


@bp.post("/passed-on/<passed_on_id>/strike-out")
@guard(Permission.CASE_WORK)
def strike_out(passed_on_id: str) -> Response:
    found = queries.visible_passing(current_actor(), passed_on_id)
    form = VersionedForm()
    try:
        if not form.validate_on_submit():
            raise Refused("Nothing was changed. Try again.")
        service.strike_out(current_actor(), passed_on_id, version=form.version.data)
    except (Conflict, Refused) as problem:
        flash(problem.message, "error")
    else:
        flash("Struck out. Pass the request on, or record again when that was done.", "success")
    return redirect(_records(found.case_id))


def _controller(controller_id: str) -> tuple[OtherController, Case]:
    found = queries.visible_controller(current_actor(), controller_id)
    return found, visible_case(current_actor(), found.case_id)


def _form_page(case_id: str, *arguments: Any, **more: Any) -> Answer:
    """As `form_page`, with the list of records in place of the case's page once it is done."""
    answer = form_page(case_id, *arguments, **more)
    return redirect(_records(case_id)) if isinstance(answer, Response) else answer


def _records(case_id: str) -> str:
    return url_for("records.list_records", case_id=case_id)


def _fill_role(form: forms.RoleForm, case: Case, found: Record, choices: list[SelectChoice]) -> None:
    """What is written down now; what came with a mail goes with it unless somebody chooses otherwise."""
    form.role.data = found.role
    form.reach.data = Reach.FAMILY if any(choice.value == Reach.FAMILY for choice in choices) else Reach.THIS
    other = queries.controllers_of(case).get(found.controller_id or "")
    if other is None:
        return
    listed = {choice.value for choice in form.controller.choices}
    if other.originator_id in listed:
        form.controller.data = other.originator_id
    else:
        form.controller_name.data = other.name


def _reaches(case: Case, found: Record) -> list[SelectChoice]:
    family, same = len(queries.family_of(case, found)), len(queries.from_the_same(case, found))
    choices = [SelectChoice(Reach.THIS.value, "This record only")]
    if family > 1:
        choices.append(SelectChoice(Reach.FAMILY.value, f"This one and what came with it: {family} records"))
    if same > 1:
        origin = next((one.name for one in originators(retired=True) if one.id == found.originator_id), None)
        words = f"from {origin}" if origin else "of our own"
        choices.append(SelectChoice(Reach.SAME_ORIGIN.value, f"All {same} records {words}"))
    return choices
