"""The case page. The other pages of the staff door are in the modules beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response as FileResponse
from flask import current_app, flash, render_template, send_file, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from sar.access.guards import current_actor, guard, staff
from sar.access.permissions import Permission
from sar.access.queries import active_staff_with, staff_names
from sar.cases import (
    asking,
    asking_views,
    clock_letters,
    clock_views,
    correction_views,
    ending_views,
    forms,
    new_words_views,
    not_valid,
    outbox,
    outbox_views,
    queries,
    service,
)
from sar.cases.blueprint import Answer, back, bp, button
from sar.cases.complaints import views as complaints
from sar.cases.conflicts import queries as conflict_queries
from sar.cases.conflicts import views as conflict_views
from sar.cases.deadlines import AWAITED, Clock, ClockState
from sar.cases.endings import NEITHER_CODES
from sar.cases.exemptions import ground_in_words
from sar.cases.flags import flags_of
from sar.cases.history import views as history_views
from sar.cases.history.queries import hands_of
from sar.cases.holidays import views as holidays
from sar.cases.lateness import LATENESS_WORDS
from sar.cases.letter_names import NAMES
from sar.cases.letters import reach_words
from sar.cases.links import queries as link_queries
from sar.cases.links import views as link_views
from sar.cases.models import Case
from sar.cases.panels import Panel, PanelLink, panels_for
from sar.cases.person import views as person_views
from sar.cases.refusals import views as refusals
from sar.cases.silence import silence_of, was_closed
from sar.cases.tasks import queries as task_queries
from sar.cases.tasks import views as task_views
from sar.cases.timeline import HIDDEN, TimelineEntry, in_words
from sar.cases.wordings import views as wordings
from sar.cases.workflow import STAGE_NAMES, Event, Offer, Stage, events_from, offers
from sar.cases.worklist import views as worklist_views
from sar.cases.writing import views as writing
from sar.cases.writing.queries import unsent
from sar.foundation.actors import Actor
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.foundation.wording import date_words
from sar.intake.answers import CHANNEL_WORDS
from sar.intake.identity_copies import copies_of

BLUEPRINTS = (bp, wordings.bp, writing.bp, complaints.bp, refusals.bp, holidays.bp)
# Imported for the pages that they add to the blueprint.
PAGES = (
    asking_views,
    clock_views,
    conflict_views,
    correction_views,
    ending_views,
    history_views,
    link_views,
    new_words_views,
    outbox_views,
    person_views,
    task_views,
    worklist_views,
)

_LATEST = 20  # of what has happened; the whole history has a page of its own
# What comes next at each stage: the words of a link, and the endpoint that it leads to.
_NEXT = {
    Stage.GATHERING: (
        ("Choose where to look, and say what came of it", "searches.list_searches"),
        ("Add records", "records.list_records"),
        ("Ask originators what they think", "consultation.list_consultations"),
        ("Start the review", "review.people"),
    ),
    Stage.REVIEWING: (("Decide about the people in the records", "review.people"),),
    Stage.SECOND_CHECK: (("Check it and sign it off", "review.people"),),
    Stage.SIGNED_OFF: (("Make the reply and release it", "release.show"),),
    Stage.RELEASED: (("See what was released", "release.show"),),
}


@dataclass(frozen=True)
class Link:
    text: str
    href: str


@bp.get("/cases/<case_id>")
@guard(Permission.CASE_VIEW)
def show(case_id: str) -> str:
    try:
        case = service.view_case(current_actor(), case_id)
    except queries.Erased as gone:
        return _what_is_left(gone.case)
    return _case_page(case, forms.NoteForm())


@bp.get("/cases/<case_id>/identity-copies/<int:number>")
@guard(Permission.CASE_WORK)
def identity_copy(case_id: str, number: int) -> FileResponse:
    """A picture made by us, never the file that was sent (security.md 13)."""
    return send_file(service.open_identity_copy(current_actor(), case_id, number), mimetype="image/jpeg")


@bp.get("/cases/<case_id>/acknowledgement")
@guard(Permission.CASE_WORK)
def acknowledgement(case_id: str) -> str:
    """The letter as it would go today, with the button that sends it."""
    case, words, problem = queries.visible_case(current_actor(), case_id), None, None
    try:
        words = service.acknowledgement_of(case)
    except Refused as refusal:
        problem = refusal.message
    return render_template("cases/acknowledgement.html", case=case, words=words, problem=problem)


@bp.post("/cases/<case_id>/acknowledge")
@guard(Permission.CASE_WORK)
def acknowledge(case_id: str) -> Response:
    return button(
        case_id,
        forms.VersionedForm(),
        lambda version: service.acknowledge(current_actor(), case_id, version),
        "The request is acknowledged and the letter is on its way.",
    )


@bp.post("/cases/<case_id>/gather")
@guard(Permission.CASE_WORK)
def start_gathering(case_id: str) -> Response:
    return button(
        case_id,
        forms.VersionedForm(),
        lambda version: service.start_gathering(current_actor(), case_id, version=version),
        "You can add records now.",
    )


@bp.post("/cases/<case_id>/take")
@guard(Permission.CASE_WORK)
def take(case_id: str) -> Response:
    return button(
        case_id,
        forms.VersionedForm(),
        lambda version: service.assign(current_actor(), case_id, staff().staff_id, version=version),
        "This case is yours now.",
    )


@bp.post("/cases/<case_id>/assign")
@guard(Permission.CASE_ASSIGN)
def assign(case_id: str) -> Response:
    form = _assign_form()
    return button(
        case_id,
        form,
        lambda version: service.assign(current_actor(), case_id, form.officer.data or None, version=version),
        "The officer was changed.",
    )


@bp.post("/cases/<case_id>/notes")
@guard(Permission.CASE_WORK)
def add_note(case_id: str) -> Answer:
    form = forms.NoteForm()
    if form.validate_on_submit():
        try:
            service.add_note(current_actor(), case_id, form.text.data or "", key=form.key.data or None)
        except Refused as problem:
            form.form_errors.append(problem.message)
        else:
            flash("Your note is saved.", "success")
            return back(case_id)
    return _case_page(queries.visible_case(current_actor(), case_id), form)


def _what_is_left(case: Case) -> str:
    endpoint = "retention.show" if Permission.RETENTION_VIEW in staff().permissions else ""
    shown = endpoint in current_app.view_functions
    certificate = url_for(endpoint, case_id=case.id) if shown else None
    return render_template("cases/erased.html", case=case, stage_names=STAGE_NAMES, certificate=certificate)


def _case_page(case: Case, note_form: forms.NoteForm) -> str:
    actor, today, stage = current_actor(), london_today(), Stage(case.stage)
    clock, notes = queries.clock_of(case), queries.notes_of(case)
    waits, letters, panels = queries.waits_of(case), outbox.letters_of(actor, case), panels_for(actor, case)
    awaited = [rule for rule, wait in waits.items() if wait.answered is None]
    moves, tasks = offers(stage, service.facts_of(actor, case), staff().permissions), task_queries.tasks_of(case)
    people = {note.author_id for note in notes} | {one for task in tasks for one in (task.staff_id, task.done_by)}
    refusal = queries.latest_refusal(case) if stage is Stage.REJECTED else None
    aside = not_valid.latest(case) if stage is Stage.NOT_VALID else None
    people |= {aside.proposed_by, aside.decided_by} if aside else set()
    return render_template(
        "cases/show.html",
        case=case,
        clock=clock,
        days_left=clock.days_left(today),
        stage=stage,
        stage_names=STAGE_NAMES,
        notes=notes,
        names=staff_names({one for one in (*people, case.officer_id) if one}),
        tasks=tasks,
        hands=hands_of(case),
        links=link_queries.links_of(actor, case),
        today=today,
        flags=flags_of(case, today),
        identity_copies=len(copies_of(case.submission_id)),
        open_to_all=conflict_queries.is_open_to_all(case),
        my_id=staff().staff_id,
        birth_date=_day(case.submission.date_of_birth),
        last_contact=_day(case.submission.last_contact_on),
        wanted_from=_day(case.submission.wanted_from),
        wanted_to=_day(case.submission.wanted_to),
        reach=reach_words(case),
        assign_form=_assign_form(case) if Permission.CASE_ASSIGN in staff().permissions else None,
        timeline=_lately(actor, case),
        letters=letters,
        counted_before_gone=outbox.counted_before_gone(case, letters),
        unsent_letters=clock_letters.unsent_letters(case, clock, today),
        asked_for=queries.asked_for(case),
        awaited=awaited,
        awaited_words=" and ".join(AWAITED[rule].lower() for rule in awaited),
        unsent=unsent(case),
        letter_names=NAMES,
        silence=silence_of(case),
        closed_for_silence=was_closed(case),
        can_close_here=any(row.event is Event.CLOSE for row in events_from(stage)),
        open_questions=queries.open_questions(case),
        refusal=refusal,
        refusal_ground=ground_in_words(refusal.code) if refusal else None,
        lateness_words=LATENESS_WORDS,
        refusal_told=refusal is not None and refusal.code not in NEITHER_CODES,
        channel_names=CHANNEL_WORDS,
        asking=asking.facts(actor, case),
        not_valid=aside,
        not_valid_reasons=not_valid.REASONS,
        panels=panels,
        can_extend=service.why_not_extend(case) is None,
        events={move.transition.event for move in moves if _offered(move, clock)},
        next_links=[*_first_steps(panels), *_links(case, _NEXT.get(stage, ()))],
        form=note_form,
    )


def _lately(actor: Actor, case: Case) -> list[TimelineEntry]:
    closed = link_queries.tells_of_closed(actor, case)
    return in_words(queries.timeline_of(case, leave_out=HIDDEN, closed=closed, limit=_LATEST))


def _offered(move: Offer, clock: Clock) -> bool:
    """Closing appears once it can be done; refusing asks for its reasons on its own page."""
    if move.transition.event is not Event.CLOSE:
        return True
    part_is_out = move.transition.stage is Stage.RELEASED and clock.state is not ClockState.ENDED
    return not move.refusals and not part_is_out


def _first_steps(panels: Sequence[Panel]) -> list[PanelLink]:
    """What the panels of later stages ask whoever works on the case to do."""
    if Permission.CASE_WORK not in staff().permissions:
        return []
    return [step for panel in panels for step in panel.next_steps]


def _links(case: Case, wanted: tuple[tuple[str, str], ...]) -> list[Link]:
    served = current_app.view_functions
    return [Link(text, url_for(endpoint, case_id=case.id)) for text, endpoint in wanted if endpoint in served]


def _day(iso: str | None) -> str | None:
    return date_words(date.fromisoformat(iso)) if iso else None


def _assign_form(case: Case | None = None) -> forms.AssignForm:
    form = forms.AssignForm()
    officers = active_staff_with(Permission.CASE_WORK)
    form.officer.choices = [
        SelectChoice("", "Nobody yet"),
        *(SelectChoice(person.id, person.name) for person in officers),
    ]
    if case is not None:
        form.officer.data, form.version.data = case.officer_id or "", case.version
    return form
