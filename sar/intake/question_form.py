"""What every page of the public questions is: a form that can show its question as the heading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovDateInput, GovRadioInput
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from sar.intake.fields import DayField
from sar.intake.questions import Answers

_GROUPS = (GovRadioInput, GovDateInput)


class QuestionForm(FlaskForm):
    """One page. `title` is its question; with a single field, that field's label is the page's heading."""

    title: ClassVar[str]
    # The same in the words for whoever asks for someone else: the title, and (label, hint) of a field.
    other_title: ClassVar[str] = ""
    other_words: ClassVar[Mapping[str, tuple[str, str]]] = {}
    extras: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def speak_of_other(self) -> None:
        """Have the page ask about the person that someone else asks for."""
        self.title = self.other_title or self.title  # type: ignore[misc]
        for name, (label, hint) in self.other_words.items():
            self[name].label.text, self[name].description = label, hint

    def questions(self) -> list[Field]:
        return [field for field in self if field.type not in ("CSRFTokenField", "SubmitField", "HiddenField")]

    def load(self, given: Mapping[str, Any], _all: Answers) -> None:
        """Show what was answered before."""
        for field in self.questions():
            value = given.get(field.name)
            field.data = date.fromisoformat(value) if value and isinstance(field, DayField) else value

    def given(self) -> dict[str, Any]:
        """What goes into the draft: dates as ISO texts."""
        return {
            field.name: field.data.isoformat() if isinstance(field.data, date) else field.data
            for field in self.questions()
        }

    def params(self, field: Field) -> dict[str, Any]:
        """How a field is shown: its question as the page's heading, if it is the only one."""
        alone = len(self.questions()) == 1
        size = "l" if alone else "m"
        shown: dict[str, Any] = dict(self.extras.get(field.name, {}))
        if not field.description:
            shown["hint"] = None
        if isinstance(field.widget, _GROUPS):
            legend = {"text": field.label.text, "isPageHeading": alone, "classes": f"govuk-fieldset__legend--{size}"}
            shown["fieldset"] = {"legend": legend}
        elif not isinstance(field.widget, GovCheckboxInput):
            shown["label"] = {"isPageHeading": alone, "classes": f"govuk-label--{size}"}
        return shown


def choices(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


def narrow(width: str = "two-thirds", **attributes: str) -> dict[str, Any]:
    return {"classes": f"govuk-!-width-{width}", "attributes": attributes}
