"""The case, the dated facts its clock is folded from and what was worked out from them, notes, refusals, conflicts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, relationship

from sar.foundation.columns import Sealed
from sar.foundation.db import ID, Base, Row, ScopedRow, UtcDateTime, plain, sealed_column, where
from sar.foundation.messages import Delivery, Message
from sar.intake.models import Submission

_FILTERED = ("officer_id", "stage", "clock_state", "regimes", "erased_on")


class Case(ScopedRow):
    """One request being worked on. Its scope is its submission's: one key for all that is personal.

    `due_on`, `clock_state` are a copy of the fold's answer, for lists; every change of a fact renews them.
    `staff_link` says that the case is about someone who works here, a relative or a colleague: a code of `flags`.
    `for_another`: the request came from somebody who acts for the person. Who was named later moves no clock.
    A `restricted` case is there only for the people named in `NamedPerson`.
    `calendar_version` is the public holidays it is counted with: no new list moves its dates by itself. Nor does a
    changed setting: `pause_mode` is how its pauses are counted, from its first calculation on.
    `erased_on`: its records were destroyed. What is left names nobody and is there for figures alone.
    """

    __tablename__ = "case"
    # In the orders of the work list and, by the day received, of reports on a period; with all that its filters and
    # counts look at, so that they read no table row; the last one for words of names and offices. Each earns its place
    # in scripts/benchmarks/worklist.py.
    __table_args__ = (
        Index("ix_case_open", "due_on", "received_on", "id", *_FILTERED, "closed_on", **where("closed_on IS NULL")),
        Index("ix_case_closed", "closed_on", "id", *_FILTERED, "due_on", **where("closed_on IS NOT NULL")),
        Index("ix_case_received", "received_on", "id", *_FILTERED, "closed_on", "due_on"),
        Index("ix_case_scope", "scope_id", "closed_on", "due_on", "received_on", "id", *_FILTERED),
        Index("ix_case_officer", "officer_id", "due_on"),
        Index("ix_case_restricted", "id", **where("restricted = 1", "restricted")),
    )

    reference: Mapped[str] = plain(String(20), nullable=False, unique=True)
    submission_id: Mapped[str] = plain(ID, ForeignKey("submission.id"), nullable=False, unique=True)
    stage: Mapped[str] = plain(String(20), nullable=False, index=True)
    officer_id: Mapped[str | None] = plain(ID, ForeignKey("staff.id"), nullable=True)
    identity: Mapped[str] = plain(String(20), nullable=False, default="unchecked")
    authority: Mapped[str] = plain(String(20), nullable=False, default="not_needed")
    for_another: Mapped[bool] = plain(Boolean, nullable=False, default=False, server_default=false())
    regimes: Mapped[str] = plain(String(20), nullable=False, default="LE UKGDPR")
    received_on: Mapped[date] = plain(Date, nullable=False)
    due_on: Mapped[date | None] = plain(Date, nullable=True)
    clock_state: Mapped[str] = plain(String(12), nullable=False)
    closed_on: Mapped[date | None] = plain(Date, nullable=True)
    erased_on: Mapped[date | None] = plain(Date, nullable=True)
    restricted: Mapped[bool] = plain(Boolean, nullable=False, default=False, server_default=false())
    staff_link_sealed: Mapped[bytes | None] = sealed_column()
    staff_link = Sealed[str | None]("staff_link_sealed")
    calendar_version: Mapped[str | None] = plain(String(16), ForeignKey("calendar_snapshot.version"), nullable=True)
    pause_mode: Mapped[str | None] = plain(String(12), nullable=True)
    version: Mapped[int] = plain(Integer, nullable=False, default=1)

    submission: Mapped[Submission] = relationship(lazy="joined", innerjoin=True)

    # Two officers who change the same case: the second is told, nothing is overwritten (security.md 28).
    __mapper_args__: dict[str, Any] = {"version_id_col": version}


class ClockFact(ScopedRow):
    """One raw date: what happened, when, who wrote it down. Corrected by a later row, never edited.

    `late_before`: it was struck out, given another day, or added as something missed, when the answer was late. Of a
    receipt also: the case was late before it got time in another way (see `ledger.mark_late_before`).
    What we ask or tell by a letter has its `message_id`, and the day it was written. While the letter is `unsent`
    nothing has happened; then `on` is the day it went.
    """

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
    late_before: Mapped[bool] = plain(Boolean, nullable=False, default=False, server_default=false())
    message_id: Mapped[str | None] = plain(ID, ForeignKey("message.id"), nullable=True, index=True)
    written_on: Mapped[date | None] = plain(Date, nullable=True)
    unsent: Mapped[bool] = plain(Boolean, nullable=False, default=False, server_default=false())

    letter: Mapped[Message | None] = relationship()


class CalendarSnapshot(Base):
    """The public holidays that some calculations were made with, as JSON; never changed."""

    __tablename__ = "calendar_snapshot"

    version: Mapped[str] = plain(String(16), primary_key=True)
    holidays: Mapped[str] = plain(Text, nullable=False)


class AddedHoliday(Row):
    """A public holiday that the packaged list does not have, added by the data protection officer."""

    __tablename__ = "added_holiday"

    jurisdiction: Mapped[str] = plain(String(4), nullable=False)
    day: Mapped[date] = plain(Date, nullable=False)
    title: Mapped[str] = plain(String(100), nullable=False)
    added_by: Mapped[str] = plain(String(40), nullable=False)
    taken_back_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)


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
    """Why a whole request was refused: a code of `exemptions`, and the words the requester was told.

    `lateness`: why, where it was refused after the due date.
    """

    __tablename__ = "refusal"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    code: Mapped[str] = plain(String(20), nullable=False)
    refused_by: Mapped[str] = plain(String(40), nullable=False)
    lateness: Mapped[str | None] = plain(String(20), nullable=True)
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str]("words_sealed")


class Disclosure(ScopedRow):
    """Part of the answer that went out before the whole: what was sent, and what is still to come.

    `bundle_id`: the file it went out as, for one made here. Struck out where that was stopped and had reached nobody.
    """

    __tablename__ = "disclosure"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    part: Mapped[str] = plain(String(10), nullable=False)
    bundle_id: Mapped[str | None] = plain(ID, nullable=True)
    on: Mapped[date] = plain(Date, nullable=False)
    recorded_by: Mapped[str] = plain(String(40), nullable=False)
    struck_out_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    sent_sealed: Mapped[bytes | None] = sealed_column()
    sent = Sealed[str]("sent_sealed")
    still_to_come_sealed: Mapped[bytes | None] = sealed_column()
    still_to_come = Sealed[str]("still_to_come_sealed")


class ReplyReminder(Row):
    """The requester was reminded of what we wait for, or warned of closing. `about`: keys of `silence.Awaited`.

    It counts from the day its letter goes. Those noted before letters were known count from `on`.
    """

    __tablename__ = "reply_reminder"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    kind: Mapped[str] = plain(String(12), nullable=False)
    on: Mapped[date] = plain(Date, nullable=False)
    answer_by: Mapped[date] = plain(Date, nullable=False)
    about: Mapped[str] = plain(Text, nullable=False)
    message_id: Mapped[str | None] = plain(ID, ForeignKey("message.id"), nullable=True)

    letter: Mapped[Message | None] = relationship(lazy="joined")

    @property
    def is_unsent(self) -> bool:
        """Its letter has not gone out."""
        return self.letter is not None and self.letter.delivery != Delivery.SENT

    @property
    def is_taken_back(self) -> bool:
        """Its letter was taken back, and never goes."""
        return self.letter is not None and self.letter.delivery == Delivery.TAKEN_BACK


class ProofCheck(ScopedRow):
    """Who checked what, and when: of identity or of a representative's authority. Never the number of a document.

    `document` is a code of `evidence` or of `proofs.AUTHORITY`. `who`: who knows the person, or gave the authority;
    `detail`: how they know them, or what the authority covers. `dated` is the day on the document.
    """

    __tablename__ = "proof_check"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    about: Mapped[str] = plain(String(10), nullable=False)
    document: Mapped[str] = plain(String(30), nullable=False)
    checked_by: Mapped[str] = plain(String(40), nullable=False)
    dated: Mapped[date | None] = plain(Date, nullable=True)
    who_sealed: Mapped[bytes | None] = sealed_column()
    who = Sealed[str | None]("who_sealed")
    detail_sealed: Mapped[bytes | None] = sealed_column()
    detail = Sealed[str | None]("detail_sealed")


class NotValid(ScopedRow):
    """Why something that came in was found to be no valid request: a code of `not_valid`, and what was said of it.

    `proposed_by` and `decided_by` are one person where nobody else was there; the first is not known of old rows.
    `due_on` is the due date as it stood on that day, `lateness` why it was past; `earlier_id` the case that a repeated
    request repeats.
    """

    __tablename__ = "not_valid"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    code: Mapped[str] = plain(String(20), nullable=False)
    told: Mapped[bool] = plain(Boolean, nullable=False)
    proposed_by: Mapped[str | None] = plain(String(40), nullable=True)
    decided_by: Mapped[str] = plain(String(40), nullable=False)
    due_on: Mapped[date | None] = plain(Date, nullable=True)
    lateness: Mapped[str | None] = plain(String(20), nullable=True)
    earlier_id: Mapped[str | None] = plain(ID, ForeignKey("case.id"), nullable=True, index=True)
    words_sealed: Mapped[bytes | None] = sealed_column()
    words = Sealed[str]("words_sealed")


class Note(ScopedRow):
    """An officer's note on a case."""

    __tablename__ = "note"

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False, index=True)
    author_id: Mapped[str] = plain(String(40), nullable=False)
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed[str]("text_sealed")


