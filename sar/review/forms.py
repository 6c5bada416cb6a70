"""Forms of the review. Choices depend on the case, so views fill them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxInput,
    GovRadioInput,
    GovSelect,
    GovSubmitInput,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    FloatField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from sar.cases.exemptions import Exemption, Factor
from sar.foundation.form_limits import AtMost
from sar.intake.fields import DayField
from sar.review.grounds import FACTOR_QUESTIONS, MAX_TEXT, Decision
from sar.review.models import Relationship
from sar.review.sign_off import RETURN_REASONS

PERSON_CHOICES: Final = (
    (Decision.WITHHOLD.value, "Withhold: hide them everywhere"),
    (Decision.DISCLOSE.value, "Disclose: leave them in"),
    (Decision.IS_SUBJECT.value, "This is the requester"),
    (Decision.NOT_A_PERSON.value, "This is not about anyone"),
)
MENTION_CHOICES: Final = (
    ("", "The same as everywhere else"),
    (Decision.WITHHOLD.value, "Withhold these words, here only"),
    (Decision.DISCLOSE.value, "Leave these words in, here only"),
    (Decision.IS_SUBJECT.value, "These words mean the requester"),
    (Decision.NOT_A_PERSON.value, "These words are not about anyone"),
)
RELATIONSHIPS: Final = (
    ("", "Not known"),
    (Relationship.VICTIM.value, "Victim"),
    (Relationship.CHILD.value, "Child"),
    (Relationship.PARTNER.value, "Partner or former partner"),
    (Relationship.PARENT.value, "Parent"),
    (Relationship.FAMILY.value, "Other family"),
    (Relationship.CO_DEFENDANT.value, "Accused with them"),
    (Relationship.WITNESS.value, "Witness"),
    (Relationship.STAFF.value, "Our staff"),
    (Relationship.PROFESSIONAL.value, "Professional elsewhere"),
    (Relationship.OTHER.value, "Somebody else"),
)


def choices_of(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in pairs]


def code_choices(items: tuple[Exemption, ...]) -> list[SelectChoice]:
    """Each code with the words that the requester reads."""
    return choices_of([("", "Choose"), *((item.code, f"{item.code}: {item.text or item.law}") for item in items)])


def _factor(factor: Factor, hint: str) -> TextAreaField:
    return TextAreaField(
        FACTOR_QUESTIONS[factor], description=hint, widget=GovTextArea(), validators=[AtMost(MAX_TEXT)]
    )


class _FactorsForm(FlaskForm):
    """The five factors; each field is named as its Factor."""

    type_of_information = _factor(Factor.TYPE_OF_INFORMATION, "For example: name and work telephone number.")
    duty_of_confidentiality = _factor(Factor.DUTY_OF_CONFIDENTIALITY, "For example: told to us in confidence.")
    steps_to_seek_consent = _factor(Factor.STEPS_TO_SEEK_CONSENT, "If nothing was done, say why.")
    capacity_to_consent = _factor(Factor.CAPACITY_TO_CONSENT, "For example: an adult; a child of six.")
    express_refusal = _factor(Factor.EXPRESS_REFUSAL, "If they were not asked, say so.")

    def factors(self) -> dict[str, str]:
        return {factor.value: self[factor.value].data or "" for factor in Factor if factor.value in self}

    def without_factors(self) -> None:
        for factor in Factor:
            del self[factor.value]


class DecideForm(_FactorsForm):
    """One decision about one or several people. `seen`: "id:version" of each, as they were on the screen."""

    seen = HiddenField(validators=[InputRequired()])
    decision = RadioField(
        "What do you decide?",
        choices=choices_of(PERSON_CHOICES),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what you decide")],
    )
    code_le = SelectField("Code for records under Part 3 (law enforcement)", widget=GovSelect(), choices=[])
    code_ukgdpr = SelectField("Code for records under the UK GDPR", widget=GovSelect(), choices=[])
    reason = TextAreaField(
        "Why?",
        description="Needed when you withhold. The requester does not see it; an auditor may.",
        widget=GovTextArea(),
        validators=[AtMost(MAX_TEXT)],
    )
    consent = BooleanField(
        "They agreed that this may be disclosed", widget=GovCheckboxInput(), description="Leave empty if not asked."
    )
    submit = SubmitField("Save the decision", widget=GovSubmitInput())

    def codes(self) -> tuple[str, ...]:
        fields = [self[name] for name in ("code_le", "code_ukgdpr") if name in self]
        return tuple(field.data for field in fields if field.data)


class MentionForm(_FactorsForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    decision = RadioField(
        "What becomes of these words?",
        choices=choices_of(MENTION_CHOICES),
        widget=GovRadioInput(),
        validators=[Optional()],
    )
    code = SelectField("Code", widget=GovSelect(), choices=[])
    reason = TextAreaField("Why?", widget=GovTextArea(), validators=[AtMost(MAX_TEXT)])
    submit = SubmitField("Save, for this place only", widget=GovSubmitInput())


class PersonForm(FlaskForm):
    version = IntegerField(widget=HiddenInput(), default=0)
    name = StringField("Name", widget=GovTextInput(), validators=[InputRequired("Enter a name"), AtMost(200)])
    aliases = TextAreaField(
        "Other names",
        description="One on each line: nicknames, former names, other spellings.",
        widget=GovTextArea(),
        validators=[AtMost(MAX_TEXT)],
    )
    relationship = SelectField("Who is this?", widget=GovSelect(), choices=choices_of(RELATIONSHIPS))
    submit = SubmitField("Save", widget=GovSubmitInput())

    def other_names(self) -> list[str]:
        return [line.strip() for line in (self.aliases.data or "").splitlines() if line.strip()]


class MergeForm(FlaskForm):
    other = SelectField(
        "Who is the same person?",
        description="Their mentions follow the decision on the person you are on now. It cannot be taken back.",
        widget=GovSelect(),
        choices=[],
        validators=[InputRequired("Choose who is the same person")],
    )
    submit = SubmitField("Join the two", widget=GovSubmitInput())


class UnclearForm(FlaskForm):
    """Ticked mentions come as `mention` values; `meaning` is a person's id, or a decision to leave them in."""

    meaning = SelectField(
        "Whom do the ticked words mean?",
        widget=GovSelect(),
        choices=[],
        validators=[InputRequired("Choose whom the words mean")],
    )
    submit = SubmitField("Save", widget=GovSubmitInput())


