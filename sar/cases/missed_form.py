"""The form that adds what was missed on the clock."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import RadioField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.cases.deadlines import ExtensionReason
from sar.cases.forms import DatedForm
from sar.cases.missed import WORDS
from sar.intake.fields import DayField, WordsField


class MissedForm(DatedForm):
    what = RadioField(
        "What was not written down?",
        choices=[SelectChoice(what.value, words) for what, words in WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what was not written down")],
    )
    on = DayField("On which day did we ask, or tell them?", missing="Enter the day we asked or told them")
    came = DayField(
        "On which day did the answer come?", description="The proof, the fee or the words. Empty if not yet."
    )
    why_extended = RadioField(
        "Why was more time needed?",
        description="Only for two more months.",
        choices=[
            SelectChoice("", "It is not about more time"),
            SelectChoice(ExtensionReason.COMPLEXITY.value, "The request is complex"),
            SelectChoice(ExtensionReason.NUMBER.value, "The person has made a number of requests"),
        ],
        widget=GovRadioInput(),
        default="",
    )
    reason = WordsField("How do you know?", description="Kept as a note on the case.", missing="Say how you know")
    submit = SubmitField("See what changes", widget=GovSubmitInput())
