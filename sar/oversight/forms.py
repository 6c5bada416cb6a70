"""Forms of oversight."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovSubmitInput
from wtforms import DateField, SubmitField
from wtforms.validators import InputRequired, ValidationError


class PeriodForm(FlaskForm):
    """The days a report covers, both counted."""

    start = DateField(
        "From",
        format="%d %m %Y",
        widget=GovDateInput(),
        validators=[InputRequired("Enter the first day of the report")],
    )
    end = DateField(
        "To",
        format="%d %m %Y",
        widget=GovDateInput(),
        validators=[InputRequired("Enter the last day of the report")],
    )
    submit = SubmitField("Download deadline compliance (CSV)", widget=GovSubmitInput())

    def validate_end(self, field: DateField) -> None:
        start: date | None = self.start.data
        if start and field.data and field.data < start:
            raise ValidationError("The last day must not be before the first")
