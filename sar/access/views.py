"""Staff sign in and out, prove who they are again before grave steps; administrators look after accounts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access import queries, service
from sar.access.browser_session import begin_session, end_session, next_page
from sar.access.forms import AddStaffForm, ChangePasswordForm, ConfirmForm, RolesForm, StaffSignInForm, StepUpForm
from sar.access.guards import current_actor, guard, public, signed_in_staff, staff
from sar.access.models import Staff
from sar.access.permissions import ROLE_NAMES, Permission
from sar.access.totp import enrolment_uri
from sar.foundation.errors import Refused
from sar.foundation.ids import access_phrase
from sar.foundation.runtime import settings
from sar.foundation.web import client_address

bp = Blueprint("access", __name__)
BLUEPRINTS = (bp,)


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response:
    form = StaffSignInForm()
    if form.validate_on_submit():
        try:
            token = service.sign_in_staff(
                form.email.data or "", form.password.data or "", form.code.data or "", client_address()
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return begin_session(token, next_page() or url_for("home.index"))
    return render_template("access/sign_in.html", form=form)


def _refuse(form: StaffSignInForm | StepUpForm, refusal: Refused) -> None:
    """Say so on the form, without the code: it may still be good, and the next one is another."""
    form.form_errors.append(refusal.message)
    form.code.data = ""


@bp.route("/staff/step-up", methods=["GET", "POST"])
@signed_in_staff
def step_up() -> str | Response:
    form = StepUpForm()
    if form.validate_on_submit():
        try:
            service.step_up(current_actor(), staff().session_id, form.code.data or "")
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return redirect(next_page() or url_for("home.index"))
    return render_template("access/step_up.html", form=form)


@bp.post("/staff/sign-out")
@public
def sign_out() -> Response:
    return end_session(url_for("access.sign_in"))


@bp.route("/staff/password", methods=["GET", "POST"])
@signed_in_staff
def change_password() -> str | Response:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            service.change_password(current_actor(), form.current.data or "", form.new.data or "")
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            flash("Your password is changed. Sign in with the new one.", "success")
            return redirect(url_for("access.sign_in"))
    return render_template("access/change_password.html", form=form)


# Accounts of staff


@bp.get("/staff/people")
@guard(Permission.STAFF_MANAGE)
def staff_list() -> str:
    return render_template("access/staff_list.html", people=queries.staff_list(), role_names=ROLE_NAMES)


@bp.route("/staff/people/add", methods=["GET", "POST"])
@guard(Permission.STAFF_MANAGE, step_up=True)
def add_staff() -> str | Response:
    form = AddStaffForm()
    if form.validate_on_submit():
        password = access_phrase()
        try:
            added = service.add_staff(
                current_actor(),
                name=form.name.data or "",
                email=form.email.data or "",
                password=password,
                roles=form.chosen(),
            )
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            return _sign_in_details(added, password)
    return render_template("access/add_staff.html", form=form)


@bp.route("/staff/people/<staff_id>/roles", methods=["GET", "POST"])
@guard(Permission.STAFF_MANAGE, step_up=True)
def change_roles(staff_id: str) -> str | Response:
    person = queries.staff_member(staff_id)
    form = RolesForm(roles=sorted(person.role_set))
    if form.validate_on_submit():
        try:
            service.change_roles(current_actor(), staff_id, form.chosen())
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            flash(f"The roles of {person.name} are changed. They have to sign in again.", "success")
            return redirect(url_for("access.staff_list"))
    return render_template("access/change_roles.html", form=form, person=person)


@bp.route("/staff/people/<staff_id>/stop", methods=["GET", "POST"])
@guard(Permission.STAFF_MANAGE, step_up=True)
def disable_staff(staff_id: str) -> str | Response:
    person = queries.staff_member(staff_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            service.disable_staff(current_actor(), staff_id)
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            flash(f"{person.name} can no longer sign in.", "success")
            return redirect(url_for("access.staff_list"))
    return render_template("access/disable_staff.html", form=form, person=person)


@bp.route("/staff/people/<staff_id>/reset", methods=["GET", "POST"])
@guard(Permission.STAFF_MANAGE, step_up=True)
def reset_sign_in(staff_id: str) -> str | Response:
    person = queries.staff_member(staff_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        password = access_phrase()
        try:
            renewed = service.reset_sign_in(current_actor(), staff_id, password)
        except Refused as refusal:
            form.form_errors.append(refusal.message)
        else:
            return _sign_in_details(renewed, password)
    return render_template("access/reset_sign_in.html", form=form, person=person)


def _sign_in_details(person: Staff, password: str) -> str:
    """What the person needs to sign in, in this answer alone: no redirect could carry it."""
    codes = service.new_recovery_codes(current_actor(), person.id)
    return render_template(
        "access/sign_in_details.html",
        person=person,
        password=password,
        codes=codes,
        enrolment=enrolment_uri(person.totp_seed, person.email, settings().organisation_name),
    )
