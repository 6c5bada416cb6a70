"""Pages that link a case to another, and take a link back."""

from __future__ import annotations

from flask import flash, render_template, request

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import queries as case_queries
from sar.cases.blueprint import Answer, back, bp, form_page
from sar.cases.links import queries, service
from sar.cases.links.forms import LinkForm, UnlinkForm
from sar.cases.links.service import LinkKind
from sar.foundation.errors import Conflict, Refused


@bp.route("/cases/<case_id>/link", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def link(case_id: str) -> Answer:
    form, case = LinkForm(), case_queries.visible_case(current_actor(), case_id)
    if not form.is_submitted():
        form.reference.data = request.args.get("reference", "")[:40]
    return form_page(
        case_id,
        form,
        "Link to another case",
        lambda version: service.link(
            current_actor(),
            case_id,
            form.reference.data or "",
            LinkKind(form.kind.data),
            form.reason.data or "",
            version=version,
        ),
        "The two cases are linked.",
        "cases/link.html",
        suggestions=queries.suggestions(current_actor(), case),
    )


@bp.route("/links/<link_id>/end", methods=["GET", "POST"])
@guard(Permission.CASE_WORK)
def unlink(link_id: str) -> Answer:
    """On success back to the case that said so; either side may be where one came from."""
    form, found = UnlinkForm(), service.visible_link(current_actor(), link_id)
    case = case_queries.visible_case(current_actor(), found.case_id)
    if form.validate_on_submit():
        try:
            service.unlink(current_actor(), link_id, form.reason.data or "")
        except (Refused, Conflict) as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The link is taken back.", "success")
            return back(case.id)
    other = case_queries.visible_case(current_actor(), found.other_id)
    return render_template(
        "cases/form.html",
        case=case,
        form=form,
        page_title_text="Take a link back",
        explanation=[f"{case.reference} and {other.reference} would no longer be linked. The reason is kept."],
    )
