"""Forms on records and on the directory of originators."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovFileInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, RadioField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from sar.cases.forms import VersionedForm
from sar.foundation.admission import RECORDS, what_can_be_sent
from sar.foundation.clock import london_today
from sar.foundation.form_limits import AtMost
from sar.intake.fields import DayField, WordsField, tidy
from sar.records.arrival import MAX_TITLE
from sar.records.directory import MAX_NAME
from sar.records.models import Originator, OriginatorKind, RecordRegime, SettledAs, WithdrawnBecause
from sar.records.roles.forms import RoleFields

OWN = "own"
MAX_REASON = 2_000

KIND_NAMES = {
    OriginatorKind.POLICE: "Police",
    OriginatorKind.COURT: "Court",
    OriginatorKind.NHS: "NHS or health provider",
    OriginatorKind.PRISON: "Prison",
    OriginatorKind.COUNCIL: "Council",
    OriginatorKind.CHARITY: "Charity",
    OriginatorKind.SCHOOL: "School or college",
    OriginatorKind.INDIVIDUAL: "A person",
    OriginatorKind.OTHER: "Another organisation",
}
REGIME_NAMES = {
    RecordRegime.LE: "Part 3 (law enforcement)",
    RecordRegime.UK_GDPR: "UK GDPR",
}
REGIME_HINTS = {
    RecordRegime.LE: "Supervision, licence, risk assessment, recall, enforcement.",
    RecordRegime.UK_GDPR: "Complaints, voluntary welfare and employment services, staff matters.",
}
SETTLED_NAMES = {
    SettledAs.DISCLOSED_APART: "It will be given to the requester another way",
    SettledAs.WITHHELD: "It is withheld",
    SettledAs.NOT_RELEVANT: "It holds nothing about the requester",
    SettledAs.OBTAINED_AGAIN: "We have got it again in a form that can be shown",
}
WITHDRAWN_NAMES = {
    WithdrawnBecause.WRONG_PERSON: "It is about someone else",
    WithdrawnBecause.ADDED_BY_MISTAKE: "It was added by mistake",
    WithdrawnBecause.OUTSIDE_REQUEST: "It is outside what was asked for",
    WithdrawnBecause.BETTER_COPY: "We have a better copy of it",
}


class LawsForm(VersionedForm):
    reason = WordsField(
        "How do you know that these are the laws?",
        description="Kept as a note on the case.",
        missing="Say how you know",
    )
    submit = SubmitField("Count the case by these laws", widget=GovSubmitInput())


def _choices(names: dict[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(member.value, name) for member, name in names.items()]


class AddRecordsForm(RoleFields, FlaskForm):
    """Several files that came from the same place on the same day."""

    files = MultipleFileField(
        "Choose files",
        description=f"You can choose several at once: {what_can_be_sent(RECORDS)}.",
        widget=GovFileInput(multiple=True),
    )
    title = StringField(
        "Title",
        description="For one file only. Leave it empty to use the name of the file.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[Length(max=MAX_TITLE, message=f"The title must be {MAX_TITLE} characters or fewer")],
    )
    originator = SelectField("Where did they come from?", widget=GovSelect())
    regime = RadioField(
        "Which law do they fall under?",
        description="It is a property of each record: add records under different laws separately.",
        widget=GovRadioInput(),
        choices=_choices(REGIME_NAMES),
        validators=[InputRequired("Choose the law that these records fall under")],
    )
    received_on = DayField(
        "When did you receive them?",
        description="For example, 27 3 2026.",
        missing="Enter the date you received them",
        default=london_today,
    )
    document_date = DayField("Date of the document", description="Leave it empty when it is not known.")
    submit = SubmitField("Add records", widget=GovSubmitInput())

    def __init__(self, originators: list[Originator], **more: Any) -> None:
        super().__init__(**more)
        self.originator.choices = [
            SelectChoice(OWN, "Our own records"),
            *(SelectChoice(found.id, found.name) for found in originators),
        ]
        self.offer_controllers(originators)

    @property
    def chosen(self) -> list[FileStorage]:
        """The files that were really chosen: a browser sends one without a name for none."""
        return [file for file in self.files.data or [] if isinstance(file, FileStorage) and file.filename]

    def validate_files(self, _field: MultipleFileField) -> None:
        if not self.chosen:
            raise ValidationError("Choose at least one file")

    def validate_title(self, field: StringField) -> None:
        if field.data and len(self.chosen) > 1:
            raise ValidationError("Leave the title empty when you add several files, or add them one by one")


class SettleForm(FlaskForm):
    outcome = RadioField(
        "What becomes of this record?",
        widget=GovRadioInput(),
        choices=_choices(SETTLED_NAMES),
        validators=[InputRequired("Choose what becomes of this record")],
    )
    reason = TextAreaField(
        "Why?",
        description="Kept with the case. The requester does not see it.",
        widget=GovTextArea(),
        filters=[tidy],
        validators=[InputRequired("Write the reason"), AtMost(MAX_REASON)],
    )
    submit = SubmitField("Settle this record", widget=GovSubmitInput())


class WithdrawForm(FlaskForm):
    reason = RadioField(
        "Why should this record not be in the case?",
        widget=GovRadioInput(),
        choices=_choices(WITHDRAWN_NAMES),
        validators=[InputRequired("Choose why this record should not be in the case")],
    )
    submit = SubmitField("Take it out of the case", widget=GovSubmitInput())


class OriginatorForm(FlaskForm):
    name = StringField(
        "Name",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[InputRequired("Enter the name of the organisation"), AtMost(MAX_NAME)],
    )
    kind = SelectField("Kind", widget=GovSelect(), choices=_choices(KIND_NAMES))
    email = StringField(
        "Email address for requests",
        description="A shared mailbox if there is one.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[AtMost(254)],
    )
    contact_name = StringField(
        "Name of a contact", widget=GovTextInput(), filters=[tidy], validators=[AtMost(MAX_NAME)]
    )
    submit = SubmitField("Save", widget=GovSubmitInput())


class ChangeOriginatorForm(OriginatorForm):
    retired = BooleanField(
        "No longer in use",
        description="It stays with the records that came from it and is offered no more.",
        widget=GovCheckboxInput(),
    )
