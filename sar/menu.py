"""The menu of the staff side, and the page of settings behind its last entry.

In the menu is what people do all day. What is set up once and seldom changed is on one page, each with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for

from sar.access.guards import signed_in_staff, staff
from sar.access.identities import StaffIdentity
from sar.access.permissions import Permission

bp = Blueprint("settings", __name__, url_prefix="/staff/settings")
BLUEPRINTS = (bp,)

# The words, where they lead, and who may go there.
_MENU = (
    ("Cases", "cases.work_list", Permission.CASE_VIEW),
    ("Log a request", "intake.log", Permission.CASE_WORK),
    ("Outbox", "cases.outbox", Permission.CASE_WORK),
    ("Proposals", "refusals.listing", Permission.CASE_REJECT),
    ("Complaints", "complaints.listing", Permission.COMPLAINTS_DECIDE),
    ("Oversight", "oversight.dashboard", Permission.REPORTS_VIEW),
    ("Staff", "access.staff_list", Permission.STAFF_MANAGE),
)


@dataclass(frozen=True)
class Setting:
    """One page of settings. Without a permission it is every member of staff's own."""

    text: str
    endpoint: str
    permission: Permission | None
    words: str


_SETTINGS: dict[str, tuple[Setting, ...]] = {
    "Yours": (
        Setting(
            "My reminders",
            "reminders.mine",
            Permission.CASE_VIEW,
            "A daily message about your cases and tasks, and their due dates in your own calendar.",
        ),
        Setting("Change my password", "access.change_password", None, "You need the one you have now."),
    ),
    "Who we ask, and where we look": (
        Setting(
            "Search areas",
            "searches.areas",
            Permission.SEARCHES_MANAGE,
            "The places to look for records, and who to ask about each.",
        ),
        Setting(
            "Originators",
            "records.originators",
            Permission.ORIGINATORS_MANAGE,
            "Police, health and others whose records we hold, and who we ask before we share them.",
        ),
    ),
    "What we write and accept": (
        Setting("Wording of letters", "wordings.letters", Permission.WORDING_EDIT, "The text of every letter we send."),
        Setting(
            "Proof of identity",
            "intake.accepted_evidence",
            Permission.EVIDENCE_EDIT,
            "What people may send to show who they are, also without a passport.",
        ),
    ),
    "The office": (
        Setting(
            "How long cases are kept",
            "retention.listing",
            Permission.RETENTION_VIEW,
            "Finished cases whose time is over, what keeps them longer, and what was destroyed.",
        ),
        Setting(
            "Public holidays",
            "holidays.calendars",
            Permission.CALENDARS_MANAGE,
            "Days on which no answer is due. You see which cases would move before any does.",
        ),
        Setting(
            "Import cases",
            "bulk_import.uploads",
            Permission.CASES_IMPORT,
            "Take over the cases of a spreadsheet, after a look at each row.",
        ),
        Setting(
            "Background jobs",
            "oversight.jobs",
            Permission.JOBS_VIEW,
            "Work that stopped by itself, and the button that tries again.",
        ),
    ),
}
_SETTING_PAGES = frozenset(item.endpoint for items in _SETTINGS.values() for item in items)


def navigation(found: StaffIdentity) -> list[dict[str, Any]]:
    """The entries of the menu that this person may open: `text`, `href`, `current`."""
    entries = [
        {"text": text, "href": url_for(endpoint), "current": request.endpoint == endpoint}
        for text, endpoint, permission in _MENU
        if permission in found.permissions and endpoint in current_app.view_functions
    ]
    current = request.endpoint == "settings.overview" or request.endpoint in _SETTING_PAGES
    return [*entries, {"text": "Settings", "href": url_for("settings.overview"), "current": current}]


@bp.get("/")
@signed_in_staff
def overview() -> str:
    """Every page of settings that this person may open, with a sentence each."""
    return render_template("settings.html", groups=_groups(staff()))


def _groups(found: StaffIdentity) -> dict[str, list[Setting]]:
    served = current_app.view_functions
    groups = {
        title: [
            item
            for item in items
            if item.endpoint in served and (item.permission is None or item.permission in found.permissions)
        ]
        for title, items in _SETTINGS.items()
    }
    return {title: items for title, items in groups.items() if items}
