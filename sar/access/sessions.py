"""Server-side sessions: started, resolved, ended. The token is 256 bits and stored hashed (security.md 5)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from sar.access.identities import Identity, OriginatorIdentity, RequesterIdentity, StaffIdentity
from sar.access.models import Staff, WebSession
from sar.access.passwords import fingerprint
from sar.foundation.actions import Action
from sar.foundation.actors import Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.runtime import settings

_TOUCH_EVERY = timedelta(minutes=1)


def start(kind: ActorKind, subject_id: str) -> str:
    """Start a session inside the caller's transaction. Returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = utc_now()
    ends = now + timedelta(hours=settings().session_absolute_hours)
    db.session.add(
        WebSession(
            token_hash=fingerprint(token), kind=kind.value, subject_id=subject_id, last_seen_at=now, ends_at=ends
        )
    )
    return token


def resolve(token: str) -> Identity | None:
    """Who this token belongs to, or None when it is unknown, idle too long, over, or its owner disabled."""
    row = db.session.scalar(select(WebSession).where(WebSession.token_hash == fingerprint(token)))
    if row is None or not _alive(row, utc_now()):
        return None
    if row.kind == ActorKind.REQUESTER:
        return RequesterIdentity(row.subject_id, row.id)
    if row.kind == ActorKind.ORIGINATOR:
        return OriginatorIdentity(row.subject_id, row.id)
    staff = db.session.get(Staff, row.subject_id)
    if staff is None or staff.disabled:
        return None
    return StaffIdentity(staff.id, staff.name, staff.role_set, row.id, row.stepped_up_at)


def touch(session_id: str) -> None:
    """Note that the session is in use; writes at most once a minute."""
    row = db.session.get(WebSession, session_id)
    if row is None or utc_now() - row.last_seen_at < _TOUCH_EVERY:
        return
    with write_transaction() as session:
        session.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=utc_now()))


def end(actor: Actor, session_id: str) -> None:
    with write_transaction() as session:
        session.execute(delete(WebSession).where(WebSession.id == session_id))
        record(actor, Action.SIGNED_OUT, actor.id)


def end_all(actor: Actor, subject_id: str) -> int:
    """End every session of one person. Returns how many there were."""
    with write_transaction() as session:
        ended = session.execute(delete(WebSession).where(WebSession.subject_id == subject_id))
        count = int(getattr(ended, "rowcount", 0))
        record(actor, Action.SESSIONS_REVOKED, subject_id, count=count)
        return count


def _alive(row: WebSession, now: datetime) -> bool:
    idle = timedelta(minutes=settings().session_idle_minutes)
    return now < row.ends_at and now - row.last_seen_at < idle
