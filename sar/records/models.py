"""Records, and the organisations that records come from."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, true
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column


class OriginatorKind(StrEnum):
    POLICE = "police"
    COURT = "court"
    NHS = "nhs"
    PRISON = "prison"
    COUNCIL = "council"
    CHARITY = "charity"
    SCHOOL = "school"
    INDIVIDUAL = "individual"
    OTHER = "other"


class RecordState(StrEnum):
    """How far a record has come.

    Waiting and reading: its pages are not known yet. Unreadable: an officer has to settle what becomes of it. Settled,
    duplicate and withdrawn: no page of it goes to the requester from this case.
    """

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class RecordRegime(StrEnum):
    """The law a record falls under (law.md section 1); the values are those of the clock."""

    LE = "LE"
    UK_GDPR = "UKGDPR"


class RecordRole(StrEnum):
    """What we are for a record (law.md section 1): we decide about it, we decide with another, or another decides."""

    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    PROCESSOR = "processor"


class SettledAs(StrEnum):
    """What became of a record that could not be shown."""

    DISCLOSED_APART = "disclosed_apart"
    WITHHELD = "withheld"
    NOT_RELEVANT = "not_relevant"
    OBTAINED_AGAIN = "obtained_again"


class WithdrawnBecause(StrEnum):
    """Why a record was taken out of the case. A code, since the log holds no free text."""

    WRONG_PERSON = "wrong_person"
    ADDED_BY_MISTAKE = "added_by_mistake"
    OUTSIDE_REQUEST = "outside_request"
    BETTER_COPY = "better_copy"


class Originator(ScopedRow):
    """An organisation, or a person, that records come from. Sealed with the system's key: it outlives any case."""

    __tablename__ = "originator"

    name: Mapped[str] = plain(String(200), nullable=False)
    kind: Mapped[str] = plain(String(12), nullable=False)
    retired: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    email_sealed: Mapped[bytes | None] = sealed_column()
    email = Sealed[str]("email_sealed")
    contact_name_sealed: Mapped[bytes | None] = sealed_column()
    contact_name = Sealed[str]("contact_name_sealed")


class OtherController(ScopedRow):
    """An organisation that decides about records of one case, alone or with us.

    `name` is as the requester reads it. `originator_id`: its entry in the directory, None for a name typed in.
    `contact`: how the requester can reach it. Not `told`: the reply does not mention it, for the reason given.
    """

    __tablename__ = "other_controller"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    originator_id: Mapped[str | None] = plain(ID, ForeignKey("originator.id"), nullable=True)
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed[str]("name_sealed")
    contact_sealed: Mapped[bytes | None] = sealed_column()
    contact = Sealed[str | None]("contact_sealed")
    told: Mapped[bool] = plain(Boolean, nullable=False, default=True, server_default=true())
    untold_reason_sealed: Mapped[bytes | None] = sealed_column()
    untold_reason = Sealed[str | None]("untold_reason_sealed")


class Record(ScopedRow):
    """One file of a case. `sha256` and `size` (bytes) are of the file as it came.

    `originator_id` None means our own. `pdf_blob_id`: the pages that are shown and redacted, which for a PDF is the
    original itself. `words_blob_id`: what `words_file` wrote. `parent_id`: the mail an attachment came with.
    `pages`: until it is read, what admission counted.
    `original_blob_id` is None for an attachment that was refused: it lies in its mail and nowhere else.
    `controller_id`: who decides about it, or decides with us; None where our `role` is to decide alone. `role_set_by`
    is None while nobody has said what our role is: we are taken to be the controller.
    """

    __tablename__ = "record"
    __table_args__ = (Index("ix_record_case", "case_id", "state"), Index("ix_record_same", "case_id", "sha256"))

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    originator_id: Mapped[str | None] = plain(ID, ForeignKey("originator.id"), nullable=True, index=True)
    parent_id: Mapped[str | None] = plain(ID, ForeignKey("record.id"), nullable=True, index=True)
    title_sealed: Mapped[bytes | None] = sealed_column()
    title = Sealed[str]("title_sealed")
    file_name_sealed: Mapped[bytes | None] = sealed_column()
    file_name = Sealed[str]("file_name_sealed")
    kind: Mapped[str] = plain(String(20), nullable=False)
    regime: Mapped[str] = plain(String(8), nullable=False)
    role: Mapped[str] = plain(
        String(16), nullable=False, default=RecordRole.CONTROLLER.value, server_default=RecordRole.CONTROLLER.value
    )
    controller_id: Mapped[str | None] = plain(ID, ForeignKey("other_controller.id"), nullable=True, index=True)
    role_set_by: Mapped[str | None] = plain(String(40), nullable=True)
    role_set_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    received_on: Mapped[date] = plain(Date, nullable=False)
    document_date: Mapped[date | None] = plain(Date, nullable=True)

    original_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    pdf_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    words_blob_id: Mapped[str | None] = plain(ID, ForeignKey("blob.id"), nullable=True)
    sha256: Mapped[str] = plain(String(64), nullable=False)
    size: Mapped[int] = plain(BigInteger, nullable=False)

    state: Mapped[str] = plain(String(12), nullable=False)
    pages: Mapped[int] = plain(Integer, nullable=False, default=0)
    ocr_pages: Mapped[int] = plain(Integer, nullable=False, default=0)
    duplicate_of_id: Mapped[str | None] = plain(ID, ForeignKey("record.id"), nullable=True, index=True)
    # A code for the log, and the reason in words: it can quote the name of a file.
    error: Mapped[str | None] = plain(String(40), nullable=True)
    trouble_sealed: Mapped[bytes | None] = sealed_column()
    trouble = Sealed[str | None]("trouble_sealed")
    settled_as: Mapped[str | None] = plain(String(20), nullable=True)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str | None]("reason_sealed")

    @property
    def is_ours(self) -> bool:
        """Whether we decide about it. What we only hold for another is never given by us."""
        return self.role != RecordRole.PROCESSOR
