"""Forms on a case."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovDateInput, GovRadioInput, GovSubmitInput, GovTextArea
from wtforms import DateField, IntegerField, RadioField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from sar.cases.deadlines import ExtensionReason
from sar.cases.service import EVIDENCE

LONG_TEXT = 5_000


class MoveForm(FlaskForm):
    """A button that moves the case on. `version` is the one that was on the screen."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class IdentityForm(FlaskForm):
    evidence = RadioField(
        "What shows who the person is?",
        choices=list(EVIDENCE.items()),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what shows who the person is")],
    )
    submit = SubmitField("Identity is settled", widget=GovSubmitInput())


class AskIdentityForm(FlaskForm):
    reason = TextAreaField(
        "Why do you doubt who is asking?",
        description="The law lets us ask only when there is a real doubt. The clock starts when the proof arrives.",
        widget=GovTextArea(),
        validators=[InputRequired("Say why you doubt who is asking"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Ask for proof of identity", widget=GovSubmitInput())


class QuestionForm(FlaskForm):
    question = TextAreaField(
        "What do you need to know?",
        description="Write to the person in plain words. The clock stops until they answer.",
        widget=GovTextArea(),
        validators=[InputRequired("Write the question"), Length(max=LONG_TEXT)],
    )
    reason = TextAreaField(
        "Why do you need to know?",
        widget=GovTextArea(),
        validators=[InputRequired("Say why you need to know"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Send the question", widget=GovSubmitInput())


class AnswerForm(FlaskForm):
    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    on = DateField(
        "When did the answer arrive?",
        format="%d %m %Y",
        description="The day it reached any part of the organisation.",
        widget=GovDateInput(),
        validators=[InputRequired("Enter the day the answer arrived")],
    )
    answer = TextAreaField(
        "What did they say?",
        widget=GovTextArea(),
        validators=[InputRequired("Write what they said"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Record the answer", widget=GovSubmitInput())


class ExtendForm(FlaskForm):
    reason = RadioField(
        "Why is more time needed?",
        choices=[
            (ExtensionReason.COMPLEXITY.value, "The request is complex"),
            (ExtensionReason.NUMBER.value, "The person has made a number of requests"),
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


class ReceivedForm(FlaskForm):
    on = DateField(
        "When did the request reach any part of the organisation?",
        format="%d %m %Y",
        widget=GovDateInput(),
        validators=[InputRequired("Enter the day the request arrived")],
    )
    submit = SubmitField("Correct the date", widget=GovSubmitInput())


class NoteForm(FlaskForm):
    text = TextAreaField(
        "Add a note",
        widget=GovTextArea(),
        validators=[InputRequired("Write something in the note"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Save the note", widget=GovSubmitInput(), id="save-note")
