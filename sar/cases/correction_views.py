"""The page where a fact on the clock is put right, once its effect on the due date was on the screen."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import corrections, forms, queries
from sar.cases.blueprint import Answer, bp, form_page, show_form
from sar.cases.clock_views import due_words, seen_first
from sar.cases.corrections import Correction
from sar.cases.models import ClockFact
from sar.cases.timeline import fact_words

_TITLE = "Correct what is on the clock"


@bp.route("/cases/<case_id>/correct-clock", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def correct_clock(case_id: str) -> Answer:
    form, case = forms.CorrectionForm(), queries.visible_case(current_actor(), case_id)
    facts = corrections.correctable(case)
    form.fact.choices = [SelectChoice(fact.id, _label(fact)) for fact in facts]
    meant = Correction(form.fact.data or "", form.on.data if form.how.data == "date" else None)
    if form.is_submitted() and form.validate() and form.shown_on.data != _token(meant):
        title = "What this does to the due date"
        more = seen_first(form, _token(meant), title, lambda: corrections.look(current_actor(), case_id, meant))
        return show_form(case_id, form, _TITLE, "cases/form.html", False, **more)
    return form_page(
        case_id,
        form,
        _TITLE,
        lambda version: corrections.correct(current_actor(), case_id, meant, form.reason.data or "", version=version),
        lambda case: f"It is corrected.{due_words(case)}",
        explanation=[
            "For something that was written down with a wrong day, or that never happened. Every other date is worked "
            "out anew. Nothing is deleted: the history shows what stood here before, and why it changed."
        ],
        hindrance=None if facts else "Nothing is on the clock yet that could be corrected here.",
    )


def _token(correction: Correction) -> str:
    """Names one correction, so that the one that is recorded is the one that was seen."""
    return f"{correction.fact_id} {correction.on or 'strike'}"


def _label(fact: ClockFact) -> str:
    words = fact_words(fact.kind, fact.on)
    return f"{words}: {fact.detail}" if fact.detail else words
