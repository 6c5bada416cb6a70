"""The work list as a page, and as a file."""

from __future__ import annotations

from flask import Response, render_template, request

from sar.access.guards import current_actor, guard
from sar.access.permissions import Permission
from sar.cases.blueprint import bp
from sar.cases.conflicts.queries import left_alone
from sar.cases.deadlines import ClockState, Regime
from sar.cases.waiting import WHOM_NAMES
from sar.cases.workflow import STAGE_NAMES
from sar.cases.worklist import queries, service
from sar.cases.worklist.filters import NOBODY, SOON_DAYS, Filters, Show, Whose
from sar.foundation.clock import london_today
from sar.foundation.downloads import download

WHOSE = {Whose.MINE: "Mine", Whose.TEAM: "The whole team", Whose.UNASSIGNED: "Nobody's yet"}
SHOW = {
    Show.OPEN: "Open",
    Show.OVERDUE: "Overdue",
    Show.SOON: f"Due in {SOON_DAYS} days",
    Show.CLOSED: "Closed",
    Show.ALL: "All",
}
ORDER = {
    Show.CLOSED: "those that ended last on top",
    Show.ALL: "open ones first, those due first on top; then those that ended, the last on top",
}
# The select boxes: name, label, and the choices after "Any".
NARROWING = (
    ("stage", "Stage", {stage.value: name for stage, name in STAGE_NAMES.items()}),
    (
        "clock",
        "Clock",
        {
            ClockState.RUNNING.value: "Running",
            ClockState.PAUSED.value: "Paused",
            ClockState.NOT_STARTED.value: "Not started",
            ClockState.REOPENED.value: "Answered, open again",
            ClockState.ENDED.value: "Ended",
        },
    ),
    ("regime", "Law", {Regime.LE.value: "Part 3 (law enforcement)", Regime.UKGDPR.value: "UK GDPR"}),
    (
        "awaiting",
        "Waiting for",
        {**{whom.value: name for whom, name in WHOM_NAMES.items()}, NOBODY: "nobody: our turn"},
    ),
)


@bp.get("/cases/")
@guard(Permission.CASE_VIEW)
def work_list() -> str:
    """Cases by due date; the filters live in the address, so that a list can be kept and sent."""
    filters = Filters.read(request.args)
    found = queries.work_list(current_actor(), filters, request.args.get("page", 1, type=int))
    return render_template(
        "cases/work_list.html",
        found=found,
        erased=None if found.rows else queries.erased(current_actor(), filters),
        filters=filters,
        whose_choices=WHOSE,
        show_choices=SHOW,
        narrowing=NARROWING,
        order=ORDER.get(filters.show, "those due first on top, those that wait without a due date last"),
        stage_names=STAGE_NAMES,
        whom_names=WHOM_NAMES,
        soon_days=SOON_DAYS,
        left_alone=len(left_alone(current_actor())),
    )


@bp.post("/cases/list.csv")
@guard(Permission.CASE_VIEW)
def export_list() -> Response:
    """The same list as a file. A button, not a link: taking it away is written to the log."""
    lines = service.export(current_actor(), Filters.read(request.form))
    return download(lines, "text/csv", f"cases-{london_today()}.csv")
