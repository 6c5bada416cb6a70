"""An administrator looks after accounts, with a fresh code for each grave step, and never their own."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from sar.access import sessions, totp
from sar.access.models import Staff, WebSession
from sar.access.permissions import Role
from sar.access.service import add_staff, change_password, sign_in_staff, step_up
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Refused
from tests.integration.intake.walk import Browser, rows

PASSWORD = "marble kettle orchard stone"
ADMIN = "admin@northvale.example"


def person(email: str, *roles: Role) -> Staff:
    return add_staff(SYSTEM, name=f"Name of {email}", email=email, password=PASSWORD, roles=frozenset(roles))


def browser_of(app: Flask, staff: Staff, *, stepped_up: bool = True) -> Browser:
    with write_transaction():
        token = sessions.start(ActorKind.STAFF, staff.id)
    if stepped_up:
        found = sessions.resolve(token)
        assert found
        step_up(found.actor, found.session_id, totp.code_at(staff.totp_seed, utc_now()))
    browser = Browser(app)
    browser.client.set_cookie("__Host-sar", token, secure=True)
    return browser


def test_only_administrators_see_the_accounts(in_app: Flask) -> None:
    officer = browser_of(in_app, person("officer@northvale.example", Role.DPO, Role.CASEWORKER))
    assert officer.get("/staff/people").status_code == 403
    assert officer.get("/staff/people/add").status_code == 403
    admin = browser_of(in_app, person(ADMIN, Role.ADMINISTRATOR))
    assert "officer@northvale.example" in admin.get("/staff/people").text


def test_changing_accounts_asks_for_a_fresh_code_first(in_app: Flask) -> None:
    other = person("officer@northvale.example", Role.CASEWORKER)
    admin = browser_of(in_app, person(ADMIN, Role.ADMINISTRATOR), stepped_up=False)
    for page in ("add", f"{other.id}/roles", f"{other.id}/stop", f"{other.id}/reset"):
        answer = admin.post(f"/staff/people/{page}", {"roles": "dpo"})
        assert answer.status_code == 302 and answer.location.startswith("/staff/step-up?next="), page
    [still] = [staff for staff in rows(Staff) if staff.id == other.id]
    assert still.role_set == {"caseworker"} and not still.disabled


def test_someone_added_can_sign_in_with_what_the_page_showed(in_app: Flask) -> None:
    admin = browser_of(in_app, person(ADMIN, Role.ADMINISTRATOR))
    shown = admin.post(
        "/staff/people/add", {"name": "Sam Newcome", "email": "sam@northvale.example", "roles": ["caseworker"]}
    ).text
    password, seed = (re.findall(rf'id="{name}">([^<]+)<', shown)[0] for name in ("password", "seed"))
    recovery = re.findall(r"<code>([0-9-]+)</code>", shown)
    assert sign_in_staff("sam@northvale.example", password, totp.code_at(seed, utc_now()), "10.0.0.1")
    assert sign_in_staff("sam@northvale.example", password, recovery[0], "10.0.0.1")


def test_new_roles_count_at_once_and_end_the_sessions_of_before(in_app: Flask) -> None:
    other = person("officer@northvale.example", Role.CASEWORKER)
    theirs = browser_of(in_app, other)
    admin = browser_of(in_app, person(ADMIN, Role.ADMINISTRATOR))
    assert admin.post(f"/staff/people/{other.id}/roles", {"roles": ["auditor"]}).location == "/staff/people"
    assert theirs.get("/staff/log").location.startswith("/staff/sign-in")
    assert [staff.role_set for staff in rows(Staff) if staff.id == other.id] == [{"auditor"}]


def test_a_stopped_account_opens_nothing_until_it_gets_new_details(in_app: Flask) -> None:
    other = person("officer@northvale.example", Role.CASEWORKER)
    old_seed = other.totp_seed
    theirs = browser_of(in_app, other)
    admin = browser_of(in_app, person(ADMIN, Role.ADMINISTRATOR))
    admin.post(f"/staff/people/{other.id}/stop")
    assert theirs.get("/staff/log").location.startswith("/staff/sign-in")
    with pytest.raises(Refused):
        sign_in_staff("officer@northvale.example", PASSWORD, totp.code_at(old_seed, utc_now(), 1), "10.0.0.1")
    shown = admin.post(f"/staff/people/{other.id}/reset").text
    password, seed = (re.findall(rf'id="{name}">([^<]+)<', shown)[0] for name in ("password", "seed"))
    assert seed != old_seed
    with pytest.raises(Refused):
        sign_in_staff("officer@northvale.example", PASSWORD, totp.code_at(seed, utc_now()), "10.0.0.1")
    assert sign_in_staff("officer@northvale.example", password, totp.code_at(seed, utc_now()), "10.0.0.1")


def test_nobody_changes_their_own_account(in_app: Flask) -> None:
    myself = person(ADMIN, Role.ADMINISTRATOR)
    admin = browser_of(in_app, myself)
    for page in ("roles", "stop", "reset"):
        refused = admin.post(f"/staff/people/{myself.id}/{page}", {"roles": ["dpo"]})
        assert "You cannot do this to your own account" in refused.text, page
    [still] = rows(Staff)
    assert still.role_set == {"administrator"} and not still.disabled


def test_a_new_password_needs_the_old_one_and_ends_every_session(in_app: Flask) -> None:
    staff = person("officer@northvale.example", Role.CASEWORKER)
    browser_of(in_app, staff)
    actor = Actor(ActorKind.STAFF, staff.id, staff.role_set)
    for current, new in (("not the one I have now", "quartz lantern meadow drum"), (PASSWORD, "short")):
        with pytest.raises(Refused):
            change_password(actor, current, new)
    assert len(rows(WebSession)) == 1
    change_password(actor, PASSWORD, "quartz lantern meadow drum")
    assert rows(WebSession) == []
    db.session.rollback()
    code = totp.code_at(staff.totp_seed, utc_now(), 1)
    assert sign_in_staff("officer@northvale.example", "quartz lantern meadow drum", code, "10.0.0.1")


def test_everyone_lands_on_a_page_that_their_role_may_see(in_app: Flask) -> None:
    admin = browser_of(in_app, person(ADMIN, Role.ADMINISTRATOR))
    landing = admin.get("/").location
    assert admin.get(landing).status_code == 200
