"""Attachments of the mail that a request came in, on the staff side."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.queries import visible_case
from sar.foundation.errors import Refused
from sar.records.mailed import queries, service

bp = Blueprint("mailed", __name__, url_prefix="/staff/cases/<case_id>/mail/<int:number>")
BLUEPRINTS = (bp,)

IMAGE_WIDTH = 1200


@bp.get("/pages/<int:page>")
@guard(Permission.CASE_WORK)
def show(case_id: str, number: int, page: int) -> str:
    case = visible_case(current_actor(), case_id)
    found, read, trouble = queries.attached(case, number), None, None
    try:
        read = service.read_page(current_actor(), case_id, number, page)
    except Refused as problem:
        trouble = problem.message
    return render_template(
        "mailed/page.html",
        case=case,
        found=found,
        number=number,
        page=page,
        read=read,
        trouble=trouble,
    )


@bp.get("/pages/<int:page>/image")
@guard(Permission.CASE_WORK)
def image(case_id: str, number: int, page: int) -> Response:
    """The page as a PNG of ours; stored nowhere."""
    return Response(service.open_page(current_actor(), case_id, number, page, IMAGE_WIDTH), mimetype="image/png")
