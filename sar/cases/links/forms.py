"""Forms for links."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput, GovTextArea, GovTextInput
from wtforms import RadioField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from sar.cases.forms import LONG_TEXT, VersionedForm
from sar.cases.links.service import LinkKind

KIND_WORDS = {
    LinkKind.EARLIER: "The other one is an earlier request of the same person",
    LinkKind.REPEATS: "This request repeats the other one",
    LinkKind.COMPLAINT: "This is a complaint about how the other one was dealt with",
    LinkKind.RELATED: "They belong together for another reason",
}


class LinkForm(VersionedForm):
    reference = StringField(
        "Reference of the other case",
        description="It looks like SAR-7KQD-M3XP.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter the reference of the other case"), Length(max=40)],
    )
    kind = RadioField(
        "How do they belong together?",
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how they belong together")],
    )
    reason = TextAreaField(
        "How do you know?",
        widget=GovTextArea(),
        validators=[InputRequired("Say how you know"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Link the two cases", widget=GovSubmitInput())


class UnlinkForm(FlaskForm):
    reason = TextAreaField(
        "Why do they not belong together?",
        widget=GovTextArea(),
        validators=[InputRequired("Say why they do not belong together"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Take the link back", widget=GovSubmitInput())
