"""Sign-in forms."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovPasswordInput, GovSubmitInput, GovTextInput
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length


class StaffSignInForm(FlaskForm):
    email = StringField(
        "Work email address",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your work email address"), Length(max=254)],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[InputRequired("Enter your password"), Length(max=200)],
    )
    code = StringField(
        "Code from your authenticator app",
        description="6 digits. You can use a recovery code instead.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code from your authenticator app"), Length(max=20)],
    )
    submit = SubmitField("Sign in", widget=GovSubmitInput())


class StepUpForm(FlaskForm):
    code = StringField(
        "Code from your authenticator app",
        description="6 digits. Each code works once: wait for a new one if you have just used it.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code from your authenticator app"), Length(max=20)],
    )
    submit = SubmitField("Continue", widget=GovSubmitInput())


class RequesterSignInForm(FlaskForm):
    reference = StringField(
        "Your reference",
        description="It starts with SAR, for example SAR-7KQD-M3XP.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your reference"), Length(max=40)],
    )
    phrase = StringField(
        "Your six words",
        description="The six words we gave you when you asked. Small or capital letters are fine.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your six words"), Length(max=120)],
    )
    submit = SubmitField("Continue", widget=GovSubmitInput())
