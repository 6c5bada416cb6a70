"""Forms for conflicts of interest."""

from __future__ import annotations

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
    submit = SubmitField("Save", widget=GovSubmitInput())


class PeopleForm(VersionedForm):
    people = SelectMultipleField("People", widget=GovCheckboxesInput())
    submit = SubmitField("Save", widget=GovSubmitInput())

    @classmethod
    def among(cls, people: list[Staff], label: str, button: str) -> PeopleForm:
        form = cls()
        form.people.choices = [SelectChoice(person.id, person.name) for person in people]
        form.people.label.text, form.submit.label.text = label, button
        return form


class LiftForm(VersionedForm):
    reason = WordsField("Why?", description="Kept as a note on the case.", missing="Give the reason")
    submit = SubmitField("Let them see the case again", widget=GovSubmitInput())
