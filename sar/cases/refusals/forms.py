"""Forms on proposals."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import IntegerField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from sar.cases.asking_forms import NotValidForm
from sar.cases.endings import NEITHER_CODES
from sar.cases.forms import VersionedForm, refusal_code_field, refusal_words_field
from sar.cases.late_form import LateForm, lateness_field
from sar.intake.fields import LineField, WordsField


class ProposeRefusalForm(VersionedForm):
    code = refusal_code_field()
    words = refusal_words_field()
    submit = SubmitField("Propose it", widget=GovSubmitInput())


class ProposeFeeForm(VersionedForm):
    amount = LineField(
        "How much is the fee, in pounds?",
        description="No more than what it costs to answer. For example 10 or 10.50.",
        missing="Enter the amount",
        most=10,
    )
    words = WordsField(
        "Why charge a fee?",
        description="A fee may be charged only for a request that is clearly unfounded or excessive. The person is "
        "told this.",
        missing="Write the reasons",
    )
    how_to_pay = WordsField("How can they pay?", missing="Say how they can pay")
    submit = SubmitField("Propose it", widget=GovSubmitInput())


class ProposeNeitherForm(VersionedForm):
    code = RadioField(
        "Under which law?",
        choices=[SelectChoice(code, f"{code}: {item.law}") for code, item in NEITHER_CODES.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose the ground in law")],
    )
    words = WordsField(
        "Why would a yes or a no do harm?",
        description="Kept with the case. The person is not told.",
        missing="Write the reasons",
    )
    submit = SubmitField("Propose it", widget=GovSubmitInput())


class ProposeSetAsideForm(NotValidForm):
    submit = SubmitField("Propose it", widget=GovSubmitInput())

    @classmethod
    def in_time(cls) -> ProposeSetAsideForm:
        """Why it is late is asked of whoever decides."""
        form = cls()
        del form.lateness
        return form


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
    words = WordsField("Your reasons", description="Needed if you do not agree. Kept with the case.")
    lateness = lateness_field(needed=False)
    submit = SubmitField("Decide", widget=GovSubmitInput())

    def validate_lateness(self, field: SelectField) -> None:
        if self.agree.data == "yes" and not field.data:
            raise ValidationError("Choose why it is late")
