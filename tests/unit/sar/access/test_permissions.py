"""What each role may do, as a table that a person reads; what is not in it is denied."""

from __future__ import annotations

import pytest

from sar.access.permissions import GRANTS, ROLE_NAMES, Permission, Role, allows, permissions_of

WORK = {"case.view", "case.work", "case.review", "case.release", "case.close", "document.read", "consultation.run"}
REVIEWED = {
    Role.CASEWORKER: WORK,
    Role.SECOND_READER: {"case.view", "document.read", "case.sign_off"},
    Role.DPO: WORK
    | {
        "case.assign",
        "case.reject",
        "case.sign_off",
        "originators.manage",
        "wording.edit",
        "complaints.decide",
        "searches.manage",
        "calendars.manage",
        "evidence.edit",
        "cases.import",
        "retention.view",
        "retention.manage",
        "retention.agree",
        "reports.view",
        "audit.export",
        "jobs.view",
    },
    Role.AUDITOR: {"reports.view", "audit.export", "retention.view"},
    Role.ADMINISTRATOR: {"staff.manage", "jobs.view", "retention.view", "retention.agree"},
}


def test_each_role_may_do_what_was_agreed_and_nothing_else() -> None:
    assert {role: {permission.value for permission in granted} for role, granted in GRANTS.items()} == REVIEWED
    assert set(ROLE_NAMES) == set(Role)


@pytest.mark.parametrize("permission", Permission)
def test_everything_that_is_guarded_can_be_done_by_somebody(permission: Permission) -> None:
    assert any(allows(frozenset({role}), permission) for role in Role)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_those_who_look_after_the_system_never_see_a_document(role: Role) -> None:
    hidden = {Permission.CASE_VIEW, Permission.DOCUMENT_READ, Permission.CASE_REVIEW, Permission.CASE_RELEASE}
    assert not permissions_of(frozenset({role})) & hidden


def test_nobody_but_an_administrator_gives_out_roles() -> None:
    assert [role for role in Role if allows(frozenset({role}), Permission.STAFF_MANAGE)] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("unknown", [frozenset(), frozenset({"root"}), frozenset({"DPO"}), frozenset({"dpo "})])
def test_an_unknown_role_allows_nothing(unknown: frozenset[str]) -> None:
    assert permissions_of(unknown) == frozenset()


def test_two_roles_allow_what_either_does() -> None:
    both = permissions_of(frozenset({Role.AUDITOR, Role.ADMINISTRATOR}))
    assert both == GRANTS[Role.AUDITOR] | GRANTS[Role.ADMINISTRATOR]
