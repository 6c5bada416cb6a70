"""The case, the dated facts its clock is folded from and what was worked out from them, notes, refusals, conflicts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Base, Row, ScopedRow, UtcDateTime, plain, sealed_column
from sar.intake.models import Submission


class Case(ScopedRow):
    """One request being worked on. Its scope is its submission's: one key for all that is personal.

    `due_on`, `clock_state` are a copy of the fold's answer, for lists; every change of a fact renews them.
    """

    __tablename__ = "case"
    __table_args__ = (Index("ix_case_open", "closed_on", "due_on"), Index("ix_case_officer", "officer_id", "due_on"))

    reference: Mapped[str] = plain(String(20), nullable=False, unique=True)
    submission_id: Mapped[str] = plain(ID, ForeignKey("submission.id"), nullable=False, unique=True)
    stage: Mapped[str] = plain(String(20), nullable=False, index=True)
    officer_id: Mapped[str | None] = plain(ID, ForeignKey("staff.id"), nullable=True)
    identity: Mapped[str] = plain(String(20), nullable=False, default="unchecked")
    regimes: Mapped[str] = plain(String(20), nullable=False, default="LE UKGDPR")
    received_on: Mapped[date] = plain(Date, nullable=False, index=True)
    due_on: Mapped[date | None] = plain(Date, nullable=True)
    clock_state: Mapped[str] = plain(String(12), nullable=False)
    closed_on: Mapped[date | None] = plain(Date, nullable=True)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    submission: Mapped[Submission] = relationship(lazy="joined", innerjoin=True)

    # Two officers who change the same case: the second is told, nothing is overwritten (security.md 28).
    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class ClockFact(ScopedRow):
    """One raw date: what happened, when, who wrote it down. Corrected by a later row, never edited."""

    __tablename__ = "clock_fact"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    kind: Mapped[str] = plain(String(30), nullable=False)
    on: Mapped[date] = plain(Date, nullable=False)
    number: Mapped[int] = plain(Integer, nullable=False, default=1)
    reason_code: Mapped[str] = plain(String(20), nullable=False, default="")
    detail_sealed: Mapped[bytes | None] = sealed_column()
    detail = Sealed[str | None]("detail_sealed")
    recorded_by: Mapped[str] = plain(String(40), nullable=False)
    struck_out_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class CalendarSnapshot(Base):
    """The public holidays that some calculations were made with, as JSON; never changed."""

    __tablename__ = "calendar_snapshot"

    version: Mapped[str] = plain(String(16), primary_key=True)
    holidays: Mapped[str] = plain(Text, nullable=False)


class Calculation(Row):
    """What the clock said after a change: `clock` is the fold's whole answer with its derivation, as JSON."""

    __tablename__ = "calculation"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    number: Mapped[int] = plain(Integer, nullable=False)
    clock: Mapped[str] = plain(Text, nullable=False)
    calendar_version: Mapped[str] = plain(String(16), ForeignKey("calendar_snapshot.version"), nullable=False)
    rules_version: Mapped[str] = plain(String(30), nullable=False)


class Refusal(ScopedRow):
    """Why a whole request was refused: a code of `exemptions`, and the words the requester was told."""

    __tablename__ = "refusal"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    code: Mapped[str] = plain(String(20), nullable=False)
    refused_by: Mapped[str] = plain(String(40), nullable=False)
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str]("words_sealed")


class ReplyReminder(Row):
    """The requester was reminded of what we wait for, or warned of closing. `about`: keys of `silence.Awaited`."""

    __tablename__ = "reply_reminder"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    kind: Mapped[str] = plain(String(12), nullable=False)
    on: Mapped[date] = plain(Date, nullable=False)
    answer_by: Mapped[date] = plain(Date, nullable=False)
    about: Mapped[str] = plain(Text, nullable=False)


class Note(ScopedRow):
    """An officer's note on a case."""

    __tablename__ = "note"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    author_id: Mapped[str] = plain(String(40), nullable=False)
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed[str]("text_sealed")


class ConflictOfInterest(Row):
    """A member of staff who must not see one case: it is about them, a relative or a colleague."""

    __tablename__ = "conflict_of_interest"
    __table_args__ = (UniqueConstraint("case_id", "staff_id"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, index=True)
