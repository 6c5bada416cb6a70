"""Forms of release."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput, GovTextArea
from wtforms import RadioField, SelectField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from sar.cases.disclosures import Part
from sar.intake.fields import tidy
from sar.release.models import Lateness, Route

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
LATENESS_WORDS = {
    Lateness.LARGE_FILE: "The file was very large",
    Lateness.LATE_RECORDS: "Records came late",
    Lateness.CONSULTATION: "Consultation took long",
    Lateness.STAFFING: "Too few staff",
    Lateness.OTHER: "Another reason, in the notes",
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


class ReleaseForm(FlaskForm):
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
    lateness = SelectField(
        "Why is it late?",
        description="The due date has passed. The reason is counted in the reports.",
        choices=[
            SelectChoice("", "Choose a reason"),
            *(SelectChoice(code.value, words) for code, words in LATENESS_WORDS.items()),
        ],
        widget=GovSelect(),
        validators=[InputRequired("Choose why it is late")],
    )
    submit = SubmitField("Release the reply", widget=GovSubmitInput())

    def without_lateness(self) -> ReleaseForm:
        """The form of an answer that is in time: it asks for no reason."""
        del self.lateness
        return self
