"""Where a requester sees how the request stands, in plain words."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from sar.access.guards import current_actor, requester_only
from sar.cases import queries
from sar.cases.complaints import public_views as own_complaint
from sar.cases.complaints.acknowledging import answer_went_on
from sar.cases.complaints.queries import acknowledge_by, complaints_of
from sar.cases.deadlines import ClockState, Rule
from sar.cases.disclosures import disclosures_of
from sar.cases.workflow import Stage
from sar.foundation.clock import london_today
from sar.intake.evidence import documents

bp = Blueprint("requester", __name__, url_prefix="/my-request")
BLUEPRINTS = (bp, own_complaint.bp)

# What each stage means to the person who asked.
_STANDING = {
    Stage.RECEIVED: ("We have your request", "Someone will look at it soon."),
    Stage.ACKNOWLEDGED: ("We have started", "We are getting ready to look for your records."),
    Stage.GATHERING: ("We are finding your records", "We ask each team that may hold something about you."),
    Stage.REVIEWING: ("We are checking your records", "We read every page, to protect other people named in it."),
    Stage.SECOND_CHECK: ("We are checking your records", "A second person is looking at our work."),
    Stage.SIGNED_OFF: ("Your records are nearly ready", "We are putting them together."),
    Stage.RELEASED: ("Your records are ready", "You can get them here."),
    Stage.CLOSED: ("Your request is finished", "You can still tell us if you are not happy with it."),
    Stage.REJECTED: ("We have made a decision", "Our letter to you says what it is, and what you can do about it."),
    Stage.NOT_VALID: (
        "This is not a request for records",
        "We looked at what you sent us. We cannot answer it as a request for records. If you think we are wrong, call "
        "us. We still have what you sent us. If you sent a copy of your ID, we destroyed that copy.",
    ),
    Stage.WITHDRAWN: ("You took this request back", "You can ask again at any time. There is nothing to pay."),
}


@bp.get("/")
@requester_only
def status() -> str:
    """Where the request stands, by when the answer is due and why, and what we are waiting for."""
    actor = current_actor()
    case = queries.requester_case(actor)
    if case is None:
        return render_template("cases/requester_waiting.html", reference=actor.id)
    clock = queries.clock_of(case)
    title, text = _STANDING[Stage(case.stage)]
    parts, waits = disclosures_of(case), queries.waits_of(case)
    is_open = clock.state is not ClockState.ENDED
    return render_template(
        "cases/requester_status.html",
        case=case,
        clock=clock,
        standing=title,
        standing_text=text,
        is_open=is_open,
        is_late=clock.is_overdue(london_today()),
        asked_for_identity=is_open and case.identity == "asked" and Rule.IDENTITY in waits,
        questions=queries.open_questions(case) if is_open else [],
        fee=queries.fee_awaited(case) if is_open else None,
        complaints=[(one, acknowledge_by(one), answer_went_on(one)) for one in complaints_of(case)],
        asked_for_authority=is_open and case.authority == "asked" and Rule.AUTHORITY in waits,
        accepted_documents=documents(),
        today=london_today(),
        part_only=bool(parts) and not queries.was_answered(case),
        has_answer=(queries.was_answered(case) or any(part.bundle_id for part in parts))
        and "collection.show" in current_app.view_functions,
    )