class ConflictOfInterest(Row):
    """A member of staff who must not see one case: it is about them, a relative or a colleague.

    `declared_by`: they themselves, whoever closed it to them, or the system, which takes it from the requester's words.
    """

    __tablename__ = "conflict_of_interest"
    __table_args__ = (UniqueConstraint("case_id", "staff_id"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, index=True)
    declared_by: Mapped[str | None] = plain(String(40), nullable=True)


class NamedPerson(Row):
    """A member of staff who may see a restricted case."""

    __tablename__ = "named_person"
    __table_args__ = (UniqueConstraint("case_id", "staff_id"),)

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    staff_id: Mapped[str] = plain(ID, ForeignKey("staff.id"), nullable=False, index=True)


class Waiting(Row):
    """Something that a case waits for, and of whom; written through `waiting` by the stage that asked for it."""

    __tablename__ = "waiting"
    __table_args__ = (UniqueConstraint("case_id", "whom", "source_id"), Index("ix_waiting_whom", "whom", "case_id"))

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    whom: Mapped[str] = plain(String(20), nullable=False)
    source_id: Mapped[str] = plain(String(40), nullable=False)
    since: Mapped[date] = plain(Date, nullable=False)


class Task(ScopedRow):
    """Something to do on a case. Without `staff_id` it is anybody's. Done ones stay, with who did them."""

    __tablename__ = "case_task"
    __table_args__ = (
        Index("ix_case_task_case_id", "case_id", "done_at"),
        Index("ix_case_task_open", "staff_id", "due_on", **where("done_at IS NULL")),
    )

    case_id: Mapped[str] = plain(ID, ForeignKey("case.id"), nullable=False)
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed[str]("text_sealed")
    due_on: Mapped[date | None] = plain(Date, nullable=True)
    staff_id: Mapped[str | None] = plain(ID, ForeignKey("staff.id"), nullable=True)
    added_by: Mapped[str] = plain(String(40), nullable=False)
    done_at: Mapped[datetime | None] = plain(UtcDateTime, nullable=True)
    done_by: Mapped[str | None] = plain(String(40), nullable=True)
