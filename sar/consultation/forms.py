"""Forms of consultation."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import RadioField, SelectMultipleField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from sar.consultation.models import VIEW_WORDS

LONG_TEXT = 5_000
_VIEWS = [SelectChoice(view.value, words) for view, words in VIEW_WORDS.items()]


class SendForm(FlaskForm):
    records = SelectMultipleField(
        "Which records?",
        widget=GovCheckboxesInput(),
        validators=[InputRequired("Choose at least one record")],
    )
    submit = SubmitField("Ask for their view", widget=GovSubmitInput())


class CodeForm(FlaskForm):
    code = StringField(
        "The code we mailed you",
        description="6 digits. It works for 15 minutes.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the code"), Length(max=20)],
    )
    submit = SubmitField("Continue", widget=GovSubmitInput())


class AnswerForm(FlaskForm):
    view = RadioField(
        "Can we release these records to the person they are about?",
        choices=_VIEWS,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one")],
    )
    reason = TextAreaField(
        "Why, and which parts?",
        description="Name the page and the words. Say what harm would follow, and to whom.",
        widget=GovTextArea(),
        validators=[Length(max=LONG_TEXT)],
    )
    name = StringField(
        "Your name and role",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your name and role"), Length(max=200)],
    )
    submit = SubmitField("Send your answer", widget=GovSubmitInput())


class DecideForm(FlaskForm):
    decision = RadioField(
        "What do you decide?",
        choices=_VIEWS,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you decide")],
    )
    reason = TextAreaField(
        "Why?",
        description="Needed when you go against the originator's view, decide without one, or hold anything back.",
        widget=GovTextArea(),
        validators=[Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Save the decision", widget=GovSubmitInput())
