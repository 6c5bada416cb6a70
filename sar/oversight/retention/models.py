"""How long cases are kept, what was decided about one of them, and what is left of it as a certificate.

Words are sealed with the key of the case and go with it; what stays are ids, codes and days.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Row, ScopedRow, UtcDateTime, plain, sealed_column, where

_UNDECIDED = "state IN ('proposed', 'agreed')"


class State(StrEnum):
    """`agreed`: a job is at work. `stopped`: before anything was destroyed, or before anybody agreed, something came up
    that keeps the case, or changes how long it is kept."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    STOPPED = "stopped"
    DONE = "done"


class RetentionRules(Row):
    """How many years cases are kept, by how they ended. Every change is a new row; the highest `number` counts."""

    __tablename__ = "retention_rules"

    number: Mapped[int] = plain(Integer, nullable=False, unique=True)
    answered: Mapped[int] = plain(Integer, nullable=False)
    not_answered: Mapped[int] = plain(Integer, nullable=False)
    complaint: Mapped[int] = plain(Integer, nullable=False)
    changed_by: Mapped[str] = plain(String(40), nullable=False)


class LongerTime(ScopedRow):
    """Somebody decided to keep a case until a later day than the rule says."""

    __tablename__ = "retention_longer"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    until: Mapped[date] = plain(Date, nullable=False)
    decided_by: Mapped[str] = plain(String(40), nullable=False)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")


class Hold(ScopedRow):
    """A case that must not be destroyed until somebody lifts this: at most one stands."""

    __tablename__ = "retention_hold"
    __table_args__ = (Index("ix_retention_hold_standing", "case_id", unique=True, **where("lifted_at IS NULL")),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    set_by: Mapped[str] = plain(String(40), nullable=False)
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed[str]("reason_sealed")
    lifted_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    lifted_by: Mapped[str | None] = plain(String(40), nullable=True)
    lift_reason_sealed: Mapped[bytes | None] = sealed_column()
    lift_reason = Sealed[str | None]("lift_reason_sealed")


class Erasure(ScopedRow):
    """A proposal to destroy a case, and what came of it: at most one waits or is worked on.

    `rule`, `why`: codes of `rules`; `kept_until`: the day that had passed. They stand as when it was proposed, and in
    the end as when it was destroyed. `counted`: what there was, by kind, as JSON, from the moment the key is gone.
    `reapplied`: taken from the audit log after a backup was restored.
    """

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_undecided", "case_id", unique=True, **where(_UNDECIDED)),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    state: Mapped[str] = plain(String(10), nullable=False, index=True)
    rule: Mapped[str] = plain(String(14), nullable=False)
    kept_until: Mapped[date] = plain(Date, nullable=False)
    why: Mapped[str] = plain(String(16), nullable=False)
    proposed_by: Mapped[str] = plain(String(40), nullable=False)
    decided_by: Mapped[str | None] = plain(String(40), nullable=True)
    decided_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    alone: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    reapplied: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    counted: Mapped[str | None] = plain(Text, nullable=True)
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str | None]("words_sealed")
    decision_sealed: Mapped[bytes | None] = sealed_column()
    decision = Sealed[str | None]("decision_sealed")
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}
