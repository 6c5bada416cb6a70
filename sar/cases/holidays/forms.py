"""Forms on public holidays."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from sar.cases.holidays.service import MAX_TITLE
from sar.foundation.form_limits import AtMost
from sar.intake.fields import DayField, LineField


class HolidayForm(FlaskForm):
    day = DayField(
        "Which day is a public holiday?",
        description="For example a day of mourning, or for a coronation. Holidays of every year are known already.",
        missing="Enter the day",
    )
    title = LineField("What is it called?", missing="Enter what the holiday is called", most=MAX_TITLE)
    submit = SubmitField("Add the holiday", widget=GovSubmitInput())


class ApplyForm(FlaskForm):
    """`calendar` is the version that was on the screen."""

    calendar = StringField(widget=HiddenInput(), validators=[InputRequired(), AtMost(16)])
