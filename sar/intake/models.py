"""What was asked (submissions), and answers still being given (drafts)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Row, ScopedRow, UtcDateTime, plain, sealed_column


class Submission(ScopedRow):
    """One request as it was made. Its scope is the scope of the case that comes of it.

    Sealed dates are ISO texts. `contact` holds route, email, phone and address; `representative` the same of whoever
    asks for this person, with name, organisation, relationship and gets_letters. `wanted` is the requester's own
    words, or EVERYTHING. `mail` is what was read in the mail that the request came in. `staff_connection` holds the
    name, if one was given, of whoever works here, where the person said that they or someone in their family do.
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
    crn_sealed: Mapped[bytes | None] = sealed_column()
    crn = Sealed[str | None]("crn_sealed")
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

    representative_kind: Mapped[str | None] = plain(String(12), nullable=True)
    representative_sealed: Mapped[bytes | None] = sealed_column()
    representative = Sealed[dict[str, Any] | None]("representative_sealed")
    staff_connection_sealed: Mapped[bytes | None] = sealed_column()
    staff_connection = Sealed[dict[str, str] | None]("staff_connection_sealed")
    mail_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    mail_sealed: Mapped[bytes | None] = sealed_column()
    mail = Sealed[dict[str, Any] | None]("mail_sealed")


class IdentityCopy(Row):
    """A copy of an identity document that came with a request, as a JPEG of ours, until identity is settled."""

    __tablename__ = "identity_copy"

    submission_id: Mapped[str] = plain(ID, ForeignKey("submission.id"), nullable=False, index=True)
    blob_id: Mapped[str] = plain(ID, ForeignKey("blob.id"), nullable=False, unique=True)
    stored_at: Mapped[datetime] = plain(UtcDateTime, nullable=False, index=True)


class EvidenceList(Row):
    """What is accepted as proof of who someone is, as the data protection officer last wrote it: see `evidence`.

    Every change is a new row; `number` counts them, and the highest is the list in force. `items` is JSON.
    """

    __tablename__ = "evidence_list"

    number: Mapped[int] = plain(Integer, nullable=False, unique=True)
    items: Mapped[str] = plain(Text, nullable=False)
    changed_by: Mapped[str] = plain(String(40), nullable=False)


class MailDraft(ScopedRow):
    """A mail that an officer is making a request of: read, shown in the form, not logged yet.

    Its scope is its own and is destroyed with it. `read` is what the sandbox read in it.
    """

    __tablename__ = "intake_mail_draft"

    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, index=True)
    expires_at: Mapped[datetime] = plain(UtcDateTime, nullable=False, index=True)
    media_type: Mapped[str] = plain(String(60), nullable=False)
    mail_blob_id: Mapped[str] = plain(ID, ForeignKey("blob.id"), nullable=False)
    read_sealed: Mapped[bytes | None] = sealed_column()
    read = Sealed[dict[str, Any]]("read_sealed")


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
