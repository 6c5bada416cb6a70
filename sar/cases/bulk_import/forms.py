"""Forms of the import."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from govuk_frontend_wtf.wtforms_widgets import GovFileInput, GovSelect, GovSubmitInput
from wtforms import IntegerField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from sar.cases.bulk_import.columns import FIELDS
from sar.cases.bulk_import.table import Table

NOT_THERE = ""


class UploadForm(FlaskForm):
    sheet = FileField(
        "The spreadsheet",
        description="XLSX or CSV, one case to a row, with a row of headings.",
        widget=GovFileInput(),
        validators=[FileRequired("Choose the file")],
    )
    submit = SubmitField("Read it", widget=GovSubmitInput())


class VersionForm(FlaskForm):
    """A button. `version` is the one that was on the screen."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class ColumnsForm(VersionForm):
    """One choice for each answer: the column it is in."""

    submit = SubmitField("Look at every row", widget=GovSubmitInput())

    @classmethod
    def for_table(cls, table: Table, **given: Any) -> ColumnsForm:
        choices = [SelectChoice(NOT_THERE, "Not in this sheet"), *_choices(table)]
        made = type(
            "ColumnsFormOfTable",
            (cls,),
            {
                f"column_{field.code}": SelectField(
                    field.label, choices=choices, widget=GovSelect(), validators=[Optional()]
                )
                for field in FIELDS
            },
        )
        form: ColumnsForm = made(**given)
        return form

    def load(self, mapping: dict[str, int], version: int) -> None:
        self.version.data = version
        for field in FIELDS:
            self[f"column_{field.code}"].data = str(mapping.get(field.code, NOT_THERE))

    def mapping(self) -> dict[str, int]:
        chosen = {field.code: self[f"column_{field.code}"].data for field in FIELDS}
        return {code: int(column) for code, column in chosen.items() if column not in (None, NOT_THERE)}


def _choices(table: Table) -> list[SelectChoice]:
    found = []
    for column, heading in enumerate(table.headings):
        samples = ", ".join(table.samples(column))
        name = heading or f"Column {column + 1}, without a heading"
        found.append(SelectChoice(str(column), f"{name} ({samples})" if samples else name))
    return found
