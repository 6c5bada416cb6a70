"""Forms on the wording of letters."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextArea
from wtforms import IntegerField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from sar.foundation.wordings import LONGEST, LONGEST_SENTENCE


class WordingForm(FlaskForm):
    """`version` is the number of the version that was on the screen; 0 for the wording as delivered."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    text = TextAreaField(
        "Wording",
        description="The first line is the subject. A line that begins with # is a heading, one that begins with - is "
        "part of a list. An empty line parts paragraphs. Words in curly brackets are fields, filled in for each case.",
        widget=GovTextArea(),
        validators=[InputRequired("Write the letter"), Length(max=LONGEST, message="The wording is too long")],
    )
    preview = SubmitField("Preview", widget=GovSubmitInput())
    submit = SubmitField("Save this wording", widget=GovSubmitInput())


class SentenceForm(WordingForm):
    """The same for a sentence that stands within letters."""

    text = TextAreaField(
        "Wording",
        description="One paragraph. Words in curly brackets are fields. It says the same in every reply, so it can "
        "name nothing of one case.",
        widget=GovTextArea(),
        validators=[InputRequired("Write the sentence"), Length(max=LONGEST_SENTENCE, message="It is too long")],
    )


class RestoreForm(FlaskForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
