"""Forms on a case."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from sar.cases.deadlines import ExtensionReason
from sar.cases.endings import REFUSAL_CODES, REFUSAL_LABELS
from sar.cases.late_form import LateForm, lateness_field
from sar.cases.new_words import Told
from sar.foundation.ids import random_id
from sar.intake.fields import DayField, tidy

LONG_TEXT = 5_000


class VersionedForm(FlaskForm):
    """Any form on a case: `version` is the one that was on the screen. By itself, a button."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class DatedForm(VersionedForm):
    """A form whose field `on` moves the clock. `shown_on` is the day whose effect was on the screen."""

    shown_on = StringField(widget=HiddenInput())


class AssignForm(VersionedForm):
    officer = SelectField("Give this case to", widget=GovSelect(), validators=[Optional()])
    submit = SubmitField("Give", widget=GovSubmitInput(), id="give")


class AskIdentityForm(VersionedForm):
    reason = TextAreaField(
        "Why do you doubt who is asking?",
        description="The law lets us ask only when there is a real doubt. The person is told this reason: finish the "
        "sentence “We are asking because …”.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why you doubt who is asking"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Ask for proof of identity", widget=GovSubmitInput())


class QuestionForm(VersionedForm):
    question = TextAreaField(
        "What do you need to know?",
        description="Write to the person, in plain words.",
        widget=GovTextArea(),
        validators=[InputRequired("Write the question"), Length(max=LONG_TEXT)],
    )
    reason = TextAreaField(
        "Why do you need to know?",
        description="The person is told this too.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why you need to know"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Send the question", widget=GovSubmitInput())


class AnswerForm(DatedForm):
    on = DayField(
        "When did the answer arrive?",
        description="The day it reached any part of the organisation.",
        missing="Enter the day the answer arrived",
    )
    answer = TextAreaField(
        "What did they say?",
        widget=GovTextArea(),
        validators=[InputRequired("Write what they said"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Record the answer", widget=GovSubmitInput())


class ExtendForm(VersionedForm):
    reason = RadioField(
        "Why is more time needed?",
        choices=[
            SelectChoice(ExtensionReason.COMPLEXITY.value, "The request is complex"),
            SelectChoice(ExtensionReason.NUMBER.value, "The person has made a number of requests"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why more time is needed")],
    )
    explanation = TextAreaField(
        "Explain it in plain words",
        description="The person is told this reason.",
        widget=GovTextArea(),
        validators=[InputRequired("Explain why more time is needed"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Extend by two months", widget=GovSubmitInput())


class ReceivedForm(DatedForm):
    on = DayField(
        "When did the request reach any part of the organisation?",
        missing="Enter the day the request arrived",
    )
    reason = TextAreaField(
        "How do you know?",
        description="For example, the stamp on the letter. Kept as a note with both dates.",
        widget=GovTextArea(),
        validators=[InputRequired("Say how you know the day"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("See what changes", widget=GovSubmitInput())


class AskAuthorityForm(VersionedForm):
    reason = TextAreaField(
        "Why is written authority needed?",
        description="The law lets someone ask for another person if that person wants it, or if they have the right to "
        "act for them.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why written authority is needed"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Ask for written authority", widget=GovSubmitInput())


class FeeForm(VersionedForm):
    amount = StringField(
        "How much is the fee, in pounds?",
        description="No more than what it costs to answer. For example 10 or 10.50.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the amount"), Length(max=10)],
    )
    reason = TextAreaField(
        "Why do you charge a fee?",
        description="A fee may be charged only for a request that is clearly unfounded or excessive. The person is "
        "told this reason.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why you charge a fee"), Length(max=LONG_TEXT)],
    )
    how_to_pay = TextAreaField(
        "How can they pay?",
        widget=GovTextArea(),
        validators=[InputRequired("Say how they can pay"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Charge the fee and send the letter", widget=GovSubmitInput())


class FeePaidForm(DatedForm):
    on = DayField(
        "When was the fee paid?",
        description="The day the whole fee reached us. The clock starts on that day.",
        missing="Enter the day the fee was paid",
    )
    submit = SubmitField("Record that it was paid", widget=GovSubmitInput())


def refusal_code_field() -> RadioField:
    return RadioField(
        "Why do you refuse this request?",
        choices=[SelectChoice(code, REFUSAL_LABELS[code]) for code in REFUSAL_CODES],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why you refuse this request")],
    )


def refusal_words_field() -> TextAreaField:
    return TextAreaField(
        "Explain it to the person",
        description="They are told this, with how to complain. If the request is unfounded or excessive, finish the "
        "sentence “It is clearly unfounded or excessive, because …”.",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[InputRequired("Explain to the person why you refuse"), Length(max=LONG_TEXT)],
    )


class RejectForm(VersionedForm, LateForm):
    code = refusal_code_field()
    words = refusal_words_field()
    lateness = lateness_field()
    submit = SubmitField("Refuse the request and send the letter", widget=GovSubmitInput())


class WithdrawForm(VersionedForm):
    on = DayField(
        "When did they tell us that they no longer want it?",
        missing="Enter the day they told us",
    )
    submit = SubmitField("Record it and send the letter", widget=GovSubmitInput())


class CloseForm(VersionedForm):
    submit = SubmitField("Close this case", widget=GovSubmitInput())


class ConflictForm(VersionedForm):
    submit = SubmitField("Close this case to me", widget=GovSubmitInput())


class ReopenForm(VersionedForm):
    reason = TextAreaField(
        "Why is it opened again?",
        description="Kept as a note. The person is not told.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why the case is opened again"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Open it again", widget=GovSubmitInput())


class NoteForm(FlaskForm):
    """`key` is made with the form, so that a second press of the button keeps one note."""

    key = StringField(widget=HiddenInput(), default=random_id)
    text = TextAreaField(
        "Add a note",
        widget=GovTextArea(),
        validators=[InputRequired("Write something in the note"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Save the note", widget=GovSubmitInput(), id="save-note")


class NewWordsForm(VersionedForm):
    told = RadioField(
        "How does the person get the new words?",
        choices=[
            SelectChoice(Told.IN_PERSON.value, "I tell them now: they are here"),
            SelectChoice(Told.PHONE.value, "I tell them now, by phone"),
            SelectChoice(Told.POST.value, "In a letter to the address we have"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how the person gets the words")],
    )
    sure = BooleanField(
        "I have checked that it is this person who is asking",
        widget=GovCheckboxInput(),
        validators=[InputRequired("Check who is asking before you give new words")],
    )
    submit = SubmitField("Make new words", widget=GovSubmitInput())
