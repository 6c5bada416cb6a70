"""Forms of release."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput, GovTextArea
from wtforms import RadioField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from sar.cases.disclosures import Part
from sar.cases.late_form import LateForm, lateness_field
from sar.intake.fields import tidy
from sar.release.models import Route

ROUTE_WORDS = {
    Route.ONLINE: "They collect it online, with their reference and words",
    Route.IN_PERSON: "We hand it over in person or through the prison",
}
PASSPHRASE_WORDS = {
    Route.POST: "By post",
    Route.SMS: "By text message",
    Route.EMAIL: "By email",
    Route.IN_PERSON: "We tell them in person or by phone",
}
PART_WORDS = {
    Part.INTERIM: "No, these go out early and the work goes on",
    Part.PARTIAL: "No, this is our answer, but something is still to come",
}


class MakeForm(FlaskForm):
    part = RadioField(
        "Is this the whole answer?",
        description="The clock ends only with the whole answer.",
        choices=[
            SelectChoice("", "Yes, this is the whole answer"),
            *(SelectChoice(part.value, words) for part, words in PART_WORDS.items()),
        ],
        default="",
        widget=GovRadioInput(),
        validators=[Optional()],
    )
    still_to_come = TextAreaField(
        "If not, what is still to come?",
        description="The person is told this. Use plain words, and say nothing that the records withhold.",
        filters=[tidy],
        widget=GovTextArea(),
        validators=[Length(max=2_000)],
    )
    submit = SubmitField("Make the reply", widget=GovSubmitInput())

    @property
    def chosen_part(self) -> Part | None:
        """None for the whole answer."""
        return Part(self.part.data) if self.part.data else None


class ReleaseForm(LateForm):
    route = RadioField(
        "How do they get the records?",
        choices=[SelectChoice(route.value, words) for route, words in ROUTE_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how they get the records")],
    )
    passphrase_route = RadioField(
        "How do they get the six words that open it?",
        description="Never the same way as the records.",
        choices=[SelectChoice(route.value, words) for route, words in PASSPHRASE_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how they get the six words")],
    )
    lateness = lateness_field()
    submit = SubmitField("Release the reply", widget=GovSubmitInput())
