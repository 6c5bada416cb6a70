"""Forms for conflicts of interest."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSubmitInput
from wtforms import RadioField, SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.access.models import Staff
from sar.cases.flags import STAFF_LINKS
from sar.cases.forms import VersionedForm
from sar.intake.fields import WordsField


class AboutStaffForm(VersionedForm):
    link = RadioField(
        "Who is the person?",
        choices=[
            *(SelectChoice(code, words) for code, words in STAFF_LINKS.items()),
            SelectChoice("none", "None of these"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose who the person is")],
    )
    people = SelectMultipleField(
        "Who must not see this case?",
        description="They are not told. Leave this empty if you do not know.",
        widget=GovCheckboxesInput(),
    )
    audience = RadioField(
        "Who may see this case from now on?",
        choices=[
            SelectChoice("team", "Everyone who works on cases, apart from those you named"),
            SelectChoice("kept", "Only those who can see it now"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose who may see this case from now on")],
    )
    submit = SubmitField("Save", widget=GovSubmitInput())

    @classmethod
    def among(cls, people: list[Staff], *, settles: bool) -> AboutStaffForm:
        """`settles`: what the requester said is looked at now, so that the form asks who sees the case afterwards."""
        form = cls()
        form.people.choices = _choices(people)
        if not people:
            del form.people
        if not settles:
            del form.audience
        return form

    @property
    def named(self) -> list[str]:
        """Whom the case is to be closed to, by id."""
        return (self.people.data or []) if "people" in self else []


class PeopleForm(VersionedForm):
    people = SelectMultipleField("People", widget=GovCheckboxesInput())
    submit = SubmitField("Save", widget=GovSubmitInput())

    @classmethod
    def among(cls, people: list[Staff], label: str, button: str) -> PeopleForm:
        form = cls()
        form.people.choices = _choices(people)
        form.people.label.text, form.submit.label.text = label, button
        return form


class LiftForm(VersionedForm):
    reason = WordsField("Why?", description="Kept as a note on the case.", missing="Give the reason")
    submit = SubmitField("Let them see the case again", widget=GovSubmitInput())


class TakeOverForm(FlaskForm):
    reason = WordsField(
        "Why do you take it over?", description="Kept as a note on the case.", missing="Say why you take it over"
    )
    submit = SubmitField("Take it over", widget=GovSubmitInput())


def _choices(people: list[Staff]) -> list[SelectChoice]:
    return [SelectChoice(person.id, person.name) for person in people]
