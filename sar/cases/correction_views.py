"""The pages where a date on the clock is put right, once its effect on the due date was on the screen.

What takes two people is proposed from the same page: the words beside the effect say so before the button is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import corrections, forms, missed, queries
from sar.cases.blueprint import Answer, bp, form_page, show_form
from sar.cases.clock_views import due_words, seen_first
from sar.cases.corrections import Correction
from sar.cases.missed import Missed, What
from sar.cases.missed_form import MissedForm
from sar.cases.models import ClockFact
from sar.cases.refusals.service import propose_correction, propose_missed
from sar.cases.what_if import WhatIf
from sar.foundation.errors import Conflict, Refused
from sar.foundation.wording import date_words

_TITLE = "Correct what is on the clock"


@bp.route("/cases/<case_id>/correct-clock", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def correct_clock(case_id: str) -> Answer:
    form, case = forms.CorrectionForm(), queries.visible_case(current_actor(), case_id)
    facts = corrections.correctable(case)
    form.fact.choices = [SelectChoice(fact.id, _label(fact)) for fact in facts]
    meant = Correction(
        form.fact.data or "", None if form.how.data == "strike" else form.on.data, form.how.data == "otherwise"
    )
    return _page(
        case_id,
        form,
        _TITLE,
        _correction(case_id, form, meant),
        _token(meant),
        "What this does to the due date",
        template="cases/correct_clock.html",
        explanation=[
            "For something that was written down with a wrong day, or that never happened. What we wrote in a letter "
            "counts from the day the letter went. Every other date is worked out anew. Nothing is deleted: the history "
            "shows what stood here before, and why it changed.",
            "A slip of today you put right alone, and all that gives us less time. What gives us more time and no "
            "letter of ours shows takes two people: you propose it, the data protection officer agrees.",
        ],
        hindrance=None if facts else "Nothing is on the clock yet that could be corrected here.",
    )


@bp.route("/cases/<case_id>/received", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def correct_received(case_id: str) -> Answer:
    form, case = forms.ReceivedForm(), queries.visible_case(current_actor(), case_id)
    day: date | None = form.on.data
    return _page(
        case_id,
        form,
        "Correct the date received",
        _correction(case_id, form, Correction(corrections.receipt(case).id, day)),
        day.isoformat() if day else "",
        f"What {date_words(day)} does to the due date" if day else "",
        done="The date is corrected.",
        explanation=[
            f"We have {date_words(case.received_on)}. The day counts on which the request reached any part of the "
            "organisation, in any form, working day or not. Every other date is worked out anew."
        ],
    )


@bp.route("/cases/<case_id>/missed", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def add_missed(case_id: str) -> Answer:
    form = MissedForm()
    on: date = form.on.data or date.min
    what = What(form.what.data) if form.what.data in set(What) else What.QUESTION
    meant = Missed(what, on, form.came.data, form.why_extended.data or "")
    return _page(
        case_id,
        form,
        "Add what was missed on the clock",
        _Act(
            lambda: missed.look(current_actor(), case_id, meant),
            lambda version: missed.add(current_actor(), case_id, meant, form.reason.data or "", version=version),
            lambda version: propose_missed(current_actor(), case_id, meant, form.reason.data or "", version=version),
        ),
        f"{meant.what} {meant.on} {meant.came} {meant.reason_code}",
        "What this does to the due date",
        done="It is on the clock.",
        explanation=[
            "For something that happened and that nobody wrote down here: by phone, or before the case was in this "
            "system. For what happens now, use the pages on the case that ask the person. Nobody is written to.",
            "No letter of ours shows it, so it takes two people: you propose it and say how you know, the data "
            "protection officer agrees.",
        ],
    )


@dataclass(frozen=True)
class _Act:
    """What a page would do to the clock: see what comes of it, do it, or propose it where it takes two."""

    look: Callable[[], WhatIf]
    do: Callable[[int], None]
    propose: Callable[[int], object]

    @property
    def takes_two(self) -> bool:
        """What may not be at all the command says, once it is asked."""
        try:
            return self.look().second is not None
        except (Refused, Conflict):
            return False


def _correction(case_id: str, form: forms.CorrectionForm | forms.ReceivedForm, meant: Correction) -> _Act:
    return _Act(
        lambda: corrections.look(current_actor(), case_id, meant),
        lambda version: corrections.correct(current_actor(), case_id, meant, form.reason.data or "", version=version),
        lambda version: propose_correction(current_actor(), case_id, meant, form.reason.data or "", version=version),
    )


def _page(
    case_id: str,
    form: forms.CorrectionForm | forms.ReceivedForm | MissedForm,
    title: str,
    act: _Act,
    token: str,
    heading: str,
    *,
    done: str = "It is corrected.",
    template: str = "cases/form.html",
    **more: Any,
) -> Answer:
    """The first press of the button shows what it does to the dates, the second records it or proposes it."""
    if form.is_submitted() and form.validate() and form.shown_on.data != token:
        more |= seen_first(form, token, heading, act.look)
        return show_form(case_id, form, title, template, False, **more)
    if form.is_submitted() and act.takes_two:
        proposed = "It is proposed. No date changes before the data protection officer agrees."
        return form_page(case_id, form, title, act.propose, proposed, template, **more)
    return form_page(case_id, form, title, act.do, lambda case: f"{done}{due_words(case)}", template, **more)


def _token(correction: Correction) -> str:
    """Names one correction, so that the one that is recorded is the one that was seen."""
    how = "otherwise" if correction.without_letter else "date"
    return f"{correction.fact_id} {how} {correction.on}" if correction.on else f"{correction.fact_id} strike"


def _label(fact: ClockFact) -> str:
    words = corrections.label(fact)
    return f"{words}: {fact.detail}" if fact.detail else words
