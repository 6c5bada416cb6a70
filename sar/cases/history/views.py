"""The whole history of a case, by topic and page by page."""

from __future__ import annotations

from flask import render_template, request

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases import queries as case_queries
from sar.cases.blueprint import bp
from sar.cases.history import queries
from sar.cases.history.queries import Topic
from sar.cases.links.queries import tells_of_closed

TOPICS = {
    Topic.DONE: "Everything done",
    Topic.CLOCK: "Stage and clock",
    Topic.PEOPLE: "People and links",
    Topic.NOTES: "Notes and tasks",
    Topic.LETTERS: "Letters",
    Topic.RECORDS: "Records",
    Topic.CONSULTATION: "Consultation",
    Topic.REVIEW: "Review",
    Topic.RELEASE: "Release",
    Topic.COMPLAINTS: "Complaints",
    Topic.LOOKED: "Who looked",
}


@bp.get("/cases/<case_id>/history")
@guard(Permission.CASE_VIEW)
def history(case_id: str) -> str:
    case = case_queries.visible_case(current_actor(), case_id)
    asked = request.args.get("topic", "")
    topic = next((one for one in Topic if one.value == asked), Topic.DONE)
    return render_template(
        "cases/history.html",
        case=case,
        topic=topic,
        topics=TOPICS,
        found=queries.history_of(
            case,
            topic,
            request.args.get("page", 1, type=int),
            closed=tells_of_closed(current_actor(), case),
        ),
    )
