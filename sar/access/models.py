"""Staff, sessions, requesters' phrases, links for originators."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Row, ScopedRow, UtcDateTime, plain, sealed_column


class Staff(ScopedRow):
    """A member of staff. Name, address and second-factor seed are sealed with the system key."""

    __tablename__ = "staff"

    email_index: Mapped[str] = plain(String(64), nullable=False, unique=True)
    email_sealed: Mapped[bytes | None] = sealed_column()
    email = Sealed[str]("email_sealed")
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed[str]("name_sealed")
    roles: Mapped[str] = plain(String(120), nullable=False)
    password_hash: Mapped[str] = plain(String(200), nullable=False)
    totp_seed_sealed: Mapped[bytes | None] = sealed_column()
    totp_seed = Sealed[str]("totp_seed_sealed")
    totp_last_counter: Mapped[int] = plain(Integer, nullable=False, default=0)
    disabled: Mapped[bool] = plain(Boolean, nullable=False, default=False)

    @property
    def role_set(self) -> frozenset[str]:
        return frozenset(self.roles.split())


class RecoveryCode(Row):
    """One single-use code that stands in for a lost authenticator."""

    __tablename__ = "recovery_code"

    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, index=True)
    code_hash: Mapped[str] = plain(String(64), nullable=False, unique=True)
    used_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class WebSession(Row):
    """A signed-in browser. The cookie holds a random token; only its hash is here."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = plain(String(64), nullable=False, unique=True)
    kind: Mapped[str] = plain(String(12), nullable=False)
    subject_id: Mapped[str] = plain(String(40), nullable=False, index=True)
    last_seen_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)
    ends_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)
    stepped_up_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class RequesterAccess(Row):
    """The access phrase of one request, hashed."""

    __tablename__ = "requester_access"

    reference: Mapped[str] = plain(String(20), nullable=False, unique=True)
    phrase_hash: Mapped[str] = plain(String(200), nullable=False)


class AccessLink(Row):
    """A link sent to an originator: good for one consultation, with a one-time code by mail."""

    __tablename__ = "access_link"
    __table_args__ = (UniqueConstraint("token_hash"),)

    purpose: Mapped[str] = plain(String(20), nullable=False)
    subject_id: Mapped[str] = plain(ID, nullable=False, index=True)
    token_hash: Mapped[str] = plain(String(64), nullable=False)
    expires_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)
    ended_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    code_hash: Mapped[str | None] = plain(String(64), nullable=True)
    code_expires_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    code_tries: Mapped[int] = plain(Integer, nullable=False, default=0)
