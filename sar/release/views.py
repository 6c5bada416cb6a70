"""The release page: what stands in the way, make the reply, let it go."""

from __future__ import annotations

from typing import BinaryIO

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.queries import clock_of, visible_case
from sar.foundation.errors import Problem
from sar.release import queries, service
from sar.release.forms import ReleaseForm
from sar.release.models import Lateness, Route

bp = Blueprint("release", __name__, url_prefix="/staff")
BLUEPRINTS = (bp,)


@bp.get("/cases/<case_id>/release")
@guard(Permission.CASE_VIEW)
def show(case_id: str) -> str:
    return _page(case_id, ReleaseForm())


def _page(case_id: str, form: ReleaseForm) -> str:
    actor = current_actor()
    case = visible_case(actor, case_id)
    bundle = queries.latest_bundle(case)
    return render_template(
        "release/show.html",
        case=case,
        clock=clock_of(case),
        bundle=bundle,
        job=queries.build_job(bundle) if bundle else None,
        gate=queries.gate(actor, case, bundle),
        form=form,
    )


@bp.post("/cases/<case_id>/release/build")
@guard(Permission.CASE_RELEASE)
def build(case_id: str) -> Response:
    service.request_bundle(current_actor(), case_id)
    flash("The reply is being made and checked. This page shows how far it is.", "success")
    return redirect(url_for("release.show", case_id=case_id))


@bp.post("/replies/<bundle_id>/release")
@guard(Permission.CASE_RELEASE, step_up=True)
def let_go(bundle_id: str) -> str | Response:
    bundle = queries.visible_bundle(current_actor(), bundle_id)
    form = ReleaseForm()
    if form.validate_on_submit():
        lateness = Lateness(form.lateness.data) if form.lateness.data else None
        try:
            service.release(
                current_actor(), bundle_id, Route(form.route.data), Route(form.passphrase_route.data), lateness
            )
        except Problem as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The reply is released. The six words are on their way by another route.", "success")
            return redirect(url_for("release.show", case_id=bundle.case_id))
    return _page(bundle.case_id, form)


@bp.post("/replies/<bundle_id>/hand-over")
@guard(Permission.CASE_RELEASE, step_up=True)
def hand_over(bundle_id: str) -> Response:
    return bundle_file(service.hand_over(current_actor(), bundle_id), f"records-{bundle_id[:8]}.pdf")


def bundle_file(stream: BinaryIO, name: str) -> Response:
    """A file to keep, never shown in the page (security.md 16)."""
    response = send_file(stream, mimetype="application/pdf", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
