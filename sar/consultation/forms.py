"""Forms of consultation."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSubmitInput
from wtforms import RadioField, SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.consultation.models import VIEW_WORDS
from sar.intake.fields import LineField, WordsField

_VIEWS = [SelectChoice(view.value, words) for view, words in VIEW_WORDS.items()]


class SendForm(FlaskForm):
    records = SelectMultipleField(
        "Which records?", widget=GovCheckboxesInput(), validators=[InputRequired("Choose at least one record")]
    )
    submit = SubmitField("Ask for their view", widget=GovSubmitInput())


class CodeForm(FlaskForm):
    code = LineField(
        "The code we mailed you", description="6 digits. It works for 15 minutes.", missing="Enter the code", most=20
    )
    submit = SubmitField("Continue", widget=GovSubmitInput())


class AnswerForm(FlaskForm):
    view = RadioField(
        "Can we release these records to the person they are about?",
        choices=_VIEWS,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose one")],
    )
    reason = WordsField(
        "Why, and which parts?", description="Name the page and the words. Say what harm would follow, and to whom."
    )
    name = LineField("Your name and role", missing="Enter your name and role", most=200)
    submit = SubmitField("Send your answer", widget=GovSubmitInput())


class DecideForm(FlaskForm):
    decision = RadioField(
        "What do you decide?",
        choices=_VIEWS,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you decide")],
    )
    reason = WordsField(
        "Why?",
        description="Needed when you go against the originator's view, decide without one, or hold anything back.",
    )
    submit = SubmitField("Save the decision", widget=GovSubmitInput())
