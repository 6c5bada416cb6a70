"""The form an officer logs a request with: everything on one page."""

from __future__ import annotations

import secrets
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovFileInput,
    GovRadioInput,
    GovSubmitInput,
)
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from sar.foundation.clock import london_today
from sar.foundation.form_limits import AtMost
from sar.intake.answers import (
    CHANNEL_WORDS,
    EVERYTHING,
    FIRST_DAY,
    MAX_ADDRESS,
    MAX_LINE,
    MAX_NAME,
    MAX_WANTED,
    RELATIONSHIP_WORDS,
    ROUTE_WORDS,
    Channel,
    Contact,
    IdentityKind,
    Relationship,
    Representative,
    RequestAnswers,
    Route,
    is_email,
    is_phone,
    split_names,
    staff_connection_from,
)
from sar.intake.fields import DayField, LineField, WordsField

NO_COPY = "none"
LOGGED = tuple(channel for channel in Channel if channel is not Channel.ONLINE)


def _line(label: str, hint: str = "", limit: int = MAX_LINE, missing: str = "") -> LineField:
    return LineField(label, description=hint, most=limit, missing=missing)


def _text(label: str, hint: str, limit: int) -> WordsField:
    return WordsField(label, description=hint, most=limit)


def _require_choice(field: RadioField, message: str, *, needed: bool) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        field.data = None
        if needed:
            raise ValidationError(message)


