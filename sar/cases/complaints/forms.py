"""Forms on complaints."""

from __future__ import annotations

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovSubmitInput
from wtforms import IntegerField, RadioField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from sar.cases.complaints.models import Body, Channel, OutsideOutcome
from sar.cases.forms import DatedForm
from sar.foundation.ids import random_id
from sar.intake.fields import DayField, LineField, WordsField

CHANNEL_WORDS = {
    Channel.POST: "By post",
    Channel.EMAIL: "By email",
    Channel.PHONE: "By phone",
    Channel.COUNTER: "In person",
    Channel.COLLEAGUE: "Through a colleague",
    Channel.ONLINE: "Online",
}
BODY_WORDS = {
    Body.REGULATOR: "A complaint to the regulator (s.165)",
    Body.CHECK: "The regulator was asked to check a restriction (s.51)",
    Body.COURT: "A claim in court (s.167)",
}
OUTSIDE_WORDS = {
    OutsideOutcome.FOR_THE_PERSON: "For the person",
    OutsideOutcome.IN_PART: "For the person in part",
    OutsideOutcome.FOR_US: "For us",
    OutsideOutcome.SETTLED: "Settled without a decision",
    OutsideOutcome.TAKEN_BACK: "Taken back",
}


class ComplaintForm(FlaskForm):
    """The requester's own words, from the status page. `key` is made with the form: sent twice, it is kept once."""

    key = StringField(widget=HiddenInput(), default=random_id)
    words = WordsField(
        "What went wrong?",
        description="Use your own words. You do not have to know the law.",
        missing="Tell us what went wrong",
        too_long="Make it shorter",
    )
    submit = SubmitField("Send", widget=GovSubmitInput())


class LogForm(FlaskForm):
    received_on = DayField(
        "When did it reach us?",
        description="The day it reached any part of the organisation.",
        missing="Enter the day it reached us",
    )
    channel = SelectField(
        "How did it come?",
        choices=[SelectChoice(channel.value, words) for channel, words in CHANNEL_WORDS.items()],
        widget=GovSelect(),
    )
    words = WordsField(
        "What do they complain about?",
        description="In their own words where you can. The person is told how we understood it.",
        missing="Write what they complain about",
    )
    submit = SubmitField("Log this complaint", widget=GovSubmitInput())


class AloneForm(FlaskForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = WordsField(
        "Why do you decide this complaint yourself?",
        description="Whoever decides a complaint must not have handled the case, and nobody else here may decide. Say "
        "why it cannot wait, and how you make sure that it is fair. Kept with the complaint. The person is not told.",
        missing="Write why you decide it yourself",
    )
    submit = SubmitField("Keep this reason", widget=GovSubmitInput())


class ReceiptForm(DatedForm):
    on = DayField(
        "When did the complaint reach any part of the organisation?", missing="Enter the day the complaint arrived"
    )
    reason = WordsField(
        "How do you know?",
        description="For example, the stamp on the letter. Kept with the complaint, beside the day that stood so far.",
        missing="Say how you know the day",
    )
    submit = SubmitField("See what changes", widget=GovSubmitInput())


class OutsideForm(FlaskForm):
    body = RadioField(
        "What is it?",
        choices=[SelectChoice(body.value, words) for body, words in BODY_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what it is")],
    )
    reference = LineField("Their reference", most=100)
    raised_on = DayField("When was it made?", missing="Enter the day it was made")
    answer_by = DayField("When do they want our answer?", description="Leave it empty if they did not say.")
    about = WordsField("What is it about?", missing="Write what it is about")
    submit = SubmitField("Record it", widget=GovSubmitInput())


class OutsideOutcomeForm(FlaskForm):
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    outcome = RadioField(
        "How did it end?",
        choices=[SelectChoice(outcome.value, words) for outcome, words in OUTSIDE_WORDS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose how it ended")],
    )
    decided_on = DayField("When was that?", missing="Enter the day it ended")
    result = WordsField("What do we have to do?")
    submit = SubmitField("Record the outcome", widget=GovSubmitInput())
