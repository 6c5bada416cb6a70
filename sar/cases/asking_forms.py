"""Forms about who is asking, and about what is no valid request."""

from __future__ import annotations

from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovRadioInput, GovSubmitInput
from wtforms import BooleanField, RadioField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from sar.cases.forms import DatedForm, VersionedForm
from sar.cases.late_form import LateForm, lateness_field
from sar.cases.not_valid import REASONS, REPEATED
from sar.cases.proofs import AUTHORITY
from sar.intake import evidence
from sar.intake.answers import (
    MAX_ADDRESS,
    MAX_LINE,
    MAX_NAME,
    RELATIONSHIP_WORDS,
    Contact,
    Relationship,
    Representative,
    Route,
)
from sar.intake.fields import DayField, LineField, WordsField


class IdentityForm(DatedForm):
    """`on` is asked for only where proof was: that day starts the clock."""

    evidence = RadioField(
        "What shows who the person is?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what shows who the person is")],
    )
    known_by = LineField(
        "Who knows them",
        description="Only if they are known in person. The name and job of the member of staff.",
        most=MAX_NAME,
    )
    how = LineField(
        "How they know them",
        description="Only if they are known in person. For example, has been their officer since May. Never write down "
        "the number of a document.",
        most=MAX_LINE,
    )
    on = DayField(
        "When did the proof reach us?",
        description="The day it reached any part of the organisation. The clock starts on that day.",
        missing="Enter the day the proof came",
    )
    submit = SubmitField("Identity is settled", widget=GovSubmitInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence.choices = [SelectChoice(code, words) for code, words in evidence.choices().items()]

    def validate_known_by(self, field: StringField) -> None:
        if self.evidence.data == evidence.KNOWN and not field.data:
            raise ValidationError("Say who knows the person")

    def validate_how(self, field: StringField) -> None:
        if self.evidence.data == evidence.KNOWN and not field.data:
            raise ValidationError("Say how they know the person")


class AuthorityForm(DatedForm):
    """`on` is asked for only where authority was: that day starts the clock."""

    document = RadioField(
        "What shows that they may ask?",
        choices=[SelectChoice(code, words) for code, words in AUTHORITY.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what shows that they may ask")],
    )
    given_by = LineField("Who gave it", description="Whoever signed it, or the court.", most=MAX_NAME)
    dated = DayField("Date on the document", description="Leave empty if it has none.")
    scope = LineField(
        "What it covers",
        description="For example, all records, or the records of 2024 only. Never write down the number of a document.",
        missing="Say what it covers",
        most=MAX_LINE,
    )
    on = DayField(
        "When did it reach us?",
        description="The day it reached any part of the organisation. The clock starts on that day.",
        missing="Enter the day it came",
    )
    submit = SubmitField("Authority is settled", widget=GovSubmitInput())


class NotValidForm(VersionedForm, LateForm):
    code = RadioField(
        "Why is this not a valid request?",
        choices=[SelectChoice(code, reason.label) for code, reason in REASONS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why this is not a valid request")],
    )
    words = WordsField(
        "Say it in your own words",
        description="If you write to the person, they read this. If another organisation holds the records, say who, "
        "and how to ask them.",
        missing="Say it in your own words",
    )
    earlier = LineField(
        "Reference of the earlier request",
        description="Only for the same request, sent again: the one that is answered. It looks like SAR-7KQD-M3XP.",
        most=40,
    )
    tell = BooleanField("Write to the person and say so", widget=GovCheckboxInput(), default=True)
    lateness = lateness_field()
    submit = SubmitField("Set it aside", widget=GovSubmitInput())

    def validate_earlier(self, field: StringField) -> None:
        if self.code.data == REPEATED and not field.data:
            raise ValidationError("Give the reference of the earlier request")
        if self.code.data != REPEATED and field.data:
            raise ValidationError("Leave this empty, or choose that it is the same request, sent again")


class RepresentativeForm(VersionedForm):
    """Who asks for the person. What is missing the command says."""

    name = LineField("Name", most=MAX_NAME, missing="Enter their name")
    organisation = LineField("Organisation, if any", most=MAX_LINE)
    relationship = RadioField(
        "What are they to the person?",
        choices=[SelectChoice(one.value, words) for one, words in RELATIONSHIP_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what they are to the person")],
    )
    route = RadioField(
        "How to reach them",
        choices=[
            SelectChoice(Route.POST.value, "By letter"),
            SelectChoice(Route.EMAIL.value, "By email"),
            SelectChoice(Route.PHONE.value, "By phone"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how to reach them")],
    )
    email = LineField("Email address", most=254)
    phone = LineField("Phone number", most=40)
    address = WordsField("Address", most=MAX_ADDRESS)
    gets_letters = BooleanField("Letters go to them, not to the person", widget=GovCheckboxInput(), default=True)
    submit = SubmitField("Save", widget=GovSubmitInput())

    def representative(self) -> Representative:
        return Representative(
            relationship=Relationship(self.relationship.data),
            name=self.name.data or "",
            organisation=self.organisation.data or "",
            gets_letters=bool(self.gets_letters.data),
            contact=Contact(
                route=Route(self.route.data),
                email=self.email.data or "",
                phone=self.phone.data or "",
                address=self.address.data or "",
            ),
        )
