"""Forms for links."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import RadioField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.cases.forms import VersionedForm
from sar.cases.links.service import LinkKind
from sar.intake.fields import LineField, WordsField

KIND_WORDS = {
    LinkKind.EARLIER: "The other one is an earlier request of the same person",
    LinkKind.REPEATS: "This request repeats the other one",
    LinkKind.COMPLAINT: "This is a complaint about how the other one was dealt with",
    LinkKind.RELATED: "They belong together for another reason",
}


class LinkForm(VersionedForm):
    reference = LineField(
        "Reference of the other case",
        description="It looks like SAR-7KQD-M3XP.",
        missing="Enter the reference of the other case",
        most=40,
    )
    kind = RadioField(
        "How do they belong together?",
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how they belong together")],
    )
    reason = WordsField("How do you know?", missing="Say how you know")
    submit = SubmitField("Link the two cases", widget=GovSubmitInput())


class UnlinkForm(FlaskForm):
    reason = WordsField("Why do they not belong together?", missing="Say why they do not belong together")
    submit = SubmitField("Take the link back", widget=GovSubmitInput())
