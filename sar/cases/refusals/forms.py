"""Forms on proposals."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput, GovTextArea, GovTextInput
from wtforms import IntegerField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from sar.cases.endings import NEITHER_CODES
from sar.cases.forms import LONG_TEXT, VersionedForm, refusal_code_field, refusal_words_field
from sar.cases.late_form import LateForm, lateness_field
from sar.intake.fields import tidy


class ProposeRefusalForm(VersionedForm):
    code = refusal_code_field()
    words = refusal_words_field()
    submit = SubmitField("Propose it", widget=GovSubmitInput())


class ProposeFeeForm(VersionedForm):
    amount = StringField(
        "How much is the fee, in pounds?",
        description="No more than what it costs to answer. For example 10 or 10.50.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the amount"), Length(max=10)],
    )
    words = TextAreaField(
        "Why charge a fee?",
        description="A fee may be charged only for a request that is clearly unfounded or excessive. The person is "
        "told this.",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Write the reasons"), Length(max=LONG_TEXT)],
    )
    how_to_pay = TextAreaField(
        "How can they pay?",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Say how they can pay"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Propose it", widget=GovSubmitInput())


class ProposeNeitherForm(VersionedForm):
    code = RadioField(
        "Under which law?",
        choices=[SelectChoice(code, f"{code}: {item.law}") for code, item in NEITHER_CODES.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose the ground in law")],
    )
    words = TextAreaField(
        "Why would a yes or a no do harm?",
        description="Kept with the case. The person is not told.",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Write the reasons"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Propose it", widget=GovSubmitInput())


class DecideForm(LateForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    agree = RadioField(
        "What do you decide?",
        choices=[
            SelectChoice("yes", "I agree. The letter goes to the person now"),
            SelectChoice("no", "I do not agree. The work goes on"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you decide")],
    )
    words = TextAreaField(
        "Your reasons",
        description="Needed if you do not agree. Kept with the case.",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[Length(max=LONG_TEXT)],
    )
    lateness = lateness_field(needed=False)
    submit = SubmitField("Decide", widget=GovSubmitInput())

    def validate_lateness(self, field: SelectField) -> None:
        if self.agree.data == "yes" and not field.data:
            raise ValidationError("Choose why it is late")
