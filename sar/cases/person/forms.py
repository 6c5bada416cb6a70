"""The form that changes who the person is or how to reach them."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.cases.contact_changes import CHECKED_WORDS, Checked
from sar.cases.forms import VersionedForm
from sar.intake.answers import MAX_ADDRESS, MAX_LINE, MAX_NAME, ROUTE_WORDS, Contact, Details, Route, split_names
from sar.intake.details import WORDS
from sar.intake.fields import DayField, LineField, WordsField


class PersonForm(VersionedForm):
    """What is missing for the way chosen the command says."""

    full_name = LineField(WORDS["full_name"], most=MAX_NAME, missing="Enter the full name")
    former_names = WordsField(
        WORDS["former_names"],
        description="One on each line. If a name above was theirs before, write it here: the records are searched for "
        "these names too.",
        most=MAX_NAME * 10,
    )
    date_of_birth = DayField(WORDS["date_of_birth"])
    route = RadioField(
        WORDS["route"],
        choices=[SelectChoice(route.value, words) for route, words in ROUTE_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how to reach them")],
    )
    address = WordsField(WORDS["address"], description="Where they live, if not in prison.", most=MAX_ADDRESS)
    prison_name = LineField(WORDS["prison_name"], description="Leave empty if they are not in prison.", most=MAX_LINE)
    prison_number = LineField(WORDS["prison_number"], description="For example, A1234BC.", most=20)
    post_address = WordsField(
        WORDS["post_address"],
        description="For letters through a prison: the address of the prison. Else leave it empty to write to the "
        "address above.",
        most=MAX_ADDRESS,
    )
    email = LineField(WORDS["email"], most=254)
    phone = LineField(WORDS["phone"], most=40)
    crn = LineField(WORDS["crn"], description="The case reference number in probation's system.", most=20)
    reason = WordsField(
        "How do you know?",
        description="For example, they rang from the new prison. Kept with what stood here before.",
        missing="Say how you know",
    )
    checked = SelectField(
        "How did you check that it is them who ask?",
        description="A reply is out, or ready to go. If you change how to reach them, it can be opened from there. We "
        "tell the address that we had before. Only the data protection officer may leave this empty.",
        choices=[
            SelectChoice("", "Choose how"),
            *(SelectChoice(one.value, words) for one, words in CHECKED_WORDS.items()),
        ],
        widget=GovSelect(),
        validators=[],
    )
    submit = SubmitField("Save", widget=GovSubmitInput())

    def load(self, details: Details) -> None:
        """Show what we have. An address for letters that is the address itself is shown once."""
        contact = details.contact
        for name in ("full_name", "date_of_birth", "address", "prison_name", "prison_number", "crn"):
            self[name].data = getattr(details, name)
        self.former_names.data = "\n".join(details.former_names)
        self.route.data, self.email.data, self.phone.data = contact.route.value, contact.email, contact.phone
        self.post_address.data = "" if contact.address.strip() == details.address.strip() else contact.address

    @property
    def how_checked(self) -> Checked | None:
        chosen = self.checked.data if "checked" in self else None
        return Checked(chosen) if chosen else None

    def details(self) -> Details:
        """What was filled in. The address of somebody's home is never taken for that of a prison."""
        route, home = Route(self.route.data), self.address.data or ""
        return Details(
            full_name=self.full_name.data or "",
            contact=Contact(
                route=route,
                email=self.email.data or "",
                phone=self.phone.data or "",
                address=self.post_address.data or ("" if route is Route.PRISON else home),
            ),
            former_names=split_names(self.former_names.data or ""),
            date_of_birth=self.date_of_birth.data,
            address=home,
            prison_name=self.prison_name.data or "",
            prison_number=self.prison_number.data or "",
            crn=self.crn.data or "",
        )
