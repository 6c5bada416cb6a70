"""Sign-in forms."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import PasswordField, SelectMultipleField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Regexp

from sar.access.permissions import ROLE_NAMES, Role
from sar.foundation.form_limits import AtMost


class StaffSignInForm(FlaskForm):
    email = StringField(
        "Work email address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your work email address"), AtMost(254)],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password"), AtMost(200)],
    )
    code = StringField(
        "Code from your authenticator app",
        description="6 digits. You can use a recovery code instead.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code from your authenticator app"), AtMost(20)],
    )
    submit = SubmitField("Sign in", widget=GovSubmitInput())


class StepUpForm(FlaskForm):
    code = StringField(
        "Code from your authenticator app",
        description="6 digits. Each code works once: wait for a new one if you have just used it.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code from your authenticator app"), AtMost(20)],
    )
    submit = SubmitField("Continue", widget=GovSubmitInput())


class RequesterSignInForm(FlaskForm):
    reference = StringField(
        "Your reference",
        description="It starts with SAR, for example SAR-7KQD-M3XP.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your reference"), AtMost(40)],
    )
    phrase = StringField(
        "Your six words",
        description="The six words we gave you when you asked. Small or capital letters are fine.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your six words"), AtMost(120)],
    )
    submit = SubmitField("Continue", widget=GovSubmitInput())


class RolesForm(FlaskForm):
    roles = SelectMultipleField(
        "Roles",
        description="Someone may hold more than one. Nobody can approve their own redaction, whatever their roles.",
        widget=GovCheckboxesInput(),
        choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()],
        validators=[InputRequired("Choose at least one role")],
    )
    submit = SubmitField("Save roles", widget=GovSubmitInput())

    def chosen(self) -> frozenset[Role]:
        return frozenset(Role(role) for role in self.roles.data or ())


class AddStaffForm(RolesForm):
    name = StringField(
        "Full name", widget=GovTextInput(), validators=[InputRequired("Enter their full name"), AtMost(120)]
    )
    email = StringField(
        "Work email address",
        widget=GovTextInput(),
        validators=[
            InputRequired("Enter their work email address"),
            AtMost(254),
            Regexp(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*\Z", message="Enter an email address, like name@example.com"),
        ],
    )
    submit = SubmitField("Add this person", widget=GovSubmitInput())


class ConfirmForm(FlaskForm):
    """A page that asks "are you sure?": its button is all there is."""


class ChangePasswordForm(FlaskForm):
    current = PasswordField(
        "Password you have now",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter the password you have now"), AtMost(200)],
    )
    new = PasswordField(
        "New password",
        description="At least 15 characters. Four random words work well.",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter a new password"), AtMost(200)],
    )
    submit = SubmitField("Change password", widget=GovSubmitInput())
