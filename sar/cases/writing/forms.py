"""The form of a letter, made from what the letter asks the officer for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSubmitInput
from wtforms import IntegerField, RadioField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from sar.cases.writing.kinds import Blank, Entry, Letter
from sar.foundation.clock import london_today
from sar.foundation.messages import Channel
from sar.intake.fields import DayField, LineField, WordsField

CHANNEL_WORDS = {
    Channel.EMAIL: "By email",
    Channel.POST: "By post",
    Channel.SMS: "By text, or read out by phone",
    Channel.IN_PERSON: "Handed over in person",
}


class SendForm(FlaskForm):
    """`version` is the one of the draft that was looked at."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    submit = SubmitField("Send this letter", widget=GovSubmitInput())


class LetterForm(FlaskForm):
    """What every letter asks; the blanks of one letter are added by `form_for`, before the button."""

    def filled(self, letter: Letter) -> dict[str, str | list[str]]:
        """What was typed, as a draft keeps it: days as ISO text, lists as lists."""
        return {blank.name: _kept(blank, self[blank.name].data) for blank in letter.blanks}

    def addressee(self, letter: Letter) -> dict[str, str] | None:
        return {"name": self["who"].data or "", "to": self["to"].data or ""} if letter.to_other else None


def form_for(letter: Letter, channels: list[Channel]) -> type[LetterForm]:
    """The form of one letter. `channels`: the ways it can go, the usual one first."""
    fields: dict[str, Any] = {blank.name: _field(blank) for blank in letter.blanks}
    if letter.to_other:
        fields["who"] = LineField("Who does it go to?", missing="Say who the letter goes to", most=200)
        fields["to"] = WordsField(
            "Where does it go?",
            description="The email address, or the postal address with one line for each part.",
            missing="Say where the letter goes",
            most=500,
        )
    fields["channel"] = RadioField(
        "How does it go?",
        choices=[SelectChoice(channel.value, CHANNEL_WORDS[channel]) for channel in channels],
        default=channels[0].value if channels else None,
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how the letter goes")],
    )
    fields["submit"] = SubmitField("Look at the letter", widget=GovSubmitInput())
    return type("FilledLetterForm", (LetterForm,), fields)


def _field(blank: Blank) -> Any:
    if blank.is_day:
        wanted = f"Fill in: {blank.label}"
        return DayField(blank.label, description=blank.hint, missing=wanted, validators=[_possible(blank)])
    if blank.entry is Entry.CHOICE:
        return RadioField(
            blank.label,
            description=blank.hint,
            choices=[SelectChoice(code, words) for code, words in blank.choices],
            widget=GovRadioInput(),
            validators=[InputRequired(f"Fill in: {blank.label}")],
        )
    return WordsField(blank.label, description=blank.hint, missing=f"Fill in: {blank.label}")


def _possible(blank: Blank) -> Callable[[FlaskForm, DayField], None]:
    def check(_form: FlaskForm, field: DayField) -> None:
        problem = blank.problem_with(field.data, london_today()) if field.data else None
        if problem is not None:
            raise ValidationError(problem)

    return check


def _kept(blank: Blank, value: Any) -> str | list[str]:
    if blank.is_day:
        return str(value.isoformat()) if value else ""
    text = str(value or "")
    return [line.strip() for line in text.splitlines() if line.strip()] if blank.entry is Entry.LINES else text
