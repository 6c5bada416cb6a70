"""What was sent to staff, so that nothing is sent twice, and what each of them wants."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from sar.foundation.db import ID, Row, plain


class ReminderWish(Row):
    """What a member of staff chose. Without a row everything is sent; being overdue is told whatever they chose."""

    __tablename__ = "reminder_wish"

    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, unique=True)
    digest: Mapped[bool] = plain(Boolean, nullable=False)
    early_alerts: Mapped[bool] = plain(Boolean, nullable=False)


class SentAlert(Row):
    """One alert of one due date to one person. Written in the transaction that puts the mail in the outbox.

    A due date that moves is another one: its alerts are sent anew.
    """

    __tablename__ = "sent_alert"
    __table_args__ = (UniqueConstraint("case_id", "staff_id", "due_on", "kind"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False)
    due_on: Mapped[date] = plain(Date, nullable=False)
    kind: Mapped[str] = plain(String(10), nullable=False)
    message_id: Mapped[str] = plain(ID, ForeignKey("message.id"), nullable=False)


class SentComplaintAlert(Row):
    """The same of a complaint to acknowledge; `due_on` is the last day for it, as it was when it was told."""

    __tablename__ = "sent_complaint_alert"
    __table_args__ = (UniqueConstraint("complaint_id", "staff_id", "due_on", "kind"),)

    complaint_id: Mapped[str] = plain(ID, ForeignKey("complaint.id"), nullable=False)
    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False)
    due_on: Mapped[date] = plain(Date, nullable=False)
    kind: Mapped[str] = plain(String(10), nullable=False)
    message_id: Mapped[str] = plain(ID, ForeignKey("message.id"), nullable=False)


class SentDigest(Row):
    """One day's digest of one person; no message where there was nothing to say."""

    __tablename__ = "sent_digest"
    __table_args__ = (UniqueConstraint("staff_id", "day"),)

    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False)
    day: Mapped[date] = plain(Date, nullable=False)
    message_id: Mapped[str | None] = plain(ID, ForeignKey("message.id"), nullable=True)
