"""Applying a calendar to the open cases: work in the background that somebody started."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped

from sar.foundation.db import ID, Row, UtcDateTime, plain


class CalendarRun(Row):
    """Somebody saw what a calendar moves and had it applied. `cases` were counted anew so far, `moved` changed dates.

    The same for `complaints` that are to be acknowledged, counted after the cases. All are written with what they
    count, so that they are right whenever the work stops. `overtaken`: a newer calendar came before the work was done,
    and what was left waits for that one to be looked at.
    """

    __tablename__ = "calendar_run"

    calendar_version: Mapped[str] = plain(String(16), ForeignKey("calendar_snapshot.version"), nullable=False)
    started_by: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False)
    cases: Mapped[int] = plain(Integer, nullable=False, default=0)
    moved: Mapped[int] = plain(Integer, nullable=False, default=0)
    complaints: Mapped[int] = plain(Integer, nullable=False, default=0, server_default="0")
    complaints_moved: Mapped[int] = plain(Integer, nullable=False, default=0, server_default="0")
    overtaken: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    finished_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
