"""Forms on how long cases are kept."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput, GovTextInput
from wtforms import IntegerField, RadioField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from sar.intake.fields import DayField, WordsField
from sar.oversight.retention.rules import MOST_YEARS, WHY_WORDS, Years


def _years(label: str, description: str) -> IntegerField:
    return IntegerField(
        label,
        description=description,
        widget=GovTextInput(),
        validators=[
            InputRequired("Enter a number of years"),
            NumberRange(1, MOST_YEARS, f"Choose between 1 and {MOST_YEARS} years"),
        ],
    )


class RulesForm(FlaskForm):
    """`number` is that of the rules on the screen."""

    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    answered = _years("Years to keep a request that was answered", "Counted from the day it was closed.")
    not_answered = _years(
        "Years to keep a request that was refused, taken back, not valid, or where nobody replied",
        "Counted from the day it was closed.",
    )
    complaint = _years(
        "Years to keep a request with a complaint",
        "To us, to the regulator or to a court. Counted from the last decision, or from the day the case was closed "
        "if that was later.",
    )
    submit = SubmitField("Save the rules", widget=GovSubmitInput())

    def load(self, years: Years) -> None:
        self.number.data, self.number.raw_data = years.number, None
        for field, value in (
            (self.answered, years.answered),
            (self.not_answered, years.not_answered),
            (self.complaint, years.complaint),
        ):
            field.data, field.raw_data = value, None


class KeepForm(FlaskForm):
    until = DayField("Keep until", missing="Enter the day until which they are kept")
    reason = WordsField(
        "Why are they kept longer?", description="Kept with each case.", missing="Say why they are kept longer"
    )
    submit = SubmitField("Keep longer", widget=GovSubmitInput())


class HoldForm(FlaskForm):
    reason = WordsField(
        "Why must it not be destroyed?",
        description="For example: a claim in court, or an inquiry. Kept with the case.",
        missing="Say why it must not be destroyed",
    )
    submit = SubmitField("Put a hold on it", widget=GovSubmitInput())


class LiftForm(FlaskForm):
    reason = WordsField("Why is the hold no longer needed?", missing="Say why the hold is no longer needed")
    submit = SubmitField("Lift the hold", widget=GovSubmitInput())


class ProposeForm(FlaskForm):
    why = RadioField(
        "Why are they destroyed?",
        choices=[SelectChoice(why.value, words) for why, words in WHY_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why they are destroyed")],
    )
    words = WordsField(
        "Anything that the second person should know (optional)",
        description="Destroyed with the case. What you choose above stays in the log.",
    )
    submit = SubmitField("Propose to destroy", widget=GovSubmitInput())


class DecideForm(FlaskForm):
    agree = RadioField(
        "What do you decide?",
        choices=[
            SelectChoice("yes", "I agree. Destroy them now"),
            SelectChoice("no", "I do not agree. They stay"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you decide")],
    )
    words = WordsField("Your reasons", description="Needed if you do not agree.")
    submit = SubmitField("Decide", widget=GovSubmitInput())
