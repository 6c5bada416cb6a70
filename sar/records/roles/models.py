"""The request passed on to an organisation that decides about records we hold."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped

from sar.foundation.db import ID, ScopedRow, UtcDateTime, plain


class Way(StrEnum):
    """How a request reached the organisation."""

    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    IN_PERSON = "in_person"
    OTHER = "other"


class PassedOn(ScopedRow):
    """One time that the request was passed on. By a letter of ours (`message_id`) it was on the day the letter went.

    `on`: the day, where somebody wrote down what they did elsewhere. A row is never changed, only struck out.
    """

    __tablename__ = "passed_on"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    controller_id: Mapped[str] = plain(ID, ForeignKey("other_controller.id"), nullable=False, index=True)
    way: Mapped[str] = plain(String(10), nullable=False)
    on: Mapped[date | None] = plain(Date, nullable=True)
    message_id: Mapped[str | None] = plain(ID, ForeignKey("message.id"), nullable=True, index=True)
    recorded_by: Mapped[str] = plain(String(40), nullable=False)
    struck_out_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
