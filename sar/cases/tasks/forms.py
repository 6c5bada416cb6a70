"""The form for a task."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovSubmitInput
from wtforms import SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from sar.access.permissions import Permission
from sar.access.queries import active_staff_with
from sar.cases.tasks.service import LONGEST
from sar.foundation.ids import random_id
from sar.intake.fields import DayField, LineField


class TaskForm(FlaskForm):
    """`key` is made with the form, so that a second press of the button keeps one task."""

    key = StringField(widget=HiddenInput(), default=random_id)
    text = LineField("What is to be done?", missing="Write what is to be done", most=LONGEST)
    due_on = DayField("By when? (optional)")
    staff_id = SelectField("Who does it?", widget=GovSelect(), validators=[Optional()])
    submit = SubmitField("Add the task", widget=GovSubmitInput(), id="add-task")

    @classmethod
    def fresh(cls) -> TaskForm:
        form = cls()
        people = active_staff_with(Permission.CASE_VIEW)
        form.staff_id.choices = [SelectChoice("", "Anybody"), *(SelectChoice(one.id, one.name) for one in people)]
        return form
