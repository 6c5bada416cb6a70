"""The page on which a health professional's opinion is written down."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.access.queries import staff_names
from sar.cases.deadlines import health_opinion_last_good_day
from sar.cases.queries import visible_case
from sar.foundation.clock import london_today
from sar.foundation.errors import Refused
from sar.review import health
from sar.review.blueprint import bp
from sar.review.forms import HealthOpinionForm


@bp.route("/cases/<case_id>/review/health", methods=["GET", "POST"])
@guard(Permission.CASE_REVIEW)
def health_opinions(case_id: str) -> str | Response:
    case, form = visible_case(current_actor(), case_id), HealthOpinionForm()
    if form.validate_on_submit() and form.given_on.data:
        try:
            health.record_opinion(
                current_actor(),
                case_id,
                given_by=form.given_by.data or "",
                given_on=form.given_on.data,
                harm_likely=form.harm.data == "likely",
                words=form.words.data or "",
            )
        except Refused as problem:
            form.form_errors.append(problem.message)
        else:
            flash("The opinion is kept.", "success")
            return redirect(url_for("review.health_opinions", case_id=case_id))
    opinions, today = health.opinions_of(case), london_today()
    return render_template(
        "review/health.html",
        case=case,
        form=form,
        opinions=opinions,
        good={opinion.id for opinion in opinions if health.is_good(opinion, today)},
        last_days={opinion.id: health_opinion_last_good_day(opinion.given_on) for opinion in opinions},
        names=staff_names({opinion.recorded_by for opinion in opinions}),
    )
