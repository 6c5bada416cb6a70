"""Where a requester collects the reply."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, requester_only
from sar.release import queries, service
from sar.release.models import Route
from sar.release.views import bundle_file

bp = Blueprint("collection", __name__, url_prefix="/my-request/records")
BLUEPRINTS = (bp,)


@bp.get("/")
@requester_only
def show() -> str:
    actor = current_actor()
    bundle = queries.own_bundle(actor)
    return render_template(
        "release/collect.html",
        bundle=bundle,
        until=queries.last_day(bundle) if bundle else None,
        passphrase_route=Route(bundle.passphrase_route) if bundle and bundle.passphrase_route else None,
        by_hand=bundle is None and queries.answer_to(actor) is not None,
        was_stopped=queries.was_stopped(actor),
        is_looked_at=queries.is_looked_at(actor),
        is_open_again=queries.is_open_again(actor),
    )


@bp.post("/download")
@requester_only
def download() -> Response:
    actor = current_actor()
    return bundle_file(service.collect(actor), f"your-records-{actor.id}.pdf")
