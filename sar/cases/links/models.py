"""Links between cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain, sealed_column, where


class CaseLink(ScopedRow):
    """One case says what another is to it. Reasons are sealed with the key of the case that says so.

    A link that was taken back stays, with the reason: `ended_at` is set. Between two cases at most one stands.
    """

    __tablename__ = "case_link"
    __table_args__ = (Index("ix_case_link_standing", "case_id", "other_id", unique=True, **where("ended_at IS NULL")),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    other_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    kind: Mapped[str] = plain(String(20), nullable=False)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")
    linked_by: Mapped[str] = plain(String(40), nullable=False)
    ended_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    ended_by: Mapped[str | None] = plain(String(40), nullable=True)
    end_reason_sealed: Mapped[bytes | None] = sealed_column()
    end_reason = Sealed[str | None]("end_reason_sealed")