class LogRequestForm(FlaskForm):
    submission_key = HiddenField(validators=[AtMost(60)])
    channel = RadioField(
        "How did the request arrive?",
        widget=GovRadioInput(),
        choices=[SelectChoice(channel.value, CHANNEL_WORDS[channel]) for channel in LOGGED],
        validators=[InputRequired("Choose how the request arrived")],
    )
    received_on = DayField(
        "Date received",
        description="The day it reached anyone in the organisation, working day or not. The clock starts from it.",
        missing="Enter the date the request was received",
    )
    full_name = _line("Full name", "", MAX_NAME, "Enter the requester's full name")
    former_names = _text("Former or other names", "One on each line.", MAX_NAME * 10)
    date_of_birth = DayField("Date of birth")
    address = _text("Address", "Leave empty for someone in prison or of no fixed address.", MAX_ADDRESS)
    prison_name = _line("Prison, if in custody")
    prison_number = _line("Prison number", "For example, A1234BC.", 20)
    crn = _line("CRN", "The case reference number in probation's system. Leave empty if not known.", 20)
    last_contact_on = DayField("Date of last contact with probation", description="Leave empty if not known.")
    office = _line("Probation office")
    wanted = _text("What they want", "In their own words. Leave empty if they want everything.", MAX_WANTED)
    wanted_from = DayField("Records from", description="Only if they gave dates.")
    wanted_to = DayField("Records up to")
    route = RadioField(
        "How to reach the requester",
        widget=GovRadioInput(),
        choices=[SelectChoice(route.value, name) for route, name in ROUTE_WORDS.items()],
        validate_choice=False,  # see validate_route: whether one is needed depends on the other answers
    )
    email = _line("Email address", "", 254)
    phone = _line("Phone number", "", 40)
    post_address = _text(
        "Address for letters",
        "For letters through a prison: the address of the prison. Else leave it empty to write to the address above.",
        MAX_ADDRESS,
    )
    relationship = RadioField(
        "Does someone ask for this person?",
        description="They must show that they may ask. That can come later.",
        widget=GovRadioInput(),
        choices=[
            SelectChoice("", "No, they ask for themselves"),
            *(SelectChoice(one.value, name) for one, name in RELATIONSHIP_WORDS.items()),
        ],
        default="",
    )
    rep_name = _line("Name of whoever asks", "", MAX_NAME)
    rep_organisation = _line("Their organisation, if any")
    letters_to = RadioField(
        "Letters go to",
        widget=GovRadioInput(),
        choices=[SelectChoice("representative", "Whoever asks"), SelectChoice("person", "The person themselves")],
        default="representative",
    )
    rep_route = RadioField(
        "How to reach whoever asks",
        widget=GovRadioInput(),
        choices=[SelectChoice(route.value, ROUTE_WORDS[route]) for route in (Route.POST, Route.EMAIL, Route.PHONE)],
        validate_choice=False,  # see validate_route: whether one is needed depends on the other answers
    )
    rep_email = _line("Email address of whoever asks", "", 254)
    rep_phone = _line("Phone number of whoever asks", "", 40)
    rep_address = _text("Address of whoever asks", "", MAX_ADDRESS)
    staff_said = RadioField(
        "Does the person, or anyone in their family, work here?",
        description="If they said so or you know it. After a yes only the data protection officers see the case, until "
        "they have said who may. It is not a condition of a valid request, and the time limit stays as it is.",
        widget=GovRadioInput(),
        choices=[SelectChoice("", "Not said"), SelectChoice("no", "No"), SelectChoice("yes", "Yes")],
        default="",
    )
    staff_name = _line("Who works here, if they said", "", MAX_NAME)
    mail_draft = HiddenField(validators=[AtMost(26)])
    mail_copies = SelectMultipleField(
        "Which of these are copies of an identity document?",
        description="A JPG, PNG or HEIC is kept apart and destroyed once identity is settled. Another kind of file is "
        "not kept: if you need it to check identity, add a photo of it below. The email is then kept without those "
        "files and without pictures.",
        widget=GovCheckboxesInput(),
        # No answer is given beforehand: a copy that nobody looked for would live on inside the mail.
        validators=[InputRequired("Look at these files and say which are copies of an identity document, or none")],
    )
    go_on = BooleanField("Log it as a request of its own all the same", widget=GovCheckboxInput())
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

    def offer_copies(self, possible: list[tuple[int, str]]) -> None:
        """What in the mail that fills this form may be a copy of an ID; without any, the question is not asked."""
        if not possible:
            del self.mail_copies
            return
        self.mail_copies.choices = [
            *(SelectChoice(str(number), name) for number, name in possible),
            SelectChoice(NO_COPY, "None of them"),
        ]

    @property
    def copies(self) -> list[int]:
        """The numbers of the attachments that are copies of an identity document."""
        chosen = self.mail_copies.data if self.mail_copies else []
        return [int(number) for number in chosen if number != NO_COPY]

    def validate_mail_copies(self, field: SelectMultipleField) -> None:
        if NO_COPY in field.data and len(field.data) > 1:
            raise ValidationError("Choose the copies, or “None of them”, not both")

    @property
    def _for_someone(self) -> bool:
        return bool(self.relationship.data)

    @property
    def _letters_elsewhere(self) -> bool:
        return self._for_someone and self.letters_to.data != "person"

    def validate_route(self, field: RadioField) -> None:
        _require_choice(field, "Choose how to reach the requester", needed=not self._letters_elsewhere)

    def validate_relationship(self, field: RadioField) -> None:
        """What came through somebody is asked for by somebody: without their authority nothing may go to them."""
        if not field.data and self.channel.data in (Channel.SOLICITOR, Channel.RELATIVE):
            raise ValidationError("Choose what they are to the person, or another way in which the request arrived")

    def validate_rep_name(self, field: StringField) -> None:
        if self._for_someone and not field.data:
            raise ValidationError("Enter the name of whoever asks")

    def validate_rep_route(self, field: RadioField) -> None:
        _require_choice(field, "Choose how to reach whoever asks", needed=self._for_someone)

    def validate_rep_email(self, field: StringField) -> None:
        if self._for_someone and (field.data or self.rep_route.data == Route.EMAIL) and not is_email(field.data or ""):
            raise ValidationError("Enter an email address, like name@example.com")

    def validate_rep_phone(self, field: StringField) -> None:
        if self._for_someone and (field.data or self.rep_route.data == Route.PHONE) and not is_phone(field.data or ""):
            raise ValidationError("Enter a phone number, like 07700 900 123")

    def validate_rep_address(self, field: TextAreaField) -> None:
        if self._for_someone and self.rep_route.data == Route.POST and not field.data:
            raise ValidationError("Enter the address of whoever asks")

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
        """What was filled in, as a request. The address of somebody's home is never taken for that of a prison."""
        route, home = Route(self.route.data or Route.POST), self.address.data or ""
        contact = Contact(
            route=route,
            email=self.email.data or "",
            phone=self.phone.data or "",
            address=self.post_address.data or ("" if route is Route.PRISON else home),
        )
        return RequestAnswers(
            full_name=self.full_name.data or "",
            contact=contact,
            former_names=split_names(self.former_names.data or ""),
            date_of_birth=self.date_of_birth.data,
            address=home,
            prison_name=self.prison_name.data or "",
            prison_number=self.prison_number.data or "",
            crn=self.crn.data or "",
            last_contact_on=self.last_contact_on.data,
            office=self.office.data or "",
            wanted=self.wanted.data or EVERYTHING,
            wanted_from=self.wanted_from.data,
            wanted_to=self.wanted_to.data,
            identity_kind=IdentityKind.NONE,
            representative=self._representative(),
            staff_connection=staff_connection_from(self.staff_said.data or "", self.staff_name.data or ""),
        )

    def _representative(self) -> Representative | None:
        if not self._for_someone:
            return None
        return Representative(
            relationship=Relationship(self.relationship.data),
            name=self.rep_name.data or "",
            organisation=self.rep_organisation.data or "",
            gets_letters=self._letters_elsewhere,
            contact=Contact(
                route=Route(self.rep_route.data),
                email=self.rep_email.data or "",
                phone=self.rep_phone.data or "",
                address=self.rep_address.data or "",
            ),
        )


class MailForm(FlaskForm):
    mail = FileField(
        "The email, saved as a file",
        description="EML, or MSG from Outlook. We read it in a safe place and fill in the form for you to check.",
        widget=GovFileInput(),
        validators=[FileRequired("Choose the file")],
    )
    submit = SubmitField("Read it", widget=GovSubmitInput())
