"""The public door: one question a page, saved as they go, sent once.

The browser holds a random token in a cookie and nothing else; every answer is in a sealed draft.
"""

from __future__ import annotations

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from sar.access.guards import public
from sar.foundation.clock import london_today
from sar.foundation.errors import Conflict, Gone, Problem, Refused, StoreFull
from sar.foundation.runtime import settings
from sar.foundation.web import client_address
from sar.intake import drafts, evidence, questions, summary
from sar.intake.forms import FORMS, ContactForm, PhotoForm, QuestionForm, SendForm
from sar.intake.models import Draft

bp = Blueprint("intake_public", __name__)
BLUEPRINTS = (bp,)

Page = str | Response | tuple[str, int]


@bp.route("/ask", methods=["GET", "POST"])
@public
def start() -> Page:
    form = SendForm()
    if form.validate_on_submit():
        drafts.forget(_token())
        for_other = "other" in request.form
        token = drafts.start(client_address(), for_other=for_other)
        return _with_cookie(redirect(_url("helper" if for_other else "name")), token)
    draft = drafts.find(_token())
    going_on = (questions.first_open(draft.answers) or "check") if draft and draft.answers else None
    return render_template("intake/start.html", form=form, going_on=_url(going_on) if going_on else None)


@bp.route("/ask/<page>", methods=["GET", "POST"])
@public
def question(page: str) -> Page:
    if page not in FORMS:
        abort(404)
    draft = drafts.find(_token())
    if draft is None:
        return _start_again()
    answers = draft.answers
    if not questions.is_open(page, answers):
        return redirect(_url(questions.first_open(answers) or "check"))
    form = FORMS[page]()
    if questions.is_for_other(answers):
        form.speak_of_other()
    if isinstance(form, ContactForm):
        form.load_choices(answers)
    status = 200
    if form.validate_on_submit():
        try:
            drafts.save(_token(), page, form.given())
        except StoreFull as problem:
            form.form_errors.append(problem.message)
            status = problem.status
        else:
            return redirect(_next(page, {**answers, page: form.given()}))
    elif request.method == "GET":
        form.load(answers.get(page, {}), answers)
    return _shown("intake/question.html", form, page, draft), status


@bp.route("/ask/photo", methods=["GET", "POST"])
@public
def photo() -> Page:
    draft = drafts.find(_token())
    if draft is None:
        return _start_again()
    if not questions.is_open("photo", draft.answers):
        return redirect(_url(questions.first_open(draft.answers) or "check"))
    form = PhotoForm()
    status = 200
    if form.validate_on_submit():
        try:
            sent = _take_photo(form, draft)
        except (Refused, StoreFull) as problem:
            form.photo.errors = [problem.message]
            status = problem.status if isinstance(problem, StoreFull) else 200
        else:
            return redirect(_next("photo", {**draft.answers, "photo": {"sent": sent}}))
    return _shown("intake/photo.html", form, "photo", draft), status


def _take_photo(form: PhotoForm, draft: Draft) -> bool:
    """Keep what was sent. Returns whether there is a photo now."""
    if form.without.data:
        drafts.go_without_photo(_token())
        return False
    upload = form.photo.data
    if upload is not None and upload.filename:
        drafts.save_photo(_token(), upload.stream, upload.filename, client_address())
    elif draft.photo_blob_id is None:
        raise Refused("Choose a photo, or use the button “I cannot send a photo”.")
    return True


@bp.get("/ask/photo/image")
@public
def photo_image() -> Response:
    """The photo as we keep it (made anew by us), so that its owner can see whether it can be read."""
    picture = drafts.photo_bytes(_token())
    if picture is None:
        abort(404)
    return send_file(io.BytesIO(picture), mimetype="image/jpeg", max_age=0)


@bp.route("/ask/check", methods=["GET", "POST"])
@public
def check() -> Page:
    """Look over the answers, and send them. The six words come with this answer and never again: no redirect."""
    form = SendForm()
    status = 200
    if form.validate_on_submit():
        try:
            receipt = drafts.send(_token(), client_address())
        except Gone:
            return _start_again()
        except Conflict as problem:
            return render_template("intake/sent.html", message=problem.message, form=form)
        except Problem as problem:
            form.form_errors.append(problem.message)
            status = 200 if isinstance(problem, Refused) else problem.status
        else:
            return render_template("intake/done.html", receipt=receipt, today=london_today(), leave_form=SendForm())
    draft = drafts.find(_token())
    if draft is None:
        return render_template("intake/sent.html", message="", form=form) if _token() else _start_again()
    missing = questions.first_open(draft.answers)
    if missing:
        return redirect(_url(missing))
    shown = summary.lines(draft.answers)
    back, other = _url(questions.path(draft.answers)[-1]), questions.is_for_other(draft.answers)
    return render_template("intake/check.html", form=form, lines=shown, back=back, for_other=other), status


@bp.post("/ask/leave")
@public
def leave() -> Response:
    """Clear this device: the draft, if there is one, and the cookie."""
    drafts.forget(_token())
    flash("We have cleared your answers from this device.", "success")
    response = redirect(url_for("intake_public.start"))
    response.delete_cookie(_cookie(), path="/", secure=settings().secure, httponly=True, samesite="Lax")
    return response


@bp.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("intake/accessibility.html")


@bp.get("/privacy")
@public
def privacy() -> str:
    return render_template("intake/privacy.html", draft_hours=drafts.DRAFT_HOURS)


def _shown(template: str, form: QuestionForm, page: str, draft: Draft) -> str:
    changing = "change" in request.args
    earlier = questions.before(page, draft.answers)
    return render_template(
        template,
        documents=evidence.documents() if page in ("photo", "no-photo") else (),
        form=form,
        page=page,
        back=_url("check") if changing else _url(earlier) if earlier else url_for("intake_public.start"),
        place=questions.path(draft.answers).index(page) + 1,
        has_photo=draft.photo_blob_id is not None,
    )


def _next(page: str, answers: questions.Answers) -> str:
    return _url(questions.after(page, answers) or "check")


def _url(page: str) -> str:
    if page in ("photo", "check"):
        return url_for(f"intake_public.{page}")
    return url_for("intake_public.question", page=page)


def _start_again() -> Response:
    if _token():
        flash(drafts.NO_DRAFT)
    return redirect(url_for("intake_public.start"))


def _cookie() -> str:
    return "__Host-sar-ask" if settings().secure else "sar-ask"


def _token() -> str:
    return request.cookies.get(_cookie(), "")


def _with_cookie(response: Response, token: str) -> Response:
    response.set_cookie(_cookie(), token, path="/", secure=settings().secure, httponly=True, samesite="Lax")
    return response
