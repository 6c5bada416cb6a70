"""People for the tests: staff made by the real service, and browsers that are signed in already.

A session is started as the sign-in does it, without the password: that costs a tenth of a second each time.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from sar.access import service, sessions
from sar.access.models import Staff, WebSession
from sar.access.passwords import fingerprint
from sar.access.permissions import Role
from sar.access.totp import code_at
from sar.foundation.actors import SYSTEM, Actor, ActorKind
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.keys import SYSTEM_SCOPE, blind_index, ensure_system_scope
from tests.integration.intake.walk import Browser

PASSWORD = "lantern orchid thimble quarry"
COOKIE = "__Host-sar"


def hire(email: str, *roles: Role) -> Staff:
    """A member of staff who can really sign in with PASSWORD. Needs the application's context."""
    return service.add_staff(
        SYSTEM, name=email.split("@")[0].title(), email=email, password=PASSWORD, roles=frozenset(roles)
    )


def employ(email: str, *roles: Role) -> str:
    """A member of staff who is only ever signed in by `browser_of`: quick, without a password. Returns the id."""
    with write_transaction() as session:
        ensure_system_scope()
        found = Staff(
            scope_id=SYSTEM_SCOPE,
            email_index=blind_index("staff.email", email),
            email=email,
            name=email.split("@")[0].title(),
            roles=" ".join(sorted(roles)),
            password_hash="none",
            totp_seed="JBSWY3DPEHPK3PXP",
        )
        session.add(found)
    return found.id


def actor_of(staff_id: str) -> Actor:
    return Actor(ActorKind.STAFF, staff_id, db.session.get_one(Staff, staff_id).role_set)


def code_for(staff: Staff, offset: int = 0) -> str:
    """What the authenticator of this person shows now."""
    return code_at(staff.totp_seed, utc_now(), offset)


def token_for(kind: ActorKind, subject_id: str, *, stepped_up: bool = False) -> str:
    """A session that has begun. Needs the application's context."""
    with write_transaction() as session:
        token = sessions.start(kind, subject_id)
        session.flush()
        if stepped_up:
            row = session.scalars(select(WebSession).where(WebSession.token_hash == fingerprint(token))).one()
            row.stepped_up_at = utc_now()
    return token


def browser_with(app: Flask, token: str) -> Browser:
    browser = Browser(app)
    browser.client.set_cookie(COOKIE, token, secure=True, path="/")
    return browser


def browser_of(app: Flask, kind: ActorKind, subject_id: str, *, stepped_up: bool = False) -> Browser:
    """A browser in which this person has signed in."""
    with app.app_context():
        token = token_for(kind, subject_id, stepped_up=stepped_up)
    return browser_with(app, token)
