"""A complaint to us, and one that went to the regulator or a court."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column


class Channel(StrEnum):
    """How it reached us. Any way counts."""

    ONLINE = "online"
    POST = "post"
    EMAIL = "email"
    PHONE = "phone"
    COUNTER = "counter"
    COLLEAGUE = "colleague"


class State(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    DECIDED = "decided"


class Outcome(StrEnum):
    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"


class Body(StrEnum):
    """Where else a person can go: the regulator (s.165), its check of a restriction (s.51), a court (s.167)."""

    REGULATOR = "regulator"
    CHECK = "check"
    COURT = "court"


class OutsideOutcome(StrEnum):
    FOR_THE_PERSON = "for_the_person"
    IN_PART = "in_part"
    FOR_US = "for_us"
    SETTLED = "settled"
    TAKEN_BACK = "taken_back"


class Complaint(ScopedRow):
    """One complaint to us. `number` counts those of a case; `actions` is what will be done, one text each.

    `received_on` is a copy of the receipt that stands (see `ComplaintReceipt`). The day to acknowledge it by is kept
    nowhere: it follows from that day and the public holidays of `calendar_version`, which no new list moves by itself.
    `alone_reason` is why `alone_by`, who handled the case, decides all the same (see `deciding`).
    """

    __tablename__ = "complaint"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    number: Mapped[int] = plain(Integer, nullable=False)
    received_on: Mapped[date] = plain(Date, nullable=False, index=True)
    calendar_version: Mapped[str] = plain(String(16), ForeignKey("calendar_snapshot.version"), nullable=False)
    channel: Mapped[str] = plain(String(12), nullable=False)
    state: Mapped[str] = plain(String(12), nullable=False, index=True)
    logged_by: Mapped[str] = plain(String(40), nullable=False)
    acknowledged_on: Mapped[date | None] = plain(Date, nullable=True)
    decided_on: Mapped[date | None] = plain(Date, nullable=True)
    decided_by: Mapped[str | None] = plain(String(40), nullable=True)
    outcome: Mapped[str | None] = plain(String(12), nullable=True)
    alone_by: Mapped[str | None] = plain(String(40), nullable=True)
    alone_reason_sealed: Mapped[bytes | None] = sealed_column()
    alone_reason = Sealed[str | None]("alone_reason_sealed")
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str]("words_sealed")
    findings_sealed: Mapped[bytes | None] = sealed_column()
    findings = Sealed[str | None]("findings_sealed")
    actions_sealed: Mapped[bytes | None] = sealed_column()
    actions = Sealed[list[str] | None]("actions_sealed")
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class ComplaintReceipt(ScopedRow):
    """The day on which a complaint reached us, as somebody wrote it down. Corrected by a later row, never edited.

    `reason`: how we know, for a day that takes the place of another. `late_before`: the complaint was not acknowledged
    in time by this day, and then had more time: it was corrected, or other public holidays were counted.
    """

    __tablename__ = "complaint_receipt"

    complaint_id: Mapped[str] = plain(ID, ForeignKey("complaint.id"), nullable=False, index=True)
    on: Mapped[date] = plain(Date, nullable=False)
    recorded_by: Mapped[str] = plain(String(40), nullable=False)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str | None]("reason_sealed")
    struck_out_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    late_before: Mapped[bool] = plain(Boolean, nullable=False, default=False, server_default=false())


class OutsideComplaint(ScopedRow):
    """A complaint to the regulator or a court about the case, with what came of it."""

    __tablename__ = "outside_complaint"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    body: Mapped[str] = plain(String(12), nullable=False)
    raised_on: Mapped[date] = plain(Date, nullable=False, index=True)
    recorded_by: Mapped[str] = plain(String(40), nullable=False)
    answer_by: Mapped[date | None] = plain(Date, nullable=True)
    decided_on: Mapped[date | None] = plain(Date, nullable=True)
    outcome: Mapped[str | None] = plain(String(20), nullable=True)
    reference_sealed: Mapped[bytes | None] = sealed_column()
    reference = Sealed[str]("reference_sealed")
    about_sealed: Mapped[bytes | None] = sealed_column()
    about = Sealed[str]("about_sealed")
    result_sealed: Mapped[bytes | None] = sealed_column()
    result = Sealed[str | None]("result_sealed")
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}
