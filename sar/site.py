"""Which stages are served, and through which door (public, staff or both)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from sar import menu
from sar.access import public_views as access_public
from sar.access import views as access
from sar.access.guards import identity, public
from sar.access.identities import OriginatorIdentity, RequesterIdentity, StaffIdentity
from sar.access.permissions import ROLE_NAMES, Role
from sar.cases import jobs as cases_jobs
from sar.cases import panels
from sar.cases import public_views as cases_public
from sar.cases import views as cases
from sar.cases.bulk_import import jobs as import_jobs
from sar.cases.bulk_import import views as bulk_import
from sar.cases.complaints import views as complaints
from sar.cases.holidays import jobs as holidays_jobs
from sar.cases.refusals import views as refusals
from sar.consultation import jobs as consultation_jobs
from sar.consultation import public_views as consultation_public
from sar.consultation import views as consultation
from sar.foundation.web import without_frame
from sar.intake import jobs as intake_jobs
from sar.intake import public_views as intake_public
from sar.intake import views as intake
from sar.oversight import views as oversight
from sar.oversight.panels import forecast_panel
from sar.oversight.reminders import jobs as reminders_jobs
from sar.oversight.reminders import views as reminders
from sar.oversight.retention import jobs as retention_jobs
from sar.oversight.retention import views as retention
from sar.oversight.retention.panel import panel as retention_panel
from sar.records import jobs as records_jobs
from sar.records import views as records
from sar.records.mailed import views as mailed
from sar.records.panel import documents_panel
from sar.records.roles import views as roles
from sar.records.roles.panel import held_panel
from sar.records.searches import jobs as searches_jobs
from sar.records.searches import views as searches
from sar.records.searches.panel import searches_panel
from sar.release import jobs as release_jobs
from sar.release import public_views as release_public
from sar.release import views as release
from sar.review import jobs as review_jobs
from sar.review import views as review
from sar.settings import Settings

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> Response:
    found = identity()
    if isinstance(found, StaffIdentity):
        # The first page that this role may see: an auditor has no work list.
        return redirect(menu.navigation(found)[0]["href"])
    if "intake_public.start" not in current_app.view_functions:
        return redirect(url_for("access.sign_in"))
    return redirect(url_for("intake_public.start"))


# In the order a request walks through. Importing a stage's jobs registers its handlers; its views bring its tables.
STAFF_DOOR = (
    access,
    intake,
    cases,
    bulk_import,
    searches,
    records,
    roles,
    mailed,
    consultation,
    review,
    release,
    oversight,
    reminders,
    retention,
    menu,
)
PUBLIC_DOOR = (access_public, intake_public, cases_public, consultation_public, release_public)
JOBS = (
    intake_jobs,
    cases_jobs,
    import_jobs,
    holidays_jobs,
    searches_jobs,
    records_jobs,
    consultation_jobs,
    review_jobs,
    release_jobs,
    reminders_jobs,
    retention_jobs,
)
# Panels of the case page, in the order they are shown: the name of each, and the function (actor, case) that fills it.
PANELS: tuple[tuple[str, panels.Filler], ...] = (
    ("forecast", forecast_panel),
    ("searches", searches_panel),
    ("documents", documents_panel),
    ("held for others", held_panel),
    ("complaints", complaints.panel),
    ("refusals", refusals.panel),
    ("retention", retention_panel),
)


def register_stages(app: Flask, settings: Settings) -> None:
    """Register the views that this process's door serves: public, staff or both."""
    app.register_blueprint(bp)
    doors = {"staff": STAFF_DOOR, "public": PUBLIC_DOOR}
    for door, parts in doors.items():
        if settings.surface in ("both", door):
            for part in parts:
                for blueprint in part.BLUEPRINTS:
                    app.register_blueprint(blueprint)
    for name, filler in PANELS:
        panels.register(name, filler)
    app.context_processor(_frame)
    app.context_processor(_footer)


def _frame() -> dict[str, Any]:
    """What the page frame shows about who is signed in."""
    if without_frame():
        return {"permissions": frozenset()}
    found = identity()
    if isinstance(found, StaffIdentity):
        roles = ", ".join(ROLE_NAMES[Role(role)] for role in sorted(found.roles))
        account = {"name": found.name, "role": roles, "sign_out_url": url_for("access.sign_out")}
        return {
            "account": account,
            "navigation": menu.navigation(found),
            "permissions": found.permissions,
            "case_links": _case_links,
        }
    if isinstance(found, (RequesterIdentity, OriginatorIdentity)):
        return {"account": {"sign_out_url": url_for("requester_access.sign_out")}, "permissions": frozenset()}
    return {"permissions": frozenset()}


_FOOTER = (("Accessibility", "intake_public.accessibility"), ("Privacy", "intake_public.privacy"))


def _footer() -> dict[str, Any]:
    """The links at the foot of every page, where this process's door serves what they lead to."""
    served = current_app.view_functions
    return {
        "footer_links": [{"text": text, "href": url_for(endpoint)} for text, endpoint in _FOOTER if endpoint in served]
    }


_CASE_MENU = (
    ("Case", "cases.show"),
    ("Searches", "searches.list_searches"),
    ("Records", "records.list_records"),
    ("Consultation", "consultation.list_consultations"),
    ("Review", "review.people"),
    ("Release", "release.show"),
)


def _case_links(case_id: str) -> list[dict[str, Any]]:
    """The pages of one case, for its navigation; the stage of the page being shown is the current one."""
    return [
        {
            "text": text,
            "href": url_for(endpoint, case_id=case_id),
            "current": endpoint.split(".")[0] == request.blueprint,
        }
        for text, endpoint in _CASE_MENU
        if endpoint in current_app.view_functions
    ]
