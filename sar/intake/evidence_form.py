"""The form in which the data protection officer edits what is accepted as proof of identity."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSubmitInput, GovTextInput
from wtforms import FieldList, Form, FormField, HiddenField, IntegerField, StringField, SubmitField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from sar.intake.evidence import LONGEST, MOST, Accepted
from sar.intake.fields import tidy

EMPTY_LINES = 2


class EvidenceLine(Form):
    code = HiddenField(validators=[Length(max=30)])
    words = StringField(
        "Document",
        widget=GovTextInput(),
        filters=[tidy],
        validators=[Length(max=LONGEST, message=f"Use {LONGEST} letters or fewer")],
    )


class EvidenceForm(FlaskForm):
    """`number` is the list that was on the screen."""

    number = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    lines = FieldList(FormField(EvidenceLine), max_entries=MOST + EMPTY_LINES)
    submit = SubmitField("Save the list", widget=GovSubmitInput())

    def load(self, accepted: Accepted) -> None:
        """Show a list, with room for more."""
        self.number.data, self.number.raw_data = accepted.number, None
        while self.lines.entries:
            self.lines.pop_entry()
        for item in accepted.items:
            self.lines.append_entry({"code": item.code, "words": item.words})
        for _ in range(min(EMPTY_LINES, MOST - len(accepted.items))):
            self.lines.append_entry({"code": "", "words": ""})
        for place, line in enumerate(self.lines, 1):
            line.form.words.label.text = f"Document {place}"

    def given(self) -> list[tuple[str, str]]:
        return [(line.form.code.data or "", line.form.words.data or "") for line in self.lines]
