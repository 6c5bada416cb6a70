"""The question why an answer is late, for every form that sends one."""

from __future__ import annotations

from typing import Self

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.cases.deadlines import Clock
from sar.cases.lateness import LATENESS_WORDS, Lateness
from sar.foundation.clock import london_today


def lateness_field(*, needed: bool = True) -> SelectField:
    """The field, where a form wants it. Where it is not always `needed`, the form says when it is."""
    return SelectField(
        "Why is it late?",
        description=(
            "The due date has passed. The reason is counted in the reports. "
            "For another reason, add a note to the case first."
        ),
        choices=[
            SelectChoice("", "Choose a reason"),
            *(SelectChoice(code.value, words) for code, words in LATENESS_WORDS.items()),
        ],
        widget=GovSelect(),
        validators=[InputRequired("Choose why it is late")] if needed else [],
    )


class LateForm(FlaskForm):
    """A form with a field `lateness` that sends an answer."""

    def for_clock(self, clock: Clock) -> Self:
        """The form for today: an answer that is in time is not asked why it is late."""
        if not clock.is_overdue(london_today()):
            del self["lateness"]
        return self

    @property
    def why_late(self) -> Lateness | None:
        """The reason that was chosen, if one was asked for."""
        chosen = self["lateness"].data if "lateness" in self else None
        return Lateness(chosen) if chosen else None
