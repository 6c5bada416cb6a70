"""The public questions to someone who asks for someone else: who they are, and what shows that they may."""

from __future__ import annotations

from govuk_frontend_wtf.wtforms_widgets import GovRadioInput
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from sar.intake.answers import MAX_LINE, MAX_NAME, Relationship
from sar.intake.fields import LineField
from sar.intake.question_form import QuestionForm
from sar.intake.questions import SHOWS


class HelperForm(QuestionForm):
    """Who asks for someone else."""

    title = "Who are you?"
    extras = {"helper_name": {"attributes": {"autocomplete": "name", "spellcheck": "false"}}}
    helper_name = LineField(
        "Your full name", missing="Write your full name", most=MAX_NAME, too_long="Write a shorter name"
    )
    relationship = RadioField(
        "Why do you ask for them?",
        widget=GovRadioInput(),
        choices=[
            SelectChoice(Relationship.PARENT.value, "I am the parent or carer of a child"),
            SelectChoice(Relationship.RELATIVE.value, "I am a relative or friend"),
            SelectChoice(Relationship.SOLICITOR.value, "I am their solicitor or legal adviser"),
            SelectChoice(Relationship.ADVOCATE.value, "I support them in my work"),
            SelectChoice(Relationship.ATTORNEY.value, "I have a power of attorney for them"),
            SelectChoice(Relationship.DEPUTY.value, "A court has made me their deputy"),
            SelectChoice(Relationship.OTHER.value, "Something else"),
        ],
        validators=[InputRequired("Choose why you ask for them")],
    )
    organisation = LineField(
        "Your organisation",
        description="Only if you ask as part of your work.",
        most=MAX_LINE,
        too_long="Write a shorter name",
    )


class AuthorityForm(QuestionForm):
    """What a representative has to show that they may ask. They can send it later."""

    title = "How can you show that you may ask for them?"
    shows = RadioField(
        title,
        description="Most people need a short letter, signed by the person. If they are 12 or older and understand "
        "what you ask for, we need their word as well. You can send your request now and show us this later.",
        widget=GovRadioInput(),
        choices=[SelectChoice(code, words) for code, words in SHOWS.items()],
        validators=[InputRequired("Choose one. If none fits, choose “I have nothing yet”")],
    )
