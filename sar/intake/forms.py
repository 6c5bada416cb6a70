"""The public questions, one form to a page, in words a nine-year-old can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput, GovRadioInput, GovTextArea, GovTextInput
from wtforms import BooleanField, EmailField, Field, RadioField, SubmitField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Optional, ValidationError

from sar.foundation.admission import PICTURES, accept_attribute
from sar.foundation.clock import london_today
from sar.intake.answers import (
    MAX_ADDRESS,
    MAX_FORMER_NAMES,
    MAX_LINE,
    MAX_NAME,
    MAX_WANTED,
    OLDEST_BIRTH_YEAR,
    IdentityKind,
    Route,
    is_email,
    is_phone,
    split_names,
)
from sar.intake.fields import DayField, LineField, WordsField, tidy
from sar.intake.helper_forms import AuthorityForm, HelperForm
from sar.intake.question_form import QuestionForm, choices, narrow
from sar.intake.questions import Answers, is_for_other, routes

# The camera's own formats by type as well: some phones offer the camera only then.
PHOTO_ACCEPT = f"{accept_attribute(PICTURES)},image/jpeg,image/png,image/heic"


class NameForm(QuestionForm):
    title = "What is your full name?"
    other_title = "What is the full name of the person you ask for?"
    other_words = {"full_name": (other_title, "Their first names and their last name.")}
    extras = {"full_name": {"attributes": {"autocomplete": "name", "spellcheck": "false"}}}
    full_name = LineField(
        title,
        description="Your first names and your last name.",
        missing="Write your full name",
        most=MAX_NAME,
        too_long="Write a shorter name",
    )


class OtherNamesForm(QuestionForm):
    title = "Have you had other names?"
    other_title = "Have they had other names?"
    other_words = {
        "names": (
            other_title,
            "Names from before, nicknames, or other ways to spell their name. Put each one on a new line. If there are "
            "none, or you do not know, leave this empty.",
        )
    }
    extras = {"names": {"rows": 4, "attributes": {"spellcheck": "false"}}}
    names = TextAreaField(
        title,
        description="Names from before, nicknames, or other ways to spell your name. Put each one on a new line. "
        "If you have none, leave this empty.",
        widget=GovTextArea(),
        filters=[tidy],
    )

    def validate_names(self, field: Field) -> None:
        names = split_names(field.data or "")
        if len(names) > MAX_FORMER_NAMES or any(len(name) > MAX_NAME for name in names):
            raise ValidationError(f"Write up to {MAX_FORMER_NAMES} names, each on a new line")


class BirthForm(QuestionForm):
    title = "When were you born?"
    other_title = "When were they born?"
    other_words = {
        "date_of_birth": (
            other_title,
            "For example, 27 3 1985. This helps us find their records and nobody else's. If you do not know, leave "
            "this empty.",
        )
    }
    date_of_birth = DayField(
        title,
        description="For example, 27 3 1985. This helps us find your records and nobody else's. "
        "You can leave it empty, but we may have to ask you later.",
    )

    def validate_date_of_birth(self, field: Field) -> None:
        if field.data and not (field.data.year >= OLDEST_BIRTH_YEAR and field.data < london_today()):
            raise ValidationError("Check the year you were born")


class WhereForm(QuestionForm):
    title = "Where do you live now?"
    other_title = "Where do they live now?"
    other_words = {"living": (other_title, "")}
    living = RadioField(
        title,
        widget=GovRadioInput(),
        choices=choices(address="At an address", prison="In prison", none="I have no fixed address"),
        validators=[InputRequired("Choose where you live now")],
    )

    def speak_of_other(self) -> None:
        super().speak_of_other()
        self.living.choices = choices(address="At an address", prison="In prison", none="No fixed address")


class AddressForm(QuestionForm):
    title = "What is your address?"
    other_title = "What is their address?"
    other_words = {"address": (other_title, "House number, street, town and postcode.")}
    extras = {"address": {"rows": 4, "attributes": {"autocomplete": "street-address"}}}
    address = WordsField(
        title,
        description="House number, street, town and postcode.",
        missing="Write your address",
        most=MAX_ADDRESS,
        too_long="Write a shorter address",
    )


class PrisonForm(QuestionForm):
    title = "Which prison are you in?"
    other_title = "Which prison are they in?"
    other_words = {
        "prison_number": ("Their prison number", "For example, A1234BC. If you do not know it, leave this empty.")
    }
    extras = {"prison_number": narrow("one-third", autocapitalize="characters", spellcheck="false")}
    prison_name = LineField(
        "Name of the prison", missing="Write the name of the prison", most=MAX_LINE, too_long="Write less"
    )
    prison_number = LineField(
        "Your prison number",
        description="For example, A1234BC. If you do not know it, leave this empty.",
        most=20,
        too_long="Check your prison number",
    )


class LastContactForm(QuestionForm):
    title = "When were you last in touch with probation?"
    on = DayField("The last day you met, called or wrote", description="Near enough is fine. For example, 14 6 2025.")
    unknown = BooleanField("I do not know", widget=GovCheckboxInput())

    def validate_on(self, field: Field) -> None:
        if field.data and self.unknown.data:
            raise ValidationError("Give a date, or tick “I do not know”, not both")
        if not field.data and not self.unknown.data:
            raise ValidationError("Give a date, or tick “I do not know”")
        if field.data and field.data > london_today():
            raise ValidationError("This day has not come yet. Check the date")


class OfficeForm(QuestionForm):
    title = "Which probation office do you go to?"
    other_title = "Which probation office do they go to?"
    other_words = {
        "office": (
            other_title,
            "Or the last one they went to. The name of the town is enough. If you do not know, leave this empty.",
        )
    }
    office = LineField(
        title,
        description="Or the last one you went to. The name of the town is enough. "
        "If you do not know, leave this empty.",
        most=MAX_LINE,
        too_long="Write a shorter name",
    )


class StaffForm(QuestionForm):
    """May be passed with nothing in it: a request is as good without an answer."""

    title = "Keeping your request private"
    other_title = "Keeping their request private"
    other_words = {
        "said": (
            "Do they, or does anyone in their family, work for us?",
            "We ask so that we can choose who must not see their records. It does not slow your request. You do not "
            "have to answer.",
        )
    }
    extras = {"staff_name": {"attributes": {"spellcheck": "false"}}}
    said = RadioField(
        "Do you, or does anyone in your family, work for us?",
        description="We ask so that we can choose who must not see your records. It does not slow your request. You do "
        "not have to answer.",
        widget=GovRadioInput(),
        choices=choices(yes="Yes", no="No"),
        validate_choice=False,  # no answer is an answer
        validators=[Optional(), AnyOf(("yes", "no"))],
    )
    staff_name = LineField(
        "Who works for us?",
        description="Their name. Leave this empty if nobody does, or if you do not want to say.",
        most=MAX_NAME,
        too_long="Write a shorter name",
    )


class WantedForm(QuestionForm):
    title = "What do you want to see?"
    all = RadioField(
        title,
        description="Asking for only some things can be quicker.",
        widget=GovRadioInput(),
        choices=choices(all="Everything you hold about me", some="Only some things"),
        validators=[InputRequired("Choose what you want to see")],
    )

    def speak_of_other(self) -> None:
        super().speak_of_other()
        self.all.choices = choices(all="Everything you hold about them", some="Only some things")


class DetailsForm(QuestionForm):
    title = "Tell us what you want to see"
    extras = {"wanted": {"rows": 6}}
    wanted = WordsField(
        "What are you looking for?",
        description="For example: “my risk reports” or “letters about my licence”.",
        missing="Write what you are looking for",
        most=MAX_WANTED,
        too_long=f"Use up to {MAX_WANTED} letters",
    )
    from_day = DayField("From which day?", description="If any day will do, leave this empty.")
    to_day = DayField("Up to which day?", description="If any day will do, leave this empty.")

    def validate_to_day(self, field: Field) -> None:
        if field.data and self.from_day.data and self.from_day.data > field.data:
            raise ValidationError("The last day must come after the first day")


ROUTE_LABELS = {
    Route.PRISON: "By letter, to me in prison",
    Route.EMAIL: "By email",
    Route.PHONE: "By phone",
    Route.POST: "By letter",
}


class ContactForm(QuestionForm):
    title = "How should we reach you?"
    route = RadioField(
        title,
        description="Choose one that only you see. We use it to answer you.",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how we should reach you")],
    )

    def load_choices(self, answers: Answers) -> None:
        self.route.choices = [SelectChoice(route.value, ROUTE_LABELS[route]) for route in routes(answers)]


class EmailForm(QuestionForm):
    title = "What is your email address?"
    extras = {"email": {"attributes": {"autocomplete": "email", "spellcheck": "false"}}}
    email = EmailField(title, widget=GovTextInput(), filters=[tidy], validators=[InputRequired("Write your email")])

    def validate_email(self, field: Field) -> None:
        if not is_email(field.data or ""):
            raise ValidationError("Write an email address like name@example.com")


class PhoneForm(QuestionForm):
    title = "What is your phone number?"
    extras = {"phone": narrow("one-half", autocomplete="tel", inputmode="tel")}
    phone = TelField(
        title,
        description="We will only tell you what it is about when we know it is you.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[InputRequired("Write your phone number")],
    )

    def validate_phone(self, field: Field) -> None:
        if not is_phone(field.data or ""):
            raise ValidationError("Write a phone number like 07700 900 123")


class LetterForm(AddressForm):
    title = "Where should we write to you?"
    other_title = title
    other_words = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address.label.text = self.title

    def load(self, given: Mapping[str, Any], _all: Answers) -> None:
        own = {} if is_for_other(_all) else _all.get("address", {})
        self.address.data = given.get("address") or own.get("address")


class PhotoForm(QuestionForm):
    title = "Send a photo of your ID"
    extras = {"photo": {"attributes": {"accept": PHOTO_ACCEPT}}}
    photo = FileField("Choose or take a photo", widget=GovFileInput())
    without = SubmitField("I cannot send a photo")

    def params(self, field: Field) -> dict[str, Any]:
        # The page says more than the field's label, so the label is not its heading.
        return {**super().params(field), "label": {"classes": "govuk-label--m"}}


class NoPhotoForm(QuestionForm):
    title = "How else can we know it is you?"
    kind = RadioField(
        "Choose one",
        widget=GovRadioInput(),
        choices=[
            SelectChoice(IdentityKind.WORKER.value, "Someone who works with me knows who I am"),
            SelectChoice(IdentityKind.IN_PERSON.value, "I can show my ID or letters at an office"),
            SelectChoice(IdentityKind.QUESTIONS.value, "I can answer questions about my records"),
            SelectChoice(IdentityKind.UNSURE.value, "I am not sure. Please get in touch with me"),
        ],
        validators=[InputRequired("Choose one. If none fits, choose “I am not sure”")],
    )
    worker = LineField(
        "Name of the person who knows you",
        description="Only if you chose the first one. For example, your probation worker or key worker.",
        most=MAX_LINE,
        too_long="Write a shorter name",
    )


class SendForm(FlaskForm):
    """The last step, a button alone; the answers are in the draft."""


FORMS: dict[str, type[QuestionForm]] = {
    "helper": HelperForm,
    "name": NameForm,
    "other-names": OtherNamesForm,
    "date-of-birth": BirthForm,
    "where": WhereForm,
    "address": AddressForm,
    "prison": PrisonForm,
    "last-contact": LastContactForm,
    "office": OfficeForm,
    "staff": StaffForm,
    "wanted": WantedForm,
    "details": DetailsForm,
    "contact": ContactForm,
    "email": EmailForm,
    "phone": PhoneForm,
    "letter": LetterForm,
    "no-photo": NoPhotoForm,
    "authority": AuthorityForm,
}
