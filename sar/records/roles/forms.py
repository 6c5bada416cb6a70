"""Forms on our role for records, and on passing a request on."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from sar.cases.forms import VersionedForm
from sar.foundation.errors import Refused
from sar.intake.answers import MAX_ADDRESS
from sar.intake.fields import DayField, LineField, WordsField
from sar.records.models import Originator, RecordRole
from sar.records.roles.controllers import MAX_NAME, Named, require_named
from sar.records.roles.models import Way
from sar.records.roles.service import MAX_WORDS, Reach

ROLE_NAMES = {
    RecordRole.CONTROLLER: "We decide about it (controller)",
    RecordRole.JOINT_CONTROLLER: "We decide together with another organisation (joint controller)",
    RecordRole.PROCESSOR: "We only hold it for another organisation, which decides (processor)",
}
ROLE_HINTS = {
    RecordRole.CONTROLLER: "We answer for it. Most records are like this.",
    RecordRole.JOINT_CONTROLLER: "We answer for it, and the reply names the other organisation.",
    RecordRole.PROCESSOR: "It never goes into the reply. The request is passed on to them.",
}
WAY_NAMES = {
    Way.EMAIL: "By email",
    Way.POST: "By post",
    Way.PHONE: "By phone",
    Way.IN_PERSON: "In person",
    Way.OTHER: "Another way, such as their own form",
}


class RoleFields:
    """What we are for records, and who else decides about them; part of a form."""

    role = RadioField(
        "What are we for this?",
        choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()],
        default=RecordRole.CONTROLLER.value,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what we are for this")],
    )
    controller = SelectField(
        "Which other organisation?",
        description="Only if we hold it for another organisation, or decide together with one.",
        widget=GovSelect(),
    )
    controller_name = LineField(
        "Or type its name", description="If it is not on the list. The person may be told this name.", most=MAX_NAME
    )

    def offer_controllers(self, entries: list[Originator]) -> None:
        self.controller.choices = [
            SelectChoice("", "None, or typed below"),
            *(SelectChoice(entry.id, entry.name) for entry in entries),
        ]

    def validate_controller(self, _field: SelectField) -> None:
        """Said at the field, before any file is looked at."""
        try:
            require_named(self.role.data or RecordRole.CONTROLLER, self.named)
        except Refused as problem:
            raise ValidationError(problem.message) from None

    @property
    def named(self) -> Named:
        return Named(self.controller.data or None, self.controller_name.data or "")


class RoleForm(RoleFields, VersionedForm):
    reach = RadioField("For which records?", widget=GovRadioInput(), default=Reach.THIS.value)
    submit = SubmitField("Save", widget=GovSubmitInput())


class PassOnForm(VersionedForm):
    information = WordsField(
        "What did the person ask for?",
        description="Only what concerns these records. Leave out anything about other people.",
        most=MAX_WORDS,
        missing="Say what the person asked for",
    )
    channel = RadioField(
        "How does the letter go?",
        choices=[SelectChoice("email", "By email"), SelectChoice("post", "By post")],
        default="email",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how the letter goes")],
    )
    to = WordsField(
        "Email address or postal address",
        description="Of the people there who answer such requests.",
        most=MAX_ADDRESS,
        missing="Say where the letter goes",
    )
    submit = SubmitField("Pass the request on", widget=GovSubmitInput())


class RecordPassedOnForm(VersionedForm):
    on = DayField("On which day?", description="The person is told this day.", missing="Enter the day it was passed on")
    way = RadioField(
        "How was it passed on?",
        choices=[SelectChoice(way.value, name) for way, name in WAY_NAMES.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how it was passed on")],
    )
    submit = SubmitField("Record it", widget=GovSubmitInput())


class ToldForm(VersionedForm):
    contact = WordsField(
        "How can the person reach them?",
        description="The reply says “How to reach them”, then this. For example, write to: Records team, Town Hall, "
        "Calder. Leave it empty if you do not know.",
        most=MAX_WORDS,
    )
    told = RadioField(
        "Does the reply name them?",
        choices=[
            SelectChoice("yes", "Yes"),
            SelectChoice("no", "No: to name them could harm someone, or get in the way of an official process"),
        ],
        default="yes",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose if the reply names them")],
    )
    reason = WordsField(
        "If not, why?", description="Kept with the case. The second person to check it sees this.", most=MAX_WORDS
    )
    submit = SubmitField("Save", widget=GovSubmitInput())
