"""The form an officer logs a request with: everything on one page."""

from __future__ import annotations

import secrets
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovRadioInput, GovSubmitInput, GovTextArea, GovTextInput
from wtforms import HiddenField, RadioField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from sar.foundation.clock import london_today
from sar.intake.answers import (
    EVERYTHING,
    FIRST_DAY,
    MAX_ADDRESS,
    MAX_LINE,
    MAX_NAME,
    MAX_WANTED,
    Channel,
    Contact,
    IdentityKind,
    RequestAnswers,
    Route,
    is_email,
    is_phone,
    split_names,
)
from sar.intake.fields import DayField, tidy

CHANNEL_NAMES = {
    Channel.POST: "By post",
    Channel.EMAIL: "By email",
    Channel.COUNTER: "Handed in at an office",
    Channel.TELEPHONE: "By telephone",
    Channel.VERBAL: "Said to a member of staff",
}
ROUTE_NAMES = {
    Route.POST: "By letter",
    Route.EMAIL: "By email",
    Route.PHONE: "By phone",
    Route.PRISON: "By letter, through the prison",
}


def _line(label: str, hint: str = "", limit: int = MAX_LINE, *more: Any) -> StringField:
    return StringField(
        label, description=hint, widget=GovTextInput(), filters=[tidy], validators=[*more, Length(max=limit)]
    )


def _text(label: str, hint: str, limit: int) -> TextAreaField:
    return TextAreaField(label, description=hint, widget=GovTextArea(), filters=[tidy], validators=[Length(max=limit)])


class LogRequestForm(FlaskForm):
    submission_key = HiddenField(validators=[Length(max=60)])
    channel = RadioField(
        "How did the request arrive?",
        widget=GovRadioInput(),
        choices=[SelectChoice(channel.value, name) for channel, name in CHANNEL_NAMES.items()],
        validators=[InputRequired("Choose how the request arrived")],
    )
    received_on = DayField(
        "Date received",
        description="The day it reached anyone in the organisation, working day or not. The clock starts from it.",
        missing="Enter the date the request was received",
    )
    full_name = _line("Full name", "", MAX_NAME, InputRequired("Enter the requester's full name"))
    former_names = _text("Former or other names", "One on each line.", MAX_NAME * 10)
    date_of_birth = DayField("Date of birth")
    address = _text("Address", "Leave empty for someone in prison or of no fixed address.", MAX_ADDRESS)
    prison_name = _line("Prison, if in custody")
    prison_number = _line("Prison number", "For example, A1234BC.", 20)
    last_contact_on = DayField("Date of last contact with probation", description="Leave empty if not known.")
    office = _line("Probation office")
    wanted = _text("What they want", "In their own words. Leave empty if they want everything.", MAX_WANTED)
    wanted_from = DayField("Records from", description="Only if they gave dates.")
    wanted_to = DayField("Records up to")
    route = RadioField(
        "How to reach the requester",
        widget=GovRadioInput(),
        choices=[SelectChoice(route.value, name) for route, name in ROUTE_NAMES.items()],
        validators=[InputRequired("Choose how to reach the requester")],
    )
    email = _line("Email address", "", 254)
    phone = _line("Phone number", "", 40)
    post_address = _text("Address for letters", "Leave empty to use the address above.", MAX_ADDRESS)
    photo = FileField(
        "Copy of identity document, if they sent one",
        description="JPG, PNG or HEIC. It is destroyed once identity is checked. Identity is not a condition of a "
        "valid request.",
        widget=GovFileInput(),
    )
    submit = SubmitField("Log this request", widget=GovSubmitInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Made with the empty form: pressing the button twice sends the same one twice.
        self.submission_key.data = self.submission_key.data or secrets.token_urlsafe(24)

    def validate_received_on(self, field: DayField) -> None:
        if field.data and field.data > london_today():
            raise ValidationError("The date received cannot be in the future")
        if field.data and field.data < FIRST_DAY:
            raise ValidationError("Check the year of the date received")

    def validate_email(self, field: StringField) -> None:
        if (field.data or self.route.data == Route.EMAIL) and not is_email(field.data or ""):
            raise ValidationError("Enter an email address, like name@example.com")

    def validate_phone(self, field: StringField) -> None:
        if (field.data or self.route.data == Route.PHONE) and not is_phone(field.data or ""):
            raise ValidationError("Enter a phone number, like 07700 900 123")

    def validate_post_address(self, field: TextAreaField) -> None:
        if self.route.data == Route.POST and not (field.data or self.address.data):
            raise ValidationError("Enter the address to write to")

    def validate_prison_name(self, field: StringField) -> None:
        if self.route.data == Route.PRISON and not field.data:
            raise ValidationError("Enter the prison to write to")

    def answers(self) -> RequestAnswers:
        """What was filled in, as a request."""
        contact = Contact(
            route=Route(self.route.data),
            email=self.email.data or "",
            phone=self.phone.data or "",
            address=self.post_address.data or self.address.data or "",
        )
        return RequestAnswers(
            full_name=self.full_name.data or "",
            contact=contact,
            former_names=split_names(self.former_names.data or ""),
            date_of_birth=self.date_of_birth.data,
            address=self.address.data or "",
            prison_name=self.prison_name.data or "",
            prison_number=self.prison_number.data or "",
            last_contact_on=self.last_contact_on.data,
            office=self.office.data or "",
            wanted=self.wanted.data or EVERYTHING,
            wanted_from=self.wanted_from.data,
            wanted_to=self.wanted_to.data,
            identity_kind=IdentityKind.NONE,
        )
