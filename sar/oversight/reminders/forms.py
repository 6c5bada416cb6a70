"""What someone wants to be told."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovSubmitInput
from wtforms import BooleanField, SubmitField


class WishForm(FlaskForm):
    digest = BooleanField(
        "Each working day, what my cases ask for",
        description="What is overdue or due soon, whom we wait for, searches, consultations, complaints and tasks.",
        widget=GovCheckboxInput(),
    )
    early_alerts = BooleanField(
        "10, 5 and 2 days before a case is due, or before a complaint must be acknowledged", widget=GovCheckboxInput()
    )
    submit = SubmitField("Save", widget=GovSubmitInput())
