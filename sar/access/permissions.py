"""Roles and what each may do. What is not listed is denied."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    DPO = "dpo"
    CASEWORKER = "caseworker"
    SECOND_READER = "second_reader"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.DPO: "Data protection officer",
    Role.CASEWORKER: "Caseworker",
    Role.SECOND_READER: "Second reader",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}


class Permission(StrEnum):
    CASE_VIEW = "case.view"
    CASE_WORK = "case.work"
    CASE_ASSIGN = "case.assign"
    CASE_REJECT = "case.reject"
    CASE_REVIEW = "case.review"
    CASE_SIGN_OFF = "case.sign_off"
    CASE_RELEASE = "case.release"
    CASE_CLOSE = "case.close"
    DOCUMENT_READ = "document.read"
    CONSULT = "consultation.run"
    ORIGINATORS_MANAGE = "originators.manage"
    SEARCHES_MANAGE = "searches.manage"
    REPORTS_VIEW = "reports.view"
    AUDIT_EXPORT = "audit.export"
    COMPLAINTS_DECIDE = "complaints.decide"
    WORDING_EDIT = "wording.edit"
    CALENDARS_MANAGE = "calendars.manage"
    EVIDENCE_EDIT = "evidence.edit"
    CASES_IMPORT = "cases.import"
    RETENTION_VIEW = "retention.view"
    RETENTION_MANAGE = "retention.manage"
    RETENTION_AGREE = "retention.agree"
    STAFF_MANAGE = "staff.manage"
    JOBS_VIEW = "jobs.view"


_CASEWORK = frozenset(
    {
        Permission.CASE_VIEW,
        Permission.CASE_WORK,
        Permission.CASE_REVIEW,
        Permission.CASE_RELEASE,
        Permission.CASE_CLOSE,
        Permission.DOCUMENT_READ,
        Permission.CONSULT,
    }
)
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CASEWORKER: _CASEWORK,
    Role.SECOND_READER: frozenset({Permission.CASE_VIEW, Permission.DOCUMENT_READ, Permission.CASE_SIGN_OFF}),
    Role.DPO: _CASEWORK
    | {
        Permission.CASE_ASSIGN,
        Permission.CASE_REJECT,
        Permission.CASE_SIGN_OFF,
        Permission.ORIGINATORS_MANAGE,
        Permission.WORDING_EDIT,
        Permission.COMPLAINTS_DECIDE,
        Permission.CALENDARS_MANAGE,
        Permission.SEARCHES_MANAGE,
        Permission.EVIDENCE_EDIT,
        Permission.CASES_IMPORT,
        Permission.RETENTION_VIEW,
        Permission.RETENTION_MANAGE,
        Permission.RETENTION_AGREE,
        Permission.REPORTS_VIEW,
        Permission.AUDIT_EXPORT,
        Permission.JOBS_VIEW,
    },
    Role.AUDITOR: frozenset({Permission.REPORTS_VIEW, Permission.AUDIT_EXPORT, Permission.RETENTION_VIEW}),
    Role.ADMINISTRATOR: frozenset(
        {Permission.STAFF_MANAGE, Permission.JOBS_VIEW, Permission.RETENTION_VIEW, Permission.RETENTION_AGREE}
    ),
}


def permissions_of(roles: frozenset[str]) -> frozenset[Permission]:
    """All that these roles allow together. An unknown role allows nothing."""
    known = {role.value: role for role in Role}
    granted: set[Permission] = set()
    for name in roles:
        if name in known:
            granted |= GRANTS[known[name]]
    return frozenset(granted)


def allows(roles: frozenset[str], permission: Permission) -> bool:
    return permission in permissions_of(roles)
