"""Which stages are served, and through which door (public, staff or both)."""

from __future__ import annotations

import importlib
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from sar.access.guards import identity, public
from sar.access.identities import OriginatorIdentity, RequesterIdentity, StaffIdentity
from sar.access.permissions import ROLE_NAMES, Permission, Role
from sar.foundation.web import without_frame
from sar.settings import PROJECT_ROOT, Settings

STAGES = ("access", "intake", "cases", "records", "consultation", "review", "release", "oversight")

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> Response:
    found = identity()
    if isinstance(found, StaffIdentity):
        # The first page that this role may see: an auditor has no work list.
        menu = _navigation(found)
        return redirect(menu[0]["href"] if menu else url_for("access.change_password"))
    if "intake_public.start" not in current_app.view_functions:
        return redirect(url_for("access.sign_in"))
    return redirect(url_for("intake_public.start"))


def register_stages(app: Flask, settings: Settings) -> None:
    """Load every stage's tables and jobs; register the views that this process's door serves."""
    app.register_blueprint(bp)
    for stage in STAGES:
        for part in ("models", "jobs"):
            _load(f"sar.{stage}.{part}")
        for door, part in (("staff", "views"), ("public", "public_views")):
            if settings.surface in ("both", door):
                for blueprint in getattr(_load(f"sar.{stage}.{part}"), "BLUEPRINTS", ()):
                    app.register_blueprint(blueprint)
    app.context_processor(_frame)


def _load(name: str) -> Any:
    if not (PROJECT_ROOT / name.replace(".", "/")).with_suffix(".py").is_file():
        return None
    return importlib.import_module(name)


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
            "navigation": _navigation(found),
            "permissions": found.permissions,
            "case_links": _case_links,
        }
    if isinstance(found, (RequesterIdentity, OriginatorIdentity)):
        return {"account": {"sign_out_url": url_for("requester_access.sign_out")}, "permissions": frozenset()}
    return {"permissions": frozenset()}


_MENU = (
    ("Cases", "cases.work_list", Permission.CASE_VIEW),
    ("Log a request", "intake.log", Permission.CASE_WORK),
    ("Outbox", "cases.outbox", Permission.CASE_WORK),
    ("Originators", "records.originators", Permission.ORIGINATORS_MANAGE),
    ("Oversight", "oversight.dashboard", Permission.REPORTS_VIEW),
    ("Background jobs", "oversight.jobs", Permission.JOBS_VIEW),
    ("Staff", "access.staff_list", Permission.STAFF_MANAGE),
)


def _navigation(found: StaffIdentity) -> list[dict[str, Any]]:
    return [
        {"text": text, "href": url_for(endpoint), "current": request.endpoint == endpoint}
        for text, endpoint, permission in _MENU
        if permission in found.permissions and endpoint in current_app.view_functions
    ]


_CASE_MENU = (
    ("Case", "cases.show"),
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
