"""A request for an originator's view, and the records it is about."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Row, ScopedRow, UtcDateTime, plain, sealed_column
from sar.records.models import Originator, Record


class State(StrEnum):
    """Where a consultation stands."""

    SENT = "sent"
    OPENED = "opened"
    ANSWERED = "answered"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class View(StrEnum):
    """What an originator may answer, and what the officer may decide."""

    RELEASE = "release"
    RELEASE_IN_PART = "release_in_part"
    WITHHOLD = "withhold"
    NOT_OURS = "not_ours"


WAITING = (State.SENT.value, State.OPENED.value)
UNDECIDED = (*WAITING, State.ANSWERED.value)
VIEW_WORDS = {
    View.RELEASE: "Release all of it",
    View.RELEASE_IN_PART: "Release part of it",
    View.WITHHOLD: "Release none of it",
    View.NOT_OURS: "It is not ours to answer for",
}


class Consultation(ScopedRow):
    """One originator, asked once about some records of one case."""

    __tablename__ = "consultation"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    originator_id: Mapped[str] = plain(ID, ForeignKey("originator.id"), nullable=False, index=True)
    state: Mapped[str] = plain(String(12), nullable=False, index=True)
    sent_on: Mapped[date] = plain(Date, nullable=False)
    due_on: Mapped[date] = plain(Date, nullable=False)
    link_ends_on: Mapped[date] = plain(Date, nullable=False)
    chases: Mapped[int] = plain(Integer, nullable=False, default=0)
    opened_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    answered_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    answer: Mapped[str | None] = plain(String(20), nullable=True)
    answer_reason_sealed: Mapped[bytes | None] = sealed_column()
    answer_reason = Sealed[str | None]("answer_reason_sealed")
    answered_by_sealed: Mapped[bytes | None] = sealed_column()
    answered_by = Sealed[str | None]("answered_by_sealed")
    decision: Mapped[str | None] = plain(String(20), nullable=True)
    decision_reason_sealed: Mapped[bytes | None] = sealed_column()
    decision_reason = Sealed[str | None]("decision_reason_sealed")
    decided_by: Mapped[str | None] = plain(String(40), nullable=True)
    decided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)

    originator: Mapped[Originator] = relationship(lazy="joined", innerjoin=True)
    records: Mapped[list[Record]] = relationship(
        secondary="consultation_record", order_by=Record.created_at, viewonly=True
    )


class ConsultationRecord(Row):
    """A record that a consultation lets its originator see. Nothing else is shown to them."""

    __tablename__ = "consultation_record"
    __table_args__ = (UniqueConstraint("consultation_id", "record_id"),)

    consultation_id: Mapped[str] = plain(ID, ForeignKey("consultation.id"), nullable=False)
    record_id: Mapped[str] = plain(ID, ForeignKey("record.id"), nullable=False, index=True)
