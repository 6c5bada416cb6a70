"""Forms of oversight."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextArea
from wtforms import SubmitField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from sar.foundation.form_limits import AtMost
from sar.intake.fields import DayField, tidy


class PeriodForm(FlaskForm):
    """The days a report covers, both counted."""

    start = DayField(
        "From",
        missing="Enter the first day of the report",
    )
    end = DayField(
        "To",
        missing="Enter the last day of the report",
    )
    submit = SubmitField("Download deadline compliance (CSV)", widget=GovSubmitInput())

    def validate_end(self, field: DayField) -> None:
        start: date | None = self.start.data
        if start and field.data and field.data < start:
            raise ValidationError("The last day must not be before the first")


class BacklogForm(FlaskForm):
    causes = TextAreaField(
        "Why are they late?",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Say why they are late"), AtMost(5_000)],
    )
    plan = TextAreaField(
        "What are you doing about it?",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Say what you are doing"), AtMost(5_000)],
    )
    expected = TextAreaField(
        "When do you expect to be in time again?",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Say when you expect to be in time again"), AtMost(1_000)],
    )
    preview = SubmitField("Look at it first", widget=GovSubmitInput())
    submit = SubmitField("Download the report (PDF)", widget=GovSubmitInput())
