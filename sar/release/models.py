"""The bundle: one encrypted PDF that answers one case."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column


class BundleState(StrEnum):
    """Waiting: a job is at work, or gave up. Blocked: something withheld could still be found, or a file failed.

    Replaced: another took its place, or is about to. Stopped: it went out, and we took it back. One that went out keeps
    its file even so, as the record of what was sent; nobody can collect it any more.
    """

    WAITING = "waiting"
    BLOCKED = "blocked"
    READY = "ready"
    RELEASED = "released"
    REPLACED = "replaced"
    STOPPED = "stopped"


class Route(StrEnum):
    """How something reaches the requester."""

    ONLINE = "online"
    EMAIL = "email"
    SMS = "sms"
    POST = "post"
    IN_PERSON = "in_person"


class Finding(TypedDict):
    """One thing that blocked a bundle, in words for the officer."""

    record: str
    page: int | None
    what: str


class Bundle(ScopedRow):
    """One attempt at the reply, under one sign-off. `plan_sha256`: the decisions signed. `findings`: why it is blocked.

    `proof` is what the engines reported, kept for the case file (see `building.Built`): digests, counts and pages, no
    names.
    """

    __tablename__ = "bundle"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    state: Mapped[str] = plain(String(12), nullable=False)
    sign_off_id: Mapped[str] = plain(ID, ForeignKey("review_sign_off.id"), nullable=False)
    plan_sha256: Mapped[str] = plain(String(64), nullable=False)
    requested_by: Mapped[str] = plain(String(40), nullable=False)
    blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    bundle_sha256: Mapped[str | None] = plain(String(64), nullable=True)
    pages: Mapped[int] = plain(Integer, nullable=False, default=0)
    redactions: Mapped[int] = plain(Integer, nullable=False, default=0)
    # Set when this is not the whole answer (see `sar.cases.disclosures.Part`).
    part: Mapped[str | None] = plain(String(10), nullable=True)
    still_to_come_sealed: Mapped[bytes | None] = sealed_column()
    still_to_come = Sealed[str | None]("still_to_come_sealed")
    rest_by: Mapped[date | None] = plain(Date, nullable=True)
    passphrase_sealed: Mapped[bytes | None] = sealed_column()
    passphrase = Sealed[str]("passphrase_sealed")
    findings_sealed: Mapped[bytes | None] = sealed_column()
    findings = Sealed[list[Finding] | None]("findings_sealed")
    proof_sealed: Mapped[bytes | None] = sealed_column()
    proof = Sealed[dict[str, object] | None]("proof_sealed")
    route: Mapped[str | None] = plain(String(12), nullable=True)
    passphrase_route: Mapped[str | None] = plain(String(12), nullable=True)
    lateness: Mapped[str | None] = plain(String(20), nullable=True)
    released_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    collected_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
