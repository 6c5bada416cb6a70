"""Choose a letter, fill it in, look at it, send it."""

from __future__ import annotations

import io
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.models import Case
from sar.cases.queries import visible_case
from sar.cases.writing import queries, service
from sar.cases.writing.forms import CHANNEL_WORDS, LetterForm, SendForm, form_for
from sar.cases.writing.kinds import LETTERS, Letter
from sar.cases.writing.models import LetterDraft
from sar.foundation.errors import Conflict, NotFound, Refused
from sar.foundation.messages import Channel

bp = Blueprint("letters", __name__, url_prefix="/staff")
_TO_OTHERS = [Channel.EMAIL, Channel.POST]


@bp.get("/cases/<case_id>/letters")
@guard(Permission.CASE_WORK)
def choose(case_id: str) -> str:
    case = visible_case(current_actor(), case_id)
    return render_template("writing/choose.html", case=case, letters=queries.fitting(case))


@bp.route("/cases/<case_id>/letters/<name>", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def write(case_id: str, name: str) -> str | Response:
    return write_letter(visible_case(current_actor(), case_id), name)


@bp.route("/letters/<draft_id>/change", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def change(draft_id: str) -> str | Response:
    draft = queries.visible_draft(current_actor(), draft_id)
    case = visible_case(current_actor(), draft.case_id)
    letter = queries.fitting_letter(case, draft.name, draft.about)
    form = _form(case, letter)
    if request.method == "GET":
        _show(form, letter, draft)
    return _fill_in(case, letter, form, draft)


@bp.get("/letters/<draft_id>")
@guard(Permission.CASE_WORK)
def look(draft_id: str) -> str:
    draft = queries.visible_draft(current_actor(), draft_id)
    return _page(draft, SendForm(version=draft.version))


@bp.get("/letters/<draft_id>/pages/<int:page>.png")
@guard(Permission.CASE_WORK)
def picture(draft_id: str, page: int) -> FileResponse:
    """One typeset page of a letter that has not gone, drawn by us."""
    draft = queries.visible_draft(current_actor(), draft_id)
    pages = queries.pages(visible_case(current_actor(), draft.case_id), draft)
    if not 1 <= page <= len(pages):
        raise NotFound("The letter has no such page.")
    return send_file(io.BytesIO(pages[page - 1]), mimetype="image/png")


@bp.post("/letters/<draft_id>/send")
@guard(Permission.CASE_WORK)
def send(draft_id: str) -> Response:
    form, draft = SendForm(), queries.visible_draft(current_actor(), draft_id)
    case_id = draft.case_id
    if form.validate_on_submit():
        try:
            message = service.send(current_actor(), draft_id, version=form.version.data or 0)
        except (Refused, Conflict) as problem:
            flash(problem.message, "error")
        else:
            what = "is on its way" if message.channel == Channel.EMAIL else "is in the outbox: print it or hand it over"
            flash(f"The letter {what}.", "success")
            return redirect(url_for("cases.show", case_id=case_id))
    return redirect(url_for("letters.look", draft_id=draft_id))


@bp.post("/letters/<draft_id>/discard")
@guard(Permission.CASE_WORK)
def discard(draft_id: str) -> Response:
    case_id = queries.visible_draft(current_actor(), draft_id).case_id
    try:
        service.discard(current_actor(), draft_id)
    except Conflict as problem:
        flash(problem.message, "error")
    else:
        flash("The letter was not sent. It is put away.", "success")
    return redirect(url_for("cases.show", case_id=case_id))


def write_letter(case: Case, name: str, about: str | None = None) -> str | Response:
    """The page that fills in a new letter; `about` is the complaint it is about."""
    letter = queries.fitting_letter(case, name, about)
    queries.require_allowed(current_actor(), letter, about)
    return _fill_in(case, letter, _form(case, letter), None, about)


def _form(case: Case, letter: Letter) -> LetterForm:
    return form_for(letter, _TO_OTHERS if letter.to_other else queries.channels(case))()


def _fill_in(
    case: Case, letter: Letter, form: LetterForm, draft: LetterDraft | None, about: str | None = None
) -> str | Response:
    if form.validate_on_submit():
        try:
            kept = service.write(
                current_actor(),
                case.id,
                letter.name,
                form.filled(letter),
                channel=form["channel"].data,
                addressee=form.addressee(letter),
                about=about,
                draft=draft,
            )
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
        else:
            return redirect(url_for("letters.look", draft_id=kept.id))
    return render_template("writing/fill_in.html", case=case, letter=letter, form=form)


def _show(form: LetterForm, letter: Letter, draft: LetterDraft) -> None:
    for blank in letter.blanks:
        value = draft.fields.get(blank.name, "")
        if blank.is_day:
            form[blank.name].data = date.fromisoformat(str(value)) if value else None
        else:
            form[blank.name].data = "\n".join(value) if isinstance(value, list) else value
    form["channel"].data = draft.channel
    if draft.addressee:
        form["who"].data, form["to"].data = draft.addressee["name"], draft.addressee["to"]


def _page(draft: LetterDraft, form: SendForm) -> str:
    case = visible_case(current_actor(), draft.case_id)
    problem, words, pages = None, None, 0
    named: list[str] = []
    try:
        if draft.message_id is None:
            words = queries.wording_of(case, draft)
            named = queries.names_of_requester(case, draft, words)
            pages = len(queries.pages(case, draft)) if draft.channel == Channel.POST else 0
    except Refused as refusal:
        problem = refusal.message
    return render_template(
        "writing/look.html",
        case=case,
        draft=draft,
        letter=LETTERS[draft.name],
        words=words,
        pages=pages,
        problem=problem,
        named=named,
        form=form,
        channel=CHANNEL_WORDS[Channel(draft.channel)],
        to=queries.where_to(case, draft),
    )
