"""The release page: what stands in the way, make the reply, let it go."""

from __future__ import annotations

import io
from typing import BinaryIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard, stepped_up
from sar.access.permissions import Permission
from sar.cases.lateness import LATENESS_WORDS
from sar.cases.models import Case
from sar.cases.queries import clock_of, visible_case
from sar.foundation.clock import london_date, london_today
from sar.foundation.errors import Conflict, NotFound, Problem, Refused
from sar.foundation.typed_text import packed, unpacked
from sar.release import queries, service
from sar.release.forms import PART_WORDS, PASSPHRASE_WORDS, ROUTE_WORDS, MakeForm, ReleaseForm, StopForm, answer_of
from sar.release.models import Route

bp = Blueprint("release", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)


@bp.get("/cases/<case_id>/release")
@guard(Permission.CASE_VIEW)
def show(case_id: str) -> str:
    return _page(case_id)


@bp.post("/cases/<case_id>/release/build")
@guard(Permission.CASE_RELEASE)
def build(case_id: str) -> str | Response:
    form = MakeForm()
    if form.validate_on_submit():
        try:
            service.request_bundle(current_actor(), case_id, *form.answer)
        except Refused as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The reply is being made and checked. This page shows how far it is.", "success")
            return redirect(url_for("release.show", case_id=case_id))
    return _page(case_id, make_form=form)


@bp.post("/cases/<case_id>/release/letter")
@guard(Permission.CASE_RELEASE)
def letter(case_id: str) -> str:
    """The letter on top of the reply, before the reply is made. Keeps nothing."""
    form = MakeForm()
    if form.validate_on_submit():
        try:
            found = queries.letter_to_look_at(current_actor(), case_id, *form.answer)
            words, pages = found.words(), len(found.pictures())
        except Refused as problem:
            form.form_errors.append(problem.message)
        else:
            token = packed(_purpose(case_id), form.as_text())
            numbers = range(1, pages + 1) if token else ()
            sheets = [url_for("release.letter_page", case_id=case_id, page=page, of=token) for page in numbers]
            return render_template("release/letter.html", case=found.case, form=form, words=words, sheets=sheets)
    return _page(case_id, make_form=form)


@bp.get("/cases/<case_id>/release/letter/<int:page>.png")
@guard(Permission.CASE_RELEASE)
def letter_page(case_id: str, page: int) -> Response:
    """One typeset page of that letter, drawn by us."""
    answer = answer_of(unpacked(_purpose(case_id), request.args.get("of", "")))
    try:
        found = queries.letter_to_look_at(current_actor(), case_id, *answer)
    except Refused:
        raise NotFound("The letter cannot be shown any more.") from None
    pages = found.pictures()
    if not 1 <= page <= len(pages):
        raise NotFound("The letter has no such page.")
    return send_file(io.BytesIO(pages[page - 1]), mimetype="image/png")


@bp.post("/replies/<bundle_id>/release")
@guard(Permission.CASE_RELEASE, step_up=True)
def let_go(bundle_id: str) -> str | Response:
    bundle = queries.visible_bundle(current_actor(), bundle_id)
    form = _form(visible_case(current_actor(), bundle.case_id))
    if form.validate_on_submit():
        ways = (Route(form.route.data), Route(form.passphrase_route.data))
        try:
            service.release(current_actor(), bundle_id, *ways, form.why_late)
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            told = form.passphrase_route.data == Route.IN_PERSON
            words = "Now tell them the six words." if told else "The six words are on their way by another route."
            flash(f"The reply is released. {words}", "success")
            return redirect(url_for("release.show", case_id=bundle.case_id))
    return _page(bundle.case_id, form)


@bp.post("/replies/<bundle_id>/words")
@guard(Permission.CASE_RELEASE, step_up=True)
def words(bundle_id: str) -> str:
    """The six words on screen: by POST, since each look is written down."""
    passphrase = service.show_passphrase(current_actor(), bundle_id)
    bundle = queries.visible_bundle(current_actor(), bundle_id)
    case = visible_case(current_actor(), bundle.case_id)
    return render_template("release/words.html", case=case, passphrase=passphrase)


@bp.post("/replies/<bundle_id>/hand-over")
@guard(Permission.CASE_RELEASE, step_up=True)
def hand_over(bundle_id: str) -> Response:
    bundle = queries.visible_bundle(current_actor(), bundle_id)
    reference = visible_case(current_actor(), bundle.case_id).reference
    return bundle_file(service.hand_over(current_actor(), bundle_id), f"records-{reference}.pdf")


@bp.post("/replies/<bundle_id>/stop")
@guard(Permission.CASE_RELEASE)
def stop(bundle_id: str) -> str | Response:
    """Without a fresh code: what harms by being read must be stopped at once."""
    bundle, form = queries.visible_bundle(current_actor(), bundle_id), StopForm()
    if form.validate_on_submit():
        try:
            service.stop(current_actor(), bundle_id, form.reason.data or "")
        except Conflict as problem:
            flash(problem.message, "error")
        else:
            flash("The reply is stopped. Nobody can collect it any more.", "success")
        return redirect(url_for("release.show", case_id=bundle.case_id))
    return _page(bundle.case_id, stop_form=form)


def _page(
    case_id: str,
    form: ReleaseForm | None = None,
    make_form: MakeForm | None = None,
    stop_form: StopForm | None = None,
) -> str:
    actor = current_actor()
    case = visible_case(actor, case_id)
    bundle, out = queries.latest_bundle(case), queries.released_bundle(case)
    return render_template(
        "release/show.html",
        case=case,
        clock=clock_of(case),
        bundle=bundle,
        job=queries.build_job(bundle) if bundle else None,
        being_made=bundle is not None and queries.being_made(bundle),
        stands=bundle is not None and queries.stands(case, bundle),
        released_on=london_date(bundle.released_at) if bundle and bundle.released_at else None,
        out=out,
        out_reached=out is not None and queries.has_reached(out),
        out_on=london_date(out.released_at) if out and out.released_at else None,
        out_until=queries.last_day(out) if out else None,
        stop_form=stop_form or StopForm(),
        collected_on=london_date(bundle.collected_at) if bundle and bundle.collected_at else None,
        last_day=queries.last_day(bundle) if bundle else None,
        today=london_today(),
        gate=queries.gate(actor, case, bundle),
        form=form or _form(case),
        route_words=ROUTE_WORDS,
        passphrase_words=PASSPHRASE_WORDS,
        lateness_words=LATENESS_WORDS,
        make_form=make_form or MakeForm(),
        part_words=PART_WORDS,
        stepped_up=stepped_up(),
        width_shows=queries.width_shows(case, bundle) if bundle else [],
    )


def _form(case: Case) -> ReleaseForm:
    return ReleaseForm().for_clock(clock_of(case))


def _purpose(case_id: str) -> str:
    return f"letter on a reply|{case_id}"


def bundle_file(stream: BinaryIO, name: str) -> Response:
    """A file to keep, never shown in the page (security.md 16)."""
    response = send_file(stream, mimetype="application/pdf", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
