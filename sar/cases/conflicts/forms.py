"""Forms for conflicts of interest."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSubmitInput, GovTextArea
from wtforms import RadioField, SelectMultipleField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from sar.access.models import Staff
from sar.cases.flags import STAFF_LINKS
from sar.cases.forms import LONG_TEXT, VersionedForm


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
    reason = TextAreaField(
        "Why?",
        description="Kept as a note on the case.",
        widget=GovTextArea(),
        validators=[InputRequired("Give the reason"), Length(max=LONG_TEXT)],
    )
    submit = SubmitField("Let them see the case again", widget=GovSubmitInput())
