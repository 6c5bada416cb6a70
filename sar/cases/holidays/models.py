"""Applying a calendar to the open cases: work in the background that somebody started."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped

from sar.foundation.db import ID, Row, UtcDateTime, plain


class CalendarRun(Row):
    """Somebody saw what a calendar moves and had it applied. `cases` were counted anew so far, `moved` changed dates.

    Both are written with the cases they count, so that they are right whenever the work stops. `overtaken`: a newer
    calendar came before the work was done, and the cases that were left wait for that one to be looked at.
    """

    __tablename__ = "calendar_run"

    calendar_version: Mapped[str] = plain(String(16), ForeignKey("calendar_snapshot.version"), nullable=False)
    started_by: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False)
    cases: Mapped[int] = plain(Integer, nullable=False, default=0)
    moved: Mapped[int] = plain(Integer, nullable=False, default=0)
    overtaken: Mapped[bool] = plain(Boolean, nullable=False, default=False)
    finished_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
