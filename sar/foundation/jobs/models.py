"""The tables of the background work."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, text
from sqlalchemy.orm import Mapped

from sar.foundation.db import Base, Row, UtcDateTime, plain


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Row):
    """One piece of work: what kind, on which row of ours, how far it got. Ids only, nothing personal.

    A running job is held by `lease_token` until `leased_until`; its worker keeps extending that. `single` marks a
    queued job that others of the same kind and subject join instead of being queued beside it.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "uq_job_waiting",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text("state = 'queued' AND single = 1"),
            postgresql_where=text("state = 'queued' AND single"),
        ),
        Index("ix_job_next", "state", "not_before"),
        Index("ix_job_subject", "subject_id", "kind", "created_at"),
    )

    kind: Mapped[str] = plain(String(60), nullable=False)
    subject_id: Mapped[str] = plain(String(64), nullable=False)
    state: Mapped[str] = plain(String(8), nullable=False)
    single: Mapped[bool] = plain(Boolean, nullable=False)
    done: Mapped[int] = plain(Integer, nullable=False, default=0)
    total: Mapped[int] = plain(Integer, nullable=False, default=0)
    attempts: Mapped[int] = plain(Integer, nullable=False, default=0)
    not_before: Mapped[datetime] = plain(UtcDateTime, nullable=False)
    lease_token: Mapped[str | None] = plain(String(26), nullable=True)
    leased_until: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    error_code: Mapped[str | None] = plain(String(80), nullable=True)
    finished_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


class PeriodicRun(Base):
    """When each periodic task was last queued."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = plain(String(60), primary_key=True)
    last_at: Mapped[datetime] = plain(UtcDateTime, nullable=False)
