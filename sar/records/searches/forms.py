"""Forms on the directory of areas and on the searches of a case."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from sar.foundation.form_limits import AtMost
from sar.intake.fields import tidy
from sar.records.models import Record
from sar.records.searches.directory import MAX_DAYS, MAX_NAME, MAX_TOLD
from sar.records.searches.models import Search, SearchArea, SearchState
from sar.records.searches.queries import Asked
from sar.records.searches.service import MAX_REASON, MOST_PAGES

OUTCOME_NAMES = {
    SearchState.FOUND: "Records were found",
    SearchState.NOTHING_HELD: "Nothing is held there",
    SearchState.NOT_SEARCHED: "It was not searched",
    SearchState.NOT_PRODUCED: "There is something, but it could not be produced",
    SearchState.DESTROYED: "It was destroyed under the retention schedule",
}


class AreaForm(FlaskForm):
    name = StringField(
        "Name of the area",
        description="A system, a place or an organisation, for example: Risk assessments.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[InputRequired("Enter the name of the area"), AtMost(MAX_NAME)],
    )
    told_as = StringField(
        "How the reply names it",
        description="It follows the words “Where we looked”. Use everyday words, for example: our assessments of risk.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[InputRequired("Enter how the reply names this area"), AtMost(MAX_TOLD)],
    )
    usual_days = IntegerField(
        "Days to answer",
        description="How many days someone who is asked usually needs, weekends counted.",
        widget=GovTextInput(),
        validators=[
            InputRequired("Enter how many days an answer takes"),
            NumberRange(1, MAX_DAYS, f"Enter a number of days from 1 to {MAX_DAYS}"),
        ],
    )
    submit = SubmitField("Save", widget=GovSubmitInput())


class ChangeAreaForm(AreaForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    retired = BooleanField(
        "No longer in use",
        description="It stays with the cases that it was searched for, and is on no new list.",
        widget=GovCheckboxInput(),
    )


class PersonForm(FlaskForm):
    """Someone who can be asked."""

    name = StringField(
        "Name",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[InputRequired("Enter their name"), AtMost(MAX_NAME)],
    )
    email = StringField(
        "Email address",
        description="A shared mailbox if there is one.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[InputRequired("Enter their email address"), AtMost(254)],
    )
    manager_email = StringField(
        "Email address of their manager",
        description="We write there when no answer comes. If it is empty, the data protection officer is told.",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[AtMost(254)],
    )


class ContactForm(PersonForm):
    role = StringField("Role", widget=GovTextInput(), filters=[tidy], validators=[AtMost(MAX_NAME)])
    submit = SubmitField("Save", widget=GovSubmitInput())


class ChangeContactForm(ContactForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    retired = BooleanField("No longer a contact", widget=GovCheckboxInput())


class ResponsibleOfficerForm(PersonForm):
    """`version` is empty where nobody was named yet."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    submit = SubmitField("Save", widget=GovSubmitInput())


class ChooseForm(FlaskForm):
    areas = SelectMultipleField(
        "Where do we look?",
        description="Take away the ticks of areas that cannot hold anything about this person.",
        widget=GovCheckboxesInput(),
    )
    reason = TextAreaField(
        "Why not in the others?",
        description="Needed if you leave an area out. Kept with the case; the requester does not see it.",
        widget=GovTextArea(),
        filters=[tidy],
        validators=[AtMost(MAX_REASON)],
    )
    submit = SubmitField("Save the list", widget=GovSubmitInput())

    def offer(self, areas: Sequence[SearchArea]) -> None:
        self.areas.choices = [SelectChoice(area.id, area.name) for area in areas]
        if not self.is_submitted():
            self.areas.data = [area.id for area in areas]


class AskForm(FlaskForm):
    people = SelectMultipleField(
        "Whom do you ask?", widget=GovCheckboxesInput(), validators=[InputRequired("Choose whom to ask")]
    )
    look_for = TextAreaField(
        "What should they look for?",
        description=(
            "They are told the name, date of birth, prison number, office and period. "
            "Add only what they need to find the records, or nothing."
        ),
        widget=GovTextArea(),
        filters=[tidy],
        validators=[AtMost(MAX_REASON)],
    )
    submit = SubmitField("Ask them", widget=GovSubmitInput())

    def offer(self, people: Sequence[Asked]) -> None:
        self.people.choices = [
            SelectChoice(one.key, ", ".join(part for part in (one.name, one.role, one.email) if part)) for one in people
        ]


class ResultForm(FlaskForm):
    searches = SelectMultipleField(
        "Which areas is this about?",
        widget=GovCheckboxesInput(),
        validate_choice=False,
        validators=[InputRequired("Choose at least one area")],
    )
    outcome = RadioField(
        "What came of it?",
        widget=GovRadioInput(),
        choices=[SelectChoice(state.value, name) for state, name in OUTCOME_NAMES.items()],
        validators=[InputRequired("Choose what came of it")],
    )
    pages = IntegerField(
        "How many pages were found?",
        description="Leave it empty to count the pages of the records that you tick below.",
        widget=GovTextInput(),
        validators=[Optional(), NumberRange(1, MOST_PAGES, "Enter a number of pages, 1 or more")],
    )
    records = SelectMultipleField("Which records came out of it?", widget=GovCheckboxesInput())
    reason = TextAreaField(
        "Why, or under which line of the retention schedule?",
        description="Needed if it was not searched, could not be produced, or was destroyed.",
        widget=GovTextArea(),
        filters=[tidy],
        validators=[AtMost(MAX_REASON)],
    )
    submit = SubmitField("Save the result", widget=GovSubmitInput())

    def offer(self, searches: Sequence[Search], records: Sequence[Record], chosen: str | None) -> None:
        self.searches.choices = [SelectChoice(search.id, search.area.name) for search in searches]
        self.records.choices = [SelectChoice(record.id, record.title) for record in records]
        if not records:
            del self.records
        if not self.is_submitted() and chosen:
            self.searches.data = [chosen]

    def validate_searches(self, field: SelectMultipleField) -> None:
        """Somebody else may have written a result down while this page was open."""
        if not set(field.data or ()) <= {choice.value for choice in field.choices or ()}:
            raise ValidationError("An area that you chose has a result already. Look at the list, and choose again.")

    @property
    def record_ids(self) -> list[str]:
        return list(self.records.data or []) if "records" in self else []
