"""Forms on a case."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from sar.cases.deadlines import ExtensionReason
from sar.cases.endings import REFUSAL_CODES, REFUSAL_LABELS
from sar.cases.late_form import LateForm, lateness_field
from sar.cases.new_words import Told
from sar.foundation.clock import london_today
from sar.foundation.ids import random_id
from sar.intake.fields import DayField, LineField, WordsField


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
    reason = WordsField(
        "Why do you doubt who is asking?",
        description="The law lets us ask only when there is a real doubt. The person is told this reason, under "
        "“Why we ask”: write to them, in plain words.",
        missing="Say why you doubt who is asking",
    )
    submit = SubmitField("Ask for proof of identity", widget=GovSubmitInput())


class QuestionForm(VersionedForm):
    question = WordsField(
        "What do you need to know?", description="Write to the person, in plain words.", missing="Write the question"
    )
    reason = WordsField(
        "Why do you need to know?", description="The person is told this too.", missing="Say why you need to know"
    )
    submit = SubmitField("Send the question", widget=GovSubmitInput())


class AnswerForm(DatedForm):
    on = DayField(
        "When did the answer arrive?",
        description="The day it reached any part of the organisation.",
        missing="Enter the day the answer arrived",
    )
    answer = WordsField("What did they say?", missing="Write what they said")
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
    explanation = WordsField(
        "Explain it in plain words",
        description="The person is told this reason.",
        missing="Explain why more time is needed",
    )
    submit = SubmitField("Extend by two months", widget=GovSubmitInput())


class ReceivedForm(DatedForm):
    on = DayField(
        "When did the request reach any part of the organisation?", missing="Enter the day the request arrived"
    )
    reason = WordsField(
        "How do you know?",
        description="For example, the stamp on the letter. Kept as a note with both dates.",
        missing="Say how you know the day",
    )
    submit = SubmitField("See what changes", widget=GovSubmitInput())


class CorrectionForm(DatedForm):
    fact = RadioField(
        "What was written down wrongly?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what was written down wrongly")],
    )
    how = RadioField(
        "How is it wrong?",
        choices=[
            SelectChoice("date", "It happened on another day"),
            SelectChoice("otherwise", "We asked or told them without our letter, for example by phone"),
            SelectChoice("strike", "It did not happen: strike it out"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how it is wrong")],
    )
    on = DayField("On which day did it happen?", description="Leave this empty to strike it out.")
    reason = WordsField(
        "How do you know?", description="Kept as a note on the case.", missing="Say how you know that it is wrong"
    )
    submit = SubmitField("See what changes", widget=GovSubmitInput())

    def validate_on(self, field: DayField) -> None:
        if self.how.data in ("date", "otherwise") and field.data is None:
            raise ValidationError("Enter the day it happened")
        if self.how.data == "strike" and field.data is not None:
            raise ValidationError("Leave the day empty to strike it out")


class AskAuthorityForm(VersionedForm):
    reason = WordsField(
        "Why is written authority needed?",
        description="The law lets someone ask for another person if that person wants it, or if they have the right to "
        "act for them.",
        missing="Say why written authority is needed",
    )
    submit = SubmitField("Ask for written authority", widget=GovSubmitInput())


class FeeForm(VersionedForm):
    amount = LineField(
        "How much is the fee, in pounds?",
        description="No more than what it costs to answer. For example 10 or 10.50.",
        missing="Enter the amount",
        most=10,
    )
    reason = WordsField(
        "Why do you charge a fee?",
        description="A fee may be charged only for a request that is clearly unfounded or excessive. The person is "
        "told this reason.",
        missing="Say why you charge a fee",
    )
    how_to_pay = WordsField("How can they pay?", missing="Say how they can pay")
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


def refusal_words_field() -> WordsField:
    return WordsField(
        "Explain it to the person",
        description="They are told this, with how to complain. If the request is unfounded or excessive, finish the "
        "sentence “It is clearly unfounded or excessive, because …”.",
        missing="Explain to the person why you refuse",
    )


class RejectForm(VersionedForm, LateForm):
    code = refusal_code_field()
    words = refusal_words_field()
    lateness = lateness_field()
    submit = SubmitField("Refuse the request and send the letter", widget=GovSubmitInput())


class WithdrawForm(VersionedForm):
    on = DayField("When did they tell us that they no longer want it?", missing="Enter the day they told us")
    reason = WordsField(
        "How do you know?",
        description="How they told us, and on which day. Kept as a note. The person is not told.",
        missing="Say how you know",
    )
    submit = SubmitField("Record it and send the letter", widget=GovSubmitInput())


class CloseForm(VersionedForm):
    submit = SubmitField("Close this case", widget=GovSubmitInput())


class ConflictForm(VersionedForm):
    submit = SubmitField("Close this case to me", widget=GovSubmitInput())


class ReopenForm(VersionedForm):
    reason = WordsField(
        "Why is it opened again?",
        description="Kept as a note. The person is not told.",
        missing="Say why the case is opened again",
    )
    submit = SubmitField("Open it again", widget=GovSubmitInput())


class NoteForm(FlaskForm):
    """`key` is made with the form, so that a second press of the button keeps one note."""

    key = StringField(widget=HiddenInput(), default=random_id)
    text = WordsField("Add a note", missing="Write something in the note")
    submit = SubmitField("Save the note", widget=GovSubmitInput(), id="save-note")


class WentForm(FlaskForm):
    on = DayField(
        "On which day did it go?",
        description="The day it was posted, handed over, texted or read out. What it says counts from that day.",
        missing="Enter the day it went",
        default=london_today,
    )
    submit = SubmitField("Mark as sent on this day", widget=GovSubmitInput())


class CameBackForm(VersionedForm):
    letter = RadioField("What came back?", widget=GovRadioInput(), validators=[InputRequired("Choose what came back")])
    submit = SubmitField("It came back", widget=GovSubmitInput())


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
