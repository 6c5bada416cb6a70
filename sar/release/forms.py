"""Forms of release."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput, GovTextArea
from wtforms import RadioField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from sar.cases.disclosures import Part
from sar.cases.late_form import LateForm, lateness_field
from sar.foundation.form_limits import AtMost
from sar.intake.fields import DayField, WordsField, tidy
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
# None for the whole answer, or the part it is; what is still to come, and by when.
Answer = tuple[Part | None, str, date | None]


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
        validators=[AtMost(2_000)],
    )
    rest_by = DayField(
        "If not, when do you expect to send the rest?",
        description="The person is told this. Empty means the due date.",
    )
    submit = SubmitField("Make the reply", widget=GovSubmitInput())

    @property
    def answer(self) -> Answer:
        return Part(self.part.data) if self.part.data else None, self.still_to_come.data or "", self.rest_by.data

    def as_text(self) -> str:
        """The same for an address; `answer_of` reads it."""
        part, rest, by = self.answer
        return f"{part or ''}|{by.isoformat() if by else ''}|{rest}"


def answer_of(text: str) -> Answer:
    """What `MakeForm.as_text` wrote."""
    part, by, rest = text.split("|", 2)
    return Part(part) if part else None, rest, date.fromisoformat(by) if by else None


class StopForm(FlaskForm):
    reason = WordsField("Why?", description="Kept as a note on the case.", most=2_000, missing="Say why")
    submit = SubmitField("Stop this reply", widget=GovSubmitInput())


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
