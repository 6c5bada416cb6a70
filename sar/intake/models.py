"""What was asked (submissions), and answers still being given (drafts)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column


class Submission(ScopedRow):
    """One request as it was made. Its scope is the scope of the case that comes of it.

    Sealed dates are ISO texts. `contact` holds route, email, phone and address. `wanted` is the
    requester's own words, or EVERYTHING.
    """

    __tablename__ = "submission"

    reference: Mapped[str] = plain(String(20), nullable=False, unique=True)
    channel: Mapped[str] = plain(String(12), nullable=False)
    received_on: Mapped[date] = plain(Date, nullable=False)
    submission_key_hash: Mapped[str | None] = plain(String(64), nullable=True, unique=True)

    full_name_sealed: Mapped[bytes | None] = sealed_column()
    full_name = Sealed[str]("full_name_sealed")
    former_names_sealed: Mapped[bytes | None] = sealed_column()
    former_names = Sealed[list[str]]("former_names_sealed")
    date_of_birth_sealed: Mapped[bytes | None] = sealed_column()
    date_of_birth = Sealed[str | None]("date_of_birth_sealed")
    address_sealed: Mapped[bytes | None] = sealed_column()
    address = Sealed[str]("address_sealed")
    prison_name_sealed: Mapped[bytes | None] = sealed_column()
    prison_name = Sealed[str]("prison_name_sealed")
    prison_number_sealed: Mapped[bytes | None] = sealed_column()
    prison_number = Sealed[str]("prison_number_sealed")
    last_contact_on_sealed: Mapped[bytes | None] = sealed_column()
    last_contact_on = Sealed[str | None]("last_contact_on_sealed")
    office_sealed: Mapped[bytes | None] = sealed_column()
    office = Sealed[str]("office_sealed")
    wanted_sealed: Mapped[bytes | None] = sealed_column()
    wanted = Sealed[str]("wanted_sealed")
    wanted_from_sealed: Mapped[bytes | None] = sealed_column()
    wanted_from = Sealed[str | None]("wanted_from_sealed")
    wanted_to_sealed: Mapped[bytes | None] = sealed_column()
    wanted_to = Sealed[str | None]("wanted_to_sealed")
    contact_sealed: Mapped[bytes | None] = sealed_column()
    contact = Sealed[dict[str, str]]("contact_sealed")

    identity_kind: Mapped[str] = plain(String(12), nullable=False)
    identity_note_sealed: Mapped[bytes | None] = sealed_column()
    identity_note = Sealed[str]("identity_note_sealed")
    identity_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    identity_stored_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True, index=True)


class Draft(ScopedRow):
    """Answers given so far by someone who has not sent them. Reached by a token in a cookie, stored hashed.

    Its scope is its own: destroying that key leaves nothing to read, in backups either.
    """

    __tablename__ = "intake_draft"

    token_hash: Mapped[str] = plain(String(64), nullable=False, unique=True)
    expires_at: Mapped[datetime] = plain(UtcDateTime, nullable=False, index=True)
    answers_sealed: Mapped[bytes | None] = sealed_column()
    answers = Sealed[dict[str, dict[str, Any]]]("answers_sealed")
    photo_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