class MarkForm(FlaskForm):
    """A code and a reason: for a page or a record as a whole."""

    code = SelectField(
        "Why in law?", widget=GovSelect(), choices=[], validators=[InputRequired("Choose the reason in law")]
    )
    reason = TextAreaField(
        "Why here?",
        description="Kept with the case. The requester sees the code and its words.",
        widget=GovTextArea(),
        validators=[AtMost(MAX_TEXT)],
    )
    submit = SubmitField("Withhold", widget=GovSubmitInput())


class BoxForm(MarkForm):
    """Words from one to another, or four numbers in points."""

    first = SelectField("First word", widget=GovSelect(), choices=[], default="")
    last = SelectField("Last word", widget=GovSelect(), choices=[], default="")
    x0 = FloatField("Left", widget=GovTextInput(), validators=[Optional()])
    y0 = FloatField("Top", widget=GovTextInput(), validators=[Optional()])
    x1 = FloatField("Right", widget=GovTextInput(), validators=[Optional()])
    y1 = FloatField("Bottom", widget=GovTextInput(), validators=[Optional()])
    submit = SubmitField("Add the box", widget=GovSubmitInput())

    def numbers(self) -> list[float] | None:
        """The four sides, or None when not all are given."""
        sides: list[Any] = [self.x0.data, self.y0.data, self.x1.data, self.y1.data]
        return None if None in sides else [float(side) for side in sides]


class HealthOpinionForm(FlaskForm):
    harm = RadioField(
        "What is the opinion?",
        choices=choices_of(
            (("likely", "Serious harm to someone’s health is likely"), ("unlikely", "Serious harm is not likely"))
        ),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what the opinion is")],
    )
    given_by = StringField(
        "Who gave it?",
        description="Their name and profession.",
        widget=GovTextInput(),
        validators=[InputRequired("Write who gave it"), AtMost(200)],
    )
    given_on = DayField("The day on it", missing="Enter the day on the opinion")
    words = TextAreaField(
        "What did they say?",
        description="Which information it is about, and why.",
        widget=GovTextArea(),
        validators=[InputRequired("Write what they said"), AtMost(MAX_TEXT)],
    )
    submit = SubmitField("Keep this opinion", widget=GovSubmitInput())


class ReturnForm(FlaskForm):
    code = RadioField(
        "Why do you return it?",
        choices=choices_of(RETURN_REASONS.items()),
        widget=GovRadioInput(),
        validators=[InputRequired("Choose why you return it")],
    )
    reason = TextAreaField(
        "What should change?",
        description="Name the record and the page.",
        widget=GovTextArea(),
        validators=[InputRequired("Write what should change"), AtMost(MAX_TEXT)],
    )
    submit = SubmitField("Return it for changes", widget=GovSubmitInput())
